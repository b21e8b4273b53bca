/* The scenarios of tests/scenarios.txt in C: requests that go out over a client of one's own, explanations of
 * signatures, and the log. */
#define _POSIX_C_SOURCE 200809L
#include "scenario.h"

/* The three signing platforms, each with a client of one's own between build and read. */
static void offline_signed(void) {
  libauth_creditpay *creditpay = new_creditpay(base("c-offline", "", "creditpay"));
  libauth_daxpay *daxpay = new_daxpay(base("c-offline", "", "daxpay"));
  libauth_redemption *redemption = new_redemption_rsa(base("c-offline", "", "redemption"));
  libauth_creditpay_request *customer = new_creditpay_request();
  libauth_daxpay_auth_request *auth = new_daxpay_auth_request("code-1");
  libauth_redemption_request *user = new_redemption_request("serial-1");
  libauth_creditpay_code *code = NULL;
  libauth_token *token = NULL;
  libauth_daxpay_identity *identity = NULL;
  libauth_redemption_alipay_url *url = NULL;
  libauth_http_request *request = NULL;
  libauth_http_response *response;

  ok(libauth_creditpay_build_issue_code(creditpay, customer, NULL, &request, &error));
  CHECK(counted("c-offline", "creditpay", "requests") == 0);
  response = http_deliver(request);
  ok(libauth_creditpay_read_issue_code(creditpay, request, response, &code, &error));
  libauth_http_response_free(response);
  libauth_http_request_free(request);
  ok(libauth_creditpay_build_open_token(creditpay, libauth_creditpay_code_ident_code(code), NULL, &request, &error));
  response = http_deliver(request);
  ok(libauth_creditpay_read_open_token(creditpay, request, response, &token, &error));
  CHECK(libauth_token_value(token) != NULL);
  libauth_http_response_free(response);
  libauth_http_request_free(request);

  ok(libauth_daxpay_build_auth(daxpay, auth, NULL, &request, &error));
  response = http_deliver(request);
  ok(libauth_daxpay_read_auth(daxpay, request, response, &identity, &error));
  CHECK(libauth_daxpay_identity_open_id(identity) != NULL);
  libauth_http_response_free(response);
  libauth_http_request_free(request);

  ok(libauth_redemption_build_get_alipay_url(redemption, user, NULL, &request, &error));
  response = http_deliver(request);
  ok(libauth_redemption_read_get_alipay_url(redemption, request, response, &url, &error));
  CHECK(contains(libauth_redemption_alipay_url_url(url), "https://"));
  libauth_http_response_free(response);
  libauth_http_request_free(request);

  libauth_redemption_alipay_url_free(url);
  libauth_daxpay_identity_free(identity);
  libauth_token_free(token);
  libauth_creditpay_code_free(code);
  libauth_redemption_request_free(user);
  libauth_daxpay_auth_request_free(auth);
  libauth_creditpay_request_free(customer);
  libauth_redemption_free(redemption);
  libauth_daxpay_free(daxpay);
  libauth_creditpay_free(creditpay);
}

static void scenario_offline_round_trip(void) {
  libauth_seller *seller = new_seller(base("c-offline", "", "seller"));
  libauth_call *call = libauth_call_new("GET", "/shop");
  libauth_http_request *request = NULL;
  libauth_http_response *response;
  libauth_token *token = NULL, *cached = NULL;
  libauth_answer *answer = NULL;
  libauth_call_add_query(call, "name", "张 三&");

  offline_signed();

  CHECK(libauth_seller_build_call(seller, call, NULL, &request, &error) == LIBAUTH_UNAUTHORIZED && request == NULL);
  CHECK(libauth_error_delivery(error) == LIBAUTH_DELIVERY_NOT_SENT);
  forget_error();
  ok(libauth_seller_build_token(seller, NULL, &request, &error));
  CHECK(counted("c-offline", "seller", "requests") == 0);
  response = http_deliver(request);
  ok(libauth_seller_read_token(seller, request, response, &token, &error));
  libauth_http_response_free(response);
  libauth_http_request_free(request);
  ok(libauth_seller_token(seller, NULL, &cached, &error));
  CHECK(equal(libauth_token_value(token), libauth_token_value(cached)));
  CHECK(counted("c-offline", "seller", "token_requests") == 1);

  ok(libauth_seller_build_call(seller, call, NULL, &request, &error));
  CHECK(equal(libauth_http_request_method(request), "GET"));
  response = http_deliver(request);
  ok(libauth_seller_read_call(seller, request, response, &answer, &error));
  CHECK(equal(libauth_answer_field(answer, "data.token_serial"), "1"));
  CHECK(equal(libauth_answer_field(answer, "data.path"), "/shop"));
  libauth_http_response_free(response);
  libauth_http_request_free(request);

  libauth_answer_free(answer);
  libauth_token_free(cached);
  libauth_token_free(token);
  libauth_call_free(call);
  libauth_seller_free(seller);
}

/* An explanation of a webhook's signature by this handle. */
static libauth_explanation *explained(const libauth_creditpay *creditpay, const char *path, const char *body,
                                      const char *signature) {
  libauth_explanation *explanation = NULL;
  libauth_inbound *message = libauth_inbound_new("POST", path);
  libauth_inbound_set_body(message, (const uint8_t *)body, strlen(body));
  made(libauth_creditpay_explain(creditpay, message, signature, &explanation, &error), error);
  libauth_inbound_free(message);
  CHECK(!leaks(libauth_explanation_string_to_sign(explanation)) && !leaks(libauth_explanation_message(explanation)));
  return explanation;
}

/* Somebody signed the gateway prefix of the base URL, too: the sandbox, told that this is the path. */
static void explain_creditpay(void) {
  static const char prefixed[] = "/s/c-explain/creditpay/v1/pay";
  libauth_creditpay *creditpay = new_creditpay(base("c-explain", "", "creditpay"));
  struct message message =
      message_of("{\"platform\":\"creditpay\",\"kind\":\"PAY_START\",\"path\":\"/s/c-explain/creditpay/v1/pay\"}");
  libauth_explanation *explanation = explained(creditpay, prefixed, message.body, message.signature);
  CHECK(libauth_explanation_matches(explanation) == 1 && libauth_explanation_mistake_count(explanation) == 0);
  CHECK(equal(libauth_explanation_signature(explanation), message.signature));
  CHECK(contains(libauth_explanation_string_to_sign(explanation), message.body));
  libauth_explanation_free(explanation);

  explanation = explained(creditpay, "/v1/pay", message.body, NULL);
  CHECK(libauth_explanation_signature_given(explanation) == 0 && libauth_explanation_matches(explanation) == 0);
  CHECK(libauth_explanation_mistake_count(explanation) == 0);
  libauth_explanation_free(explanation);

  explanation = explained(creditpay, "/v1/pay", message.body, message.signature);
  CHECK(libauth_explanation_matches(explanation) == 0 && libauth_explanation_mistake_count(explanation) == 1);
  CHECK(libauth_explanation_signature_given(explanation) == 1);
  CHECK(equal(libauth_explanation_mistake(explanation, 0), "PATH_PREFIX"));
  CHECK(contains(libauth_explanation_message(explanation), "/s/c-explain/creditpay was signed"));
  CHECK(libauth_explanation_advice(explanation, 0) != NULL);
  CHECK(libauth_explanation_mistake(explanation, 1) == NULL && libauth_explanation_advice(explanation, 1) == NULL);
  CHECK(contains(libauth_explanation_algorithm(explanation), "HMAC-SHA1"));
  libauth_explanation_free(explanation);
  message_free(&message);
  libauth_creditpay_free(creditpay);
}

static void scenario_explain_mismatch(void) {
  static const char notification[] = "{\"code\":0,\"msg\":\"success\",\"data\":{\"bizOrderNo\":\"B-1\"}}";
  libauth_daxpay *daxpay = new_daxpay(base("c-explain", "", "daxpay"));
  libauth_redemption *redemption = new_redemption_rsa(base("c-explain", "", "redemption"));
  struct message message = message_of("{\"platform\":\"redemption\",\"algorithm\":\"SHA256-RSA\"}");
  libauth_explanation *explanation = NULL, *right = NULL;
  libauth_inbound *notified = libauth_inbound_new("POST", "/notify");
  libauth_inbound_set_body(notified, (const uint8_t *)notification, strlen(notification));

  explain_creditpay();

  if (ok(libauth_daxpay_explain_event(daxpay, notified, "00", &explanation, &error))) {
    CHECK(libauth_explanation_matches(explanation) == 0 && !leaks(libauth_explanation_string_to_sign(explanation)));
    ok(libauth_daxpay_explain_event(daxpay, notified, libauth_explanation_signature(explanation), &right, &error));
    CHECK(libauth_explanation_matches(right) == 1);
  }
  libauth_inbound_free(notified);
  libauth_explanation_free(right);
  libauth_explanation_free(explanation);

  /* Of what the platform signed only it can make the signature. */
  ok(libauth_redemption_explain_event(redemption, message.inbound, message.signature, &explanation, &error));
  CHECK(libauth_explanation_matches(explanation) == 1 && libauth_explanation_signature(explanation) == NULL);
  libauth_explanation_free(explanation);
  ok(libauth_redemption_explain_event(redemption, message.inbound, "AAAA", &explanation, &error));
  CHECK(libauth_explanation_matches(explanation) == 0);
  libauth_explanation_free(explanation);
  ok(libauth_redemption_explain(redemption, message.inbound, message.signature, &explanation, &error));
  CHECK(libauth_explanation_matches(explanation) == 0 && libauth_explanation_signature(explanation) != NULL);
  libauth_explanation_free(explanation);
  message_free(&message);
  libauth_redemption_free(redemption);
  libauth_daxpay_free(daxpay);
}

struct lines {
  int count, of_level[LIBAUTH_LOG_TRACE + 1], broken, secrets;
  const char *also_secret;
};

static void note_line(void *context, int32_t level, const char *line) {
  struct lines *lines = context;
  lines->count++;
  if (level >= LIBAUTH_LOG_ERROR && level <= LIBAUTH_LOG_TRACE) lines->of_level[level]++;
  lines->broken += strpbrk(line, "\r\n") != NULL || *line == '\0';
  lines->secrets += leaks(line) || contains(line, lines->also_secret);
}

static void scenario_log_without_secrets(void) {
  struct lines lines = {0, {0}, 0, 0, "authorization-code-1"};
  libauth_config *config = libauth_config_new(base("c-log", "code=500,echo_secret,at=business", "seller"));
  libauth_daxpay_auth_request *request = new_daxpay_auth_request("authorization-code-1");
  libauth_call *call = libauth_call_new("GET", "/shop");
  libauth_seller *seller = NULL;
  libauth_daxpay *daxpay = NULL;
  libauth_daxpay_identity *identity = NULL;
  libauth_token *token = NULL;
  libauth_answer *answer = NULL;
  libauth_config_set_log_callback(config, LIBAUTH_LOG_TRACE, note_line, &lines);
  made(libauth_seller_new(config, ACCESS_KEY, SECRET_KEY, &seller, &error), error);
  ok(libauth_seller_token(seller, NULL, &token, &error));
  lines.also_secret = libauth_token_value(token);
  CHECK(libauth_seller_call(seller, call, NULL, &answer, &error) == LIBAUTH_PLATFORM); /* it says the secrets aloud */
  CHECK(!leaks(libauth_error_message(error)) && !leaks(libauth_error_platform_message(error)));
  CHECK(!contains(libauth_error_platform_message(error), libauth_token_value(token)));
  forget_error();
  libauth_config_free(config);

  lines.also_secret = "authorization-code-1";
  config = libauth_config_new(base("c-log", "", "daxpay"));
  libauth_config_set_log_callback(config, LIBAUTH_LOG_TRACE, note_line, &lines);
  made(libauth_daxpay_new(config, APP_ID, MCH_NO, SIGN_KEY, LIBAUTH_DAXPAY_SIGN_HMAC_SHA256, &daxpay, &error), error);
  ok(libauth_daxpay_auth(daxpay, request, NULL, &identity, &error));
  libauth_config_free(config);

  CHECK(lines.count >= 4 && lines.of_level[LIBAUTH_LOG_ERROR] >= 1 && lines.of_level[LIBAUTH_LOG_DEBUG] >= 3);
  CHECK(lines.broken == 0);
  CHECK(lines.secrets == 0);
  libauth_daxpay_identity_free(identity);
  libauth_token_free(token);
  libauth_call_free(call);
  libauth_daxpay_auth_request_free(request);
  libauth_daxpay_free(daxpay);
  libauth_seller_free(seller);
}

int main(void) {
  scenario_offline_round_trip();
  scenario_explain_mismatch();
  scenario_log_without_secrets();
  return check_results();
}
