/* Checks that count: a program of checks ends with "N passed, N failed" and fails if one did. */
#ifndef CHECK_H
#define CHECK_H

#include <libauth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int passed, failed;

/* Notes a failure with what was expected of what. */
static inline int check_that(int holds, const char *what, const char *file, int line) {
  if (holds) {
    passed++;
  } else {
    failed++;
    fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
  }
  return holds;
}
#define CHECK(condition) check_that((condition) != 0, #condition, __FILE__, __LINE__)

static inline int check_results(void) {
  printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 && passed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static inline int contains(const char *text, const char *part) { return text != NULL && strstr(text, part) != NULL; }

static inline const char *sandbox(void) {
  const char *origin = getenv("LIBAUTH_SANDBOX");
  if (origin == NULL) {
    fprintf(stderr, "LIBAUTH_SANDBOX is not set\n");
    exit(EXIT_FAILURE);
  }
  return origin;
}

/* The base URL of a platform in a scope of its own, with an optional fault. */
static inline const char *base(const char *scope, const char *fault, const char *platform) {
  static char url[1024];
  if (fault == NULL || *fault == '\0')
    snprintf(url, sizeof url, "%s/s/%s/%s", sandbox(), scope, platform);
  else
    snprintf(url, sizeof url, "%s/s/%s/f/%s/%s", sandbox(), scope, fault, platform);
  return url;
}

/* The sandbox's test credentials (tests/sandbox/credentials.rs). */
#define PLAT_ID "plat-1001"
#define API_KEY "ck-sandbox-api-key-7f3a"
#define SIGNATURE_KEY "sandbox-signature-key-18dd8a3c8003d2adcd13cb9981618bedd759a19f697a46d270542c6023479a08"
#define APP_ID "A112544225541"
#define MCH_NO "M1723635576766"
#define SIGN_KEY "sandboxSignKey-Zx81kQ2pLm"
#define CLIENT_ID "sandbox-client-20220408"
#define CLIENT_SECRET "sandbox-client-secret-5d0be1c97a"
#define BUSINESS_ID "754ea3e3a699404f9b82e8f881107f19"
#define MERCHANT_ID "eb1bb305ca3940f8adf1d4e964555699"
#define MD5_SECRET "sandbox-md5-secret-c3a9f04e"
#define ACCESS_KEY "sandbox-access-key-202405"
#define SECRET_KEY "sandbox-secret-key-e81f66b2d4"

/* Secrets that no message may hold. */
static inline int leaks(const char *text) {
  return contains(text, API_KEY) || contains(text, SIGNATURE_KEY) || contains(text, SIGN_KEY) ||
         contains(text, CLIENT_SECRET) || contains(text, MD5_SECRET) || contains(text, ACCESS_KEY) ||
         contains(text, SECRET_KEY);
}

#endif
