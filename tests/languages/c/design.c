/* The program with which the design shows what using libauth should feel like, as written there. */
#include <libauth.h>
#include <stdio.h>

static int fail(libauth_error *error) {
  fprintf(stderr, "%s\n", libauth_error_message(error));
  libauth_error_free(error);
  return 1;
}

int design(const char *plat_id, const char *api_key, const char *signature_key, const char *token,
           const libauth_seller *seller);

int design(const char *plat_id, const char *api_key, const char *signature_key, const char *token,
           const libauth_seller *seller) {
  libauth_error *error = NULL;
  libauth_config *config = libauth_config_new("https://credit-pay.example/dg");
  libauth_config_set_timeout_ms(config, 5000);

  libauth_creditpay *creditpay = NULL;
  if (libauth_creditpay_new(config, plat_id, api_key, signature_key, &creditpay, &error) != LIBAUTH_OK)
    return fail(error);
  libauth_config_free(config);

  libauth_creditpay_request *request = libauth_creditpay_request_new();
  libauth_creditpay_request_set_customer_no(request, "473_32_86000698");
  libauth_creditpay_request_set_customer_token(request, token);
  libauth_creditpay_request_set_token_expire_ms(request, 1732521424191);
  libauth_creditpay_request_set_callback_url(request, "https://shop.example/callback");
  libauth_creditpay_request_set_client_ip(request, "192.168.1.166");

  libauth_creditpay_code *code = NULL;
  if (libauth_creditpay_issue_code(creditpay, request, NULL, &code, &error) != LIBAUTH_OK) return fail(error);
  puts(libauth_creditpay_code_url(code));

  libauth_token *access = NULL;                       /* a seller handle: cached, refreshed, shared by all threads */
  if (libauth_seller_token(seller, NULL, &access, &error) != LIBAUTH_OK) return fail(error);
  printf("%s: %s\n", libauth_token_header_name(access), libauth_token_header_value(access));
  return 0;
}
