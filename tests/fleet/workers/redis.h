/* The Redis that the tests started, as the environment says: how to connect, and a store in it. */
#ifndef TEST_REDIS_H
#define TEST_REDIS_H

#include <libauth_redis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline long number_in(const char *name, long otherwise) {
  const char *value = getenv(name);
  return value == NULL ? otherwise : atol(value);
}

static inline redisContext *connect_to_redis(void *context, int64_t timeout_ms) {
  const char *socket = getenv("REDIS_SOCKET"), *password = getenv("REDIS_PASSWORD"), *user = getenv("REDIS_USER");
  struct timeval limit;
  redisContext *made;
  redisReply *reply;
  (void)context;
  limit.tv_sec = timeout_ms / 1000;
  limit.tv_usec = timeout_ms % 1000 * 1000;
  if (socket != NULL)
    made = redisConnectUnixWithTimeout(socket, limit);
  else
    made = redisConnectWithTimeout(getenv("REDIS_HOST"), (int)number_in("REDIS_PORT", 0), limit);
  if (made == NULL || made->err != 0 || password == NULL) return made;
  redisSetTimeout(made, limit);
  reply = redisCommand(made, user == NULL ? "AUTH %s" : "AUTH %s %s", user == NULL ? password : user, password);
  if (reply != NULL && reply->type == REDIS_REPLY_ERROR) {
    made->err = REDIS_ERR_OTHER;
    snprintf(made->errstr, sizeof made->errstr, "%s", reply->str);
  }
  if (reply != NULL) freeReplyObject(reply);
  return made;
}

static inline void print_problem(void *context, const char *problem) {
  (void)context;
  printf("problem %s\n", problem);
}

static inline void print_line(void *context, libauth_log_level level, const char *line) {
  (void)context;
  printf("log %d %s\n", (int)level, line);
}

static inline libauth_redis *redis_of_the_test(void) {
  libauth_redis *made = libauth_redis_new(connect_to_redis, NULL, getenv("REDIS_PREFIX"));
  if (made == NULL) exit(3);
  libauth_redis_set_problem_callback(made, print_problem, NULL);
  return made;
}

#endif
