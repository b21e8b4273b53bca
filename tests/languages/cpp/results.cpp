// The way without exceptions, from a file with them and from one without.
#include "check.hpp"
#include "sandbox.hpp"
#include "without_exceptions.hpp"

TEST(a_program_without_exceptions) {
  sandbox box;
  EQUAL(use_without_exceptions(box.url("seller"), box.credential("seller_access_key"),
                               box.credential("seller_secret_key")),
        "");
}

TEST(a_result_holds_a_value_or_an_error) {
  sandbox box;
  libauth::seller seller = box.seller();
  libauth::result<libauth::token> good = seller.try_token();
  CHECK(good && good.error().status() == libauth::status::ok);
  EQUAL(good.value().value(), (*good).value());
  libauth::token taken = std::move(good).value();
  CHECK(!taken.value().empty());
  libauth::result<libauth::token> bad = box.seller(box.config("seller", "status=401")).try_token();
  CHECK(!bad && !*bad && bad.error().status() == libauth::status::unauthorized);
  THROWS(libauth::unauthorized_error, bad.value());
  libauth::error error = bad.error();
  EQUAL(error.http_status(), 401);
  libauth::result<void> nothing = libauth::seller().try_invalidate("a");
  CHECK(!nothing);
  THROWS(libauth::invalid_argument_error, (nothing.value(), 0));
  const libauth::seller expression = *libauth::seller::try_make(box.config("seller"), "a", "b");
  CHECK(expression);
}
