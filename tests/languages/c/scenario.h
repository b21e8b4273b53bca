/* What the scenarios share: checks for success, the sandbox's control calls (tests/sandbox/mod.rs), and as
 * much of JSON as reading their answers takes. Define _POSIX_C_SOURCE before including anything. */
#ifndef SCENARIO_H
#define SCENARIO_H

#include "fixtures.h"
#include "http.h"
#include <time.h>

static libauth_error *error; /* of the last call that failed; forget_error ends it */

/* Checks for success, and says what went wrong instead. */
static inline int ok(libauth_status status) {
  if (status == LIBAUTH_OK) return CHECK(error == NULL);
  fprintf(stderr, "%s: %s\n", libauth_status_name(status), libauth_error_message(error));
  libauth_error_free(error);
  error = NULL;
  return CHECK(status == LIBAUTH_OK);
}

static inline void forget_error(void) {
  libauth_error_free(error);
  error = NULL;
}

static inline int equal(const char *one, const char *other) {
  return one != NULL && other != NULL && strcmp(one, other) == 0;
}

static inline int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Makes a control call such as "expire" in a scope, `more` being further parameters such as "&ms=1000". */
static inline struct http_answer control(const char *method, const char *call, const char *scope, const char *more,
                                         const char *body) {
  char url[1024];
  struct http_answer answer;
  snprintf(url, sizeof url, "%s/_/%s?scope=%s%s", sandbox(), call, scope, more);
  answer = http_send(method, url, "", body, strlen(body));
  if (answer.status != 200) http_fail(answer.body, url);
  return answer;
}

/* A control call of which nothing but success matters. */
static inline void order(const char *call, const char *scope, const char *more) {
  struct http_answer answer = control("POST", call, scope, more, "");
  http_free(&answer);
}

/* How often something happened at a platform, such as "token_requests"; 0 when nothing did. */
static inline long counted(const char *scope, const char *platform, const char *counter) {
  struct http_answer answer = control("GET", "counters", scope, "", "");
  char name[64];
  long count = 0;
  const char *at;
  snprintf(name, sizeof name, "\"%s\":{", platform);
  at = strstr(answer.body, name);
  if (at != NULL) {
    snprintf(name, sizeof name, "\"%s\":", counter);
    at = strstr(at, name);
    if (at == NULL) http_fail(counter, "no such counter");
    count = strtol(at + strlen(name), NULL, 10);
  }
  http_free(&answer);
  return count;
}

/* Reads the JSON string that begins at a quote into memory of its own; gives where it ends. Escaped
 * characters are ASCII: the sandbox writes the others as they are. */
static inline const char *json_string(const char *at, char **text) {
  char *out = malloc(strlen(at) + 1);
  unsigned code;
  if (out == NULL || *at != '"') exit(EXIT_FAILURE);
  *text = out;
  for (at++; *at != '"' && *at != '\0'; at++) {
    if (*at != '\\') {
      *out++ = *at;
      continue;
    }
    switch (*++at) {
      case 'n': *out++ = '\n'; break;
      case 'r': *out++ = '\r'; break;
      case 't': *out++ = '\t'; break;
      case 'u':
        if (sscanf(at + 1, "%4x", &code) != 1 || code > 127) exit(EXIT_FAILURE);
        *out++ = (char)code;
        at += 4;
        break;
      default: *out++ = *at;
    }
  }
  *out = '\0';
  return at + 1;
}

/* The first field of this name that is text, wherever it stands, in memory of its own. */
static inline char *json_field(const char *json, const char *name) {
  char field[64], *text;
  const char *at;
  snprintf(field, sizeof field, "\"%s\":\"", name);
  at = strstr(json, field);
  if (at == NULL) http_fail(json, name);
  json_string(at + strlen(field) - 1, &text);
  return text;
}

/* A field in an answer's raw body, read without libauth, is what a getter gave. */
static inline int raw_body_holds(const libauth_answer *answer, const char *name, const char *value) {
  size_t length = 0;
  const uint8_t *body = libauth_answer_body(answer, &length);
  char *text = calloc(length + 1, 1), *field;
  int holds;
  if (body == NULL || text == NULL) return 0;
  memcpy(text, body, length);
  field = json_field(text, name);
  holds = equal(field, value);
  free(field);
  free(text);
  return holds;
}

/* A field of the last request that a platform received in a scope, as its JSON text says it. */
static inline int last_request_holds(const char *scope, const char *platform, const char *text) {
  char more[64];
  struct http_answer answer;
  int holds;
  snprintf(more, sizeof more, "&platform=%s", platform);
  answer = control("GET", "last", scope, more, "");
  holds = contains(answer.body, text);
  if (!holds) fprintf(stderr, "the last request: %s\n", answer.body);
  http_free(&answer);
  return holds;
}

/* One of the sandbox's credentials, such as "redemption_merchant_private_key_pem". */
static inline char *credential(const char *name) {
  struct http_answer answer = control("GET", "credentials", "default", "", "");
  char *text = json_field(answer.body, name);
  http_free(&answer);
  return text;
}

/* A merchant who signs with RSA, and can check what the platform signs. */
static inline libauth_redemption *new_redemption_rsa(const char *url) {
  libauth_config *config = libauth_config_new(url);
  char *private_key = credential("redemption_merchant_private_key_pem");
  char *public_key = credential("redemption_platform_public_key_pem");
  libauth_redemption *redemption = NULL;
  made(libauth_redemption_new_rsa(config, BUSINESS_ID, MERCHANT_ID, private_key, public_key, &redemption, &error),
       error);
  free(public_key);
  free(private_key);
  libauth_config_free(config);
  return redemption;
}

/* A message as a platform signs and sends it; `body` is its own copy, `timestamp_ms` 0 where no header tells it. */
struct message {
  libauth_inbound *inbound;
  char *body;
  char *path;
  char *signature;
  int64_t timestamp_ms;
};

/* Has the sandbox make a message; `json` is the order. */
static inline struct message message_of(const char *json) {
  struct http_answer answer = control("POST", "callback", "default", "", json);
  struct message message = {NULL, NULL, NULL, NULL, 0};
  const char *at = strstr(answer.body, "\"headers\":[");
  char *name, *value;
  message.path = json_field(answer.body, "path");
  message.body = json_field(answer.body, "body");
  message.inbound = libauth_inbound_new("POST", message.path);
  libauth_inbound_set_body(message.inbound, (const uint8_t *)message.body, strlen(message.body));
  for (at += strlen("\"headers\":["); *at == '[' || *at == ','; at++) {
    if (*at == ',') continue;
    at = json_string(at + 1, &name);
    at = json_string(at + 1, &value);
    libauth_inbound_add_header(message.inbound, name, value);
    if (strcmp(name, "timestamp") == 0) message.timestamp_ms = strtoll(value, NULL, 10);
    if (strcmp(name, "signature") == 0 || strcmp(name, "sign") == 0) {
      message.signature = value;
      value = NULL;
    }
    free(name);
    free(value);
  }
  http_free(&answer);
  return message;
}

static inline void message_free(struct message *message) {
  libauth_inbound_free(message->inbound);
  free(message->body);
  free(message->path);
  free(message->signature);
}

#endif
