import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import libauth.Answer;
import libauth.Call;
import libauth.Config;
import libauth.CreditPay;
import libauth.CreditPayCode;
import libauth.CreditPayEvent;
import libauth.CreditPayRequest;
import libauth.DaxPay;
import libauth.DaxPayAuthRequest;
import libauth.DaxPayIdentity;
import libauth.DaxPaySign;
import libauth.Explanation;
import libauth.Inbound;
import libauth.LibauthException;
import libauth.OpenPlatform;
import libauth.Redemption;
import libauth.RedemptionAlipayUrl;
import libauth.RedemptionRequest;
import libauth.Seller;
import libauth.Token;

/**
 * Logs in to all five platforms, checks a webhook, and explains a wrong signature. Settings come from the
 * environment; what is not set falls back to the sandbox (cargo run --example sandbox) and its credentials.
 */
public final class Quickstart {
    private Quickstart() {}

    public static void main(String[] arguments) {
        try {
            creditpay();
            daxpay();
            openplatform();
            redemption();
            seller();
        } catch (LibauthException error) {
            System.err.println("quickstart: " + error.status() + ": " + error.getMessage());
            System.exit(1);
        }
    }

    private static String setting(String name, String fallback) {
        String value = System.getenv(name);
        return value != null && !value.isEmpty() ? value : fallback;
    }

    /** A configuration for LIBAUTH_PLATFORM_URL, else for the platform in the sandbox. */
    private static Config config(String variable, String platform) {
        String sandbox = setting("LIBAUTH_SANDBOX", "http://127.0.0.1:18321");
        return new Config(setting(variable, sandbox + "/" + platform));
    }

    /** Unique enough for the sandbox: real codes and serial numbers are your own. */
    private static String oneTime() {
        return "quickstart-" + System.currentTimeMillis() + "-" + System.nanoTime();
    }

    private static void creditpay() {
        CreditPayRequest request = new CreditPayRequest()
                .customerNo("473_32_86000698")
                .customerToken("customer-token-1")
                .tokenExpire(Instant.now().plus(Duration.ofHours(1)))
                .callbackUrl("https://shop.example/callback")
                .clientIp("192.168.1.166");
        try (CreditPay creditpay = new CreditPay(
                        config("LIBAUTH_CREDITPAY_BASE_URL", "creditpay"),
                        setting("LIBAUTH_CREDITPAY_PLAT_ID", "plat-1001"),
                        setting("LIBAUTH_CREDITPAY_API_KEY", "ck-sandbox-api-key-7f3a"),
                        setting(
                                "LIBAUTH_CREDITPAY_SIGNATURE_KEY",
                                "sandbox-signature-key-18dd8a3c8003d2adcd13cb9981618bedd759a19f697a46d270542c6023479a08"));
                CreditPayCode code = creditpay.issueCode(request)) {
            System.out.println("creditpay     " + code.url());
            checkWebhook(creditpay);
            explain(creditpay);
        }
    }

    private static void checkWebhook(CreditPay creditpay) {
        Call order = new Call("POST", "/sandbox/webhook") // a real server receives it
                .json("{\"kind\":\"PAY_SUCCESS\",\"path\":\"/notify\"}");
        try (Answer sent = creditpay.call(order)) {
            Inbound inbound = new Inbound("POST", sent.field("data.path"))
                    .header("signature", sent.field("data.headers.signature"))
                    .header("timestamp", sent.field("data.headers.timestamp"))
                    .body(sent.field("data.body").getBytes(StandardCharsets.UTF_8));
            try (CreditPayEvent event = creditpay.verify(inbound)) {
                System.out.println("webhook       genuine " + event.type());
            }
        }
    }

    /** Somebody signed the gateway prefix too: which mistake is it? */
    private static void explain(CreditPay creditpay) {
        byte[] body = {'{', '}'};
        try (Explanation wrong = creditpay.explain(new Inbound("POST", "/creditpay/v1/pay").body(body), null);
                Explanation right = creditpay.explain(new Inbound("POST", "/v1/pay").body(body), wrong.signature())) {
            System.out.println("explain       " + right.message());
        }
    }

    private static void daxpay() {
        DaxPayAuthRequest request =
                new DaxPayAuthRequest().channel("ali_pay").authCode(setting("LIBAUTH_DAXPAY_AUTH_CODE", oneTime()));
        try (DaxPay daxpay = new DaxPay(
                        config("LIBAUTH_DAXPAY_BASE_URL", "daxpay"),
                        setting("LIBAUTH_DAXPAY_APP_ID", "A112544225541"),
                        setting("LIBAUTH_DAXPAY_MCH_NO", "M1723635576766"),
                        setting("LIBAUTH_DAXPAY_SIGN_KEY", "sandboxSignKey-Zx81kQ2pLm"),
                        DaxPaySign.HMAC_SHA256);
                DaxPayIdentity identity = daxpay.auth(request)) {
            System.out.println("daxpay        openId " + identity.openId());
        }
    }

    private static void openplatform() {
        try (OpenPlatform openplatform = new OpenPlatform(
                        config("LIBAUTH_OPENPLATFORM_BASE_URL", "openplatform"),
                        setting("LIBAUTH_OPENPLATFORM_CLIENT_ID", "sandbox-client-20220408"),
                        setting("LIBAUTH_OPENPLATFORM_SECRET", "sandbox-client-secret-5d0be1c97a"));
                Token token = openplatform.token()) {
            System.out.println("openplatform  " + token.headerName() + " for "
                    + token.lifetime().getSeconds() + " s");
        }
    }

    private static void redemption() {
        RedemptionRequest request = new RedemptionRequest().serialNo(oneTime()).userId("user-1");
        try (Redemption redemption = Redemption.md5(
                        config("LIBAUTH_REDEMPTION_BASE_URL", "redemption"),
                        setting("LIBAUTH_REDEMPTION_BUSINESS_ID", "754ea3e3a699404f9b82e8f881107f19"),
                        setting("LIBAUTH_REDEMPTION_MERCHANT_ID", "eb1bb305ca3940f8adf1d4e964555699"),
                        setting("LIBAUTH_REDEMPTION_SECRET", "sandbox-md5-secret-c3a9f04e"));
                RedemptionAlipayUrl url = redemption.getAlipayUrl(request)) {
            System.out.println("redemption    " + url.url());
        }
    }

    private static void seller() {
        try (Seller seller = new Seller(
                        config("LIBAUTH_SELLER_BASE_URL", "seller"),
                        setting("LIBAUTH_SELLER_ACCESS_KEY", "sandbox-access-key-202405"),
                        setting("LIBAUTH_SELLER_SECRET_KEY", "sandbox-secret-key-e81f66b2d4"));
                Token first = seller.token();
                Token second = seller.token()) { // cached: no request
            boolean cached = first.value().equals(second.value());
            System.out.println("seller        " + first.headerName() + ", then "
                    + (cached ? "served from the cache" : "fetched again"));
        }
    }
}
