/* What the callbacks of a configuration are given, and what their answers do. */
#define _POSIX_C_SOURCE 200809L
#include "scenario.h"

/* Every line of a session, one after the other. */
struct log {
  struct http_bytes text;
  int lines;
};

static void keep_line(void *context, int32_t level, const char *line) {
  struct log *log = context;
  char prefix[16];
  snprintf(prefix, sizeof prefix, "%d ", (int)level);
  CHECK(strpbrk(line, "\r\n") == NULL);
  http_add_text(&log->text, prefix);
  http_add_text(&log->text, line);
  http_add_text(&log->text, "\n");
  log->lines++;
}

static libauth_config *logged(struct log *log, const char *fault, const char *platform) {
  libauth_config *config = libauth_config_new(base("c-session", fault, platform));
  libauth_config_set_max_tries(config, 2);
  libauth_config_set_log_callback(config, LIBAUTH_LOG_TRACE, keep_line, log);
  return config;
}

/* Notes a secret that the session came by. */
static void keep_secret(struct http_bytes *secrets, const char *secret) {
  if (!CHECK(secret != NULL && strlen(secret) > 5)) return;
  http_add_text(secrets, secret);
  http_add_text(secrets, "\n");
}

/* What a failed call says counts as a line: it will be logged by somebody. */
static void keep_error(struct log *log) {
  if (error == NULL) return;
  keep_line(log, LIBAUTH_LOG_ERROR, libauth_error_message(error));
  if (libauth_error_platform_message(error) != NULL)
    keep_line(log, LIBAUTH_LOG_ERROR, libauth_error_platform_message(error));
  forget_error();
}

static void session_creditpay(struct log *log, struct http_bytes *secrets, const char *fault) {
  libauth_config *config = logged(log, fault, "creditpay");
  struct message message = message_of("{\"platform\":\"creditpay\",\"token\":\"secret-customer-token\"}");
  libauth_creditpay_request *request = new_creditpay_request();
  libauth_creditpay *creditpay = NULL;
  libauth_creditpay_code *code = NULL;
  libauth_creditpay_event *event = NULL;
  libauth_token *token = NULL;
  made(libauth_creditpay_new(config, PLAT_ID, API_KEY, SIGNATURE_KEY, &creditpay, &error), error);
  libauth_creditpay_request_set_customer_token(request, "secret-customer-token");
  if (libauth_creditpay_issue_code(creditpay, request, NULL, &code, &error) == LIBAUTH_OK) {
    keep_secret(secrets, libauth_creditpay_code_ident_code(code));
    ok(libauth_creditpay_open_token(creditpay, libauth_creditpay_code_ident_code(code), NULL, &token, &error));
    keep_secret(secrets, libauth_token_value(token));
  }
  keep_error(log);
  ok(libauth_creditpay_verify(creditpay, message.inbound, &event, &error));
  ok(libauth_creditpay_event_done(event, &error));
  libauth_creditpay_event_free(event);
  CHECK(libauth_creditpay_verify(creditpay, message.inbound, &event, &error) == LIBAUTH_REPLAYED);
  keep_error(log);
  libauth_creditpay_event_free(event);
  libauth_token_free(token);
  libauth_creditpay_code_free(code);
  libauth_creditpay_request_free(request);
  libauth_creditpay_free(creditpay);
  message_free(&message);
  libauth_config_free(config);
}

static void session_daxpay(struct log *log, struct http_bytes *secrets, const char *fault) {
  libauth_config *config = logged(log, fault, "daxpay");
  libauth_daxpay_auth_request *request = new_daxpay_auth_request("secret-authorization-code");
  libauth_daxpay *daxpay = NULL;
  libauth_daxpay_identity *identity = NULL;
  made(libauth_daxpay_new(config, APP_ID, MCH_NO, SIGN_KEY, LIBAUTH_DAXPAY_SIGN_HMAC_SHA256, &daxpay, &error), error);
  if (libauth_daxpay_auth(daxpay, request, NULL, &identity, &error) == LIBAUTH_OK)
    keep_secret(secrets, libauth_daxpay_identity_access_token(identity));
  keep_error(log);
  libauth_daxpay_identity_free(identity);
  libauth_daxpay_free(daxpay);
  libauth_daxpay_auth_request_free(request);
  libauth_config_free(config);
}

static void session_tokens(struct log *log, struct http_bytes *secrets, const char *fault) {
  libauth_config *of_openplatform = logged(log, fault, "openplatform"), *of_seller = logged(log, fault, "seller");
  libauth_call *call = libauth_call_new("POST", "/orders");
  libauth_openplatform *openplatform = NULL;
  libauth_seller *seller = NULL;
  libauth_token *token = NULL;
  libauth_answer *answer = NULL;
  made(libauth_openplatform_new(of_openplatform, CLIENT_ID, CLIENT_SECRET, &openplatform, &error), error);
  made(libauth_seller_new(of_seller, ACCESS_KEY, SECRET_KEY, &seller, &error), error);
  if (libauth_openplatform_token(openplatform, NULL, &token, &error) == LIBAUTH_OK)
    keep_secret(secrets, libauth_token_value(token));
  keep_error(log);
  libauth_token_free(token);
  if (libauth_seller_token(seller, NULL, &token, &error) == LIBAUTH_OK)
    keep_secret(secrets, libauth_token_value(token));
  keep_error(log);
  libauth_token_free(token);
  CHECK((libauth_openplatform_call(openplatform, call, NULL, &answer, &error) == LIBAUTH_OK) == (error == NULL));
  libauth_answer_free(answer);
  keep_error(log);
  CHECK((libauth_seller_call(seller, call, NULL, &answer, &error) == LIBAUTH_OK) == (error == NULL));
  libauth_answer_free(answer);
  keep_error(log);
  libauth_seller_free(seller);
  libauth_openplatform_free(openplatform);
  libauth_call_free(call);
  libauth_config_free(of_seller);
  libauth_config_free(of_openplatform);
}

static void session_redemption(struct log *log, const char *private_key, const char *fault, int number) {
  libauth_config *config = logged(log, fault, "redemption");
  char serial_no[32];
  libauth_redemption *handles[2] = {NULL, NULL};
  libauth_redemption_alipay_url *url = NULL;
  int i;

  /* A handle cannot know another's secret: with the RSA keys, nobody says the MD5 secret aloud. */
  libauth_config *rsa = logged(log, strstr(fault, "echo_secret") == NULL ? fault : "status=500", "redemption");
  made(libauth_redemption_new_rsa(rsa, BUSINESS_ID, MERCHANT_ID, private_key, NULL, &handles[0], &error), error);
  made(libauth_redemption_new_md5(config, BUSINESS_ID, MERCHANT_ID, MD5_SECRET, &handles[1], &error), error);
  for (i = 0; i < 2; i++) {
    libauth_redemption_request *request;
    snprintf(serial_no, sizeof serial_no, "serial-%d-%d", number, i);
    request = new_redemption_request(serial_no);
    CHECK((libauth_redemption_get_alipay_url(handles[i], request, NULL, &url, &error) == LIBAUTH_OK) ==
          (error == NULL));
    keep_error(log);
    libauth_redemption_alipay_url_free(url);
    libauth_redemption_request_free(request);
    libauth_redemption_free(handles[i]);
  }
  libauth_config_free(rsa);
  libauth_config_free(config);
}

/* A password in a proxy's address, and keys and values that are wrong, are secrets too. */
static void session_of_mistakes(struct log *log, const char *private_key) {
  libauth_config *config = logged(log, "", "seller");
  libauth_redemption *redemption = NULL;
  libauth_seller *seller = NULL;
  libauth_token *token = NULL;
  char half[256];
  libauth_config_set_proxy(config, "http://user:secret-proxy-password@127.0.0.1:1");
  libauth_config_set_timeout_ms(config, 1000);
  made(libauth_seller_new(config, ACCESS_KEY, SECRET_KEY, &seller, &error), error);
  CHECK(libauth_seller_token(seller, NULL, &token, &error) == LIBAUTH_NETWORK);
  keep_error(log);
  libauth_seller_free(seller);
  libauth_config_set_proxy(config, "user:secret-proxy-password@nonsense:x");
  CHECK(libauth_seller_new(config, ACCESS_KEY, SECRET_KEY, &seller, &error) == LIBAUTH_INVALID_CONFIG);
  keep_error(log);
  CHECK(libauth_seller_new(config, ACCESS_KEY, SECRET_KEY "\xff", &seller, &error) == LIBAUTH_INVALID_ARGUMENT);
  keep_error(log);
  libauth_config_set_proxy(config, NULL);
  snprintf(half, sizeof half, "%s", private_key);
  CHECK(libauth_redemption_new_rsa(config, BUSINESS_ID, MERCHANT_ID, half, NULL, &redemption, &error) ==
        LIBAUTH_INVALID_KEY);
  keep_error(log);
  libauth_config_free(config);
}

static void no_secret_in_a_session(void) {
  static const char *const faults[] = {"", "code=401,echo_secret", "code=500,echo_secret,at=business", "reset_after"};
  static const char planted[] =
      API_KEY "\n" SIGNATURE_KEY "\n" SIGN_KEY "\n" CLIENT_SECRET "\n" MD5_SECRET "\n" ACCESS_KEY "\n" SECRET_KEY
              "\nsecret-customer-token\nsecret-authorization-code\n"
              "secret-proxy-password\n";
  struct log log = {{NULL, 0}, 0};
  struct http_bytes secrets = {NULL, 0};
  char *private_key = credential("redemption_merchant_private_key_pem"), *at, *end;
  int count = 0, i;
  http_add_text(&secrets, planted);
  http_add_text(&secrets, strchr(private_key, '\n') + 1); /* its lines, each of them */
  for (i = 0; i < (int)(sizeof faults / sizeof *faults); i++) {
    session_creditpay(&log, &secrets, faults[i]);
    session_daxpay(&log, &secrets, faults[i]);
    session_tokens(&log, &secrets, faults[i]);
    session_redemption(&log, private_key, faults[i], i);
  }
  session_of_mistakes(&log, private_key);

  CHECK(log.lines > 60);
  for (at = secrets.data; (end = strchr(at, '\n')) != NULL; at = end + 1) {
    *end = '\0';
    if (*at == '\0' || *at == '-') continue; /* -----END ... */
    count++;
    if (!CHECK(!contains(log.text.data, at))) fprintf(stderr, "a line of the log holds %s\n", at);
  }
  CHECK(count > 40);
  if (getenv("SHOW_LOG") != NULL) fputs(log.text.data, stderr);
  free(private_key);
  free(secrets.data);
  free(log.text.data);
}

/* How many lines of each level there were. */
struct levels {
  int of[LIBAUTH_LOG_TRACE + 1];
};

static void count_line(void *context, int32_t level, const char *line) {
  struct levels *levels = context;
  if (CHECK(level >= LIBAUTH_LOG_ERROR && level <= LIBAUTH_LOG_TRACE && line != NULL)) levels->of[level]++;
}

/* A log that is off, or asked for errors alone, is told no more. */
static void log_levels(void) {
  struct levels levels = {{0}};
  libauth_config *config = libauth_config_new(base("c-levels", "code=500,at=business", "seller"));
  libauth_call *call = libauth_call_new("GET", "/shop");
  libauth_seller *seller = NULL;
  libauth_answer *answer = NULL;
  libauth_config_set_log_callback(config, LIBAUTH_LOG_OFF, count_line, &levels);
  made(libauth_seller_new(config, ACCESS_KEY, SECRET_KEY, &seller, &error), error);
  CHECK(libauth_seller_call(seller, call, NULL, &answer, &error) == LIBAUTH_PLATFORM);
  forget_error();
  libauth_seller_free(seller);
  CHECK(levels.of[LIBAUTH_LOG_ERROR] == 0);
  libauth_config_set_log_callback(config, LIBAUTH_LOG_ERROR, count_line, &levels);
  made(libauth_seller_new(config, ACCESS_KEY, SECRET_KEY, &seller, &error), error);
  CHECK(libauth_seller_call(seller, call, NULL, &answer, &error) == LIBAUTH_PLATFORM);
  forget_error();
  libauth_seller_free(seller);
  CHECK(levels.of[LIBAUTH_LOG_ERROR] == 1);
  CHECK(levels.of[LIBAUTH_LOG_WARN] + levels.of[LIBAUTH_LOG_INFO] + levels.of[LIBAUTH_LOG_DEBUG] +
            levels.of[LIBAUTH_LOG_TRACE] ==
        0);
  libauth_config_set_log_callback(config, LIBAUTH_LOG_INFO, count_line, &levels);
  made(libauth_seller_new(config, ACCESS_KEY, SECRET_KEY, &seller, &error), error);
  CHECK(libauth_seller_call(seller, call, NULL, &answer, &error) == LIBAUTH_PLATFORM);
  forget_error();
  libauth_seller_free(seller);
  CHECK(levels.of[LIBAUTH_LOG_INFO] >= 1 && levels.of[LIBAUTH_LOG_DEBUG] + levels.of[LIBAUTH_LOG_TRACE] == 0);
  libauth_call_free(call);
  libauth_config_free(config);
}

/* A guard that answers what it is told to. */
struct guard {
  int32_t answer;
  int asked;
  char last_key[512];
};

static int32_t answer_as_told(void *context, const char *key, const uint8_t *value, size_t value_length, int64_t ttl_ms,
                              int64_t timeout_ms) {
  struct guard *guard = context;
  guard->asked++;
  CHECK(*key != '\0' && !leaks(key) && value != NULL && value_length > 0 && ttl_ms > 0 && timeout_ms == 200);
  snprintf(guard->last_key, sizeof guard->last_key, "%s", key);
  return guard->answer;
}

static const char *const senders[] = {
    "{\"platform\":\"creditpay\",\"kind\":\"REFUND\"%s}",
    "{\"platform\":\"daxpay\",\"kind\":\"refund\"%s}",
    "{\"platform\":\"redemption\",\"algorithm\":\"MD5\"%s}",
};

/* Checks a message of a platform, counted as in `senders`. */
static libauth_status verify(const libauth_config *config, int sender, const struct message *message) {
  libauth_creditpay *creditpay = NULL;
  libauth_daxpay *daxpay = NULL;
  libauth_redemption *redemption = NULL;
  libauth_creditpay_event *event = NULL;
  libauth_daxpay_event *notification = NULL;
  libauth_redemption_event *callback = NULL;
  libauth_status status;
  made(libauth_creditpay_new(config, PLAT_ID, API_KEY, SIGNATURE_KEY, &creditpay, &error), error);
  made(libauth_daxpay_new(config, APP_ID, MCH_NO, SIGN_KEY, LIBAUTH_DAXPAY_SIGN_HMAC_SHA256, &daxpay, &error), error);
  made(libauth_redemption_new_md5(config, BUSINESS_ID, MERCHANT_ID, MD5_SECRET, &redemption, &error), error);
  if (sender == 0) {
    status = libauth_creditpay_verify(creditpay, message->inbound, &event, &error);
  } else if (sender == 1) {
    status = libauth_daxpay_verify(daxpay, message->inbound, &notification, &error);
  } else {
    status = libauth_redemption_verify(redemption, message->inbound, &callback, &error);
  }
  CHECK((event != NULL || notification != NULL || callback != NULL) ==
        (status == LIBAUTH_OK || status == LIBAUTH_REPLAYED));
  CHECK(libauth_error_status(error) == status);
  libauth_redemption_event_free(callback);
  libauth_daxpay_event_free(notification);
  libauth_creditpay_event_free(event);
  libauth_redemption_free(redemption);
  libauth_daxpay_free(daxpay);
  libauth_creditpay_free(creditpay);
  forget_error();
  return status;
}

static void replay_answers_count(void) {
  static const libauth_status expected[] = {LIBAUTH_STORE, LIBAUTH_REPLAYED, LIBAUTH_OK};
  struct guard guard = {0, 0, ""};
  libauth_config *config = libauth_config_new(base("c-replay-answers", "", "creditpay"));
  char json[256], first_key[512];
  int sender;
  libauth_store *store = libauth_store_new(NULL, answer_as_told, NULL, NULL, &guard);
  libauth_config_set_replay_store(config, store);
  libauth_store_free(store);
  for (sender = 0; sender < 3; sender++) {
    struct message message, forged, other;
    snprintf(json, sizeof json, senders[sender], "");
    message = message_of(json);
    other = message_of(json);
    guard.asked = 0;
    for (guard.answer = -1; guard.answer <= 1; guard.answer++) {
      CHECK(verify(config, sender, &message) == expected[guard.answer + 1]);
      CHECK(guard.asked == guard.answer + 2);
      if (guard.answer == -1) memcpy(first_key, guard.last_key, sizeof first_key);
      CHECK(equal(first_key, guard.last_key)); /* one message, one key */
    }
    guard.answer = 1;
    CHECK(verify(config, sender, &other) == LIBAUTH_OK && !equal(first_key, guard.last_key));

    /* A message that nobody may trust does not reach the guard: it could be filled with such. */
    snprintf(json, sizeof json, senders[sender], ",\"tamper\":\"signature\"");
    forged = message_of(json);
    CHECK(verify(config, sender, &forged) == LIBAUTH_BAD_SIGNATURE && guard.asked == 4);
    message_free(&forged);
    snprintf(json, sizeof json, senders[sender], ",\"timestamp_offset_ms\":-7200000");
    forged = message_of(json);
    CHECK(verify(config, sender, &forged) == LIBAUTH_STALE && guard.asked == 4);
    message_free(&forged);
    message_free(&other);
    message_free(&message);
  }
  libauth_config_free(config);
}

int main(void) {
  no_secret_in_a_session();
  log_levels();
  replay_answers_count();
  return check_results();
}
