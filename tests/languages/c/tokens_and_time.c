/* How tokens age by a clock of one's own, and when they are fetched, served, replaced and dropped. */
#define _POSIX_C_SOURCE 200809L
#include "scenario.h"

/* A clock that stands still until it is moved, and counts how often it was asked. */
struct own_clock {
  int64_t unix_ms, monotonic_ms;
  int asked;
};

static void tell(void *context, int64_t *unix_ms, int64_t *monotonic_ms) {
  struct own_clock *clock = context;
  clock->asked++;
  *unix_ms = clock->unix_ms;
  *monotonic_ms = clock->monotonic_ms;
}

/* Moves the clock to so many milliseconds after `start`. */
static void move(struct own_clock *clock, const struct own_clock *start, int64_t age) {
  clock->unix_ms = start->unix_ms + age;
  clock->monotonic_ms = start->monotonic_ms + age;
}

static struct own_clock clock_now(void) {
  struct own_clock clock = {0, 1000000, 0};
  clock.unix_ms = now_ms();
  return clock;
}

/* How many lines of each level there were. */
struct levels {
  int of[LIBAUTH_LOG_TRACE + 1];
};

static void count_line(void *context, int32_t level, const char *line) {
  struct levels *levels = context;
  if (CHECK(level >= LIBAUTH_LOG_ERROR && level <= LIBAUTH_LOG_TRACE && line != NULL)) levels->of[level]++;
}

/* A seller by this clock, whose tokens live for as long as `expiresIn` says, in milliseconds. No repeats, so that
 * requests can be counted. */
static libauth_seller *seller_by(struct own_clock *clock, struct levels *levels, const char *url) {
  libauth_config *config = libauth_config_new(url);
  libauth_seller *seller = NULL;
  libauth_config_set_seller_expires_in_unit(config, LIBAUTH_SELLER_EXPIRES_IN_MILLISECONDS);
  libauth_config_set_max_tries(config, 1);
  libauth_config_set_clock_callback(config, tell, clock);
  libauth_config_set_log_callback(config, LIBAUTH_LOG_TRACE, count_line, levels);
  made(libauth_seller_new(config, ACCESS_KEY, SECRET_KEY, &seller, &error), error);
  libauth_config_free(config);
  return seller;
}

/* Asks for a token; gives its value, to be freed, or NULL and leaves the error. */
static char *token_of(const libauth_seller *seller) {
  libauth_token *token = NULL;
  char *value = NULL;
  if (libauth_seller_token(seller, NULL, &token, &error) == LIBAUTH_OK) {
    value = calloc(strlen(libauth_token_value(token)) + 1, 1);
    if (value == NULL) exit(EXIT_FAILURE);
    memcpy(value, libauth_token_value(token), strlen(libauth_token_value(token)));
  }
  libauth_token_free(token);
  return value;
}

/* Whether the handle still gives this token, without an error. */
static int still_gives(const libauth_seller *seller, const char *value) {
  char *now = token_of(seller);
  int same = equal(now, value) && error == NULL;
  forget_error();
  free(now);
  return same;
}

struct life {
  int64_t lifetime_ms, refreshed_at_age;
};

/* min(300 s, 20 %) of the life is left at this age; the refresh comes up to a tenth of that later. */
static const struct life lives[] = {
    {7200000, 6900000}, {1500010, 1200010}, {1500000, 1200000}, {1499990, 1199992}, {1000000, 800000}, {1000, 800},
};

/* 1 ms before the boundary nothing happens, behind it the token is replaced, and so on with the next one. */
static void refreshed_at_its_boundary(int number, const struct life *life) {
  char scope[32], more[32];
  struct own_clock clock = clock_now(), start = clock;
  struct levels levels = {{0}};
  libauth_seller *seller;
  libauth_token *token = NULL;
  char *second;
  int64_t latest = life->refreshed_at_age + (life->lifetime_ms - life->refreshed_at_age + 9) / 10;
  snprintf(scope, sizeof scope, "c-boundary-%d", number);
  snprintf(more, sizeof more, "&ms=%lld", (long long)life->lifetime_ms);
  order("lifetime", scope, more);
  seller = seller_by(&clock, &levels, base(scope, "jwt=opaque", "seller"));

  if (ok(libauth_seller_token(seller, NULL, &token, &error))) {
    CHECK(libauth_token_lifetime_ms(token) == life->lifetime_ms);
    CHECK(libauth_token_expires_at_ms(token) == start.unix_ms + life->lifetime_ms);
    CHECK(clock.asked > 0);
  }
  CHECK(still_gives(seller, libauth_token_value(token)));
  move(&clock, &start, life->refreshed_at_age - 1);
  CHECK(still_gives(seller, libauth_token_value(token)));
  CHECK(counted(scope, "seller", "requests") == 1);

  move(&clock, &start, latest);
  second = token_of(seller);
  CHECK(second != NULL && !equal(second, libauth_token_value(token)));
  CHECK(counted(scope, "seller", "requests") == 2);

  move(&start, &start, latest);
  move(&clock, &start, life->refreshed_at_age - 1);
  CHECK(still_gives(seller, second) && counted(scope, "seller", "requests") == 2);
  move(&clock, &start, latest + 1);
  CHECK(!still_gives(seller, second) && counted(scope, "seller", "requests") == 3);
  /* After its end, too. */
  move(&clock, &clock, life->lifetime_ms);
  free(token_of(seller));
  CHECK(error == NULL && counted(scope, "seller", "requests") == 4);

  free(second);
  libauth_token_free(token);
  libauth_seller_free(seller);
}

/* Gives a handle whose own requests fail a token that was fetched past it, by another client. */
static void plant_token(const libauth_seller *seller, const char *scope) {
  libauth_http_request *request = NULL;
  libauth_http_response *response;
  libauth_token *token = NULL;
  char url[1024];
  ok(libauth_seller_build_token(seller, NULL, &request, &error));
  snprintf(url, sizeof url, "%s%s", base(scope, "jwt=opaque", "seller"),
           strstr(libauth_http_request_url(request), "/seller/") + strlen("/seller"));
  response = http_deliver_to(url, request);
  ok(libauth_seller_read_token(seller, request, response, &token, &error));
  libauth_token_free(token);
  libauth_http_response_free(response);
  libauth_http_request_free(request);
}

/* The token is served on to the last millisecond of its life. */
static void failed_refresh_serves_on(void) {
  static const int64_t lifetime = 1000000, boundary = 800000, latest = 820000;
  const char *scope = "c-failed-refresh";
  struct own_clock clock = clock_now(), start = clock;
  struct levels levels = {{0}};
  libauth_seller *seller = seller_by(&clock, &levels, base(scope, "status=500", "seller"));
  char *value;
  order("lifetime", scope, "&ms=1000000");
  plant_token(seller, scope);
  value = token_of(seller);
  CHECK(value != NULL);
  move(&clock, &start, boundary - 1);
  CHECK(still_gives(seller, value) && counted(scope, "seller", "requests") == 1);
  CHECK(levels.of[LIBAUTH_LOG_WARN] == 0);

  move(&clock, &start, latest);
  CHECK(still_gives(seller, value) && counted(scope, "seller", "requests") == 2);
  CHECK(levels.of[LIBAUTH_LOG_WARN] > 0); /* works, but should be looked at */
  /* The platform that just failed is not asked at every call. */
  CHECK(still_gives(seller, value) && still_gives(seller, value) && counted(scope, "seller", "requests") == 2);
  move(&clock, &start, lifetime - 1);
  CHECK(still_gives(seller, value));

  move(&clock, &start, lifetime);
  CHECK(token_of(seller) == NULL && libauth_error_status(error) == LIBAUTH_HTTP);
  CHECK(libauth_error_http_status(error) == 500);
  forget_error();
  move(&clock, &start, lifetime + 1);
  CHECK(token_of(seller) == NULL && error != NULL);
  forget_error();
  free(value);
  libauth_seller_free(seller);
}

/* Once the platform is well again, there is a new token. */
static void recovers_after_a_failed_refresh(void) {
  const char *scope = "c-recovers";
  struct own_clock clock = clock_now(), start = clock;
  struct levels levels = {{0}};
  libauth_seller *seller = seller_by(&clock, &levels, base(scope, "status=500,times=1,jwt=opaque", "seller"));
  char *value, *fresh;
  order("lifetime", scope, "&ms=1000000");
  plant_token(seller, scope);
  value = token_of(seller);
  move(&clock, &start, 900000);
  CHECK(still_gives(seller, value));
  move(&clock, &start, 1000000);
  fresh = token_of(seller);
  CHECK(fresh != NULL && !equal(fresh, value) && error == NULL);
  CHECK(counted(scope, "seller", "requests") == 3);
  forget_error();
  free(fresh);
  free(value);
  libauth_seller_free(seller);
}

/* The wall clock may be set while a token is in use: that does not age it. */
static void age_is_not_told_by_the_wall(void) {
  struct own_clock clock = clock_now(), start = clock;
  struct levels levels = {{0}};
  libauth_seller *seller;
  char *value;
  order("lifetime", "c-wall", "&ms=1000000");
  seller = seller_by(&clock, &levels, base("c-wall", "jwt=opaque", "seller"));
  value = token_of(seller);
  clock.unix_ms = start.unix_ms - 86400000;
  CHECK(still_gives(seller, value));
  clock.unix_ms = start.unix_ms + 86400000;
  CHECK(still_gives(seller, value) && counted("c-wall", "seller", "requests") == 1);
  clock.monotonic_ms += 820000;
  CHECK(!still_gives(seller, value) && counted("c-wall", "seller", "requests") == 2);
  free(value);
  libauth_seller_free(seller);
}

/* The open platform tells no lifetime: the configuration does. */
static void configured_lifetime(void) {
  const char *scope = "c-configured";
  struct own_clock clock = clock_now(), start = clock;
  libauth_config *config = libauth_config_new(base(scope, "", "openplatform"));
  libauth_openplatform *openplatform = NULL;
  libauth_token *token = NULL;
  int64_t ages[] = {0, 47999, 49200};
  size_t i;
  libauth_config_set_openplatform_token_lifetime_ms(config, 60000);
  libauth_config_set_clock_callback(config, tell, &clock);
  made(libauth_openplatform_new(config, CLIENT_ID, CLIENT_SECRET, &openplatform, &error), error);
  for (i = 0; i < 3; i++) {
    move(&clock, &start, ages[i]);
    ok(libauth_openplatform_token(openplatform, NULL, &token, &error));
    CHECK(libauth_token_lifetime_ms(token) == 60000);
    CHECK(counted(scope, "openplatform", "requests") == (i < 2 ? 1 : 2));
    libauth_token_free(token);
  }
  libauth_openplatform_free(openplatform);
  libauth_config_free(config);
}

static void invalidated_by_its_owner_alone(void) {
  const char *scope = "c-invalidate";
  struct own_clock clock = clock_now(), start = clock;
  struct levels levels = {{0}};
  libauth_seller *seller;
  libauth_token *token = NULL;
  char *old, *fresh;
  order("lifetime", scope, "&ms=1000000");
  seller = seller_by(&clock, &levels, base(scope, "jwt=opaque", "seller"));
  old = token_of(seller);
  move(&clock, &start, 1000000);
  ok(libauth_seller_token(seller, NULL, &token, &error));
  fresh = token_of(seller);
  CHECK(!equal(old, fresh) && counted(scope, "seller", "requests") == 2);

  ok(libauth_seller_invalidate(seller, old, &error));
  ok(libauth_seller_invalidate(seller, "Bearer of-somebody-else", &error));
  CHECK(still_gives(seller, fresh) && counted(scope, "seller", "requests") == 2);
  CHECK(libauth_seller_invalidate(seller, NULL, &error) == LIBAUTH_INVALID_ARGUMENT);
  CHECK(contains(libauth_error_message(error), "token"));
  forget_error();

  ok(libauth_seller_invalidate(seller, libauth_token_header_value(token), &error));
  CHECK(counted(scope, "seller", "requests") == 2); /* dropped, not yet replaced */
  CHECK(!still_gives(seller, fresh) && counted(scope, "seller", "requests") == 3);
  free(old);
  old = token_of(seller);
  ok(libauth_seller_invalidate(seller, old, &error)); /* bare, too */
  CHECK(!still_gives(seller, old) && counted(scope, "seller", "requests") == 4);
  free(fresh);
  free(old);
  libauth_token_free(token);
  libauth_seller_free(seller);
}

/* A refused token is replaced and the call repeated, once, whether or not it is marked idempotent. */
static void refused_call_is_repeated_once(void) {
  libauth_seller *seller = new_seller(base("c-refused", "", "seller"));
  libauth_openplatform *openplatform = new_openplatform(base("c-refused", "", "openplatform"));
  libauth_seller *hopeless = new_seller(base("c-hopeless", "token_401", "seller"));
  libauth_call *call = libauth_call_new("POST", "/orders");
  libauth_token *token = NULL;
  libauth_answer *answer = NULL;
  free(token_of(seller));
  ok(libauth_openplatform_token(openplatform, NULL, &token, &error));
  order("expire", "c-refused", "");
  ok(libauth_seller_call(seller, call, NULL, &answer, &error));
  CHECK(equal(libauth_answer_field(answer, "data.path"), "/orders"));
  CHECK(counted("c-refused", "seller", "business_requests") == 2);
  CHECK(counted("c-refused", "seller", "token_requests") == 2);
  libauth_answer_free(answer);
  ok(libauth_openplatform_call(openplatform, call, NULL, &answer, &error));
  CHECK(counted("c-refused", "openplatform", "business_requests") == 2);
  CHECK(counted("c-refused", "openplatform", "token_requests") == 2);
  libauth_answer_free(answer);

  CHECK(libauth_seller_call(hopeless, call, NULL, &answer, &error) == LIBAUTH_UNAUTHORIZED && answer == NULL);
  CHECK(counted("c-hopeless", "seller", "business_requests") == 2);
  CHECK(counted("c-hopeless", "seller", "token_requests") == 2);
  forget_error();
  libauth_token_free(token);
  libauth_call_free(call);
  libauth_seller_free(hopeless);
  libauth_openplatform_free(openplatform);
  libauth_seller_free(seller);
}

int main(void) {
  int i;
  for (i = 0; i < (int)(sizeof lives / sizeof *lives); i++) refreshed_at_its_boundary(i, &lives[i]);
  failed_refresh_serves_on();
  recovers_after_a_failed_refresh();
  age_is_not_told_by_the_wall();
  configured_lifetime();
  invalidated_by_its_owner_alone();
  refused_call_is_repeated_once();
  return check_results();
}
