/* The scenarios of tests/scenarios.txt in C: what the platforms send to their users. */
#define _POSIX_C_SOURCE 200809L
#include "scenario.h"
#include "store.h"

static libauth_creditpay *creditpay_of(const libauth_config *config) {
  libauth_creditpay *creditpay = NULL;
  made(libauth_creditpay_new(config, PLAT_ID, API_KEY, SIGNATURE_KEY, &creditpay, &error), error);
  return creditpay;
}

/* Checks a webhook and is done with it; gives what became of it. One that came before is given too. */
static libauth_status verified(const libauth_creditpay *creditpay, const struct message *message) {
  libauth_creditpay_event *event = NULL;
  libauth_status status = libauth_creditpay_verify(creditpay, message->inbound, &event, &error);
  CHECK((event != NULL) == (status == LIBAUTH_OK || status == LIBAUTH_REPLAYED || status == LIBAUTH_BUSY));
  CHECK((error == NULL) == (status == LIBAUTH_OK));
  forget_error();
  if (event != NULL && status != LIBAUTH_BUSY) ok(libauth_creditpay_event_done(event, &error));
  libauth_creditpay_event_free(event);
  forget_error();
  return status;
}

static void scenario_webhook_genuine(void) {
  libauth_creditpay *creditpay = new_creditpay(base("c-genuine", "", "creditpay"));
  struct message message = message_of(
      "{\"platform\":\"creditpay\",\"kind\":\"PAY_SUCCESS\",\"event_id\":\"event-1\",\"token\":\"customer-1\","
      "\"nonce\":\"trace-1\",\"retry\":3,\"data\":{\"note\":\"收\",\"lines\":[{\"no\":7}]}}");
  libauth_creditpay_event *event = NULL;
  size_t length = 0;
  if (ok(libauth_creditpay_verify(creditpay, message.inbound, &event, &error))) {
    const uint8_t *body = libauth_creditpay_event_body(event, &length);
    CHECK(libauth_creditpay_event_kind(event) == LIBAUTH_CREDITPAY_KIND_PAY_SUCCESS);
    CHECK(equal(libauth_creditpay_event_type(event), "PAY_SUCCESS"));
    CHECK(equal(libauth_creditpay_event_id(event), "event-1"));
    CHECK(equal(libauth_creditpay_event_platform_id(event), PLAT_ID));
    CHECK(equal(libauth_creditpay_event_customer_token(event), "customer-1"));
    CHECK(equal(libauth_creditpay_event_trace_id(event), "trace-1"));
    CHECK(equal(libauth_creditpay_event_retry(event), "3"));
    CHECK(libauth_creditpay_event_lang(event) == NULL);
    CHECK(libauth_creditpay_event_timestamp_ms(event) == message.timestamp_ms);
    CHECK(equal(libauth_creditpay_event_field(event, "data.note"), "收"));
    CHECK(equal(libauth_creditpay_event_field(event, "data.lines.0.no"), "7"));
    CHECK(equal(libauth_creditpay_event_field(event, "data.lines"), "[{\"no\":7}]"));
    CHECK(libauth_creditpay_event_field(event, "data.nothing") == NULL);
    CHECK(length == strlen(message.body) && memcmp(body, message.body, length) == 0);
  }
  libauth_creditpay_event_free(event);
  message_free(&message);
  message = message_of("{\"platform\":\"creditpay\",\"kind\":\"GET_DEFAULT_ACCOUNT_CREDIT_LIMIT\"}");
  event = NULL;
  if (ok(libauth_creditpay_verify(creditpay, message.inbound, &event, &error))) {
    CHECK(libauth_creditpay_event_kind(event) == LIBAUTH_CREDITPAY_KIND_CREDIT_LIMIT_QUERY);
    CHECK(equal(libauth_creditpay_event_lang(event), "en-US"));
    CHECK(libauth_creditpay_event_id(event) == NULL);
  }
  libauth_creditpay_event_free(event);
  message_free(&message);
  libauth_creditpay_free(creditpay);
}

static void scenario_webhook_tampered(void) {
  static const char *const ways[] = {"body", "signature", "missing_signature"};
  libauth_creditpay *creditpay = new_creditpay(base("c-tampered", "", "creditpay"));
  libauth_creditpay_event *event = NULL;
  char json[128];
  size_t i;
  struct message message;
  for (i = 0; i < sizeof ways / sizeof *ways; i++) {
    snprintf(json, sizeof json, "{\"platform\":\"creditpay\",\"kind\":\"REFUND\",\"tamper\":\"%s\"}", ways[i]);
    message = message_of(json);
    CHECK(libauth_creditpay_verify(creditpay, message.inbound, &event, &error) == LIBAUTH_BAD_SIGNATURE);
    CHECK(event == NULL);
    CHECK(contains(libauth_error_message(error), "missing") == (i == 2));
    CHECK(!leaks(libauth_error_message(error)));
    forget_error();
    message_free(&message);
  }
  /* What was signed for one path does not count for another. */
  message = message_of("{\"platform\":\"creditpay\",\"kind\":\"REFUND\",\"path\":\"/notify\"}");
  CHECK(verified(creditpay, &message) == LIBAUTH_OK);
  libauth_inbound_free(message.inbound);
  message.inbound = libauth_inbound_new("POST", "/other");
  libauth_inbound_add_header(message.inbound, "signature", message.signature);
  snprintf(json, sizeof json, "%lld", (long long)message.timestamp_ms);
  libauth_inbound_add_header(message.inbound, "timestamp", json);
  libauth_inbound_set_body(message.inbound, (const uint8_t *)message.body, strlen(message.body));
  CHECK(verified(creditpay, &message) == LIBAUTH_BAD_SIGNATURE);
  message_free(&message);
  libauth_creditpay_free(creditpay);
}

static void scenario_webhook_replayed(void) {
  libauth_creditpay *creditpay = new_creditpay(base("c-replayed", "", "creditpay"));
  struct message first = message_of("{\"platform\":\"creditpay\",\"kind\":\"PAY_START\",\"event_id\":\"e-1\"}");
  struct message second = message_of("{\"platform\":\"creditpay\",\"kind\":\"PAY_START\",\"event_id\":\"e-2\"}");
  CHECK(verified(creditpay, &first) == LIBAUTH_OK);
  CHECK(verified(creditpay, &first) == LIBAUTH_REPLAYED);
  CHECK(verified(creditpay, &second) == LIBAUTH_OK);
  CHECK(verified(creditpay, &first) == LIBAUTH_REPLAYED);
  message_free(&second);
  message_free(&first);
  libauth_creditpay_free(creditpay);
}

static void tell_time(void *context, int64_t *unix_ms, int64_t *monotonic_ms) {
  *unix_ms = *(const int64_t *)context;
  *monotonic_ms = *unix_ms;
}

static void scenario_webhook_stale(void) {
  libauth_config *config = libauth_config_new(base("c-stale", "", "creditpay"));
  struct message message = message_of("{\"platform\":\"creditpay\",\"kind\":\"PAY_START\"}");
  int64_t clock = message.timestamp_ms;
  libauth_creditpay *creditpay;
  libauth_config_set_clock_callback(config, tell_time, &clock);
  creditpay = creditpay_of(config);
  /* By default an hour: the timestamp is not signed, and a repeat may bear the first one's. */
  clock = message.timestamp_ms + 3600001;
  CHECK(verified(creditpay, &message) == LIBAUTH_STALE);
  clock = message.timestamp_ms - 3600001;
  CHECK(verified(creditpay, &message) == LIBAUTH_STALE);
  /* A stale message was not accepted, so it is not a replay; the edge belongs to the window. */
  clock = message.timestamp_ms - 3600000;
  CHECK(verified(creditpay, &message) == LIBAUTH_OK);
  clock = message.timestamp_ms + 3600000;
  CHECK(verified(creditpay, &message) == LIBAUTH_REPLAYED);
  libauth_creditpay_free(creditpay);

  libauth_config_set_window_ms(config, 1000);
  creditpay = creditpay_of(config);
  clock = message.timestamp_ms + 1001;
  CHECK(verified(creditpay, &message) == LIBAUTH_STALE);
  clock = message.timestamp_ms + 1000;
  CHECK(verified(creditpay, &message) == LIBAUTH_OK);
  libauth_creditpay_free(creditpay);
  message_free(&message);
  libauth_config_free(config);
}

static void scenario_daxpay_notification(void) {
  libauth_daxpay *daxpay = new_daxpay(base("c-notification", "", "daxpay"));
  struct message message = message_of("{\"platform\":\"daxpay\",\"kind\":\"payment\",\"event_id\":\"trace-9\"}");
  libauth_daxpay_event *notification = NULL;
  size_t length = 0;
  if (ok(libauth_daxpay_verify(daxpay, message.inbound, &notification, &error))) {
    const uint8_t *body = libauth_daxpay_event_body(notification, &length);
    CHECK(equal(libauth_daxpay_event_code(notification), "0"));
    CHECK(equal(libauth_daxpay_event_message(notification), "success"));
    CHECK(equal(libauth_daxpay_event_trace_id(notification), "trace-9"));
    CHECK(equal(libauth_daxpay_event_field(notification, "data.title"), "测试接口支付"));
    CHECK(equal(libauth_daxpay_event_field(notification, "data.amount"), "1.10"));
    CHECK(libauth_daxpay_event_field(notification, "data.attach") == NULL);
    CHECK(length == strlen(message.body) && memcmp(body, message.body, length) == 0);
    CHECK(strcmp(LIBAUTH_DAXPAY_REPLY, "SUCCESS") == 0);
    ok(libauth_daxpay_event_done(notification, &error));
  }
  libauth_daxpay_event_free(notification);
  CHECK(libauth_daxpay_verify(daxpay, message.inbound, &notification, &error) == LIBAUTH_REPLAYED);
  CHECK(equal(libauth_daxpay_event_trace_id(notification), "trace-9"));
  libauth_daxpay_event_free(notification);
  forget_error();
  message_free(&message);
  message = message_of("{\"platform\":\"daxpay\",\"kind\":\"refund\",\"tamper\":\"signature\"}");
  CHECK(libauth_daxpay_verify(daxpay, message.inbound, &notification, &error) == LIBAUTH_BAD_SIGNATURE);
  forget_error();
  message_free(&message);
  libauth_daxpay_free(daxpay);
}

static void check_callback(const libauth_redemption *redemption, const char *algorithm) {
  char json[256];
  struct message message;
  libauth_redemption_event *callback = NULL;
  snprintf(json, sizeof json, "{\"platform\":\"redemption\",\"algorithm\":\"%s\",\"event_id\":\"serial-4\"}",
           algorithm);
  message = message_of(json);
  if (ok(libauth_redemption_verify(redemption, message.inbound, &callback, &error))) {
    CHECK(equal(libauth_redemption_event_serial_no(callback), "serial-4"));
    CHECK(equal(libauth_redemption_event_open_id(callback), "sandbox-open-id-074Pjc8q"));
    CHECK(equal(libauth_redemption_event_user_id(callback), "sandbox-用户-1"));
    CHECK(equal(libauth_redemption_event_field(callback, "merchantId"), MERCHANT_ID));
    CHECK(libauth_redemption_event_field(callback, "nothing") == NULL);
    ok(libauth_redemption_event_done(callback, &error));
  }
  libauth_redemption_event_free(callback);
  CHECK(libauth_redemption_verify(redemption, message.inbound, &callback, &error) == LIBAUTH_REPLAYED);
  CHECK(equal(libauth_redemption_event_serial_no(callback), "serial-4"));
  libauth_redemption_event_free(callback);
  forget_error();
  message_free(&message);
  snprintf(json, sizeof json, "{\"platform\":\"redemption\",\"algorithm\":\"%s\",\"tamper\":\"body\"}", algorithm);
  message = message_of(json);
  CHECK(libauth_redemption_verify(redemption, message.inbound, &callback, &error) == LIBAUTH_BAD_SIGNATURE);
  CHECK(callback == NULL);
  forget_error();
  message_free(&message);
}

static void scenario_redemption_callback(void) {
  libauth_redemption *rsa = new_redemption_rsa(base("c-callback-rsa", "", "redemption"));
  libauth_redemption *md5 = new_redemption(base("c-callback-md5", "", "redemption"));
  check_callback(rsa, "SHA256-RSA");
  check_callback(md5, "MD5");
  libauth_redemption_free(md5);
  libauth_redemption_free(rsa);
}

static void scenario_token_store(void) {
  struct memory memory = {0};
  uint8_t key[32] = {7};
  libauth_config *config = libauth_config_new(base("c-token-store", "", "seller"));
  libauth_store *store = memory_store(&memory);
  libauth_seller *one = NULL, *other = NULL;
  libauth_token *token = NULL, *same = NULL;
  libauth_config_set_token_store(config, store);
  libauth_store_free(store);
  CHECK(libauth_seller_new(config, ACCESS_KEY, SECRET_KEY, &one, &error) == LIBAUTH_INVALID_CONFIG);
  forget_error();
  libauth_config_add_store_key(config, "one", key, 31);
  CHECK(libauth_seller_new(config, ACCESS_KEY, SECRET_KEY, &one, &error) == LIBAUTH_INVALID_CONFIG);
  CHECK(strstr(libauth_error_message(error), "31 bytes") != NULL);
  forget_error();
  libauth_config_free(config);

  config = libauth_config_new(base("c-token-store", "", "seller"));
  store = memory_store(&memory);
  libauth_config_set_token_store(config, store);
  libauth_config_add_store_key(config, "one", key, sizeof key);
  libauth_store_free(store);
  made(libauth_seller_new(config, ACCESS_KEY, SECRET_KEY, &one, &error), error);
  made(libauth_seller_new(config, ACCESS_KEY, SECRET_KEY, &other, &error), error);
  if (ok(libauth_seller_token(one, NULL, &token, &error)) && ok(libauth_seller_token(other, NULL, &same, &error))) {
    CHECK(equal(libauth_token_value(token), libauth_token_value(same)));
    CHECK(!libauth_token_is_degraded(token) && !libauth_token_is_degraded(same));
    CHECK(libauth_token_expires_at_ms(token) == libauth_token_expires_at_ms(same));
    CHECK(libauth_answer_http_status(libauth_token_answer(same)) == 0);
  }
  CHECK(counted("c-token-store", "seller", "requests") == 1);
  libauth_token_free(token);
  libauth_token_free(same);
  libauth_seller_free(one);
  libauth_seller_free(other);
  libauth_config_free(config);
}

/* A guard that a database might be: it knows one key. */
struct guard {
  int asked;
  char key[512];
  int64_t ttl_ms;
};

static int32_t look_up(void *context, const char *key, const uint8_t *value, size_t value_length, int64_t ttl_ms,
                       int64_t timeout_ms) {
  struct guard *guard = context;
  int fresh = strcmp(guard->key, key) != 0;
  guard->asked++;
  snprintf(guard->key, sizeof guard->key, "%s", key);
  guard->ttl_ms = ttl_ms;
  CHECK(value != NULL && value_length > 0 && timeout_ms == 200);
  return fresh;
}

static void scenario_replay_store(void) {
  struct guard guard = {0, "", 0};
  struct memory memory = {0};
  libauth_config *config = libauth_config_new(base("c-replay-store", "", "creditpay"));
  libauth_store *store = libauth_store_new(NULL, look_up, NULL, NULL, &guard);
  struct message message = message_of("{\"platform\":\"creditpay\",\"kind\":\"PAY_START\"}");
  libauth_creditpay *one, *other;
  libauth_creditpay_event *event = NULL;
  libauth_config_set_replay_store(config, store);
  libauth_store_free(store);
  one = creditpay_of(config);
  other = creditpay_of(config);
  CHECK(verified(one, &message) == LIBAUTH_OK && guard.asked == 1 && *guard.key != '\0');
  /* Known to whoever shares the guard. */
  CHECK(verified(other, &message) == LIBAUTH_REPLAYED && guard.asked == 2);
  /* A webhook's time is not signed: it is remembered for a day. */
  CHECK(guard.ttl_ms == 86400000);
  /* The built-in guard is not asked besides. */
  guard.key[0] = '\0';
  CHECK(verified(one, &message) == LIBAUTH_OK && guard.asked == 3);
  libauth_creditpay_free(other);
  libauth_creditpay_free(one);

  /* One with all four operations has two phases. */
  store = memory_store(&memory);
  libauth_config_set_replay_store(config, store);
  libauth_store_free(store);
  one = creditpay_of(config);
  other = creditpay_of(config);
  ok(libauth_creditpay_verify(one, message.inbound, &event, &error));
  CHECK(verified(other, &message) == LIBAUTH_BUSY);
  ok(libauth_creditpay_event_done(event, &error));
  CHECK(verified(other, &message) == LIBAUTH_REPLAYED);
  libauth_creditpay_event_free(event);
  libauth_creditpay_free(other);
  libauth_creditpay_free(one);
  message_free(&message);
  libauth_config_free(config);
}

int main(void) {
  scenario_webhook_genuine();
  scenario_webhook_tampered();
  scenario_webhook_replayed();
  scenario_webhook_stale();
  scenario_daxpay_notification();
  scenario_redemption_callback();
  scenario_replay_store();
  scenario_token_store();
  return check_results();
}
