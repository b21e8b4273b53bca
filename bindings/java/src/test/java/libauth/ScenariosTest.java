package libauth;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every language's suite shows: see tests/languages/scenarios.txt. */
class ScenariosTest {
    private final Sandbox sandbox = new Sandbox();

    @Test
    void scenario_creditpay_issue_code() {
        try (CreditPay creditpay = sandbox.creditpay(sandbox.config("creditpay"));
                CreditPayCode code = creditpay.issueCode(Requests.creditpay())) {
            assertTrue(code.identCode().matches("[0-9a-f]{32}"), code.identCode());
            assertTrue(code.url().contains(code.identCode()), code.url());
            assertEquals(200, code.answer().httpStatus());
            String body = new String(code.answer().body(), StandardCharsets.UTF_8);
            assertTrue(body.contains(code.identCode()), body);
            assertNotNull(code.answer().header("content-TYPE"));
            assertNull(code.answer().header("x-absent"));
        }
    }

    @Test
    void scenario_creditpay_cards() {
        CreditPayRequest request = Requests.creditpay()
                .card("金卡", "10001.23", "CNY", "https://shop.example/金.png", "<b>额度</b>")
                .card("card-2", "5", "CNY", "https://shop.example/2.png", "<i>二</i> \uD83D\uDCB3")
                .creditLimitTag("金卡")
                .lang("zh-CN");
        try (CreditPay creditpay = sandbox.creditpay(sandbox.config("creditpay"));
                CreditPayCode code = creditpay.issueCode(request)) {
            assertNotNull(code.url());
        }
        String sent = sandbox.requests("creditpay")
                .get(0)
                .getAsJsonObject()
                .get("body")
                .getAsString();
        assertTrue(sent.contains("金卡") && sent.contains("二") && sent.contains("\uD83D\uDCB3"), sent);
    }

    @Test
    void scenario_creditpay_open_token() {
        try (CreditPay creditpay = sandbox.creditpay(sandbox.config("creditpay"));
                CreditPayCode code = creditpay.issueCode(Requests.creditpay());
                Token token = creditpay.openToken(code.identCode())) {
            assertFalse(token.headerName().isEmpty());
            assertTrue(token.headerValue().endsWith(token.value()));
            assertTrue(token.expiresAt().isAfter(Instant.now()));
            assertTrue(token.lifetime().compareTo(Duration.ofSeconds(1)) > 0);
            assertEquals(200, token.answer().httpStatus());
        }
    }

    @Test
    void scenario_daxpay_auth() {
        try (DaxPay daxpay = sandbox.daxpay(sandbox.config("daxpay"));
                DaxPayIdentity identity = daxpay.auth(Requests.daxpay());
                DaxPayIdentity waiting = daxpay.auth(Requests.daxpay().authCode("waiting-1"))) {
            assertFalse(identity.openId().isEmpty());
            assertFalse(identity.userId().isEmpty());
            assertFalse(identity.accessToken().isEmpty());
            assertEquals(DaxPayStatus.SUCCESS, identity.status());
            assertEquals("success", identity.statusName());
            assertEquals(identity.openId(), identity.answer().field("data.openId"));
            assertEquals(DaxPayStatus.WAITING, waiting.status());
        }
    }

    @Test
    void scenario_daxpay_generate_auth_url() {
        DaxPayAuthUrlRequest request =
                new DaxPayAuthUrlRequest().channel("wechat_pay").authRedirectUrl("https://shop.example/back");
        try (DaxPay daxpay = sandbox.daxpay(sandbox.config("daxpay"));
                DaxPayAuthUrl url = daxpay.generateAuthUrl(request)) {
            assertTrue(url.url().startsWith("http"), url.url());
            assertFalse(url.queryCode().isEmpty());
        }
    }

    @Test
    void scenario_daxpay_unsigned_answer() {
        try (DaxPay strict = sandbox.daxpay(sandbox.config("daxpay-unsigned"))) {
            BadSignatureException error =
                    assertThrows(BadSignatureException.class, () -> strict.auth(Requests.daxpay()));
            assertEquals(Delivery.ANSWERED, error.delivery());
        }
        Config lenient = sandbox.config("daxpay-unsigned").daxPayResponseSignature(DaxPayResponseSignature.IF_PRESENT);
        try (DaxPay daxpay = sandbox.daxpay(lenient);
                DaxPayIdentity identity = daxpay.auth(Requests.daxpay())) {
            assertEquals(DaxPayStatus.SUCCESS, identity.status());
        }
    }

    @Test
    void scenario_openplatform_token_and_call() {
        try (OpenPlatform openplatform = sandbox.openplatform(sandbox.config("openplatform"));
                Token token = openplatform.token();
                Answer answer = openplatform.call(
                        new Call("POST", "/orders/订单").query("q", "a b&c").json("{\"n\":1}"))) {
            assertEquals("Access-Token", token.headerName());
            assertEquals("POST", answer.field("data.method"));
            assertEquals("{\"n\":1}", answer.field("data.body"));
            JsonObject sent = sandbox.requests("openplatform").get(1).getAsJsonObject();
            assertTrue(sent.get("headers").toString().contains(token.headerValue()));
            assertTrue(sent.get("path").getAsString().contains("/orders/%E8%AE%A2%E5%8D%95?q="), sent.toString());
        }
    }

    @Test
    void scenario_redemption_rsa() {
        try (Redemption redemption = sandbox.redemptionRsa(sandbox.config("redemption"));
                RedemptionAlipayUrl url = redemption.getAlipayUrl(Requests.redemption())) {
            assertTrue(url.url().startsWith("http"), url.url());
        }
        assertTrue(sandbox.requests("redemption").toString().contains("SHA256-RSA"));
    }

    @Test
    void scenario_redemption_md5() {
        try (Redemption redemption = sandbox.redemptionMd5(sandbox.config("redemption"));
                RedemptionAlipayUrl url = redemption.getAlipayUrl(Requests.redemption())) {
            assertTrue(url.url().startsWith("http"), url.url());
            assertEquals(200, url.answer().httpStatus());
        }
        assertTrue(sandbox.requests("redemption").toString().contains("MD5"));
    }

    @Test
    void scenario_seller_token_cached() {
        try (Seller seller = sandbox.seller(sandbox.config("seller"));
                Token first = seller.token();
                Token second = seller.token()) {
            assertEquals(first.value(), second.value());
            assertEquals("Authorization", first.headerName());
            assertEquals("Bearer " + first.value(), first.headerValue());
        }
        assertEquals(1, sandbox.count("seller", "requests"));
    }

    @Test
    void scenario_seller_stats() {
        try (Seller seller = sandbox.seller(sandbox.config("seller"))) {
            seller.token().close();
            seller.token().close();
            String json = seller.statsJson();
            assertTrue(json.startsWith("{\"platform\":\"seller\",\"calls\":{\"token\":{\"OK\":{\"count\":1,"), json);
            assertTrue(
                    json.contains("\"tokens\":{\"fetched\":1,\"refreshed\":0,\"cached\":1,\"failed\":0,\"shared\":0"),
                    json);
            assertTrue(json.contains("\"connections\":{\"opened\":1,\"reused\":0,\"failed\":0}"), json);
        }
    }

    @Test
    void scenario_seller_token_replaced() {
        try (Seller seller = sandbox.seller(sandbox.config("seller"));
                Token first = seller.token()) {
            sandbox.expireTokens();
            try (Answer answer = seller.call(new Call("GET", "/orders"));
                    Token second = seller.token()) {
                assertEquals("GET", answer.field("data.method"));
                assertFalse(first.value().equals(second.value()));
            }
        }
        assertEquals(2, sandbox.count("seller", "token_requests"));
        assertEquals(2, sandbox.count("seller", "business_requests"));
    }

    @Test
    void scenario_platform_error() {
        try (DaxPay daxpay = sandbox.daxpay(sandbox.config("daxpay", "code=20011"))) {
            PlatformException error = assertThrows(PlatformException.class, () -> daxpay.auth(Requests.daxpay()));
            assertEquals(Status.PLATFORM, error.status());
            assertEquals("20011", error.platformCode());
            assertFalse(error.platformMessage().isEmpty());
            assertEquals(200, error.httpStatus());
            assertEquals(Delivery.ANSWERED, error.delivery());
            assertFalse(error.traceId().isEmpty());
            assertNull(error.retryAfter());
            assertTrue(error.getMessage().contains("20011"), error.getMessage());
            assertEquals("20011", error.answer().code());
            assertEquals("20011", error.answer().field("code"));
            assertTrue(new String(error.answer().body(), StandardCharsets.UTF_8).contains("20011"));
        }
    }

    @Test
    void scenario_missing_field() {
        try (CreditPay creditpay = sandbox.creditpay(sandbox.config("creditpay"))) {
            InvalidArgumentException error = assertThrows(
                    InvalidArgumentException.class,
                    () -> creditpay.issueCode(Requests.creditpay().customerNo(null)));
            assertTrue(error.getMessage().contains("customer_no"), error.getMessage());
            assertEquals(Status.INVALID_ARGUMENT, error.status());
            assertEquals(Delivery.NOT_SENT, error.delivery());
            assertEquals(0, error.httpStatus());
            assertNull(error.answer());
        }
        assertEquals(0, sandbox.count("creditpay", "requests"));
    }

    @Test
    void scenario_outcome_unknown() {
        try (DaxPay daxpay = sandbox.daxpay(sandbox.config("daxpay", "reset_after"))) {
            OutcomeUnknownException error =
                    assertThrows(OutcomeUnknownException.class, () -> daxpay.auth(Requests.daxpay()));
            assertEquals(Delivery.MAYBE_SENT, error.delivery());
            assertFalse(error.retrySafe());
        }
        assertEquals(1, sandbox.count("daxpay", "requests"));
    }

    @Test
    void scenario_timeout() {
        Config config = sandbox.config("seller", "slow=20000").timeout(Duration.ofMillis(300));
        try (Seller seller = sandbox.seller(config)) {
            long started = System.nanoTime();
            TimeoutException error = assertThrows(TimeoutException.class, seller::token);
            Duration took = Duration.ofNanos(System.nanoTime() - started);
            assertEquals(Delivery.MAYBE_SENT, error.delivery());
            assertTrue(
                    took.compareTo(Duration.ofMillis(290)) > 0 && took.compareTo(Duration.ofSeconds(5)) < 0,
                    took.toString());
        }
    }

    @Test
    void scenario_rate_limited() {
        try (Seller seller = sandbox.seller(
                sandbox.config("seller", "status=429,retry_after=7").maxTries(1))) {
            RateLimitedException error = assertThrows(RateLimitedException.class, seller::token);
            assertEquals(429, error.httpStatus());
            assertEquals(Duration.ofSeconds(7), error.retryAfter());
        }
    }

    @Test
    void scenario_webhook_genuine() {
        Inbound inbound = sandbox.message(
                "{\"platform\":\"creditpay\",\"kind\":\"PAY_SUCCESS\",\"event_id\":\"event-7\",\"retry\":2}");
        try (CreditPay creditpay = sandbox.creditpay(sandbox.config("creditpay"));
                CreditPayEvent event = creditpay.verify(inbound)) {
            assertEquals(CreditPayKind.PAY_SUCCESS, event.kind());
            assertEquals("PAY_SUCCESS", event.type());
            assertEquals("event-7", event.id());
            assertEquals("2", event.retry());
            assertEquals(sandbox.credential("creditpay_plat_id"), event.platformId());
            assertEquals("sandbox-customer-token", event.customerToken());
            assertEquals("支付", event.field("data.remark"));
            assertNull(event.field("data.absent"));
            assertNull(event.lang());
            assertNotNull(event.traceId());
            assertTrue(new String(event.body(), StandardCharsets.UTF_8).contains("event-7"));
            assertTrue(Duration.between(event.timestamp(), Instant.now()).abs().compareTo(Duration.ofMinutes(1)) < 0);
        }
    }

    @Test
    void scenario_webhook_tampered() {
        try (CreditPay creditpay = sandbox.creditpay(sandbox.config("creditpay"))) {
            for (String tamper : new String[] {"body", "signature", "missing_signature"}) {
                Inbound inbound = sandbox.message("{\"platform\":\"creditpay\",\"tamper\":\"" + tamper + "\"}");
                BadSignatureException error =
                        assertThrows(BadSignatureException.class, () -> creditpay.verify(inbound), tamper);
                assertEquals(
                        tamper.equals("missing_signature"), error.getMessage().contains("missing"), error.getMessage());
            }
        }
    }

    @Test
    void scenario_webhook_replayed() {
        Inbound inbound = sandbox.message("{\"platform\":\"creditpay\"}");
        try (CreditPay creditpay = sandbox.creditpay(sandbox.config("creditpay"))) {
            creditpay.verify(inbound).close();
            try (CreditPayEvent event = creditpay.verify(inbound)) {
                BusyException busy = assertThrows(BusyException.class, () -> creditpay.verify(inbound));
                assertEquals(event.id(), busy.event().field("event_id"));
                assertEquals(503, Libauth.replyStatus(busy));
                event.done();
            }
            ReplayedException replayed = assertThrows(ReplayedException.class, () -> creditpay.verify(inbound));
            assertNotNull(replayed.event().field("event_id"));
            assertEquals(200, Libauth.replyStatus(replayed));
            assertEquals(200, Libauth.replyStatus(null));
        }
    }

    @Test
    void scenario_webhook_stale() {
        Inbound inbound = sandbox.message("{\"platform\":\"creditpay\"}");
        Config config = sandbox.config("creditpay").clock(Clock.offset(Clock.systemUTC(), Duration.ofMinutes(61)));
        try (CreditPay creditpay = sandbox.creditpay(config)) {
            assertThrows(StaleException.class, () -> creditpay.verify(inbound));
        }
        try (CreditPay creditpay = sandbox.creditpay(config.window(Duration.ofMinutes(62)));
                CreditPayEvent event = creditpay.verify(inbound)) {
            assertNotNull(event.id());
        }
    }

    @Test
    void scenario_daxpay_notification() {
        Inbound inbound = sandbox.message("{\"platform\":\"daxpay\",\"kind\":\"payment\",\"event_id\":\"trace-9\"}");
        try (DaxPay daxpay = sandbox.daxpay(sandbox.config("daxpay"));
                DaxPayEvent notification = daxpay.verify(inbound)) {
            assertEquals("0", notification.code());
            assertEquals("trace-9", notification.traceId());
            assertNotNull(notification.message());
            assertNotNull(notification.field("data"));
            assertTrue(notification.body().length > 0);
        }
        Inbound tampered = sandbox.message("{\"platform\":\"daxpay\",\"tamper\":\"body\"}");
        try (DaxPay daxpay = sandbox.daxpay(sandbox.config("daxpay"))) {
            assertThrows(BadSignatureException.class, () -> daxpay.verify(tampered));
        }
    }

    @Test
    void scenario_redemption_callback() {
        Inbound inbound = sandbox.message("{\"platform\":\"redemption\",\"event_id\":\"serial-3\"}");
        try (Redemption redemption = sandbox.redemptionRsa(sandbox.config("redemption"));
                RedemptionEvent callback = redemption.verify(inbound)) {
            assertEquals("serial-3", callback.serialNo());
            assertFalse(callback.openId().isEmpty());
            assertEquals(callback.openId(), callback.field("openId"));
            assertTrue(callback.body().length > 0);
        }
    }

    @Test
    void scenario_offline_round_trip() throws Exception {
        try (CreditPay creditpay = sandbox.creditpay(sandbox.config("creditpay"));
                HttpRequest request = creditpay.buildIssueCode(Requests.creditpay())) {
            assertEquals(0, sandbox.count("creditpay", "requests"));
            HttpURLConnection connection = (HttpURLConnection) new URL(request.url()).openConnection();
            connection.setRequestMethod(request.method());
            for (Map.Entry<String, String> header : request.headers()) {
                connection.setRequestProperty(header.getKey(), header.getValue());
            }
            HttpResponse response = new HttpResponse(200).body(Sandbox.exchange(connection, request.body()));
            assertEquals(200, connection.getResponseCode());
            connection.getHeaderFields().forEach((name, values) -> {
                if (name != null) values.forEach(value -> response.header(name, value));
            });
            try (CreditPayCode code = creditpay.readIssueCode(request, response)) {
                assertTrue(code.identCode().matches("[0-9a-f]{32}"));
            }
            assertThrows(
                    ProtocolException.class,
                    () -> creditpay.readIssueCode(
                            request, new HttpResponse(200).body("{".getBytes(StandardCharsets.UTF_8))));
        }
        assertEquals(1, sandbox.count("creditpay", "processed"));
    }

    @Test
    void scenario_explain_mismatch() {
        byte[] body = "{\"备注\":\"支付\"}".getBytes(StandardCharsets.UTF_8);
        try (CreditPay creditpay = sandbox.creditpay(new Config("https://gateway.example/dg"));
                Explanation wrong = creditpay.explain(new Inbound("POST", "/dg/v1/pay").body(body), null);
                Explanation mistake = creditpay.explain(new Inbound("POST", "/v1/pay").body(body), wrong.signature());
                Explanation right =
                        creditpay.explain(new Inbound("POST", "/dg/v1/pay").body(body), wrong.signature())) {
            assertNull(wrong.matches());
            assertEquals(false, mistake.matches());
            assertEquals(true, right.matches());
            assertEquals(Collections.singletonList("PATH_PREFIX"), mistake.mistakes());
            assertEquals(1, mistake.advice().size());
            assertTrue(right.mistakes().isEmpty() && right.advice().isEmpty());
            assertFalse(mistake.message().isEmpty());
            assertFalse(mistake.algorithm().isEmpty());
            assertTrue(mistake.stringToSign().contains("/v1/pay"), mistake.stringToSign());
            assertFalse(mistake.stringToSign().contains(sandbox.credential("creditpay_signature_key")));
        }
        Inbound message = sandbox.message("{\"platform\":\"redemption\",\"algorithm\":\"SHA256-RSA\"}");
        try (Redemption redemption = sandbox.redemptionRsa(sandbox.config("redemption"));
                Explanation explanation = redemption.explainEvent(message, "AAAA")) {
            assertEquals(false, explanation.matches());
            assertNull(explanation.signature(), "only the public key is at hand");
        }
    }

    @Test
    void scenario_log_without_secrets() {
        List<String> lines = Collections.synchronizedList(new ArrayList<>());
        Set<LogLevel> levels = Collections.synchronizedSet(new HashSet<>());
        Log log = (level, line) -> {
            levels.add(level);
            lines.add(line);
        };
        List<String> secrets = new ArrayList<>();
        for (String name : new String[] {
            "creditpay_api_key",
            "creditpay_signature_key",
            "daxpay_sign_key",
            "openplatform_secret",
            "redemption_md5_secret",
            "seller_secret_key"
        }) {
            secrets.add(sandbox.credential(name));
        }
        try (CreditPay creditpay = sandbox.creditpay(sandbox.config("creditpay").log(LogLevel.TRACE, log));
                CreditPayCode code = creditpay.issueCode(Requests.creditpay());
                Token open = creditpay.openToken(code.identCode());
                DaxPay daxpay = sandbox.daxpay(sandbox.config("daxpay").log(LogLevel.TRACE, log));
                DaxPayIdentity identity = daxpay.auth(Requests.daxpay());
                OpenPlatform openplatform =
                        sandbox.openplatform(sandbox.config("openplatform").log(LogLevel.TRACE, log));
                Token access = openplatform.token();
                Redemption redemption =
                        sandbox.redemptionMd5(sandbox.config("redemption").log(LogLevel.TRACE, log));
                RedemptionAlipayUrl url = redemption.getAlipayUrl(Requests.redemption());
                Seller seller = sandbox.seller(sandbox.config("seller").log(LogLevel.TRACE, log));
                Token bearer = seller.token()) {
            Collections.addAll(
                    secrets,
                    code.identCode(),
                    open.value(),
                    identity.accessToken(),
                    access.value(),
                    bearer.value(),
                    "customer-token-1");
            assertNotNull(url.url());
        }
        try (Seller refused =
                new Seller(sandbox.config("seller").log(LogLevel.TRACE, log), "unknown", "wrong-secret-1234")) {
            assertThrows(UnauthorizedException.class, refused::token);
        }
        secrets.add("wrong-secret-1234");
        assertTrue(lines.size() >= 6, lines.toString());
        assertTrue(levels.contains(LogLevel.ERROR) && levels.contains(LogLevel.DEBUG), levels.toString());
        for (String line : lines) {
            assertFalse(line.contains("\n"), line);
            for (String secret : secrets) assertFalse(line.contains(secret), line);
        }
    }

    @Test
    void scenario_token_store() {
        MemoryStore store = new MemoryStore();
        Config config = sandbox.config("seller").tokenStore(store);
        assertThrows(InvalidConfigException.class, () -> sandbox.seller(config));
        config.storeKey("one", new byte[32]);
        try (Seller one = sandbox.seller(config);
                Seller other = sandbox.seller(config);
                Token token = one.token();
                Token same = other.token()) {
            assertEquals(token.value(), same.value());
            assertFalse(token.isDegraded());
            assertEquals(0, same.answer().httpStatus());
            for (byte[] value : store.values.values()) {
                assertFalse(new String(value, java.nio.charset.StandardCharsets.ISO_8859_1).contains(token.value()));
            }
        }
        assertEquals(1, sandbox.count("seller", "requests"));
    }

    /** A store in memory; what it keeps never ends. */
    private static final class MemoryStore implements Store {
        final java.util.Map<String, byte[]> values = new java.util.HashMap<>();

        @Override
        public synchronized byte[] get(String key, Duration timeout) {
            assertEquals(Duration.ofMillis(200), timeout);
            return values.get(key);
        }

        @Override
        public synchronized boolean add(String key, byte[] value, Duration ttl, Duration timeout) {
            assertTrue(!ttl.isNegative() && !ttl.isZero());
            return values.putIfAbsent(key, value) == null;
        }

        @Override
        public synchronized boolean replace(String key, byte[] expected, byte[] value, Duration ttl, Duration timeout) {
            boolean isThere = java.util.Arrays.equals(values.get(key), expected);
            if (isThere) values.put(key, value);
            return isThere;
        }

        @Override
        public synchronized boolean remove(String key, byte[] expected, Duration timeout) {
            boolean isThere = java.util.Arrays.equals(values.get(key), expected);
            if (isThere) values.remove(key);
            return isThere;
        }
    }

    @Test
    void scenario_replay_store() {
        Set<String> seen = Collections.synchronizedSet(new HashSet<>());
        AddStore store = (key, value, ttl, timeout) -> {
            assertEquals(Duration.ofDays(1), ttl);
            return seen.add(key);
        };
        Inbound inbound = sandbox.message("{\"platform\":\"creditpay\"}");
        Config config = sandbox.config("creditpay").replayStore(store);
        try (CreditPay first = sandbox.creditpay(config);
                CreditPay second = sandbox.creditpay(config)) {
            first.verify(inbound).close();
            assertEquals(1, seen.size());
            assertThrows(ReplayedException.class, () -> second.verify(inbound));
            seen.clear();
            second.verify(inbound).close();
        }
        // One with all four operations has two phases.
        config.replayStore(new MemoryStore());
        try (CreditPay first = sandbox.creditpay(config);
                CreditPay second = sandbox.creditpay(config);
                CreditPayEvent event = first.verify(inbound)) {
            assertThrows(BusyException.class, () -> second.verify(inbound));
            event.done();
            assertThrows(ReplayedException.class, () -> second.verify(inbound));
        }
    }

    @Test
    void scenario_threads_share_a_token() throws Exception {
        int threads = 64;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try (Seller seller = sandbox.seller(sandbox.config("seller", "slow=200,at=token"))) {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<String>> values = new ArrayList<>();
            Callable<String> ask = () -> {
                start.await();
                try (Token token = seller.token()) {
                    return token.value();
                }
            };
            for (int i = 0; i < threads; i++) values.add(pool.submit(ask));
            start.countDown();
            Set<String> different = new HashSet<>();
            for (Future<String> value : values) different.add(value.get());
            assertEquals(1, different.size());
        } finally {
            pool.shutdownNow();
        }
        assertEquals(1, sandbox.count("seller", "requests"));
    }

    @Test
    void scenario_invalid_text() {
        Config config = sandbox.config("seller");
        InvalidArgumentException error =
                assertThrows(InvalidArgumentException.class, () -> new Seller(config, null, "secret"));
        assertTrue(error.getMessage().contains("access_key"), error.getMessage());
        error = assertThrows(InvalidArgumentException.class, () -> new Seller(null, "key", "secret"));
        assertTrue(error.getMessage().contains("config"), error.getMessage());
        error = assertThrows(InvalidArgumentException.class, () -> new Seller(config, "key", "half \uD83D pair"));
        assertTrue(error.getMessage().contains("secret_key"), error.getMessage());
        assertEquals(Status.INVALID_ARGUMENT, error.status());
        assertEquals(Delivery.NOT_SENT, error.delivery());
        byte[] notUtf8 = {'{', (byte) 0xff, '}'};
        try (Seller seller = sandbox.seller(config);
                Answer answer = seller.call(new Call("POST", "/raw").body(null, notUtf8))) {
            assertEquals(200, answer.httpStatus());
        }
        JsonObject sent = sandbox.requests("seller").get(1).getAsJsonObject();
        assertArrayEquals(
                notUtf8,
                java.util.Base64.getDecoder().decode(sent.get("body_base64").getAsString()));
    }
}
