package libauth;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;

/** A scope of the running sandbox, for one test; and its credentials. */
final class Sandbox {
    private final String origin;
    private final String scope = "java-" + UUID.randomUUID();
    private final JsonObject credentials;

    /** Skips the test when there is no sandbox; with CI=true that is a failure. */
    Sandbox() {
        origin = System.getenv("LIBAUTH_SANDBOX");
        if ("true".equals(System.getenv("CI")) && origin == null) fail("LIBAUTH_SANDBOX is not set");
        assumeTrue(origin != null, "LIBAUTH_SANDBOX is not set");
        credentials = control("GET", "credentials", null).getAsJsonObject();
    }

    String credential(String name) {
        return credentials.get(name).getAsString();
    }

    JsonObject credentials() {
        return credentials;
    }

    Config config(String platform) {
        return new Config(origin + "/s/" + scope + "/" + platform);
    }

    /** The same, where something goes wrong. */
    Config config(String platform, String fault) {
        return new Config(origin + "/s/" + scope + "/f/" + fault + "/" + platform);
    }

    CreditPay creditpay(Config config) {
        return new CreditPay(
                config,
                credential("creditpay_plat_id"),
                credential("creditpay_api_key"),
                credential("creditpay_signature_key"));
    }

    DaxPay daxpay(Config config) {
        return new DaxPay(
                config,
                credential("daxpay_app_id"),
                credential("daxpay_mch_no"),
                credential("daxpay_sign_key"),
                DaxPaySign.HMAC_SHA256);
    }

    OpenPlatform openplatform(Config config) {
        return new OpenPlatform(config, credential("openplatform_client_id"), credential("openplatform_secret"));
    }

    Redemption redemptionRsa(Config config) {
        return Redemption.rsa(
                config,
                credential("redemption_business_id"),
                credential("redemption_merchant_id"),
                credential("redemption_merchant_private_key_pem"),
                credential("redemption_platform_public_key_pem"));
    }

    Redemption redemptionMd5(Config config) {
        return Redemption.md5(
                config,
                credential("redemption_business_id"),
                credential("redemption_merchant_id"),
                credential("redemption_md5_secret"));
    }

    Seller seller(Config config) {
        return new Seller(config, credential("seller_access_key"), credential("seller_secret_key"));
    }

    /** A counter of a platform, or 0. */
    long count(String platform, String counter) {
        JsonElement counters =
                control("GET", "counters", null).getAsJsonObject().get(platform);
        return counters == null ? 0 : counters.getAsJsonObject().get(counter).getAsLong();
    }

    void expireTokens() {
        control("POST", "expire", null);
    }

    JsonArray requests(String platform) {
        return control("GET", "requests?platform=" + platform, null).getAsJsonArray();
    }

    /** A signed message of a platform. */
    Inbound message(String order) {
        JsonObject message = control("POST", "callback", order).getAsJsonObject();
        Inbound inbound = new Inbound(
                message.get("method").getAsString(), message.get("path").getAsString());
        for (JsonElement header : message.get("headers").getAsJsonArray()) {
            JsonArray pair = header.getAsJsonArray();
            inbound.header(pair.get(0).getAsString(), pair.get(1).getAsString());
        }
        return inbound.body(
                Base64.getDecoder().decode(message.get("body_base64").getAsString()));
    }

    private JsonElement control(String method, String call, String body) {
        String url = origin + "/_/" + call + (call.contains("?") ? "&" : "?") + "scope=" + scope;
        try {
            HttpURLConnection connection = (HttpURLConnection) new URL(url).openConnection();
            connection.setRequestMethod(method);
            byte[] bytes = body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8);
            String answer =
                    new String(exchange(connection, method.equals("POST") ? bytes : null), StandardCharsets.UTF_8);
            if (connection.getResponseCode() != 200) fail(call + ": " + answer);
            return answer.startsWith("{") || answer.startsWith("[") ? JsonParser.parseString(answer) : null;
        } catch (IOException failure) {
            throw new AssertionError(url, failure);
        }
    }

    /** Sends a body, if any, and reads whatever comes back. */
    static byte[] exchange(HttpURLConnection connection, byte[] body) throws IOException {
        connection.setConnectTimeout(10_000);
        connection.setReadTimeout(10_000);
        if (body != null) {
            connection.setDoOutput(true);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(body);
            }
        }
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try (InputStream in =
                connection.getResponseCode() >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
            byte[] part = new byte[8192];
            for (int n; in != null && (n = in.read(part)) > 0; ) read.write(part, 0, n);
        }
        return read.toByteArray();
    }
}
