#include "ours.h"

#include <libauth.h>
#include <stdio.h>
#include <stdlib.h>

static libauth_error *error;

static void must(libauth_status status) {
  if (status == LIBAUTH_OK) return;
  fprintf(stderr, "%s: %s\n", libauth_status_name(status), libauth_error_message(error));
  exit(1);
}

void *ours_seller(const char *base_url, const char *ca_file) {
  libauth_config *config = libauth_config_new(base_url);
  if (ca_file != NULL) {
    libauth_config_set_ca_file(config, ca_file);
    libauth_config_set_bundled_roots(config, 0);
  }
  libauth_seller *seller = NULL;
  must(libauth_seller_new(config, "access-key", "secret-key", &seller, &error));
  libauth_config_free(config);
  ours_token(seller, 1);
  return seller;
}

void ours_seller_free(void *seller) { libauth_seller_free(seller); }

void ours_post(void *seller, const char *path, const uint8_t *body, size_t length, uint64_t count) {
  libauth_call *call = libauth_call_new("POST", path);
  libauth_call_set_body(call, "application/json", body, length);
  for (uint64_t i = 0; i < count; i++) {
    libauth_answer *answer = NULL;
    libauth_error *wrong = NULL;
    libauth_status status = libauth_seller_call(seller, call, NULL, &answer, &wrong);
    if (status != LIBAUTH_OK) {
      fprintf(stderr, "%s: %s\n", libauth_status_name(status), libauth_error_message(wrong));
      exit(1);
    }
    libauth_answer_free(answer);
  }
  libauth_call_free(call);
}

void ours_token(void *seller, uint64_t count) {
  for (uint64_t i = 0; i < count; i++) {
    libauth_token *token = NULL;
    must(libauth_seller_token(seller, NULL, &token, NULL));
    libauth_token_free(token);
  }
}

void *ours_creditpay(const char *signature_key) {
  libauth_config *config = libauth_config_new("https://host.example/dg");
  libauth_creditpay *creditpay = NULL;
  must(libauth_creditpay_new(config, "plat", "api-key", signature_key, &creditpay, &error));
  libauth_config_free(config);
  return creditpay;
}

void ours_creditpay_build(void *creditpay, const uint8_t *body, size_t length, uint64_t count) {
  libauth_call *call = libauth_call_new("POST", "/v1/pay");
  libauth_call_set_body(call, "application/json", body, length);
  for (uint64_t i = 0; i < count; i++) {
    libauth_http_request *request = NULL;
    must(libauth_creditpay_build_call(creditpay, call, NULL, &request, &error));
    libauth_http_request_free(request);
  }
  libauth_call_free(call);
}

void *ours_daxpay(const char *sign_key, int32_t algorithm) {
  libauth_config *config = libauth_config_new("https://host.example");
  libauth_daxpay *daxpay = NULL;
  must(libauth_daxpay_new(config, "M1ZFS", "M1Z", sign_key, algorithm, &daxpay, &error));
  libauth_config_free(config);
  return daxpay;
}

void ours_daxpay_build(void *daxpay, const uint8_t *body, size_t length, uint64_t count) {
  libauth_call *call = libauth_call_new("POST", "/unipay/pay");
  libauth_call_set_body(call, "application/json", body, length);
  for (uint64_t i = 0; i < count; i++) {
    libauth_http_request *request = NULL;
    must(libauth_daxpay_build_call(daxpay, call, NULL, &request, &error));
    libauth_http_request_free(request);
  }
  libauth_call_free(call);
}

void ours_daxpay_read(void *daxpay, const uint8_t *body, size_t length, uint64_t count) {
  libauth_call *call = libauth_call_new("POST", "/unipay/pay");
  libauth_call_set_body(call, "application/json", (const uint8_t *)"{}", 2);
  libauth_http_request *request = NULL;
  must(libauth_daxpay_build_call(daxpay, call, NULL, &request, &error));
  for (uint64_t i = 0; i < count; i++) {
    libauth_http_response *response = libauth_http_response_new(200);
    libauth_http_response_set_body(response, body, length);
    libauth_answer *answer = NULL;
    must(libauth_daxpay_read_call(daxpay, request, response, &answer, &error));
    libauth_answer_free(answer);
    libauth_http_response_free(response);
  }
  libauth_http_request_free(request);
  libauth_call_free(call);
}

void *ours_redemption(const char *private_key) {
  libauth_config *config = libauth_config_new("https://host.example");
  libauth_redemption *redemption = NULL;
  must(libauth_redemption_new_rsa(config, "business", "merchant", private_key, NULL, &redemption, &error));
  libauth_config_free(config);
  return redemption;
}

void ours_redemption_build(void *redemption, uint64_t count) {
  libauth_redemption_request *wanted = libauth_redemption_request_new();
  libauth_redemption_request_set_serial_no(wanted, "serial");
  libauth_redemption_request_set_user_id(wanted, "user");
  for (uint64_t i = 0; i < count; i++) {
    libauth_http_request *request = NULL;
    must(libauth_redemption_build_get_alipay_url(redemption, wanted, NULL, &request, &error));
    libauth_http_request_free(request);
  }
  libauth_redemption_request_free(wanted);
}
