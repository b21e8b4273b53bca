// Logs in to all five platforms, checks a webhook, and explains a wrong signature. Settings come from the
// environment; what is not set falls back to the sandbox (cargo run --example sandbox) and its credentials.
#include <libauth.hpp>

#include <cstdlib>
#include <iostream>

static std::string setting(const char* name, const std::string& fallback) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : fallback;
}

// A configuration for LIBAUTH_<PLATFORM>_URL, else for the platform in the sandbox.
static libauth::config config_for(const char* variable, const std::string& platform) {
  return libauth::config(setting(variable, setting("LIBAUTH_SANDBOX", "http://127.0.0.1:18321") + "/" + platform));
}

// Unique enough for the sandbox: real codes and serial numbers are your own.
static std::string one_time() {
  return "quickstart-" + std::to_string(std::chrono::system_clock::now().time_since_epoch().count());
}

static void check_webhook(const libauth::creditpay& creditpay) {
  libauth::call order("POST", "/sandbox/webhook");  // a real server receives it
  order.set_body("{\"kind\":\"PAY_SUCCESS\",\"path\":\"/notify\"}");
  libauth::answer sent = creditpay.call(order);

  libauth::inbound message("POST", sent.field("data.path").value_or(""));
  message.add_header("signature", sent.field("data.headers.signature").value_or(""));
  message.add_header("timestamp", sent.field("data.headers.timestamp").value_or(""));
  message.set_body(sent.field("data.body").value_or(""));
  std::cout << "webhook       genuine " << creditpay.verify(message).type() << "\n";
}

// Somebody signed the gateway prefix too: which mistake is it?
static void explain(const libauth::creditpay& creditpay) {
  libauth::inbound wrong("POST", "/creditpay/v1/pay"), right("POST", "/v1/pay");
  std::string signature = *creditpay.explain(wrong.set_body("{}")).signature();
  libauth::explanation explained = creditpay.explain(right.set_body("{}"), signature);
  std::cout << "explain       " << explained.message() << "\n";
}

static void creditpay() {
  libauth::creditpay creditpay(
      config_for("LIBAUTH_CREDITPAY_BASE_URL", "creditpay"), setting("LIBAUTH_CREDITPAY_PLAT_ID", "plat-1001"),
      setting("LIBAUTH_CREDITPAY_API_KEY", "ck-sandbox-api-key-7f3a"),
      setting("LIBAUTH_CREDITPAY_SIGNATURE_KEY",
              "sandbox-signature-key-18dd8a3c8003d2adcd13cb9981618bedd759a19f697a46d270542c6023479a08"));
  libauth::creditpay_request request;
  request.set_customer_no("473_32_86000698")
      .set_customer_token("customer-token-1")
      .set_token_expire(std::chrono::system_clock::now() + std::chrono::hours(1))
      .set_callback_url("https://shop.example/callback")
      .set_client_ip("192.168.1.166");
  std::cout << "creditpay     " << creditpay.issue_code(request).url() << "\n";
  if (std::getenv("LIBAUTH_CREDITPAY_BASE_URL") == nullptr) check_webhook(creditpay);  // the sandbox has one to check
  explain(creditpay);
}

static void daxpay() {
  libauth::daxpay daxpay(config_for("LIBAUTH_DAXPAY_BASE_URL", "daxpay"),
                         setting("LIBAUTH_DAXPAY_APP_ID", "A112544225541"),
                         setting("LIBAUTH_DAXPAY_MCH_NO", "M1723635576766"),
                         setting("LIBAUTH_DAXPAY_SIGN_KEY", "sandboxSignKey-Zx81kQ2pLm"));
  libauth::daxpay_auth_request request;
  request.set_channel("ali_pay").set_auth_code(setting("LIBAUTH_DAXPAY_AUTH_CODE", one_time()));
  std::cout << "daxpay        openId " << daxpay.auth(request).open_id().value_or("none") << "\n";
}

static void openplatform() {
  libauth::openplatform openplatform(config_for("LIBAUTH_OPENPLATFORM_BASE_URL", "openplatform"),
                                     setting("LIBAUTH_OPENPLATFORM_CLIENT_ID", "sandbox-client-20220408"),
                                     setting("LIBAUTH_OPENPLATFORM_SECRET", "sandbox-client-secret-5d0be1c97a"));
  libauth::token token = openplatform.token();
  std::cout << "openplatform  " << token.header_name() << " for " << token.lifetime().count() / 1000 << " s\n";
}

static void redemption() {
  libauth::redemption redemption =
      libauth::redemption::md5(config_for("LIBAUTH_REDEMPTION_BASE_URL", "redemption"),
                               setting("LIBAUTH_REDEMPTION_BUSINESS_ID", "754ea3e3a699404f9b82e8f881107f19"),
                               setting("LIBAUTH_REDEMPTION_MERCHANT_ID", "eb1bb305ca3940f8adf1d4e964555699"),
                               setting("LIBAUTH_REDEMPTION_SECRET", "sandbox-md5-secret-c3a9f04e"));
  libauth::redemption_request request;
  request.set_serial_no(one_time()).set_user_id("user-1");
  std::cout << "redemption    " << redemption.get_alipay_url(request).url() << "\n";
}

static void seller() {
  libauth::seller seller(config_for("LIBAUTH_SELLER_BASE_URL", "seller"),
                         setting("LIBAUTH_SELLER_ACCESS_KEY", "sandbox-access-key-202405"),
                         setting("LIBAUTH_SELLER_SECRET_KEY", "sandbox-secret-key-e81f66b2d4"));
  libauth::token first = seller.token(), second = seller.token();  // cached: no request
  std::cout << "seller        " << first.header_name() << ", then "
            << (first.value() == second.value() ? "served from the cache" : "fetched again") << "\n";
}

int main() {
  try {
    creditpay(), daxpay(), openplatform(), redemption(), seller();
    return EXIT_SUCCESS;
  } catch (const libauth::exception& error) {
    std::cerr << "quickstart: " << error.status_name() << ": " << error.what() << "\n";
    return EXIT_FAILURE;
  }
}
