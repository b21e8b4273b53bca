/* What a block in C may take for granted, unless it is a program. */
#include <libauth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static int fail(libauth_error *error) {
  fprintf(stderr, "%s\n", libauth_error_message(error));
  return 1;
}
int main(void) {
  const char *access_key = "access-key", *secret_key = "secret-key", *signature = "c2ln", *timestamp = "1732521424191";
  const char *their_signature = "c2ln";
  const uint8_t *body = (const uint8_t *)"{}";
  size_t body_length = 2;
  libauth_error *error = NULL;
  libauth_seller *seller = NULL;
  libauth_token *token = NULL;
  libauth_config *of_creditpay = libauth_config_new("https://creditpay.example");
  libauth_creditpay *creditpay = NULL;
  if (libauth_creditpay_new(of_creditpay, "plat", "api-key", "key", &creditpay, &error) != LIBAUTH_OK)
    return fail(error);
  libauth_config_free(of_creditpay);
  {
#include "BLOCK"
  }
  libauth_error_free(error);
  libauth_creditpay_free(creditpay);
  (void)access_key, (void)secret_key, (void)signature, (void)timestamp, (void)their_signature, (void)body;
  (void)body_length, (void)seller, (void)token;
  return 0;
}
