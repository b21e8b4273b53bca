/*
 * libauth for C++11 and later: libauth.h with owners, std::string and exceptions. Header-only; link -lauth.
 *
 *   try {
 *     libauth::seller seller(libauth::config("https://seller.example"), access_key, secret_key);
 *     libauth::token token = seller.token();
 *     std::cout << token.header_name() << ": " << token.header_value() << "\n";
 *   } catch (const libauth::exception& error) { std::cerr << error.what() << "\n"; }
 *
 * libauth.h is the manual: names are the same, and so is what a function does. What is different here:
 *
 * Errors.     A function that can fail throws a libauth::exception, by status one of its subclasses, such as
 *             libauth::timeout_error. It is a libauth::error too, with everything there is to know. The
 *             function's twin try_... throws nothing of ours and returns a libauth::result<T>: a value or an
 *             error. Without exceptions (-fno-exceptions) only the twins exist. The handle of a platform is
 *             made by its constructor, or by try_make; that of redemption by rsa or md5.
 * Ownership.  Every class owns what it stands for, frees it, and can be moved and not copied. An object that
 *             was moved from, or made by a constructor without arguments, is empty: getters return nothing,
 *             setters do nothing, and a call is status::invalid_argument.
 * Text.       A parameter `text` takes a std::string, a const char* (NULL: not given), a std::string_view, or
 *             nullptr; a parameter `bytes` takes those and other containers of bytes. All are copied. A NUL
 *             inside a text is status::invalid_argument that names the parameter: nothing is cut short.
 *             What a getter returns is your own copy. Where the platform may have left something out, it is
 *             an optional_string.
 * Setters     chain: request.set_user_id("1").set_serial_no("2"). They return the object, so keep it in a
 *             variable or hand the chain to the call: handle.call(libauth::call("GET", "/a").add_query("b", "c")).
 * Times       are std::chrono: milliseconds, or a time_point of the system clock.
 * Callbacks   are std::functions, kept as long as the configuration or any handle made from it lives, and
 *             must bear to be called by several threads at once. What they throw is caught and never changes
 *             a call's outcome, but for the replay guard, whose message is then not accepted. It is kept:
 *             error::callback_exception() of a call that failed has it, and
 *             take_callback_exception() of the handle or the configuration.
 * Threads.    A platform handle may be used by any number of threads at once, without a lock: share it by
 *             reference or in a std::shared_ptr, and end it when no call on it is under way. All other
 *             objects: by one thread at a time; an answer() counts as part of the object it was asked of.
 */

#ifndef LIBAUTH_HPP
#define LIBAUTH_HPP

#include "libauth.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

/* 1 where exceptions are on, else 0. */
#if defined(__cpp_exceptions) || defined(__EXCEPTIONS) || defined(_CPPUNWIND)
#define LIBAUTH_HPP_EXCEPTIONS 1
#else
#define LIBAUTH_HPP_EXCEPTIONS 0
#endif

#if defined(__has_cpp_attribute) && __cplusplus >= 201703L
#define LIBAUTH_HPP_NODISCARD [[nodiscard]]
#else
#define LIBAUTH_HPP_NODISCARD
#endif

namespace libauth {

/* Files that are compiled with and without exceptions can be parts of one program. */
#if LIBAUTH_HPP_EXCEPTIONS
inline namespace v0 {
#else
inline namespace v0_noexcept {
#endif

/* ---- Small types ------------------------------------------------------------------------------- */

/// What became of a call: ok, or the class of its error. See libauth.h for each.
enum class status : std::int32_t {
  ok = LIBAUTH_OK,
  invalid_argument = LIBAUTH_INVALID_ARGUMENT,  ///< A parameter or field is missing or wrong; nothing was sent.
  invalid_config = LIBAUTH_INVALID_CONFIG,      ///< A setting of the configuration is wrong.
  invalid_key = LIBAUTH_INVALID_KEY,            ///< A key cannot be read, is of the wrong kind, or is too short.
  network = LIBAUTH_NETWORK,                    ///< DNS, connecting, TLS, or a connection that broke.
  timeout = LIBAUTH_TIMEOUT,                    ///< The deadline of the call (or of connecting) passed.
  http = LIBAUTH_HTTP,                          ///< An HTTP status outside 2xx without an envelope of the platform.
  protocol = LIBAUTH_PROTOCOL,                  ///< The answer or message is not what the protocol says.
  platform = LIBAUTH_PLATFORM,                  ///< The platform refused: see its code and message.
  unauthorized = LIBAUTH_UNAUTHORIZED,          ///< The platform refused credentials, signature or token.
  bad_signature = LIBAUTH_BAD_SIGNATURE,        ///< A signature of the platform is missing or does not match.
  stale = LIBAUTH_STALE,                        ///< An inbound message's time is outside the window.
  replayed = LIBAUTH_REPLAYED,                  ///< An inbound message was received before.
  outcome_unknown = LIBAUTH_OUTCOME_UNKNOWN,    ///< It may have happened: query the platform before repeating.
  rate_limited = LIBAUTH_RATE_LIMITED,          ///< The platform asks for fewer calls: see error::retry_after.
  internal = LIBAUTH_INTERNAL,                  ///< A bug of libauth, or a replay guard that cannot tell.
  cancelled = LIBAUTH_CANCELLED,                ///< The cancel callback of its options ended the call.
  busy = LIBAUTH_BUSY,                          ///< Another process acts on this very message: answer with failure.
  store = LIBAUTH_STORE                         ///< The shared store failed.
};

/// How far a request got.
enum class delivery : std::int32_t {
  not_sent = LIBAUTH_DELIVERY_NOT_SENT,      ///< No byte of it left this machine.
  maybe_sent = LIBAUTH_DELIVERY_MAYBE_SENT,  ///< Some of it was sent, and no complete answer came.
  answered = LIBAUTH_DELIVERY_ANSWERED       ///< The platform, or something in front of it, answered.
};

/// How much is logged.
enum class log_level : std::int32_t {
  off = LIBAUTH_LOG_OFF,      ///< Nothing.
  error = LIBAUTH_LOG_ERROR,  ///< Calls that failed in the end.
  warn = LIBAUTH_LOG_WARN,    ///< Also what works but should be looked at.
  info = LIBAUTH_LOG_INFO,    ///< Also token events.
  debug = LIBAUTH_LOG_DEBUG,  ///< Also a line for each attempt.
  trace = LIBAUTH_LOG_TRACE   ///< All there is.
};

/// daxpay: whether an answer must be signed.
enum class daxpay_response_signature : std::int32_t {
  required = LIBAUTH_DAXPAY_RESPONSE_SIGNATURE_REQUIRED, ///< An answer without a signature is an error. The default.
  if_present = LIBAUTH_DAXPAY_RESPONSE_SIGNATURE_IF_PRESENT ///< A signature is checked where there is one.
};

/// seller: how to read `expiresIn`.
enum class seller_expires_in_unit : std::int32_t {
  automatic = LIBAUTH_SELLER_EXPIRES_IN_AUTO, ///< What the token tells, else milliseconds. The default.
  milliseconds = LIBAUTH_SELLER_EXPIRES_IN_MILLISECONDS, ///< Milliseconds.
  seconds = LIBAUTH_SELLER_EXPIRES_IN_SECONDS ///< Seconds.
};

/// The type of a field of a JSON body.
enum class json_type : std::int32_t {
  absent = LIBAUTH_JSON_ABSENT, ///< There is no such field, or the body is not JSON.
  null = LIBAUTH_JSON_NULL, ///< It is there, and null.
  boolean = LIBAUTH_JSON_BOOLEAN, ///< true or false.
  number = LIBAUTH_JSON_NUMBER, ///< A number.
  string = LIBAUTH_JSON_STRING, ///< A string.
  array = LIBAUTH_JSON_ARRAY, ///< A list.
  object = LIBAUTH_JSON_OBJECT ///< An object.
};

/// What an operation of a store came to.
enum class stored : std::int32_t {
  failed = -1, ///< The store cannot tell.
  no = 0, ///< Nothing was changed, or found.
  yes = 1 ///< It was done, or found.
};

/// A span of time.
typedef std::chrono::milliseconds milliseconds;

/// A moment: milliseconds since 1970-01-01 UTC.
typedef std::chrono::time_point<std::chrono::system_clock, milliseconds> time_point;

class store;

/// A store that has only `add`: enough for messages in one phase. Used by several threads at once. Keys are ASCII of at
/// most 100 characters; braces in one enclose the hash tag of a Redis cluster. Every operation is told within how long it
/// should answer: nobody can stop one that does not. One that throws has failed.
class add_store {
 public:
  virtual ~add_store() {}
  /// It as a store with all four operations; null when it has none but `add`.
  virtual store* whole() noexcept { return nullptr; }
  /// Puts a value under a key that has none, until `time_to_live` has passed: yes. no: there is one, which stays as it
  /// is. Of any number of callers at once, in any process, exactly one gets yes.
  virtual stored add(const std::string& key, const std::string& value, milliseconds time_to_live,
                     milliseconds timeout) = 0;
};

/// A store for tokens, and for messages in two phases. All else as add_store.
class store : public add_store {
 public:
  store* whole() noexcept final { return this; }
  /// Looks a key up: yes, with its value.
  virtual stored get(const std::string& key, milliseconds timeout, std::string& value) = 0;
  /// Puts a value in the place of the one that equals `expected`, in one step.
  virtual stored replace(const std::string& key, const std::string& expected, const std::string& value,
                         milliseconds time_to_live, milliseconds timeout) = 0;
  /// Removes a key whose value equals `expected`, in one step.
  virtual stored remove(const std::string& key, const std::string& expected, milliseconds timeout) = 0;
};

/// What a clock of your own tells.
struct clock_reading {
  time_point now; ///< The time of day.
  milliseconds monotonic; ///< A clock that never goes backwards.
};

/// A text, or none. It has the usual part of std::optional<std::string>, and reads as "" where there is none.
class optional_string {
 public:
  /// None.
  optional_string() noexcept : has_value_(false) {}
  /// A copy of a text; NULL is none.
  explicit optional_string(const char* text) : text_(text == nullptr ? "" : text), has_value_(text != nullptr) {}

  bool has_value() const noexcept { return has_value_; }
  explicit operator bool() const noexcept { return has_value_; }
  const std::string& operator*() const noexcept { return text_; }
  const std::string* operator->() const noexcept { return &text_; }
  /// The text, or another one where there is none.
  std::string value_or(std::string other) const { return has_value_ ? text_ : std::move(other); }

 private:
  std::string text_;
  bool has_value_;
};

/// A text as a parameter. It does not own it: make it only where a function is called.
class text {
 public:
  /// Not given.
  text(std::nullptr_t = nullptr) noexcept : data_(nullptr), nul_(std::string::npos), copied_(false) {}
  /// NUL-terminated; NULL is not given.
  text(const char* data) noexcept : data_(data), nul_(std::string::npos), copied_(false) {}
  text(const std::string& whole) noexcept : data_(whole.c_str()), nul_(whole.find('\0')), copied_(false) {}
  /// A std::string_view or the like.
  template <class View,
            class = typename std::enable_if<
                std::is_convertible<decltype(std::declval<const View&>().data()), const char*>::value &&
                std::is_convertible<decltype(std::declval<const View&>().size()), std::size_t>::value>::type>
  text(const View& view) : copy_(view.data(), view.size()), data_(nullptr), nul_(copy_.find('\0')), copied_(true) {}

  /// NUL-terminated, or NULL.
  const char* data() const noexcept { return copied_ ? copy_.c_str() : data_; }
  /// Where a NUL is inside the text; std::string::npos when there is none.
  std::size_t nul() const noexcept { return nul_; }

 private:
  std::string copy_;
  const char* data_;
  std::size_t nul_;
  bool copied_;
};

/// Bytes as a parameter. It does not own them: make it only where a function is called.
class bytes {
 public:
  /// None.
  bytes() noexcept : data_(nullptr), size_(0) {}
  bytes(const void* data, std::size_t size) noexcept : data_(static_cast<const std::uint8_t*>(data)), size_(size) {}
  /// NUL-terminated; NULL is none.
  bytes(const char* text) noexcept : bytes(text, text == nullptr ? 0 : std::strlen(text)) {}
  /// A std::string, a std::vector<unsigned char>, a std::string_view or the like.
  template <class Container,
            class = typename std::enable_if<
                sizeof(*std::declval<const Container&>().data()) == 1 &&
                std::is_convertible<decltype(std::declval<const Container&>().size()), std::size_t>::value>::type>
  bytes(const Container& container) noexcept : bytes(container.data(), container.size()) {}

  const std::uint8_t* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

/// The version of the library at run time, such as "0.2.0". Any thread.
inline std::string version() { return libauth_version(); }

/// The name of a status as libauth.h spells it without its prefix, such as "BAD_SIGNATURE". Any thread.
inline const char* status_name(status value) noexcept {
  return libauth_status_name(static_cast<libauth_status>(value));
}

/* ---- How it works inside ----------------------------------------------------------------------- */

namespace detail {

// The owners, from src/ffi (cargo run -p tools -- generate).
inline void end(libauth_answer* one) noexcept { libauth_answer_free(one); }
inline void end(libauth_call* one) noexcept { libauth_call_free(one); }
inline void end(libauth_config* one) noexcept { libauth_config_free(one); }
inline void end(libauth_creditpay* one) noexcept { libauth_creditpay_free(one); }
inline void end(libauth_creditpay_code* one) noexcept { libauth_creditpay_code_free(one); }
inline void end(libauth_creditpay_event* one) noexcept { libauth_creditpay_event_free(one); }
inline void end(libauth_creditpay_request* one) noexcept { libauth_creditpay_request_free(one); }
inline void end(libauth_daxpay* one) noexcept { libauth_daxpay_free(one); }
inline void end(libauth_daxpay_auth_request* one) noexcept { libauth_daxpay_auth_request_free(one); }
inline void end(libauth_daxpay_auth_url* one) noexcept { libauth_daxpay_auth_url_free(one); }
inline void end(libauth_daxpay_auth_url_request* one) noexcept { libauth_daxpay_auth_url_request_free(one); }
inline void end(libauth_daxpay_event* one) noexcept { libauth_daxpay_event_free(one); }
inline void end(libauth_daxpay_identity* one) noexcept { libauth_daxpay_identity_free(one); }
inline void end(libauth_error* one) noexcept { libauth_error_free(one); }
inline void end(libauth_explanation* one) noexcept { libauth_explanation_free(one); }
inline void end(libauth_http_request* one) noexcept { libauth_http_request_free(one); }
inline void end(libauth_http_response* one) noexcept { libauth_http_response_free(one); }
inline void end(libauth_inbound* one) noexcept { libauth_inbound_free(one); }
inline void end(libauth_openplatform* one) noexcept { libauth_openplatform_free(one); }
inline void end(libauth_options* one) noexcept { libauth_options_free(one); }
inline void end(libauth_redemption* one) noexcept { libauth_redemption_free(one); }
inline void end(libauth_redemption_alipay_url* one) noexcept { libauth_redemption_alipay_url_free(one); }
inline void end(libauth_redemption_event* one) noexcept { libauth_redemption_event_free(one); }
inline void end(libauth_redemption_request* one) noexcept { libauth_redemption_request_free(one); }
inline void end(libauth_seller* one) noexcept { libauth_seller_free(one); }
inline void end(libauth_store* one) noexcept { libauth_store_free(one); }
inline void end(libauth_text* one) noexcept { libauth_text_free(one); }
inline void end(libauth_token* one) noexcept { libauth_token_free(one); }
// The end of the owners.

template <class C>
struct freer {
  void operator()(C* one) const noexcept { end(one); }
};

/// A borrowed text, copied; NULL becomes "".
inline std::string copied(const char* text) { return text == nullptr ? std::string() : std::string(text); }

template <class C>
std::string copied_body(const std::uint8_t* (*getter)(const C*, std::size_t*), const C* of) {
  std::size_t length = 0;
  const std::uint8_t* body = getter(of, &length);
  return body == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(body), length);
}

/// A path with a NUL inside names no field.
inline bool is_path(const text& path) noexcept { return path.data() != nullptr && path.nul() == std::string::npos; }

template <class C>
optional_string text_field(const char* (*getter)(const C*, const char*), const C* of, const text& path) {
  return is_path(path) ? optional_string(getter(of, path.data())) : optional_string();
}

template <class C>
json_type type_of_field(libauth_json_type (*getter)(const C*, const char*), const C* of, const text& path) {
  return is_path(path) ? static_cast<json_type>(getter(of, path.data())) : json_type::absent;
}

template <class C>
std::int64_t int64_field(std::int64_t (*getter)(const C*, const char*, std::int64_t), const C* of, const text& path,
                         std::int64_t fallback) {
  return is_path(path) ? getter(of, path.data(), fallback) : fallback;
}

inline time_point moment(std::int64_t unix_ms) { return time_point(milliseconds(unix_ms)); }

template <class Duration>
std::int64_t unix_ms(const std::chrono::time_point<std::chrono::system_clock, Duration>& moment) {
  return std::chrono::duration_cast<milliseconds>(moment.time_since_epoch()).count();
}

/// For a number that the library checks: what does not fit is out of its range too.
inline std::int32_t narrowed(std::int64_t number) noexcept {
  return number > INT32_MAX ? INT32_MAX : number < INT32_MIN ? INT32_MIN : static_cast<std::int32_t>(number);
}

/// Owns an object of the C library. It is shared only with what lives inside it, an answer.
template <class C>
class owner {
 public:
  /// The C type.
  typedef C c_type;

  owner(owner&&) noexcept = default;
  owner& operator=(owner&&) noexcept = default;
  owner(const owner&) = delete;
  owner& operator=(const owner&) = delete;

  /// False when it is empty: moved from, or made without arguments.
  explicit operator bool() const noexcept { return c_ != nullptr; }
  /// For the functions of libauth.h; still owned by this object. NULL when it is empty.
  C* get() const noexcept { return c_.get(); }

 protected:
  owner() noexcept {}
  explicit owner(C* made) : c_(made, freer<C>()) {}
  explicit owner(std::shared_ptr<C> made) noexcept : c_(std::move(made)) {}
  ~owner() = default;

  const std::shared_ptr<C>& shared() const noexcept { return c_; }

 private:
  std::shared_ptr<C> c_;
};

/// A text that C cannot hold, because of a NUL inside.
struct problem {
  const char* name;
  std::size_t at;

  std::string message() const { return std::string(name) + " holds a NUL at byte " + std::to_string(at); }
};

/// An object with setters. As in C, what is wrong with a value is reported by the call that uses the object.
template <class C>
class builder : public owner<C> {
 public:
  /// What must not be passed on; nullptr when all is well.
  const problem* first_problem() const noexcept { return problems_.empty() ? nullptr : &problems_.front(); }

 protected:
  builder() noexcept {}
  explicit builder(C* made) : owner<C>(made) {}
  ~builder() = default;
  builder(builder&&) noexcept = default;
  builder& operator=(builder&&) noexcept = default;

  /// Whether a text may be passed on. If not, that is remembered until the field is set again.
  bool may_set(const char* name, const text& value) {
    for (std::size_t i = problems_.size(); i-- > 0;)
      if (std::strcmp(problems_[i].name, name) == 0)
        problems_.erase(problems_.begin() + static_cast<std::ptrdiff_t>(i));
    return may_add(name, value);
  }

  /// As may_set, for what can be given many times.
  bool may_add(const char* name, const text& value) {
    if (value.nul() == std::string::npos) return true;
    problem found = {name, value.nul()};
    problems_.push_back(found);
    return false;
  }

  void set(void (*setter)(C*, const char*), const char* name, const text& value) {
    if (may_set(name, value)) setter(this->get(), value.data());
  }

  void add(void (*adder)(C*, const char*, const char*), const char* name, const text& first, const char* second_name,
           const text& second) {
    if (may_add(name, first) && may_add(second_name, second)) adder(this->get(), first.data(), second.data());
  }

 private:
  std::vector<problem> problems_;
};

/// A text as a parameter of a call.
struct named {
  const char* name;
  const text& value;
};

inline const char* c_value(const named& parameter) noexcept { return parameter.value.data(); }
inline const std::uint8_t* c_value(const std::uint8_t* data) noexcept { return data; }
inline std::size_t c_value(std::size_t size) noexcept { return size; }
inline std::int32_t c_value(std::int32_t number) noexcept { return number; }
inline libauth_sign_callback c_value(libauth_sign_callback function) noexcept { return function; }
inline void* c_value(void* context) noexcept { return context; }
template <class C>
C* c_value(const owner<C>& object) noexcept {
  return object.get();
}

inline bool find_problem(problem& found, const named& parameter) noexcept {
  found.name = parameter.name;
  found.at = parameter.value.nul();
  return found.at != std::string::npos;
}
inline bool find_problem(problem&, const std::uint8_t*) noexcept { return false; }
inline bool find_problem(problem&, std::size_t) noexcept { return false; }
inline bool find_problem(problem&, std::int32_t) noexcept { return false; }
inline bool find_problem(problem&, libauth_sign_callback) noexcept { return false; }
inline bool find_problem(problem&, void*) noexcept { return false; }
template <class C>
bool find_problem(problem&, const owner<C>&) noexcept {
  return false;
}
template <class C>
bool find_problem(problem& found, const builder<C>& object) noexcept {
  if (object.first_problem() == nullptr) return false;
  found = *object.first_problem();
  return true;
}

inline bool find_any_problem(problem&) noexcept { return false; }
template <class First, class... Rest>
bool find_any_problem(problem& found, const First& first, const Rest&... rest) noexcept {
  return find_problem(found, first) || find_any_problem(found, rest...);
}

/// What callbacks threw, for a configuration and all its handles.
class report {
 public:
  void note(std::exception_ptr thrown) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (first_ == nullptr) first_ = thrown;
  }
  std::exception_ptr take() {
    std::lock_guard<std::mutex> lock(mutex_);
    std::exception_ptr taken;
    std::swap(taken, first_);
    return taken;
  }

 private:
  std::mutex mutex_;
  std::exception_ptr first_;
};

/// The call of this thread that is under way, so that it learns what its own callbacks threw.
class call_scope {
 public:
  call_scope() noexcept : outer_(innermost()) { innermost() = this; }
  ~call_scope() { innermost() = outer_; }
  call_scope(const call_scope&) = delete;
  call_scope& operator=(const call_scope&) = delete;

  static call_scope*& innermost() noexcept {
    static thread_local call_scope* scope = nullptr;
    return scope;
  }

  std::exception_ptr thrown;

 private:
  call_scope* outer_;
};

/// A callback, for as long as the configuration or a handle needs it.
template <class Function>
struct callback {
  std::function<Function> function;
  std::shared_ptr<detail::report> report;

  /// Runs what must not throw into C. False if it threw.
  template <class Body>
  bool run(Body body) noexcept {
#if LIBAUTH_HPP_EXCEPTIONS
    try {
      body();
      return true;
    } catch (...) {
      std::exception_ptr thrown = std::current_exception();
      report->note(thrown);
      call_scope* scope = call_scope::innermost();
      if (scope != nullptr && scope->thrown == nullptr) scope->thrown = thrown;
      return false;
    }
#else
    body();
    return true;
#endif
  }
};

typedef callback<bool()> cancel_callback;
typedef callback<std::string(const std::string&)> sign_callback;
typedef callback<void(log_level, const std::string&)> log_callback;
typedef callback<clock_reading()> clock_callback;

/// A store, for as long as the configuration or a handle needs it. The function is not called: it makes this a callback,
/// which reports what is thrown.
struct store_callback : callback<void()> {
  std::shared_ptr<add_store> store;

  template <class Operation>
  std::int32_t ask(Operation operation) noexcept {
    stored told = stored::failed;
    if (!run([&] { told = operation(); })) told = stored::failed;
    return static_cast<std::int32_t>(told);
  }
};

inline std::int32_t on_cancel(void* context) noexcept {
  cancel_callback* to = static_cast<cancel_callback*>(context);
  bool ends = true;
  if (!to->run([&] { ends = to->function(); })) return 1;
  return ends ? 1 : 0;
}

inline std::int32_t on_sign(void* context, const std::uint8_t* message, std::size_t length, std::uint8_t* signature,
                            std::size_t capacity) noexcept {
  sign_callback* to = static_cast<sign_callback*>(context);
  std::string made;
  if (!to->run([&] { made = to->function(std::string(reinterpret_cast<const char*>(message), length)); })) return -1;
  if (made.size() <= capacity) std::memcpy(signature, made.data(), made.size());
  return made.size() > INT32_MAX ? -1 : static_cast<std::int32_t>(made.size());
}

inline void on_log(void* context, std::int32_t level, const char* line) noexcept {
  log_callback* to = static_cast<log_callback*>(context);
  to->run([&] { to->function(static_cast<log_level>(level), line); });
}

inline void on_clock(void* context, std::int64_t* unix_ms, std::int64_t* monotonic_ms) noexcept {
  clock_callback* to = static_cast<clock_callback*>(context);
  clock_reading told;
  if (!to->run([&] { told = to->function(); })) {
    told.now = std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
    told.monotonic = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
  }
  *unix_ms = told.now.time_since_epoch().count();
  *monotonic_ms = told.monotonic.count();
}

inline std::string lent(const std::uint8_t* data, std::size_t length) {
  return std::string(reinterpret_cast<const char*>(data), length);
}

inline std::int64_t on_store_get(void* context, const char* key, std::int64_t timeout_ms, std::uint8_t* value,
                                 std::size_t capacity) noexcept {
  store_callback* to = static_cast<store_callback*>(context);
  std::string found;
  const std::int32_t told = to->ask([&] { return to->store->whole()->get(key, milliseconds(timeout_ms), found); });
  if (told <= 0) return told;
  if (found.size() <= capacity) std::memcpy(value, found.data(), found.size());
  return static_cast<std::int64_t>(found.size());
}

inline std::int32_t on_store_add(void* context, const char* key, const std::uint8_t* value, std::size_t length,
                                 std::int64_t ttl_ms, std::int64_t timeout_ms) noexcept {
  store_callback* to = static_cast<store_callback*>(context);
  return to->ask(
      [&] { return to->store->add(key, lent(value, length), milliseconds(ttl_ms), milliseconds(timeout_ms)); });
}

inline std::int32_t on_store_replace(void* context, const char* key, const std::uint8_t* expected,
                                     std::size_t expected_length, const std::uint8_t* value, std::size_t length,
                                     std::int64_t ttl_ms, std::int64_t timeout_ms) noexcept {
  store_callback* to = static_cast<store_callback*>(context);
  return to->ask([&] {
    return to->store->whole()->replace(key, lent(expected, expected_length), lent(value, length), milliseconds(ttl_ms),
                                       milliseconds(timeout_ms));
  });
}

inline std::int32_t on_store_remove(void* context, const char* key, const std::uint8_t* expected, std::size_t length,
                                    std::int64_t timeout_ms) noexcept {
  store_callback* to = static_cast<store_callback*>(context);
  return to->ask([&] { return to->store->whole()->remove(key, lent(expected, length), milliseconds(timeout_ms)); });
}

/// The callbacks of a configuration. Handles keep those that it had when they were made.
struct callbacks {
  std::shared_ptr<log_callback> log;
  std::shared_ptr<clock_callback> clock;
  std::shared_ptr<store_callback> replay;
  std::shared_ptr<store_callback> tokens;
  std::shared_ptr<sign_callback> sign;
  std::shared_ptr<detail::report> report;
};

} // namespace detail

/* ---- Answers and errors ------------------------------------------------------------------------ */

/// What a platform answered. It keeps the object alive that it was asked of. One thread at a time.
class answer {
 public:
  /// The C type.
  typedef libauth_answer c_type;

  /// Empty.
  answer() noexcept {}
  /// Takes over an answer of the C library.
  explicit answer(libauth_answer* made) : c_(made, detail::freer<libauth_answer>()) {}
  /// An answer inside another object, which it keeps.
  template <class C>
  answer(const std::shared_ptr<C>& parent, const libauth_answer* inside) noexcept : c_(parent, inside) {
    if (inside == nullptr) c_.reset();
  }
  answer(answer&&) noexcept = default;
  answer& operator=(answer&&) noexcept = default;
  answer(const answer&) = delete;
  answer& operator=(const answer&) = delete;

  /// False when there is none.
  explicit operator bool() const noexcept { return c_ != nullptr; }
  /// For the functions of libauth.h; still owned by this object. NULL when it is empty.
  const libauth_answer* get() const noexcept { return c_.get(); }

  /// The HTTP status.
  int http_status() const noexcept { return libauth_answer_http_status(get()); }
  /// The platform's own code as text, such as "0".
  optional_string code() const { return optional_string(libauth_answer_code(get())); }
  /// The platform's own message, on one line.
  optional_string message() const { return optional_string(libauth_answer_message(get())); }
  /// The trace or request id the platform gave.
  optional_string trace_id() const { return optional_string(libauth_answer_trace_id(get())); }
  /// The value of a header, whatever the case of its name. Of several, the first.
  optional_string header(const text& name) const {
    return name.nul() != std::string::npos ? optional_string()
                                           : optional_string(libauth_answer_header(get(), name.data()));
  }
  /// A field of the JSON body by its path, such as "data.items.0.id": a string as it is, anything else as JSON text;
  /// none when it is absent or null, or the body is not JSON. field_type tells the two apart.
  optional_string field(const text& path) const { return detail::text_field(libauth_answer_field, get(), path); }
  /// The type of a field of the JSON body.
  json_type field_type(const text& path) const { return detail::type_of_field(libauth_answer_field_type, get(), path); }
  /// A whole number of the JSON body, written as a number or as a string of digits; `fallback` for anything else.
  std::int64_t field_int64(const text& path, std::int64_t fallback) const {
    return detail::int64_field(libauth_answer_field_int64, get(), path, fallback);
  }
  /// Whether a signature of the platform over it was checked and is right.
  bool verified() const noexcept { return libauth_answer_verified(get()) == 1; }
  /// The body as received: bytes, not necessarily text. It may hold tokens: do not log it.
  std::string body() const { return detail::copied_body(libauth_answer_body, get()); }

 private:
  std::shared_ptr<const libauth_answer> c_;
};

/// All there is to know about a call that failed. Copies share what is inside. One thread at a time.
class error {
 public:
  /// No error.
  error() noexcept {}
  /// Takes over an error of the C library.
  explicit error(libauth_error* made) : state_(std::make_shared<state>(made)) {}
  /// An error that was found before the C library was asked.
  error(libauth::status status, std::string message) : state_(std::make_shared<state>(status, std::move(message))) {}

  /// True when there is an error.
  explicit operator bool() const noexcept { return state_ != nullptr; }
  /// For the functions of libauth.h; still owned by this object. NULL for an error found before the library was asked.
  const libauth_error* get() const noexcept { return state_ == nullptr ? nullptr : state_->c.get(); }

  /// The class of the error; status::ok when there is none.
  libauth::status status() const noexcept {
    if (state_ == nullptr) return libauth::status::ok;
    return state_->c == nullptr ? state_->own_status : static_cast<libauth::status>(libauth_error_status(get()));
  }
  /// The name of the status, such as "BAD_SIGNATURE".
  const char* status_name() const noexcept { return libauth::status_name(status()); }
  /// One line, made for a person: what is wrong and what to do.
  std::string message() const {
    if (state_ == nullptr) return std::string();
    return state_->c == nullptr ? state_->own_message : detail::copied(libauth_error_message(get()));
  }
  /// How far the request got.
  libauth::delivery delivery() const noexcept { return static_cast<libauth::delivery>(libauth_error_delivery(get())); }
  /// Whether making the same call again cannot do anything twice.
  bool retry_safe() const noexcept { return libauth_error_retry_safe(get()) == 1; }
  /// How long the platform asks to wait (`Retry-After`); negative when it does not say.
  milliseconds retry_after() const noexcept {
    return milliseconds(get() == nullptr ? -1 : libauth_error_retry_after_ms(get()));
  }
  /// The trace or request id to quote to the platform's support.
  optional_string trace_id() const { return optional_string(libauth_error_trace_id(get())); }
  /// The platform's own code as text, such as "20052".
  optional_string platform_code() const { return optional_string(libauth_error_platform_code(get())); }
  /// The platform's own message, on one line.
  optional_string platform_message() const { return optional_string(libauth_error_platform_message(get())); }
  /// The HTTP status of the answer; 0 when there was none.
  int http_status() const noexcept { return libauth_error_http_status(get()); }
  /// The answer as far as it could be read, with its raw body; empty when there was none.
  libauth::answer answer() const {
    return get() == nullptr ? libauth::answer() : libauth::answer(state_->c, libauth_error_answer(get()));
  }
  /// The first thing that a callback threw during the call; null when none did.
  std::exception_ptr callback_exception() const noexcept {
    return state_ == nullptr ? std::exception_ptr() : state_->thrown;
  }
  /// Adds what a callback threw.
  void set_callback_exception(std::exception_ptr thrown) {
    if (state_ != nullptr) state_->thrown = thrown;
  }

 private:
  struct state {
    explicit state(libauth_error* made) : c(made, detail::freer<libauth_error>()), own_status(libauth::status::ok) {}
    state(libauth::status status, std::string message) : own_status(status), own_message(std::move(message)) {}

    std::shared_ptr<libauth_error> c;
    libauth::status own_status;
    std::string own_message;
    std::exception_ptr thrown;
  };

  std::shared_ptr<state> state_;
};

#if LIBAUTH_HPP_EXCEPTIONS

/// What failing functions throw: the class below that has the name of the status. what() is the message. A status
/// that this header does not know is thrown as this class.
class exception : public std::runtime_error, public error {
 public:
  explicit exception(const libauth::error& from) : std::runtime_error(from.message()), libauth::error(from) {}
};

/// A parameter or a field is missing or wrong; the message names it. Nothing was sent.
class invalid_argument_error : public exception {
 public:
  using exception::exception;
};

/// A setting of the config is wrong; the message names it as its setter does.
class invalid_config_error : public exception {
 public:
  using exception::exception;
};

/// A key cannot be read, is of the wrong kind, or is too short.
class invalid_key_error : public exception {
 public:
  using exception::exception;
};

/// DNS, connecting, TLS, or a connection that broke.
class network_error : public exception {
 public:
  using exception::exception;
};

/// The deadline of the call (or of connecting) passed.
class timeout_error : public exception {
 public:
  using exception::exception;
};

/// An HTTP status outside 2xx without an envelope of the platform; redirects too.
class http_error : public exception {
 public:
  using exception::exception;
};

/// The answer or message is not what the protocol says: not JSON, too large, a field missing (named).
class protocol_error : public exception {
 public:
  using exception::exception;
};

/// The platform refused: see platform_code() and platform_message().
class platform_error : public exception {
 public:
  using exception::exception;
};

/// The platform refused the credentials, our signature, or the token.
class unauthorized_error : public exception {
 public:
  using exception::exception;
};

/// A signature of the platform is missing or does not match; the message says which.
class bad_signature_error : public exception {
 public:
  using exception::exception;
};

/// An inbound message's time is outside the window.
class stale_error : public exception {
 public:
  using exception::exception;
};

/// An inbound message was received before: answer it as before, do not act again.
class replayed_error : public exception {
 public:
  using exception::exception;
};

/// It may have happened: query the platform, or have a person confirm, before repeating.
class outcome_unknown_error : public exception {
 public:
  using exception::exception;
};

/// The platform asks for fewer calls: see retry_after().
class rate_limited_error : public exception {
 public:
  using exception::exception;
};

/// A bug of libauth: please report it.
class internal_error : public exception {
 public:
  using exception::exception;
};

/// The cancel callback of its options ended the call.
class cancelled_error : public exception {
 public:
  using exception::exception;
};

/// Another process acts on this very message: answer with failure, it will come again.
class busy_error : public exception {
 public:
  using exception::exception;
};

/// The shared store failed.
class store_error : public exception {
 public:
  using exception::exception;
};

/// Throws the exception that stands for an error.
[[noreturn]] inline void throw_error(const error& from) {
  switch (from.status()) {
    case status::invalid_argument: throw invalid_argument_error(from);
    case status::invalid_config: throw invalid_config_error(from);
    case status::invalid_key: throw invalid_key_error(from);
    case status::network: throw network_error(from);
    case status::timeout: throw timeout_error(from);
    case status::http: throw http_error(from);
    case status::protocol: throw protocol_error(from);
    case status::platform: throw platform_error(from);
    case status::unauthorized: throw unauthorized_error(from);
    case status::bad_signature: throw bad_signature_error(from);
    case status::stale: throw stale_error(from);
    case status::replayed: throw replayed_error(from);
    case status::outcome_unknown: throw outcome_unknown_error(from);
    case status::rate_limited: throw rate_limited_error(from);
    case status::internal: throw internal_error(from);
    case status::cancelled: throw cancelled_error(from);
    case status::busy: throw busy_error(from);
    case status::store: throw store_error(from);
    case status::ok: break;
  }
  throw exception(from);
}

#endif

/// What a try_ function returns: a value, or an error. One thread at a time.
template <class T>
class LIBAUTH_HPP_NODISCARD result {
 public:
  result(T value) : value_(std::move(value)) {}
  result(libauth::error error) : error_(std::move(error)) {}
  /// An error, and the event that it is about.
  result(libauth::error error, T value) : value_(std::move(value)), error_(std::move(error)) {}

  /// True when there is a value.
  explicit operator bool() const noexcept { return !error_; }
  /// The error; status::ok when there is a value.
  const libauth::error& error() const noexcept { return error_; }
  /// The value; when there is an error an empty object, but for the event of a status::replayed and status::busy.
  T& operator*() & noexcept { return value_; }
  const T& operator*() const& noexcept { return value_; }
  T operator*() && { return std::move(value_); }
  T* operator->() noexcept { return &value_; }
  const T* operator->() const noexcept { return &value_; }

#if LIBAUTH_HPP_EXCEPTIONS
  /// The value. Throws the error when there is one.
  T& value() & {
    if (error_) throw_error(error_);
    return value_;
  }
  T value() && {
    if (error_) throw_error(error_);
    return std::move(value_);
  }
#endif

 private:
  T value_;
  libauth::error error_;
};

/// The result of a function that only works or fails.
template <>
class LIBAUTH_HPP_NODISCARD result<void> {
 public:
  result() noexcept {}
  result(libauth::error error) : error_(std::move(error)) {}

  /// True when it worked.
  explicit operator bool() const noexcept { return !error_; }
  /// The error; status::ok when it worked.
  const libauth::error& error() const noexcept { return error_; }

#if LIBAUTH_HPP_EXCEPTIONS
  /// Throws the error when there is one.
  void value() const {
    if (error_) throw_error(error_);
  }
#endif

 private:
  libauth::error error_;
};

namespace detail {

/// Calls a function that makes an event final.
template <class C>
result<void> finish(libauth_status (*function)(C*, libauth_error**), C* event) {
  libauth_error* failed = nullptr;
  if (function(event, &failed) != LIBAUTH_OK) return error(failed);
  return result<void>();
}

} // namespace detail

/// The HTTP status to answer a platform with, for what verify gave or threw. Any thread.
inline int reply_status(status value) noexcept { return libauth_reply_status(static_cast<libauth_status>(value)); }

/* ---- Settings ---------------------------------------------------------------------------------- */

/// Settings, from which platform handles are made. A handle copies what it needs: the configuration may be
/// changed, used for further handles, or ended at once. Setters never fail: what is wrong with a value is
/// reported, with the setter's name, when a handle is made: invalid_argument for a missing base_url and for text that is
/// not UTF-8 or holds a NUL, invalid_config for all else. One thread at a time.
class config : public detail::builder<libauth_config> {
 public:
  /// Settings for a deployment's address with its gateway prefix, such as "https://host/dg", without query and
  /// fragment. It is https, but for addresses of this machine.
  explicit config(const text& base_url)
      : detail::builder<libauth_config>(
            libauth_config_new(base_url.nul() == std::string::npos ? base_url.data() : "")) {
    may_set("base_url", base_url);
    callbacks_.report = std::make_shared<detail::report>();
  }

  /// The deadline of a whole call, repeats included: resolving, connecting, sending, every byte received. From 1 ms
  /// to a day; by default 10 s.
  config& set_timeout(milliseconds timeout) {
    libauth_config_set_timeout_ms(get(), timeout.count());
    return *this;
  }
  /// The limit for resolving, connecting and the TLS handshake, within the deadline. From 1 ms to a day; by
  /// default 3 s.
  config& set_connect_timeout(milliseconds connect_timeout) {
    libauth_config_set_connect_timeout_ms(get(), connect_timeout.count());
    return *this;
  }
  /// A kept-alive connection that was idle for longer is closed instead of used. From 0 to a day; by default 30 s.
  config& set_idle_timeout(milliseconds idle_timeout) {
    libauth_config_set_idle_timeout_ms(get(), idle_timeout.count());
    return *this;
  }
  /// How often a call is tried at most, where it may be repeated, with growing pauses, within the deadline. From 0
  /// to 10; by default 3. 0 and 1 switch repeating off.
  config& set_max_tries(int max_tries) {
    libauth_config_set_max_tries(get(), detail::narrowed(max_tries));
    return *this;
  }
  /// The largest answer or inbound body accepted, in bytes. From 1 to 67108864; by default 1048576.
  config& set_max_response_bytes(std::int64_t max_response_bytes) {
    libauth_config_set_max_response_bytes(get(), max_response_bytes);
    return *this;
  }
  /// Allows plain http to other machines: secrets then travel in the clear. By default false.
  config& set_allow_http(bool allow) {
    libauth_config_set_allow_http(get(), allow ? 1 : 0);
    return *this;
  }
  /// The HTTP proxy to CONNECT through, "http://[user:password@]host:port". nullptr: none, the default.
  config& set_proxy(const text& proxy) {
    set(libauth_config_set_proxy, "proxy", proxy);
    return *this;
  }
  /// Takes the proxy from ALL_PROXY, HTTPS_PROXY, HTTP_PROXY and NO_PROXY, read when a handle is made. By default
  /// false: the environment is not looked at.
  config& set_proxy_from_environment(bool on) {
    libauth_config_set_proxy_from_environment(get(), on ? 1 : 0);
    return *this;
  }
  /// Whether Mozilla's root certificates, which are part of the library, are trusted. By default true.
  config& set_bundled_roots(bool on) {
    libauth_config_set_bundled_roots(get(), on ? 1 : 0);
    return *this;
  }
  /// Whether the system's root certificates are trusted too, read when a handle is made (on Unix from where
  /// SSL_CERT_FILE and SSL_CERT_DIR say, if they are set). By default false.
  config& set_system_roots(bool on) {
    libauth_config_set_system_roots(get(), on ? 1 : 0);
    return *this;
  }
  /// The path of a PEM file whose certificates are trusted too, read when a handle is made. nullptr: none, the
  /// default.
  config& set_ca_file(const text& path) {
    set(libauth_config_set_ca_file, "ca_file", path);
    return *this;
  }
  /// Certificates in PEM that are trusted too, from memory. Empty: none, the default.
  config& set_ca_pem(const bytes& pem) {
    libauth_config_set_ca_pem(get(), pem.data(), pem.size());
    return *this;
  }
  /// How many idle connections a handle keeps. From 0 to 1024; by default 64.
  config& set_max_idle_connections(int max_idle_connections) {
    libauth_config_set_max_idle_connections(get(), detail::narrowed(max_idle_connections));
    return *this;
  }
  /// The certificate that this client shows, a PEM chain with the client's own first, and its key in PEM, from files
  /// that are read when a handle is made. nullptr for both: none, the default.
  config& set_client_certificate_files(const text& chain_path, const text& key_path) {
    if (may_set("chain_path", chain_path) && may_set("key_path", key_path))
      libauth_config_set_client_certificate_files(get(), chain_path.data(), key_path.data());
    return *this;
  }
  /// As set_client_certificate_files, from memory. Both empty: none, the default.
  config& set_client_certificate_pem(const bytes& chain, const bytes& key) {
    libauth_config_set_client_certificate_pem(get(), chain.data(), chain.size(), key.data(), key.size());
    return *this;
  }
  /// Accepts only servers with a certificate of this public key in their chain: "sha256/" and the base64 of the
  /// SHA-256 of its SubjectPublicKeyInfo. Any of several pins suffices. By default none.
  config& add_pin(const text& pin) {
    if (may_add("pin", pin)) libauth_config_add_pin(get(), pin.data());
    return *this;
  }
  /// The User-Agent header. nullptr: "libauth/VERSION", the default.
  config& set_user_agent(const text& user_agent) {
    set(libauth_config_set_user_agent, "user_agent", user_agent);
    return *this;
  }
  /// creditpay: the gateway prefix that is part of the signed path, such as "/dg", for a deployment whose gateway
  /// passes its prefix on. nullptr: none, the default, as the platform documents it.
  config& set_creditpay_signed_path_prefix(const text& prefix) {
    set(libauth_config_set_creditpay_signed_path_prefix, "creditpay_signed_path_prefix", prefix);
    return *this;
  }
  /// daxpay: the gateway's time zone, east of UTC. From -18 to 18 hours; by default 8 hours, China. The machine's
  /// own time zone plays no part.
  config& set_daxpay_utc_offset(std::chrono::minutes offset) {
    libauth_config_set_daxpay_utc_offset_minutes(get(), detail::narrowed(offset.count()));
    return *this;
  }
  /// daxpay: whether answers must be signed; by default they must. A signature that is there and wrong is an error
  /// under either, and notifications must always be signed.
  config& set_daxpay_response_signature(daxpay_response_signature policy) {
    libauth_config_set_daxpay_response_signature(get(), static_cast<std::int32_t>(policy));
    return *this;
  }
  /// openplatform: the lifetime of a token that does not tell its own. From 1 ms to 365 days; by default two hours.
  config& set_openplatform_token_lifetime(milliseconds token_lifetime) {
    libauth_config_set_openplatform_token_lifetime_ms(get(), token_lifetime.count());
    return *this;
  }
  /// seller: how to read `expiresIn`.
  config& set_seller_expires_in_unit(seller_expires_in_unit unit) {
    libauth_config_set_seller_expires_in_unit(get(), static_cast<std::int32_t>(unit));
    return *this;
  }
  /// seller: the path of the token's endpoint, for deployments of another version of the documents. nullptr: the
  /// documented one, the default.
  config& set_seller_token_path(const text& path) {
    set(libauth_config_set_seller_token_path, "seller_token_path", path);
    return *this;
  }
  /// creditpay: a signature key before a rotation, under which inbound messages are accepted too. Any number of them.
  config& add_creditpay_previous_key(const text& key) {
    if (may_add("creditpay_previous_key", key)) libauth_config_add_creditpay_previous_key(get(), key.data());
    return *this;
  }
  /// daxpay: a key before a rotation, under which answers and inbound messages are accepted too: edition 3's sign key,
  /// edition open's public key of the platform. Any number of them.
  config& add_daxpay_previous_key(const text& key) {
    if (may_add("daxpay_previous_key", key)) libauth_config_add_daxpay_previous_key(get(), key.data());
    return *this;
  }
  /// redemption: a key before a rotation, under which inbound messages are accepted too: the platform's public key, or
  /// for MD5 the shared secret. Any number of them.
  config& add_redemption_previous_key(const text& key) {
    if (may_add("redemption_previous_key", key)) libauth_config_add_redemption_previous_key(get(), key.data());
    return *this;
  }
  /// Inbound messages: how far a message's time may be from the clock, to either side; the edges belong to it. From
  /// 1 ms to 7 days; by default five minutes.
  config& set_window(milliseconds window) {
    libauth_config_set_window_ms(get(), window.count());
    return *this;
  }
  /// Inbound messages: how long a message is claimed that was accepted: act on it, keep what came of it, and call done()
  /// of its event. Until then whoever brings it again gets status::busy. An event that ends without done() gives it back
  /// at once; if the process dies, the claim ends by itself. 0: one phase, a message is final when it is accepted. From 0
  /// to a day; by default a minute.
  config& set_replay_claim(milliseconds claim) {
    libauth_config_set_replay_claim_ms(get(), claim.count());
    return *this;
  }
  /// Inbound messages: how many of them the built-in replay guard remembers, in the memory of each handle; when it
  /// is full the oldest makes room. From 1 to 100000000; by default 100000.
  config& set_replay_capacity(std::int64_t capacity) {
    libauth_config_set_replay_capacity(get(), capacity);
    return *this;
  }
  /// Inbound messages: where they are claimed and remembered for all machines, in place of the built-in replay guard. A
  /// message that the store cannot tell about is refused with status::store: answer with failure, and it will come
  /// again. With a store that has only `add`, a message is final when it is accepted. Null: the built-in guard.
  config& set_replay_store(std::shared_ptr<add_store> store) {
    callbacks_.replay = kept_store(std::move(store));
    c_store made(callbacks_.replay);
    libauth_config_set_replay_store(get(), made.get());
    return *this;
  }
  /// The same with a store of the C library, such as one of libauth-redis, which must outlive the handles.
  config& set_replay_store(const libauth_store* store) {
    callbacks_.replay = nullptr;
    libauth_config_set_replay_store(get(), store);
    return *this;
  }
  /// openplatform, seller: where the processes of a fleet keep the token that they share, so that one of them logs in for
  /// all. It needs add_store_key. If the store fails, the call goes on with a login of its own: see
  /// token::is_degraded. Null: none, the default.
  config& set_token_store(std::shared_ptr<libauth::store> store) {
    callbacks_.tokens = kept_store(std::move(store));
    c_store made(callbacks_.tokens);
    libauth_config_set_token_store(get(), made.get());
    return *this;
  }
  /// The same with a store of the C library, such as one of libauth-redis, which must outlive the handles.
  config& set_token_store(const libauth_store* store) {
    callbacks_.tokens = nullptr;
    libauth_config_set_token_store(get(), store);
    return *this;
  }
  /// Adds a key that seals the records in the token store: 32 random bytes, the same in all processes of the fleet. The
  /// one that was added last seals, all of them open. The id is 1 to 64 visible ASCII characters.
  config& add_store_key(const text& key_id, const bytes& key) {
    if (may_add("key_id", key_id)) libauth_config_add_store_key(get(), key_id.data(), key.data(), key.size());
    return *this;
  }
  /// Within how long an operation of a store should answer. From 1 ms to a minute; by default 200 ms.
  config& set_store_timeout(milliseconds store_timeout) {
    libauth_config_set_store_timeout_ms(get(), store_timeout.count());
    return *this;
  }
  /// A clock of your own, for tests: `now` is what platforms read and what messages are judged by; `monotonic` alone
  /// ages tokens. Deadlines and pauses go by the real clock. It must not use the handle it is called for. If it throws,
  /// the system's clocks stand in. An empty function: the system's clocks.
  config& set_clock_callback(std::function<clock_reading()> clock) {
    callbacks_.clock = kept<detail::clock_callback>(std::move(clock));
    libauth_config_set_clock_callback(get(), callbacks_.clock ? detail::on_clock : nullptr, callbacks_.clock.get());
    return *this;
  }
  /// Where log lines go, up to `level`. A line has no line break and never holds a secret; it comes on the thread
  /// that made the call. If the function calls the handle whose line it is given, it may be refused. If it throws, the
  /// line is lost to it. An empty function: nowhere, the default.
  config& set_log_callback(log_level level, std::function<void(log_level level, const std::string& line)> log) {
    callbacks_.log = kept<detail::log_callback>(std::move(log));
    libauth_config_set_log_callback(get(), static_cast<std::int32_t>(level), callbacks_.log ? detail::on_log : nullptr,
                                    callbacks_.log.get());
    return *this;
  }

  /// The first thing that a callback of this configuration, or of a handle made from it, threw since this was last
  /// asked; null when none did. Any thread.
  std::exception_ptr take_callback_exception() const {
    return callbacks_.report == nullptr ? std::exception_ptr() : callbacks_.report->take();
  }

  /// For the handles.
  const detail::callbacks& callbacks() const noexcept { return callbacks_; }

 private:
  template <class Kept, class Function>
  std::shared_ptr<Kept> kept(Function function) {
    if (!function || get() == nullptr) return nullptr;
    std::shared_ptr<Kept> made = std::make_shared<Kept>();
    made->function = std::move(function);
    made->report = callbacks_.report;
    return made;
  }

  std::shared_ptr<detail::store_callback> kept_store(std::shared_ptr<add_store> store) {
    if (store == nullptr || get() == nullptr) return nullptr;
    std::shared_ptr<detail::store_callback> made = std::make_shared<detail::store_callback>();
    made->store = std::move(store);
    made->report = callbacks_.report;
    return made;
  }

  /// A libauth_store that calls a kept one.
  class c_store : public detail::owner<libauth_store> {
   public:
    explicit c_store(const std::shared_ptr<detail::store_callback>& to)
        : detail::owner<libauth_store>(to == nullptr ? nullptr : made(to.get(), to->store->whole() != nullptr)) {}

   private:
    static libauth_store* made(detail::store_callback* to, bool is_whole) {
      if (!is_whole) return libauth_store_new(nullptr, detail::on_store_add, nullptr, nullptr, to);
      return libauth_store_new(detail::on_store_get, detail::on_store_add, detail::on_store_replace,
                               detail::on_store_remove, to);
    }
  };

  detail::callbacks callbacks_;
};

/* ---- What one call does differently ------------------------------------------------------------ */

/// What belongs to one call alone; every function that talks to a platform, or builds a request, takes it as its
/// last argument, and may go without: `seller.token(libauth::options().set_timeout(seconds(2)))`. It may be used for
/// any number of calls. One thread at a time.
class options : public detail::builder<libauth_options> {
 public:
  /// The defaults.
  options() noexcept {}

  /// The deadline of the whole call, repeats included. From 1 ms to a day; by default the configuration's.
  options& set_timeout(milliseconds timeout) {
    libauth_options_set_timeout_ms(made(), timeout.count());
    return *this;
  }
  /// The id under which the call is found again: sent where the platform has a place for it, and part of log lines and
  /// errors. nullptr: a random one, the default.
  options& set_trace_id(const text& trace_id) {
    made();
    set(libauth_options_set_trace_id, "trace_id", trace_id);
    return *this;
  }
  /// Asked while the call waits, at least every 100 ms and on the thread that made the call, whether it should end:
  /// true, or an exception, ends it with status::cancelled. An empty function: never, the default.
  options& set_cancel_callback(std::function<bool()> cancel) {
    cancel_.reset();
    if (cancel) {
      cancel_ = std::make_shared<detail::cancel_callback>();
      cancel_->function = std::move(cancel);
      cancel_->report = std::make_shared<detail::report>();
    }
    libauth_options_set_cancel_callback(made(), cancel_ ? detail::on_cancel : nullptr, cancel_.get());
    return *this;
  }

  /// For functions that are called without any.
  static const options& none() noexcept {
    static const options defaults;
    return defaults;
  }

 private:
  libauth_options* made() {
    if (get() == nullptr) *this = options(libauth_options_new());
    return get();
  }
  explicit options(libauth_options* made) : detail::builder<libauth_options>(made) {}

  std::shared_ptr<detail::cancel_callback> cancel_;
};

/* ---- Business calls ---------------------------------------------------------------------------- */

/// A call of any endpoint below the base URL: describe it, then hand it to a platform's call function. It may be
/// used for any number of calls. One thread at a time.
class call : public detail::builder<libauth_call> {
 public:
  /// A call by method, such as "POST", and path, which begins with a slash and stays below the base URL; the query
  /// is given apart. Characters that a URL cannot hold are escaped, `%` escapes are kept.
  call(const text& method, const text& path)
      : detail::builder<libauth_call>(libauth_call_new(method.data(), path.data())) {
    may_set("method", method);
    may_set("path", path);
  }

  /// Adds a query parameter, unescaped: libauth escapes it.
  call& add_query(const text& name, const text& value) {
    add(libauth_call_add_query, "query name", name, "query value", value);
    return *this;
  }
  /// Adds a header. Those that libauth sets itself (signature, token, Content-Type and the like) are refused. Names go
  /// out in lower case, which HTTP readers must not mind.
  call& add_header(const text& name, const text& value) {
    add(libauth_call_add_header, "header name", name, "header value", value);
    return *this;
  }
  /// The body, a JSON text, sent and signed byte for byte. daxpay takes a JSON object of the endpoint's own
  /// parameters and adds the common ones and the signature.
  call& set_body(const bytes& body) { return set_body(nullptr, body); }
  /// The body with its content type; nullptr means "application/json".
  call& set_body(const text& content_type, const bytes& body) {
    if (may_set("content_type", content_type))
      libauth_call_set_body(get(), content_type.data(), body.data(), body.size());
    return *this;
  }
  /// Says that doing it twice does no harm: only then is a call repeated once it may have arrived. By default false.
  call& set_idempotent(bool idempotent) {
    libauth_call_set_idempotent(get(), idempotent ? 1 : 0);
    return *this;
  }
};

/* ---- HTTP messages, for your own transport ----------------------------------------------------- */

/// A request, ready to be sent by your own HTTP client: send method, URL, headers and body exactly as they are. It
/// holds credentials: do not log it. One thread at a time.
class http_request : public detail::owner<libauth_http_request> {
 public:
  /// Empty.
  http_request() noexcept {}
  /// Takes over an object of the C library.
  explicit http_request(libauth_http_request* made) : detail::owner<libauth_http_request>(made) {}

  /// The method, such as "POST".
  std::string method() const { return detail::copied(libauth_http_request_method(get())); }
  /// The absolute URL.
  std::string url() const { return detail::copied(libauth_http_request_url(get())); }
  /// Names and values of the headers. Host, Content-Length and the like are left to your HTTP client.
  std::vector<std::pair<std::string, std::string>> headers() const {
    std::vector<std::pair<std::string, std::string>> all;
    const std::size_t count = libauth_http_request_header_count(get());
    for (std::size_t i = 0; i < count; ++i)
      all.emplace_back(detail::copied(libauth_http_request_header_name(get(), i)),
                       detail::copied(libauth_http_request_header_value(get(), i)));
    return all;
  }
  /// The body to send byte for byte.
  std::string body() const { return detail::copied_body(libauth_http_request_body, get()); }
};

/// An HTTP response that your own HTTP client received, to be handed to a platform's read function. One thread at a
/// time.
class http_response : public detail::builder<libauth_http_response> {
 public:
  /// A response with an HTTP status, from 100 to 599.
  explicit http_response(int status)
      : detail::builder<libauth_http_response>(libauth_http_response_new(detail::narrowed(status))) {}

  /// Adds a header as received.
  http_response& add_header(const text& name, const text& value) {
    add(libauth_http_response_add_header, "header name", name, "header value", value);
    return *this;
  }
  /// The body as received.
  http_response& set_body(const bytes& body) {
    libauth_http_response_set_body(get(), body.data(), body.size());
    return *this;
  }
};

/* ---- Tokens ------------------------------------------------------------------------------------ */

/// A token: a copy of its own, that stays as it is while the handle that gave it goes on to newer ones. Ask the
/// handle each time you need one: that is cheap. One thread at a time.
class token : public detail::owner<libauth_token> {
 public:
  /// Empty.
  token() noexcept {}
  /// Takes over an object of the C library.
  explicit token(libauth_token* made) : detail::owner<libauth_token>(made) {}

  /// The bare token, without a scheme such as `Bearer`. A secret.
  std::string value() const { return detail::copied(libauth_token_value(get())); }
  /// The name of the header that carries the token, such as "Authorization".
  std::string header_name() const { return detail::copied(libauth_token_header_name(get())); }
  /// The value of that header, with its scheme where the platform wants one. A secret.
  std::string header_value() const { return detail::copied(libauth_token_header_value(get())); }
  /// When the token ends, by this machine's clock.
  time_point expires_at() const noexcept { return detail::moment(libauth_token_expires_at_ms(get())); }
  /// How long the token lives in all, from the moment it was asked for.
  milliseconds lifetime() const noexcept { return milliseconds(libauth_token_lifetime_ms(get())); }
  /// Whether the token is known to this process alone although there is a token store, which failed when it was fetched.
  bool is_degraded() const noexcept { return libauth_token_is_degraded(get()) != 0; }
  /// The answer the token came in; an empty one, of status 0, when another process fetched it.
  libauth::answer answer() const { return libauth::answer(shared(), libauth_token_answer(get())); }
};

/* ---- Messages received from a platform --------------------------------------------------------- */

/// A request that your server received from a platform, to be checked by that platform's verify function. Hand over
/// what was received, byte for byte. One thread at a time.
class inbound : public detail::builder<libauth_inbound> {
 public:
  /// A received request: the method ("POST"), and the path as the platform called it, without host and query.
  inbound(const text& method, const text& path)
      : detail::builder<libauth_inbound>(libauth_inbound_new(method.data(), path.data())) {
    may_set("method", method);
    may_set("path", path);
  }

  /// Adds a header as received; the case of its name does not matter. Add every header: those that do not concern
  /// the signature are not looked at, and one that came twice must be noticed.
  inbound& add_header(const text& name, const text& value) {
    add(libauth_inbound_add_header, "header name", name, "header value", value);
    return *this;
  }
  /// The body, byte for byte as received.
  inbound& set_body(const bytes& body) {
    libauth_inbound_set_body(get(), body.data(), body.size());
    return *this;
  }
};

/* ---- Explanations ------------------------------------------------------------------------------ */

/// What is signed, and what is wrong with a signature that does not match. One thread at a time.
class explanation : public detail::owner<libauth_explanation> {
 public:
  /// Empty.
  explanation() noexcept {}
  /// Takes over an object of the C library.
  explicit explanation(libauth_explanation* made) : detail::owner<libauth_explanation>(made) {}

  /// The algorithm and the form of the signature, such as "HMAC-SHA1, base64".
  std::string algorithm() const { return detail::copied(libauth_explanation_algorithm(get())); }
  /// The exact string to sign, with *** where the secret stands.
  std::string string_to_sign() const { return detail::copied(libauth_explanation_string_to_sign(get())); }
  /// The right signature; none where only a public key is at hand.
  optional_string signature() const { return optional_string(libauth_explanation_signature(get())); }
  /// Whether a signature was given to compare with.
  bool signature_given() const noexcept { return libauth_explanation_signature_given(get()) == 1; }
  /// Whether the given signature is right; false when none was given.
  bool matches() const noexcept { return libauth_explanation_matches(get()) == 1; }
  /// One line for a person: that the signature matches, or which known mistake gives it and what to do instead, or
  /// what is most likely left.
  std::string message() const { return detail::copied(libauth_explanation_message(get())); }
  /// The known mistakes that together give the signature, by name, such as "PATH_PREFIX"; none if it is right or no
  /// known one does.
  std::vector<std::string> mistakes() const { return each(libauth_explanation_mistake); }
  /// What to do instead of each mistake.
  std::vector<std::string> advice() const { return each(libauth_explanation_advice); }

 private:
  std::vector<std::string> each(const char* (*getter)(const libauth_explanation*, std::size_t)) const {
    std::vector<std::string> all;
    const std::size_t count = libauth_explanation_mistake_count(get());
    for (std::size_t i = 0; i < count; ++i) all.push_back(detail::copied(getter(get(), i)));
    return all;
  }
};

/* ---- What all platform handles have ------------------------------------------------------------ */

namespace detail {

template <class C>
class handle : public owner<C> {
 public:
  /// The first thing that a callback of this handle's configuration threw since this was last asked; null when none
  /// did. Any thread.
  std::exception_ptr take_callback_exception() const {
    return kept_.report == nullptr ? std::exception_ptr() : kept_.report->take();
  }

 protected:
  handle() noexcept {}
  handle(handle&&) noexcept = default;
  handle& operator=(handle&&) noexcept = default;
  ~handle() = default;

  /// Makes a handle with a function of the C library.
  template <class T, class... P, class... A>
  static result<T> make(libauth_status (*function)(P...), const config& settings, const A&... arguments) {
    return make_with<T>(settings.callbacks(), function, settings, arguments...);
  }

  /// The same for a handle that keeps a signer.
  template <class T, class... P, class... A>
  static result<T> make_with(const callbacks& kept, libauth_status (*function)(P...), const config& settings,
                             const A&... arguments) {
    error wrong = misfit();
    problem found;
    if (!wrong && find_any_problem(found, settings, arguments...))
      wrong = error(status::invalid_argument, found.message());
    if (wrong) return wrong;
    C* made = nullptr;
    libauth_error* failed = nullptr;
    call_scope scope;
    if (function(settings.get(), c_value(arguments)..., &made, &failed) != LIBAUTH_OK) return failure(failed, scope);
    T whole;
    handle& part = whole;
    part.adopt(made, kept);
    return result<T>(std::move(whole));
  }

  /// Another handle to what this one stands for, with the same callbacks.
  template <class T>
  T shared_handle(C* (*function)(const C*)) const {
    T whole;
    handle& part = whole;
    part.adopt(function(this->get()), kept_);
    return whole;
  }

  /// Asks a function of the C library for an object.
  template <class T, class... P, class... A>
  result<T> ask(libauth_status (*function)(P...), const A&... arguments) const {
    problem found;
    if (find_any_problem(found, arguments...)) return error(status::invalid_argument, found.message());
    typename T::c_type* made = nullptr;
    libauth_error* failed = nullptr;
    call_scope scope;
    if (function(this->get(), c_value(arguments)..., &made, &failed) != LIBAUTH_OK)
      return result<T>(failure(failed, scope), made == nullptr ? T() : T(made));
    return result<T>(T(made));
  }

  /// Calls a function of the C library that gives nothing back.
  template <class... P, class... A>
  result<void> tell(libauth_status (*function)(P...), const A&... arguments) const {
    problem found;
    if (find_any_problem(found, arguments...)) return error(status::invalid_argument, found.message());
    libauth_error* failed = nullptr;
    call_scope scope;
    if (function(this->get(), c_value(arguments)..., &failed) != LIBAUTH_OK) return failure(failed, scope);
    return result<void>();
  }

  /// Asks a function of the C library for a text.
  result<std::string> ask_text(libauth_status (*function)(const C*, libauth_text**, libauth_error**)) const {
    libauth_text* made = nullptr;
    libauth_error* failed = nullptr;
    call_scope scope;
    if (function(this->get(), &made, &failed) != LIBAUTH_OK) return failure(failed, scope);
    const std::unique_ptr<libauth_text, void (*)(libauth_text*)> kept(made, libauth_text_free);
    return result<std::string>(copied(libauth_text_value(made)));
  }

 private:
  /// Frees the handle before the callbacks that it calls.
  struct freer_with_callbacks {
    callbacks kept;
    void operator()(C* one) const noexcept { end(one); }
  };

  void adopt(C* made, const callbacks& kept) {
    if (made == nullptr) return;
    freer_with_callbacks with = {kept};
    static_cast<owner<C>&>(*this) = adopted(std::shared_ptr<C>(made, std::move(with)));
    kept_ = kept;
  }

  struct adopted : owner<C> {
    explicit adopted(std::shared_ptr<C> made) noexcept : owner<C>(std::move(made)) {}
  };

  static error failure(libauth_error* failed, const call_scope& scope) {
    error made(failed);
    made.set_callback_exception(scope.thrown);
    return made;
  }

  /// Whether the library that was loaded is the one that this header is for.
  static error misfit() {
    int major = -1, minor = -1;
    const bool known = std::sscanf(libauth_version(), "%d.%d", &major, &minor) == 2;
    if (known && major == LIBAUTH_VERSION_MAJOR && minor == LIBAUTH_VERSION_MINOR) return error();
    return error(status::invalid_config,
                 "the program was built for libauth " LIBAUTH_VERSION " and has loaded libauth " +
                     copied(libauth_version()) + ": install the version it was built for, or build it again");
  }

  callbacks kept_;
};

} // namespace detail

/* ---- Credit Pay -------------------------------------------------------------------------------- */

/// What happened, of a message of Credit Pay.
enum class creditpay_kind : std::int32_t {
  other = LIBAUTH_CREDITPAY_KIND_OTHER, ///< Not known to this version: see creditpay_event::type.
  credit_limit_query =
      LIBAUTH_CREDITPAY_KIND_CREDIT_LIMIT_QUERY, ///< The platform asks for credit limits: answer with them.
  pay_start = LIBAUTH_CREDITPAY_KIND_PAY_START, ///< The webhook PAY_START.
  assign_success = LIBAUTH_CREDITPAY_KIND_ASSIGN_SUCCESS, ///< The webhook ASSIGN_SUCCESS.
  assign_failed = LIBAUTH_CREDITPAY_KIND_ASSIGN_FAILED, ///< The webhook ASSIGN_FAILED.
  get_barcode_success = LIBAUTH_CREDITPAY_KIND_GET_BARCODE_SUCCESS, ///< The webhook GET_BARCODE_SUCCESS.
  get_barcode_failed = LIBAUTH_CREDITPAY_KIND_GET_BARCODE_FAILED, ///< The webhook GET_BARCODE_FAILED.
  pay_success = LIBAUTH_CREDITPAY_KIND_PAY_SUCCESS, ///< The webhook PAY_SUCCESS.
  pay_failed = LIBAUTH_CREDITPAY_KIND_PAY_FAILED, ///< The webhook PAY_FAILED.
  refund = LIBAUTH_CREDITPAY_KIND_REFUND, ///< The webhook REFUND.
  pay_timeout = LIBAUTH_CREDITPAY_KIND_PAY_TIMEOUT, ///< The webhook PAY_TIMEOUT.
  pay_finish = LIBAUTH_CREDITPAY_KIND_PAY_FINISH, ///< The webhook PAY_FINISH.
  session_renewal = LIBAUTH_CREDITPAY_KIND_SESSION_RENEWAL ///< The webhook SESSION_RENEWAL.
};

/// What the platform wants to know, to issue a code. Setters never fail: what is wrong with a value is reported, by
/// its name, by the call that uses it. nullptr and "" unset. One thread at a time.
class creditpay_request : public detail::builder<libauth_creditpay_request> {
 public:
  /// An empty request.
  creditpay_request() : detail::builder<libauth_creditpay_request>(libauth_creditpay_request_new()) {}

  /// Required: your own unique number of the customer.
  creditpay_request& set_customer_no(const text& customer_no) {
    set(libauth_creditpay_request_set_customer_no, "customer_no", customer_no);
    return *this;
  }
  /// Required: your user token, one to one with the user. A secret.
  creditpay_request& set_customer_token(const text& customer_token) {
    set(libauth_creditpay_request_set_customer_token, "customer_token", customer_token);
    return *this;
  }
  /// Required: your callback address.
  creditpay_request& set_callback_url(const text& callback_url) {
    set(libauth_creditpay_request_set_callback_url, "callback_url", callback_url);
    return *this;
  }
  /// Required: the end user's IPv4 or IPv6 address; the platform uses it in later checks.
  creditpay_request& set_client_ip(const text& client_ip) {
    set(libauth_creditpay_request_set_client_ip, "client_ip", client_ip);
    return *this;
  }
  /// Optional: with the same value as before, the code issued before is returned; with another, a new one.
  creditpay_request& set_session_sign(const text& session_sign) {
    set(libauth_creditpay_request_set_session_sign, "session_sign", session_sign);
    return *this;
  }
  /// Optional: the tag of the card to choose.
  creditpay_request& set_credit_limit_tag(const text& credit_limit_tag) {
    set(libauth_creditpay_request_set_credit_limit_tag, "credit_limit_tag", credit_limit_tag);
    return *this;
  }
  /// Optional: the language of messages. The platform's default is "en-US".
  creditpay_request& set_lang(const text& lang) {
    set(libauth_creditpay_request_set_lang, "lang", lang);
    return *this;
  }
  /// Required: when the customer_token expires.
  template <class Duration>
  creditpay_request& set_token_expire(
      const std::chrono::time_point<std::chrono::system_clock, Duration>& token_expire) {
    libauth_creditpay_request_set_token_expire_ms(get(), detail::unix_ms(token_expire));
    return *this;
  }
  /// Adds a credit-limit card; all five are required, `amount` is a decimal number such as "10001.23" (never a
  /// float), `input` is HTML. With cards, the credit-limit endpoint configured at the platform is not asked.
  creditpay_request& add_card(const text& tag, const text& amount, const text& currency, const text& icon,
                              const text& input) {
    if (may_add("tag", tag) && may_add("amount", amount) && may_add("currency", currency) && may_add("icon", icon) &&
        may_add("input", input))
      libauth_creditpay_request_add_card(get(), tag.data(), amount.data(), currency.data(), icon.data(), input.data());
    return *this;
  }
};

/// A one-time code. One thread at a time.
class creditpay_code : public detail::owner<libauth_creditpay_code> {
 public:
  /// Empty.
  creditpay_code() noexcept {}
  /// Takes over an object of the C library.
  explicit creditpay_code(libauth_creditpay_code* made) : detail::owner<libauth_creditpay_code>(made) {}

  /// Where to send the user.
  std::string url() const { return detail::copied(libauth_creditpay_code_url(get())); }
  /// The code itself. A secret until it is used.
  std::string ident_code() const { return detail::copied(libauth_creditpay_code_ident_code(get())); }
  /// The platform's answer, with its raw body.
  libauth::answer answer() const { return libauth::answer(shared(), libauth_creditpay_code_answer(get())); }
};

/// A genuine message of the platform: a webhook or the credit-limit query. One thread at a time.
class creditpay_event : public detail::owner<libauth_creditpay_event> {
 public:
  /// Empty.
  creditpay_event() noexcept {}
  /// Takes over an object of the C library.
  explicit creditpay_event(libauth_creditpay_event* made) : detail::owner<libauth_creditpay_event>(made) {}

  /// Which key it was signed with: 0 is the handle's own, 1 and so on are those of config::add_creditpay_previous_key.
  int key() const noexcept { return libauth_creditpay_event_key(get()); }

  /// Makes the message final, once what it asks for is done and kept. An event that ends without it gives the message
  /// back: so an exception on the way lets the platform's next attempt in. Errors: busy for an event that was busy;
  /// replayed when another one of the same message was made final meanwhile.
  result<void> try_done() { return detail::finish(libauth_creditpay_event_done, get()); }
#if LIBAUTH_HPP_EXCEPTIONS
  /// As try_done; throws.
  void done() { try_done().value(); }
#endif

  /// What happened.
  creditpay_kind kind() const noexcept { return static_cast<creditpay_kind>(libauth_creditpay_event_kind(get())); }
  /// What happened, in the platform's words, such as "PAY_SUCCESS".
  std::string type() const { return detail::copied(libauth_creditpay_event_type(get())); }
  /// The `event_id`, the same when the platform sends the event again.
  optional_string id() const { return optional_string(libauth_creditpay_event_id(get())); }
  /// The `platform_id`.
  optional_string platform_id() const { return optional_string(libauth_creditpay_event_platform_id(get())); }
  /// The `retry` as text.
  optional_string retry() const { return optional_string(libauth_creditpay_event_retry(get())); }
  /// The header `token`, your customer_token. A secret.
  optional_string customer_token() const { return optional_string(libauth_creditpay_event_customer_token(get())); }
  /// The header `trace`.
  optional_string trace_id() const { return optional_string(libauth_creditpay_event_trace_id(get())); }
  /// The header `lang` of a credit-limit query.
  optional_string lang() const { return optional_string(libauth_creditpay_event_lang(get())); }
  /// When it was sent.
  time_point timestamp() const noexcept { return detail::moment(libauth_creditpay_event_timestamp_ms(get())); }
  /// A field of the JSON body by its path, such as "data.items.0.id": a string as it is, anything else as JSON text;
  /// none when it is absent or null, or the body is not JSON. field_type tells the two apart.
  optional_string field(const text& path) const {
    return detail::text_field(libauth_creditpay_event_field, get(), path);
  }
  /// The type of a field of the JSON body.
  json_type field_type(const text& path) const {
    return detail::type_of_field(libauth_creditpay_event_field_type, get(), path);
  }
  /// A whole number of the JSON body, written as a number or as a string of digits; `fallback` for anything else.
  std::int64_t field_int64(const text& path, std::int64_t fallback) const {
    return detail::int64_field(libauth_creditpay_event_field_int64, get(), path, fallback);
  }
  /// The body as received.
  std::string body() const { return detail::copied_body(libauth_creditpay_event_body, get()); }
};

/// A Credit Pay account. Settings and credentials are copied and never change. Any number of threads may use it at
/// once, without a lock, and it works on in a child after fork.
class creditpay : public detail::handle<libauth_creditpay> {
 public:
  /// Empty.
  creditpay() noexcept {}

  /// Another handle to the same account, tokens and connections, ended on its own: hand each thread one, and a key can
  /// be changed under them by handing out another. Empty when this one is.
  creditpay share() const { return shared_handle<creditpay>(libauth_creditpay_share); }

  /// What this handle, and those shared from it, counted in this process so far, as a JSON object: calls and attempts
  /// with their durations by operation and outcome, connections, messages verified by outcome, and how
  /// full the replay guard is. docs/statistics.md names each
  /// member; later versions may add some. A child begins at zero after fork. Any thread; nothing waits for it.
  result<std::string> try_stats_json() const { return this->ask_text(libauth_creditpay_stats_json); }

  /// A handle for the account `plat_id`. Opens no connection. Errors: invalid_argument, invalid_config.
  static result<creditpay> try_make(const config& settings, const text& plat_id, const text& api_key,
                                    const text& signature_key) {
    return make<creditpay>(libauth_creditpay_new, settings, detail::named{"plat_id", plat_id},
                           detail::named{"api_key", api_key}, detail::named{"signature_key", signature_key});
  }
  /// Has a one-time code issued, and the URL to send the user to. Repeated freely: a code is cheap. Errors:
  /// invalid_argument names the field; all the others as the platform and the network have it.
  result<creditpay_code> try_issue_code(const creditpay_request& request, const options& how = options::none()) const {
    return ask<creditpay_code>(libauth_creditpay_issue_code, request, how);
  }
  /// The request of issue_code, for your own HTTP client to send. Opens no socket.
  result<http_request> try_build_issue_code(const creditpay_request& request,
                                            const options& how = options::none()) const {
    return ask<http_request>(libauth_creditpay_build_issue_code, request, how);
  }
  /// Reads the response to the request of build_issue_code, with the same checks as if libauth had received it.
  result<creditpay_code> try_read_issue_code(const http_request& request, const http_response& response) const {
    return ask<creditpay_code>(libauth_creditpay_read_issue_code, request, response);
  }
  /// Turns an `ident_code` into the user's `open_token`, with its end; it goes into the header Authorization. Not
  /// repeated once it may have arrived: then outcome_unknown. Not cached.
  result<libauth::token> try_open_token(const text& ident_code, const options& how = options::none()) const {
    return ask<libauth::token>(libauth_creditpay_open_token, detail::named{"ident_code", ident_code}, how);
  }
  /// The request of open_token, for your own HTTP client to send. Opens no socket.
  result<http_request> try_build_open_token(const text& ident_code, const options& how = options::none()) const {
    return ask<http_request>(libauth_creditpay_build_open_token, detail::named{"ident_code", ident_code}, how);
  }
  /// Reads the response to the request of build_open_token, with the same checks as if libauth had received it.
  result<libauth::token> try_read_open_token(const http_request& request, const http_response& response) const {
    return ask<libauth::token>(libauth_creditpay_read_open_token, request, response);
  }
  /// Calls any other endpoint of the platform below the base URL, signed. A call that is not marked idempotent is
  /// repeated only if it never left; if it may have arrived and its answer was lost, that is outcome_unknown.
  result<answer> try_call(const libauth::call& call, const options& how = options::none()) const {
    return ask<answer>(libauth_creditpay_call, call, how);
  }
  /// The request of call, for your own HTTP client to send.
  result<http_request> try_build_call(const libauth::call& call, const options& how = options::none()) const {
    return ask<http_request>(libauth_creditpay_build_call, call, how);
  }
  /// Reads the response to the request of build_call, with the same checks.
  result<answer> try_read_call(const http_request& request, const http_response& response) const {
    return ask<answer>(libauth_creditpay_read_call, request, response);
  }
  /// Checks a message that claims to come from the platform: headers `signature` and `timestamp`. The signature covers
  /// path and body, and no header: `timestamp`, `token` and `trace` are as the network delivered them. Answer a genuine
  /// webhook with HTTP status 200. The platform sends an event again until it is answered so: keep its id and act
  /// on it once. Errors: bad_signature (missing or mismatch), stale, replayed (this very message was accepted before:
  /// answer it as before, do not act again), protocol (genuine, but not JSON).
  result<creditpay_event> try_verify(const inbound& message) const {
    return ask<creditpay_event>(libauth_creditpay_verify, message);
  }
  /// What is signed for a request with this path and body, and which known mistake would produce `signature`; nullptr
  /// stands for the message's own header `signature`, if it has one. The path is the endpoint's, behind the
  /// creditpay_signed_path_prefix if that is set.
  result<explanation> try_explain(const inbound& message, const text& signature = nullptr) const {
    return ask<explanation>(libauth_creditpay_explain, message, detail::named{"signature", signature});
  }
  /// As explain, for a message that the platform made: the path is your own.
  result<explanation> try_explain_event(const inbound& message, const text& signature = nullptr) const {
    return ask<explanation>(libauth_creditpay_explain_event, message, detail::named{"signature", signature});
  }
  /// As explain, with the string that the other side signs in place of its signature: where the two part, and what that
  /// means.
  result<explanation> try_explain_string(const inbound& message, const text& their_string) const {
    return ask<explanation>(libauth_creditpay_explain_string, message, detail::named{"their_string", their_string});
  }

#if LIBAUTH_HPP_EXCEPTIONS
  /// As try_stats_json; throws.
  std::string stats_json() const { return try_stats_json().value(); }
  /// As try_make; throws.
  creditpay(const config& settings, const text& plat_id, const text& api_key, const text& signature_key)
      : creditpay(try_make(settings, plat_id, api_key, signature_key).value()) {}
  /// As try_issue_code; throws.
  creditpay_code issue_code(const creditpay_request& request, const options& how = options::none()) const {
    return try_issue_code(request, how).value();
  }
  /// As try_build_issue_code; throws.
  http_request build_issue_code(const creditpay_request& request, const options& how = options::none()) const {
    return try_build_issue_code(request, how).value();
  }
  /// As try_read_issue_code; throws.
  creditpay_code read_issue_code(const http_request& request, const http_response& response) const {
    return try_read_issue_code(request, response).value();
  }
  /// As try_open_token; throws.
  libauth::token open_token(const text& ident_code, const options& how = options::none()) const {
    return try_open_token(ident_code, how).value();
  }
  /// As try_build_open_token; throws.
  http_request build_open_token(const text& ident_code, const options& how = options::none()) const {
    return try_build_open_token(ident_code, how).value();
  }
  /// As try_read_open_token; throws.
  libauth::token read_open_token(const http_request& request, const http_response& response) const {
    return try_read_open_token(request, response).value();
  }
  /// As try_call; throws.
  answer call(const libauth::call& call, const options& how = options::none()) const {
    return try_call(call, how).value();
  }
  /// As try_build_call; throws.
  http_request build_call(const libauth::call& call, const options& how = options::none()) const {
    return try_build_call(call, how).value();
  }
  /// As try_read_call; throws.
  answer read_call(const http_request& request, const http_response& response) const {
    return try_read_call(request, response).value();
  }
  /// As try_verify; throws.
  creditpay_event verify(const inbound& message) const { return try_verify(message).value(); }
  /// As try_explain; throws.
  explanation explain(const inbound& message, const text& signature = nullptr) const {
    return try_explain(message, signature).value();
  }
  /// As try_explain_event; throws.
  explanation explain_event(const inbound& message, const text& signature = nullptr) const {
    return try_explain_event(message, signature).value();
  }
  /// As try_explain_string; throws.
  explanation explain_string(const inbound& message, const text& their_string) const {
    return try_explain_string(message, their_string).value();
  }
#endif
};

/* ---- DaxPay ------------------------------------------------------------------------------------ */

/// How a DaxPay gateway signs.
enum class daxpay_sign : std::int32_t {
  hmac_sha256 = LIBAUTH_DAXPAY_SIGN_HMAC_SHA256, ///< HMAC-SHA256, the gateway's default.
  md5 = LIBAUTH_DAXPAY_SIGN_MD5, ///< MD5.
  sm3 = LIBAUTH_DAXPAY_SIGN_SM3 ///< SM3. A gateway build of 2025 computes MD5 where it is set to SM3.
};

/// Whether an identity is there.
enum class daxpay_status : std::int32_t {
  other = LIBAUTH_DAXPAY_STATUS_OTHER, ///< Not known to this version: see daxpay_identity::status_name.
  success = LIBAUTH_DAXPAY_STATUS_SUCCESS, ///< The identity is there.
  waiting = LIBAUTH_DAXPAY_STATUS_WAITING, ///< The user has not authorized yet.
  not_exist = LIBAUTH_DAXPAY_STATUS_NOT_EXIST, ///< There is no such authorization.
  fail = LIBAUTH_DAXPAY_STATUS_FAIL ///< Edition open: the authorization failed.
};

/// An authorization code to exchange. Setters never fail: what is wrong with a value is reported, by its name, by
/// the call that uses it. nullptr and "" unset. One thread at a time.
class daxpay_auth_request : public detail::builder<libauth_daxpay_auth_request> {
 public:
  /// An empty request.
  daxpay_auth_request() : detail::builder<libauth_daxpay_auth_request>(libauth_daxpay_auth_request_new()) {}

  /// Required: "ali_pay", "wechat_pay", "union_pay", or any code the gateway knows; at most 32 characters.
  daxpay_auth_request& set_channel(const text& channel) {
    set(libauth_daxpay_auth_request_set_channel, "channel", channel);
    return *this;
  }
  /// Required: the one-time code to exchange; at most 200 characters. A secret until it is used.
  daxpay_auth_request& set_auth_code(const text& auth_code) {
    set(libauth_daxpay_auth_request_set_auth_code, "auth_code", auth_code);
    return *this;
  }
  /// Optional, normally not sent; at most 128 characters.
  daxpay_auth_request& set_query_code(const text& query_code) {
    set(libauth_daxpay_auth_request_set_query_code, "query_code", query_code);
    return *this;
  }
  /// Optional: the end user's IPv4 or IPv6 address; some channels require it.
  daxpay_auth_request& set_client_ip(const text& client_ip) {
    set(libauth_daxpay_auth_request_set_client_ip, "client_ip", client_ip);
    return *this;
  }
  /// Edition open, optional: the type of authorization.
  daxpay_auth_request& set_auth_type(const text& auth_type) {
    set(libauth_daxpay_auth_request_set_auth_type, "auth_type", auth_type);
    return *this;
  }
  /// Edition open, optional: an access token of the channel. A secret.
  daxpay_auth_request& set_access_token(const text& access_token) {
    set(libauth_daxpay_auth_request_set_access_token, "access_token", access_token);
    return *this;
  }
  /// Edition open, optional: the identifier of a union channel.
  daxpay_auth_request& set_union_identifier(const text& union_identifier) {
    set(libauth_daxpay_auth_request_set_union_identifier, "union_identifier", union_identifier);
    return *this;
  }
  /// Edition open, optional: what daxpay_auth_url::auth_token gave; used once. A secret.
  daxpay_auth_request& set_auth_token(const text& auth_token) {
    set(libauth_daxpay_auth_request_set_auth_token, "auth_token", auth_token);
    return *this;
  }
};

/// What the address to authorize at depends on. Setters as of daxpay_auth_request. One thread at a time.
class daxpay_auth_url_request : public detail::builder<libauth_daxpay_auth_url_request> {
 public:
  /// An empty request.
  daxpay_auth_url_request() : detail::builder<libauth_daxpay_auth_url_request>(libauth_daxpay_auth_url_request_new()) {}

  /// Required: as for daxpay_auth_request.
  daxpay_auth_url_request& set_channel(const text& channel) {
    set(libauth_daxpay_auth_url_request_set_channel, "channel", channel);
    return *this;
  }
  /// Optional: where the user is sent back to.
  daxpay_auth_url_request& set_auth_redirect_url(const text& auth_redirect_url) {
    set(libauth_daxpay_auth_url_request_set_auth_redirect_url, "auth_redirect_url", auth_redirect_url);
    return *this;
  }
  /// Optional: the end user's IPv4 or IPv6 address; some channels require it.
  daxpay_auth_url_request& set_client_ip(const text& client_ip) {
    set(libauth_daxpay_auth_url_request_set_client_ip, "client_ip", client_ip);
    return *this;
  }
  /// Edition 3, optional: the path that newer gateways take in place of auth_redirect_url.
  daxpay_auth_url_request& set_auth_path(const text& auth_path) {
    set(libauth_daxpay_auth_url_request_set_auth_path, "auth_path", auth_path);
    return *this;
  }
  /// Edition open, optional: the type of authorization; by default that of WeChat.
  daxpay_auth_url_request& set_auth_type(const text& auth_type) {
    set(libauth_daxpay_auth_url_request_set_auth_type, "auth_type", auth_type);
    return *this;
  }
  /// Edition open, optional; at most 32 characters.
  daxpay_auth_url_request& set_product(const text& product) {
    set(libauth_daxpay_auth_url_request_set_product, "product", product);
    return *this;
  }
  /// Edition open, optional; at most 128 characters.
  daxpay_auth_url_request& set_op_app_id(const text& op_app_id) {
    set(libauth_daxpay_auth_url_request_set_op_app_id, "op_app_id", op_app_id);
    return *this;
  }
  /// Edition open, optional: where the user is sent back to; at most 200 characters.
  daxpay_auth_url_request& set_return_path(const text& return_path) {
    set(libauth_daxpay_auth_url_request_set_return_path, "return_path", return_path);
    return *this;
  }
  /// Edition open, optional; at most 32 characters.
  daxpay_auth_url_request& set_capability(const text& capability) {
    set(libauth_daxpay_auth_url_request_set_capability, "capability", capability);
    return *this;
  }
};

/// An end user's identity. One thread at a time.
class daxpay_identity : public detail::owner<libauth_daxpay_identity> {
 public:
  /// Empty.
  daxpay_identity() noexcept {}
  /// Takes over an object of the C library.
  explicit daxpay_identity(libauth_daxpay_identity* made) : detail::owner<libauth_daxpay_identity>(made) {}

  /// The user's openId at the channel.
  optional_string open_id() const { return optional_string(libauth_daxpay_identity_open_id(get())); }
  /// The user's userId at the channel.
  optional_string user_id() const { return optional_string(libauth_daxpay_identity_user_id(get())); }
  /// The channel's access token. A secret.
  optional_string access_token() const { return optional_string(libauth_daxpay_identity_access_token(get())); }
  /// Whether the identity is there.
  daxpay_status status() const noexcept { return static_cast<daxpay_status>(libauth_daxpay_identity_status(get())); }
  /// Edition open: where the user is to be sent back to.
  optional_string return_path() const { return optional_string(libauth_daxpay_identity_return_path(get())); }
  /// The status in the gateway's words, such as "success".
  std::string status_name() const { return detail::copied(libauth_daxpay_identity_status_name(get())); }
  /// The gateway's answer, with its raw body.
  libauth::answer answer() const { return libauth::answer(shared(), libauth_daxpay_identity_answer(get())); }
};

/// An address to authorize at. One thread at a time.
class daxpay_auth_url : public detail::owner<libauth_daxpay_auth_url> {
 public:
  /// Empty.
  daxpay_auth_url() noexcept {}
  /// Takes over an object of the C library.
  explicit daxpay_auth_url(libauth_daxpay_auth_url* made) : detail::owner<libauth_daxpay_auth_url>(made) {}

  /// Where to send the user.
  std::string url() const { return detail::copied(libauth_daxpay_auth_url_url(get())); }
  /// The code to ask for the outcome with.
  optional_string query_code() const { return optional_string(libauth_daxpay_auth_url_query_code(get())); }
  /// Edition open: hand it to daxpay_auth_request::set_auth_token. A secret.
  optional_string auth_token() const { return optional_string(libauth_daxpay_auth_url_auth_token(get())); }
  /// The gateway's answer, with its raw body.
  libauth::answer answer() const { return libauth::answer(shared(), libauth_daxpay_auth_url_answer(get())); }
};

/// A genuine notification of the gateway. One thread at a time.
class daxpay_event : public detail::owner<libauth_daxpay_event> {
 public:
  /// Empty.
  daxpay_event() noexcept {}
  /// Takes over an object of the C library.
  explicit daxpay_event(libauth_daxpay_event* made) : detail::owner<libauth_daxpay_event>(made) {}

  /// Which key it was signed with: 0 is the handle's own, 1 and so on are those of config::add_daxpay_previous_key.
  int key() const noexcept { return libauth_daxpay_event_key(get()); }

  /// Makes the message final, once what it asks for is done and kept. An event that ends without it gives the message
  /// back: so an exception on the way lets the platform's next attempt in. Errors: busy for an event that was busy;
  /// replayed when another one of the same message was made final meanwhile.
  result<void> try_done() { return detail::finish(libauth_daxpay_event_done, get()); }
#if LIBAUTH_HPP_EXCEPTIONS
  /// As try_done; throws.
  void done() { try_done().value(); }
#endif

  /// The envelope's `code` as text; "0" is success.
  optional_string code() const { return optional_string(libauth_daxpay_event_code(get())); }
  /// The envelope's `msg`.
  optional_string message() const { return optional_string(libauth_daxpay_event_message(get())); }
  /// The envelope's `traceId`.
  optional_string trace_id() const { return optional_string(libauth_daxpay_event_trace_id(get())); }
  /// A field of the JSON body by its path, such as "data.items.0.id": a string as it is, anything else as JSON text;
  /// none when it is absent or null, or the body is not JSON. field_type tells the two apart.
  optional_string field(const text& path) const { return detail::text_field(libauth_daxpay_event_field, get(), path); }
  /// The type of a field of the JSON body.
  json_type field_type(const text& path) const {
    return detail::type_of_field(libauth_daxpay_event_field_type, get(), path);
  }
  /// A whole number of the JSON body, written as a number or as a string of digits; `fallback` for anything else.
  std::int64_t field_int64(const text& path, std::int64_t fallback) const {
    return detail::int64_field(libauth_daxpay_event_field_int64, get(), path, fallback);
  }
  /// The body as received.
  std::string body() const { return detail::copied_body(libauth_daxpay_event_body, get()); }
};

/// A DaxPay application. Settings and credentials are copied and never change. Any number of threads may use it at
/// once, without a lock, and it works on in a child after fork.
class daxpay : public detail::handle<libauth_daxpay> {
 public:
  /// Empty.
  daxpay() noexcept {}

  /// Another handle to the same account, tokens and connections, ended on its own: hand each thread one, and a key can
  /// be changed under them by handing out another. Empty when this one is.
  daxpay share() const { return shared_handle<daxpay>(libauth_daxpay_share); }

  /// What this handle, and those shared from it, counted in this process so far, as a JSON object: calls and attempts
  /// with their durations by operation and outcome, connections, messages verified by outcome, and how
  /// full the replay guard is. docs/statistics.md names each
  /// member; later versions may add some. A child begins at zero after fork. Any thread; nothing waits for it.
  result<std::string> try_stats_json() const { return this->ask_text(libauth_daxpay_stats_json); }

  /// A handle for an application of edition 3: `app_id` and `mch_no` have at most 32 characters; `app_id` may be nullptr
  /// (the gateway's default application), and so may `mch_no` (newer gateways require it). Opens no connection. Errors: invalid_argument, invalid_config.
  static result<daxpay> try_make(const config& settings, const text& app_id, const text& mch_no, const text& sign_key,
                                 daxpay_sign algorithm = daxpay_sign::hmac_sha256) {
    return make<daxpay>(libauth_daxpay_new, settings, detail::named{"app_id", app_id}, detail::named{"mch_no", mch_no},
                        detail::named{"sign_key", sign_key}, static_cast<std::int32_t>(algorithm));
  }
  /// A handle for the gateway's edition `open`, which signs with RSA: your own private key, and the platform's public key,
  /// as for redemption. `app_id` may be nullptr: the platform then takes its default application. Opens no connection.
  /// Errors: invalid_key says what is wrong with a key; invalid_argument, invalid_config.
  static result<daxpay> try_open(const config& settings, const text& mch_no, const text& app_id,
                                 const text& private_key, const text& platform_public_key) {
    return make<daxpay>(libauth_daxpay_new_open, settings, detail::named{"mch_no", mch_no},
                        detail::named{"app_id", app_id}, detail::named{"private_key", private_key},
                        detail::named{"platform_public_key", platform_public_key});
  }
  /// As try_open, with a private key that stays where it is: `sign` makes the bytes of RSASSA-PKCS1-v1_5 over SHA-256 of a
  /// message. `public_key` is your own: a first signature is checked against it here.
  static result<daxpay> try_open_signed_by(const config& settings, const text& mch_no, const text& app_id,
                                           std::function<std::string(const std::string& message)> sign,
                                           const text& public_key, const text& platform_public_key) {
    detail::callbacks kept = settings.callbacks();
    kept.sign = std::make_shared<detail::sign_callback>();
    kept.sign->function = std::move(sign);
    kept.sign->report = kept.report;
    const libauth_sign_callback on_sign = kept.sign->function ? detail::on_sign : nullptr;
    void* const context = kept.sign.get();
    return make_with<daxpay>(kept, libauth_daxpay_new_open_callback, settings, detail::named{"mch_no", mch_no},
                             detail::named{"app_id", app_id}, on_sign, context, detail::named{"public_key", public_key},
                             detail::named{"platform_public_key", platform_public_key});
  }
  /// Asks whether merchant, application, keys and signature are right (edition open). The answer holds the string that the
  /// server signs.
  result<answer> try_ping(const options& how = options::none()) const { return ask<answer>(libauth_daxpay_ping, how); }
  /// The request of ping, for your own HTTP client to send. Opens no socket.
  result<http_request> try_build_ping(const options& how = options::none()) const {
    return ask<http_request>(libauth_daxpay_build_ping, how);
  }
  /// Reads the response to the request of build_ping, with the same checks.
  result<answer> try_read_ping(const http_request& request, const http_response& response) const {
    return ask<answer>(libauth_daxpay_read_ping, request, response);
  }
  /// Exchanges an authorization code for the user's identity. The code is one-time: once the request may have arrived
  /// and the answer is lost, that is outcome_unknown, and nothing is repeated. The answer's signature is checked:
  /// bad_signature.
  result<daxpay_identity> try_auth(const daxpay_auth_request& request, const options& how = options::none()) const {
    return ask<daxpay_identity>(libauth_daxpay_auth, request, how);
  }
  /// The request of auth, for your own HTTP client to send. Opens no socket.
  result<http_request> try_build_auth(const daxpay_auth_request& request, const options& how = options::none()) const {
    return ask<http_request>(libauth_daxpay_build_auth, request, how);
  }
  /// Reads the response to the request of build_auth, with the same checks as if libauth had received it.
  result<daxpay_identity> try_read_auth(const http_request& request, const http_response& response) const {
    return ask<daxpay_identity>(libauth_daxpay_read_auth, request, response);
  }
  /// Exchanges an authorization code and leaves the identity at the gateway (authAndSet). Repeated and checked as
  /// auth.
  result<answer> try_auth_and_set(const daxpay_auth_request& request, const options& how = options::none()) const {
    return ask<answer>(libauth_daxpay_auth_and_set, request, how);
  }
  /// The request of auth_and_set, for your own HTTP client to send. Opens no socket.
  result<http_request> try_build_auth_and_set(const daxpay_auth_request& request,
                                              const options& how = options::none()) const {
    return ask<http_request>(libauth_daxpay_build_auth_and_set, request, how);
  }
  /// Reads the response to the request of build_auth_and_set, with the same checks as if libauth had received it.
  result<answer> try_read_auth_and_set(const http_request& request, const http_response& response) const {
    return ask<answer>(libauth_daxpay_read_auth_and_set, request, response);
  }
  /// Has an address generated at which the user authorizes (generateAuthUrl). Repeated freely.
  result<daxpay_auth_url> try_generate_auth_url(const daxpay_auth_url_request& request,
                                                const options& how = options::none()) const {
    return ask<daxpay_auth_url>(libauth_daxpay_generate_auth_url, request, how);
  }
  /// The request of generate_auth_url, for your own HTTP client to send. Opens no socket.
  result<http_request> try_build_generate_auth_url(const daxpay_auth_url_request& request,
                                                   const options& how = options::none()) const {
    return ask<http_request>(libauth_daxpay_build_generate_auth_url, request, how);
  }
  /// Reads the response to the request of build_generate_auth_url, with the same checks as if libauth had received it.
  result<daxpay_auth_url> try_read_generate_auth_url(const http_request& request, const http_response& response) const {
    return ask<daxpay_auth_url>(libauth_daxpay_read_generate_auth_url, request, response);
  }
  /// Calls any other endpoint of the platform below the base URL, signed: the call's body is a JSON object of the
  /// endpoint's own parameters (no empty strings), and the common ones and the signature are added. A call that is
  /// not marked idempotent is repeated only if it never left; if it may have arrived and its answer was lost, that is
  /// outcome_unknown.
  result<answer> try_call(const libauth::call& call, const options& how = options::none()) const {
    return ask<answer>(libauth_daxpay_call, call, how);
  }
  /// The request of call, for your own HTTP client to send.
  result<http_request> try_build_call(const libauth::call& call, const options& how = options::none()) const {
    return ask<http_request>(libauth_daxpay_build_call, call, how);
  }
  /// Reads the response to the request of build_call, with the same checks.
  result<answer> try_read_call(const http_request& request, const http_response& response) const {
    return ask<answer>(libauth_daxpay_read_call, request, response);
  }
  /// Checks a payment, refund or transfer notification that claims to come from the gateway. It must be signed,
  /// whatever config::set_daxpay_response_signature says, and lie within the window where it carries a time. Answer it with
  /// LIBAUTH_DAXPAY_REPLY. Errors: bad_signature, stale, replayed (this very message was accepted before: answer it as
  /// before, do not act again), protocol.
  result<daxpay_event> try_verify(const inbound& message) const {
    return ask<daxpay_event>(libauth_daxpay_verify, message);
  }
  /// What is signed for the JSON object in the body of a request, and which known mistake would produce `signature`;
  /// nullptr stands for the object's own member `sign`, if it has one. Errors: invalid_argument when the body is no JSON
  /// object.
  result<explanation> try_explain(const inbound& message, const text& signature = nullptr) const {
    return ask<explanation>(libauth_daxpay_explain, message, detail::named{"signature", signature});
  }
  /// As explain, for an answer or a notification, which the gateway signs.
  result<explanation> try_explain_event(const inbound& message, const text& signature = nullptr) const {
    return ask<explanation>(libauth_daxpay_explain_event, message, detail::named{"signature", signature});
  }
  /// As explain, with the string that the other side signs in place of its signature: where the two part, and what that
  /// means.
  result<explanation> try_explain_string(const inbound& message, const text& their_string) const {
    return ask<explanation>(libauth_daxpay_explain_string, message, detail::named{"their_string", their_string});
  }

#if LIBAUTH_HPP_EXCEPTIONS
  /// As try_stats_json; throws.
  std::string stats_json() const { return try_stats_json().value(); }
  /// As try_make; throws.
  daxpay(const config& settings, const text& app_id, const text& mch_no, const text& sign_key,
         daxpay_sign algorithm = daxpay_sign::hmac_sha256)
      : daxpay(try_make(settings, app_id, mch_no, sign_key, algorithm).value()) {}
  /// As try_open; throws.
  static daxpay open(const config& settings, const text& mch_no, const text& app_id, const text& private_key,
                     const text& platform_public_key) {
    return try_open(settings, mch_no, app_id, private_key, platform_public_key).value();
  }
  /// As try_open_signed_by; throws.
  static daxpay open_signed_by(const config& settings, const text& mch_no, const text& app_id,
                               std::function<std::string(const std::string& message)> sign, const text& public_key,
                               const text& platform_public_key) {
    return try_open_signed_by(settings, mch_no, app_id, std::move(sign), public_key, platform_public_key).value();
  }
  /// As try_ping; throws.
  answer ping(const options& how = options::none()) const { return try_ping(how).value(); }
  /// As try_build_ping; throws.
  http_request build_ping(const options& how = options::none()) const { return try_build_ping(how).value(); }
  /// As try_read_ping; throws.
  answer read_ping(const http_request& request, const http_response& response) const {
    return try_read_ping(request, response).value();
  }
  /// As try_auth; throws.
  daxpay_identity auth(const daxpay_auth_request& request, const options& how = options::none()) const {
    return try_auth(request, how).value();
  }
  /// As try_build_auth; throws.
  http_request build_auth(const daxpay_auth_request& request, const options& how = options::none()) const {
    return try_build_auth(request, how).value();
  }
  /// As try_read_auth; throws.
  daxpay_identity read_auth(const http_request& request, const http_response& response) const {
    return try_read_auth(request, response).value();
  }
  /// As try_auth_and_set; throws.
  answer auth_and_set(const daxpay_auth_request& request, const options& how = options::none()) const {
    return try_auth_and_set(request, how).value();
  }
  /// As try_build_auth_and_set; throws.
  http_request build_auth_and_set(const daxpay_auth_request& request, const options& how = options::none()) const {
    return try_build_auth_and_set(request, how).value();
  }
  /// As try_read_auth_and_set; throws.
  answer read_auth_and_set(const http_request& request, const http_response& response) const {
    return try_read_auth_and_set(request, response).value();
  }
  /// As try_generate_auth_url; throws.
  daxpay_auth_url generate_auth_url(const daxpay_auth_url_request& request,
                                    const options& how = options::none()) const {
    return try_generate_auth_url(request, how).value();
  }
  /// As try_build_generate_auth_url; throws.
  http_request build_generate_auth_url(const daxpay_auth_url_request& request,
                                       const options& how = options::none()) const {
    return try_build_generate_auth_url(request, how).value();
  }
  /// As try_read_generate_auth_url; throws.
  daxpay_auth_url read_generate_auth_url(const http_request& request, const http_response& response) const {
    return try_read_generate_auth_url(request, response).value();
  }
  /// As try_call; throws.
  answer call(const libauth::call& call, const options& how = options::none()) const {
    return try_call(call, how).value();
  }
  /// As try_build_call; throws.
  http_request build_call(const libauth::call& call, const options& how = options::none()) const {
    return try_build_call(call, how).value();
  }
  /// As try_read_call; throws.
  answer read_call(const http_request& request, const http_response& response) const {
    return try_read_call(request, response).value();
  }
  /// As try_verify; throws.
  daxpay_event verify(const inbound& message) const { return try_verify(message).value(); }
  /// As try_explain; throws.
  explanation explain(const inbound& message, const text& signature = nullptr) const {
    return try_explain(message, signature).value();
  }
  /// As try_explain_event; throws.
  explanation explain_event(const inbound& message, const text& signature = nullptr) const {
    return try_explain_event(message, signature).value();
  }
  /// As try_explain_string; throws.
  explanation explain_string(const inbound& message, const text& their_string) const {
    return try_explain_string(message, their_string).value();
  }
#endif
};

/* ---- The open platform ------------------------------------------------------------------------- */

/// An application of the open platform, with its token, which it keeps fresh. Settings and credentials are copied and
/// never change. Any number of threads may use it at once, without a lock, and it works on in a child after fork.
class openplatform : public detail::handle<libauth_openplatform> {
 public:
  /// Empty.
  openplatform() noexcept {}

  /// Another handle to the same account, tokens and connections, ended on its own: hand each thread one, and a key can
  /// be changed under them by handing out another. Empty when this one is.
  openplatform share() const { return shared_handle<openplatform>(libauth_openplatform_share); }

  /// What this handle, and those shared from it, counted in this process so far, as a JSON object: calls and attempts
  /// with their durations by operation and outcome, tokens fetched, refreshed, served from the cache and failed, and
  /// connections. docs/statistics.md names each
  /// member; later versions may add some. A child begins at zero after fork. Any thread; nothing waits for it.
  result<std::string> try_stats_json() const { return this->ask_text(libauth_openplatform_stats_json); }

  /// A handle for an application. Opens no connection. Errors: invalid_argument, invalid_config.
  static result<openplatform> try_make(const config& settings, const text& client_id, const text& secret) {
    return make<openplatform>(libauth_openplatform_new, settings, detail::named{"client_id", client_id},
                              detail::named{"secret", secret});
  }
  /// Gives a token that is valid now (header Access-Token). It is cached and shared by all threads: however many ask,
  /// the platform sees one request, and all get its outcome, each within its own deadline. Its lifetime is what the
  /// token itself tells (a JWT's `exp`), else that of config::set_openplatform_token_lifetime. It is replaced early, when no more
  /// than the smaller of 5 minutes and a fifth of its life is left, by one caller, which waits for it for half of its
  /// time at most, while the others go on with the old one; if that fails, the old one is served as long as it is
  /// valid, and the next try is made after 1 s, then 2 s, 4 s and so on up to a minute. Repeated freely. Errors:
  /// unauthorized for refused credentials; all the others as the platform and the network have it.
  result<libauth::token> try_token(const options& how = options::none()) const {
    return ask<libauth::token>(libauth_openplatform_token, how);
  }
  /// Drops a token that a call of your own found refused, given bare or as its header's value. Only if the cached
  /// token is this one: a late caller cannot drop a fresh one. call does this itself.
  result<void> try_invalidate(const text& token) const {
    return tell(libauth_openplatform_invalidate, detail::named{"token", token});
  }
  /// The login request, for your own HTTP client to send. Opens no socket.
  result<http_request> try_build_token(const options& how = options::none()) const {
    return ask<http_request>(libauth_openplatform_build_token, how);
  }
  /// Reads the response to the request of build_token, with the same checks as if libauth had received it. The token
  /// is cached, for build_call and all the others.
  result<libauth::token> try_read_token(const http_request& request, const http_response& response) const {
    return ask<libauth::token>(libauth_openplatform_read_token, request, response);
  }
  /// Calls any other endpoint of the platform below the base URL, with the token. If the platform refuses the token
  /// (HTTP 401 or code 10134), it is replaced and the call repeated, once. A call that is not marked idempotent is
  /// repeated only if it never left; if it may have arrived and its answer was lost, that is outcome_unknown.
  result<answer> try_call(const libauth::call& call, const options& how = options::none()) const {
    return ask<answer>(libauth_openplatform_call, call, how);
  }
  /// The request of call, for your own HTTP client to send. It carries the cached token; when none is valid that is
  /// unauthorized, and nothing is fetched.
  result<http_request> try_build_call(const libauth::call& call, const options& how = options::none()) const {
    return ask<http_request>(libauth_openplatform_build_call, call, how);
  }
  /// Reads the response to the request of build_call, with the same checks.
  result<answer> try_read_call(const http_request& request, const http_response& response) const {
    return ask<answer>(libauth_openplatform_read_call, request, response);
  }

#if LIBAUTH_HPP_EXCEPTIONS
  /// As try_stats_json; throws.
  std::string stats_json() const { return try_stats_json().value(); }
  /// As try_make; throws.
  openplatform(const config& settings, const text& client_id, const text& secret)
      : openplatform(try_make(settings, client_id, secret).value()) {}
  /// As try_token; throws.
  libauth::token token(const options& how = options::none()) const { return try_token(how).value(); }
  /// As try_invalidate; throws.
  void invalidate(const text& token) const { try_invalidate(token).value(); }
  /// As try_build_token; throws.
  http_request build_token(const options& how = options::none()) const { return try_build_token(how).value(); }
  /// As try_read_token; throws.
  libauth::token read_token(const http_request& request, const http_response& response) const {
    return try_read_token(request, response).value();
  }
  /// As try_call; throws.
  answer call(const libauth::call& call, const options& how = options::none()) const {
    return try_call(call, how).value();
  }
  /// As try_build_call; throws.
  http_request build_call(const libauth::call& call, const options& how = options::none()) const {
    return try_build_call(call, how).value();
  }
  /// As try_read_call; throws.
  answer read_call(const http_request& request, const http_response& response) const {
    return try_read_call(request, response).value();
  }
#endif
};

/* ---- The voucher redemption system ------------------------------------------------------------- */

/// Whom an Alipay authorization URL is for. Setters never fail: what is wrong with a value is reported, by its name,
/// by the call that uses it. nullptr and "" unset. One thread at a time.
class redemption_request : public detail::builder<libauth_redemption_request> {
 public:
  /// An empty request.
  redemption_request() : detail::builder<libauth_redemption_request>(libauth_redemption_request_new()) {}

  /// Required: your serial number, globally unique. When you ask again after an unknown outcome, keep it.
  redemption_request& set_serial_no(const text& serial_no) {
    set(libauth_redemption_request_set_serial_no, "serial_no", serial_no);
    return *this;
  }
  /// Required: your own id of the customer.
  redemption_request& set_user_id(const text& user_id) {
    set(libauth_redemption_request_set_user_id, "user_id", user_id);
    return *this;
  }
  /// Optional: where the platform sends the user's Alipay openId.
  redemption_request& set_callback_url(const text& callback_url) {
    set(libauth_redemption_request_set_callback_url, "callback_url", callback_url);
    return *this;
  }
};

/// An Alipay authorization URL. One thread at a time.
class redemption_alipay_url : public detail::owner<libauth_redemption_alipay_url> {
 public:
  /// Empty.
  redemption_alipay_url() noexcept {}
  /// Takes over an object of the C library.
  explicit redemption_alipay_url(libauth_redemption_alipay_url* made)
      : detail::owner<libauth_redemption_alipay_url>(made) {}

  /// Where to send the user.
  std::string url() const { return detail::copied(libauth_redemption_alipay_url_url(get())); }
  /// The platform's answer, with its raw body.
  libauth::answer answer() const { return libauth::answer(shared(), libauth_redemption_alipay_url_answer(get())); }
};

/// A genuine callback: the outcome of an authorization. One thread at a time.
class redemption_event : public detail::owner<libauth_redemption_event> {
 public:
  /// Empty.
  redemption_event() noexcept {}
  /// Takes over an object of the C library.
  explicit redemption_event(libauth_redemption_event* made) : detail::owner<libauth_redemption_event>(made) {}

  /// Which key it was signed with: 0 is the handle's own, 1 and so on are those of config::add_redemption_previous_key.
  int key() const noexcept { return libauth_redemption_event_key(get()); }

  /// Makes the message final, once what it asks for is done and kept. An event that ends without it gives the message
  /// back: so an exception on the way lets the platform's next attempt in. Errors: busy for an event that was busy;
  /// replayed when another one of the same message was made final meanwhile.
  result<void> try_done() { return detail::finish(libauth_redemption_event_done, get()); }
#if LIBAUTH_HPP_EXCEPTIONS
  /// As try_done; throws.
  void done() { try_done().value(); }
#endif

  /// The serial number of the request that this is the outcome of.
  std::string serial_no() const { return detail::copied(libauth_redemption_event_serial_no(get())); }
  /// The user's openId at Alipay.
  optional_string open_id() const { return optional_string(libauth_redemption_event_open_id(get())); }
  /// Your own id of the customer.
  optional_string user_id() const { return optional_string(libauth_redemption_event_user_id(get())); }
  /// A field of the JSON body by its path, such as "data.items.0.id": a string as it is, anything else as JSON text;
  /// none when it is absent or null, or the body is not JSON. field_type tells the two apart.
  optional_string field(const text& path) const {
    return detail::text_field(libauth_redemption_event_field, get(), path);
  }
  /// The type of a field of the JSON body.
  json_type field_type(const text& path) const {
    return detail::type_of_field(libauth_redemption_event_field_type, get(), path);
  }
  /// A whole number of the JSON body, written as a number or as a string of digits; `fallback` for anything else.
  std::int64_t field_int64(const text& path, std::int64_t fallback) const {
    return detail::int64_field(libauth_redemption_event_field_int64, get(), path, fallback);
  }
  /// The body as received.
  std::string body() const { return detail::copied_body(libauth_redemption_event_body, get()); }
};

/// A merchant of the redemption system. Settings and credentials are copied and never change. Any number of threads
/// may use it at once, without a lock, and it works on in a child after fork. Made by rsa or md5.
class redemption : public detail::handle<libauth_redemption> {
 public:
  /// Empty.
  redemption() noexcept {}

  /// Another handle to the same account, tokens and connections, ended on its own: hand each thread one, and a key can
  /// be changed under them by handing out another. Empty when this one is.
  redemption share() const { return shared_handle<redemption>(libauth_redemption_share); }

  /// What this handle, and those shared from it, counted in this process so far, as a JSON object: calls and attempts
  /// with their durations by operation and outcome, connections, messages verified by outcome, and how
  /// full the replay guard is. docs/statistics.md names each
  /// member; later versions may add some. A child begins at zero after fork. Any thread; nothing waits for it.
  result<std::string> try_stats_json() const { return this->ask_text(libauth_redemption_stats_json); }

  /// A handle that signs with SHA256-RSA, the platform's default. Keys are texts: PKCS#8, PKCS#1 or (public) SPKI, as
  /// PEM or as the bare base64 that Java tools print, with any line breaks, of 2048 to 8192 bits.
  /// `platform_public_key` checks callbacks; it may be nullptr if there are none. Opens no connection. Errors:
  /// invalid_key says what is wrong with a key; invalid_argument, invalid_config.
  static result<redemption> try_rsa(const config& settings, const text& business_id, const text& merchant_id,
                                    const text& private_key, const text& platform_public_key) {
    return make<redemption>(libauth_redemption_new_rsa, settings, detail::named{"business_id", business_id},
                            detail::named{"merchant_id", merchant_id}, detail::named{"private_key", private_key},
                            detail::named{"platform_public_key", platform_public_key});
  }
  /// As try_rsa, with a private key that stays where it is: `sign` makes the bytes of RSASSA-PKCS1-v1_5 over SHA-256 of a
  /// message. `public_key` is the merchant's own: a first signature is checked against it here.
  static result<redemption> try_rsa_signed_by(const config& settings, const text& business_id, const text& merchant_id,
                                              std::function<std::string(const std::string& message)> sign,
                                              const text& public_key, const text& platform_public_key) {
    detail::callbacks kept = settings.callbacks();
    kept.sign = std::make_shared<detail::sign_callback>();
    kept.sign->function = std::move(sign);
    kept.sign->report = kept.report;
    const libauth_sign_callback on_sign = kept.sign->function ? detail::on_sign : nullptr;
    void* const context = kept.sign.get();
    return make_with<redemption>(kept, libauth_redemption_new_rsa_callback, settings,
                                 detail::named{"business_id", business_id}, detail::named{"merchant_id", merchant_id},
                                 on_sign, context, detail::named{"public_key", public_key},
                                 detail::named{"platform_public_key", platform_public_key});
  }
  /// A handle that signs, and checks callbacks, with MD5 and a shared secret. Opens no connection. Errors:
  /// invalid_argument, invalid_config.
  static result<redemption> try_md5(const config& settings, const text& business_id, const text& merchant_id,
                                    const text& secret) {
    return make<redemption>(libauth_redemption_new_md5, settings, detail::named{"business_id", business_id},
                            detail::named{"merchant_id", merchant_id}, detail::named{"secret", secret});
  }
  /// Asks for an Alipay authorization URL. Once the request may have arrived and the answer is lost, and for the
  /// platform's statuses 5, 6, 8, 98 and 99, that is outcome_unknown, and nothing is repeated.
  result<redemption_alipay_url> try_get_alipay_url(const redemption_request& request,
                                                   const options& how = options::none()) const {
    return ask<redemption_alipay_url>(libauth_redemption_get_alipay_url, request, how);
  }
  /// The request of get_alipay_url, for your own HTTP client to send. Opens no socket.
  result<http_request> try_build_get_alipay_url(const redemption_request& request,
                                                const options& how = options::none()) const {
    return ask<http_request>(libauth_redemption_build_get_alipay_url, request, how);
  }
  /// Reads the response to the request of build_get_alipay_url, with the same checks as if libauth had received it.
  result<redemption_alipay_url> try_read_get_alipay_url(const http_request& request,
                                                        const http_response& response) const {
    return ask<redemption_alipay_url>(libauth_redemption_read_get_alipay_url, request, response);
  }
  /// Calls any other endpoint of the platform below the base URL, signed. A call that is not marked idempotent is
  /// repeated only if it never left; if it may have arrived and its answer was lost, that is outcome_unknown.
  result<answer> try_call(const libauth::call& call, const options& how = options::none()) const {
    return ask<answer>(libauth_redemption_call, call, how);
  }
  /// The request of call, for your own HTTP client to send.
  result<http_request> try_build_call(const libauth::call& call, const options& how = options::none()) const {
    return ask<http_request>(libauth_redemption_build_call, call, how);
  }
  /// Reads the response to the request of build_call, with the same checks.
  result<answer> try_read_call(const http_request& request, const http_response& response) const {
    return ask<answer>(libauth_redemption_read_call, request, response);
  }
  /// Checks a callback that claims to come from the platform: headers `businessId`, `nonce`, `timestamp`, `sign` and,
  /// if it is there, `signType`. Answer it with LIBAUTH_REDEMPTION_REPLY. Errors: bad_signature (missing or mismatch),
  /// stale, replayed (this nonce was accepted before: answer as before, do not act again), protocol, and
  /// invalid_config when an RSA handle has no platform_public_key.
  result<redemption_event> try_verify(const inbound& message) const {
    return ask<redemption_event>(libauth_redemption_verify, message);
  }
  /// What the merchant signs for a request with these headers (`businessId`, `nonce`, `timestamp`, `signType`) and
  /// this body, and, if a signature is given, which known mistake would produce it.
  result<explanation> try_explain(const inbound& message, const text& signature = nullptr) const {
    return ask<explanation>(libauth_redemption_explain, message, detail::named{"signature", signature});
  }
  /// As explain, for a callback, which the platform signs. Errors: invalid_config when an RSA handle has no
  /// platform_public_key.
  result<explanation> try_explain_event(const inbound& message, const text& signature = nullptr) const {
    return ask<explanation>(libauth_redemption_explain_event, message, detail::named{"signature", signature});
  }
  /// As explain, with the string that the other side signs in place of its signature: where the two part, and what that
  /// means.
  result<explanation> try_explain_string(const inbound& message, const text& their_string) const {
    return ask<explanation>(libauth_redemption_explain_string, message, detail::named{"their_string", their_string});
  }

#if LIBAUTH_HPP_EXCEPTIONS
  /// As try_stats_json; throws.
  std::string stats_json() const { return try_stats_json().value(); }
  /// As try_rsa; throws.
  static redemption rsa(const config& settings, const text& business_id, const text& merchant_id,
                        const text& private_key, const text& platform_public_key) {
    return try_rsa(settings, business_id, merchant_id, private_key, platform_public_key).value();
  }
  /// As try_rsa_signed_by; throws.
  static redemption rsa_signed_by(const config& settings, const text& business_id, const text& merchant_id,
                                  std::function<std::string(const std::string& message)> sign, const text& public_key,
                                  const text& platform_public_key) {
    return try_rsa_signed_by(settings, business_id, merchant_id, std::move(sign), public_key, platform_public_key)
        .value();
  }
  /// As try_md5; throws.
  static redemption md5(const config& settings, const text& business_id, const text& merchant_id, const text& secret) {
    return try_md5(settings, business_id, merchant_id, secret).value();
  }
  /// As try_get_alipay_url; throws.
  redemption_alipay_url get_alipay_url(const redemption_request& request, const options& how = options::none()) const {
    return try_get_alipay_url(request, how).value();
  }
  /// As try_build_get_alipay_url; throws.
  http_request build_get_alipay_url(const redemption_request& request, const options& how = options::none()) const {
    return try_build_get_alipay_url(request, how).value();
  }
  /// As try_read_get_alipay_url; throws.
  redemption_alipay_url read_get_alipay_url(const http_request& request, const http_response& response) const {
    return try_read_get_alipay_url(request, response).value();
  }
  /// As try_call; throws.
  answer call(const libauth::call& call, const options& how = options::none()) const {
    return try_call(call, how).value();
  }
  /// As try_build_call; throws.
  http_request build_call(const libauth::call& call, const options& how = options::none()) const {
    return try_build_call(call, how).value();
  }
  /// As try_read_call; throws.
  answer read_call(const http_request& request, const http_response& response) const {
    return try_read_call(request, response).value();
  }
  /// As try_verify; throws.
  redemption_event verify(const inbound& message) const { return try_verify(message).value(); }
  /// As try_explain; throws.
  explanation explain(const inbound& message, const text& signature = nullptr) const {
    return try_explain(message, signature).value();
  }
  /// As try_explain_event; throws.
  explanation explain_event(const inbound& message, const text& signature = nullptr) const {
    return try_explain_event(message, signature).value();
  }
  /// As try_explain_string; throws.
  explanation explain_string(const inbound& message, const text& their_string) const {
    return try_explain_string(message, their_string).value();
  }
#endif
};

/* ---- The marketplace seller API ---------------------------------------------------------------- */

/// A seller, with its token, which it keeps fresh. Settings and credentials are copied and never change. Any number
/// of threads may use it at once, without a lock, and it works on in a child after fork.
class seller : public detail::handle<libauth_seller> {
 public:
  /// Empty.
  seller() noexcept {}

  /// Another handle to the same account, tokens and connections, ended on its own: hand each thread one, and a key can
  /// be changed under them by handing out another. Empty when this one is.
  seller share() const { return shared_handle<seller>(libauth_seller_share); }

  /// What this handle, and those shared from it, counted in this process so far, as a JSON object: calls and attempts
  /// with their durations by operation and outcome, tokens fetched, refreshed, served from the cache and failed, and
  /// connections. docs/statistics.md names each
  /// member; later versions may add some. A child begins at zero after fork. Any thread; nothing waits for it.
  result<std::string> try_stats_json() const { return this->ask_text(libauth_seller_stats_json); }

  /// A handle for a seller. Opens no connection. Errors: invalid_argument, invalid_config.
  static result<seller> try_make(const config& settings, const text& access_key, const text& secret_key) {
    return make<seller>(libauth_seller_new, settings, detail::named{"access_key", access_key},
                        detail::named{"secret_key", secret_key});
  }
  /// Gives a token that is valid now (header Authorization). It is cached and shared by all threads: however many ask,
  /// the platform sees one request, and all get its outcome, each within its own deadline. Its lifetime is read as
  /// config::set_seller_expires_in_unit says. It is replaced early, when no more than the smaller of 5 minutes and a fifth of
  /// its life is left, by one caller, which waits for it for half of its time at most, while the others go on with the
  /// old one; if that fails, the old one is served as long as it is valid, and the next try is made after 1 s, then
  /// 2 s, 4 s and so on up to a minute. Repeated freely. Errors: unauthorized for refused credentials; all the others
  /// as the platform and the network have it.
  result<libauth::token> try_token(const options& how = options::none()) const {
    return ask<libauth::token>(libauth_seller_token, how);
  }
  /// Drops a token that a call of your own found refused, given bare or as its header's value. Only if the cached
  /// token is this one: a late caller cannot drop a fresh one. call does this itself.
  result<void> try_invalidate(const text& token) const {
    return tell(libauth_seller_invalidate, detail::named{"token", token});
  }
  /// The login request, for your own HTTP client to send. Opens no socket.
  result<http_request> try_build_token(const options& how = options::none()) const {
    return ask<http_request>(libauth_seller_build_token, how);
  }
  /// Reads the response to the request of build_token, with the same checks as if libauth had received it. The token
  /// is cached, for build_call and all the others.
  result<libauth::token> try_read_token(const http_request& request, const http_response& response) const {
    return ask<libauth::token>(libauth_seller_read_token, request, response);
  }
  /// Calls any other endpoint of the platform below the base URL, with the token. If the platform refuses the token
  /// (HTTP 401 or code 401), it is replaced and the call repeated, once. A call that is not marked idempotent is
  /// repeated only if it never left; if it may have arrived and its answer was lost, that is outcome_unknown.
  result<answer> try_call(const libauth::call& call, const options& how = options::none()) const {
    return ask<answer>(libauth_seller_call, call, how);
  }
  /// The request of call, for your own HTTP client to send. It carries the cached token; when none is valid that is
  /// unauthorized, and nothing is fetched.
  result<http_request> try_build_call(const libauth::call& call, const options& how = options::none()) const {
    return ask<http_request>(libauth_seller_build_call, call, how);
  }
  /// Reads the response to the request of build_call, with the same checks.
  result<answer> try_read_call(const http_request& request, const http_response& response) const {
    return ask<answer>(libauth_seller_read_call, request, response);
  }

#if LIBAUTH_HPP_EXCEPTIONS
  /// As try_stats_json; throws.
  std::string stats_json() const { return try_stats_json().value(); }
  /// As try_make; throws.
  seller(const config& settings, const text& access_key, const text& secret_key)
      : seller(try_make(settings, access_key, secret_key).value()) {}
  /// As try_token; throws.
  libauth::token token(const options& how = options::none()) const { return try_token(how).value(); }
  /// As try_invalidate; throws.
  void invalidate(const text& token) const { try_invalidate(token).value(); }
  /// As try_build_token; throws.
  http_request build_token(const options& how = options::none()) const { return try_build_token(how).value(); }
  /// As try_read_token; throws.
  libauth::token read_token(const http_request& request, const http_response& response) const {
    return try_read_token(request, response).value();
  }
  /// As try_call; throws.
  answer call(const libauth::call& call, const options& how = options::none()) const {
    return try_call(call, how).value();
  }
  /// As try_build_call; throws.
  http_request build_call(const libauth::call& call, const options& how = options::none()) const {
    return try_build_call(call, how).value();
  }
  /// As try_read_call; throws.
  answer read_call(const http_request& request, const http_response& response) const {
    return try_read_call(request, response).value();
  }
#endif
};

} // inline namespace
} // namespace libauth

#endif /* LIBAUTH_HPP */
