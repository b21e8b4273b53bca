/* One process of a fleet: does what it is told on stdin, a word a line, and says on stdout what came of it. */
#define _POSIX_C_SOURCE 200809L
#include <time.h>

#include "redis.h"

static int64_t passed_ms;

static int64_t ms_of(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void tell_time(void *context, int64_t *unix_ms, int64_t *monotonic_ms) {
  (void)context;
  *unix_ms = ms_of(CLOCK_REALTIME) + passed_ms + number_in("OFFSET_MS", 0);
  *monotonic_ms = ms_of(CLOCK_MONOTONIC) + passed_ms;
}

static void say(libauth_status status, libauth_error *error) {
  if (status == LIBAUTH_OK)
    puts("ok");
  else
    printf("error %s %s\n", libauth_status_name(status), libauth_error_message(error));
  libauth_error_free(error);
}

static void give_key(libauth_config *config, const char *name) {
  const char *given = getenv(name);
  uint8_t key[32];
  if (given == NULL) return;
  memset(key, given[0], sizeof key);
  libauth_config_add_store_key(config, given, key, sizeof key);
}

int main(void) {
  libauth_redis *redis = redis_of_the_test();
  libauth_store *store = libauth_redis_store(redis);
  libauth_config *config = libauth_config_new(getenv("BASE"));
  libauth_seller *seller = NULL;
  libauth_error *error = NULL;
  char line[256];
  setvbuf(stdout, NULL, _IOLBF, 0);
  libauth_config_set_token_store(config, store);
  give_key(config, "KEY_1");
  give_key(config, "KEY_2");
  libauth_config_set_store_timeout_ms(config, number_in("STORE_TIMEOUT_MS", 200));
  libauth_config_set_timeout_ms(config, number_in("TIMEOUT_MS", 10000));
  libauth_config_set_clock_callback(config, tell_time, NULL);
  libauth_config_set_log_callback(config, LIBAUTH_LOG_WARN, print_line, NULL);
  if (libauth_seller_new(config, getenv("ACCESS_KEY"), getenv("SECRET_KEY"), &seller, &error) != LIBAUTH_OK) {
    fprintf(stderr, "%s\n", libauth_error_message(error));
    return 2;
  }
  libauth_store_free(store);
  libauth_config_free(config);
  puts("ready");
  while (fgets(line, sizeof line, stdin) != NULL) {
    libauth_status status;
    error = NULL;
    if (strncmp(line, "token", 5) == 0) {
      libauth_token *token = NULL;
      status = libauth_seller_token(seller, NULL, &token, &error);
      if (status == LIBAUTH_OK)
        printf("token %s %d\n", libauth_token_value(token), (int)libauth_token_is_degraded(token));
      else
        say(status, error);
      libauth_token_free(token);
    } else if (strncmp(line, "call", 4) == 0) {
      libauth_call *call = libauth_call_new("POST", "/business");
      libauth_answer *answer = NULL;
      status = libauth_seller_call(seller, call, NULL, &answer, &error);
      say(status, error);
      libauth_answer_free(answer);
      libauth_call_free(call);
    } else if (strncmp(line, "pass", 4) == 0) {
      passed_ms += atoll(line + 4);
      puts("ok");
    }
  }
  libauth_seller_free(seller);
  libauth_redis_free(redis);
  return 0;
}
