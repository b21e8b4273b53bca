/* getaddrinfo in place of the system's, for names of tests. Loaded with LD_PRELOAD. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int look_up(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result) {
  look_up *next = (look_up *)dlsym(RTLD_NEXT, "getaddrinfo");
  if (node == NULL) return next(node, service, hints, result);
  if (strcmp(node, "hung.test") == 0) {
    /* Told on standard error, so that look-ups can be counted. */
    fputs("LOOKING UP hung.test\n", stderr);
    sleep(8);
    return EAI_AGAIN;
  }
  if (strcmp(node, "failing.test") == 0) return EAI_FAIL;
  if (strcmp(node, "empty.test") == 0) {
    *result = NULL;
    return 0;
  }
  if (strcmp(node, "fifty.test") == 0) {
    /* The last of fifty is the one that is alive. Each is a list of one, so the system can free the whole. */
    struct addrinfo **end = result;
    for (int number = 50; number >= 1; number--) {
      char address[16];
      snprintf(address, sizeof address, "127.0.0.%d", number);
      int code = next(address, service, hints, end);
      if (code != 0) return code;
      while (*end != NULL) end = &(*end)->ai_next;
    }
    return 0;
  }
  return next(node, service, hints, result);
}
