// The sandbox, as a test sees it: a scope of its own at LIBAUTH_SANDBOX, and handles with its credentials.
#ifndef SANDBOX_HPP
#define SANDBOX_HPP

#include <libauth.hpp>

#include <atomic>

#include "http.hpp"
#include "json.hpp"

inline std::string origin() {
  const char* value = std::getenv("LIBAUTH_SANDBOX");
  if (value == nullptr) throw std::runtime_error("LIBAUTH_SANDBOX must be the origin of a sandbox");
  return value;
}

/// A store that has only `add`, made of a function of the key.
class function_store : public libauth::add_store {
 public:
  explicit function_store(std::function<libauth::stored(const std::string&)> answer) : answer_(std::move(answer)) {}
  libauth::stored add(const std::string& key, const std::string&, libauth::milliseconds,
                      libauth::milliseconds) override {
    return answer_(key);
  }

 private:
  std::function<libauth::stored(const std::string&)> answer_;
};

inline std::shared_ptr<libauth::add_store> adding(std::function<libauth::stored(const std::string&)> answer) {
  return std::make_shared<function_store>(std::move(answer));
}

class sandbox {
 public:
  sandbox() {
    static std::atomic<int> next(0);
    scope_ = "cpp-" + std::to_string(getpid()) + "-" + std::to_string(++next);
    credentials_ = json::parse(send_http("GET", origin() + "/_/credentials").body);
  }

  std::string credential(const std::string& name) const {
    const std::string value = credentials_[name].text;
    if (value.empty()) throw std::runtime_error("the sandbox has no credential " + name);
    return value;
  }
  /// Every credential that must not show anywhere.
  std::vector<std::string> secrets() const {
    std::vector<std::string> found;
    for (const auto& one : credentials_.fields)
      if ((one.first.find("key") != std::string::npos || one.first.find("secret") != std::string::npos) &&
          one.first.find("public") == std::string::npos)
        found.push_back(one.second.text);
    return found;
  }

  std::string url(const std::string& platform, const std::string& fault = std::string()) const {
    return origin() + "/s/" + scope_ + (fault.empty() ? "" : "/f/" + fault) + "/" + platform;
  }
  libauth::config config(const std::string& platform, const std::string& fault = std::string()) const {
    return libauth::config(url(platform, fault));
  }

  json control(const std::string& method, const std::string& call, const std::string& query = std::string(),
               const std::string& body = std::string()) const {
    http_answer answer = send_http(method, origin() + "/_/" + call + "?scope=" + scope_ + query, header_list(), body);
    if (answer.status != 200) throw std::runtime_error(call + ": " + answer.body);
    return answer.body[0] == '{' || answer.body[0] == '[' ? json::parse(answer.body) : json();
  }
  long long count(const std::string& platform, const std::string& what) const {
    return control("GET", "counters")[platform][what].number();
  }
  json last(const std::string& platform) const { return control("GET", "last", "&platform=" + platform); }

  /// A message of a platform to the user's server; `order` is the rest of a JSON object.
  libauth::inbound message(const std::string& platform, const std::string& order = std::string()) const {
    json sent = control("POST", "callback", "",
                        "{\"platform\":" + json::quoted(platform) + (order.empty() ? "" : "," + order) + "}");
    libauth::inbound inbound(sent["method"].text, sent["path"].text);
    for (const json& header : sent["headers"].items) inbound.add_header(header.items[0].text, header.items[1].text);
    inbound.set_body(sent["body"].text);
    return inbound;
  }

  libauth::creditpay creditpay(const libauth::config& config) const {
    return libauth::creditpay(config, credential("creditpay_plat_id"), credential("creditpay_api_key"),
                              credential("creditpay_signature_key"));
  }
  libauth::daxpay daxpay(const libauth::config& config) const {
    return libauth::daxpay(config, credential("daxpay_app_id"), credential("daxpay_mch_no"),
                           credential("daxpay_sign_key"));
  }
  libauth::openplatform openplatform(const libauth::config& config) const {
    return libauth::openplatform(config, credential("openplatform_client_id"), credential("openplatform_secret"));
  }
  libauth::redemption redemption_rsa(const libauth::config& config) const {
    return libauth::redemption::rsa(config, credential("redemption_business_id"), credential("redemption_merchant_id"),
                                    credential("redemption_merchant_private_key_pem"),
                                    credential("redemption_platform_public_key_pem"));
  }
  libauth::redemption redemption_md5(const libauth::config& config) const {
    return libauth::redemption::md5(config, credential("redemption_business_id"), credential("redemption_merchant_id"),
                                    credential("redemption_md5_secret"));
  }
  libauth::seller seller(const libauth::config& config) const {
    return libauth::seller(config, credential("seller_access_key"), credential("seller_secret_key"));
  }

  libauth::creditpay creditpay() const { return creditpay(config("creditpay")); }
  libauth::daxpay daxpay() const { return daxpay(config("daxpay")); }
  libauth::openplatform openplatform() const { return openplatform(config("openplatform")); }
  libauth::redemption redemption_rsa() const { return redemption_rsa(config("redemption")); }
  libauth::redemption redemption_md5() const { return redemption_md5(config("redemption")); }
  libauth::seller seller() const { return seller(config("seller")); }

 private:
  std::string scope_;
  json credentials_;
};

/// What Credit Pay wants to know, to issue a code.
inline libauth::creditpay_request customer() {
  libauth::creditpay_request request;
  request.set_customer_no("473_32_86000698")
      .set_customer_token("customer-token-7c1d")
      .set_token_expire(std::chrono::system_clock::now() + std::chrono::hours(1))
      .set_callback_url("https://shop.example/callback")
      .set_client_ip("192.168.1.166");
  return request;
}

inline libauth::daxpay_auth_request code_of(const std::string& auth_code) {
  libauth::daxpay_auth_request request;
  request.set_channel("ali_pay").set_auth_code(auth_code);
  return request;
}

inline libauth::redemption_request serial(const std::string& serial_no) {
  libauth::redemption_request request;
  request.set_serial_no(serial_no).set_user_id("user-1");
  return request;
}

/// Sends a built request with a client of our own.
inline libauth::http_response deliver(const libauth::http_request& request) {
  http_answer answer = send_http(request.method(), request.url(), request.headers(), request.body());
  libauth::http_response response(answer.status);
  for (const auto& header : answer.headers) response.add_header(header.first, header.second);
  response.set_body(answer.body);
  return response;
}

#endif
