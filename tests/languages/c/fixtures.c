#include "fixtures.h"

/* A message that somebody signed for `explain` to tell us the signature of. */
static const uint8_t webhook[] = "{\"type\":\"PAY_SUCCESS\",\"event_id\":\"e-1\",\"data\":{}}";
static const uint8_t callback[] = "{\"serialNo\":\"s-1\",\"openId\":\"2088\"}";

static const char *now_text(void) {
  static char text[32];
  snprintf(text, sizeof text, "%lld", (long long)time(NULL) * 1000);
  return text;
}

/* The platform's messages, with signatures taken from the explanation of what should be signed. */
static void make_messages(struct fixtures *fx) {
  libauth_explanation *why = NULL;
  fx->inbound = libauth_inbound_new("POST", "/notify");
  libauth_inbound_set_body(fx->inbound, webhook, sizeof webhook - 1);
  made(libauth_creditpay_explain_event(fx->creditpay, fx->inbound, NULL, &why, &fx->error), fx->error);
  libauth_inbound_add_header(fx->inbound, "signature", libauth_explanation_signature(why));
  libauth_inbound_add_header(fx->inbound, "timestamp", now_text());
  made(libauth_creditpay_verify(fx->creditpay, fx->inbound, &fx->creditpay_event, &fx->error), fx->error);
  libauth_explanation_free(why);

  char body[512];
  const char *notification = "{\"code\":0,\"msg\":\"success\",\"data\":{\"bizOrderNo\":\"B-1\"}}";
  libauth_inbound *inbound = libauth_inbound_new("POST", "/daxpay");
  libauth_inbound_set_body(inbound, (const uint8_t *)notification, strlen(notification));
  made(libauth_daxpay_explain_event(fx->daxpay, inbound, NULL, &why, &fx->error), fx->error);
  snprintf(body, sizeof body, "{\"code\":0,\"msg\":\"success\",\"data\":{\"bizOrderNo\":\"B-1\"},\"sign\":\"%s\"}",
           libauth_explanation_signature(why));
  libauth_inbound_set_body(inbound, (const uint8_t *)body, strlen(body));
  made(libauth_daxpay_verify(fx->daxpay, inbound, &fx->daxpay_event, &fx->error), fx->error);
  libauth_inbound_free(inbound);
  libauth_explanation_free(why);

  inbound = libauth_inbound_new("POST", "/redemption");
  libauth_inbound_add_header(inbound, "businessId", BUSINESS_ID);
  libauth_inbound_add_header(inbound, "nonce", "fixture-nonce");
  libauth_inbound_add_header(inbound, "timestamp", now_text());
  libauth_inbound_add_header(inbound, "signType", "MD5");
  libauth_inbound_set_body(inbound, callback, sizeof callback - 1);
  made(libauth_redemption_explain_event(fx->redemption, inbound, NULL, &fx->explanation, &fx->error), fx->error);
  libauth_inbound_add_header(inbound, "sign", libauth_explanation_signature(fx->explanation));
  made(libauth_redemption_verify(fx->redemption, inbound, &fx->redemption_event, &fx->error), fx->error);
  libauth_inbound_free(inbound);
}

static int32_t no_add(void *context, const char *key, const uint8_t *value, size_t length, int64_t ttl_ms,
                      int64_t timeout_ms) {
  (void)context, (void)key, (void)value, (void)length, (void)ttl_ms, (void)timeout_ms;
  return -1;
}

void fixtures_make(struct fixtures *fx, const char *scope) {
  memset(fx, 0, sizeof *fx);
  fx->config = libauth_config_new(base(scope, "", "creditpay"));
  fx->creditpay = new_creditpay(base(scope, "", "creditpay"));
  fx->daxpay = new_daxpay(base(scope, "", "daxpay"));
  fx->openplatform = new_openplatform(base(scope, "", "openplatform"));
  fx->redemption = new_redemption(base(scope, "", "redemption"));
  fx->seller = new_seller(base(scope, "", "seller"));

  fx->options = libauth_options_new();
  fx->store = libauth_store_new(NULL, no_add, NULL, NULL, NULL);
  fx->call = libauth_call_new("POST", "/any");
  fx->http_response = libauth_http_response_new(200);
  fx->creditpay_request = new_creditpay_request();
  fx->daxpay_auth_request = new_daxpay_auth_request("fixture-code");
  fx->daxpay_auth_url_request = libauth_daxpay_auth_url_request_new();
  libauth_daxpay_auth_url_request_set_channel(fx->daxpay_auth_url_request, "ali_pay");
  fx->redemption_request = new_redemption_request("fixture-serial");

  made(libauth_creditpay_issue_code(fx->creditpay, fx->creditpay_request, NULL, &fx->creditpay_code, &fx->error),
       fx->error);
  made(libauth_creditpay_build_issue_code(fx->creditpay, fx->creditpay_request, NULL, &fx->http_request, &fx->error),
       fx->error);
  made(libauth_daxpay_auth(fx->daxpay, fx->daxpay_auth_request, NULL, &fx->daxpay_identity, &fx->error), fx->error);
  made(
      libauth_daxpay_generate_auth_url(fx->daxpay, fx->daxpay_auth_url_request, NULL, &fx->daxpay_auth_url, &fx->error),
      fx->error);
  made(libauth_redemption_get_alipay_url(fx->redemption, fx->redemption_request, NULL, &fx->redemption_alipay_url,
                                         &fx->error),
       fx->error);
  made(libauth_seller_token(fx->seller, NULL, &fx->token, &fx->error), fx->error);
  made(libauth_seller_call(fx->seller, fx->call, NULL, &fx->answer, &fx->error), fx->error);
  make_messages(fx);
  made(libauth_seller_stats_json(fx->seller, &fx->text, &fx->error), fx->error);

  /* And an error: there is no code with that name. */
  libauth_token *none = NULL;
  if (libauth_creditpay_open_token(fx->creditpay, "unknown", NULL, &none, &fx->error) == LIBAUTH_OK) exit(EXIT_FAILURE);
}

void fixtures_free(struct fixtures *fx) {
  libauth_config_free(fx->config);
  libauth_options_free(fx->options);
  libauth_store_free(fx->store);
  libauth_call_free(fx->call);
  libauth_answer_free(fx->answer);
  libauth_http_request_free(fx->http_request);
  libauth_http_response_free(fx->http_response);
  libauth_token_free(fx->token);
  libauth_inbound_free(fx->inbound);
  libauth_error_free(fx->error);
  libauth_explanation_free(fx->explanation);
  libauth_text_free(fx->text);
  libauth_creditpay_request_free(fx->creditpay_request);
  libauth_creditpay_code_free(fx->creditpay_code);
  libauth_creditpay_event_free(fx->creditpay_event);
  libauth_daxpay_auth_request_free(fx->daxpay_auth_request);
  libauth_daxpay_auth_url_request_free(fx->daxpay_auth_url_request);
  libauth_daxpay_identity_free(fx->daxpay_identity);
  libauth_daxpay_auth_url_free(fx->daxpay_auth_url);
  libauth_daxpay_event_free(fx->daxpay_event);
  libauth_redemption_request_free(fx->redemption_request);
  libauth_redemption_alipay_url_free(fx->redemption_alipay_url);
  libauth_redemption_event_free(fx->redemption_event);
  libauth_creditpay_free(fx->creditpay);
  libauth_daxpay_free(fx->daxpay);
  libauth_openplatform_free(fx->openplatform);
  libauth_redemption_free(fx->redemption);
  libauth_seller_free(fx->seller);
}
