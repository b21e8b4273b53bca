/* What came with 0.2: fields that are absent, null or numbers, texts with a length, options, handles that are
 * shared, settings of other platforms. */
#include "fixtures.h"

static libauth_error *error;

static int refused(libauth_status got, libauth_status expected, const char *part) {
  int holds = got == expected && contains(libauth_error_message(error), part) && !leaks(libauth_error_message(error));
  if (!holds) fprintf(stderr, "%s: %s\n", libauth_status_name(got), libauth_error_message(error));
  libauth_error_free(error);
  error = NULL;
  return holds;
}

/* For what cannot fail. */
static void must(libauth_status status) { made(status, error); }

/* An answer of the platform with this `data`, as if it had been received. */
static libauth_answer *answer_with(libauth_seller *seller, const char *data) {
  libauth_call *call = libauth_call_new("GET", "/any");
  libauth_http_request *request = NULL;
  libauth_http_response *response = libauth_http_response_new(503);
  libauth_answer *answer = NULL;
  char body[512];
  snprintf(body, sizeof body, "{\"code\":200,\"data\":%s}", data);
  must(libauth_seller_build_call(seller, call, NULL, &request, &error));
  libauth_http_response_set_status(response, 200);
  libauth_http_response_add_header_n(response, "X-Order: 1", 7, "4711\r\n", 4);
  libauth_http_response_set_body(response, (const uint8_t *)body, strlen(body));
  must(libauth_seller_read_call(seller, request, response, &answer, &error));
  libauth_http_response_free(response);
  libauth_http_request_free(request);
  libauth_call_free(call);
  return answer;
}

static void fields(libauth_seller *seller) {
  libauth_answer *answer = answer_with(
      seller,
      "{\"n\":7,\"text\":\"42\",\"word\":\"seven\",\"null\":null,\"yes\":true,\"list\":[1,null],\"object\":{},"
      "\"part\":1.5,\"big\":9223372036854775808,\"least\":-9223372036854775808}");
  const char *fallback = "nothing";
  CHECK(strcmp(libauth_answer_header(answer, "x-order"), "4711") == 0);
  CHECK(strcmp(libauth_answer_field_or(answer, "data.word", fallback), "seven") == 0);
  CHECK(libauth_answer_field_or(answer, "data.null", fallback) == fallback);
  CHECK(libauth_answer_field_or(answer, "data.absent", fallback) == fallback);
  CHECK(libauth_answer_field_or(answer, NULL, fallback) == fallback);
  CHECK(libauth_answer_field_or(NULL, "data.word", fallback) == fallback);
  CHECK(libauth_answer_field_or(answer, "data.absent", NULL) == NULL);
  CHECK(libauth_answer_field(answer, "data.absent") == NULL && libauth_answer_field(answer, "data.null") == NULL);

  CHECK(libauth_answer_field_type(answer, "data.absent") == LIBAUTH_JSON_ABSENT);
  CHECK(libauth_answer_field_type(answer, "data.n.deeper") == LIBAUTH_JSON_ABSENT);
  CHECK(libauth_answer_field_type(answer, "data.list.2") == LIBAUTH_JSON_ABSENT);
  CHECK(libauth_answer_field_type(answer, "data.null") == LIBAUTH_JSON_NULL);
  CHECK(libauth_answer_field_type(answer, "data.list.1") == LIBAUTH_JSON_NULL);
  CHECK(libauth_answer_field_type(answer, "data.yes") == LIBAUTH_JSON_BOOLEAN);
  CHECK(libauth_answer_field_type(answer, "data.n") == LIBAUTH_JSON_NUMBER);
  CHECK(libauth_answer_field_type(answer, "data.text") == LIBAUTH_JSON_STRING);
  CHECK(libauth_answer_field_type(answer, "data.list") == LIBAUTH_JSON_ARRAY);
  CHECK(libauth_answer_field_type(answer, "data.object") == LIBAUTH_JSON_OBJECT);

  CHECK(libauth_answer_field_int64(answer, "data.n", -1) == 7);
  CHECK(libauth_answer_field_int64(answer, "data.text", -1) == 42);
  CHECK(libauth_answer_field_int64(answer, "data.list.0", -1) == 1);
  CHECK(libauth_answer_field_int64(answer, "data.least", -1) == INT64_MIN);
  CHECK(libauth_answer_field_int64(answer, "data.word", -1) == -1);
  CHECK(libauth_answer_field_int64(answer, "data.part", -1) == -1);
  CHECK(libauth_answer_field_int64(answer, "data.big", -1) == -1);
  CHECK(libauth_answer_field_int64(answer, "data.null", -1) == -1);
  CHECK(libauth_answer_field_int64(answer, "data.yes", -1) == -1);
  CHECK(libauth_answer_field_int64(answer, "data.absent", -1) == -1);
  libauth_answer_free(answer);
}

/* What a server has is often not terminated: only so much of it counts. */
static void texts_with_a_length(libauth_creditpay *creditpay) {
  static const char head[] = "POST /notify?a=b HTTP/1.1";
  static const uint8_t body[] = "{\"type\":\"PAY_SUCCESS\",\"event_id\":\"e-values\",\"data\":{\"n\":3}}";
  char now[32], line[256];
  libauth_explanation *why = NULL;
  libauth_creditpay_event *event = NULL;
  libauth_inbound *message = libauth_inbound_new_n(head, 4, head + 5, 7);
  libauth_inbound_set_body(message, body, sizeof body - 1);
  must(libauth_creditpay_explain_event(creditpay, message, NULL, &why, &error));
  CHECK(libauth_explanation_signature_given(why) == 0 && libauth_explanation_matches(why) == 0);
  snprintf(line, sizeof line, "%sGARBAGE", libauth_explanation_signature(why));
  snprintf(now, sizeof now, "%lld", (long long)time(NULL) * 1000);
  libauth_inbound_add_header_n(message, "signature:", 9, line, strlen(line) - strlen("GARBAGE"));
  libauth_inbound_add_header_n(message, "timestamp\xff", 9, now, strlen(now));
  /* Of another platform, and not UTF-8: no reason to refuse. */
  libauth_inbound_add_header_n(message, "X-Other", 7, "\xff\xfe", 2);
  must(libauth_creditpay_verify(creditpay, message, &event, &error));
  CHECK(libauth_creditpay_event_kind(event) == LIBAUTH_CREDITPAY_KIND_PAY_SUCCESS);
  CHECK(libauth_creditpay_event_field_int64(event, "data.n", 0) == 3);
  CHECK(libauth_creditpay_event_field_type(event, "data.n") == LIBAUTH_JSON_NUMBER);
  CHECK(strcmp(libauth_creditpay_event_field_or(event, "data.m", "none"), "none") == 0);
  must(libauth_creditpay_event_done(event, &error));
  libauth_creditpay_event_free(event);
  event = NULL;
  libauth_inbound_free(message);
  libauth_explanation_free(why);

  message = libauth_inbound_new_n("P\xffST", 4, NULL, 0);
  CHECK(refused(libauth_creditpay_verify(creditpay, message, &event, &error), LIBAUTH_INVALID_ARGUMENT, "method"));
  CHECK(event == NULL);
  libauth_inbound_free(message);
  message = libauth_inbound_new_n("POST", 4, NULL, 7);
  CHECK(
      refused(libauth_creditpay_verify(creditpay, message, &event, &error), LIBAUTH_INVALID_ARGUMENT, "path is NULL"));
  libauth_inbound_free(message);
}

/* A handle lives until the last of those that share it is freed, and they have one token. */
static void shared(void) {
  libauth_seller *first = new_seller(base("values-share", "", "seller"));
  libauth_seller *second = libauth_seller_share(first);
  libauth_seller *third = libauth_seller_share(second);
  libauth_token *one = NULL, *two = NULL;
  CHECK(second != NULL && second != first && third != second);
  must(libauth_seller_token(first, NULL, &one, &error));
  libauth_seller_free(first);
  must(libauth_seller_token(second, NULL, &two, &error));
  CHECK(strcmp(libauth_token_value(one), libauth_token_value(two)) == 0);
  libauth_token_free(two);
  must(libauth_seller_invalidate(second, libauth_token_value(one), &error));
  libauth_seller_free(second);
  must(libauth_seller_token(third, NULL, &two, &error));
  CHECK(strcmp(libauth_token_value(one), libauth_token_value(two)) != 0);
  libauth_token_free(one);
  libauth_token_free(two);
  libauth_seller_free(third);
}

static int asked;

static int32_t stop(void *context) {
  asked++;
  return *(int *)context;
}

static void options(void) {
  libauth_seller *seller = new_seller(base("values-options", "slow=1500", "seller"));
  libauth_options *one_call = libauth_options_new();
  libauth_token *token = NULL;
  int yes = 1, no = 0;
  libauth_options_set_trace_id(one_call, "trace-of-mine");
  libauth_options_set_cancel_callback(one_call, stop, &yes);
  CHECK(libauth_seller_token(seller, one_call, &token, &error) == LIBAUTH_CANCELLED && asked > 0 && token == NULL);
  CHECK(strcmp(libauth_status_name(LIBAUTH_CANCELLED), "CANCELLED") == 0);
  CHECK(contains(libauth_error_trace_id(error), "trace-of-mine"));
  libauth_error_free(error);
  error = NULL;
  libauth_options_set_cancel_callback(one_call, NULL, NULL);
  libauth_options_set_timeout_ms(one_call, 200);
  CHECK(refused(libauth_seller_token(seller, one_call, &token, &error), LIBAUTH_TIMEOUT, ""));
  libauth_options_set_timeout_ms(one_call, 8000);
  libauth_options_set_cancel_callback(one_call, stop, &no);
  asked = 0;
  must(libauth_seller_token(seller, one_call, &token, &error));
  CHECK(asked > 1);
  libauth_options_free(one_call);
  libauth_token_free(token);
  libauth_seller_free(seller);
}

/* A setting that a platform does not know is refused, with its name. */
static void settings_of_others(void) {
  libauth_config *config = libauth_config_new("https://host.example");
  libauth_seller *seller = NULL;
  libauth_creditpay *creditpay = NULL;
  libauth_config_set_daxpay_utc_offset_minutes(config, 0);
  CHECK(refused(libauth_seller_new(config, ACCESS_KEY, SECRET_KEY, &seller, &error), LIBAUTH_INVALID_CONFIG,
                "daxpay_utc_offset_minutes"));
  libauth_config_free(config);
  config = libauth_config_new("https://host.example");
  libauth_config_set_creditpay_signed_path_prefix(config, "/dg");
  must(libauth_creditpay_new(config, PLAT_ID, API_KEY, SIGNATURE_KEY, &creditpay, &error));
  libauth_creditpay_free(creditpay);
  CHECK(refused(libauth_seller_new(config, ACCESS_KEY, SECRET_KEY, &seller, &error), LIBAUTH_INVALID_CONFIG,
                "creditpay_signed_path_prefix"));
  libauth_config_set_creditpay_signed_path_prefix(config, NULL);
  must(libauth_seller_new(config, ACCESS_KEY, SECRET_KEY, &seller, &error));
  libauth_seller_free(seller);
  libauth_config_set_seller_expires_in_unit(config, 9);
  seller = NULL;
  CHECK(refused(libauth_seller_new(config, ACCESS_KEY, SECRET_KEY, &seller, &error), LIBAUTH_INVALID_CONFIG,
                "seller_expires_in_unit"));
  libauth_config_set_seller_expires_in_unit(config, LIBAUTH_SELLER_EXPIRES_IN_SECONDS);
  libauth_config_set_ca_pem(config, (const uint8_t *)"no certificate", 14);
  CHECK(refused(libauth_seller_new(config, ACCESS_KEY, SECRET_KEY, &seller, &error), LIBAUTH_INVALID_CONFIG, "ca_pem"));
  libauth_config_free(config);
}

static void versions_and_replies(void) {
  CHECK(libauth_version_number() == LIBAUTH_VERSION_NUMBER);
  CHECK(strcmp(libauth_version(), LIBAUTH_VERSION) == 0);
  CHECK(libauth_check_version(LIBAUTH_VERSION_MAJOR, LIBAUTH_VERSION_MINOR, &error) == LIBAUTH_OK && error == NULL);
  CHECK(
      refused(libauth_check_version(0, LIBAUTH_VERSION_MINOR + 1, &error), LIBAUTH_INVALID_ARGUMENT, LIBAUTH_VERSION));
  CHECK(libauth_reply_status(LIBAUTH_OK) == 200 && libauth_reply_status(LIBAUTH_REPLAYED) == 200);
  CHECK(libauth_reply_status(LIBAUTH_BAD_SIGNATURE) == 400 && libauth_reply_status(LIBAUTH_STALE) == 400);
  CHECK(libauth_reply_status(LIBAUTH_BUSY) == 503 && libauth_reply_status(LIBAUTH_STORE) == 503);
  CHECK(libauth_reply_status(LIBAUTH_INTERNAL) == 503 && libauth_reply_status(-1) == 503);
  CHECK(strcmp(LIBAUTH_CREDITPAY_REPLY, "") == 0 && strcmp(LIBAUTH_DAXPAY_REPLY, "SUCCESS") == 0);
}

/* An output need not hold anything sensible before. */
static void outputs(void) {
  static char garbage;
  libauth_seller *seller = (libauth_seller *)(void *)&garbage;
  libauth_error *why = (libauth_error *)(void *)&garbage;
  CHECK(libauth_seller_new(NULL, ACCESS_KEY, SECRET_KEY, &seller, &why) == LIBAUTH_INVALID_ARGUMENT);
  CHECK(seller == NULL && contains(libauth_error_message(why), "config is NULL"));
  libauth_error_free(why);
}

int main(void) {
  libauth_seller *seller = new_seller(base("values", "", "seller"));
  libauth_creditpay *creditpay = new_creditpay(base("values", "", "creditpay"));
  libauth_token *token = NULL;
  must(libauth_seller_token(seller, NULL, &token, &error));
  libauth_token_free(token);
  fields(seller);
  texts_with_a_length(creditpay);
  libauth_creditpay_free(creditpay);
  libauth_seller_free(seller);
  shared();
  options();
  settings_of_others();
  versions_and_replies();
  outputs();
  return check_results();
}
