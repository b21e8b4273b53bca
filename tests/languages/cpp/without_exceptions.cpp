// Compiled with -fno-exceptions -fno-rtti, and linked with the files that use exceptions: the other way to use
// libauth.hpp. Gives what went wrong, or "".
#include <libauth.hpp>

#include "without_exceptions.hpp"

#if LIBAUTH_HPP_EXCEPTIONS
#error "this file is to be compiled without exceptions"
#endif

#define MUST(condition)                                                                              \
  do {                                                                                               \
    if (!(condition)) return std::string(__FILE__ ":") + std::to_string(__LINE__) + ": " #condition; \
  } while (false)

std::string use_without_exceptions(const std::string& seller_url, const std::string& access_key,
                                   const std::string& secret_key) {
  int lines = 0;
  libauth::config config(seller_url);
  config.set_timeout(std::chrono::seconds(10))
      .set_log_callback(libauth::log_level::trace, [&](libauth::log_level, const std::string&) { ++lines; });
  libauth::result<libauth::seller> made = libauth::seller::try_make(config, access_key, secret_key);
  MUST(made);
  MUST(made.error().status() == libauth::status::ok);
  libauth::seller seller = std::move(*made);
  libauth::result<libauth::token> token = seller.try_token();
  MUST(token && !token->value().empty() && token->header_name() == "Authorization");
  libauth::result<libauth::answer> answer = seller.try_call(libauth::call("GET", "/shop"));
  MUST(answer && *answer->field("data.method") == "GET");
  MUST(seller.try_invalidate(token->value()));
  MUST(lines > 0);

  libauth::result<libauth::seller> wrong = libauth::seller::try_make(config, std::string("a\0b", 3), secret_key);
  MUST(!wrong && wrong.error().status() == libauth::status::invalid_argument);
  MUST(wrong.error().message() == "access_key holds a NUL at byte 1");
  // The value of a failed result is an empty object: using it is an error again, and no crash.
  MUST(!wrong->try_token() && wrong->try_token().error().status() == libauth::status::invalid_argument);
  libauth::result<void> late = seller.try_invalidate(std::string("\0", 1));
  MUST(!late && late.error().message() == "token holds a NUL at byte 0");
  libauth::result<libauth::seller> refused = libauth::seller::try_make(config, access_key, "another");
  MUST(refused);
  libauth::result<libauth::token> none = refused->try_token();
  MUST(!none && none.error().status() == libauth::status::unauthorized && none->value().empty());
  MUST(std::string(none.error().status_name()) == "UNAUTHORIZED" && none.error().answer().http_status() == 200);
  return std::string();
}
