// What a careless program does: the outcome is an error that names the mistake, never a crash or a cut text.
#include <limits>
#include <thread>
#if __cplusplus >= 201703L
#include <string_view>
#endif

#include "check.hpp"
#include "sandbox.hpp"

using libauth::milliseconds;

static const std::string with_nul("abc\0def", 7);

TEST(a_nul_inside_a_text_names_the_parameter) {
  sandbox box;
  libauth::config config = box.config("seller");
  libauth::invalid_argument_error error =
      THROWS(libauth::invalid_argument_error, libauth::seller(config, with_nul, "secret"));
  EQUAL(error.message(), "access_key holds a NUL at byte 3");
  EQUAL(std::string(error.what()), error.message());
  CHECK(error.status() == libauth::status::invalid_argument && error.delivery() == libauth::delivery::not_sent);
  CHECK(error.get() == nullptr && !error.answer() && !error.trace_id() && !error.retry_safe());
  EQUAL(error.http_status(), 0);
  EQUAL(error.retry_after().count(), -1);
  CONTAINS(THROWS(libauth::invalid_argument_error, box.seller(libauth::config(with_nul))).message(),
           "base_url holds a NUL");
  CONTAINS(THROWS(libauth::invalid_argument_error, box.seller().invalidate(with_nul)).message(), "token holds a NUL");
}

TEST(a_nul_given_to_a_setter_is_reported_by_the_call_until_the_field_is_set_again) {
  sandbox box;
  libauth::creditpay creditpay = box.creditpay();
  libauth::creditpay_request request = customer();
  request.set_customer_no(with_nul);
  CONTAINS(THROWS(libauth::invalid_argument_error, creditpay.issue_code(request)).message(), "customer_no holds a NUL");
  CONTAINS(THROWS(libauth::invalid_argument_error, creditpay.build_issue_code(request)).message(), "customer_no");
  libauth::creditpay_request moved = std::move(request);
  CONTAINS(THROWS(libauth::invalid_argument_error, creditpay.issue_code(moved)).message(), "customer_no holds a NUL");
  EQUAL(box.count("creditpay", "requests"), 0);
  moved.set_customer_no("473");
  CHECK(!creditpay.issue_code(moved).url().empty());

  libauth::creditpay_request cards = customer();
  cards.add_card("tag", "1.00", "CNY", "https://shop.example/icon.png", with_nul);
  CONTAINS(THROWS(libauth::invalid_argument_error, creditpay.issue_code(cards)).message(), "input holds a NUL");

  libauth::call call("GET", "/a");
  call.add_query("name", with_nul);
  CONTAINS(THROWS(libauth::invalid_argument_error, creditpay.call(call)).message(), "query value holds a NUL");
  CONTAINS(
      THROWS(libauth::invalid_argument_error, creditpay.call(libauth::call("GET", std::string("/a\0b", 4)))).message(),
      "path holds a NUL");
  libauth::inbound message("POST", "/notify");
  message.add_header(with_nul, "x");
  CONTAINS(THROWS(libauth::invalid_argument_error, creditpay.verify(message)).message(), "header name holds a NUL");
  libauth::config config = box.config("seller");
  config.set_user_agent(with_nul);
  CONTAINS(THROWS(libauth::invalid_argument_error, box.seller(config)).message(), "user_agent holds a NUL");
  config.set_user_agent("mine/1");
  CHECK(!box.seller(config).token().value().empty());
  EQUAL(box.count("creditpay", "requests"), 1);
}

TEST(a_body_may_hold_a_nul) {
  sandbox box;
  libauth::http_request request =
      box.creditpay().build_call(libauth::call("POST", "/a").set_body("text/plain", with_nul));
  EQUAL(request.body(), with_nul);
  const std::vector<unsigned char> as_vector(with_nul.begin(), with_nul.end());
  EQUAL(box.creditpay().build_call(libauth::call("POST", "/a").set_body("text/plain", as_vector)).body(), with_nul);
  EQUAL(box.creditpay()
            .build_call(libauth::call("POST", "/a").set_body("text/plain", {with_nul.data(), 4}))
            .body()
            .size(),
        4u);
  const char* null = nullptr;
  EQUAL(box.creditpay().build_call(libauth::call("POST", "/a").set_body(null)).body(), "");
}

TEST(an_object_that_was_moved_from_is_empty) {
  sandbox box;
  libauth::config config = box.config("seller");
  libauth::seller seller = box.seller(config);
  libauth::seller owner = std::move(seller);
  CHECK(!seller && owner && seller.get() == nullptr && seller.take_callback_exception() == nullptr);
  CONTAINS(THROWS(libauth::invalid_argument_error, seller.token()).message(), "seller is NULL");
  THROWS(libauth::invalid_argument_error, seller.invalidate("a"));
  CHECK(!owner.token().value().empty());
  owner = libauth::seller();
  THROWS(libauth::invalid_argument_error, owner.call(libauth::call("GET", "/")));

  libauth::config other = std::move(config);
  config.set_timeout(milliseconds(1))
      .set_proxy("x")
      .set_log_callback(libauth::log_level::trace, [](libauth::log_level, const std::string&) {});
  CHECK(!config && config.take_callback_exception() == nullptr);
  CONTAINS(THROWS(libauth::invalid_argument_error, box.seller(config)).message(), "config is NULL");

  libauth::creditpay creditpay = box.creditpay();
  libauth::creditpay_request request = customer(), taken = std::move(request);
  request.set_customer_no("1").add_card("a", "1", "CNY", "i", "<b>");
  CONTAINS(THROWS(libauth::invalid_argument_error, creditpay.issue_code(request)).message(), "request is NULL");
  libauth::call call("GET", "/"), used = std::move(call);
  call.add_query("a", "b").set_body("{}");
  CONTAINS(THROWS(libauth::invalid_argument_error, creditpay.call(call)).message(), "call is NULL");

  libauth::token token = box.seller().token(), kept = std::move(token);
  CHECK(token.value().empty() && token.header_name().empty() && !token.answer() && token.lifetime() == milliseconds(0));
  CHECK(!kept.value().empty());
  libauth::answer answer = kept.answer(), rest = std::move(answer);
  CHECK(answer.http_status() == 0 && answer.body().empty() && !answer.field("data") && !answer.code());
  CHECK(rest.http_status() == 200);
  CHECK(libauth::explanation().mistakes().empty() && !libauth::explanation().signature_given());
  CHECK(libauth::http_request().headers().empty() && libauth::http_request().body().empty());
  libauth::http_request none;
  libauth::http_response nothing(200);
  THROWS(libauth::invalid_argument_error, creditpay.read_call(none, nothing));
  // Moving onto itself, and twice.
  libauth::seller& same = owner;
  owner = std::move(same);
  libauth::seller again = std::move(seller);
  CHECK(!again);
}

TEST(handles_cannot_be_copied) {
  static_assert(!std::is_copy_constructible<libauth::config>::value, "move-only");
  static_assert(!std::is_copy_constructible<libauth::seller>::value, "move-only");
  static_assert(!std::is_copy_assignable<libauth::creditpay>::value, "move-only");
  static_assert(!std::is_copy_constructible<libauth::token>::value, "move-only");
  static_assert(!std::is_copy_constructible<libauth::answer>::value, "move-only");
  static_assert(!std::is_copy_constructible<libauth::call>::value, "move-only");
  static_assert(std::is_nothrow_move_constructible<libauth::seller>::value, "for std::vector");
  static_assert(std::is_nothrow_move_constructible<libauth::token>::value, "for std::vector");
  static_assert(std::is_nothrow_copy_constructible<libauth::error>::value, "for throwing");
  static_assert(std::is_base_of<std::runtime_error, libauth::timeout_error>::value, "for those who know no libauth");
}

TEST(numbers_out_of_range_are_named) {
  sandbox box;
  const std::int64_t most = std::numeric_limits<std::int64_t>::max(), least = std::numeric_limits<std::int64_t>::min();
  for (std::int64_t wrong : {most, least, std::int64_t(0), std::int64_t(-1)}) {
    libauth::config config = box.config("seller");
    config.set_timeout(milliseconds(wrong));
    CONTAINS(THROWS(libauth::invalid_config_error, box.seller(config)).message(), "timeout");
    libauth::config large = box.config("seller");
    large.set_max_response_bytes(wrong);
    CONTAINS(THROWS(libauth::invalid_config_error, box.seller(large)).message(), "max_response_bytes");
  }
  for (std::int64_t wrong : {most, least}) {
    libauth::config zone = box.config("daxpay");
    zone.set_daxpay_utc_offset(std::chrono::minutes(wrong));
    CONTAINS(THROWS(libauth::invalid_config_error, box.daxpay(zone)).message(), "utc_offset_minutes");
    libauth::creditpay_request request = customer();
    request.set_token_expire(libauth::time_point(milliseconds(wrong)));
    CONTAINS(THROWS(libauth::invalid_argument_error, box.creditpay().issue_code(request)).message(), "token_expire");
  }
  libauth::config tries = box.config("seller");
  tries.set_max_tries(-1);
  CONTAINS(THROWS(libauth::invalid_config_error, box.seller(tries)).message(), "max_tries");
  libauth::config level = box.config("seller");
  level.set_log_callback(static_cast<libauth::log_level>(99), [](libauth::log_level, const std::string&) {});
  THROWS(libauth::invalid_config_error, box.seller(level));
  THROWS(libauth::invalid_argument_error,
         libauth::daxpay(box.config("daxpay"), "app", nullptr, "key", static_cast<libauth::daxpay_sign>(7)));
  libauth::seller seller = box.seller();
  libauth::http_request login = seller.build_token();
  for (int wrong : {0, -1, 99, 600, std::numeric_limits<int>::max(), std::numeric_limits<int>::min()})
    THROWS(libauth::invalid_argument_error, seller.read_token(login, libauth::http_response(wrong)));
}

TEST(empty_and_huge_texts) {
  sandbox box;
  const std::string huge(8 * 1024 * 1024, 'x');
  CONTAINS(THROWS(libauth::invalid_argument_error, libauth::seller(box.config("seller"), "", "s")).message(),
           "access_key");
  CONTAINS(THROWS(libauth::invalid_config_error, box.seller(libauth::config(""))).message(), "base_url");
  libauth::daxpay_auth_request request = code_of(huge);
  libauth::invalid_argument_error error = THROWS(libauth::invalid_argument_error, box.daxpay().auth(request));
  CONTAINS(error.message(), "auth_code");
  CHECK(error.message().size() < 1000);
  libauth::call call("POST", "/echo");
  call.set_body("text/plain", huge);
  EQUAL(box.creditpay().build_call(call).body().size(), huge.size());
}

TEST(an_unreadable_key_says_why) {
  sandbox box;
  libauth::invalid_key_error error = THROWS(
      libauth::invalid_key_error, libauth::redemption::rsa(box.config("redemption"), "b", "m", "not a key", nullptr));
  CHECK(!error.message().empty());
  libauth::redemption no_callbacks = libauth::redemption::rsa(
      box.config("redemption"), box.credential("redemption_business_id"), box.credential("redemption_merchant_id"),
      box.credential("redemption_merchant_private_key_pem"), nullptr);
  THROWS(libauth::invalid_config_error, no_callbacks.verify(box.message("redemption")));
}

TEST(a_shared_handle_ends_with_its_last_owner) {
  sandbox box;
  std::shared_ptr<const libauth::seller> seller =
      std::make_shared<libauth::seller>(box.seller(box.config("seller", "slow=200")));
  std::weak_ptr<const libauth::seller> watched = seller;
  std::string value;
  std::thread caller([seller, &value] { value = seller->token().value(); });
  seller.reset();  // the caller's copy keeps it
  caller.join();
  CHECK(!value.empty());
  CHECK(watched.expired());
}

TEST(every_status_has_an_exception_of_its_name) {
  for (std::int32_t number = 1; number < 100; ++number) {
    const libauth::error error(static_cast<libauth::status>(number), "text");
    if (std::string(error.status_name()) == "UNKNOWN") {
      CHECK(number > 15);
      THROWS(libauth::exception, (libauth::throw_error(error), 0));
      break;
    }
    bool is_a_subclass = false;
    try {
      libauth::throw_error(error);
    } catch (const libauth::exception& thrown) {
      is_a_subclass = typeid(thrown) != typeid(libauth::exception);
      CHECK(thrown.status() == error.status());
    }
    CHECK(is_a_subclass);
  }
  THROWS(libauth::stale_error, (libauth::throw_error(libauth::error(libauth::status::stale, "")), 0));
  const libauth::error none;
  CHECK(!none && none.status() == libauth::status::ok && none.message().empty() &&
        none.callback_exception() == nullptr);
  EQUAL(std::string(none.status_name()), "OK");
}

TEST(texts_of_all_kinds) {
  sandbox box;
  libauth::seller seller = box.seller();
  char buffer[] = "/from/a/buffer";
  EQUAL(*seller.call(libauth::call("GET", buffer)).field("data.path"), "/from/a/buffer");
#if __cplusplus >= 201703L
  const std::string_view part = std::string_view("/a/view and more").substr(0, 7);
  EQUAL(*seller.call(libauth::call("GET", part)).field("data.path"), "/a/view");
#endif
  const libauth::optional_string none, empty("");
  CHECK(!none && empty && *none == *empty && none->empty() && none.value_or("x") == "x" && empty.value_or("x").empty());
}

TEST(version_of_header_and_library) {
  EQUAL(libauth::version(), LIBAUTH_VERSION);
  EQUAL(std::string(libauth::status_name(libauth::status::bad_signature)), "BAD_SIGNATURE");
}
