/* What wrong arguments get: INVALID_ARGUMENT, INVALID_CONFIG or INVALID_KEY, a message of one line that
 * names the thing to fix, nothing sent, no secret in it. */
#include "fixtures.h"

static libauth_error *error;

/* The outcome of the call before: its status, with a message that names `name`. Takes the error. */
static int refused(libauth_status got, libauth_status expected, const char *name) {
  const char *message = libauth_error_message(error);
  int holds = got == expected && libauth_error_status(error) == expected && contains(message, name) &&
              strchr(message, '\n') == NULL && strlen(message) < 500 && !leaks(message) &&
              libauth_error_delivery(error) == LIBAUTH_DELIVERY_NOT_SENT;
  if (!holds)
    fprintf(stderr, "expected %s naming %s, got %s: %s\n", libauth_status_name(expected), name,
            libauth_status_name(got), message == NULL ? "(no message)" : message);
  libauth_error_free(error);
  error = NULL;
  return holds;
}

static const char bad_utf8[] = "a\xff";
static char huge[4 * 1024 * 1024];

static void base_urls(void) {
  static const char *const urls[] = {"",
                                     "   ",
                                     "shop",
                                     "/path",
                                     "https://",
                                     "https://host:port",
                                     "https://host:99999",
                                     "https://host/?a=b",
                                     "https://host/#f",
                                     "http://shop.example",
                                     "ftp://shop.example",
                                     "https://user:pw@shop.example",
                                     bad_utf8};
  for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
    libauth_config *config = libauth_config_new(urls[i]);
    libauth_creditpay *creditpay = NULL;
    libauth_status status = libauth_creditpay_new(config, PLAT_ID, API_KEY, SIGNATURE_KEY, &creditpay, &error);
    CHECK(refused(status, urls[i] == bad_utf8 ? LIBAUTH_INVALID_ARGUMENT : LIBAUTH_INVALID_CONFIG, "base_url"));
    CHECK(creditpay == NULL);
    libauth_config_free(config);
  }
}

/* Setting a value that is out of range is reported with the setter's name. */
#define BAD_SETTING(setter, value, name, status)                                                       \
  do {                                                                                                 \
    libauth_config *config = libauth_config_new("https://host.example");                               \
    libauth_seller *seller = NULL;                                                                     \
    setter(config, value);                                                                             \
    CHECK(refused(libauth_seller_new(config, ACCESS_KEY, SECRET_KEY, &seller, &error), status, name)); \
    CHECK(seller == NULL);                                                                             \
    libauth_config_free(config);                                                                       \
  } while (0)

static void settings(void) {
  BAD_SETTING(libauth_config_set_timeout_ms, 0, "timeout_ms", LIBAUTH_INVALID_CONFIG);
  BAD_SETTING(libauth_config_set_timeout_ms, INT64_MAX, "timeout_ms", LIBAUTH_INVALID_CONFIG);
  BAD_SETTING(libauth_config_set_connect_timeout_ms, -1, "connect_timeout_ms", LIBAUTH_INVALID_CONFIG);
  BAD_SETTING(libauth_config_set_idle_timeout_ms, INT64_MIN, "idle_timeout_ms", LIBAUTH_INVALID_CONFIG);
  BAD_SETTING(libauth_config_set_max_tries, -1, "max_tries", LIBAUTH_INVALID_CONFIG);
  BAD_SETTING(libauth_config_set_max_tries, 11, "max_tries", LIBAUTH_INVALID_CONFIG);
  BAD_SETTING(libauth_config_set_max_response_bytes, 0, "max_response_bytes", LIBAUTH_INVALID_CONFIG);
  BAD_SETTING(libauth_config_set_daxpay_utc_offset_minutes, 5000, "utc_offset_minutes", LIBAUTH_INVALID_CONFIG);
  BAD_SETTING(libauth_config_set_daxpay_response_signature, 7, "response_signature", LIBAUTH_INVALID_CONFIG);
  BAD_SETTING(libauth_config_set_seller_expires_in_unit, -2, "expires_in_unit", LIBAUTH_INVALID_CONFIG);
  BAD_SETTING(libauth_config_set_openplatform_token_lifetime_ms, 0, "token_lifetime_ms", LIBAUTH_INVALID_CONFIG);
  BAD_SETTING(libauth_config_set_window_ms, 0, "window_ms", LIBAUTH_INVALID_CONFIG);
  BAD_SETTING(libauth_config_set_replay_capacity, 0, "replay_capacity", LIBAUTH_INVALID_CONFIG);
  BAD_SETTING(libauth_config_set_proxy, "socks5://127.0.0.1:1", "proxy", LIBAUTH_INVALID_CONFIG);
  BAD_SETTING(libauth_config_set_proxy, bad_utf8, "proxy", LIBAUTH_INVALID_ARGUMENT);
  BAD_SETTING(libauth_config_set_ca_file, "/no/such/file.pem", "ca_file", LIBAUTH_INVALID_CONFIG);
  BAD_SETTING(libauth_config_set_ca_file, "/dev/null", "ca_file", LIBAUTH_INVALID_CONFIG);
  BAD_SETTING(libauth_config_set_user_agent, "a\r\nb", "user_agent", LIBAUTH_INVALID_CONFIG);

  libauth_config *config = libauth_config_new("https://host.example");
  libauth_creditpay *creditpay = NULL;
  libauth_config_set_creditpay_signed_path_prefix(config, "dg/");
  CHECK(refused(libauth_creditpay_new(config, PLAT_ID, API_KEY, SIGNATURE_KEY, &creditpay, &error),
                LIBAUTH_INVALID_CONFIG, "signed_path_prefix"));
  /* A setting that is set again is judged anew, and the failure above took nothing over. */
  libauth_config_set_creditpay_signed_path_prefix(config, bad_utf8);
  libauth_config_set_creditpay_signed_path_prefix(config, "/dg");
  CHECK(libauth_creditpay_new(config, PLAT_ID, API_KEY, SIGNATURE_KEY, &creditpay, &error) == LIBAUTH_OK);
  libauth_creditpay_free(creditpay);
  libauth_config_free(config);
}

static void credentials(void) {
  libauth_config *config = libauth_config_new("https://host.example");
  libauth_creditpay *creditpay = NULL;
  static const char *const names[] = {"plat_id", "api_key", "signature_key"};
  static const char *const bad[] = {"", bad_utf8, NULL};
  for (int which = 0; which < 3; which++) {
    for (int i = 0; i < 3; i++) {
      const char *values[] = {PLAT_ID, API_KEY, SIGNATURE_KEY};
      values[which] = bad[i];
      CHECK(refused(libauth_creditpay_new(config, values[0], values[1], values[2], &creditpay, &error),
                    LIBAUTH_INVALID_ARGUMENT, names[which]));
    }
  }
  CHECK(refused(libauth_creditpay_new(config, PLAT_ID, "key\r\nx: y", SIGNATURE_KEY, &creditpay, &error),
                LIBAUTH_INVALID_ARGUMENT, "api_key"));
  libauth_daxpay *daxpay = NULL;
  CHECK(refused(libauth_daxpay_new(config, "123456789012345678901234567890123", NULL, SIGN_KEY, 0, &daxpay, &error),
                LIBAUTH_INVALID_ARGUMENT, "app_id"));
  CHECK(refused(libauth_daxpay_new(config, APP_ID, "123456789012345678901234567890123", SIGN_KEY, 0, &daxpay, &error),
                LIBAUTH_INVALID_ARGUMENT, "mch_no"));
  CHECK(
      refused(libauth_daxpay_new(config, APP_ID, NULL, "", 0, &daxpay, &error), LIBAUTH_INVALID_ARGUMENT, "sign_key"));
  CHECK(refused(libauth_daxpay_new(config, APP_ID, NULL, SIGN_KEY, 3, &daxpay, &error), LIBAUTH_INVALID_ARGUMENT,
                "algorithm"));
  libauth_config_free(config);
}

static void creditpay_fields(void) {
  libauth_creditpay *creditpay = new_creditpay(base("bad-input", "", "creditpay"));
  libauth_creditpay_code *code = NULL;
#define BAD_FIELD(change, name)                                                                                    \
  do {                                                                                                             \
    libauth_creditpay_request *request = new_creditpay_request();                                                  \
    change;                                                                                                        \
    CHECK(refused(libauth_creditpay_issue_code(creditpay, request, NULL, &code, &error), LIBAUTH_INVALID_ARGUMENT, \
                  name));                                                                                          \
    CHECK(code == NULL);                                                                                           \
    libauth_creditpay_request_free(request);                                                                       \
  } while (0)
#define EACH_BAD(setter, name)            \
  BAD_FIELD(setter(request, ""), name);   \
  BAD_FIELD(setter(request, NULL), name); \
  BAD_FIELD(setter(request, bad_utf8), name)
  EACH_BAD(libauth_creditpay_request_set_customer_no, "customer_no");
  EACH_BAD(libauth_creditpay_request_set_customer_token, "customer_token");
  EACH_BAD(libauth_creditpay_request_set_callback_url, "callback_url");
  EACH_BAD(libauth_creditpay_request_set_client_ip, "client_ip");
  BAD_FIELD(libauth_creditpay_request_set_client_ip(request, "192.168.1.256"), "client_ip");
  BAD_FIELD(libauth_creditpay_request_set_client_ip(request, "shop.example"), "client_ip");
  BAD_FIELD(libauth_creditpay_request_set_token_expire_ms(request, 1732521424), "token_expire_ms");
  BAD_FIELD(libauth_creditpay_request_set_token_expire_ms(request, 17325214241910), "token_expire_ms");
  BAD_FIELD(libauth_creditpay_request_set_token_expire_ms(request, -1732521424191), "token_expire_ms");
  BAD_FIELD(libauth_creditpay_request_set_lang(request, "en\nUS"), "lang");
  BAD_FIELD(libauth_creditpay_request_set_session_sign(request, bad_utf8), "session_sign");
  BAD_FIELD(libauth_creditpay_request_add_card(request, "t", "1.2.3", "CNY", "i", "h"), "amount");
  BAD_FIELD(libauth_creditpay_request_add_card(request, "t", "1e5", "CNY", "i", "h"), "amount");
  BAD_FIELD(libauth_creditpay_request_add_card(request, "t", ".5", "CNY", "i", "h"), "amount");
  BAD_FIELD(libauth_creditpay_request_add_card(request, "t", "1,000", "CNY", "i", "h"), "amount");
  BAD_FIELD(libauth_creditpay_request_add_card(request, NULL, "1", "CNY", "i", "h"), "tag");
  BAD_FIELD(libauth_creditpay_request_add_card(request, "t", "", "CNY", "i", "h"), "amount");
  BAD_FIELD(libauth_creditpay_request_add_card(request, "t", "1", "", "i", "h"), "currency");
  BAD_FIELD(libauth_creditpay_request_add_card(request, "t", "1", "CNY", NULL, "h"), "icon");
  BAD_FIELD(libauth_creditpay_request_add_card(request, "t", "1", "CNY", "i", bad_utf8), "input");
  libauth_creditpay_request *empty = libauth_creditpay_request_new();
  CHECK(refused(libauth_creditpay_issue_code(creditpay, empty, NULL, &code, &error), LIBAUTH_INVALID_ARGUMENT,
                "customer_no"));
  libauth_creditpay_request_free(empty);
  libauth_token *token = NULL;
  CHECK(refused(libauth_creditpay_open_token(creditpay, "", NULL, &token, &error), LIBAUTH_INVALID_ARGUMENT,
                "ident_code"));
  CHECK(refused(libauth_creditpay_open_token(creditpay, bad_utf8, NULL, &token, &error), LIBAUTH_INVALID_ARGUMENT,
                "ident_code"));
  /* What was wrong and is set again is right; and a huge value is the platform's to judge. */
  libauth_creditpay_request *request = new_creditpay_request();
  libauth_creditpay_request_set_customer_no(request, bad_utf8);
  libauth_creditpay_request_set_customer_no(request, huge);
  CHECK(libauth_creditpay_issue_code(creditpay, request, NULL, &code, &error) != LIBAUTH_INVALID_ARGUMENT);
  libauth_error_free(error);
  error = NULL;
  libauth_creditpay_code_free(code);
  libauth_creditpay_request_free(request);
  libauth_creditpay_free(creditpay);
}

static void daxpay_fields(void) {
  libauth_daxpay *daxpay = new_daxpay(base("bad-input", "", "daxpay"));
  libauth_daxpay_identity *identity = NULL;
#define BAD_AUTH(setter, value, name)                                                                              \
  do {                                                                                                             \
    libauth_daxpay_auth_request *request = new_daxpay_auth_request("code");                                        \
    setter(request, value);                                                                                        \
    CHECK(refused(libauth_daxpay_auth(daxpay, request, NULL, &identity, &error), LIBAUTH_INVALID_ARGUMENT, name)); \
    libauth_daxpay_auth_request_free(request);                                                                     \
  } while (0)
  BAD_AUTH(libauth_daxpay_auth_request_set_channel, "", "channel");
  BAD_AUTH(libauth_daxpay_auth_request_set_channel, "123456789012345678901234567890123", "channel");
  BAD_AUTH(libauth_daxpay_auth_request_set_auth_code, NULL, "auth_code");
  BAD_AUTH(libauth_daxpay_auth_request_set_auth_code, huge, "auth_code");
  BAD_AUTH(libauth_daxpay_auth_request_set_query_code, huge, "query_code");
  BAD_AUTH(libauth_daxpay_auth_request_set_query_code, bad_utf8, "query_code");
  BAD_AUTH(libauth_daxpay_auth_request_set_client_ip, "localhost", "client_ip");
  libauth_daxpay_auth_url_request *request = libauth_daxpay_auth_url_request_new();
  libauth_daxpay_auth_url *url = NULL;
  CHECK(refused(libauth_daxpay_generate_auth_url(daxpay, request, NULL, &url, &error), LIBAUTH_INVALID_ARGUMENT,
                "channel"));
  libauth_daxpay_auth_url_request_free(request);

  static const char *const bodies[] = {"[]", "{\"sign\":\"x\"}", "{\"a\":\"\"}", "not json", "{\"a\":1,\"a\":2}"};
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    libauth_call *call = libauth_call_new("POST", "/any");
    libauth_answer *answer = NULL;
    libauth_call_set_body(call, NULL, (const uint8_t *)bodies[i], strlen(bodies[i]));
    CHECK(refused(libauth_daxpay_call(daxpay, call, NULL, &answer, &error), LIBAUTH_INVALID_ARGUMENT, "body"));
    libauth_call_free(call);
  }
  libauth_daxpay_free(daxpay);
}

static void redemption_fields(void) {
  libauth_redemption *redemption = new_redemption(base("bad-input", "", "redemption"));
  libauth_redemption_alipay_url *url = NULL;
  libauth_redemption_request *request = new_redemption_request("");
  CHECK(refused(libauth_redemption_get_alipay_url(redemption, request, NULL, &url, &error), LIBAUTH_INVALID_ARGUMENT,
                "serial_no"));
  libauth_redemption_request_set_serial_no(request, "s");
  libauth_redemption_request_set_user_id(request, bad_utf8);
  CHECK(refused(libauth_redemption_get_alipay_url(redemption, request, NULL, &url, &error), LIBAUTH_INVALID_ARGUMENT,
                "user_id"));
  libauth_redemption_request_free(request);
  libauth_redemption_free(redemption);
}

/* Keys come in files that the runner wrote, so that none stands here. */
static void keys(void) {
  static const char *const bad[][2] = {{"KEY_EC", "private_key"},    {"KEY_PUBLIC", "private_key"},
                                       {"KEY_1024", "private_key"},  {"KEY_TRUNCATED", "private_key"},
                                       {"KEY_EMPTY", "private_key"}, {"KEY_GARBAGE", "private_key"}};
  libauth_config *config = libauth_config_new("https://host.example");
  libauth_redemption *redemption = NULL;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    const char *key = getenv(bad[i][0]);
    if (!CHECK(key != NULL)) continue;
    CHECK(refused(libauth_redemption_new_rsa(config, BUSINESS_ID, MERCHANT_ID, key, NULL, &redemption, &error),
                  LIBAUTH_INVALID_KEY, bad[i][1]));
    CHECK(redemption == NULL);
  }
  const char *private_key = getenv("KEY_PRIVATE");
  CHECK(refused(
      libauth_redemption_new_rsa(config, BUSINESS_ID, MERCHANT_ID, private_key, private_key, &redemption, &error),
      LIBAUTH_INVALID_KEY, "platform_public_key"));
  CHECK(libauth_redemption_new_rsa(config, BUSINESS_ID, MERCHANT_ID, private_key, getenv("KEY_PUBLIC"), &redemption,
                                   &error) == LIBAUTH_OK);
  libauth_redemption_free(redemption);
  libauth_config_free(config);
}

static void calls(void) {
  static const char *const paths[] = {
      "",      "relative", "https://evil.example/", "//evil.example", "/a/../b", "/%2e%2e/a", "/a?b=c", "/a#b", "/a\nb",
      "/a%zz", bad_utf8};
  libauth_seller *seller = new_seller(base("bad-input", "", "seller"));
  libauth_answer *answer = NULL;
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    libauth_call *call = libauth_call_new("GET", paths[i]);
    CHECK(refused(libauth_seller_call(seller, call, NULL, &answer, &error), LIBAUTH_INVALID_ARGUMENT, "path"));
    libauth_call_free(call);
  }
#define BAD_CALL(change, name)                                                                                \
  do {                                                                                                        \
    libauth_call *call = libauth_call_new("POST", "/any");                                                    \
    change;                                                                                                   \
    CHECK(refused(libauth_seller_call(seller, call, NULL, &answer, &error), LIBAUTH_INVALID_ARGUMENT, name)); \
    libauth_call_free(call);                                                                                  \
  } while (0)
  BAD_CALL(libauth_call_add_header(call, "X-A", "a\r\nEvil: b"), "X-A");
  BAD_CALL(libauth_call_add_header(call, "X\nA", "a"), "header name");
  BAD_CALL(libauth_call_add_header(call, "", "a"), "header name");
  BAD_CALL(libauth_call_add_header(call, "authorization", "mine"), "authorization");
  BAD_CALL(libauth_call_add_header(call, "Host", "evil.example"), "Host");
  BAD_CALL(libauth_call_add_header(call, NULL, "a"), "header name");
  BAD_CALL(libauth_call_add_query(call, "a", bad_utf8), "query value");
  BAD_CALL(libauth_call_set_body(call, "a\nb", NULL, 0), "content_type");
  BAD_CALL(libauth_call_set_body(call, NULL, NULL, 5), "body");
#define BAD_OPTION(change, name)                                                                                 \
  do {                                                                                                           \
    libauth_call *call = libauth_call_new("POST", "/any");                                                       \
    libauth_options *options = libauth_options_new();                                                            \
    change;                                                                                                      \
    CHECK(refused(libauth_seller_call(seller, call, options, &answer, &error), LIBAUTH_INVALID_ARGUMENT, name)); \
    libauth_options_free(options);                                                                               \
    libauth_call_free(call);                                                                                     \
  } while (0)
  BAD_OPTION(libauth_options_set_timeout_ms(options, 0), "timeout_ms");
  BAD_OPTION(libauth_options_set_timeout_ms(options, 86400001), "timeout_ms");
  BAD_OPTION(libauth_options_set_trace_id(options, bad_utf8), "trace_id");
  BAD_OPTION(libauth_options_set_trace_id(options, "a\r\nb: c"), "trace_id");
  libauth_call *call = libauth_call_new("PO ST", "/any");
  CHECK(refused(libauth_seller_call(seller, call, NULL, &answer, &error), LIBAUTH_INVALID_ARGUMENT, "method"));
  libauth_call_free(call);
  libauth_seller_free(seller);
}

int main(void) {
  memset(huge, 'x', sizeof huge - 1);
  base_urls();
  settings();
  credentials();
  creditpay_fields();
  daxpay_fields();
  redemption_fields();
  keys();
  calls();
  return check_results();
}
