/* What every kind of answer becomes: a status, how far the request got, and one line. Each row is made in
 * a scope of its own; `/f/...` are the sandbox's faults (tests/sandbox/mod.rs). */
#include "fixtures.h"

struct row {
  const char *fault;
  libauth_status repeatable; /* creditpay: issuing a code may be repeated */
  int32_t repeatable_delivery;
  libauth_status one_time; /* daxpay: the authorization code may not */
  int32_t one_time_delivery;
};

#define OK LIBAUTH_OK, LIBAUTH_DELIVERY_ANSWERED
#define IS(status, delivery) LIBAUTH_##status, LIBAUTH_DELIVERY_##delivery

static const struct row rows[] = {
    {"slow=5", OK, OK},
    {"chunked", OK, OK},
    {"connection_close", OK, OK},
    {"close_idle", OK, OK},
    {"json=extra", OK, OK},
    {"data_nulls,times=0", OK, OK},
    {"slow=5000", IS(TIMEOUT, MAYBE_SENT), IS(OUTCOME_UNKNOWN, MAYBE_SENT)},
    {"drip=200", IS(TIMEOUT, MAYBE_SENT), IS(OUTCOME_UNKNOWN, MAYBE_SENT)},
    {"reset_before", IS(NETWORK, MAYBE_SENT), IS(OUTCOME_UNKNOWN, MAYBE_SENT)},
    {"reset_after", IS(NETWORK, MAYBE_SENT), IS(OUTCOME_UNKNOWN, MAYBE_SENT)},
    {"close_after", IS(NETWORK, MAYBE_SENT), IS(OUTCOME_UNKNOWN, MAYBE_SENT)},
    {"cut=20", IS(NETWORK, MAYBE_SENT), IS(OUTCOME_UNKNOWN, MAYBE_SENT)},
    {"reset_before,times=1", OK, IS(OUTCOME_UNKNOWN, MAYBE_SENT)},
    {"status=503,times=1", OK, IS(OUTCOME_UNKNOWN, ANSWERED)},
    {"status=503", IS(HTTP, ANSWERED), IS(OUTCOME_UNKNOWN, ANSWERED)},
    {"status=503,retry_after=3600", IS(HTTP, ANSWERED), IS(OUTCOME_UNKNOWN, ANSWERED)},
    {"status=502,body=empty", IS(HTTP, ANSWERED), IS(OUTCOME_UNKNOWN, ANSWERED)},
    {"status=500", IS(HTTP, ANSWERED), IS(OUTCOME_UNKNOWN, ANSWERED)},
    {"status=404", IS(HTTP, ANSWERED), IS(HTTP, ANSWERED)},
    {"status=401", IS(UNAUTHORIZED, ANSWERED), IS(UNAUTHORIZED, ANSWERED)},
    {"status=429,retry_after=3600", IS(RATE_LIMITED, ANSWERED), IS(RATE_LIMITED, ANSWERED)},
    {"status=429", IS(RATE_LIMITED, ANSWERED), IS(RATE_LIMITED, ANSWERED)},
    {"status=429,retry_after=0,times=1", OK, OK},
    {"bom", OK, OK},
    {"redirect", IS(HTTP, ANSWERED), IS(HTTP, ANSWERED)},
    {"html", IS(PROTOCOL, ANSWERED), IS(OUTCOME_UNKNOWN, ANSWERED)},
    {"empty", IS(PROTOCOL, ANSWERED), IS(OUTCOME_UNKNOWN, ANSWERED)},
    {"notutf8", IS(PROTOCOL, ANSWERED), IS(OUTCOME_UNKNOWN, ANSWERED)},
    {"huge", IS(PROTOCOL, ANSWERED), IS(OUTCOME_UNKNOWN, ANSWERED)},
    {"trailing", IS(PROTOCOL, ANSWERED), IS(OUTCOME_UNKNOWN, ANSWERED)},
    {"bad_http", IS(PROTOCOL, ANSWERED), IS(OUTCOME_UNKNOWN, ANSWERED)},
    {"headers_huge", IS(PROTOCOL, ANSWERED), IS(OUTCOME_UNKNOWN, ANSWERED)},
    {"json=missing", IS(PROTOCOL, ANSWERED), IS(OUTCOME_UNKNOWN, ANSWERED)},
    {"json=null", IS(PROTOCOL, ANSWERED), IS(OUTCOME_UNKNOWN, ANSWERED)},
    {"json=wrongtype", IS(PROTOCOL, ANSWERED), IS(OUTCOME_UNKNOWN, ANSWERED)},
    {"json=duplicate", IS(PROTOCOL, ANSWERED), IS(OUTCOME_UNKNOWN, ANSWERED)},
    {"json=notobject", IS(PROTOCOL, ANSWERED), IS(OUTCOME_UNKNOWN, ANSWERED)},
    {"json=deep", IS(PROTOCOL, ANSWERED), IS(OUTCOME_UNKNOWN, ANSWERED)},
    {"status=503,body=envelope", IS(PLATFORM, ANSWERED), IS(OUTCOME_UNKNOWN, ANSWERED)},
};

/* Rows that only daxpay has. */
static const struct row signatures[] = {
    {"sign=wrong", OK, IS(BAD_SIGNATURE, ANSWERED)},
    {"sign=missing", OK, IS(BAD_SIGNATURE, ANSWERED)},
    {"sign=null", OK, IS(BAD_SIGNATURE, ANSWERED)},
    {"sign=empty", OK, IS(BAD_SIGNATURE, ANSWERED)},
    {"sign=upper", OK, OK},
    {"decimals", OK, OK},
    {"sorted", OK, OK},
    {"code=20011", OK, IS(PLATFORM, ANSWERED)},
    {"code=20052,echo_secret", OK, IS(UNAUTHORIZED, ANSWERED)},
};

static libauth_error *error;

static void judge(const char *what, const char *fault, libauth_status got, libauth_status expected, int32_t delivery) {
  int holds = got == expected;
  if (got != LIBAUTH_OK) {
    const char *message = libauth_error_message(error);
    holds = holds && libauth_error_delivery(error) == delivery && message != NULL && *message != '\0' &&
            strchr(message, '\n') == NULL && strlen(message) < 1000 && !leaks(message) &&
            !leaks(libauth_error_platform_message(error));
    /* What may have happened is never called safe to repeat, and the other way round only what may not. */
    if (got == LIBAUTH_OUTCOME_UNKNOWN) holds = holds && !libauth_error_retry_safe(error);
  }
  if (!holds)
    fprintf(stderr, "%s, %s: expected %s, got %s with delivery %d: %s\n", what, fault, libauth_status_name(expected),
            libauth_status_name(got), (int)libauth_error_delivery(error),
            got == LIBAUTH_OK ? "-" : libauth_error_message(error));
  CHECK(holds);
  libauth_error_free(error);
  error = NULL;
}

static libauth_config *config_for(int scope, const char *fault, const char *platform) {
  char name[32];
  snprintf(name, sizeof name, "faults-%d", scope);
  libauth_config *config = libauth_config_new(base(name, fault, platform));
  /* What only ends by the deadline ends soon. */
  libauth_config_set_timeout_ms(config, strstr(fault, "=5000") || strstr(fault, "drip") ? 700 : 20000);
  return config;
}

static void repeatable(int scope, const struct row *row) {
  libauth_config *config = config_for(scope, row->fault, "creditpay");
  libauth_creditpay *creditpay = NULL;
  libauth_creditpay_request *request = new_creditpay_request();
  libauth_creditpay_code *code = NULL;
  made(libauth_creditpay_new(config, PLAT_ID, API_KEY, SIGNATURE_KEY, &creditpay, &error), error);
  libauth_status status = libauth_creditpay_issue_code(creditpay, request, NULL, &code, &error);
  judge("creditpay", row->fault, status, row->repeatable, row->repeatable_delivery);
  CHECK((code != NULL) == (status == LIBAUTH_OK));
  libauth_creditpay_code_free(code);
  libauth_creditpay_request_free(request);
  libauth_creditpay_free(creditpay);
  libauth_config_free(config);
}

static void one_time(int scope, const struct row *row) {
  libauth_config *config = config_for(scope, row->fault, "daxpay");
  libauth_daxpay *daxpay = NULL;
  libauth_daxpay_auth_request *request = new_daxpay_auth_request("code-1");
  libauth_daxpay_identity *identity = NULL;
  made(libauth_daxpay_new(config, APP_ID, MCH_NO, SIGN_KEY, LIBAUTH_DAXPAY_SIGN_HMAC_SHA256, &daxpay, &error), error);
  libauth_status status = libauth_daxpay_auth(daxpay, request, NULL, &identity, &error);
  judge("daxpay", row->fault, status, row->one_time, row->one_time_delivery);
  CHECK((identity != NULL) == (status == LIBAUTH_OK));
  libauth_daxpay_identity_free(identity);
  libauth_daxpay_auth_request_free(request);
  libauth_daxpay_free(daxpay);
  libauth_config_free(config);
}

/* Nobody listens: nothing is sent, so trying again is safe. */
static void not_sent(void) {
  libauth_daxpay *daxpay = new_daxpay("http://127.0.0.1:1");
  libauth_daxpay_auth_request *request = new_daxpay_auth_request("code-1");
  libauth_daxpay_identity *identity = NULL;
  libauth_status status = libauth_daxpay_auth(daxpay, request, NULL, &identity, &error);
  CHECK(libauth_error_retry_safe(error) == 1);
  judge("daxpay", "nobody listens", status, IS(NETWORK, NOT_SENT));
  libauth_daxpay_auth_request_free(request);
  libauth_daxpay_free(daxpay);
}

/* What the platform said stands in the error. */
static void details(void) {
  libauth_creditpay *creditpay = new_creditpay(base("details", "code=500", "creditpay"));
  libauth_creditpay_request *request = new_creditpay_request();
  libauth_creditpay_code *code = NULL;
  libauth_options *options = libauth_options_new();
  libauth_options_set_trace_id(options, "trace-of-mine");
  CHECK(libauth_creditpay_issue_code(creditpay, request, options, &code, &error) == LIBAUTH_PLATFORM);
  libauth_options_free(options);
  CHECK(contains(libauth_error_platform_code(error), "500"));
  CHECK(libauth_error_platform_message(error) != NULL);
  CHECK(libauth_error_http_status(error) == 200);
  CHECK(strcmp(libauth_error_trace_id(error), "trace-of-mine") == 0);
  size_t length = 0;
  CHECK(libauth_answer_body(libauth_error_answer(error), &length) != NULL && length > 0);
  libauth_error_free(error);
  error = NULL;
  libauth_creditpay_free(creditpay);

  creditpay = new_creditpay(base("details", "status=429,retry_after=3600", "creditpay"));
  CHECK(libauth_creditpay_issue_code(creditpay, request, NULL, &code, &error) == LIBAUTH_RATE_LIMITED);
  CHECK(libauth_error_retry_after_ms(error) == 3600000 && libauth_error_retry_safe(error) == 1);
  libauth_error_free(error);
  error = NULL;
  libauth_creditpay_request_free(request);
  libauth_creditpay_free(creditpay);
}

int main(void) {
  int scope = 0;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    repeatable(scope++, &rows[i]);
    one_time(scope++, &rows[i]);
  }
  for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++) one_time(scope++, &signatures[i]);
  not_sent();
  details();
  return check_results();
}
