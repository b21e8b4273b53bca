/* Logs in to all five platforms, checks a webhook, and explains a wrong signature. Settings come from the
 * environment; what is not set falls back to the sandbox (cargo run --example sandbox) and its credentials. */
/* clang-format off */
#include <libauth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
static libauth_error *error; /* of the call that failed */
static const char *setting(const char *name, const char *fallback) {
  const char *value = getenv(name);
  return value != NULL && *value != '\0' ? value : fallback;
}

/* Ends the program with the library's message when a call failed. */
static void must(libauth_status status) {
  if (status == LIBAUTH_OK) return;
  fprintf(stderr, "quickstart: %s: %s\n", libauth_status_name(status), libauth_error_message(error));
  libauth_error_free(error);
  exit(EXIT_FAILURE);
}

/* A configuration for LIBAUTH_<PLATFORM>_URL, else for the platform in the sandbox. */
static libauth_config *config_for(const char *variable, const char *platform) {
  char url[512];
  snprintf(url, sizeof url, "%s/%s", setting("LIBAUTH_SANDBOX", "http://127.0.0.1:18321"), platform);
  return libauth_config_new(setting(variable, url));
}

/* Unique enough for the sandbox: real codes and serial numbers are your own. */
static const char *one_time(void) {
  static char text[48];
  snprintf(text, sizeof text, "quickstart-%ld-%ld", (long)time(NULL), (long)clock());
  return text;
}

static void check_webhook(const libauth_creditpay *creditpay) {
  static const char order[] = "{\"kind\":\"PAY_SUCCESS\",\"path\":\"/notify\"}";
  libauth_call *call = libauth_call_new("POST", "/sandbox/webhook"); /* a real server receives it */
  libauth_answer *sent = NULL;
  libauth_call_set_body(call, NULL, (const uint8_t *)order, strlen(order));
  must(libauth_creditpay_call(creditpay, call, NULL, &sent, &error));
  libauth_inbound *inbound = libauth_inbound_new("POST", libauth_answer_field_or(sent, "data.path", ""));
  libauth_inbound_add_header(inbound, "signature", libauth_answer_field_or(sent, "data.headers.signature", ""));
  libauth_inbound_add_header(inbound, "timestamp", libauth_answer_field_or(sent, "data.headers.timestamp", ""));
  const char *body = libauth_answer_field_or(sent, "data.body", "");
  libauth_inbound_set_body(inbound, (const uint8_t *)body, strlen(body));
  libauth_creditpay_event *event = NULL;
  must(libauth_creditpay_verify(creditpay, inbound, &event, &error));
  printf("webhook       genuine %s\n", libauth_creditpay_event_type(event));
  libauth_creditpay_event_free(event); libauth_inbound_free(inbound);
  libauth_answer_free(sent); libauth_call_free(call);
}

/* Somebody signed the gateway prefix too: which mistake is it? */
static void explain(const libauth_creditpay *creditpay) {
  libauth_inbound *theirs = libauth_inbound_new("POST", "/creditpay/v1/pay"), *ours = libauth_inbound_new("POST", "/v1/pay");
  libauth_inbound_set_body(theirs, (const uint8_t *)"{}", 2);
  libauth_inbound_set_body(ours, (const uint8_t *)"{}", 2);
  libauth_explanation *wrong = NULL, *right = NULL;
  must(libauth_creditpay_explain(creditpay, theirs, NULL, &wrong, &error));
  must(libauth_creditpay_explain(creditpay, ours, libauth_explanation_signature(wrong), &right, &error));
  printf("explain       %s\n", libauth_explanation_message(right));
  libauth_explanation_free(wrong); libauth_explanation_free(right); libauth_inbound_free(theirs); libauth_inbound_free(ours);
}

static void creditpay(void) {
  libauth_config *config = config_for("LIBAUTH_CREDITPAY_BASE_URL", "creditpay");
  libauth_creditpay *creditpay = NULL;
  must(libauth_creditpay_new(
      config, setting("LIBAUTH_CREDITPAY_PLAT_ID", "plat-1001"), setting("LIBAUTH_CREDITPAY_API_KEY", "ck-sandbox-api-key-7f3a"),
      setting("LIBAUTH_CREDITPAY_SIGNATURE_KEY", "sandbox-signature-key-18dd8a3c8003d2adcd13cb9981618bedd759a19f697a46d270542c6023479a08"),
      &creditpay, &error));
  libauth_config_free(config);
  libauth_creditpay_request *request = libauth_creditpay_request_new();
  libauth_creditpay_request_set_customer_no(request, "473_32_86000698");
  libauth_creditpay_request_set_customer_token(request, "customer-token-1");
  libauth_creditpay_request_set_token_expire_ms(request, ((int64_t)time(NULL) + 3600) * 1000);
  libauth_creditpay_request_set_callback_url(request, "https://shop.example/callback");
  libauth_creditpay_request_set_client_ip(request, "192.168.1.166");
  libauth_creditpay_code *code = NULL;
  must(libauth_creditpay_issue_code(creditpay, request, NULL, &code, &error));
  printf("creditpay     %s\n", libauth_creditpay_code_url(code));
  if (getenv("LIBAUTH_CREDITPAY_BASE_URL") == NULL) check_webhook(creditpay); /* the sandbox has one to check */
  explain(creditpay);
  libauth_creditpay_code_free(code); libauth_creditpay_request_free(request); libauth_creditpay_free(creditpay);
}

static void daxpay(void) {
  libauth_config *config = config_for("LIBAUTH_DAXPAY_BASE_URL", "daxpay");
  libauth_daxpay *daxpay = NULL;
  must(libauth_daxpay_new(
      config, setting("LIBAUTH_DAXPAY_APP_ID", "A112544225541"), setting("LIBAUTH_DAXPAY_MCH_NO", "M1723635576766"),
      setting("LIBAUTH_DAXPAY_SIGN_KEY", "sandboxSignKey-Zx81kQ2pLm"), LIBAUTH_DAXPAY_SIGN_HMAC_SHA256, &daxpay, &error));
  libauth_config_free(config);
  libauth_daxpay_auth_request *request = libauth_daxpay_auth_request_new();
  libauth_daxpay_auth_request_set_channel(request, "ali_pay");
  libauth_daxpay_auth_request_set_auth_code(request, setting("LIBAUTH_DAXPAY_AUTH_CODE", one_time()));
  libauth_daxpay_identity *identity = NULL;
  must(libauth_daxpay_auth(daxpay, request, NULL, &identity, &error));
  printf("daxpay        openId %s\n", libauth_answer_field_or(libauth_daxpay_identity_answer(identity), "data.openId", "(none)"));
  libauth_daxpay_identity_free(identity); libauth_daxpay_auth_request_free(request); libauth_daxpay_free(daxpay);
}

static void openplatform(void) {
  libauth_config *config = config_for("LIBAUTH_OPENPLATFORM_BASE_URL", "openplatform");
  libauth_openplatform *openplatform = NULL;
  must(libauth_openplatform_new(
      config, setting("LIBAUTH_OPENPLATFORM_CLIENT_ID", "sandbox-client-20220408"),
      setting("LIBAUTH_OPENPLATFORM_SECRET", "sandbox-client-secret-5d0be1c97a"), &openplatform, &error));
  libauth_config_free(config);
  libauth_token *token = NULL;
  must(libauth_openplatform_token(openplatform, NULL, &token, &error));
  printf("openplatform  %s for %ld s\n", libauth_token_header_name(token), (long)(libauth_token_lifetime_ms(token) / 1000));
  libauth_token_free(token); libauth_openplatform_free(openplatform);
}

static void redemption(void) {
  libauth_config *config = config_for("LIBAUTH_REDEMPTION_BASE_URL", "redemption");
  libauth_redemption *redemption = NULL;
  must(libauth_redemption_new_md5(
      config, setting("LIBAUTH_REDEMPTION_BUSINESS_ID", "754ea3e3a699404f9b82e8f881107f19"),
      setting("LIBAUTH_REDEMPTION_MERCHANT_ID", "eb1bb305ca3940f8adf1d4e964555699"),
      setting("LIBAUTH_REDEMPTION_SECRET", "sandbox-md5-secret-c3a9f04e"), &redemption, &error));
  libauth_config_free(config);
  libauth_redemption_request *request = libauth_redemption_request_new();
  libauth_redemption_request_set_serial_no(request, one_time());
  libauth_redemption_request_set_user_id(request, "user-1");
  libauth_redemption_alipay_url *url = NULL;
  must(libauth_redemption_get_alipay_url(redemption, request, NULL, &url, &error));
  printf("redemption    %s\n", libauth_redemption_alipay_url_url(url));
  libauth_redemption_alipay_url_free(url); libauth_redemption_request_free(request); libauth_redemption_free(redemption);
}

static void seller(void) {
  libauth_config *config = config_for("LIBAUTH_SELLER_BASE_URL", "seller");
  libauth_seller *seller = NULL;
  const char *access_key = setting("LIBAUTH_SELLER_ACCESS_KEY", "sandbox-access-key-202405");
  must(libauth_seller_new(config, access_key, setting("LIBAUTH_SELLER_SECRET_KEY", "sandbox-secret-key-e81f66b2d4"), &seller, &error));
  libauth_config_free(config);
  libauth_token *first = NULL, *second = NULL;
  must(libauth_seller_token(seller, NULL, &first, &error));
  must(libauth_seller_token(seller, NULL, &second, &error)); /* cached: no request */
  int cached = strcmp(libauth_token_value(first), libauth_token_value(second)) == 0;
  printf("seller        %s, then %s\n", libauth_token_header_name(first), cached ? "served from the cache" : "fetched again");
  libauth_token_free(first); libauth_token_free(second); libauth_seller_free(seller);
}

int main(void) { return creditpay(), daxpay(), openplatform(), redemption(), seller(), EXIT_SUCCESS; }
