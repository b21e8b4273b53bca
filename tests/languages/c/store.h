/* A store in memory, for one thread; what it keeps never ends. */
#ifndef STORE_H
#define STORE_H

#include <libauth.h>

#include "check.h"

struct kept {
  char key[128];
  uint8_t value[4096];
  size_t length;
};

struct memory {
  struct kept kept[16];
};

static inline struct kept *kept_at(struct memory *memory, const char *key) {
  size_t i;
  for (i = 0; i < sizeof memory->kept / sizeof *memory->kept; i++)
    if (strcmp(memory->kept[i].key, key) == 0) return &memory->kept[i];
  return NULL;
}

static inline int is_kept(const struct kept *kept, const uint8_t *value, size_t length) {
  return kept != NULL && kept->length == length && memcmp(kept->value, value, length) == 0;
}

static inline void keep(struct kept *kept, const char *key, const uint8_t *value, size_t length) {
  CHECK(kept != NULL && length <= sizeof kept->value);
  snprintf(kept->key, sizeof kept->key, "%s", key);
  memcpy(kept->value, value, length);
  kept->length = length;
}

static inline int64_t memory_get(void *memory, const char *key, int64_t timeout_ms, uint8_t *value, size_t capacity) {
  struct kept *kept = kept_at(memory, key);
  CHECK(timeout_ms == 200);
  if (kept == NULL) return 0;
  CHECK(kept->length <= capacity);
  memcpy(value, kept->value, kept->length);
  return (int64_t)kept->length;
}

static inline int32_t memory_add(void *memory, const char *key, const uint8_t *value, size_t length, int64_t ttl_ms,
                                 int64_t timeout_ms) {
  CHECK(ttl_ms > 0 && timeout_ms == 200 && strlen(key) <= 100);
  if (kept_at(memory, key) != NULL) return 0;
  keep(kept_at(memory, ""), key, value, length);
  return 1;
}

static inline int32_t memory_replace(void *memory, const char *key, const uint8_t *expected, size_t expected_length,
                                     const uint8_t *value, size_t length, int64_t ttl_ms, int64_t timeout_ms) {
  struct kept *kept = kept_at(memory, key);
  CHECK(ttl_ms > 0 && timeout_ms == 200);
  if (!is_kept(kept, expected, expected_length)) return 0;
  keep(kept, key, value, length);
  return 1;
}

static inline int32_t memory_remove(void *memory, const char *key, const uint8_t *expected, size_t length,
                                    int64_t timeout_ms) {
  struct kept *kept = kept_at(memory, key);
  CHECK(timeout_ms == 200);
  if (!is_kept(kept, expected, length)) return 0;
  kept->key[0] = '\0';
  return 1;
}

static inline libauth_store *memory_store(struct memory *memory) {
  return libauth_store_new(memory_get, memory_add, memory_replace, memory_remove, memory);
}

#endif
