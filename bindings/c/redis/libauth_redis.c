#define _POSIX_C_SOURCE 200809L
#include "libauth_redis.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Idle connections. Taken and put back in one step each, so that no lock can be left locked by a fork. */
#define POOL 32
#define LONGEST_PREFIX 64
#define LONGEST_KEY 256

struct connection {
  redisContext *redis;
  pid_t process;
  int64_t timeout_ms;
};

struct libauth_redis {
  libauth_redis_connect_callback connect;
  void *context;
  libauth_redis_problem_callback problem;
  void *problem_context;
  char prefix[LONGEST_PREFIX + 1];
  struct connection *idle[POOL];
};

struct script {
  const char *text, *digest; /* the digest: SHA-1 of the text, as EVALSHA wants it */
};

/* The same texts in every language. */
static const struct script replace_script = {
    "if redis.call('GET',KEYS[1])==ARGV[1] then redis.call('SET',KEYS[1],ARGV[2],'PX',ARGV[3]) return 1 end return 0",
    "0373f3cd13620d9ad15a482d5951b5608b6caa3e"};
static const struct script remove_script = {
    "if redis.call('GET',KEYS[1])==ARGV[1] then return redis.call('DEL',KEYS[1]) end return 0",
    "5c714dd8ed5b943a1f472132e06290c53ab22693"};

/* One operation: what is sent, within how long, and what came of it. */
struct operation {
  libauth_redis *redis;
  int64_t deadline;
  int argc;
  const char *argv[10];
  size_t lengths[10];
  int is_resent; /* an earlier attempt may have arrived */
  redisReply *reply;
};

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void tell(libauth_redis *redis, const char *problem) {
  if (redis->problem != NULL) redis->problem(redis->problem_context, problem);
}

static void end(struct connection *connection) {
  if (connection == NULL) return;
  if (connection->redis != NULL) redisFree(connection->redis);
  free(connection);
}

static struct connection *take_idle(libauth_redis *redis) {
  int i;
  for (i = 0; i < POOL; i++) {
    struct connection *taken;
    if (__atomic_load_n(&redis->idle[i], __ATOMIC_RELAXED) == NULL) continue;
    taken = __atomic_exchange_n(&redis->idle[i], NULL, __ATOMIC_ACQ_REL);
    if (taken == NULL) continue;
    if (taken->process == getpid()) return taken;
    end(taken); /* a parent's: closing the child's copy of the socket says nothing to the server */
  }
  return NULL;
}

static void put_back(libauth_redis *redis, struct connection *connection) {
  int i;
  for (i = 0; i < POOL; i++) {
    struct connection *nothing = NULL;
    if (__atomic_compare_exchange_n(&redis->idle[i], &nothing, connection, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
      return;
  }
  end(connection);
}

static struct connection *connect_anew(libauth_redis *redis, int64_t timeout_ms) {
  struct connection *made = calloc(1, sizeof *made);
  if (made == NULL) return NULL;
  made->process = getpid();
  made->redis = redis->connect(redis->context, timeout_ms);
  if (made->redis != NULL && made->redis->err == 0) return made;
  tell(redis, made->redis == NULL ? "no connection was made" : made->redis->errstr);
  end(made);
  return NULL;
}

/* Sets how long a command may take, if that is not so already: it costs two system calls. */
static int limit(struct connection *connection, int64_t timeout_ms) {
  struct timeval limit;
  if (connection->timeout_ms == timeout_ms) return 1;
  limit.tv_sec = (time_t)(timeout_ms / 1000);
  limit.tv_usec = (suseconds_t)(timeout_ms % 1000 * 1000);
  connection->timeout_ms = timeout_ms;
  return redisSetTimeout(connection->redis, limit) == REDIS_OK;
}

/* Sends and reads. hiredis writes without MSG_NOSIGNAL: a server that went away must not end the program. */
static void exchange(struct operation *operation, redisContext *redis) {
  sigset_t pipe, before, pending;
  struct timespec at_once = {0, 0};
  int was_pending;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, &before);
  was_pending = sigismember(&before, SIGPIPE) && sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE);
  operation->reply = redisCommandArgv(redis, operation->argc, operation->argv, operation->lengths);
  if (operation->reply == NULL && errno == EPIPE && !was_pending) sigtimedwait(&pipe, NULL, &at_once);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void forget(struct operation *operation) {
  if (operation->reply != NULL) freeReplyObject(operation->reply);
  operation->reply = NULL;
}

/* Sends the command over an idle connection, or over a new one if there is none or it broke while it was idle. */
static int send_command(struct operation *operation, int64_t timeout_ms) {
  libauth_redis *redis = operation->redis;
  forget(operation);
  for (;;) {
    struct connection *connection = take_idle(redis);
    const int was_idle = connection != NULL;
    int64_t left = timeout_ms;
    if (!was_idle || operation->is_resent) left = operation->deadline - now_ms();
    if (left <= 0) {
      end(connection);
      tell(redis, "it took longer than the time-out");
      return 0;
    }
    if (connection == NULL) connection = connect_anew(redis, left);
    if (connection == NULL) return 0;
    if (limit(connection, left)) exchange(operation, connection->redis);
    if (operation->reply != NULL) {
      put_back(redis, connection);
      return 1;
    }
    /* One that the server closed meanwhile. After a time-out there is no time left for another. */
    if (was_idle && (connection->redis->err == REDIS_ERR_EOF || connection->redis->err == REDIS_ERR_IO) &&
        now_ms() < operation->deadline) {
      operation->is_resent = 1;
      end(connection);
      continue;
    }
    tell(redis, connection->redis->err == 0 ? "no reply" : connection->redis->errstr);
    end(connection);
    return 0;
  }
}

static void add_argument(struct operation *operation, const void *bytes, size_t length) {
  operation->argv[operation->argc] = bytes;
  operation->lengths[operation->argc++] = length;
}

static void add_text(struct operation *operation, const char *text) { add_argument(operation, text, strlen(text)); }

static void begin(struct operation *operation, libauth_redis *redis, int64_t timeout_ms) {
  memset(operation, 0, sizeof *operation);
  operation->redis = redis;
  operation->deadline = now_ms() + timeout_ms;
}

static int whole_key(char *whole, const libauth_redis *redis, const char *key) {
  const int length = snprintf(whole, LONGEST_KEY, "%s%s", redis->prefix, key);
  return length > 0 && length < LONGEST_KEY;
}

/* -1 for an error of the server's, which is told. */
static int is_error(struct operation *operation) {
  if (operation->reply->type != REDIS_REPLY_ERROR) return 0;
  tell(operation->redis, operation->reply->str);
  return 1;
}

/* The number that a script returned; -1 when it did not. A server that does not know it yet is sent the text. */
static int run_script(struct operation *operation, const struct script *script, int64_t timeout_ms) {
  int answer = -1;
  if (send_command(operation, timeout_ms)) {
    if (operation->reply->type == REDIS_REPLY_ERROR && strncmp(operation->reply->str, "NOSCRIPT", 8) == 0) {
      operation->argv[0] = "EVAL";
      operation->lengths[0] = 4;
      operation->argv[1] = script->text;
      operation->lengths[1] = strlen(script->text);
      if (!send_command(operation, timeout_ms)) return -1;
    }
    if (!is_error(operation)) {
      if (operation->reply->type == REDIS_REPLY_INTEGER)
        answer = operation->reply->integer == 1;
      else
        tell(operation->redis, "the server is no Redis: a script gave no number");
    }
  }
  return answer;
}

/* Whether the value of a key is this one; -1 when that cannot be told. */
static int is_value(libauth_redis *redis, const char *key, const uint8_t *value, size_t length, int64_t timeout_ms) {
  struct operation look;
  int answer = -1;
  begin(&look, redis, timeout_ms);
  add_text(&look, "GET");
  add_text(&look, key);
  if (send_command(&look, timeout_ms) && !is_error(&look))
    answer = look.reply->type == REDIS_REPLY_STRING && look.reply->len == length &&
             memcmp(look.reply->str, value, length) == 0;
  forget(&look);
  return answer;
}

static int64_t get(void *context, const char *key, int64_t timeout_ms, uint8_t *value, size_t capacity) {
  libauth_redis *redis = context;
  struct operation operation;
  char whole[LONGEST_KEY], last[24];
  int64_t answer = -1;
  if (!whole_key(whole, redis, key)) return -1;
  /* One byte more than there is room for says that it is too long; the rest stays where it is. */
  snprintf(last, sizeof last, "%lu", (unsigned long)capacity);
  begin(&operation, redis, timeout_ms);
  add_text(&operation, "GETRANGE");
  add_text(&operation, whole);
  add_text(&operation, "0");
  add_text(&operation, last);
  if (send_command(&operation, timeout_ms) && !is_error(&operation)) {
    if (operation.reply->type == REDIS_REPLY_STRING) {
      answer = (int64_t)operation.reply->len;
      if (operation.reply->len <= capacity) memcpy(value, operation.reply->str, operation.reply->len);
    } else {
      tell(redis, "the server is no Redis: GETRANGE gave no string");
    }
  }
  forget(&operation);
  return answer;
}

static int32_t add(void *context, const char *key, const uint8_t *value, size_t length, int64_t ttl_ms,
                   int64_t timeout_ms) {
  libauth_redis *redis = context;
  struct operation operation;
  char whole[LONGEST_KEY], ttl[24];
  int32_t answer = -1;
  if (!whole_key(whole, redis, key)) return -1;
  snprintf(ttl, sizeof ttl, "%lld", (long long)ttl_ms);
  begin(&operation, redis, timeout_ms);
  add_text(&operation, "SET");
  add_text(&operation, whole);
  add_argument(&operation, value, length);
  add_text(&operation, "NX");
  add_text(&operation, "PX");
  add_text(&operation, ttl);
  if (send_command(&operation, timeout_ms) && !is_error(&operation)) {
    if (operation.reply->type == REDIS_REPLY_STATUS)
      answer = 1;
    else if (operation.reply->type != REDIS_REPLY_NIL)
      tell(redis, "the server is no Redis: SET gave neither OK nor nil");
    else /* What is there may be what an attempt put there whose answer was lost. */
      answer = operation.is_resent ? is_value(redis, whole, value, length, timeout_ms) : 0;
  }
  forget(&operation);
  return answer;
}

static int32_t replace(void *context, const char *key, const uint8_t *expected, size_t expected_length,
                       const uint8_t *value, size_t length, int64_t ttl_ms, int64_t timeout_ms) {
  libauth_redis *redis = context;
  struct operation operation;
  char whole[LONGEST_KEY], ttl[24];
  int32_t answer;
  if (!whole_key(whole, redis, key)) return -1;
  snprintf(ttl, sizeof ttl, "%lld", (long long)ttl_ms);
  begin(&operation, redis, timeout_ms);
  add_text(&operation, "EVALSHA");
  add_text(&operation, replace_script.digest);
  add_text(&operation, "1");
  add_text(&operation, whole);
  add_argument(&operation, expected, expected_length);
  add_argument(&operation, value, length);
  add_text(&operation, ttl);
  answer = run_script(&operation, &replace_script, timeout_ms);
  if (answer == 0 && operation.is_resent) answer = is_value(redis, whole, value, length, timeout_ms);
  forget(&operation);
  return answer;
}

static int32_t remove_value(void *context, const char *key, const uint8_t *expected, size_t length,
                            int64_t timeout_ms) {
  libauth_redis *redis = context;
  struct operation operation;
  char whole[LONGEST_KEY];
  int32_t answer;
  if (!whole_key(whole, redis, key)) return -1;
  begin(&operation, redis, timeout_ms);
  add_text(&operation, "EVALSHA");
  add_text(&operation, remove_script.digest);
  add_text(&operation, "1");
  add_text(&operation, whole);
  add_argument(&operation, expected, length);
  answer = run_script(&operation, &remove_script, timeout_ms);
  forget(&operation);
  return answer;
}

libauth_redis *libauth_redis_new(libauth_redis_connect_callback connect, void *context, const char *prefix) {
  libauth_redis *made;
  if (prefix == NULL) prefix = "libauth:";
  if (connect == NULL || strlen(prefix) > LONGEST_PREFIX || strpbrk(prefix, "{}") != NULL) return NULL;
  made = calloc(1, sizeof *made);
  if (made == NULL) return NULL;
  made->connect = connect;
  made->context = context;
  strcpy(made->prefix, prefix);
  return made;
}

void libauth_redis_set_problem_callback(libauth_redis *redis, libauth_redis_problem_callback problem, void *context) {
  if (redis == NULL) return;
  redis->problem = problem;
  redis->problem_context = context;
}

libauth_store *libauth_redis_store(libauth_redis *redis) {
  return redis == NULL ? NULL : libauth_store_new(get, add, replace, remove_value, redis);
}

void libauth_redis_free(libauth_redis *redis) {
  int i;
  if (redis == NULL) return;
  for (i = 0; i < POOL; i++) end(redis->idle[i]);
  free(redis);
}
