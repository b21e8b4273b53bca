/* The scenarios of tests/scenarios.txt in C, one function each, in a scope of the sandbox of its own. Here: what
 * the platforms give. */
#define _POSIX_C_SOURCE 200809L
#include "scenario.h"

static int is_hex(const char *text, size_t length) {
  return text != NULL && strlen(text) == length && strspn(text, "0123456789abcdef") == length;
}

static void scenario_creditpay_issue_code(void) {
  const char *url = base("c-issue-code", "", "creditpay");
  libauth_creditpay *creditpay = new_creditpay(url);
  libauth_creditpay_request *request = new_creditpay_request();
  libauth_creditpay_code *code = NULL;
  char expected[1024];
  if (ok(libauth_creditpay_issue_code(creditpay, request, NULL, &code, &error))) {
    const char *ident_code = libauth_creditpay_code_ident_code(code);
    const libauth_answer *answer = libauth_creditpay_code_answer(code);
    CHECK(is_hex(ident_code, 32));
    snprintf(expected, sizeof expected, "%s/oauth?ident_code=%s", url, ident_code);
    CHECK(equal(libauth_creditpay_code_url(code), expected));
    CHECK(raw_body_holds(answer, "ident_code", ident_code));
    CHECK(equal(libauth_answer_field(answer, "data.ident_code"), ident_code));
    CHECK(libauth_answer_field(answer, "data.nothing") == NULL);
    CHECK(libauth_answer_http_status(answer) == 200 && equal(libauth_answer_code(answer), "0"));
    CHECK(contains(libauth_answer_header(answer, "CONTENT-TYPE"), "application/json"));
  }
  libauth_creditpay_code_free(code);
  libauth_creditpay_request_free(request);
  libauth_creditpay_free(creditpay);
}

static void scenario_creditpay_cards(void) {
  libauth_creditpay *creditpay = new_creditpay(base("c-cards", "", "creditpay"));
  libauth_creditpay_request *request = new_creditpay_request();
  libauth_creditpay_code *code = NULL;
  libauth_creditpay_request_set_customer_no(request, "客户-1");
  libauth_options *options = libauth_options_new();
  libauth_options_set_trace_id(options, "trace-77");
  libauth_creditpay_request_set_lang(request, "zh-CN");
  libauth_creditpay_request_set_credit_limit_tag(request, "gold");
  libauth_creditpay_request_add_card(request, "gold", "10001.23", "CNY", "https://shop.example/gold.png",
                                     "<b>金卡 额度</b>");
  libauth_creditpay_request_add_card(request, "silver", "500", "CNY", "https://shop.example/silver.png",
                                     "<input name=\"银卡\">");
  if (ok(libauth_creditpay_issue_code(creditpay, request, options, &code, &error))) {
    CHECK(is_hex(libauth_creditpay_code_ident_code(code), 32));
    CHECK(last_request_holds("c-cards", "creditpay", "\"refused\":null"));
    CHECK(last_request_holds("c-cards", "creditpay", "客户-1"));
    CHECK(last_request_holds("c-cards", "creditpay", "金卡 额度"));
    CHECK(last_request_holds("c-cards", "creditpay", "\\\"10001.23\\\""));
    CHECK(last_request_holds("c-cards", "creditpay", "[\"trace\",\"trace-77\"]"));
    CHECK(last_request_holds("c-cards", "creditpay", "[\"lang\",\"zh-CN\"]"));
  }
  libauth_options_free(options);
  /* Money is never a float, and never just text. */
  libauth_creditpay_code_free(code);
  libauth_creditpay_request_add_card(request, "brass", "12,5", "CNY", "https://shop.example/brass.png", "brass");
  CHECK(libauth_creditpay_issue_code(creditpay, request, NULL, &code, &error) == LIBAUTH_INVALID_ARGUMENT);
  CHECK(contains(libauth_error_message(error), "amount"));
  CHECK(counted("c-cards", "creditpay", "requests") == 1);
  forget_error();
  libauth_creditpay_request_free(request);
  libauth_creditpay_free(creditpay);
}

static void scenario_creditpay_open_token(void) {
  libauth_creditpay *creditpay = new_creditpay(base("c-open-token", "", "creditpay"));
  libauth_creditpay_request *request = new_creditpay_request();
  libauth_creditpay_code *code = NULL;
  libauth_token *token = NULL;
  int64_t before = now_ms();
  ok(libauth_creditpay_issue_code(creditpay, request, NULL, &code, &error));
  if (ok(libauth_creditpay_open_token(creditpay, libauth_creditpay_code_ident_code(code), NULL, &token, &error))) {
    const char *value = libauth_token_value(token);
    int64_t lifetime = libauth_token_lifetime_ms(token), end = libauth_token_expires_at_ms(token);
    CHECK(value != NULL && strncmp(value, "Bearer", 6) != 0 && strlen(value) > 20);
    CHECK(libauth_token_header_name(token) != NULL && contains(libauth_token_header_value(token), value));
    /* The sandbox's open_token lives for two hours, told in whole seconds. */
    CHECK(lifetime > 7195000 && lifetime <= 7201000);
    CHECK(end >= before + 7195000 && end <= now_ms() + 7201000);
    CHECK(contains(libauth_answer_field(libauth_token_answer(token), "data.open_token"), value));
  }
  libauth_token_free(token);
  libauth_creditpay_code_free(code);
  libauth_creditpay_request_free(request);
  libauth_creditpay_free(creditpay);
}

static void scenario_daxpay_auth(void) {
  libauth_daxpay *daxpay = new_daxpay(base("c-daxpay-auth", "", "daxpay"));
  libauth_daxpay_auth_request *request = new_daxpay_auth_request("code-1");
  libauth_daxpay_identity *identity = NULL;
  libauth_daxpay_auth_request_set_client_ip(request, "10.0.0.1");
  if (ok(libauth_daxpay_auth(daxpay, request, NULL, &identity, &error))) {
    const libauth_answer *answer = libauth_daxpay_identity_answer(identity);
    CHECK(raw_body_holds(answer, "openId", libauth_daxpay_identity_open_id(identity)));
    CHECK(raw_body_holds(answer, "userId", libauth_daxpay_identity_user_id(identity)));
    CHECK(raw_body_holds(answer, "accessToken", libauth_daxpay_identity_access_token(identity)));
    CHECK(libauth_daxpay_identity_status(identity) == LIBAUTH_DAXPAY_STATUS_SUCCESS);
    CHECK(equal(libauth_daxpay_identity_status_name(identity), "success"));
  }
  libauth_daxpay_identity_free(identity);
  libauth_daxpay_auth_request_set_auth_code(request, "waiting-1");
  ok(libauth_daxpay_auth(daxpay, request, NULL, &identity, &error));
  CHECK(libauth_daxpay_identity_status(identity) == LIBAUTH_DAXPAY_STATUS_WAITING);
  CHECK(libauth_daxpay_identity_open_id(identity) == NULL);
  libauth_daxpay_identity_free(identity);
  libauth_daxpay_auth_request_set_auth_code(request, "none-1");
  ok(libauth_daxpay_auth(daxpay, request, NULL, &identity, &error));
  CHECK(libauth_daxpay_identity_status(identity) == LIBAUTH_DAXPAY_STATUS_NOT_EXIST);
  libauth_daxpay_identity_free(identity);
  libauth_daxpay_auth_request_free(request);
  libauth_daxpay_free(daxpay);
}

static void scenario_daxpay_generate_auth_url(void) {
  libauth_daxpay *daxpay = new_daxpay(base("c-auth-url", "", "daxpay"));
  libauth_daxpay_auth_url_request *request = libauth_daxpay_auth_url_request_new();
  libauth_daxpay_auth_request *auth = new_daxpay_auth_request("code-1");
  libauth_daxpay_auth_url *url = NULL;
  libauth_answer *answer = NULL;
  libauth_daxpay_auth_url_request_set_channel(request, "ali_pay");
  libauth_daxpay_auth_url_request_set_auth_redirect_url(request, "https://shop.example/back");
  if (ok(libauth_daxpay_generate_auth_url(daxpay, request, NULL, &url, &error))) {
    CHECK(strncmp(libauth_daxpay_auth_url_url(url), "http", 4) == 0);
    CHECK(raw_body_holds(libauth_daxpay_auth_url_answer(url), "authUrl", libauth_daxpay_auth_url_url(url)));
    CHECK(raw_body_holds(libauth_daxpay_auth_url_answer(url), "queryCode", libauth_daxpay_auth_url_query_code(url)));
    CHECK(last_request_holds("c-auth-url", "daxpay", "https://shop.example/back"));
  }
  ok(libauth_daxpay_auth_and_set(daxpay, auth, NULL, &answer, &error));
  CHECK(equal(libauth_answer_code(answer), "0"));
  libauth_answer_free(answer);
  libauth_daxpay_auth_url_free(url);
  libauth_daxpay_auth_request_free(auth);
  libauth_daxpay_auth_url_request_free(request);
  libauth_daxpay_free(daxpay);
}

static void scenario_daxpay_unsigned_answer(void) {
  libauth_config *config = libauth_config_new(base("c-unsigned", "", "daxpay-unsigned"));
  libauth_daxpay_auth_request *request = new_daxpay_auth_request("code-1");
  libauth_daxpay *strict = NULL, *tolerant = NULL;
  libauth_daxpay_identity *identity = NULL;
  ok(libauth_daxpay_new(config, APP_ID, MCH_NO, SIGN_KEY, LIBAUTH_DAXPAY_SIGN_HMAC_SHA256, &strict, &error));
  libauth_config_set_daxpay_response_signature(config, LIBAUTH_DAXPAY_RESPONSE_SIGNATURE_IF_PRESENT);
  ok(libauth_daxpay_new(config, APP_ID, MCH_NO, SIGN_KEY, LIBAUTH_DAXPAY_SIGN_HMAC_SHA256, &tolerant, &error));

  /* The handle keeps the settings that it was made from. */
  CHECK(libauth_daxpay_auth(strict, request, NULL, &identity, &error) == LIBAUTH_BAD_SIGNATURE);
  CHECK(libauth_error_delivery(error) == LIBAUTH_DELIVERY_ANSWERED && identity == NULL);
  forget_error();
  libauth_daxpay_auth_request_set_auth_code(request, "code-2");
  ok(libauth_daxpay_auth(tolerant, request, NULL, &identity, &error));
  CHECK(libauth_daxpay_identity_open_id(identity) != NULL);
  libauth_daxpay_identity_free(identity);
  libauth_daxpay_free(tolerant);
  libauth_daxpay_free(strict);
  libauth_daxpay_auth_request_free(request);
  libauth_config_free(config);
}

static void scenario_openplatform_token_and_call(void) {
  static const char body[] = "{\"name\":\"张三\"}";
  libauth_openplatform *openplatform = new_openplatform(base("c-openplatform", "", "openplatform"));
  libauth_call *call = libauth_call_new("POST", "/v1/orders/中");
  libauth_token *token = NULL;
  libauth_answer *answer = NULL;
  char header[256];
  libauth_call_add_query(call, "a", "2 &");
  libauth_call_add_header(call, "X-Own", "own");
  libauth_call_set_body(call, NULL, (const uint8_t *)body, strlen(body));
  ok(libauth_openplatform_token(openplatform, NULL, &token, &error));
  if (ok(libauth_openplatform_call(openplatform, call, NULL, &answer, &error))) {
    CHECK(equal(libauth_token_header_name(token), "Access-Token"));
    CHECK(equal(libauth_answer_field(answer, "data.method"), "POST"));
    CHECK(equal(libauth_answer_field(answer, "data.token_serial"), "1"));
    CHECK(contains(libauth_answer_field(answer, "data.query"), "a=2"));
    snprintf(header, sizeof header, "[\"Access-Token\",\"%s\"]", libauth_token_header_value(token));
    CHECK(last_request_holds("c-openplatform", "openplatform", header));
    CHECK(last_request_holds("c-openplatform", "openplatform", "[\"X-Own\",\"own\"]"));
    CHECK(last_request_holds("c-openplatform", "openplatform", "\"body\":\"{\\\"name\\\":\\\"张三\\\"}\""));
    CHECK(last_request_holds("c-openplatform", "openplatform", "/v1/orders/%E4%B8%AD"));
  }
  libauth_answer_free(answer);
  libauth_token_free(token);
  libauth_call_free(call);
  libauth_openplatform_free(openplatform);
}

static void check_alipay_url(const libauth_redemption *redemption, const char *scope, const char *sign_type) {
  libauth_redemption_request *request = new_redemption_request("serial-1");
  libauth_redemption_alipay_url *url = NULL;
  libauth_redemption_request_set_callback_url(request, "https://shop.example/callback");
  if (ok(libauth_redemption_get_alipay_url(redemption, request, NULL, &url, &error))) {
    const libauth_answer *answer = libauth_redemption_alipay_url_answer(url);
    CHECK(strncmp(libauth_redemption_alipay_url_url(url), "https://", 8) == 0);
    CHECK(raw_body_holds(answer, "alipayAuthUrl", libauth_redemption_alipay_url_url(url)));
    CHECK(last_request_holds(scope, "redemption", "\"refused\":null"));
    CHECK(last_request_holds(scope, "redemption", sign_type));
  }
  libauth_redemption_alipay_url_free(url);
  libauth_redemption_request_free(request);
}

static void scenario_redemption_rsa(void) {
  libauth_config *config = libauth_config_new(base("c-rsa", "", "redemption"));
  char *private_key = credential("redemption_merchant_private_key_pem");
  libauth_redemption *redemption = NULL;
  if (ok(libauth_redemption_new_rsa(config, BUSINESS_ID, MERCHANT_ID, private_key, NULL, &redemption, &error)))
    check_alipay_url(redemption, "c-rsa", "\"SHA256-RSA\"");
  libauth_redemption_free(redemption);
  free(private_key);
  libauth_config_free(config);
}

static void scenario_redemption_md5(void) {
  libauth_redemption *redemption = new_redemption(base("c-md5", "", "redemption"));
  check_alipay_url(redemption, "c-md5", "\"MD5\"");
  libauth_redemption_free(redemption);
}

static void scenario_seller_token_cached(void) {
  libauth_seller *seller = new_seller(base("c-cached", "", "seller"));
  libauth_token *first = NULL, *second = NULL;
  char bearer[1024];
  ok(libauth_seller_token(seller, NULL, &first, &error));
  ok(libauth_seller_token(seller, NULL, &second, &error));
  CHECK(first != second && equal(libauth_token_value(first), libauth_token_value(second)));
  snprintf(bearer, sizeof bearer, "Bearer %s", libauth_token_value(first));
  CHECK(equal(libauth_token_header_name(first), "Authorization"));
  CHECK(equal(libauth_token_header_value(first), bearer));
  CHECK(counted("c-cached", "seller", "requests") == 1 && counted("c-cached", "seller", "token_requests") == 1);
  libauth_token_free(first);
  libauth_seller_free(seller);
  CHECK(strlen(libauth_token_value(second)) > 20); /* a copy of its own */
  libauth_token_free(second);
}

static void scenario_seller_stats(void) {
  libauth_seller *seller = new_seller(base("c-stats", "", "seller"));
  libauth_token *first = NULL, *second = NULL;
  libauth_text *stats = NULL;
  const char *json;
  ok(libauth_seller_token(seller, NULL, &first, &error));
  ok(libauth_seller_token(seller, NULL, &second, &error));
  ok(libauth_seller_stats_json(seller, &stats, &error));
  json = libauth_text_value(stats);
  CHECK(strstr(json, "{\"platform\":\"seller\",\"calls\":{\"token\":{\"OK\":{\"count\":1,\"total_us\":") == json);
  CHECK(strstr(json, "\"connections\":{\"opened\":1,\"reused\":0,\"failed\":0}") != NULL);
  CHECK(strstr(json, "\"tokens\":{\"fetched\":1,\"refreshed\":0,\"cached\":1,\"failed\":0,\"shared\":0") != NULL);
  libauth_text_free(stats);
  libauth_text_free(NULL);
  CHECK(libauth_text_value(NULL) == NULL);
  libauth_token_free(first);
  libauth_token_free(second);
  libauth_seller_free(seller);
}

static void scenario_seller_token_replaced(void) {
  libauth_seller *seller = new_seller(base("c-replaced", "", "seller"));
  libauth_call *call = libauth_call_new("GET", "/v1/shop");
  libauth_token *first = NULL, *second = NULL;
  libauth_answer *answer = NULL;
  ok(libauth_seller_token(seller, NULL, &first, &error));
  order("expire", "c-replaced", "");
  ok(libauth_seller_call(seller, call, NULL, &answer, &error));
  CHECK(libauth_answer_http_status(answer) == 200);
  CHECK(equal(libauth_answer_field(answer, "data.token_serial"), "2"));
  ok(libauth_seller_token(seller, NULL, &second, &error));
  CHECK(libauth_token_value(second) != NULL && !equal(libauth_token_value(first), libauth_token_value(second)));
  CHECK(counted("c-replaced", "seller", "business_requests") == 2);
  CHECK(counted("c-replaced", "seller", "token_requests") == 2);
  libauth_answer_free(answer);
  libauth_token_free(second);
  libauth_token_free(first);
  libauth_call_free(call);
  libauth_seller_free(seller);
}

int main(void) {
  scenario_creditpay_issue_code();
  scenario_creditpay_cards();
  scenario_creditpay_open_token();
  scenario_daxpay_auth();
  scenario_daxpay_generate_auth_url();
  scenario_daxpay_unsigned_answer();
  scenario_openplatform_token_and_call();
  scenario_redemption_rsa();
  scenario_redemption_md5();
  scenario_seller_token_cached();
  scenario_seller_stats();
  scenario_seller_token_replaced();
  return check_results();
}
