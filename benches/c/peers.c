/* The same by hand, as a C program with OpenSSL and cJSON has it; and what Rust's standard library lacks. */
#define _GNU_SOURCE
#include <cjson/cJSON.h>
#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static volatile unsigned char sink;

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

/* The processor that this process and its threads run on from now on; -1: the system said no. */
int bench_pin(void) {
  cpu_set_t allowed, one;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return -1;
  for (int cpu = CPU_SETSIZE - 1; cpu >= 0; cpu--) {
    if (!CPU_ISSET(cpu, &allowed)) continue;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    return sched_setaffinity(0, sizeof one, &one) == 0 ? cpu : -1;
  }
  return -1;
}

/* The processor time of this process so far, in nanoseconds. */
uint64_t bench_cpu_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void peer_hmac_sha1(const uint8_t *bytes, size_t length, uint64_t count) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size;
  for (uint64_t i = 0; i < count; i++) {
    HMAC(EVP_sha1(), "signature-key", 13, bytes, length, out, &size);
    sink ^= out[0];
  }
}

void peer_hmac_sha256(const uint8_t *bytes, size_t length, uint64_t count) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size;
  for (uint64_t i = 0; i < count; i++) {
    HMAC(EVP_sha256(), "123456", 6, bytes, length, out, &size);
    sink ^= out[0];
  }
}

static void digest(const EVP_MD *md, const uint8_t *bytes, size_t length, uint64_t count) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size;
  for (uint64_t i = 0; i < count; i++) {
    if (EVP_Digest(bytes, length, out, &size, md, NULL) != 1) fail("no such digest in OpenSSL");
    sink ^= out[0];
  }
}

void peer_md5(const uint8_t *bytes, size_t length, uint64_t count) { digest(EVP_md5(), bytes, length, count); }
void peer_sm3(const uint8_t *bytes, size_t length, uint64_t count) { digest(EVP_sm3(), bytes, length, count); }

void peer_rsa(const char *pem, uint64_t count) {
  BIO *text = BIO_new_mem_buf(pem, -1);
  EVP_PKEY *key = PEM_read_bio_PrivateKey(text, NULL, NULL, NULL);
  if (key == NULL) fail("OpenSSL cannot read the RSA key");
  unsigned char out[1024];
  for (uint64_t i = 0; i < count; i++) {
    size_t size = sizeof out;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) != 1 ||
        EVP_DigestSign(context, out, &size, (const unsigned char *)"x", 1) != 1)
      fail("OpenSSL cannot sign");
    EVP_MD_CTX_free(context);
    sink ^= out[0];
  }
  EVP_PKEY_free(key);
  BIO_free(text);
}

static int by_name(const void *a, const void *b) {
  return strcmp((*(cJSON *const *)a)->string, (*(cJSON *const *)b)->string);
}

static size_t append(char *to, size_t at, size_t capacity, const char *text) {
  for (; *text != '\0' && at + 1 < capacity; text++)
    if (*text != '"' && *text != '\\') to[at++] = *text;
  to[at] = '\0';
  return at;
}

/* Writes the signature of an answer as hex; returns whether the answer's own is the same. */
static int sign_daxpay(const cJSON *answer, char hex[65]) {
  cJSON *members[64];
  size_t count = 0;
  for (cJSON *member = answer->child; member != NULL && count < 64; member = member->next)
    if (strcmp(member->string, "sign") != 0 && !cJSON_IsNull(member)) members[count++] = member;
  qsort(members, count, sizeof *members, by_name);
  char string[8192];
  size_t length = 0;
  for (size_t i = 0; i < count; i++) {
    if (i > 0) length = append(string, length, sizeof string, "&");
    length = append(string, length, sizeof string, members[i]->string);
    length = append(string, length, sizeof string, "=");
    if (cJSON_IsString(members[i])) {
      length = append(string, length, sizeof string, members[i]->valuestring);
    } else {
      char *text = cJSON_PrintUnformatted(members[i]);
      length = append(string, length, sizeof string, text);
      cJSON_free(text);
    }
  }
  length = append(string, length, sizeof string, "&key=123456");
  for (size_t i = 0; i < length; i++) string[i] = (char)toupper((unsigned char)string[i]);
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), "123456", 6, (const unsigned char *)string, length, out, &size);
  for (unsigned int i = 0; i < size; i++) snprintf(hex + 2 * i, 3, "%02x", out[i]);
  const cJSON *sign = cJSON_GetObjectItemCaseSensitive(answer, "sign");
  return sign != NULL && cJSON_IsString(sign) && strcmp(sign->valuestring, hex) == 0;
}

/* The signature that an answer should carry. */
void peer_daxpay_sign(const char *body, char hex[65]) {
  cJSON *answer = cJSON_Parse(body);
  sign_daxpay(answer, hex);
  cJSON_Delete(answer);
}

void peer_daxpay_read(const char *body, uint64_t count) {
  char hex[65];
  for (uint64_t i = 0; i < count; i++) {
    cJSON *answer = cJSON_Parse(body);
    if (answer == NULL || !sign_daxpay(answer, hex)) fail("the peer refuses the answer");
    cJSON_Delete(answer);
  }
}

/* A token cache by hand: a lock, and a copy for the caller. */
static pthread_rwlock_t token_lock = PTHREAD_RWLOCK_INITIALIZER;
static const char *token = "Bearer eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3MzI1MjE0MjR9.c2lnbmF0dXJl";

void peer_token(uint64_t count) {
  for (uint64_t i = 0; i < count; i++) {
    pthread_rwlock_rdlock(&token_lock);
    char *copy = strdup(token);
    pthread_rwlock_unlock(&token_lock);
    sink ^= (unsigned char)copy[0];
    free(copy);
  }
}
