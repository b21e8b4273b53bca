/* The library that is found is the header's. */
#include <libauth.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  printf("header %s, library %s\n", LIBAUTH_VERSION, libauth_version());
  return strcmp(LIBAUTH_VERSION, libauth_version());
}
