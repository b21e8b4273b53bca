/*
 * libauth-redis: a store for libauth in a Redis or a Valkey, over hiredis. Link with -lauth-redis (pkg-config
 * libauth-redis).
 *
 *   static redisContext *connect_to_redis(void *context, int64_t timeout_ms) {
 *     struct timeval limit = {timeout_ms / 1000, timeout_ms % 1000 * 1000};
 *     return redisConnectUnixWithTimeout("/run/redis/redis.sock", limit);
 *   }
 *
 *   libauth_redis *redis = libauth_redis_new(connect_to_redis, NULL, NULL);
 *   libauth_store *store = libauth_redis_store(redis);
 *   libauth_config_set_token_store(config, store);
 *   libauth_store_free(store);
 *
 * How to connect is yours: host or Unix socket, TLS (redisInitiateSSLWithContext), AUTH with a user of the ACL, the
 * database, asking Sentinel who the master is. libauth-redis keeps the connections that are idle, replaces those that
 * broke, and never uses a parent's in a forked child. It starts no thread and takes no lock.
 *
 * Every key begins with the prefix and carries a {hash tag}. The scripts are those of the Python and Java packages: a
 * token that one language fetched serves the others.
 */
#ifndef LIBAUTH_REDIS_H
#define LIBAUTH_REDIS_H

#include <hiredis/hiredis.h>
#include <libauth.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Makes a connection that is ready for commands, within `timeout_ms` milliseconds. NULL, or one with its `err` set, says
 * that it could not; libauth-redis frees either. Called by several threads at once.
 */
typedef redisContext *(*libauth_redis_connect_callback)(void *context, int64_t timeout_ms);

/* Is told in one line why an operation failed, such as "WRONGPASS ..." or "Connection refused". Called by several threads. */
typedef void (*libauth_redis_problem_callback)(void *context, const char *problem);

/* A Redis. May be used by any number of threads at once. */
typedef struct libauth_redis libauth_redis;

/*
 * A Redis that `connect` connects to. `prefix` stands before every key; NULL is "libauth:". Nothing is connected yet. NULL
 * when `connect` is NULL, when the prefix has a brace in it, which would move the hash tag, or more than 64 bytes, and
 * when there is no memory. libauth_redis_free ends it.
 */
libauth_redis *libauth_redis_new(libauth_redis_connect_callback connect, void *context, const char *prefix);

/* Sets who is told why operations fail; NULL, the default: nobody. Before the first use. */
void libauth_redis_set_problem_callback(libauth_redis *redis, libauth_redis_problem_callback problem, void *context);

/*
 * It as a store, for libauth_config_set_token_store and libauth_config_set_replay_store. libauth_store_free ends the
 * store; the Redis must live as long as the handles that use it. NULL for NULL.
 */
libauth_store *libauth_redis_store(libauth_redis *redis);

/* Ends a Redis and closes its connections. NULL is fine. */
void libauth_redis_free(libauth_redis *redis);

#ifdef __cplusplus
}
#endif
#endif
