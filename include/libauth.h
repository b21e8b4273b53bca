/*
 * libauth: log in to, sign for and verify messages from five partner platforms.
 *
 *   libauth_creditpay     Credit Pay: a one-time code and the URL to send the user to
 *   libauth_daxpay        DaxPay: an end user's identity for a payment channel's code
 *   libauth_openplatform  the clientId / secret open platform: an Access-Token
 *   libauth_redemption    the voucher redemption system: an Alipay authorization URL
 *   libauth_seller        the marketplace seller API: a Bearer token
 *
 * A program makes a libauth_config, from it a handle for each platform account, and keeps the
 * handle for as long as it runs:
 *
 *   libauth_error *error = NULL;
 *   libauth_config *config = libauth_config_new("https://seller.example");
 *   libauth_seller *seller = NULL;
 *   libauth_token *token = NULL;
 *   if (libauth_seller_new(config, access_key, secret_key, &seller, &error) == LIBAUTH_OK
 *       && libauth_seller_token(seller, NULL, &token, &error) == LIBAUTH_OK)
 *     printf("%s: %s\n", libauth_token_header_name(token), libauth_token_header_value(token));
 *   else
 *     fprintf(stderr, "%s\n", libauth_error_message(error));
 *   libauth_token_free(token);
 *   libauth_seller_free(seller);
 *   libauth_config_free(config);
 *   libauth_error_free(error);
 *
 * What holds for every function:
 *
 * Errors.     A function that can fail returns a libauth_status, LIBAUTH_OK being 0, and ends with
 *             `libauth_error **error`, which may be NULL. There is no "last error" to ask for.
 * Outputs.    They are set to NULL on entry, the error included; on success the output is written,
 *             on failure the error (an event that came before is given with its error). An object
 *             that an output still holds is overwritten, not freed: free it first.
 * Ownership.  What a _new, _share, _build, _read, _verify, _explain or call function gives, you free
 *             with the _free of its type, once; _free(NULL) does nothing. What a getter returns
 *             belongs to the object it was asked of and lives as long as that; do not free it.
 *             Strings and bytes passed in are copied. No function takes over what it is given.
 * Strings.    NUL-terminated UTF-8, both ways; functions whose names end with _n take a length
 *             instead. Invalid UTF-8 is LIBAUTH_INVALID_ARGUMENT naming the parameter. A NUL inside
 *             a platform's text shows as U+FFFD. Bodies are pointer and length.
 * NULL.       A required pointer that is NULL is LIBAUTH_INVALID_ARGUMENT naming the parameter; a
 *             getter of NULL returns NULL, 0, or what its comment says; a setter of NULL does
 *             nothing. Where a comment says "never NULL", that is of an object that is not NULL.
 * Options.    A function that talks to a platform, or builds a request for one, takes a
 *             libauth_options before its outputs; NULL stands for the defaults.
 * Threads.    Platform handles may be used by any number of threads at once, without a lock. All
 *             other objects: by one thread at a time.
 * Fork.       A platform handle works on in a child: it opens connections of its own and never
 *             touches the parent's. Requests in other threads at that moment stay the parent's.
 * Blocking.   Calls block until the platform has answered, the deadline passed, or the cancel callback
 *             of the options ended them. The deadline covers resolving, connecting, sending, every
 *             byte received, and repeats.
 * Repeats.    A request that never left is sent again; one that may have arrived only where that
 *             cannot do harm (each function says so). Else the status is LIBAUTH_OUTCOME_UNKNOWN.
 * Secrets.    They are wiped from memory when the object that holds them ends, and never appear in a
 *             message, a log line or a URL. Getters whose comment says "a secret" return one; its
 *             text is wiped with the object it belongs to.
 * Silence.    Nothing is written to stdout or stderr, no environment variable is read unless asked,
 *             no signal is handled, no thread stays behind (looking a host name up takes one for as
 *             long as that lasts, on a new connection only).
 * Panics.     A bug in the library is LIBAUTH_INTERNAL, not the end of your program.
 * Memory.     A replay guard or an answer that there is no memory for is an error. Where there is none for
 *             anything smaller, the process ends (abort), with one line on stderr: Rust has no other
 *             way. It is the one exception from Silence.
 * Versions.   While the major version is 0, a library of another minor version does not fit: the file
 *             name (libauth.so.0.2) and the version of its symbols say so, and libauth_check_version
 *             for those who load it themselves. Constants never change their numbers; later versions
 *             may have more of them.
 */

#ifndef LIBAUTH_H
#define LIBAUTH_H

/* Generated from src/ffi (cargo run -p tools -- generate); do not edit. */

/** @file libauth.h
 * Log in to, sign for and verify messages from five partner platforms.
 */

#include <stddef.h>
#include <stdint.h>

/* What every function is declared with. Define LIBAUTH_STATIC where the static library is linked on
 * Windows. */
#ifndef LIBAUTH_API
#if defined(_WIN32) && !defined(LIBAUTH_STATIC)
#define LIBAUTH_API __declspec(dllimport)
#elif defined(__GNUC__)
#define LIBAUTH_API __attribute__((visibility("default")))
#else
#define LIBAUTH_API
#endif
#endif

/* A status that nobody looks at. */
#ifndef LIBAUTH_WARN_UNUSED
#if defined(__GNUC__)
#define LIBAUTH_WARN_UNUSED __attribute__((warn_unused_result))
#else
#define LIBAUTH_WARN_UNUSED
#endif
#endif

/* A function that a later version will not have, and what to use instead. Define it as nothing to
 * silence the compiler. */
#ifndef LIBAUTH_DEPRECATED
#if defined(__clang__) || (defined(__GNUC__) && __GNUC__ * 100 + __GNUC_MINOR__ >= 405)
#define LIBAUTH_DEPRECATED(text) __attribute__((deprecated(text)))
#elif defined(_MSC_VER)
#define LIBAUTH_DEPRECATED(text) __declspec(deprecated(text))
#else
#define LIBAUTH_DEPRECATED(text)
#endif
#endif

/* ---- The version of this header ------------------------------------------------------------ */

/** As text. */
#define LIBAUTH_VERSION "0.2.0"

/** While it is 0, a library of another minor version does not fit. */
#define LIBAUTH_VERSION_MAJOR 0

/** What came with it is in CHANGELOG.md. */
#define LIBAUTH_VERSION_MINOR 2

/** Mended, and nothing new. */
#define LIBAUTH_VERSION_PATCH 0

/** As one number, to compare: major * 10000 + minor * 100 + patch. */
#define LIBAUTH_VERSION_NUMBER 200

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Statuses -------------------------------------------------------------------------------- */

/**
 * What a fallible function returns: LIBAUTH_OK, or the class of the error. Later versions may
 * have more of them: treat one that you do not know as LIBAUTH_INTERNAL.
 */
typedef int32_t libauth_status;

/** It worked. */
#define LIBAUTH_OK 0
/** A parameter or a field is missing or wrong; the message names it. Nothing was sent. */
#define LIBAUTH_INVALID_ARGUMENT 1
/** A setting of the libauth_config is wrong; the message names it as its setter does. */
#define LIBAUTH_INVALID_CONFIG 2
/** A key cannot be read, is of the wrong kind, or is too short. */
#define LIBAUTH_INVALID_KEY 3
/** DNS, connecting, TLS, or a connection that broke. */
#define LIBAUTH_NETWORK 4
/** The deadline of the call (or of connecting) passed. */
#define LIBAUTH_TIMEOUT 5
/** An HTTP status outside 2xx without an envelope of the platform; redirects too. */
#define LIBAUTH_HTTP 6

/**
 * The answer or message is not what the protocol says: not JSON, too large, a field missing
 * (named).
 */
#define LIBAUTH_PROTOCOL 7
/** The platform refused: see its code and message. */
#define LIBAUTH_PLATFORM 8
/** The platform refused the credentials, our signature, or the token. */
#define LIBAUTH_UNAUTHORIZED 9
/** A signature of the platform is missing or does not match; the message says which. */
#define LIBAUTH_BAD_SIGNATURE 10
/** An inbound message's time is outside the window. */
#define LIBAUTH_STALE 11
/** An inbound message was received before. */
#define LIBAUTH_REPLAYED 12
/** It may have happened: query the platform, or have a person confirm, before repeating. */
#define LIBAUTH_OUTCOME_UNKNOWN 13
/** The platform asks for fewer calls: see libauth_error_retry_after_ms. */
#define LIBAUTH_RATE_LIMITED 14
/** A bug of libauth: please report it. */
#define LIBAUTH_INTERNAL 15
/** Your cancel callback ended the call. */
#define LIBAUTH_CANCELLED 16

/**
 * An inbound message that somebody else is acting on at this moment: answer with a failure, and
 * the platform sends it again.
 */
#define LIBAUTH_BUSY 17
/** The store that several processes share failed. */
#define LIBAUTH_STORE 18

/**
 * The name of a status without its prefix, such as "BAD_SIGNATURE"; "UNKNOWN" for a number that
 * is none. Static text, never NULL. Any thread.
 */
LIBAUTH_API const char *libauth_status_name(libauth_status status);

/**
 * The HTTP status to answer a platform with, for what a _verify function returned: 200 for
 * LIBAUTH_OK and LIBAUTH_REPLAYED (with the platform's LIBAUTH_..._REPLY as the body); 400 for a
 * message that is not genuine, too old or broken; 503 for all else, so that the platform sends it
 * again. Any thread.
 */
LIBAUTH_API int32_t libauth_reply_status(libauth_status status);

/* ---- Answers --------------------------------------------------------------------------------- */

/** What a platform answered. One thread at a time. */
typedef struct libauth_answer libauth_answer;

/** What a field of JSON is: one of LIBAUTH_JSON_*. */
typedef int32_t libauth_json_type;

/** There is no such field, or the body is not JSON. */
#define LIBAUTH_JSON_ABSENT 0
/** null. */
#define LIBAUTH_JSON_NULL 1
/** true or false. */
#define LIBAUTH_JSON_BOOLEAN 2
/** A number. */
#define LIBAUTH_JSON_NUMBER 3
/** A string. */
#define LIBAUTH_JSON_STRING 4
/** An array. */
#define LIBAUTH_JSON_ARRAY 5
/** An object. */
#define LIBAUTH_JSON_OBJECT 6

/** The HTTP status. */
LIBAUTH_API int32_t libauth_answer_http_status(const libauth_answer *answer);

/**
 * 1 if a signature of the platform over the answer was checked and is right; else 0, as for the
 * platforms that do not sign, and for what they do not sign.
 */
LIBAUTH_API int32_t libauth_answer_verified(const libauth_answer *answer);

/** The platform's own code as text, such as "0"; NULL when the body held none. */
LIBAUTH_API const char *libauth_answer_code(const libauth_answer *answer);

/** The platform's own message, on one line; NULL when there is none. */
LIBAUTH_API const char *libauth_answer_message(const libauth_answer *answer);

/** The trace or request id the platform gave; NULL when it gave none. */
LIBAUTH_API const char *libauth_answer_trace_id(const libauth_answer *answer);

/**
 * The value of a header, whatever the case of its name; NULL when it is absent. Of several, the
 * first.
 */
LIBAUTH_API const char *libauth_answer_header(const libauth_answer *answer, const char *name);

/**
 * A field of the JSON body by its path, such as "data.items.0.id": a string as it is, anything
 * else as JSON text. NULL when it is absent or null, or the body is not JSON: give it to printf
 * only through libauth_answer_field_or.
 */
LIBAUTH_API const char *libauth_answer_field(const libauth_answer *answer, const char *path);

/**
 * As libauth_answer_field, but `fallback` itself where that gives NULL: NULL only if `fallback`
 * is.
 */
LIBAUTH_API
const char *libauth_answer_field_or(const libauth_answer *answer,
                                    const char *path,
                                    const char *fallback);

/** What a field of the JSON body is: tells a field that is null from one that is absent. */
LIBAUTH_API
libauth_json_type libauth_answer_field_type(const libauth_answer *answer,
                                            const char *path);

/**
 * A whole number of the JSON body, also one that is written as a string; `fallback` where the
 * field is absent, null, anything else, or beyond 64 bits.
 */
LIBAUTH_API
int64_t libauth_answer_field_int64(const libauth_answer *answer,
                                   const char *path,
                                   int64_t fallback);

/**
 * The body as received, and its length in bytes if `length` is not NULL. It need not be text, is
 * not NUL-terminated, and may hold tokens: do not log it. Never NULL.
 */
LIBAUTH_API const uint8_t *libauth_answer_body(const libauth_answer *answer, size_t *length);

/**
 * Ends an answer that a _call or _read_call function gave. Not for answers that belong to another
 * object. NULL is fine.
 */
LIBAUTH_API void libauth_answer_free(libauth_answer *answer);

/* ---- Errors ---------------------------------------------------------------------------------- */

/**
 * An error: made by a function that failed, freed by you with libauth_error_free. Its texts live
 * as long as it does. One thread at a time. No text of it holds a secret, except the raw body in
 * its libauth_answer.
 */
typedef struct libauth_error libauth_error;

/** How far a request got: one of LIBAUTH_DELIVERY_*. */
typedef int32_t libauth_delivery;

/** No byte of the request left this machine. */
#define LIBAUTH_DELIVERY_NOT_SENT 0
/** The request, or part of it, was sent, and no complete answer came. */
#define LIBAUTH_DELIVERY_MAYBE_SENT 1
/** The platform, or something in front of it, answered. */
#define LIBAUTH_DELIVERY_ANSWERED 2

/** The error's status; LIBAUTH_OK for NULL. */
LIBAUTH_API LIBAUTH_WARN_UNUSED libauth_status libauth_error_status(const libauth_error *error);

/** One line, made for a person: what is wrong and what to do. Never NULL. */
LIBAUTH_API const char *libauth_error_message(const libauth_error *error);

/** How far the request got. */
LIBAUTH_API libauth_delivery libauth_error_delivery(const libauth_error *error);

/** 1 if making the same call again cannot do anything twice, else 0. */
LIBAUTH_API int32_t libauth_error_retry_safe(const libauth_error *error);

/**
 * How long the platform asks to wait (`Retry-After`), in milliseconds; -1 when it does not say.
 */
LIBAUTH_API int64_t libauth_error_retry_after_ms(const libauth_error *error);

/** The trace or request id to quote to the platform's support; NULL when there is none. */
LIBAUTH_API const char *libauth_error_trace_id(const libauth_error *error);

/** The platform's own code as text, such as "20052"; NULL when it gave none. */
LIBAUTH_API const char *libauth_error_platform_code(const libauth_error *error);

/** The platform's own message, on one line; NULL when it gave none. */
LIBAUTH_API const char *libauth_error_platform_message(const libauth_error *error);

/** The HTTP status of the answer; 0 when there was none. */
LIBAUTH_API int32_t libauth_error_http_status(const libauth_error *error);

/**
 * The answer in an error as far as it could be read, with its raw body; NULL when there was none.
 * Belongs to the error.
 */
LIBAUTH_API const libauth_answer *libauth_error_answer(const libauth_error *error);

/** Ends an error. NULL is fine. */
LIBAUTH_API void libauth_error_free(libauth_error *error);

/* ---- The version at run time ----------------------------------------------------------------- */

/**
 * The version of the library at run time, such as "0.2.0". Static text, never NULL. Any thread.
 */
LIBAUTH_API const char *libauth_version(void);

/**
 * The version of the library at run time as LIBAUTH_VERSION_NUMBER has it, such as 200 for 0.2.0.
 * Any thread.
 */
LIBAUTH_API int32_t libauth_version_number(void);

/**
 * Whether the library at run time fits a program made for this version:
 * libauth_check_version(LIBAUTH_VERSION_MAJOR, LIBAUTH_VERSION_MINOR, &error). While the major
 * version is 0 the minor must be the same; from 1 on it may be newer. For those who load the
 * library themselves: a program that was linked to it cannot start with one that does not fit.
 * Errors: LIBAUTH_INVALID_ARGUMENT, with both versions in the message.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_check_version(int32_t major,
                                     int32_t minor,
                                     libauth_error **error);

/* ---- Options of one call --------------------------------------------------------------------- */

/**
 * What one call does differently from the others of its handle. Functions that talk to a platform
 * take one, and NULL for the defaults; it is copied, may be used for any number of calls, and be
 * freed at once. Setters never fail: what is wrong with a value is reported, by its name, by the
 * call that uses it. One thread at a time.
 */
typedef struct libauth_options libauth_options;

/**
 * Asked while a call waits whether it should end: anything but 0 ends it with LIBAUTH_CANCELLED.
 * It is asked on the thread that made the call, at least every 100 ms and whenever a signal
 * interrupts a wait. It must not unwind or longjmp.
 */
typedef int32_t (*libauth_cancel_callback)(void *context);

/** Options that change nothing yet. Never NULL. */
LIBAUTH_API libauth_options *libauth_options_new(void);

/** Ends options. NULL is fine. */
LIBAUTH_API void libauth_options_free(libauth_options *options);

/**
 * The deadline of the whole call in milliseconds, repeats included, from 1 to 86400000; by
 * default that of the configuration.
 */
LIBAUTH_API void libauth_options_set_timeout_ms(libauth_options *options, int64_t timeout_ms);

/**
 * The id under which the call is found again, for support: it is sent where the platform has a
 * place for it (Credit Pay `trace`, the open platform `Request-Id`, DaxPay `reqId`), and is part
 * of log lines and errors everywhere. NULL: a random one, the default.
 */
LIBAUTH_API void libauth_options_set_trace_id(libauth_options *options, const char *trace_id);

/**
 * How to stop the call from outside: see libauth_cancel_callback. NULL: not, the default.
 * Function and context must live as long as the calls that use them.
 */
LIBAUTH_API
void libauth_options_set_cancel_callback(libauth_options *options,
                                         libauth_cancel_callback callback,
                                         void *context);

/* ---- Stores that processes share ------------------------------------------------------------- */

/**
 * A store that the processes of a fleet share, such as a Redis: four functions of yours and their
 * context. It is given to libauth_config_set_token_store and libauth_config_set_replay_store,
 * which copy it; functions and context must live as long as the handles made from that
 * configuration. One thread at a time.
 */
typedef struct libauth_store libauth_store;

/**
 * Looks a key up: writes its value into `value`, which has room for `value_capacity` bytes, and
 * returns the value's length; 0 when there is no such key; a negative number when the store
 * failed. A value that is longer than the capacity is not written: only its length is returned.
 * It should return within `timeout_ms` milliseconds: nobody can stop it, and a call that waits
 * for it waits as long as it does. The key is NUL-terminated ASCII, at most 100 bytes, valid
 * until the function returns; braces in it enclose the hash tag of a Redis cluster. It is called
 * on the thread that makes the call, by several threads at once if several make calls. It must
 * not unwind or longjmp, nor call a function of the handle it is called for.
 */
typedef int64_t (*libauth_store_get_callback)(void *context,
                                              const char *key,
                                              int64_t timeout_ms,
                                              uint8_t *value,
                                              size_t value_capacity);

/**
 * Puts a value under a key that has none, until `ttl_ms` milliseconds have passed, and returns 1;
 * 0 when there is one, which stays as it is; a negative number when the store failed. Of any
 * number of callers with one key, in any process, exactly one gets 1. The value is valid until
 * the function returns. All else as libauth_store_get_callback.
 */
typedef int32_t (*libauth_store_add_callback)(void *context,
                                              const char *key,
                                              const uint8_t *value,
                                              size_t value_length,
                                              int64_t ttl_ms,
                                              int64_t timeout_ms);

/**
 * Puts a value, with a new time to live, in the place of the one that equals `expected`, in one
 * step, and returns 1; 0 when another value or none is there, which stays so; a negative number
 * when the store failed. All else as libauth_store_get_callback.
 */
typedef int32_t (*libauth_store_replace_callback)(void *context,
                                                  const char *key,
                                                  const uint8_t *expected,
                                                  size_t expected_length,
                                                  const uint8_t *value,
                                                  size_t value_length,
                                                  int64_t ttl_ms,
                                                  int64_t timeout_ms);

/**
 * Removes a key whose value equals `expected`, in one step, and returns 1; 0 when it does not or
 * there is none; a negative number when the store failed. All else as libauth_store_get_callback.
 */
typedef int32_t (*libauth_store_remove_callback)(void *context,
                                                 const char *key,
                                                 const uint8_t *expected,
                                                 size_t expected_length,
                                                 int64_t timeout_ms);

/**
 * A store of these functions, which are all called with `context`. `get`, `replace` and `remove`
 * may be NULL together: a store that has only `add` is enough for messages, which are then final
 * when they are accepted. A function that is missing is reported when a handle is made:
 * LIBAUTH_INVALID_CONFIG. Never NULL.
 */
LIBAUTH_API
libauth_store *libauth_store_new(libauth_store_get_callback get,
                                 libauth_store_add_callback add,
                                 libauth_store_replace_callback replace,
                                 libauth_store_remove_callback remove,
                                 void *context);

/** Ends a store; configurations and handles that it was given to go on. NULL is fine. */
LIBAUTH_API void libauth_store_free(libauth_store *store);

/* ---- Settings -------------------------------------------------------------------------------- */

/**
 * Settings, from which provider handles are made. A handle copies what it needs: the
 * configuration may be changed, used for further handles, or freed at once. Setters never fail:
 * what is wrong with a value is reported, with the setter's name, when a handle is made:
 * LIBAUTH_INVALID_ARGUMENT for NULL where text is required and for text that is not UTF-8,
 * LIBAUTH_INVALID_CONFIG for all else, a setting of another platform included. One thread at a
 * time.
 */
typedef struct libauth_config libauth_config;

/**
 * Whether a DaxPay gateway's answers must be signed: one of LIBAUTH_DAXPAY_RESPONSE_SIGNATURE_*.
 */
typedef int32_t libauth_daxpay_response_signature;

/** How the seller API's `expiresIn` is read: one of LIBAUTH_SELLER_EXPIRES_IN_*. */
typedef int32_t libauth_seller_expires_in_unit;

/**
 * Tells the time: writes Unix milliseconds, and milliseconds of a clock that never goes
 * backwards. The first is what platforms read and what messages are judged by; the second alone
 * ages tokens, so that setting the clock neither ends nor prolongs one. Called by several threads
 * at once. It must not unwind or longjmp, nor call a function of the handle it is called for.
 */
typedef void (*libauth_clock_callback)(void *context, int64_t *unix_ms, int64_t *monotonic_ms);

/** How much is logged: one of LIBAUTH_LOG_*. */
typedef int32_t libauth_log_level;

/**
 * Receives a log line: the level and one line of UTF-8 without a line break, never holding a
 * secret, valid until the function returns. It is called on the thread that made the call, by
 * several threads at once if several make calls. It must not unwind or longjmp; if it calls the
 * handle whose line it is given, it may be refused.
 */
typedef void (*libauth_log_callback)(void *context, libauth_log_level level, const char *line);

/**
 * Signs a message with an RSA key that stays where it is: in an HSM, a KMS, an agent. It writes
 * the bytes of RSASSA-PKCS1-v1_5(SHA-256(message)) into `signature`, which has room for
 * `signature_capacity` bytes, and returns their number; a negative number says that it cannot,
 * and the call fails with LIBAUTH_INVALID_KEY. It is called on the thread that makes the call, by
 * several threads at once if several make calls, and its time counts as the call's. The message
 * is valid until it returns. It must not unwind or longjmp.
 */
typedef int32_t (*libauth_sign_callback)(void *context,
                                         const uint8_t *message,
                                         size_t message_length,
                                         uint8_t *signature,
                                         size_t signature_capacity);

/** Log nothing. */
#define LIBAUTH_LOG_OFF 0
/** Log calls that failed in the end. */
#define LIBAUTH_LOG_ERROR 1
/** Also what works but should be looked at: failed token refreshes, clock differences. */
#define LIBAUTH_LOG_WARN 2
/** Also token events. */
#define LIBAUTH_LOG_INFO 3
/** Also a line for each attempt. */
#define LIBAUTH_LOG_DEBUG 4
/** All there is. */
#define LIBAUTH_LOG_TRACE 5
/** An answer without a signature is an error. The default. */
#define LIBAUTH_DAXPAY_RESPONSE_SIGNATURE_REQUIRED 0
/** A signature is checked where there is one. */
#define LIBAUTH_DAXPAY_RESPONSE_SIGNATURE_IF_PRESENT 1
/** The lifetime that the token itself tells, else `expiresIn` as milliseconds. The default. */
#define LIBAUTH_SELLER_EXPIRES_IN_AUTO 0
/** `expiresIn`, in milliseconds. */
#define LIBAUTH_SELLER_EXPIRES_IN_MILLISECONDS 1
/** `expiresIn`, in seconds. */
#define LIBAUTH_SELLER_EXPIRES_IN_SECONDS 2

/**
 * Settings for a deployment's address with its gateway prefix, such as "https://host/dg"; without
 * query and fragment. It is https, but for addresses of this machine. Never NULL.
 */
LIBAUTH_API libauth_config *libauth_config_new(const char *base_url);

/** Ends a configuration; handles made from it go on. NULL is fine. */
LIBAUTH_API void libauth_config_free(libauth_config *config);

/**
 * The deadline of a whole call in milliseconds, repeats included: resolving, connecting, sending,
 * every byte received. From 1 to 86400000; by default 10000.
 */
LIBAUTH_API void libauth_config_set_timeout_ms(libauth_config *config, int64_t timeout_ms);

/**
 * The limit for resolving, connecting, a proxy's answer and the TLS handshake together, in
 * milliseconds, within the deadline. From 1 to 86400000; by default 3000.
 */
LIBAUTH_API
void libauth_config_set_connect_timeout_ms(libauth_config *config,
                                           int64_t connect_timeout_ms);

/**
 * A kept-alive connection that was idle for longer is closed instead of used, in milliseconds.
 * From 0 to 86400000; by default 30000.
 */
LIBAUTH_API
void libauth_config_set_idle_timeout_ms(libauth_config *config,
                                        int64_t idle_timeout_ms);

/** How many idle connections a handle keeps at most. From 0 to 1024; by default 64. */
LIBAUTH_API
void libauth_config_set_max_idle_connections(libauth_config *config,
                                             int32_t max_idle_connections);

/**
 * How often a call is tried at most, where it may be repeated (each operation says so), with
 * growing pauses, within the deadline. From 0 to 10; by default 3. 0 and 1 switch repeating off.
 */
LIBAUTH_API void libauth_config_set_max_tries(libauth_config *config, int32_t max_tries);

/**
 * The largest answer or inbound body accepted, in bytes. From 1 to 67108864; by default 1048576.
 */
LIBAUTH_API
void libauth_config_set_max_response_bytes(libauth_config *config,
                                           int64_t max_response_bytes);

/** 1 allows plain http to other machines: secrets then travel in the clear. By default 0. */
LIBAUTH_API void libauth_config_set_allow_http(libauth_config *config, int32_t allow);

/**
 * The HTTP proxy to CONNECT through, "http://[user:password@]host:port". NULL: none, the default.
 */
LIBAUTH_API void libauth_config_set_proxy(libauth_config *config, const char *proxy);

/**
 * 1 takes the proxy from ALL_PROXY, HTTPS_PROXY, HTTP_PROXY and NO_PROXY, read when a handle is
 * made. By default 0: the environment is not looked at.
 */
LIBAUTH_API void libauth_config_set_proxy_from_environment(libauth_config *config, int32_t on);

/** 0 distrusts Mozilla's root certificates, which are part of the library. By default 1. */
LIBAUTH_API void libauth_config_set_bundled_roots(libauth_config *config, int32_t on);

/**
 * 1 trusts the system's root certificates too, read when a handle is made (on Unix from where
 * SSL_CERT_FILE and SSL_CERT_DIR say, if they are set). By default 0.
 */
LIBAUTH_API void libauth_config_set_system_roots(libauth_config *config, int32_t on);

/**
 * The path of a PEM file whose certificates are trusted too, read when a handle is made. NULL:
 * none, the default.
 */
LIBAUTH_API void libauth_config_set_ca_file(libauth_config *config, const char *path);

/** Certificates in PEM that are trusted too, from memory. NULL and 0 unset them. */
LIBAUTH_API
void libauth_config_set_ca_pem(libauth_config *config,
                               const uint8_t *pem,
                               size_t length);

/**
 * Who we are when a server asks for a certificate (mutual TLS): the paths of two PEM files, of
 * the chain, the certificate itself first, and of its private key (PKCS#8, PKCS#1 or SEC1,
 * without a password), read when a handle is made. NULL for both: nobody, the default.
 */
LIBAUTH_API
void libauth_config_set_client_certificate_files(libauth_config *config,
                                                 const char *chain_path,
                                                 const char *key_path);

/**
 * As libauth_config_set_client_certificate_files, with what would be in the files. NULL and 0 for
 * both: nobody.
 */
LIBAUTH_API
void libauth_config_set_client_certificate_pem(libauth_config *config,
                                               const uint8_t *chain,
                                               size_t chain_length,
                                               const uint8_t *key,
                                               size_t key_length);

/**
 * Accepts a server only when its key is this one, or another that was added: "sha256/" and the
 * base64 of the SHA-256 of its certificate's SubjectPublicKeyInfo. The certificate is checked all
 * the same. By default any key is accepted. Add the next key before the server changes to it.
 */
LIBAUTH_API void libauth_config_add_pin(libauth_config *config, const char *pin);

/** The User-Agent header. NULL: "libauth/VERSION", the default. */
LIBAUTH_API void libauth_config_set_user_agent(libauth_config *config, const char *user_agent);

/**
 * creditpay: the gateway prefix that is part of the signed path, such as "/dg", for a deployment
 * whose gateway passes its prefix on. NULL: none, the default, as the platform documents it.
 */
LIBAUTH_API
void libauth_config_set_creditpay_signed_path_prefix(libauth_config *config,
                                                     const char *prefix);

/**
 * daxpay: the gateway's time zone, in minutes east of UTC. From -1080 to 1080; by default 480,
 * China. The machine's own time zone plays no part.
 */
LIBAUTH_API
void libauth_config_set_daxpay_utc_offset_minutes(libauth_config *config,
                                                  int32_t minutes);

/**
 * daxpay: whether answers must be signed, as they must by default; or need not be, for a gateway
 * that does not sign them. A signature that is there and wrong is an error under either, and
 * notifications must always be signed.
 */
LIBAUTH_API
void libauth_config_set_daxpay_response_signature(libauth_config *config,
                                                  libauth_daxpay_response_signature policy);

/**
 * openplatform: the lifetime of a token that does not tell its own, in milliseconds. From 1 to
 * 31536000000; by default 7200000, two hours.
 */
LIBAUTH_API
void libauth_config_set_openplatform_token_lifetime_ms(libauth_config *config,
                                                       int64_t token_lifetime_ms);

/** seller: how to read `expiresIn`. */
LIBAUTH_API
void libauth_config_set_seller_expires_in_unit(libauth_config *config,
                                               libauth_seller_expires_in_unit unit);

/**
 * seller: the path of the token's endpoint below the base URL, for deployments of another version
 * of the documents, such as "/seller/202405/authorization". NULL:
 * "/seller/202405/auth/get-access-token", the default.
 */
LIBAUTH_API
void libauth_config_set_seller_token_path(libauth_config *config,
                                          const char *path);

/**
 * creditpay: a signature key before a rotation, under which inbound messages are accepted too;
 * any number of them. One that cannot be used is left out with a line in the log.
 */
LIBAUTH_API
void libauth_config_add_creditpay_previous_key(libauth_config *config,
                                               const char *key);

/**
 * daxpay: a key before a rotation, under which answers and inbound messages are accepted too:
 * edition 3's sign key, edition open's public key of the platform; any number of them. One that
 * cannot be used is left out with a line in the log.
 */
LIBAUTH_API
void libauth_config_add_daxpay_previous_key(libauth_config *config,
                                            const char *key);

/**
 * redemption: a key before a rotation, under which inbound messages are accepted too: the
 * platform's public key, or for MD5 the shared secret; any number of them. One that cannot be
 * used is left out with a line in the log.
 */
LIBAUTH_API
void libauth_config_add_redemption_previous_key(libauth_config *config,
                                                const char *key);

/**
 * Inbound messages: how far a message's time may be from the clock, to either side, in
 * milliseconds; the edges belong to it. From 1 to 604800000; by default 300000, five minutes,
 * where the platform signs the time. creditpay does not, so that its age proves nothing, and may
 * repeat an event with its first time 50 minutes later: there it is 3600000, an hour.
 */
LIBAUTH_API void libauth_config_set_window_ms(libauth_config *config, int64_t window_ms);

/**
 * Inbound messages: how long, in milliseconds, a message is claimed that a _verify function
 * accepted. Act on it, keep what came of it, and call its _event_done: from then on it is
 * LIBAUTH_REPLAYED. Until then whoever brings it again gets LIBAUTH_BUSY. Freeing the event
 * without _event_done gives it back at once; if the process dies, the claim ends by itself, and
 * the platform's next attempt is accepted. 0: one phase, a message is final when it is accepted,
 * and lost when the process dies before it acted. From 0 to 86400000; by default 60000, a minute.
 */
LIBAUTH_API void libauth_config_set_replay_claim_ms(libauth_config *config, int64_t claim_ms);

/**
 * Inbound messages: how many of them the built-in replay guard remembers at least, at 32 bytes
 * each, in memory that a handle shares with processes forked after it was made. When it is full,
 * what would be forgotten soonest makes room, and a warning is logged first. Messages without a
 * signed time are remembered for a day, and beyond that while there is room. From 1 to 100000000;
 * by default 100000.
 */
LIBAUTH_API void libauth_config_set_replay_capacity(libauth_config *config, int64_t capacity);

/**
 * Inbound messages: where they are claimed and remembered for all machines, in place of the
 * built-in replay guard. A store that has only `add` has one phase: a message is final when it is
 * accepted. A message that the store cannot tell about is refused with LIBAUTH_STORE: answer with
 * failure, and it will come again. (Accepting it could mean acting on it twice.) Credit-limit
 * queries, which anybody could repeat, never reach it. NULL: the built-in one. The store's
 * functions and context must live as long as the handles made from this configuration.
 */
LIBAUTH_API
void libauth_config_set_replay_store(libauth_config *config,
                                     const libauth_store *store);

/**
 * openplatform, seller: where the processes of a fleet keep the token that they share, so that
 * one of them logs in for all. It needs a key: libauth_config_add_store_key. A store that fails
 * costs store_timeout_ms, and then a login of one's own, of which there is at most one a backoff
 * period (1 s, doubled up to 60 s): see libauth_token_is_degraded. A login gets at most half of
 * the time that its call has left, and the other half is for whoever takes over from a process
 * that died in it. NULL: none, the default. The store's functions and context must live as long
 * as the handles made from this configuration.
 */
LIBAUTH_API
void libauth_config_set_token_store(libauth_config *config,
                                    const libauth_store *store);

/**
 * Adds a key that seals the records in the token store, of `key_length` bytes, which is 32:
 * random ones, the same in all processes of the fleet. The one that was added last seals, all of
 * them open. `key_id` is 1 to 64 visible ASCII characters that stand in the records in the clear.
 * To rotate, add the new key before the old one everywhere, then behind it everywhere, then leave
 * the old one out.
 */
LIBAUTH_API
void libauth_config_add_store_key(libauth_config *config,
                                  const char *key_id,
                                  const uint8_t *key,
                                  size_t key_length);

/**
 * Within how many milliseconds an operation of a store should answer; each of the store's
 * functions is told. One that took longer counts as failed for a token, and is still heard for a
 * message. From 1 to 60000; by default 200.
 */
LIBAUTH_API
void libauth_config_set_store_timeout_ms(libauth_config *config,
                                         int64_t store_timeout_ms);

/**
 * A clock of your own, for tests: it tells the timestamps that are sent and checked, and the age
 * of tokens. Deadlines and pauses go by the real clock. NULL: the system's clocks. Function and
 * context must live as long as the handles made from this configuration.
 */
LIBAUTH_API
void libauth_config_set_clock_callback(libauth_config *config,
                                       libauth_clock_callback callback,
                                       void *context);

/**
 * Where log lines go, up to `level`. NULL: nowhere, the default. Function and context must live
 * as long as the handles made from this configuration.
 */
LIBAUTH_API
void libauth_config_set_log_callback(libauth_config *config,
                                     libauth_log_level level,
                                     libauth_log_callback callback,
                                     void *context);

/* ---- Business calls -------------------------------------------------------------------------- */

/**
 * A call of any endpoint below the base URL: describe it, then hand it to a platform's _call
 * function. It may be used for any number of calls. One thread at a time.
 */
typedef struct libauth_call libauth_call;

/**
 * A call by method, such as "POST", and path, which begins with a slash and stays below the base
 * URL; the query is given apart. Characters that a URL cannot hold are escaped, `%` escapes are
 * kept. Never NULL; what is wrong with the arguments is reported by the call.
 */
LIBAUTH_API libauth_call *libauth_call_new(const char *method, const char *path);

/** Ends a call's description. NULL is fine. */
LIBAUTH_API void libauth_call_free(libauth_call *call);

/** Adds a query parameter, unescaped: libauth escapes it. */
LIBAUTH_API void libauth_call_add_query(libauth_call *call, const char *name, const char *value);

/**
 * Adds a header. Those that libauth sets itself (signature, token, Content-Type and the like) are
 * refused. Names go out in lower case, which HTTP readers must not mind.
 */
LIBAUTH_API void libauth_call_add_header(libauth_call *call, const char *name, const char *value);

/** As libauth_call_add_header, for texts that are not NUL-terminated; lengths in bytes. */
LIBAUTH_API
void libauth_call_add_header_n(libauth_call *call,
                               const char *name,
                               size_t name_length,
                               const char *value,
                               size_t value_length);

/**
 * The body, copied, sent and signed byte for byte. `content_type` NULL means "application/json".
 * daxpay takes a JSON object of the endpoint's own parameters and adds the common ones and the
 * signature.
 */
LIBAUTH_API
void libauth_call_set_body(libauth_call *call,
                           const char *content_type,
                           const uint8_t *body,
                           size_t length);

/**
 * 1 says that doing it twice does no harm: only then is a call repeated once it may have arrived.
 * By default 0.
 */
LIBAUTH_API void libauth_call_set_idempotent(libauth_call *call, int32_t idempotent);

/* ---- HTTP messages, for your own transport --------------------------------------------------- */

/**
 * A request, ready to be sent by your own HTTP client: send method, URL, headers and body exactly
 * as they are. It holds credentials: do not log it. One thread at a time.
 */
typedef struct libauth_http_request libauth_http_request;

/**
 * An HTTP response that your own HTTP client received, to be handed to a platform's _read
 * function. One thread at a time.
 */
typedef struct libauth_http_response libauth_http_response;

/** The method, such as "POST". Never NULL. */
LIBAUTH_API const char *libauth_http_request_method(const libauth_http_request *request);

/** The absolute URL. Never NULL. */
LIBAUTH_API const char *libauth_http_request_url(const libauth_http_request *request);

/** How many headers there are. Host, Content-Length and the like are left to your HTTP client. */
LIBAUTH_API size_t libauth_http_request_header_count(const libauth_http_request *request);

/** The name of a header, counted from 0; NULL beyond the last. */
LIBAUTH_API
const char *libauth_http_request_header_name(const libauth_http_request *request,
                                             size_t index);

/** The value of a header, counted from 0; NULL beyond the last. It may be a secret. */
LIBAUTH_API
const char *libauth_http_request_header_value(const libauth_http_request *request,
                                              size_t index);

/**
 * The body to send byte for byte, and its length in bytes if `length` is not NULL. Not
 * NUL-terminated, never NULL.
 */
LIBAUTH_API
const uint8_t *libauth_http_request_body(const libauth_http_request *request,
                                         size_t *length);

/** Ends a request. NULL is fine. */
LIBAUTH_API void libauth_http_request_free(libauth_http_request *request);

/**
 * A response with an HTTP status, from 100 to 599. Never NULL; a status that is none is reported
 * by the function that reads the response.
 */
LIBAUTH_API libauth_http_response *libauth_http_response_new(int32_t status);

/** Replaces the status, for a response that was made before it was known. */
LIBAUTH_API void libauth_http_response_set_status(libauth_http_response *response, int32_t status);

/** Adds a header as received. */
LIBAUTH_API
void libauth_http_response_add_header(libauth_http_response *response,
                                      const char *name,
                                      const char *value);

/**
 * As libauth_http_response_add_header, for texts that are not NUL-terminated; lengths in bytes.
 */
LIBAUTH_API
void libauth_http_response_add_header_n(libauth_http_response *response,
                                        const char *name,
                                        size_t name_length,
                                        const char *value,
                                        size_t value_length);

/** The body as received, copied. */
LIBAUTH_API
void libauth_http_response_set_body(libauth_http_response *response,
                                    const uint8_t *body,
                                    size_t length);

/** Ends a response. NULL is fine. */
LIBAUTH_API void libauth_http_response_free(libauth_http_response *response);

/* ---- Tokens ---------------------------------------------------------------------------------- */

/**
 * A token: a copy of its own, that stays as it is while the handle that gave it goes on to newer
 * ones. Ask the handle each time you need one: that is cheap. One thread at a time.
 */
typedef struct libauth_token libauth_token;

/** The bare token, without a scheme such as `Bearer`. Never NULL. A secret. */
LIBAUTH_API const char *libauth_token_value(const libauth_token *token);

/** The name of the header that carries the token, such as "Authorization". Never NULL. */
LIBAUTH_API const char *libauth_token_header_name(const libauth_token *token);

/**
 * The value of that header, with its scheme where the platform wants one. Never NULL. A secret.
 */
LIBAUTH_API const char *libauth_token_header_value(const libauth_token *token);

/** When the token ends, in Unix milliseconds of this machine's clock; 0 for NULL. */
LIBAUTH_API int64_t libauth_token_expires_at_ms(const libauth_token *token);

/**
 * How long the token lives in all, from the moment it was asked for, in milliseconds; 0 for NULL.
 */
LIBAUTH_API int64_t libauth_token_lifetime_ms(const libauth_token *token);

/**
 * 1 when the token is known to this process alone although there is a token store: the store
 * failed when it was fetched. 0 otherwise, and for NULL.
 */
LIBAUTH_API int32_t libauth_token_is_degraded(const libauth_token *token);

/**
 * The answer the token came in; an empty one, of HTTP status 0, when another process fetched it.
 * Belongs to the token. Never NULL.
 */
LIBAUTH_API const libauth_answer *libauth_token_answer(const libauth_token *token);

/** Ends this copy of a token; the handle that gave it keeps its own. NULL is fine. */
LIBAUTH_API void libauth_token_free(libauth_token *token);

/* ---- Messages received from a platform ------------------------------------------------------- */

/**
 * A request that your server received from a platform, to be checked by that platform's _verify
 * function. Hand over what was received, byte for byte. One thread at a time.
 */
typedef struct libauth_inbound libauth_inbound;

/**
 * A received request: the method ("POST"), and the path as it went over the wire:
 * percent-encoded, without host, query and fragment. Many frameworks hand over a decoded one,
 * which matches only where nothing was encoded; docs/receiving.md has the line that gets the raw
 * one. Where the path is signed (creditpay), a host, a query or a fragment in it is
 * LIBAUTH_INVALID_ARGUMENT, naming it. Never NULL; what is wrong with the arguments is reported
 * by the check.
 */
LIBAUTH_API libauth_inbound *libauth_inbound_new(const char *method, const char *path);

/**
 * As libauth_inbound_new, for texts that are not NUL-terminated; lengths in bytes. Never NULL.
 */
LIBAUTH_API
libauth_inbound *libauth_inbound_new_n(const char *method,
                                       size_t method_length,
                                       const char *path,
                                       size_t path_length);

/**
 * Adds a header as received; the case of its name does not matter. Add every header: those that
 * do not concern the signature are not looked at, and one that came twice must be noticed.
 */
LIBAUTH_API
void libauth_inbound_add_header(libauth_inbound *inbound,
                                const char *name,
                                const char *value);

/**
 * As libauth_inbound_add_header, for texts that are not NUL-terminated, as servers have them;
 * lengths in bytes.
 */
LIBAUTH_API
void libauth_inbound_add_header_n(libauth_inbound *inbound,
                                  const char *name,
                                  size_t name_length,
                                  const char *value,
                                  size_t value_length);

/** The body, byte for byte as received, copied. */
LIBAUTH_API
void libauth_inbound_set_body(libauth_inbound *inbound,
                              const uint8_t *body,
                              size_t length);

/** Ends a received request. NULL is fine. */
LIBAUTH_API void libauth_inbound_free(libauth_inbound *inbound);

/* ---- Explanations of signatures -------------------------------------------------------------- */

/**
 * What is signed, how, and what is wrong with a signature that somebody else made. Given by the
 * _explain functions of the platforms. No text of it holds a secret. One thread at a time.
 */
typedef struct libauth_explanation libauth_explanation;

/** The algorithm and the form of the signature, such as "HMAC-SHA1, base64". Never NULL. */
LIBAUTH_API const char *libauth_explanation_algorithm(const libauth_explanation *explanation);

/** The exact string to sign, with *** where the secret stands. Never NULL. */
LIBAUTH_API const char *libauth_explanation_string_to_sign(const libauth_explanation *explanation);

/**
 * The right signature; NULL where only a public key is at hand, and for a message that is too
 * large to explain.
 */
LIBAUTH_API const char *libauth_explanation_signature(const libauth_explanation *explanation);

/**
 * 1 if a signature was given and is right; 0 if it is wrong, and if none was given: see
 * libauth_explanation_signature_given.
 */
LIBAUTH_API int32_t libauth_explanation_matches(const libauth_explanation *explanation);

/**
 * 1 if there was a signature to explain: given as a parameter, or in the message itself; else 0.
 */
LIBAUTH_API int32_t libauth_explanation_signature_given(const libauth_explanation *explanation);

/**
 * One line for a person: that the signature matches, or which known mistake gives it and what to
 * do instead, or what is most likely left. Never NULL.
 */
LIBAUTH_API const char *libauth_explanation_message(const libauth_explanation *explanation);

/** How many known mistakes together give the signature; 0 if it is right or no known one does. */
LIBAUTH_API size_t libauth_explanation_mistake_count(const libauth_explanation *explanation);

/** The name of a mistake, such as "PATH_PREFIX", counted from 0; NULL beyond the last. */
LIBAUTH_API
const char *libauth_explanation_mistake(const libauth_explanation *explanation,
                                        size_t index);

/** What to do instead of a mistake, counted from 0; NULL beyond the last. */
LIBAUTH_API
const char *libauth_explanation_advice(const libauth_explanation *explanation,
                                       size_t index);

/** Ends an explanation. NULL is fine. */
LIBAUTH_API void libauth_explanation_free(libauth_explanation *explanation);

/* ---- Texts ----------------------------------------------------------------------------------- */

/** A text that was made for its caller. One thread at a time. */
typedef struct libauth_text libauth_text;

/** The text itself, borrowed. NULL only for NULL. */
LIBAUTH_API const char *libauth_text_value(const libauth_text *text);

/** Ends a text. NULL is fine. */
LIBAUTH_API void libauth_text_free(libauth_text *text);

/* ---- Credit Pay ------------------------------------------------------------------------------ */

/**
 * The body to answer a genuine webhook with: none. The HTTP status must be 200, as
 * libauth_reply_status has it; with any other it is sent again, every 5 minutes, 10 times at
 * most. A credit-limit query is answered with the limits instead.
 */
#define LIBAUTH_CREDITPAY_REPLY ""

/**
 * A Credit Pay account. Settings and credentials are copied and never change. Any number of
 * threads may use it at once, without a lock, and it works on in a child after fork.
 */
typedef struct libauth_creditpay libauth_creditpay;

/** A one-time code. One thread at a time. */
typedef struct libauth_creditpay_code libauth_creditpay_code;

/**
 * A genuine message of the platform: a webhook or the credit-limit query. One thread at a time.
 */
typedef struct libauth_creditpay_event libauth_creditpay_event;

/**
 * What the platform wants to know, to issue a code. Setters copy and never fail: what is wrong
 * with a value is reported, by its name, by the call that uses it. NULL and "" unset. One thread
 * at a time.
 */
typedef struct libauth_creditpay_request libauth_creditpay_request;

/** What a message of Credit Pay says: one of LIBAUTH_CREDITPAY_KIND_*. */
typedef int32_t libauth_creditpay_kind;

/** A kind that this version does not know: see libauth_creditpay_event_type. */
#define LIBAUTH_CREDITPAY_KIND_OTHER 0
/** GET_DEFAULT_ACCOUNT_CREDIT_LIMIT: the platform asks for credit limits; answer it with them. */
#define LIBAUTH_CREDITPAY_KIND_CREDIT_LIMIT_QUERY 1
/** The webhook PAY_START. */
#define LIBAUTH_CREDITPAY_KIND_PAY_START 2
/** The webhook ASSIGN_SUCCESS. */
#define LIBAUTH_CREDITPAY_KIND_ASSIGN_SUCCESS 3
/** The webhook ASSIGN_FAILED. */
#define LIBAUTH_CREDITPAY_KIND_ASSIGN_FAILED 4
/** The webhook GET_BARCODE_SUCCESS. */
#define LIBAUTH_CREDITPAY_KIND_GET_BARCODE_SUCCESS 5
/** The webhook GET_BARCODE_FAILED. */
#define LIBAUTH_CREDITPAY_KIND_GET_BARCODE_FAILED 6
/** The webhook PAY_SUCCESS. */
#define LIBAUTH_CREDITPAY_KIND_PAY_SUCCESS 7
/** The webhook PAY_FAILED. */
#define LIBAUTH_CREDITPAY_KIND_PAY_FAILED 8
/** The webhook REFUND. */
#define LIBAUTH_CREDITPAY_KIND_REFUND 9
/** The webhook PAY_TIMEOUT. */
#define LIBAUTH_CREDITPAY_KIND_PAY_TIMEOUT 10
/** The webhook PAY_FINISH. */
#define LIBAUTH_CREDITPAY_KIND_PAY_FINISH 11
/** The webhook SESSION_RENEWAL. */
#define LIBAUTH_CREDITPAY_KIND_SESSION_RENEWAL 12

/**
 * Makes a handle for the account `plat_id`. Opens no connection. Errors:
 * LIBAUTH_INVALID_ARGUMENT, LIBAUTH_INVALID_CONFIG.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_creditpay_new(const libauth_config *config,
                                     const char *plat_id,
                                     const char *api_key,
                                     const char *signature_key,
                                     libauth_creditpay **creditpay,
                                     libauth_error **error);

/** Ends a handle, when no call on it is under way. NULL is fine. */
LIBAUTH_API void libauth_creditpay_free(libauth_creditpay *creditpay);

/**
 * Another handle to the same account, with the same token, connections and memory of messages,
 * freed on its own: hand one to each user of the account, and change a key by swapping the handle
 * that new ones are made from. NULL only for NULL.
 */
LIBAUTH_API libauth_creditpay *libauth_creditpay_share(const libauth_creditpay *creditpay);

/**
 * What this handle, and those shared from it, counted in this process so far, as a JSON object:
 * calls and attempts with their durations by operation and outcome, connections, messages
 * verified by outcome, and how full the replay guard is. docs/statistics.md names each member;
 * later versions may add some. A child begins at zero after fork. Any thread; nothing waits for
 * it. Free the text.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_creditpay_stats_json(const libauth_creditpay *creditpay,
                                            libauth_text **text,
                                            libauth_error **error);

/** An empty request. Never NULL. */
LIBAUTH_API libauth_creditpay_request *libauth_creditpay_request_new(void);

/** Ends a request. NULL is fine. */
LIBAUTH_API void libauth_creditpay_request_free(libauth_creditpay_request *request);

/** Required: your own unique number of the customer. */
LIBAUTH_API
void libauth_creditpay_request_set_customer_no(libauth_creditpay_request *request,
                                               const char *customer_no);

/** Required: your user token, one to one with the user. A secret. */
LIBAUTH_API
void libauth_creditpay_request_set_customer_token(libauth_creditpay_request *request,
                                                  const char *customer_token);

/** Required: your callback address. */
LIBAUTH_API
void libauth_creditpay_request_set_callback_url(libauth_creditpay_request *request,
                                                const char *callback_url);

/** Required: the end user's IPv4 or IPv6 address; the platform uses it in later checks. */
LIBAUTH_API
void libauth_creditpay_request_set_client_ip(libauth_creditpay_request *request,
                                             const char *client_ip);

/**
 * Optional: with the same value as before, the code issued before is returned; with another, a
 * new one.
 */
LIBAUTH_API
void libauth_creditpay_request_set_session_sign(libauth_creditpay_request *request,
                                                const char *session_sign);

/** Optional: the tag of the card to choose. */
LIBAUTH_API
void libauth_creditpay_request_set_credit_limit_tag(libauth_creditpay_request *request,
                                                    const char *credit_limit_tag);

/** Optional: the language of messages. The platform's default is "en-US". */
LIBAUTH_API
void libauth_creditpay_request_set_lang(libauth_creditpay_request *request,
                                        const char *lang);

/** Required: when the customer_token expires, in Unix milliseconds, 13 digits. */
LIBAUTH_API
void libauth_creditpay_request_set_token_expire_ms(libauth_creditpay_request *request,
                                                   int64_t token_expire_ms);

/**
 * Adds a credit-limit card; all five are required, `amount` is a decimal number such as
 * "10001.23" (never a float), `input` is HTML. With cards, the credit-limit endpoint configured
 * at the platform is not asked.
 */
LIBAUTH_API
void libauth_creditpay_request_add_card(libauth_creditpay_request *request,
                                        const char *tag,
                                        const char *amount,
                                        const char *currency,
                                        const char *icon,
                                        const char *input);

/**
 * Has a one-time code issued, and the URL to send the user to. Repeated freely: a code is cheap.
 * Free the code. Errors: LIBAUTH_INVALID_ARGUMENT names the field; all the others as the platform
 * and the network have it.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_creditpay_issue_code(const libauth_creditpay *creditpay,
                                            const libauth_creditpay_request *request,
                                            const libauth_options *options,
                                            libauth_creditpay_code **code,
                                            libauth_error **error);

/**
 * The request of libauth_creditpay_issue_code, for your own HTTP client to send. Opens no socket.
 * Free the request.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_creditpay_build_issue_code(const libauth_creditpay *creditpay,
                                                  const libauth_creditpay_request *request,
                                                  const libauth_options *options,
                                                  libauth_http_request **http_request,
                                                  libauth_error **error);

/**
 * Reads the response to the request of libauth_creditpay_build_issue_code, with the same checks
 * as if libauth had received it. Free the code.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_creditpay_read_issue_code(const libauth_creditpay *creditpay,
                                                 const libauth_http_request *http_request,
                                                 const libauth_http_response *http_response,
                                                 libauth_creditpay_code **code,
                                                 libauth_error **error);

/** Ends a code. NULL is fine. */
LIBAUTH_API void libauth_creditpay_code_free(libauth_creditpay_code *code);

/** Where to send the user. Never NULL. */
LIBAUTH_API const char *libauth_creditpay_code_url(const libauth_creditpay_code *code);

/** The code itself. Never NULL. A secret until it is used. */
LIBAUTH_API const char *libauth_creditpay_code_ident_code(const libauth_creditpay_code *code);

/** The platform's answer, with its raw body. Belongs to this object. Never NULL. */
LIBAUTH_API const libauth_answer *libauth_creditpay_code_answer(const libauth_creditpay_code *code);

/**
 * Turns an `ident_code` into the user's `open_token`, with its end; it goes into the header
 * Authorization. Not repeated once it may have arrived: then LIBAUTH_OUTCOME_UNKNOWN. Not cached.
 * Free the token.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_creditpay_open_token(const libauth_creditpay *creditpay,
                                            const char *ident_code,
                                            const libauth_options *options,
                                            libauth_token **token,
                                            libauth_error **error);

/**
 * The request of libauth_creditpay_open_token, for your own HTTP client to send. Opens no socket.
 * Free the request.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_creditpay_build_open_token(const libauth_creditpay *creditpay,
                                                  const char *ident_code,
                                                  const libauth_options *options,
                                                  libauth_http_request **http_request,
                                                  libauth_error **error);

/**
 * Reads the response to the request of libauth_creditpay_build_open_token, with the same checks
 * as if libauth had received it. Free the token.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_creditpay_read_open_token(const libauth_creditpay *creditpay,
                                                 const libauth_http_request *http_request,
                                                 const libauth_http_response *http_response,
                                                 libauth_token **token,
                                                 libauth_error **error);

/**
 * Calls any other endpoint of the platform below the base URL, signed. A call that is not marked
 * idempotent is repeated only if it never left; if it may have arrived and its answer was lost,
 * that is LIBAUTH_OUTCOME_UNKNOWN. Free the answer.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_creditpay_call(const libauth_creditpay *creditpay,
                                      const libauth_call *call,
                                      const libauth_options *options,
                                      libauth_answer **answer,
                                      libauth_error **error);

/** The request of libauth_creditpay_call, for your own HTTP client to send. */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_creditpay_build_call(const libauth_creditpay *creditpay,
                                            const libauth_call *call,
                                            const libauth_options *options,
                                            libauth_http_request **http_request,
                                            libauth_error **error);

/**
 * Reads the response to the request of libauth_creditpay_build_call, with the same checks. Free
 * the answer.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_creditpay_read_call(const libauth_creditpay *creditpay,
                                           const libauth_http_request *http_request,
                                           const libauth_http_response *http_response,
                                           libauth_answer **answer,
                                           libauth_error **error);

/**
 * Checks a message that claims to come from the platform: headers `signature` and `timestamp`.
 * The signature covers path and body, and no header: `timestamp`, `token` and `trace` are as the
 * network delivered them. An accepted event is claimed for libauth_config_set_replay_claim_ms:
 * act on it, keep what came of it, call libauth_creditpay_event_done, then answer with the HTTP
 * status of libauth_reply_status and LIBAUTH_CREDITPAY_REPLY. The platform sends an event again,
 * as a message of its own, until it is answered so: keep its event_id and act on it once. A
 * credit-limit query needs no libauth_creditpay_event_done; whoever recorded one can send it
 * again for any customer. With LIBAUTH_REPLAYED (this very message was accepted before: answer it
 * as before, do not act again) and LIBAUTH_BUSY (somebody is acting on it now: answer with
 * failure, it will come again) the event is given too, so that you know what it is about: free it
 * as well. Other errors: LIBAUTH_BAD_SIGNATURE (missing or mismatch), LIBAUTH_STALE,
 * LIBAUTH_PROTOCOL (genuine, but not JSON). Free the event.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_creditpay_verify(const libauth_creditpay *creditpay,
                                        const libauth_inbound *message,
                                        libauth_creditpay_event **event,
                                        libauth_error **error);

/**
 * Makes a message final, once what it asks for is done and kept: the platform's next attempt is
 * LIBAUTH_REPLAYED. Without it, freeing the event gives the message back. Once it is done, or for
 * one that was LIBAUTH_REPLAYED, this does nothing. Errors: LIBAUTH_BUSY for one that was
 * LIBAUTH_BUSY; LIBAUTH_REPLAYED when the claim had ended and another one of the same message was
 * made final meanwhile: see that it was not acted on twice.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_creditpay_event_done(libauth_creditpay_event *event,
                                            libauth_error **error);

/**
 * Ends an event. A message that was accepted and is not done is given back, which is logged. NULL
 * is fine.
 */
LIBAUTH_API void libauth_creditpay_event_free(libauth_creditpay_event *event);

/** What happened. */
LIBAUTH_API
libauth_creditpay_kind libauth_creditpay_event_kind(const libauth_creditpay_event *event);

/** What happened, in the platform's words, such as "PAY_SUCCESS". Never NULL. */
LIBAUTH_API const char *libauth_creditpay_event_type(const libauth_creditpay_event *event);

/** The `event_id`, the same when the platform sends the event again; NULL when there is none. */
LIBAUTH_API const char *libauth_creditpay_event_id(const libauth_creditpay_event *event);

/** The `platform_id`; NULL when there is none. */
LIBAUTH_API const char *libauth_creditpay_event_platform_id(const libauth_creditpay_event *event);

/** The `retry` as text; NULL when there is none. */
LIBAUTH_API const char *libauth_creditpay_event_retry(const libauth_creditpay_event *event);

/**
 * The header `token`, a customer_token of yours; NULL when there is none. It is not signed: who
 * it names is a claim, not a fact. A secret.
 */
LIBAUTH_API
const char *libauth_creditpay_event_customer_token(const libauth_creditpay_event *event);

/** The header `trace`; NULL when there is none. */
LIBAUTH_API const char *libauth_creditpay_event_trace_id(const libauth_creditpay_event *event);

/** The header `lang` of a credit-limit query; NULL when there is none. */
LIBAUTH_API const char *libauth_creditpay_event_lang(const libauth_creditpay_event *event);

/** When it was sent, Unix milliseconds. */
LIBAUTH_API int64_t libauth_creditpay_event_timestamp_ms(const libauth_creditpay_event *event);

/**
 * A field of the JSON body by its path, such as "data.amount": a string as it is, anything else
 * as JSON text. NULL when it is absent or null.
 */
LIBAUTH_API
const char *libauth_creditpay_event_field(const libauth_creditpay_event *event,
                                          const char *path);

/**
 * As libauth_creditpay_event_field, but `fallback` itself where that gives NULL: NULL only if
 * `fallback` is.
 */
LIBAUTH_API
const char *libauth_creditpay_event_field_or(const libauth_creditpay_event *event,
                                             const char *path,
                                             const char *fallback);

/** What a field of the JSON body is: tells a field that is null from one that is absent. */
LIBAUTH_API
libauth_json_type libauth_creditpay_event_field_type(const libauth_creditpay_event *event,
                                                     const char *path);

/**
 * A whole number of the JSON body, also one that is written as a string; `fallback` where the
 * field is absent, null, anything else, or beyond 64 bits.
 */
LIBAUTH_API
int64_t libauth_creditpay_event_field_int64(const libauth_creditpay_event *event,
                                            const char *path,
                                            int64_t fallback);

/**
 * Which key the message was signed with: 0 is the handle's own, 1 and so on are those of
 * libauth_config_add_creditpay_previous_key, in the order added; -1 for NULL.
 */
LIBAUTH_API int32_t libauth_creditpay_event_key(const libauth_creditpay_event *event);

/**
 * The body as received, and its length in bytes if `length` is not NULL. Not NUL-terminated,
 * never NULL.
 */
LIBAUTH_API
const uint8_t *libauth_creditpay_event_body(const libauth_creditpay_event *event,
                                            size_t *length);

/**
 * What is signed for a request to the platform: its path, behind the creditpay_signed_path_prefix
 * if that is set, and its body. If `signature` or, where that is NULL, the message's header
 * `signature` is there, also which known mistake would produce that signature: the prefix and
 * query mistakes are looked for with the path of the base URL, the prefix and the plat_id of this
 * handle. A signature that no known mistake gives takes longest, for a body of a megabyte about a
 * second: this is for people, not for each message. Free the explanation.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_creditpay_explain(const libauth_creditpay *creditpay,
                                         const libauth_inbound *message,
                                         const char *signature,
                                         libauth_explanation **explanation,
                                         libauth_error **error);

/**
 * As libauth_creditpay_explain, for a message of the platform's, whose path is your own: no
 * prefix plays a part. Free the explanation.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_creditpay_explain_event(const libauth_creditpay *creditpay,
                                               const libauth_inbound *message,
                                               const char *signature,
                                               libauth_explanation **explanation,
                                               libauth_error **error);

/**
 * As libauth_creditpay_explain, with the string that the other side signs in place of its
 * signature: where the two part, with a few characters on either side, and what that means.
 * Secrets are masked in both. Free the explanation.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_creditpay_explain_string(const libauth_creditpay *creditpay,
                                                const libauth_inbound *message,
                                                const char *their_string,
                                                libauth_explanation **explanation,
                                                libauth_error **error);

/* ---- DaxPay ---------------------------------------------------------------------------------- */

/** The body with which a notification must be answered; with any other it is sent again. */
#define LIBAUTH_DAXPAY_REPLY "SUCCESS"

/**
 * A DaxPay application. Settings and credentials are copied and never change. Any number of
 * threads may use it at once, without a lock, and it works on in a child after fork.
 */
typedef struct libauth_daxpay libauth_daxpay;

/**
 * An authorization code to exchange. Setters copy and never fail: what is wrong with a value is
 * reported, by its name, by the call that uses it. NULL and "" unset. One thread at a time.
 */
typedef struct libauth_daxpay_auth_request libauth_daxpay_auth_request;

/** An address to authorize at. One thread at a time. */
typedef struct libauth_daxpay_auth_url libauth_daxpay_auth_url;

/** What the address to authorize at depends on. Setters as above. One thread at a time. */
typedef struct libauth_daxpay_auth_url_request libauth_daxpay_auth_url_request;

/** A genuine message of the gateway. One thread at a time. */
typedef struct libauth_daxpay_event libauth_daxpay_event;

/** An end user's identity. One thread at a time. */
typedef struct libauth_daxpay_identity libauth_daxpay_identity;

/** How a gateway signs: one of LIBAUTH_DAXPAY_SIGN_*. */
typedef int32_t libauth_daxpay_sign;

/** What became of an authorization: one of LIBAUTH_DAXPAY_STATUS_*. */
typedef int32_t libauth_daxpay_status;

/** The sign algorithm HMAC-SHA256, the gateway's default. */
#define LIBAUTH_DAXPAY_SIGN_HMAC_SHA256 0
/** The sign algorithm MD5. */
#define LIBAUTH_DAXPAY_SIGN_MD5 1

/**
 * The sign algorithm SM3. A gateway build of 2025 computes MD5 where it is set to SM3: with such
 * a gateway use LIBAUTH_DAXPAY_SIGN_MD5.
 */
#define LIBAUTH_DAXPAY_SIGN_SM3 2

/**
 * The identity's status is one that this version does not know: see
 * libauth_daxpay_identity_status_name.
 */
#define LIBAUTH_DAXPAY_STATUS_OTHER 0
/** The identity is there. */
#define LIBAUTH_DAXPAY_STATUS_SUCCESS 1
/** The user has not authorized yet. */
#define LIBAUTH_DAXPAY_STATUS_WAITING 2
/** There is no such authorization. */
#define LIBAUTH_DAXPAY_STATUS_NOT_EXIST 3
/** Edition open: the authorization failed. */
#define LIBAUTH_DAXPAY_STATUS_FAIL 4

/**
 * Makes a handle for an application of edition 3: `app_id` and `mch_no` have at most 32
 * characters; `app_id` may be NULL (the gateway's default application), and so may `mch_no`
 * (newer gateways require it), `algorithm` is the gateway's. Opens no connection. Errors:
 * LIBAUTH_INVALID_ARGUMENT, LIBAUTH_INVALID_CONFIG.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_daxpay_new(const libauth_config *config,
                                  const char *app_id,
                                  const char *mch_no,
                                  const char *sign_key,
                                  libauth_daxpay_sign algorithm,
                                  libauth_daxpay **daxpay,
                                  libauth_error **error);

/**
 * Makes a handle for the gateway's edition `open`, which signs with RSA: `private_key` is the
 * merchant's, `platform_public_key` checks answers and notifications; both are texts as
 * libauth_redemption_new_rsa takes them. `app_id` may be NULL: the merchant's default
 * application. Opens no connection. Errors: LIBAUTH_INVALID_KEY says what is wrong with a key;
 * LIBAUTH_INVALID_ARGUMENT, LIBAUTH_INVALID_CONFIG.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_daxpay_new_open(const libauth_config *config,
                                       const char *mch_no,
                                       const char *app_id,
                                       const char *private_key,
                                       const char *platform_public_key,
                                       libauth_daxpay **daxpay,
                                       libauth_error **error);

/**
 * As libauth_daxpay_new_open, with a private key that stays where it is: `callback` signs, with
 * `context`, which must live as long as the handle. `public_key` is the merchant's own: a first
 * signature is checked against it here. Errors: LIBAUTH_INVALID_KEY also when the signature is
 * not that key's.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_daxpay_new_open_callback(const libauth_config *config,
                                                const char *mch_no,
                                                const char *app_id,
                                                libauth_sign_callback callback,
                                                void *context,
                                                const char *public_key,
                                                const char *platform_public_key,
                                                libauth_daxpay **daxpay,
                                                libauth_error **error);

/** Ends a handle, when no call on it is under way. NULL is fine. */
LIBAUTH_API void libauth_daxpay_free(libauth_daxpay *daxpay);

/**
 * Another handle to the same account, with the same token, connections and memory of messages,
 * freed on its own: hand one to each user of the account, and change a key by swapping the handle
 * that new ones are made from. NULL only for NULL.
 */
LIBAUTH_API libauth_daxpay *libauth_daxpay_share(const libauth_daxpay *daxpay);

/**
 * What this handle, and those shared from it, counted in this process so far, as a JSON object:
 * calls and attempts with their durations by operation and outcome, connections, messages
 * verified by outcome, and how full the replay guard is. docs/statistics.md names each member;
 * later versions may add some. A child begins at zero after fork. Any thread; nothing waits for
 * it. Free the text.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_daxpay_stats_json(const libauth_daxpay *daxpay,
                                         libauth_text **text,
                                         libauth_error **error);

/** An empty request. Never NULL. */
LIBAUTH_API libauth_daxpay_auth_request *libauth_daxpay_auth_request_new(void);

/** Ends a request. NULL is fine. */
LIBAUTH_API void libauth_daxpay_auth_request_free(libauth_daxpay_auth_request *request);

/**
 * Required: "ali_pay", "wechat_pay", "union_pay", or any code the gateway knows; at most 32
 * characters.
 */
LIBAUTH_API
void libauth_daxpay_auth_request_set_channel(libauth_daxpay_auth_request *request,
                                             const char *channel);

/** Required: the one-time code to exchange; at most 200 characters. A secret until it is used. */
LIBAUTH_API
void libauth_daxpay_auth_request_set_auth_code(libauth_daxpay_auth_request *request,
                                               const char *auth_code);

/** Optional, normally not sent; at most 128 characters. */
LIBAUTH_API
void libauth_daxpay_auth_request_set_query_code(libauth_daxpay_auth_request *request,
                                                const char *query_code);

/** Optional: the end user's IPv4 or IPv6 address; some channels require it. */
LIBAUTH_API
void libauth_daxpay_auth_request_set_client_ip(libauth_daxpay_auth_request *request,
                                               const char *client_ip);

/** Edition open, optional: the type of authorization. */
LIBAUTH_API
void libauth_daxpay_auth_request_set_auth_type(libauth_daxpay_auth_request *request,
                                               const char *auth_type);

/** Edition open, optional: an access token of the channel. A secret. */
LIBAUTH_API
void libauth_daxpay_auth_request_set_access_token(libauth_daxpay_auth_request *request,
                                                  const char *access_token);

/** Edition open, optional: the identifier of a union channel. */
LIBAUTH_API
void libauth_daxpay_auth_request_set_union_identifier(libauth_daxpay_auth_request *request,
                                                      const char *union_identifier);

/**
 * Edition open, optional: what libauth_daxpay_auth_url_auth_token gave; used once; at most 64
 * characters. A secret.
 */
LIBAUTH_API
void libauth_daxpay_auth_request_set_auth_token(libauth_daxpay_auth_request *request,
                                                const char *auth_token);

/** An empty request. Never NULL. */
LIBAUTH_API libauth_daxpay_auth_url_request *libauth_daxpay_auth_url_request_new(void);

/** Ends a request. NULL is fine. */
LIBAUTH_API void libauth_daxpay_auth_url_request_free(libauth_daxpay_auth_url_request *request);

/** Required: as for libauth_daxpay_auth_request_set_channel. */
LIBAUTH_API
void libauth_daxpay_auth_url_request_set_channel(libauth_daxpay_auth_url_request *request,
                                                 const char *channel);

/** Optional: where the user is sent back to. */
LIBAUTH_API
void libauth_daxpay_auth_url_request_set_auth_redirect_url(libauth_daxpay_auth_url_request *request,
                                                           const char *auth_redirect_url);

/** Optional: the end user's IPv4 or IPv6 address; some channels require it. */
LIBAUTH_API
void libauth_daxpay_auth_url_request_set_client_ip(libauth_daxpay_auth_url_request *request,
                                                   const char *client_ip);

/** Edition 3, optional: what newer gateways take in place of `auth_redirect_url`. */
LIBAUTH_API
void libauth_daxpay_auth_url_request_set_auth_path(libauth_daxpay_auth_url_request *request,
                                                   const char *auth_path);

/** Edition open, optional: the type of authorization; by default that of WeChat. */
LIBAUTH_API
void libauth_daxpay_auth_url_request_set_auth_type(libauth_daxpay_auth_url_request *request,
                                                   const char *auth_type);

/** Edition open, optional; at most 32 characters. */
LIBAUTH_API
void libauth_daxpay_auth_url_request_set_product(libauth_daxpay_auth_url_request *request,
                                                 const char *product);

/** Edition open, optional; at most 128 characters. */
LIBAUTH_API
void libauth_daxpay_auth_url_request_set_op_app_id(libauth_daxpay_auth_url_request *request,
                                                   const char *op_app_id);

/** Edition open, optional: where the user is sent back to; at most 200 characters. */
LIBAUTH_API
void libauth_daxpay_auth_url_request_set_return_path(libauth_daxpay_auth_url_request *request,
                                                     const char *return_path);

/** Edition open, optional; at most 32 characters. */
LIBAUTH_API
void libauth_daxpay_auth_url_request_set_capability(libauth_daxpay_auth_url_request *request,
                                                    const char *capability);

/**
 * Exchanges an authorization code for the user's identity. The code is one-time: once the request
 * may have arrived and the answer is lost, that is LIBAUTH_OUTCOME_UNKNOWN, and nothing is
 * repeated. The answer's signature is checked: LIBAUTH_BAD_SIGNATURE. Free the identity.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_daxpay_auth(const libauth_daxpay *daxpay,
                                   const libauth_daxpay_auth_request *request,
                                   const libauth_options *options,
                                   libauth_daxpay_identity **identity,
                                   libauth_error **error);

/**
 * The request of libauth_daxpay_auth, for your own HTTP client to send. Opens no socket. Free the
 * request.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_daxpay_build_auth(const libauth_daxpay *daxpay,
                                         const libauth_daxpay_auth_request *request,
                                         const libauth_options *options,
                                         libauth_http_request **http_request,
                                         libauth_error **error);

/**
 * Reads the response to the request of libauth_daxpay_build_auth, with the same checks as if
 * libauth had received it. Free the identity.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_daxpay_read_auth(const libauth_daxpay *daxpay,
                                        const libauth_http_request *http_request,
                                        const libauth_http_response *http_response,
                                        libauth_daxpay_identity **identity,
                                        libauth_error **error);

/** Ends an identity. NULL is fine. */
LIBAUTH_API void libauth_daxpay_identity_free(libauth_daxpay_identity *identity);

/** The user's openId at the channel; NULL when the gateway gave none. */
LIBAUTH_API const char *libauth_daxpay_identity_open_id(const libauth_daxpay_identity *identity);

/** The user's userId at the channel; NULL when the gateway gave none. */
LIBAUTH_API const char *libauth_daxpay_identity_user_id(const libauth_daxpay_identity *identity);

/** Edition open: where the user is to be sent back to; NULL when the gateway does not say. */
LIBAUTH_API
const char *libauth_daxpay_identity_return_path(const libauth_daxpay_identity *identity);

/** The channel's access token; NULL when the gateway gave none. A secret. */
LIBAUTH_API
const char *libauth_daxpay_identity_access_token(const libauth_daxpay_identity *identity);

/** What became of the authorization. */
LIBAUTH_API
libauth_daxpay_status libauth_daxpay_identity_status(const libauth_daxpay_identity *identity);

/** The status in the gateway's words, such as "success". Never NULL. */
LIBAUTH_API
const char *libauth_daxpay_identity_status_name(const libauth_daxpay_identity *identity);

/** The gateway's answer, with its raw body. Belongs to this object. Never NULL. */
LIBAUTH_API
const libauth_answer *libauth_daxpay_identity_answer(const libauth_daxpay_identity *identity);

/**
 * Exchanges an authorization code and leaves the identity at the gateway (authAndSet). Repeated
 * and checked as libauth_daxpay_auth. Free the answer.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_daxpay_auth_and_set(const libauth_daxpay *daxpay,
                                           const libauth_daxpay_auth_request *request,
                                           const libauth_options *options,
                                           libauth_answer **answer,
                                           libauth_error **error);

/**
 * The request of libauth_daxpay_auth_and_set, for your own HTTP client to send. Opens no socket.
 * Free the request.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_daxpay_build_auth_and_set(const libauth_daxpay *daxpay,
                                                 const libauth_daxpay_auth_request *request,
                                                 const libauth_options *options,
                                                 libauth_http_request **http_request,
                                                 libauth_error **error);

/**
 * Reads the response to the request of libauth_daxpay_build_auth_and_set, with the same checks as
 * if libauth had received it. Free the answer.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_daxpay_read_auth_and_set(const libauth_daxpay *daxpay,
                                                const libauth_http_request *http_request,
                                                const libauth_http_response *http_response,
                                                libauth_answer **answer,
                                                libauth_error **error);

/**
 * Has an address generated at which the user authorizes (generateAuthUrl). Repeated freely. Free
 * the result.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_daxpay_generate_auth_url(const libauth_daxpay *daxpay,
                                                const libauth_daxpay_auth_url_request *request,
                                                const libauth_options *options,
                                                libauth_daxpay_auth_url **auth_url,
                                                libauth_error **error);

/**
 * The request of libauth_daxpay_generate_auth_url, for your own HTTP client to send. Opens no
 * socket. Free the request.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_daxpay_build_generate_auth_url(const libauth_daxpay *daxpay,
                                                      const libauth_daxpay_auth_url_request *request,
                                                      const libauth_options *options,
                                                      libauth_http_request **http_request,
                                                      libauth_error **error);

/**
 * Reads the response to the request of libauth_daxpay_build_generate_auth_url, with the same
 * checks as if libauth had received it. Free the result.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_daxpay_read_generate_auth_url(const libauth_daxpay *daxpay,
                                                     const libauth_http_request *http_request,
                                                     const libauth_http_response *http_response,
                                                     libauth_daxpay_auth_url **auth_url,
                                                     libauth_error **error);

/** Ends an address. NULL is fine. */
LIBAUTH_API void libauth_daxpay_auth_url_free(libauth_daxpay_auth_url *auth_url);

/** Where to send the user. Never NULL. */
LIBAUTH_API const char *libauth_daxpay_auth_url_url(const libauth_daxpay_auth_url *auth_url);

/** The code to ask for the outcome with; NULL when the gateway gave none. */
LIBAUTH_API const char *libauth_daxpay_auth_url_query_code(const libauth_daxpay_auth_url *auth_url);

/**
 * Edition open: hand it to libauth_daxpay_auth_request_set_auth_token; NULL when the gateway gave
 * none. A secret.
 */
LIBAUTH_API
const char *libauth_daxpay_auth_url_auth_token(const libauth_daxpay_auth_url *auth_url);

/** The gateway's answer, with its raw body. Belongs to this object. Never NULL. */
LIBAUTH_API
const libauth_answer *libauth_daxpay_auth_url_answer(const libauth_daxpay_auth_url *auth_url);

/**
 * Has the gateway check merchant, application, key and signature, and nothing else (edition
 * open). The answer's field "data.serverSignStr" is the string that the gateway signs. Repeated
 * freely. Free the answer. Errors: LIBAUTH_INVALID_CONFIG for a handle of edition 3.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_daxpay_ping(const libauth_daxpay *daxpay,
                                   const libauth_options *options,
                                   libauth_answer **answer,
                                   libauth_error **error);

/** The request of libauth_daxpay_ping, for your own HTTP client to send. Free the request. */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_daxpay_build_ping(const libauth_daxpay *daxpay,
                                         const libauth_options *options,
                                         libauth_http_request **http_request,
                                         libauth_error **error);

/**
 * Reads the response to the request of libauth_daxpay_build_ping, with the same checks. Free the
 * answer.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_daxpay_read_ping(const libauth_daxpay *daxpay,
                                        const libauth_http_request *http_request,
                                        const libauth_http_response *http_response,
                                        libauth_answer **answer,
                                        libauth_error **error);

/**
 * Calls any other endpoint of the platform below the base URL, signed: the call's body is a JSON
 * object of the endpoint's own parameters (no empty strings), and the common ones and the
 * signature are added. A call that is not marked idempotent is repeated only if it never left; if
 * it may have arrived and its answer was lost, that is LIBAUTH_OUTCOME_UNKNOWN. Free the answer.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_daxpay_call(const libauth_daxpay *daxpay,
                                   const libauth_call *call,
                                   const libauth_options *options,
                                   libauth_answer **answer,
                                   libauth_error **error);

/** The request of libauth_daxpay_call, for your own HTTP client to send. */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_daxpay_build_call(const libauth_daxpay *daxpay,
                                         const libauth_call *call,
                                         const libauth_options *options,
                                         libauth_http_request **http_request,
                                         libauth_error **error);

/**
 * Reads the response to the request of libauth_daxpay_build_call, with the same checks. Free the
 * answer.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_daxpay_read_call(const libauth_daxpay *daxpay,
                                        const libauth_http_request *http_request,
                                        const libauth_http_response *http_response,
                                        libauth_answer **answer,
                                        libauth_error **error);

/**
 * Checks a payment, refund or transfer notification that claims to come from the gateway. It must
 * be signed, whatever libauth_config_set_daxpay_response_signature says, and lie within the
 * window where it carries a time; one without a time is remembered for a day, and beyond that
 * while the guard has room. An accepted event is claimed for libauth_config_set_replay_claim_ms:
 * act on it, keep what came of it, call libauth_daxpay_event_done, then answer with the HTTP
 * status of libauth_reply_status and LIBAUTH_DAXPAY_REPLY. What the gateway sends again is signed
 * anew, a message of its own: act on an order once, by its number. The signature does not protect
 * the boundaries between fields: query the order before acting on an amount. With
 * LIBAUTH_REPLAYED (this very message was accepted before: answer it as before, do not act again)
 * and LIBAUTH_BUSY (somebody is acting on it now: answer with failure, it will come again) the
 * event is given too, so that you know what it is about: free it as well. Other errors:
 * LIBAUTH_BAD_SIGNATURE (missing; mismatch; ambiguous: a text holds what would read as another
 * member), LIBAUTH_STALE, LIBAUTH_PROTOCOL. Free the event.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_daxpay_verify(const libauth_daxpay *daxpay,
                                     const libauth_inbound *message,
                                     libauth_daxpay_event **event,
                                     libauth_error **error);

/**
 * Makes a message final, once what it asks for is done and kept: the platform's next attempt is
 * LIBAUTH_REPLAYED. Without it, freeing the event gives the message back. Once it is done, or for
 * one that was LIBAUTH_REPLAYED, this does nothing. Errors: LIBAUTH_BUSY for one that was
 * LIBAUTH_BUSY; LIBAUTH_REPLAYED when the claim had ended and another one of the same message was
 * made final meanwhile: see that it was not acted on twice.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_daxpay_event_done(libauth_daxpay_event *event,
                                         libauth_error **error);

/**
 * Ends an event. A message that was accepted and is not done is given back, which is logged. NULL
 * is fine.
 */
LIBAUTH_API void libauth_daxpay_event_free(libauth_daxpay_event *event);

/** The envelope's `code` as text; "0" is success; NULL when there is none. */
LIBAUTH_API const char *libauth_daxpay_event_code(const libauth_daxpay_event *event);

/** The envelope's `msg`; NULL when there is none. */
LIBAUTH_API const char *libauth_daxpay_event_message(const libauth_daxpay_event *event);

/** The envelope's `traceId`; NULL when there is none. */
LIBAUTH_API const char *libauth_daxpay_event_trace_id(const libauth_daxpay_event *event);

/**
 * A field of the JSON body by its path, such as "data.amount": a string as it is, anything else
 * as JSON text. NULL when it is absent or null.
 */
LIBAUTH_API
const char *libauth_daxpay_event_field(const libauth_daxpay_event *event,
                                       const char *path);

/**
 * As libauth_daxpay_event_field, but `fallback` itself where that gives NULL: NULL only if
 * `fallback` is.
 */
LIBAUTH_API
const char *libauth_daxpay_event_field_or(const libauth_daxpay_event *event,
                                          const char *path,
                                          const char *fallback);

/** What a field of the JSON body is: tells a field that is null from one that is absent. */
LIBAUTH_API
libauth_json_type libauth_daxpay_event_field_type(const libauth_daxpay_event *event,
                                                  const char *path);

/**
 * A whole number of the JSON body, also one that is written as a string; `fallback` where the
 * field is absent, null, anything else, or beyond 64 bits.
 */
LIBAUTH_API
int64_t libauth_daxpay_event_field_int64(const libauth_daxpay_event *event,
                                         const char *path,
                                         int64_t fallback);

/**
 * Which key the message was signed with: 0 is the handle's own, 1 and so on are those of
 * libauth_config_add_daxpay_previous_key, in the order added; -1 for NULL.
 */
LIBAUTH_API int32_t libauth_daxpay_event_key(const libauth_daxpay_event *event);

/**
 * The body as received, and its length in bytes if `length` is not NULL. Not NUL-terminated,
 * never NULL.
 */
LIBAUTH_API
const uint8_t *libauth_daxpay_event_body(const libauth_daxpay_event *event,
                                         size_t *length);

/**
 * What is signed for a message whose body is a JSON object (a request, an answer or a
 * notification), and which known mistake would produce `signature`; NULL stands for the object's
 * own member `sign`, if it has one. Errors: LIBAUTH_INVALID_ARGUMENT when the body is no JSON
 * object. Free the explanation.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_daxpay_explain(const libauth_daxpay *daxpay,
                                      const libauth_inbound *message,
                                      const char *signature,
                                      libauth_explanation **explanation,
                                      libauth_error **error);

/**
 * As libauth_daxpay_explain, for a message of the gateway's, which signs with the same key. Free
 * the explanation.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_daxpay_explain_event(const libauth_daxpay *daxpay,
                                            const libauth_inbound *message,
                                            const char *signature,
                                            libauth_explanation **explanation,
                                            libauth_error **error);

/**
 * As libauth_daxpay_explain, with the string that the other side signs in place of its signature:
 * where the two part, with a few characters on either side, and what that means. Secrets are
 * masked in both. Free the explanation.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_daxpay_explain_string(const libauth_daxpay *daxpay,
                                             const libauth_inbound *message,
                                             const char *their_string,
                                             libauth_explanation **explanation,
                                             libauth_error **error);

/* ---- The open platform ----------------------------------------------------------------------- */

/**
 * An application of the open platform, with its token, which it keeps fresh. Settings and
 * credentials are copied and never change. Any number of threads may use it at once, without a
 * lock, and it works on in a child after fork.
 */
typedef struct libauth_openplatform libauth_openplatform;

/**
 * Makes a handle for an application. Opens no connection. Errors: LIBAUTH_INVALID_ARGUMENT,
 * LIBAUTH_INVALID_CONFIG.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_openplatform_new(const libauth_config *config,
                                        const char *client_id,
                                        const char *secret,
                                        libauth_openplatform **openplatform,
                                        libauth_error **error);

/** Ends a handle, when no call on it is under way. NULL is fine. */
LIBAUTH_API void libauth_openplatform_free(libauth_openplatform *openplatform);

/**
 * Another handle to the same account, with the same token, connections and memory of messages,
 * freed on its own: hand one to each user of the account, and change a key by swapping the handle
 * that new ones are made from. NULL only for NULL.
 */
LIBAUTH_API
libauth_openplatform *libauth_openplatform_share(const libauth_openplatform *openplatform);

/**
 * What this handle, and those shared from it, counted in this process so far, as a JSON object:
 * calls and attempts with their durations by operation and outcome, tokens fetched, refreshed,
 * served from the cache and failed, and connections. docs/statistics.md names each member; later
 * versions may add some. A child begins at zero after fork. Any thread; nothing waits for it.
 * Free the text.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_openplatform_stats_json(const libauth_openplatform *openplatform,
                                               libauth_text **text,
                                               libauth_error **error);

/**
 * Gives a token that is valid now (header Access-Token). It is cached and shared by all threads:
 * however many ask, the platform sees one request, and all get its outcome, each within its own
 * deadline. Its lifetime is what the token itself tells (a JWT's `exp`), else that of
 * libauth_config_set_openplatform_token_lifetime_ms. It is replaced early, when no more than the
 * smaller of 5 minutes and a fifth of its life is left, by one caller, which waits for it for
 * half of its time at most, while the others go on with the old one; if that fails, the old one
 * is served as long as it is valid, and the next try is made after 1 s, then 2 s, 4 s and so on
 * up to a minute. Repeated freely. Free the token. Errors: LIBAUTH_UNAUTHORIZED for refused
 * credentials; all the others as the platform and the network have it.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_openplatform_token(const libauth_openplatform *openplatform,
                                          const libauth_options *options,
                                          libauth_token **token,
                                          libauth_error **error);

/**
 * Drops a token that a call of your own found refused, given bare or as its header's value. Only
 * if the cached token is this one: a late caller cannot drop a fresh one.
 * libauth_openplatform_call does this itself.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_openplatform_invalidate(const libauth_openplatform *openplatform,
                                               const char *token,
                                               libauth_error **error);

/** The login request, for your own HTTP client to send. Opens no socket. Free the request. */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_openplatform_build_token(const libauth_openplatform *openplatform,
                                                const libauth_options *options,
                                                libauth_http_request **http_request,
                                                libauth_error **error);

/**
 * Reads the response to the request of libauth_openplatform_build_token, with the same checks as
 * if libauth had received it. The token is cached, for libauth_openplatform_build_call and all
 * the others. Free the token.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_openplatform_read_token(const libauth_openplatform *openplatform,
                                               const libauth_http_request *http_request,
                                               const libauth_http_response *http_response,
                                               libauth_token **token,
                                               libauth_error **error);

/**
 * Calls any other endpoint of the platform below the base URL, with the token. If the platform
 * refuses the token (HTTP 401 or code 10134), it is replaced and the call repeated, once. A call
 * that is not marked idempotent is repeated only if it never left; if it may have arrived and its
 * answer was lost, that is LIBAUTH_OUTCOME_UNKNOWN. Free the answer.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_openplatform_call(const libauth_openplatform *openplatform,
                                         const libauth_call *call,
                                         const libauth_options *options,
                                         libauth_answer **answer,
                                         libauth_error **error);

/**
 * The request of libauth_openplatform_call, for your own HTTP client to send. It carries the
 * cached token; when none is valid that is LIBAUTH_UNAUTHORIZED, and nothing is fetched.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_openplatform_build_call(const libauth_openplatform *openplatform,
                                               const libauth_call *call,
                                               const libauth_options *options,
                                               libauth_http_request **http_request,
                                               libauth_error **error);

/**
 * Reads the response to the request of libauth_openplatform_build_call, with the same checks.
 * Free the answer.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_openplatform_read_call(const libauth_openplatform *openplatform,
                                              const libauth_http_request *http_request,
                                              const libauth_http_response *http_response,
                                              libauth_answer **answer,
                                              libauth_error **error);

/* ---- The voucher redemption system ----------------------------------------------------------- */

/** The body with which a callback must be answered; with any other it is sent again. */
#define LIBAUTH_REDEMPTION_REPLY "SUCCESS"

/**
 * A merchant of the redemption system. Settings and credentials are copied and never change. Any
 * number of threads may use it at once, without a lock, and it works on in a child after fork.
 */
typedef struct libauth_redemption libauth_redemption;

/** An Alipay authorization URL. One thread at a time. */
typedef struct libauth_redemption_alipay_url libauth_redemption_alipay_url;

/** A genuine event: the outcome of an authorization. One thread at a time. */
typedef struct libauth_redemption_event libauth_redemption_event;

/**
 * Whom an Alipay authorization URL is for. Setters copy and never fail: what is wrong with a
 * value is reported, by its name, by the call that uses it. NULL and "" unset. One thread at a
 * time.
 */
typedef struct libauth_redemption_request libauth_redemption_request;

/**
 * Makes a handle that signs with SHA256-RSA, the platform's default. Keys are texts: PKCS#8,
 * PKCS#1 or (public) SPKI, as PEM or as the bare base64 that Java tools print, with any line
 * breaks, of 2048 to 8192 bits. `platform_public_key` checks callbacks; it may be NULL if there
 * are none. Opens no connection. Errors: LIBAUTH_INVALID_KEY says what is wrong with a key;
 * LIBAUTH_INVALID_ARGUMENT, LIBAUTH_INVALID_CONFIG.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_redemption_new_rsa(const libauth_config *config,
                                          const char *business_id,
                                          const char *merchant_id,
                                          const char *private_key,
                                          const char *platform_public_key,
                                          libauth_redemption **redemption,
                                          libauth_error **error);

/**
 * As libauth_redemption_new_rsa, with a private key that stays where it is: `callback` signs,
 * with `context`, which must live as long as the handle. `public_key` is the merchant's own: a
 * first signature is checked against it here. Errors: LIBAUTH_INVALID_KEY also when the signature
 * is not that key's.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_redemption_new_rsa_callback(const libauth_config *config,
                                                   const char *business_id,
                                                   const char *merchant_id,
                                                   libauth_sign_callback callback,
                                                   void *context,
                                                   const char *public_key,
                                                   const char *platform_public_key,
                                                   libauth_redemption **redemption,
                                                   libauth_error **error);

/**
 * Makes a handle that signs, and checks callbacks, with MD5 and a shared secret. Opens no
 * connection. Errors: LIBAUTH_INVALID_ARGUMENT, LIBAUTH_INVALID_CONFIG.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_redemption_new_md5(const libauth_config *config,
                                          const char *business_id,
                                          const char *merchant_id,
                                          const char *secret,
                                          libauth_redemption **redemption,
                                          libauth_error **error);

/** Ends a handle, when no call on it is under way. NULL is fine. */
LIBAUTH_API void libauth_redemption_free(libauth_redemption *redemption);

/**
 * Another handle to the same account, with the same token, connections and memory of messages,
 * freed on its own: hand one to each user of the account, and change a key by swapping the handle
 * that new ones are made from. NULL only for NULL.
 */
LIBAUTH_API libauth_redemption *libauth_redemption_share(const libauth_redemption *redemption);

/**
 * What this handle, and those shared from it, counted in this process so far, as a JSON object:
 * calls and attempts with their durations by operation and outcome, connections, messages
 * verified by outcome, and how full the replay guard is. docs/statistics.md names each member;
 * later versions may add some. A child begins at zero after fork. Any thread; nothing waits for
 * it. Free the text.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_redemption_stats_json(const libauth_redemption *redemption,
                                             libauth_text **text,
                                             libauth_error **error);

/** An empty request. Never NULL. */
LIBAUTH_API libauth_redemption_request *libauth_redemption_request_new(void);

/** Ends a request. NULL is fine. */
LIBAUTH_API void libauth_redemption_request_free(libauth_redemption_request *request);

/**
 * Required: your serial number, globally unique. When you ask again after an unknown outcome,
 * keep it.
 */
LIBAUTH_API
void libauth_redemption_request_set_serial_no(libauth_redemption_request *request,
                                              const char *serial_no);

/** Required: your own id of the customer. */
LIBAUTH_API
void libauth_redemption_request_set_user_id(libauth_redemption_request *request,
                                            const char *user_id);

/** Optional: where the platform sends the user's Alipay openId. */
LIBAUTH_API
void libauth_redemption_request_set_callback_url(libauth_redemption_request *request,
                                                 const char *callback_url);

/**
 * Asks for an Alipay authorization URL. Once the request may have arrived and the answer is lost,
 * and for the platform's statuses 5, 6, 8, 98 and 99, that is LIBAUTH_OUTCOME_UNKNOWN, and
 * nothing is repeated. Free the result.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_redemption_get_alipay_url(const libauth_redemption *redemption,
                                                 const libauth_redemption_request *request,
                                                 const libauth_options *options,
                                                 libauth_redemption_alipay_url **alipay_url,
                                                 libauth_error **error);

/**
 * The request of libauth_redemption_get_alipay_url, for your own HTTP client to send. Opens no
 * socket. Free the request.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_redemption_build_get_alipay_url(const libauth_redemption *redemption,
                                                       const libauth_redemption_request *request,
                                                       const libauth_options *options,
                                                       libauth_http_request **http_request,
                                                       libauth_error **error);

/**
 * Reads the response to the request of libauth_redemption_build_get_alipay_url, with the same
 * checks as if libauth had received it. Free the result.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_redemption_read_get_alipay_url(const libauth_redemption *redemption,
                                                      const libauth_http_request *http_request,
                                                      const libauth_http_response *http_response,
                                                      libauth_redemption_alipay_url **alipay_url,
                                                      libauth_error **error);

/** Ends a result. NULL is fine. */
LIBAUTH_API void libauth_redemption_alipay_url_free(libauth_redemption_alipay_url *alipay_url);

/** Where to send the user. Never NULL. */
LIBAUTH_API
const char *libauth_redemption_alipay_url_url(const libauth_redemption_alipay_url *alipay_url);

/** The platform's answer, with its raw body. Belongs to this object. Never NULL. */
LIBAUTH_API
const libauth_answer *libauth_redemption_alipay_url_answer(const libauth_redemption_alipay_url *alipay_url);

/**
 * Calls any other endpoint of the platform below the base URL, signed. A call that is not marked
 * idempotent is repeated only if it never left; if it may have arrived and its answer was lost,
 * that is LIBAUTH_OUTCOME_UNKNOWN. Free the answer.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_redemption_call(const libauth_redemption *redemption,
                                       const libauth_call *call,
                                       const libauth_options *options,
                                       libauth_answer **answer,
                                       libauth_error **error);

/** The request of libauth_redemption_call, for your own HTTP client to send. */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_redemption_build_call(const libauth_redemption *redemption,
                                             const libauth_call *call,
                                             const libauth_options *options,
                                             libauth_http_request **http_request,
                                             libauth_error **error);

/**
 * Reads the response to the request of libauth_redemption_build_call, with the same checks. Free
 * the answer.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_redemption_read_call(const libauth_redemption *redemption,
                                            const libauth_http_request *http_request,
                                            const libauth_http_response *http_response,
                                            libauth_answer **answer,
                                            libauth_error **error);

/**
 * Checks a callback that claims to come from the platform: headers `businessId`, `nonce`,
 * `timestamp`, `sign` and, if it is there, `signType`. An accepted event is claimed for
 * libauth_config_set_replay_claim_ms: act on it, keep what came of it, call
 * libauth_redemption_event_done, then answer with the HTTP status of libauth_reply_status and
 * LIBAUTH_REDEMPTION_REPLY. With LIBAUTH_REPLAYED (this nonce was accepted before: answer as
 * before, do not act again) and LIBAUTH_BUSY (somebody is acting on it now: answer with failure,
 * it will come again) the event is given too, so that you know what it is about: free it as well.
 * Other errors: LIBAUTH_BAD_SIGNATURE (missing or mismatch), LIBAUTH_STALE, LIBAUTH_PROTOCOL, and
 * LIBAUTH_INVALID_CONFIG when an RSA handle has no platform_public_key. Free the event.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_redemption_verify(const libauth_redemption *redemption,
                                         const libauth_inbound *message,
                                         libauth_redemption_event **event,
                                         libauth_error **error);

/**
 * Makes a message final, once what it asks for is done and kept: the platform's next attempt is
 * LIBAUTH_REPLAYED. Without it, freeing the event gives the message back. Once it is done, or for
 * one that was LIBAUTH_REPLAYED, this does nothing. Errors: LIBAUTH_BUSY for one that was
 * LIBAUTH_BUSY; LIBAUTH_REPLAYED when the claim had ended and another one of the same message was
 * made final meanwhile: see that it was not acted on twice.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_redemption_event_done(libauth_redemption_event *event,
                                             libauth_error **error);

/**
 * Ends an event. A message that was accepted and is not done is given back, which is logged. NULL
 * is fine.
 */
LIBAUTH_API void libauth_redemption_event_free(libauth_redemption_event *event);

/** The serial number of the request that this is the outcome of. Never NULL. */
LIBAUTH_API const char *libauth_redemption_event_serial_no(const libauth_redemption_event *event);

/** The user's openId at Alipay; NULL when there is none. */
LIBAUTH_API const char *libauth_redemption_event_open_id(const libauth_redemption_event *event);

/** Your own id of the customer; NULL when there is none. */
LIBAUTH_API const char *libauth_redemption_event_user_id(const libauth_redemption_event *event);

/**
 * A field of the JSON body by its path, such as "data.amount": a string as it is, anything else
 * as JSON text. NULL when it is absent or null.
 */
LIBAUTH_API
const char *libauth_redemption_event_field(const libauth_redemption_event *event,
                                           const char *path);

/**
 * As libauth_redemption_event_field, but `fallback` itself where that gives NULL: NULL only if
 * `fallback` is.
 */
LIBAUTH_API
const char *libauth_redemption_event_field_or(const libauth_redemption_event *event,
                                              const char *path,
                                              const char *fallback);

/** What a field of the JSON body is: tells a field that is null from one that is absent. */
LIBAUTH_API
libauth_json_type libauth_redemption_event_field_type(const libauth_redemption_event *event,
                                                      const char *path);

/**
 * A whole number of the JSON body, also one that is written as a string; `fallback` where the
 * field is absent, null, anything else, or beyond 64 bits.
 */
LIBAUTH_API
int64_t libauth_redemption_event_field_int64(const libauth_redemption_event *event,
                                             const char *path,
                                             int64_t fallback);

/**
 * Which key the message was signed with: 0 is the handle's own, 1 and so on are those of
 * libauth_config_add_redemption_previous_key, in the order added; -1 for NULL.
 */
LIBAUTH_API int32_t libauth_redemption_event_key(const libauth_redemption_event *event);

/**
 * The body as received, and its length in bytes if `length` is not NULL. Not NUL-terminated,
 * never NULL.
 */
LIBAUTH_API
const uint8_t *libauth_redemption_event_body(const libauth_redemption_event *event,
                                             size_t *length);

/**
 * What the merchant signs for a request with these headers (`businessId`, `nonce`, `timestamp`,
 * `signType`) and this body, and which known mistake would produce `signature`; NULL stands for
 * the message's own header `sign`, if it has one. Free the explanation.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_redemption_explain(const libauth_redemption *redemption,
                                          const libauth_inbound *message,
                                          const char *signature,
                                          libauth_explanation **explanation,
                                          libauth_error **error);

/**
 * As libauth_redemption_explain, for a message that the platform signs. Errors:
 * LIBAUTH_INVALID_CONFIG when an RSA handle has no platform_public_key. Free the explanation.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_redemption_explain_event(const libauth_redemption *redemption,
                                                const libauth_inbound *message,
                                                const char *signature,
                                                libauth_explanation **explanation,
                                                libauth_error **error);

/**
 * As libauth_redemption_explain, with the string that the other side signs in place of its
 * signature: where the two part, with a few characters on either side, and what that means.
 * Secrets are masked in both. Free the explanation.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_redemption_explain_string(const libauth_redemption *redemption,
                                                 const libauth_inbound *message,
                                                 const char *their_string,
                                                 libauth_explanation **explanation,
                                                 libauth_error **error);

/* ---- The marketplace seller API -------------------------------------------------------------- */

/**
 * A seller, with its token, which it keeps fresh. Settings and credentials are copied and never
 * change. Any number of threads may use it at once, without a lock, and it works on in a child
 * after fork.
 */
typedef struct libauth_seller libauth_seller;

/**
 * Makes a handle for a seller. Opens no connection. Errors: LIBAUTH_INVALID_ARGUMENT,
 * LIBAUTH_INVALID_CONFIG.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_seller_new(const libauth_config *config,
                                  const char *access_key,
                                  const char *secret_key,
                                  libauth_seller **seller,
                                  libauth_error **error);

/** Ends a handle, when no call on it is under way. NULL is fine. */
LIBAUTH_API void libauth_seller_free(libauth_seller *seller);

/**
 * Another handle to the same account, with the same token, connections and memory of messages,
 * freed on its own: hand one to each user of the account, and change a key by swapping the handle
 * that new ones are made from. NULL only for NULL.
 */
LIBAUTH_API libauth_seller *libauth_seller_share(const libauth_seller *seller);

/**
 * What this handle, and those shared from it, counted in this process so far, as a JSON object:
 * calls and attempts with their durations by operation and outcome, tokens fetched, refreshed,
 * served from the cache and failed, and connections. docs/statistics.md names each member; later
 * versions may add some. A child begins at zero after fork. Any thread; nothing waits for it.
 * Free the text.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_seller_stats_json(const libauth_seller *seller,
                                         libauth_text **text,
                                         libauth_error **error);

/**
 * Gives a token that is valid now (header Authorization). It is cached and shared by all threads:
 * however many ask, the platform sees one request, and all get its outcome, each within its own
 * deadline. Its lifetime is read as libauth_config_set_seller_expires_in_unit says. It is
 * replaced early, when no more than the smaller of 5 minutes and a fifth of its life is left, by
 * one caller, which waits for it for half of its time at most, while the others go on with the
 * old one; if that fails, the old one is served as long as it is valid, and the next try is made
 * after 1 s, then 2 s, 4 s and so on up to a minute. Repeated freely. Free the token. Errors:
 * LIBAUTH_UNAUTHORIZED for refused credentials; all the others as the platform and the network
 * have it.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_seller_token(const libauth_seller *seller,
                                    const libauth_options *options,
                                    libauth_token **token,
                                    libauth_error **error);

/**
 * Drops a token that a call of your own found refused, given bare or as its header's value. Only
 * if the cached token is this one: a late caller cannot drop a fresh one. libauth_seller_call
 * does this itself.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_seller_invalidate(const libauth_seller *seller,
                                         const char *token,
                                         libauth_error **error);

/** The login request, for your own HTTP client to send. Opens no socket. Free the request. */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_seller_build_token(const libauth_seller *seller,
                                          const libauth_options *options,
                                          libauth_http_request **http_request,
                                          libauth_error **error);

/**
 * Reads the response to the request of libauth_seller_build_token, with the same checks as if
 * libauth had received it. The token is cached, for libauth_seller_build_call and all the others.
 * Free the token.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_seller_read_token(const libauth_seller *seller,
                                         const libauth_http_request *http_request,
                                         const libauth_http_response *http_response,
                                         libauth_token **token,
                                         libauth_error **error);

/**
 * Calls any other endpoint of the platform below the base URL, with the token. If the platform
 * refuses the token (HTTP 401 or code 401), it is replaced and the call repeated, once. A call
 * that is not marked idempotent is repeated only if it never left; if it may have arrived and its
 * answer was lost, that is LIBAUTH_OUTCOME_UNKNOWN. Free the answer.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_seller_call(const libauth_seller *seller,
                                   const libauth_call *call,
                                   const libauth_options *options,
                                   libauth_answer **answer,
                                   libauth_error **error);

/**
 * The request of libauth_seller_call, for your own HTTP client to send. It carries the cached
 * token; when none is valid that is LIBAUTH_UNAUTHORIZED, and nothing is fetched.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_seller_build_call(const libauth_seller *seller,
                                         const libauth_call *call,
                                         const libauth_options *options,
                                         libauth_http_request **http_request,
                                         libauth_error **error);

/**
 * Reads the response to the request of libauth_seller_build_call, with the same checks. Free the
 * answer.
 */
LIBAUTH_API LIBAUTH_WARN_UNUSED
libauth_status libauth_seller_read_call(const libauth_seller *seller,
                                        const libauth_http_request *http_request,
                                        const libauth_http_response *http_response,
                                        libauth_answer **answer,
                                        libauth_error **error);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* LIBAUTH_H */
