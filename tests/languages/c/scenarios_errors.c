/* The scenarios of tests/scenarios.txt in C: what refusals and mistakes become, and many threads. */
#define _POSIX_C_SOURCE 200809L
#include "scenario.h"
#include <pthread.h>

static void scenario_platform_error(void) {
  libauth_daxpay *daxpay = new_daxpay(base("c-platform-error", "code=10500", "daxpay"));
  libauth_daxpay_auth_request *request = new_daxpay_auth_request("code-1");
  libauth_daxpay_identity *identity = NULL;
  CHECK(libauth_daxpay_auth(daxpay, request, NULL, &identity, &error) == LIBAUTH_PLATFORM && identity == NULL);
  CHECK(libauth_error_status(error) == LIBAUTH_PLATFORM && libauth_error_delivery(error) == LIBAUTH_DELIVERY_ANSWERED);
  CHECK(equal(libauth_error_platform_code(error), "10500") && libauth_error_http_status(error) == 200);
  CHECK(raw_body_holds(libauth_error_answer(error), "msg", libauth_error_platform_message(error)));
  CHECK(raw_body_holds(libauth_error_answer(error), "traceId", libauth_error_trace_id(error)));
  CHECK(contains(libauth_error_message(error), "10500") && strchr(libauth_error_message(error), '\n') == NULL);
  CHECK(libauth_error_retry_after_ms(error) == -1);
  CHECK(equal(libauth_status_name(libauth_error_status(error)), "PLATFORM"));
  forget_error();
  libauth_daxpay_auth_request_free(request);
  libauth_daxpay_free(daxpay);
}

static void scenario_missing_field(void) {
  static void (*const setters[])(libauth_creditpay_request *, const char *) = {
      libauth_creditpay_request_set_customer_no, libauth_creditpay_request_set_customer_token,
      libauth_creditpay_request_set_callback_url, libauth_creditpay_request_set_client_ip};
  static const char *const names[] = {"customer_no", "customer_token", "callback_url", "client_ip"};
  libauth_creditpay *creditpay = new_creditpay(base("c-missing", "", "creditpay"));
  size_t i;
  for (i = 0; i < 2 * sizeof setters / sizeof *setters; i++) {
    libauth_creditpay_request *request = new_creditpay_request();
    libauth_creditpay_code *code = NULL;
    setters[i / 2](request, i % 2 == 0 ? NULL : "");
    CHECK(libauth_creditpay_issue_code(creditpay, request, NULL, &code, &error) == LIBAUTH_INVALID_ARGUMENT);
    CHECK(contains(libauth_error_message(error), names[i / 2]));
    CHECK(libauth_error_delivery(error) == LIBAUTH_DELIVERY_NOT_SENT && libauth_error_http_status(error) == 0);
    CHECK(code == NULL && libauth_error_answer(error) == NULL);
    forget_error();
    libauth_creditpay_request_free(request);
  }
  CHECK(counted("c-missing", "creditpay", "requests") == 0);
  libauth_creditpay_free(creditpay);
}

static void scenario_outcome_unknown(void) {
  libauth_daxpay *daxpay = new_daxpay(base("c-unknown", "reset_after", "daxpay"));
  libauth_daxpay_auth_request *request = new_daxpay_auth_request("code-1");
  libauth_daxpay_identity *identity = NULL;
  CHECK(libauth_daxpay_auth(daxpay, request, NULL, &identity, &error) == LIBAUTH_OUTCOME_UNKNOWN);
  CHECK(libauth_error_delivery(error) == LIBAUTH_DELIVERY_MAYBE_SENT && libauth_error_retry_safe(error) == 0);
  CHECK(counted("c-unknown", "daxpay", "processed") == 1);
  forget_error();
  libauth_daxpay_auth_request_free(request);
  libauth_daxpay_free(daxpay);
}

static void scenario_timeout(void) {
  libauth_config *config = libauth_config_new(base("c-timeout", "slow=20000", "seller"));
  libauth_seller *seller = NULL;
  libauth_token *token = NULL;
  int64_t started, took;
  libauth_config_set_timeout_ms(config, 400);
  ok(libauth_seller_new(config, ACCESS_KEY, SECRET_KEY, &seller, &error));
  started = now_ms();
  CHECK(libauth_seller_token(seller, NULL, &token, &error) == LIBAUTH_TIMEOUT && token == NULL);
  took = now_ms() - started;
  CHECK(took >= 380 && took < 4000);
  CHECK(libauth_error_delivery(error) == LIBAUTH_DELIVERY_MAYBE_SENT);
  forget_error();
  libauth_seller_free(seller);
  libauth_config_free(config);
}

static void scenario_rate_limited(void) {
  libauth_config *config = libauth_config_new(base("c-limited", "status=429,retry_after=7", "seller"));
  libauth_seller *seller = NULL;
  libauth_token *token = NULL;
  libauth_config_set_max_tries(config, 1);
  ok(libauth_seller_new(config, ACCESS_KEY, SECRET_KEY, &seller, &error));
  CHECK(libauth_seller_token(seller, NULL, &token, &error) == LIBAUTH_RATE_LIMITED);
  CHECK(libauth_error_retry_after_ms(error) == 7000 && libauth_error_http_status(error) == 429);
  CHECK(libauth_error_retry_safe(error) == 1);
  CHECK(counted("c-limited", "seller", "requests") == 1);
  forget_error();
  libauth_seller_free(seller);
  libauth_config_free(config);
}

enum { THREADS = 64 };
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

struct asker {
  pthread_t thread;
  const libauth_seller *seller;
  libauth_status status;
  libauth_token *token;
  libauth_error *error;
};

static void *ask(void *context) {
  struct asker *asker = context;
  pthread_mutex_lock(&gate);
  pthread_mutex_unlock(&gate);
  asker->status = libauth_seller_token(asker->seller, NULL, &asker->token, &asker->error);
  return NULL;
}

static void scenario_threads_share_a_token(void) {
  static struct asker askers[THREADS];
  libauth_seller *seller = new_seller(base("c-threads", "slow=300", "seller"));
  int i, started = 0, same = 0;
  pthread_mutex_lock(&gate);
  for (i = 0; i < THREADS; i++) {
    askers[i].seller = seller;
    started += pthread_create(&askers[i].thread, NULL, ask, &askers[i]) == 0;
  }
  pthread_mutex_unlock(&gate);
  if (!CHECK(started == THREADS)) exit(EXIT_FAILURE);
  for (i = 0; i < THREADS; i++) pthread_join(askers[i].thread, NULL);
  for (i = 0; i < THREADS; i++) {
    same += askers[i].status == LIBAUTH_OK &&
            equal(libauth_token_value(askers[0].token), libauth_token_value(askers[i].token));
    libauth_error_free(askers[i].error);
  }
  CHECK(same == THREADS);
  CHECK(counted("c-threads", "seller", "requests") == 1);
  for (i = 0; i < THREADS; i++) libauth_token_free(askers[i].token);
  libauth_seller_free(seller);
}

static void scenario_invalid_text(void) {
  static const char *const texts[] = {"\xff", "caf\xe9", "\xc0\xaf", "\xed\xa0\x80", "\xe4\xb8", NULL};
  libauth_creditpay *creditpay = new_creditpay(base("c-text", "", "creditpay"));
  libauth_config *config = libauth_config_new(base("c-text", "", "seller"));
  size_t i;
  for (i = 0; i < sizeof texts / sizeof *texts; i++) {
    libauth_creditpay_request *request = new_creditpay_request();
    libauth_creditpay_code *code = NULL;
    libauth_seller *seller = NULL;
    libauth_token *token = NULL;
    libauth_config *wrong = libauth_config_new(texts[i]);
    /* At once where a function can fail ... */
    CHECK(libauth_seller_new(config, texts[i], SECRET_KEY, &seller, &error) == LIBAUTH_INVALID_ARGUMENT);
    CHECK(contains(libauth_error_message(error), "access_key") && seller == NULL);
    forget_error();
    CHECK(libauth_creditpay_open_token(creditpay, texts[i], NULL, &token, &error) == LIBAUTH_INVALID_ARGUMENT);
    CHECK(contains(libauth_error_message(error), "ident_code") && token == NULL);
    forget_error();
    /* ... and when it is used where a setter cannot. */
    libauth_creditpay_request_set_customer_no(request, texts[i]);
    CHECK(libauth_creditpay_issue_code(creditpay, request, NULL, &code, &error) == LIBAUTH_INVALID_ARGUMENT);
    CHECK(contains(libauth_error_message(error), "customer_no") && code == NULL);
    forget_error();
    CHECK(libauth_seller_new(wrong, ACCESS_KEY, SECRET_KEY, &seller, &error) == LIBAUTH_INVALID_ARGUMENT);
    CHECK(contains(libauth_error_message(error), "base_url") && seller == NULL);
    forget_error();
    libauth_config_free(wrong);
    libauth_creditpay_request_free(request);
  }
  CHECK(counted("c-text", "creditpay", "requests") == 0);
  libauth_config_free(config);
  libauth_creditpay_free(creditpay);
}

int main(void) {
  scenario_platform_error();
  scenario_missing_field();
  scenario_outcome_unknown();
  scenario_timeout();
  scenario_rate_limited();
  scenario_threads_share_a_token();
  scenario_invalid_text();
  return check_results();
}
