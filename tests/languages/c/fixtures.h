/* One working object of every type, for tests that need any. */
#ifndef FIXTURES_H
#define FIXTURES_H

#include "check.h"
#include <time.h>

/* A member for each type, named as the type without its prefix. */
struct fixtures {
  libauth_config *config;
  libauth_options *options;
  libauth_store *store;
  libauth_call *call;
  libauth_answer *answer;
  libauth_http_request *http_request;
  libauth_http_response *http_response;
  libauth_token *token;
  libauth_inbound *inbound;
  libauth_error *error;
  libauth_explanation *explanation;
  libauth_text *text;
  libauth_creditpay *creditpay;
  libauth_creditpay_request *creditpay_request;
  libauth_creditpay_code *creditpay_code;
  libauth_creditpay_event *creditpay_event;
  libauth_daxpay *daxpay;
  libauth_daxpay_auth_request *daxpay_auth_request;
  libauth_daxpay_auth_url_request *daxpay_auth_url_request;
  libauth_daxpay_identity *daxpay_identity;
  libauth_daxpay_auth_url *daxpay_auth_url;
  libauth_daxpay_event *daxpay_event;
  libauth_openplatform *openplatform;
  libauth_redemption *redemption;
  libauth_redemption_request *redemption_request;
  libauth_redemption_alipay_url *redemption_alipay_url;
  libauth_redemption_event *redemption_event;
  libauth_seller *seller;
};

/* Ends the program when a fixture cannot be made. */
static inline void made(libauth_status status, libauth_error *error) {
  if (status == LIBAUTH_OK) return;
  fprintf(stderr, "no fixture: %s\n", libauth_error_message(error));
  exit(EXIT_FAILURE);
}

static inline libauth_creditpay *new_creditpay(const char *url) {
  libauth_error *error = NULL;
  libauth_creditpay *creditpay = NULL;
  libauth_config *config = libauth_config_new(url);
  made(libauth_creditpay_new(config, PLAT_ID, API_KEY, SIGNATURE_KEY, &creditpay, &error), error);
  libauth_config_free(config);
  return creditpay;
}

static inline libauth_creditpay_request *new_creditpay_request(void) {
  libauth_creditpay_request *request = libauth_creditpay_request_new();
  libauth_creditpay_request_set_customer_no(request, "473_32_86000698");
  libauth_creditpay_request_set_customer_token(request, "customer-token-1");
  libauth_creditpay_request_set_token_expire_ms(request, ((int64_t)time(NULL) + 3600) * 1000);
  libauth_creditpay_request_set_callback_url(request, "https://shop.example/callback");
  libauth_creditpay_request_set_client_ip(request, "192.168.1.166");
  return request;
}

static inline libauth_daxpay *new_daxpay(const char *url) {
  libauth_error *error = NULL;
  libauth_daxpay *daxpay = NULL;
  libauth_config *config = libauth_config_new(url);
  made(libauth_daxpay_new(config, APP_ID, MCH_NO, SIGN_KEY, LIBAUTH_DAXPAY_SIGN_HMAC_SHA256, &daxpay, &error), error);
  libauth_config_free(config);
  return daxpay;
}

static inline libauth_daxpay_auth_request *new_daxpay_auth_request(const char *code) {
  libauth_daxpay_auth_request *request = libauth_daxpay_auth_request_new();
  libauth_daxpay_auth_request_set_channel(request, "ali_pay");
  libauth_daxpay_auth_request_set_auth_code(request, code);
  return request;
}

static inline libauth_openplatform *new_openplatform(const char *url) {
  libauth_error *error = NULL;
  libauth_openplatform *openplatform = NULL;
  libauth_config *config = libauth_config_new(url);
  made(libauth_openplatform_new(config, CLIENT_ID, CLIENT_SECRET, &openplatform, &error), error);
  libauth_config_free(config);
  return openplatform;
}

static inline libauth_redemption *new_redemption(const char *url) {
  libauth_error *error = NULL;
  libauth_redemption *redemption = NULL;
  libauth_config *config = libauth_config_new(url);
  made(libauth_redemption_new_md5(config, BUSINESS_ID, MERCHANT_ID, MD5_SECRET, &redemption, &error), error);
  libauth_config_free(config);
  return redemption;
}

static inline libauth_redemption_request *new_redemption_request(const char *serial_no) {
  libauth_redemption_request *request = libauth_redemption_request_new();
  libauth_redemption_request_set_serial_no(request, serial_no);
  libauth_redemption_request_set_user_id(request, "user-1");
  return request;
}

static inline libauth_seller *new_seller(const char *url) {
  libauth_error *error = NULL;
  libauth_seller *seller = NULL;
  libauth_config *config = libauth_config_new(url);
  made(libauth_seller_new(config, ACCESS_KEY, SECRET_KEY, &seller, &error), error);
  libauth_config_free(config);
  return seller;
}

void fixtures_make(struct fixtures *fx, const char *scope);
void fixtures_free(struct fixtures *fx);

#endif
