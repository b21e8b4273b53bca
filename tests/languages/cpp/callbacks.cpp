// Callbacks: how long they live, and what becomes of what they throw.
#include <thread>

#include "check.hpp"
#include "sandbox.hpp"

/// What a callback holds on to.
struct watched {
  std::weak_ptr<int> alive;
  std::shared_ptr<int> held;
  watched() : held(std::make_shared<int>(0)) { alive = held; }
  std::shared_ptr<int> hand_over() { return std::move(held); }
};

struct own_exception : std::runtime_error {
  explicit own_exception(const std::string& what) : std::runtime_error(what) {}
};

static std::string text_of(std::exception_ptr thrown) {
  CHECK(thrown != nullptr);
  try {
    std::rethrow_exception(thrown);
  } catch (const own_exception& own) {
    return own.what();
  }
}

TEST(callbacks_live_as_long_as_the_last_handle) {
  sandbox box;
  watched log, clock, replay;
  int lines = 0;
  libauth::creditpay first, second;
  {
    libauth::config config = box.config("creditpay");
    std::shared_ptr<int> a = log.hand_over(), b = clock.hand_over(), c = replay.hand_over();
    config.set_log_callback(libauth::log_level::trace,
                            [a, &lines](libauth::log_level, const std::string&) { lines += 1 + *a; });
    config.set_clock_callback([b] {
      libauth::clock_reading reading = {
          std::chrono::time_point_cast<libauth::milliseconds>(std::chrono::system_clock::now()),
          libauth::milliseconds(1000 + *b)};
      return reading;
    });
    config.set_replay_store(
        adding([c](const std::string&) { return *c == 0 ? libauth::stored::yes : libauth::stored::no; }));
    first = box.creditpay(config);
    second = box.creditpay(config);
  }
  first.issue_code(customer());
  CHECK(lines > 0);
  first = libauth::creditpay();
  CHECK(!log.alive.expired() && !clock.alive.expired() && !replay.alive.expired());
  second.verify(box.message("creditpay"));
  libauth::creditpay moved = std::move(second);
  moved.verify(box.message("creditpay"));
  moved = libauth::creditpay();
  CHECK(log.alive.expired() && clock.alive.expired() && replay.alive.expired());
}

TEST(a_handle_keeps_the_callback_it_was_made_with) {
  sandbox box;
  std::string log;
  watched first;
  libauth::config config = box.config("seller");
  {
    std::shared_ptr<int> held = first.hand_over();
    config.set_log_callback(libauth::log_level::trace,
                            [held, &log](libauth::log_level, const std::string&) { log += 'a'; });
  }
  libauth::seller old = box.seller(config);
  config.set_log_callback(libauth::log_level::trace, [&log](libauth::log_level, const std::string&) { log += 'b'; });
  log.clear();
  old.token();
  CHECK(!log.empty() && log.find('b') == std::string::npos);
  libauth::seller fresh = box.seller(config);
  old = libauth::seller();
  CHECK(first.alive.expired());
  log.clear();
  fresh.token();
  CHECK(!log.empty() && log.find('a') == std::string::npos);
  config.set_log_callback(libauth::log_level::trace, nullptr);
  log.clear();
  box.seller(config).token();
  EQUAL(log, "");
}

TEST(what_a_log_callback_throws_is_kept_and_the_call_goes_on) {
  sandbox box;
  libauth::config config = box.config("seller");
  config.set_log_callback(libauth::log_level::trace,
                          [](libauth::log_level, const std::string&) { throw own_exception("the disk is full"); });
  libauth::seller seller = box.seller(config);
  CHECK(!seller.token().value().empty());
  EQUAL(text_of(seller.take_callback_exception()), "the disk is full");
  CHECK(seller.take_callback_exception() == nullptr);
  seller.invalidate("x");
  seller.call(libauth::call("GET", "/"));
  EQUAL(text_of(config.take_callback_exception()), "the disk is full");
  // A call that failed has it too.
  libauth::config failing = box.config("seller", "code=500");
  failing.set_log_callback(libauth::log_level::trace,
                           [](libauth::log_level, const std::string&) { throw own_exception("no disk"); });
  libauth::platform_error error = THROWS(libauth::platform_error, box.seller(failing).token());
  EQUAL(text_of(error.callback_exception()), "no disk");
}

TEST(a_replay_store_that_throws_cannot_tell) {
  sandbox box;
  libauth::config config = box.config("creditpay");
  bool broken = true;
  config.set_replay_store(adding([&broken](const std::string&) {
    if (broken) throw own_exception("the database is away");
    return libauth::stored::yes;
  }));
  libauth::creditpay creditpay = box.creditpay(config);
  libauth::inbound message = box.message("creditpay");
  libauth::store_error error = THROWS(libauth::store_error, creditpay.verify(message));
  EQUAL(text_of(error.callback_exception()), "the database is away");
  EQUAL(text_of(creditpay.take_callback_exception()), "the database is away");
  broken = false;
  CHECK(creditpay.verify(message).kind() == libauth::creditpay_kind::pay_success);
  CHECK(creditpay.take_callback_exception() == nullptr);
  config.set_replay_store(adding([](const std::string&) { return libauth::stored::failed; }));
  libauth::store_error without = THROWS(libauth::store_error, box.creditpay(config).verify(message));
  CHECK(without.callback_exception() == nullptr);
}

TEST(a_clock_that_throws_is_replaced_by_the_systems) {
  sandbox box;
  libauth::config config = box.config("creditpay");
  config.set_clock_callback([]() -> libauth::clock_reading { throw own_exception("no time"); });
  config.set_window(std::chrono::minutes(5));
  libauth::creditpay creditpay = box.creditpay(config);
  CHECK(creditpay.verify(box.message("creditpay")).kind() == libauth::creditpay_kind::pay_success);
  EQUAL(text_of(creditpay.take_callback_exception()), "no time");
  THROWS(libauth::stale_error, creditpay.verify(box.message("creditpay", "\"timestamp_offset_ms\":-400000")));
}

TEST(something_else_than_an_exception_is_kept_too) {
  sandbox box;
  libauth::config config = box.config("seller");
  config.set_log_callback(libauth::log_level::trace, [](libauth::log_level, const std::string&) { throw 42; });
  libauth::seller seller = box.seller(config);
  seller.token();
  std::exception_ptr thrown = seller.take_callback_exception();
  int number = 0;
  try {
    CHECK(thrown != nullptr);
    std::rethrow_exception(thrown);
  } catch (int caught) {
    number = caught;
  }
  EQUAL(number, 42);
}

TEST(a_callback_may_call_back_into_the_handle) {
  sandbox box;
  libauth::creditpay creditpay;
  int depth = 0, calls = 0;
  libauth::config config = box.config("creditpay");
  config.set_replay_store(adding([&](const std::string&) {
    CHECK(!creditpay.issue_code(customer()).url().empty());
    return libauth::stored::yes;
  }));
  config.set_log_callback(libauth::log_level::trace, [&](libauth::log_level, const std::string&) {
    if (!creditpay || depth > 0) return;
    ++depth;
    // An inner call that fails keeps what its own callbacks threw to itself.
    libauth::result<libauth::token> failed = creditpay.try_open_token("unknown");
    CHECK(!failed && failed.error().status() == libauth::status::platform);
    ++calls;
    --depth;
  });
  creditpay = box.creditpay(config);
  CHECK(creditpay.verify(box.message("creditpay")).kind() == libauth::creditpay_kind::pay_success);
  CHECK(calls > 0);
  CHECK(creditpay.take_callback_exception() == nullptr);
}

TEST(an_inner_call_takes_nothing_from_the_outer_one) {
  sandbox box;
  const libauth::creditpay other = box.creditpay();
  libauth::config config = box.config("creditpay");
  config.set_replay_store(adding([&](const std::string&) -> libauth::stored {
    libauth::result<libauth::token> inner = other.try_open_token("unknown");
    CHECK(!inner && inner.error().callback_exception() == nullptr);
    throw own_exception("after the inner call");
  }));
  libauth::store_error error = THROWS(libauth::store_error, box.creditpay(config).verify(box.message("creditpay")));
  EQUAL(text_of(error.callback_exception()), "after the inner call");
}

TEST(exceptions_of_other_threads_do_not_mix) {
  sandbox box;
  libauth::config config = box.config("creditpay");
  config.set_replay_store(adding([](const std::string& key) -> libauth::stored { throw own_exception(key); }));
  const libauth::creditpay creditpay = box.creditpay(config);
  std::vector<std::thread> threads;
  std::vector<std::string> keys(16);
  std::vector<libauth::inbound> messages;
  for (std::size_t i = 0; i < keys.size(); ++i) messages.push_back(box.message("creditpay"));
  for (std::size_t i = 0; i < keys.size(); ++i)
    threads.emplace_back([&, i] {
      libauth::result<libauth::creditpay_event> event = creditpay.try_verify(messages[i]);
      try {
        if (!event && event.error().callback_exception() != nullptr)
          std::rethrow_exception(event.error().callback_exception());
      } catch (const own_exception& own) {
        keys[i] = own.what();
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    CHECK(!keys[i].empty());
    for (std::size_t j = 0; j < i; ++j) CHECK(keys[i] != keys[j]);
  }
}
