// What every language's suite shows: one test for each line of tests/scenarios.txt.
#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "check.hpp"
#include "sandbox.hpp"

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::system_clock;

/// A header of a recorded request, whatever the case of its name; "" when it is absent.
static std::string header_of(const json& recorded, const std::string& name) {
  for (const json& header : recorded["headers"].items) {
    const std::string& have = header.items[0].text;
    if (have.size() == name.size() && std::equal(have.begin(), have.end(), name.begin(), [](char a, char b) {
          return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
        }))
      return header.items[1].text;
  }
  return "";
}

static void scenario_creditpay_issue_code() {
  sandbox box;
  libauth::creditpay_code code;
  CHECK(!code && code.url().empty() && !code.answer());
  libauth::answer answer;
  {
    libauth::creditpay creditpay = box.creditpay();
    code = creditpay.issue_code(customer());
    answer = code.answer();
  }
  EQUAL(code.ident_code().size(), 32u);
  EQUAL(code.ident_code().find_first_not_of("0123456789abcdef"), std::string::npos);
  CONTAINS(code.url(), "/oauth?ident_code=" + code.ident_code());
  EQUAL(json::parse(answer.body())["data"]["ident_code"].text, code.ident_code());
  // An answer keeps the object alive that it belongs to.
  const std::string ident_code = code.ident_code();
  code = libauth::creditpay_code();
  EQUAL(*answer.field("data.ident_code"), ident_code);
  EQUAL(answer.http_status(), 200);
  EQUAL(*answer.code(), "0");
  EQUAL(*answer.message(), "success");
  CHECK(answer.trace_id().has_value());
  CONTAINS(*answer.header("CONTENT-TYPE"), "application/json");
  CHECK(!answer.header("x-nothing") && !answer.field("data.nothing") && !answer.field(std::string("data\0.url", 9)));
}

static void scenario_creditpay_cards() {
  sandbox box;
  libauth::creditpay_request request = customer();
  request.set_customer_no("客户-1").set_lang("zh-CN").set_credit_limit_tag("gold");
  request.add_card("gold", "10001.23", "CNY", "https://shop.example/金.png", "<b>金卡 额度</b>")
      .add_card("silver", "1000", "CNY", "https://shop.example/silver.png", "<b>银卡</b>");
  EQUAL(box.creditpay().issue_code(request, libauth::options().set_trace_id("trace-77")).ident_code().size(), 32u);
  json recorded = box.last("creditpay");
  EQUAL(recorded["refused"].text, "null");
  CONTAINS(recorded["body"].text, "金卡 额度");
  CONTAINS(recorded["body"].text, "10001.23");
  CONTAINS(recorded["body"].text, "客户-1");
  EQUAL(header_of(recorded, "trace"), "trace-77");
}

static void scenario_creditpay_open_token() {
  sandbox box;
  libauth::creditpay creditpay = box.creditpay();
  libauth::token token = creditpay.open_token(creditpay.issue_code(customer()).ident_code());
  CHECK(!token.value().empty());
  CHECK(!token.header_name().empty());
  CONTAINS(token.header_value(), token.value());
  CHECK(token.expires_at() > system_clock::now() + hours(1));
  CHECK(token.expires_at() <= system_clock::now() + token.lifetime());
  EQUAL("Bearer " + token.value(), json::parse(token.answer().body())["data"]["open_token"].text);
}

static void scenario_daxpay_auth() {
  sandbox box;
  libauth::daxpay daxpay = box.daxpay();
  libauth::daxpay_identity identity = daxpay.auth(code_of("code-1").set_client_ip("10.0.0.1"));
  json data = json::parse(identity.answer().body())["data"];
  CHECK(identity.status() == libauth::daxpay_status::success);
  EQUAL(identity.status_name(), "success");
  EQUAL(*identity.open_id(), data["openId"].text);
  EQUAL(*identity.user_id(), data["userId"].text);
  EQUAL(*identity.access_token(), data["accessToken"].text);
  CHECK(!identity.open_id()->empty() && !identity.user_id()->empty() && !identity.access_token()->empty());
  libauth::daxpay_identity waiting = daxpay.auth(code_of("waiting-1"));
  CHECK(waiting.status() == libauth::daxpay_status::waiting);
  CHECK(!waiting.open_id() && waiting.open_id().value_or("none") == "none");
  CHECK(daxpay.auth(code_of("none-1")).status() == libauth::daxpay_status::not_exist);
  CHECK(*daxpay.auth_and_set(code_of("code-2")).code() == "0");
}

static void scenario_daxpay_generate_auth_url() {
  sandbox box;
  libauth::daxpay_auth_url_request request;
  request.set_channel("ali_pay").set_auth_redirect_url("https://shop.example/back").set_client_ip("10.0.0.1");
  libauth::daxpay_auth_url url = box.daxpay().generate_auth_url(request);
  json data = json::parse(url.answer().body())["data"];
  EQUAL(url.url(), data["authUrl"].text);
  EQUAL(*url.query_code(), data["queryCode"].text);
  CHECK(url.url().compare(0, 4, "http") == 0 && !url.query_code()->empty());
}

static void scenario_daxpay_unsigned_answer() {
  sandbox box;
  libauth::config config = box.config("daxpay-unsigned");
  libauth::bad_signature_error error = THROWS(libauth::bad_signature_error, box.daxpay(config).auth(code_of("code-1")));
  CHECK(error.delivery() == libauth::delivery::answered);
  config.set_daxpay_response_signature(libauth::daxpay_response_signature::if_present);
  CHECK(!box.daxpay(config).auth(code_of("code-2")).open_id()->empty());
}

static void scenario_openplatform_token_and_call() {
  sandbox box;
  libauth::openplatform openplatform = box.openplatform();
  libauth::token token = openplatform.token();
  EQUAL(token.header_name(), "Access-Token");
  libauth::call call("POST", "/v1/orders/中");
  call.add_query("a", "1").add_query("a", "2 &").add_header("X-Own", "own").set_body("{\"name\":\"张三\"}");
  libauth::answer answer = openplatform.call(call);
  EQUAL(*answer.field("data.method"), "POST");
  json recorded = box.last("openplatform");
  EQUAL(header_of(recorded, "access-token"), token.value());
  EQUAL(header_of(recorded, "x-own"), "own");
  EQUAL(header_of(recorded, "content-type"), "application/json");
  EQUAL(recorded["body"].text, "{\"name\":\"张三\"}");
  CONTAINS(recorded["path"].text, "a=1&a=2");
}

static void scenario_redemption_rsa() {
  sandbox box;
  libauth::redemption_request request = serial("serial-1");
  request.set_callback_url("https://shop.example/callback");
  libauth::redemption_alipay_url url = box.redemption_rsa().get_alipay_url(request);
  CHECK(url.url().compare(0, 8, "https://") == 0);
  CONTAINS(url.answer().body(), url.url());
  EQUAL(header_of(box.last("redemption"), "signType"), "SHA256-RSA");
}

static void scenario_redemption_md5() {
  sandbox box;
  libauth::redemption redemption = box.redemption_md5();
  CHECK(redemption.get_alipay_url(serial("serial-1")).url().compare(0, 8, "https://") == 0);
  EQUAL(header_of(box.last("redemption"), "signType"), "MD5");
  EQUAL(redemption.call(libauth::call("POST", "/other").set_body("{}")).http_status(), 200);
}

static void scenario_seller_token_cached() {
  sandbox box;
  libauth::seller seller = box.seller();
  libauth::token first = seller.token(), second = seller.token();
  EQUAL(first.value(), second.value());
  EQUAL(first.header_name(), "Authorization");
  EQUAL(first.header_value(), "Bearer " + first.value());
  EQUAL(box.count("seller", "token_requests"), 1);
}

static void scenario_seller_stats() {
  sandbox box;
  libauth::seller seller = box.seller();
  seller.token();
  seller.token();
  const std::string json = seller.stats_json();
  EQUAL(json.find("{\"platform\":\"seller\",\"calls\":{\"token\":{\"OK\":{\"count\":1,\"total_us\":"), 0u);
  CHECK(json.find("\"connections\":{\"opened\":1,\"reused\":0,\"failed\":0}") != std::string::npos);
  CHECK(json.find("\"tokens\":{\"fetched\":1,\"refreshed\":0,\"cached\":1,\"failed\":0,\"shared\":0") !=
        std::string::npos);
  // The handles that verify say how full their memory is.
  CHECK(box.creditpay().stats_json().find("\"replay_guard\":{\"capacity\":") != std::string::npos);
  CHECK(box.daxpay().stats_json().find("\"verifications\":{}") != std::string::npos);
  CHECK(!libauth::seller().try_stats_json());
}

static void scenario_seller_token_replaced() {
  sandbox box;
  libauth::seller seller = box.seller();
  libauth::token first = seller.token();
  box.control("POST", "expire");
  EQUAL(seller.call(libauth::call("GET", "/v1/shop")).http_status(), 200);
  libauth::token second = seller.token();
  CHECK(second.value() != first.value());
  EQUAL(box.count("seller", "business_requests"), 2);
  EQUAL(box.count("seller", "token_requests"), 2);
  // A late loser cannot drop the fresh one; its owner can.
  seller.invalidate(first.value());
  EQUAL(seller.token().value(), second.value());
  seller.invalidate(second.header_value());
  CHECK(seller.token().value() != second.value());
}

static void scenario_platform_error() {
  sandbox box;
  libauth::platform_error error =
      THROWS(libauth::platform_error, box.daxpay(box.config("daxpay", "code=20011")).auth(code_of("code-1")));
  CHECK(error.status() == libauth::status::platform);
  EQUAL(std::string(error.status_name()), "PLATFORM");
  CHECK(error.delivery() == libauth::delivery::answered);
  EQUAL(*error.platform_code(), "20011");
  EQUAL(error.http_status(), 200);
  json answered = json::parse(error.answer().body());
  EQUAL(*error.platform_message(), answered["msg"].text);
  EQUAL(*error.trace_id(), answered["traceId"].text);
  CHECK(!error.platform_message()->empty() && !error.trace_id()->empty());
  EQUAL(error.message(), error.what());
  EQUAL(error.message().find('\n'), std::string::npos);
  EQUAL(error.retry_after().count(), -1);
  // A copy of the error outlives the exception, and every error is caught as the base of all.
  libauth::error kept;
  try {
    box.seller(box.config("seller", "code=500")).token();
  } catch (const libauth::exception& caught) {
    kept = caught;
  }
  CHECK(kept && kept.status() == libauth::status::platform && kept.answer().http_status() == 200);
}

static void scenario_missing_field() {
  sandbox box;
  libauth::creditpay creditpay = box.creditpay();
  libauth::creditpay_request without_number = customer();
  without_number.set_customer_no("");
  CONTAINS(THROWS(libauth::invalid_argument_error, creditpay.issue_code(without_number)).message(), "customer_no");
  libauth::creditpay_request without_token = customer();
  without_token.set_customer_token(nullptr);
  CONTAINS(THROWS(libauth::invalid_argument_error, creditpay.issue_code(without_token)).message(), "customer_token");
  libauth::creditpay_request without_url = customer();
  without_url.set_callback_url("");
  CONTAINS(THROWS(libauth::invalid_argument_error, creditpay.issue_code(without_url)).message(), "callback_url");
  libauth::creditpay_request without_ip = customer();
  without_ip.set_client_ip("");
  libauth::invalid_argument_error error = THROWS(libauth::invalid_argument_error, creditpay.issue_code(without_ip));
  CONTAINS(error.message(), "client_ip");
  CHECK(error.delivery() == libauth::delivery::not_sent && !error.answer());
  EQUAL(box.count("creditpay", "requests"), 0);
}

static void scenario_outcome_unknown() {
  sandbox box;
  libauth::outcome_unknown_error error =
      THROWS(libauth::outcome_unknown_error, box.daxpay(box.config("daxpay", "reset_after")).auth(code_of("code-1")));
  CHECK(error.delivery() == libauth::delivery::maybe_sent && !error.retry_safe());
  EQUAL(box.count("daxpay", "requests"), 1);
}

static void scenario_timeout() {
  sandbox box;
  libauth::config config = box.config("seller", "slow=20000");
  config.set_timeout(milliseconds(300));
  libauth::seller seller = box.seller(config);
  const auto started = std::chrono::steady_clock::now();
  libauth::timeout_error error = THROWS(libauth::timeout_error, seller.token());
  const auto took = std::chrono::steady_clock::now() - started;
  CHECK(error.delivery() == libauth::delivery::maybe_sent);
  CHECK(took > milliseconds(250) && took < seconds(3));
}

static void scenario_rate_limited() {
  sandbox box;
  libauth::config config = box.config("seller", "status=429,retry_after=7");
  config.set_max_tries(0);
  libauth::rate_limited_error error = THROWS(libauth::rate_limited_error, box.seller(config).token());
  CHECK(error.retry_after() == seconds(7));
  EQUAL(error.http_status(), 429);
}

static void scenario_webhook_genuine() {
  sandbox box;
  libauth::creditpay creditpay = box.creditpay();
  libauth::creditpay_event event =
      creditpay.verify(box.message("creditpay",
                                   "\"kind\":\"PAY_SUCCESS\",\"event_id\":\"event-1\",\"token\":\"customer-1\","
                                   "\"nonce\":\"trace-1\",\"data\":{\"note\":\"收\"}"));
  CHECK(event.kind() == libauth::creditpay_kind::pay_success);
  EQUAL(event.type(), "PAY_SUCCESS");
  EQUAL(*event.id(), "event-1");
  EQUAL(*event.customer_token(), "customer-1");
  EQUAL(*event.trace_id(), "trace-1");
  EQUAL(*event.platform_id(), box.credential("creditpay_plat_id"));
  EQUAL(*event.retry(), "0");
  CHECK(!event.lang());
  EQUAL(*event.field("data.note"), "收");
  CHECK(!event.field("no.such"));
  EQUAL(json::parse(event.body())["event_id"].text, "event-1");
  CHECK(event.timestamp() > system_clock::now() - minutes(1) && event.timestamp() < system_clock::now() + minutes(1));
  libauth::creditpay_event query =
      creditpay.verify(box.message("creditpay", "\"kind\":\"GET_DEFAULT_ACCOUNT_CREDIT_LIMIT\""));
  CHECK(query.kind() == libauth::creditpay_kind::credit_limit_query && query.lang().has_value());
}

static void scenario_webhook_tampered() {
  sandbox box;
  libauth::creditpay creditpay = box.creditpay();
  for (const char* tamper : {"body", "signature", "missing_signature"}) {
    libauth::inbound message = box.message("creditpay", std::string("\"tamper\":\"") + tamper + "\"");
    THROWS(libauth::bad_signature_error, creditpay.verify(message));
  }
}

static void scenario_webhook_replayed() {
  sandbox box;
  libauth::creditpay creditpay = box.creditpay();
  libauth::inbound message = box.message("creditpay");
  std::string id;
  {
    libauth::creditpay_event given_back = creditpay.verify(message);
    id = given_back.id().value_or("");
  }
  libauth::creditpay_event event = creditpay.verify(message);
  libauth::result<libauth::creditpay_event> busy = creditpay.try_verify(message);
  CHECK(busy.error().status() == libauth::status::busy && !id.empty() && busy->id().value_or("") == id);
  EQUAL(libauth::reply_status(busy.error().status()), 503);
  event.done();
  THROWS(libauth::replayed_error, creditpay.verify(message));
  libauth::result<libauth::creditpay_event> replayed = creditpay.try_verify(message);
  CHECK(replayed.error().status() == libauth::status::replayed && replayed->id().value_or("") == id);
  EQUAL(libauth::reply_status(replayed.error().status()), 200);
}

static void scenario_webhook_stale() {
  sandbox box;
  milliseconds ahead(0);
  libauth::config config = box.config("creditpay");
  config.set_window(minutes(5)).set_clock_callback([&ahead] {
    libauth::clock_reading reading;
    reading.now = std::chrono::time_point_cast<milliseconds>(system_clock::now()) + ahead;
    reading.monotonic = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
    return reading;
  });
  libauth::creditpay creditpay = box.creditpay(config);
  libauth::inbound message = box.message("creditpay");
  ahead = minutes(5) + seconds(30);
  THROWS(libauth::stale_error, creditpay.verify(message));
  ahead = minutes(4);
  CHECK(creditpay.verify(message).kind() == libauth::creditpay_kind::pay_success);
}

static void scenario_daxpay_notification() {
  sandbox box;
  libauth::daxpay daxpay = box.daxpay();
  libauth::daxpay_event notification =
      daxpay.verify(box.message("daxpay", "\"kind\":\"payment\",\"event_id\":\"trace-9\""));
  EQUAL(*notification.code(), "0");
  EQUAL(*notification.message(), "success");
  EQUAL(*notification.trace_id(), "trace-9");
  json body = json::parse(notification.body());
  EQUAL(*notification.field("data.orderNo"), body["data"]["orderNo"].text);
  EQUAL(*notification.field("data.title"), "测试接口支付");
  CHECK(!notification.field("data.attach"));
  THROWS(libauth::bad_signature_error, daxpay.verify(box.message("daxpay", "\"tamper\":\"signature\"")));
}

static void scenario_redemption_callback() {
  sandbox box;
  for (const char* algorithm : {"SHA256-RSA", "MD5"}) {
    const std::string with = std::string("\"algorithm\":\"") + algorithm + "\"";
    libauth::redemption redemption = *algorithm == 'S' ? box.redemption_rsa() : box.redemption_md5();
    libauth::inbound message = box.message("redemption", with + ",\"event_id\":\"serial-4\"");
    libauth::redemption_event callback = redemption.verify(message);
    json body = json::parse(callback.body());
    EQUAL(callback.serial_no(), "serial-4");
    EQUAL(*callback.open_id(), body["openId"].text);
    EQUAL(*callback.user_id(), body["userId"].text);
    EQUAL(*callback.field("merchantId"), box.credential("redemption_merchant_id"));
    callback.done();
    THROWS(libauth::replayed_error, redemption.verify(message));
    THROWS(libauth::bad_signature_error,
           redemption.verify(box.message("redemption", with + ",\"tamper\":\"signature\"")));
  }
}

/// A handle with a token logs in and calls through somebody else's client.
template <class Handle>
static void round_trip_of_token(const Handle& handle) {
  THROWS(libauth::unauthorized_error, handle.build_call(libauth::call("GET", "/shop")));
  libauth::http_request login = handle.build_token();
  libauth::token token = handle.read_token(login, deliver(login));
  EQUAL(handle.token().value(), token.value());
  libauth::http_request request = handle.build_call(libauth::call("GET", "/shop").add_query("a", "b"));
  bool carried = false;
  for (const auto& header : request.headers()) carried = carried || header.second == token.header_value();
  CHECK(carried);
  EQUAL(*handle.read_call(request, deliver(request)).field("data.method"), "GET");
}

static void scenario_offline_round_trip() {
  sandbox box;
  libauth::creditpay creditpay = box.creditpay();
  libauth::http_request request = creditpay.build_issue_code(customer());
  EQUAL(request.method(), "POST");
  CONTAINS(request.url(), box.url("creditpay"));
  EQUAL(box.count("creditpay", "requests"), 0);
  libauth::creditpay_code code = creditpay.read_issue_code(request, deliver(request));
  request = creditpay.build_open_token(code.ident_code());
  CHECK(!creditpay.read_open_token(request, deliver(request)).value().empty());
  request = creditpay.build_call(libauth::call("POST", "/v1/pay").set_body("{\"a\":1}"));
  EQUAL(*creditpay.read_call(request, deliver(request)).field("data.method"), "POST");
  EQUAL(box.count("creditpay", "requests"), 3);

  libauth::daxpay daxpay = box.daxpay();
  request = daxpay.build_auth(code_of("code-1"));
  CHECK(!daxpay.read_auth(request, deliver(request)).open_id()->empty());
  request = daxpay.build_auth_and_set(code_of("code-2"));
  EQUAL(*daxpay.read_auth_and_set(request, deliver(request)).code(), "0");
  libauth::daxpay_auth_url_request address;
  request = daxpay.build_generate_auth_url(address.set_channel("ali_pay"));
  CHECK(!daxpay.read_generate_auth_url(request, deliver(request)).url().empty());
  request = daxpay.build_call(libauth::call("POST", "/pay").set_body("{\"a\":\"1\"}"));
  EQUAL(*daxpay.read_call(request, deliver(request)).code(), "0");

  libauth::redemption redemption = box.redemption_rsa();
  request = redemption.build_get_alipay_url(serial("serial-1"));
  CHECK(!redemption.read_get_alipay_url(request, deliver(request)).url().empty());
  request = redemption.build_call(libauth::call("POST", "/other").set_body("{}"));
  EQUAL(redemption.read_call(request, deliver(request)).http_status(), 200);

  round_trip_of_token(box.seller());
  round_trip_of_token(box.openplatform());
  EQUAL(box.count("seller", "token_requests"), 1);
  EQUAL(box.count("openplatform", "token_requests"), 1);
}

static libauth::inbound message_of(const std::string& path, const std::string& body) {
  libauth::inbound message("POST", path);
  message.set_body(body);
  return message;
}

static void scenario_explain_mismatch() {
  sandbox box;
  const std::string body = "{\"ident_code\":\"0\"}";
  libauth::creditpay creditpay = box.creditpay();
  const std::string prefixed = box.url("creditpay").substr(origin().size()) + "/v1/pay";
  libauth::explanation wrong = creditpay.explain(message_of(prefixed, body));
  CHECK(!wrong.signature_given() && !wrong.matches() && wrong.mistakes().empty() && wrong.signature());
  CHECK(!wrong.algorithm().empty());
  CONTAINS(wrong.string_to_sign(), prefixed);
  EQUAL(wrong.string_to_sign().find(box.credential("creditpay_signature_key")), std::string::npos);
  libauth::explanation explained = creditpay.explain(message_of("/v1/pay", body), *wrong.signature());
  CHECK(explained.signature_given() && !explained.matches());
  EQUAL(explained.mistakes().size(), 1u);
  EQUAL(explained.mistakes().front(), "PATH_PREFIX");
  EQUAL(explained.advice().size(), 1u);
  CHECK(!explained.message().empty() && !explained.advice().front().empty());
  CHECK(creditpay.explain(message_of("/v1/pay", body), *explained.signature()).matches());

  libauth::daxpay daxpay = box.daxpay();
  libauth::explanation signed_ = daxpay.explain(message_of("/", "{\"a\":\"1\",\"b\":\"2\"}"));
  CHECK(daxpay.explain(message_of("/", "{\"b\":\"2\",\"a\":\"1\"}"), *signed_.signature()).matches());
  CHECK(!daxpay.explain(message_of("/", "{\"b\":\"2\",\"a\":\"1\"}"), "00").matches());

  libauth::redemption redemption = box.redemption_rsa();
  libauth::http_request request = redemption.build_get_alipay_url(serial("serial-1"));
  libauth::inbound ours(request.method(), "/");
  std::string sent;
  for (const auto& header : request.headers()) {
    ours.add_header(header.first, header.second);
    if (header.first == "sign") sent = header.second;
  }
  ours.set_body(request.body());
  CHECK(redemption.explain(ours, sent).matches());
  libauth::inbound theirs = box.message("redemption", "\"algorithm\":\"SHA256-RSA\"");
  CHECK(redemption.explain_event(theirs, "AAAA").signature_given() &&
        !redemption.explain_event(theirs, "AAAA").matches());
  CHECK(!redemption.explain_event(theirs).signature());
}

static void scenario_log_without_secrets() {
  sandbox box;
  std::mutex mutex;
  std::string everything;
  std::set<libauth::log_level> levels;
  auto logging = [&](const std::string& platform, const std::string& fault) {
    libauth::config config = box.config(platform, fault);
    config.set_log_callback(libauth::log_level::trace, [&](libauth::log_level level, const std::string& line) {
      std::lock_guard<std::mutex> lock(mutex);
      levels.insert(level);
      everything += line + "\n";
      if (line.find('\n') != std::string::npos) everything += "A LINE BREAK\n";
    });
    return config;
  };
  libauth::creditpay creditpay = box.creditpay(logging("creditpay", ""));
  const std::string ident_code = creditpay.issue_code(customer()).ident_code();
  creditpay.verify(box.message("creditpay"));
  box.daxpay(logging("daxpay", "")).auth(code_of("code-1"));
  box.openplatform(logging("openplatform", "")).call(libauth::call("GET", "/shop"));
  box.redemption_rsa(logging("redemption", "")).get_alipay_url(serial("serial-1"));
  libauth::seller seller = box.seller(logging("seller", "code=500,echo_secret,at=business"));
  const std::string token = seller.token().value();
  THROWS(libauth::platform_error, seller.call(libauth::call("GET", "/shop")));

  CHECK(levels.count(libauth::log_level::debug) == 1 && !everything.empty());
  EQUAL(everything.find("A LINE BREAK"), std::string::npos);
  std::vector<std::string> secrets = box.secrets();
  CHECK(secrets.size() >= 7);
  secrets.push_back(token);
  secrets.push_back(ident_code);
  secrets.push_back("customer-token-7c1d");
  for (const std::string& secret : secrets)
    if (everything.find(secret) != std::string::npos)
      fail_at(__FILE__, __LINE__, "a secret is in the log: " + everything);
}

/* A store in memory; what it keeps never ends. */
class memory_store : public libauth::store {
 public:
  libauth::stored get(const std::string& key, libauth::milliseconds timeout, std::string& value) override {
    std::lock_guard<std::mutex> lock(mutex_);
    CHECK(timeout == libauth::milliseconds(200));
    const auto found = values.find(key);
    if (found == values.end()) return libauth::stored::no;
    value = found->second;
    return libauth::stored::yes;
  }
  libauth::stored add(const std::string& key, const std::string& value, libauth::milliseconds ttl,
                      libauth::milliseconds) override {
    std::lock_guard<std::mutex> lock(mutex_);
    CHECK(ttl.count() > 0);
    return values.insert(std::make_pair(key, value)).second ? libauth::stored::yes : libauth::stored::no;
  }
  libauth::stored replace(const std::string& key, const std::string& expected, const std::string& value,
                          libauth::milliseconds, libauth::milliseconds) override {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto found = values.find(key);
    if (found == values.end() || found->second != expected) return libauth::stored::no;
    found->second = value;
    return libauth::stored::yes;
  }
  libauth::stored remove(const std::string& key, const std::string& expected, libauth::milliseconds) override {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto found = values.find(key);
    if (found == values.end() || found->second != expected) return libauth::stored::no;
    values.erase(found);
    return libauth::stored::yes;
  }

  std::map<std::string, std::string> values;

 private:
  std::mutex mutex_;
};

static void scenario_token_store() {
  sandbox box;
  const auto store = std::make_shared<memory_store>();
  libauth::config config = box.config("seller");
  config.set_token_store(store);
  THROWS(libauth::invalid_config_error, box.seller(config));
  config.add_store_key("one", std::string(32, '\x7f'));
  const libauth::seller one = box.seller(config), other = box.seller(config);
  const libauth::token token = one.token();
  CHECK(!token.is_degraded());
  EQUAL(other.token().value(), token.value());
  EQUAL(box.count("seller", "requests"), 1);
  for (const auto& entry : store->values) CHECK(entry.second.find(token.value()) == std::string::npos);
}

static void scenario_replay_store() {
  sandbox box;
  std::set<std::string> seen;
  int asked = 0;
  libauth::config config = box.config("creditpay");
  config.set_replay_store(adding([&](const std::string& key) {
    ++asked;
    return seen.insert(key).second ? libauth::stored::yes : libauth::stored::no;
  }));
  libauth::creditpay creditpay = box.creditpay(config);
  libauth::inbound message = box.message("creditpay");
  creditpay.verify(message);
  THROWS(libauth::replayed_error, creditpay.verify(message));
  EQUAL(seen.size(), 1u);
  seen.clear();
  creditpay.verify(message);
  EQUAL(asked, 3);
  CHECK(creditpay.take_callback_exception() == nullptr);
  // One with all four operations has two phases.
  config.set_replay_store(std::make_shared<memory_store>());
  const libauth::creditpay first = box.creditpay(config), second = box.creditpay(config);
  libauth::creditpay_event event = first.verify(message);
  THROWS(libauth::busy_error, second.verify(message));
  event.done();
  THROWS(libauth::replayed_error, second.verify(message));
}

static void scenario_threads_share_a_token() {
  sandbox box;
  const libauth::seller seller = box.seller(box.config("seller", "slow=100"));
  std::mutex mutex;
  std::condition_variable start;
  bool started = false;
  std::set<std::string> values;
  int failures = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 64; ++i)
    threads.emplace_back([&] {
      {
        std::unique_lock<std::mutex> lock(mutex);
        start.wait(lock, [&] { return started; });
      }
      libauth::result<libauth::token> token = seller.try_token();
      std::lock_guard<std::mutex> lock(mutex);
      if (token)
        values.insert(token->value());
      else
        ++failures;
    });
  {
    std::lock_guard<std::mutex> lock(mutex);
    started = true;
  }
  start.notify_all();
  for (std::thread& thread : threads) thread.join();
  EQUAL(failures, 0);
  EQUAL(values.size(), 1u);
  EQUAL(box.count("seller", "token_requests"), 1);
}

static void scenario_invalid_text() {
  sandbox box;
  libauth::config config = box.config("seller");
  const char* null = nullptr;
  CONTAINS(THROWS(libauth::invalid_argument_error, libauth::seller(config, null, "s")).message(), "access_key");
  CONTAINS(THROWS(libauth::invalid_argument_error, libauth::seller(config, "a", nullptr)).message(), "secret_key");
  CONTAINS(THROWS(libauth::invalid_argument_error, libauth::seller(config, "a", "\xff")).message(), "secret_key");
  CONTAINS(THROWS(libauth::invalid_argument_error, libauth::seller(config, "a", "\xed\xa0\x80 half a pair")).message(),
           "secret_key");
  libauth::creditpay creditpay = box.creditpay();
  libauth::creditpay_request request = customer();
  request.set_customer_no("\xc3\x28");
  CONTAINS(THROWS(libauth::invalid_argument_error, creditpay.issue_code(request)).message(), "customer_no");
  CONTAINS(THROWS(libauth::invalid_argument_error, creditpay.open_token(nullptr)).message(), "ident_code");
  EQUAL(box.count("creditpay", "requests"), 0);
}

// One that is missing here is an unused function.
extern const int added_scenarios[];
const int added_scenarios[] = {
    ADD(scenario_creditpay_issue_code),
    ADD(scenario_creditpay_cards),
    ADD(scenario_creditpay_open_token),
    ADD(scenario_daxpay_auth),
    ADD(scenario_daxpay_generate_auth_url),
    ADD(scenario_daxpay_unsigned_answer),
    ADD(scenario_openplatform_token_and_call),
    ADD(scenario_redemption_rsa),
    ADD(scenario_redemption_md5),
    ADD(scenario_seller_token_cached),
    ADD(scenario_seller_stats),
    ADD(scenario_seller_token_replaced),
    ADD(scenario_platform_error),
    ADD(scenario_missing_field),
    ADD(scenario_outcome_unknown),
    ADD(scenario_timeout),
    ADD(scenario_rate_limited),
    ADD(scenario_webhook_genuine),
    ADD(scenario_webhook_tampered),
    ADD(scenario_webhook_replayed),
    ADD(scenario_webhook_stale),
    ADD(scenario_daxpay_notification),
    ADD(scenario_redemption_callback),
    ADD(scenario_offline_round_trip),
    ADD(scenario_explain_mismatch),
    ADD(scenario_log_without_secrets),
    ADD(scenario_replay_store),
    ADD(scenario_token_store),
    ADD(scenario_threads_share_a_token),
    ADD(scenario_invalid_text),
};
