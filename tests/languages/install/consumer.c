/* A program that knows libauth as it is installed: says which one it has, and gets a token from it. */
#include <libauth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
  libauth_error *error = NULL;
  libauth_config *config = libauth_config_new(getenv("LIBAUTH_SELLER_BASE_URL"));
  libauth_seller *seller = NULL;
  libauth_token *token = NULL;
  printf("header %s %d.%d.%d library %s\n", LIBAUTH_VERSION, LIBAUTH_VERSION_MAJOR, LIBAUTH_VERSION_MINOR,
         LIBAUTH_VERSION_PATCH, libauth_version());
  if (libauth_seller_new(config, getenv("LIBAUTH_SELLER_ACCESS_KEY"), getenv("LIBAUTH_SELLER_SECRET_KEY"), &seller,
                         &error) == LIBAUTH_OK &&
      libauth_seller_token(seller, NULL, &token, &error) == LIBAUTH_OK)
    printf("%s: %lu characters\n", libauth_token_header_name(token),
           (unsigned long)strlen(libauth_token_header_value(token)));
  else
    fprintf(stderr, "%s\n", libauth_error_message(error));
  libauth_token_free(token);
  libauth_seller_free(seller);
  libauth_config_free(config);
  libauth_error_free(error);
  return token == NULL ? EXIT_FAILURE : EXIT_SUCCESS;
}
