package libauth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import java.nio.charset.Charset;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Texts, numbers and times that a caller gets wrong. */
class TextTest {
    private static final String URL = "http://127.0.0.1:1";

    /** Every text parameter, by the header's name. */
    private static List<Object[]> everyText() {
        List<Object[]> all = new ArrayList<>();
        text(all, "base_url", t -> new Config(t));
        text(all, "proxy", t -> new Config(URL).proxy(t));
        text(all, "user_agent", t -> new Config(URL).userAgent(t));
        text(all, "creditpay_signed_path_prefix", t -> new Config(URL).creditPaySignedPathPrefix(t));
        text(all, "method", t -> new Call(t, "/"));
        text(all, "path", t -> new Call("GET", t));
        text(all, "name", t -> new Call("GET", "/").query(t, "v"));
        text(all, "value", t -> new Call("GET", "/").query("n", t));
        text(all, "name", t -> new Call("GET", "/").header(t, "v"));
        text(all, "value", t -> new Call("GET", "/").header("n", t));
        text(all, "content_type", t -> new Call("GET", "/").body(t, new byte[0]));
        text(all, "method", t -> new Inbound(t, "/"));
        text(all, "path", t -> new Inbound("POST", t));
        text(all, "name", t -> new Inbound("POST", "/").header(t, "v"));
        text(all, "value", t -> new Inbound("POST", "/").header("n", t));
        text(all, "name", t -> new HttpResponse(200).header(t, "v"));
        text(all, "value", t -> new HttpResponse(200).header("n", t));
        text(all, "plat_id", t -> new CreditPay(new Config(URL), t, "k", "s"));
        text(all, "api_key", t -> new CreditPay(new Config(URL), "p", t, "s"));
        text(all, "signature_key", t -> new CreditPay(new Config(URL), "p", "k", t));
        text(all, "app_id", t -> new DaxPay(new Config(URL), t, "m", "k", DaxPaySign.MD5));
        text(all, "mch_no", t -> new DaxPay(new Config(URL), "a", t, "k", DaxPaySign.MD5));
        text(all, "sign_key", t -> new DaxPay(new Config(URL), "a", "m", t, DaxPaySign.MD5));
        text(all, "client_id", t -> new OpenPlatform(new Config(URL), t, "s"));
        text(all, "secret", t -> new OpenPlatform(new Config(URL), "c", t));
        text(all, "access_key", t -> new Seller(new Config(URL), t, "s"));
        text(all, "secret_key", t -> new Seller(new Config(URL), "a", t));
        text(all, "business_id", t -> Redemption.md5(new Config(URL), t, "m", "s"));
        text(all, "merchant_id", t -> Redemption.md5(new Config(URL), "b", t, "s"));
        text(all, "secret", t -> Redemption.md5(new Config(URL), "b", "m", t));
        text(all, "business_id", t -> Redemption.rsa(new Config(URL), t, "m", "k", null));
        text(all, "merchant_id", t -> Redemption.rsa(new Config(URL), "b", t, "k", null));
        text(all, "private_key", t -> Redemption.rsa(new Config(URL), "b", "m", t, null));
        text(all, "platform_public_key", t -> Redemption.rsa(new Config(URL), "b", "m", "k", t));
        text(all, "customer_no", t -> new CreditPayRequest().customerNo(t));
        text(all, "customer_token", t -> new CreditPayRequest().customerToken(t));
        text(all, "callback_url", t -> new CreditPayRequest().callbackUrl(t));
        text(all, "client_ip", t -> new CreditPayRequest().clientIp(t));
        text(all, "session_sign", t -> new CreditPayRequest().sessionSign(t));
        text(all, "credit_limit_tag", t -> new CreditPayRequest().creditLimitTag(t));
        text(all, "trace_id", t -> new Options().traceId(t));
        text(all, "lang", t -> new CreditPayRequest().lang(t));
        text(all, "tag", t -> new CreditPayRequest().card(t, "1", "CNY", "i", "h"));
        text(all, "amount", t -> new CreditPayRequest().card("t", t, "CNY", "i", "h"));
        text(all, "currency", t -> new CreditPayRequest().card("t", "1", t, "i", "h"));
        text(all, "icon", t -> new CreditPayRequest().card("t", "1", "CNY", t, "h"));
        text(all, "input", t -> new CreditPayRequest().card("t", "1", "CNY", "i", t));
        text(all, "channel", t -> new DaxPayAuthRequest().channel(t));
        text(all, "auth_code", t -> new DaxPayAuthRequest().authCode(t));
        text(all, "query_code", t -> new DaxPayAuthRequest().queryCode(t));
        text(all, "client_ip", t -> new DaxPayAuthRequest().clientIp(t));
        text(all, "channel", t -> new DaxPayAuthUrlRequest().channel(t));
        text(all, "auth_redirect_url", t -> new DaxPayAuthUrlRequest().authRedirectUrl(t));
        text(all, "client_ip", t -> new DaxPayAuthUrlRequest().clientIp(t));
        text(all, "serial_no", t -> new RedemptionRequest().serialNo(t));
        text(all, "user_id", t -> new RedemptionRequest().userId(t));
        text(all, "callback_url", t -> new RedemptionRequest().callbackUrl(t));
        text(all, "token", t -> with(new Seller(new Config(URL), "a", "s"), seller -> seller.invalidate(t)));
        text(all, "token", t -> with(new OpenPlatform(new Config(URL), "c", "s"), platform -> platform.invalidate(t)));
        text(all, "ident_code", t -> with(creditpay(), creditpay -> creditpay.openToken(t)));
        text(all, "ident_code", t -> with(creditpay(), creditpay -> creditpay.buildOpenToken(t)));
        text(all, "path", t -> new Inbound("POST", t));
        text(all, "signature", t -> with(creditpay(), creditpay -> creditpay.explain(new Inbound("POST", "/"), t)));
        return all;
    }

    private static void text(List<Object[]> all, String name, Consumer<String> use) {
        all.add(new Object[] {name, use});
    }

    private static CreditPay creditpay() {
        return new CreditPay(new Config(URL), "p", "k", "s");
    }

    private static <T extends AutoCloseable> void with(T handle, Consumer<T> use) {
        try (T closing = handle) {
            use.accept(closing);
        } catch (RuntimeException failure) {
            throw failure;
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }

    @Test
    void theseTestsRunUnderTheEncodingThatWasAskedFor() {
        String asked = System.getProperty("file.encoding");
        assertEquals(Charset.forName(asked), Charset.defaultCharset());
    }

    @Test
    void anEmbeddedNulNamesTheParameter() {
        refused("cut\0here", "NUL");
        refused("\0", "NUL");
        refused("at the end\0", "NUL");
    }

    @Test
    void aLoneSurrogateNamesTheParameter() {
        refused("\uD83D", "Unicode");
        refused("\uDCB3\uD83D", "Unicode");
        refused("a\uD83Db", "Unicode");
        refused("\uD83D\uD83D\uDCB3", "Unicode");
    }

    @SuppressWarnings("unchecked")
    private static void refused(String bad, String why) {
        for (Object[] one : everyText()) {
            InvalidArgumentException error = assertThrows(
                    InvalidArgumentException.class, () -> ((Consumer<String>) one[1]).accept(bad), (String) one[0]);
            assertTrue(
                    error.getMessage().startsWith(one[0] + " ")
                            && error.getMessage().contains(why),
                    error.getMessage());
            assertEquals(Status.INVALID_ARGUMENT, error.status());
            assertEquals(Delivery.NOT_SENT, error.delivery());
        }
    }

    /** Nothing but an error that names something, whatever is null, empty, or huge. */
    @SuppressWarnings("unchecked")
    @Test
    void nullEmptyAndHugeTextsDoNoHarm() {
        char[] much = new char[1 << 20];
        Arrays.fill(much, '卡');
        for (String text : new String[] {null, "", new String(much)}) {
            for (Object[] one : everyText()) {
                try {
                    ((Consumer<String>) one[1]).accept(text);
                } catch (LibauthException error) {
                    String message = error.getMessage();
                    assertFalse(error instanceof InternalException, one[0] + ": " + message);
                    assertTrue(message != null && message.length() < 2000, one[0] + " has a message of its own length");
                }
            }
        }
    }

    @Test
    void requiredTextsAreNamed() {
        named("base_url", () -> new Seller(new Config(null), "a", "s"));
        named("access_key", () -> new Seller(new Config(URL), "", "s"));
        named("secret_key", () -> new Seller(new Config(URL), "a", null));
        named("plat_id", () -> new CreditPay(new Config(URL), null, "k", "s"));
        named("sign_key", () -> new DaxPay(new Config(URL), "a", "m", null, DaxPaySign.MD5));
        named("algorithm", () -> new DaxPay(new Config(URL), "a", "m", "k", null));
        named("private_key", () -> Redemption.rsa(new Config(URL), "b", "m", null, null));
        named("request", () -> creditpay().issueCode(null));
        named("call", () -> creditpay().call(null));
        named("message", () -> creditpay().verify(null));
        named("ident_code", () -> creditpay().openToken(null));
        named("http_request", () -> creditpay().readIssueCode(null, new HttpResponse(200)));
        try (CreditPay creditpay = creditpay();
                HttpRequest request = creditpay.buildIssueCode(Requests.creditpay())) {
            named("http_response", () -> creditpay.readIssueCode(request, null));
        }
        named("token", () -> new Seller(new Config(URL), "a", "s").invalidate(null));
    }

    private static void named(String name, Runnable call) {
        LibauthException error = assertThrows(LibauthException.class, call::run, name);
        assertTrue(error.getMessage().contains(name), error.getMessage() + " does not name " + name);
        assertEquals(Delivery.NOT_SENT, error.delivery());
    }

    @Test
    void numbersOutOfRangeAreNamed() {
        Duration forever = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
        Duration never = Duration.ofSeconds(Long.MIN_VALUE);
        for (Duration wrong : new Duration[] {Duration.ofMillis(-1), never, forever, Duration.ofDays(1000)}) {
            setting("timeout_ms", config -> config.timeout(wrong));
            setting("connect_timeout_ms", config -> config.connectTimeout(wrong));
            setting("idle_timeout_ms", config -> config.idleTimeout(wrong));
            setting("window_ms", config -> config.window(wrong));
            setting("openplatform_token_lifetime_ms", config -> config.openPlatformTokenLifetime(wrong));
        }
        setting("timeout_ms", config -> config.timeout(Duration.ZERO));
        for (int wrong : new int[] {-1, 11, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            setting("max_tries", config -> config.maxTries(wrong));
        }
        for (long wrong : new long[] {-1, 0, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32}) {
            setting("max_response_bytes", config -> config.maxResponseBytes(wrong));
            setting("replay_capacity", config -> config.replayCapacity(wrong));
        }
        new Seller(new Config(URL).timeout(Duration.ofNanos(1)), "a", "s").close();
        new DaxPay(new Config(URL).daxPayUtcOffset(ZoneOffset.ofHours(-18)), "a", null, "k", DaxPaySign.MD5).close();
        InvalidArgumentException error = assertThrows(
                InvalidArgumentException.class, () -> new Config(URL).daxPayUtcOffset(ZoneOffset.ofTotalSeconds(1)));
        assertTrue(error.getMessage().contains("daxpay_utc_offset_minutes"), error.getMessage());
        for (Instant wrong : new Instant[] {Instant.MIN, Instant.MAX, Instant.EPOCH, Instant.ofEpochMilli(-1)}) {
            named("token_expire_ms", () -> creditpay()
                    .buildIssueCode(Requests.creditpay().tokenExpire(wrong)));
        }
        named("timeout_ms", () -> creditpay()
                .call(new Call("GET", "/"), new Options().timeout(Duration.ofSeconds(-5))));
        try (CreditPay creditpay = creditpay();
                HttpRequest request = creditpay.buildIssueCode(Requests.creditpay())) {
            for (int wrong : new int[] {0, -1, 99, 600, Integer.MAX_VALUE}) {
                named("status", () -> creditpay.readIssueCode(request, new HttpResponse(wrong)));
            }
        }
    }

    private static void setting(String name, Function<Config, Config> set) {
        InvalidConfigException error =
                assertThrows(InvalidConfigException.class, () -> creditpay(set.apply(new Config(URL))), name);
        assertTrue(error.getMessage().contains(name), error.getMessage() + " does not name " + name);
    }

    private static void creditpay(Config config) {
        new OpenPlatform(config, "c", "s").close();
        new CreditPay(config, "p", "k", "s").close();
    }

    @Test
    void nullSettingsAreNamed() {
        named("timeout_ms", () -> new Config(URL).timeout(null));
        named("daxpay_utc_offset_minutes", () -> new Config(URL).daxPayUtcOffset(null));
        named("daxpay_response_signature", () -> new Config(URL).daxPayResponseSignature(null));
        named("seller_expires_in_unit", () -> new Config(URL).sellerExpiresInUnit(null));
        named("level", () -> new Config(URL).log(null, (level, line) -> {}));
        new Seller(
                        new Config(URL)
                                .proxy(null)
                                .caFile(null)
                                .userAgent(null)
                                .clock(null)
                                .replayStore(null)
                                .log(LogLevel.TRACE, null),
                        "a",
                        "s")
                .close();
    }

    @Test
    void whatTheLastSetterSaidCounts() {
        named("customer_no", () -> creditpay()
                .buildIssueCode(Requests.creditpay().customerNo("1").customerNo("")));
        creditpay()
                .buildIssueCode(Requests.creditpay().customerNo("").customerNo("1"))
                .close();
    }

    @Test
    void aHugeBodyIsSentWhole() {
        Sandbox sandbox = new Sandbox();
        char[] much = new char[4 << 20];
        Arrays.fill(much, 'x');
        String text = "支付" + new String(much);
        try (CreditPay creditpay = sandbox.creditpay(sandbox.config("creditpay"));
                HttpRequest request = creditpay.buildCall(new Call("POST", "/big").json("\"" + text + "\""))) {
            assertEquals(text.length() + 4 + 2, request.body().length);
        }
    }

    @Test
    void chineseTextArrivesAndReturns() {
        Sandbox sandbox = new Sandbox();
        try (Seller seller = sandbox.seller(sandbox.config("seller"));
                Answer answer = seller.call(
                        new Call("POST", "/订单").query("名", "值 \uD83D\uDCB3").json("{\"备注\":\"支付\"}"))) {
            assertEquals("{\"备注\":\"支付\"}", answer.field("data.body"));
        }
        JsonArray requests = sandbox.requests("seller");
        JsonElement sent = requests.get(requests.size() - 1).getAsJsonObject().get("path");
        assertTrue(sent.getAsString().contains("%E8%AE%A2%E5%8D%95?%E5%90%8D=%E5%80%BC"), sent.toString());
    }
}
