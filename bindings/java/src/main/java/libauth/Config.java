package libauth;

import com.sun.jna.Pointer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Settings, from which platform handles are made. A handle copies what it needs: the configuration may be
 * changed and used for further handles. What is wrong with a value is reported, by its name, when a handle
 * is made, with an {@link InvalidConfigException}; a null {@link Duration} and text that is not Unicode or
 * has a NUL are an {@link InvalidArgumentException} at once. Any thread; nothing to close.
 */
public final class Config extends Builder<Config> {
    private static final int SECONDS_PER_MINUTE = 60;

    private final byte[] baseUrl;

    /**
     * Settings for a deployment's address.
     *
     * @param baseUrl with its gateway prefix, such as {@code https://host/dg}; without query and fragment. It
     *                is https, but for addresses of this machine
     */
    public Config(String baseUrl) {
        this.baseUrl = Text.encode("base_url", baseUrl);
    }

    @Override
    Pointer make() {
        return Lib.libauth_config_new(baseUrl);
    }

    @Override
    void free(Pointer made) {
        Lib.libauth_config_free(made);
    }

    private Config millis(String name, Duration duration, Millis setter) {
        long millis = Text.millis(name, duration);
        return set(name, made -> setter.set(made, millis));
    }

    private interface Millis {
        void set(Pointer made, long millis);
    }

    /**
     * The deadline of a whole call, repeats included: resolving, connecting, sending, every byte received.
     *
     * @param timeout from 1 ms to a day; by default 10 s
     * @return this
     */
    public Config timeout(Duration timeout) {
        return millis("timeout_ms", timeout, Lib::libauth_config_set_timeout_ms);
    }

    /**
     * The limit for resolving, connecting and the TLS handshake, within the deadline.
     *
     * @param connectTimeout from 1 ms to a day; by default 3 s
     * @return this
     */
    public Config connectTimeout(Duration connectTimeout) {
        return millis("connect_timeout_ms", connectTimeout, Lib::libauth_config_set_connect_timeout_ms);
    }

    /**
     * A kept-alive connection that was idle for longer is closed instead of used.
     *
     * @param idleTimeout from 0 to a day; by default 30 s
     * @return this
     */
    public Config idleTimeout(Duration idleTimeout) {
        return millis("idle_timeout_ms", idleTimeout, Lib::libauth_config_set_idle_timeout_ms);
    }

    /**
     * How often a call is tried at most, where it may be repeated (each operation says so), with growing
     * pauses, within the deadline.
     *
     * @param maxTries from 0 to 10; by default 3. 0 and 1 switch repeating off
     * @return this
     */
    public Config maxTries(int maxTries) {
        return set("max_tries", made -> Lib.libauth_config_set_max_tries(made, maxTries));
    }

    /**
     * The largest answer or inbound body accepted.
     *
     * @param maxResponseBytes in bytes, from 1 to 67108864; by default 1048576
     * @return this
     */
    public Config maxResponseBytes(long maxResponseBytes) {
        return set("max_response_bytes", made -> Lib.libauth_config_set_max_response_bytes(made, maxResponseBytes));
    }

    /**
     * Allows plain http to other machines: secrets then travel in the clear.
     *
     * @param allow by default false
     * @return this
     */
    public Config allowHttp(boolean allow) {
        return set("allow_http", made -> Lib.libauth_config_set_allow_http(made, allow ? 1 : 0));
    }

    /**
     * The HTTP proxy to CONNECT through.
     *
     * @param proxy {@code http://[user:password@]host:port}; null: none, the default
     * @return this
     */
    public Config proxy(String proxy) {
        return set("proxy", proxy, Lib::libauth_config_set_proxy);
    }

    /**
     * Takes the proxy from ALL_PROXY, HTTPS_PROXY, HTTP_PROXY and NO_PROXY, read when a handle is made.
     *
     * @param on by default false: the environment is not looked at
     * @return this
     */
    public Config proxyFromEnvironment(boolean on) {
        return set("proxy_from_environment", made -> Lib.libauth_config_set_proxy_from_environment(made, on ? 1 : 0));
    }

    /**
     * Whether Mozilla's root certificates, which are part of the library, are trusted.
     *
     * @param on by default true
     * @return this
     */
    public Config bundledRoots(boolean on) {
        return set("bundled_roots", made -> Lib.libauth_config_set_bundled_roots(made, on ? 1 : 0));
    }

    /**
     * Whether the system's root certificates are trusted too, read when a handle is made (on Unix from where
     * SSL_CERT_FILE and SSL_CERT_DIR say, if they are set).
     *
     * @param on by default false
     * @return this
     */
    public Config systemRoots(boolean on) {
        return set("system_roots", made -> Lib.libauth_config_set_system_roots(made, on ? 1 : 0));
    }

    /**
     * A PEM file whose certificates are trusted too, read when a handle is made.
     *
     * @param path null: none, the default
     * @return this
     */
    public Config caFile(Path path) {
        return set("ca_file", path == null ? null : path.toString(), Lib::libauth_config_set_ca_file);
    }

    /**
     * Certificates in PEM that are trusted too.
     *
     * @param pem null: none, the default
     * @return this
     */
    public Config caPem(String pem) {
        byte[] encoded = Text.utf8("ca_pem", pem);
        return set("ca_pem", made -> Lib.libauth_config_set_ca_pem(made, encoded, Handle.length(encoded)));
    }

    /**
     * How many idle connections a handle keeps.
     *
     * @param maxIdleConnections from 0 to 1024; by default 64
     * @return this
     */
    public Config maxIdleConnections(int maxIdleConnections) {
        return set(
                "max_idle_connections", made -> Lib.libauth_config_set_max_idle_connections(made, maxIdleConnections));
    }

    /**
     * The certificate that this client shows, from files that are read when a handle is made.
     *
     * @param chain the PEM chain, the client's own certificate first; null: none, the default
     * @param key   its key, in PEM
     * @return this
     */
    public Config clientCertificate(Path chain, Path key) {
        byte[] chainPath = Text.encode("chain_path", chain == null ? null : chain.toString());
        byte[] keyPath = Text.encode("key_path", key == null ? null : key.toString());
        return set(
                "client_certificate",
                made -> Lib.libauth_config_set_client_certificate_files(made, chainPath, keyPath));
    }

    /**
     * The certificate that this client shows.
     *
     * @param chain the PEM chain, the client's own certificate first; null: none, the default
     * @param key   its key in PEM, a secret
     * @return this
     */
    public Config clientCertificate(String chain, String key) {
        byte[] chainPem = Text.utf8("chain", chain);
        byte[] keyPem = Text.utf8("key", key);
        return set(
                "client_certificate",
                made -> Lib.libauth_config_set_client_certificate_pem(
                        made, chainPem, Handle.length(chainPem), keyPem, Handle.length(keyPem)));
    }

    /**
     * Accepts only servers with a certificate of this public key in their chain. Any of several pins suffices.
     *
     * @param pin {@code sha256/} and the base64 of the SHA-256 of its SubjectPublicKeyInfo
     * @return this
     */
    public Config pin(String pin) {
        byte[] encoded = Text.encode("pin", pin);
        return add(made -> Lib.libauth_config_add_pin(made, encoded));
    }

    /**
     * The User-Agent header.
     *
     * @param userAgent null: {@code libauth/VERSION}, the default
     * @return this
     */
    public Config userAgent(String userAgent) {
        return set("user_agent", userAgent, Lib::libauth_config_set_user_agent);
    }

    /**
     * Credit Pay: the gateway prefix that is part of the signed path, for a deployment whose gateway passes
     * its prefix on.
     *
     * @param prefix such as {@code /dg}; null: none, the default, as the platform documents it
     * @return this
     */
    public Config creditPaySignedPathPrefix(String prefix) {
        return set("creditpay_signed_path_prefix", prefix, Lib::libauth_config_set_creditpay_signed_path_prefix);
    }

    /**
     * DaxPay: the gateway's time zone. The machine's own plays no part.
     *
     * @param offset of whole minutes; by default +08:00, China
     * @return this
     */
    public Config daxPayUtcOffset(ZoneOffset offset) {
        Text.required("daxpay_utc_offset_minutes", offset);
        if (offset.getTotalSeconds() % SECONDS_PER_MINUTE != 0) {
            throw new InvalidArgumentException("daxpay_utc_offset_minutes must be whole minutes, and is " + offset);
        }
        int minutes = offset.getTotalSeconds() / SECONDS_PER_MINUTE;
        return set(
                "daxpay_utc_offset_minutes", made -> Lib.libauth_config_set_daxpay_utc_offset_minutes(made, minutes));
    }

    /**
     * DaxPay: for a gateway that does not sign its answers. A signature that is there and wrong is an error
     * under either, and notifications must always be signed.
     *
     * @param policy by default {@link DaxPayResponseSignature#REQUIRED}
     * @return this
     */
    public Config daxPayResponseSignature(DaxPayResponseSignature policy) {
        Text.required("daxpay_response_signature", policy);
        return set(
                "daxpay_response_signature",
                made -> Lib.libauth_config_set_daxpay_response_signature(made, policy.ordinal()));
    }

    /**
     * The open platform: the lifetime of a token that does not tell its own.
     *
     * @param openPlatformTokenLifetime from 1 ms to 365 days; by default two hours
     * @return this
     */
    public Config openPlatformTokenLifetime(Duration openPlatformTokenLifetime) {
        return millis(
                "openplatform_token_lifetime_ms",
                openPlatformTokenLifetime,
                Lib::libauth_config_set_openplatform_token_lifetime_ms);
    }

    /**
     * The seller API: how to read {@code expiresIn}.
     *
     * @param unit by default {@link SellerExpiresInUnit#AUTO}
     * @return this
     */
    public Config sellerExpiresInUnit(SellerExpiresInUnit unit) {
        Text.required("seller_expires_in_unit", unit);
        return set(
                "seller_expires_in_unit", made -> Lib.libauth_config_set_seller_expires_in_unit(made, unit.ordinal()));
    }

    /**
     * A key before a rotation, under which received messages are accepted too. Any number of them.
     *
     * @param key a signature key
     * @return this
     */
    public Config creditPayPreviousKey(String key) {
        byte[] encoded = Text.encode("creditpay_previous_key", key);
        return add(made -> Lib.libauth_config_add_creditpay_previous_key(made, encoded));
    }

    /**
     * A key before a rotation, under which received messages are accepted too. Any number of them.
     *
     * @param key edition 3's sign key, edition open's public key of the platform
     * @return this
     */
    public Config daxPayPreviousKey(String key) {
        byte[] encoded = Text.encode("daxpay_previous_key", key);
        return add(made -> Lib.libauth_config_add_daxpay_previous_key(made, encoded));
    }

    /**
     * A key before a rotation, under which received messages are accepted too. Any number of them.
     *
     * @param key the platform's public key, or for MD5 the shared secret
     * @return this
     */
    public Config redemptionPreviousKey(String key) {
        byte[] encoded = Text.encode("redemption_previous_key", key);
        return add(made -> Lib.libauth_config_add_redemption_previous_key(made, encoded));
    }

    /**
     * The seller API: the path of the token's endpoint, for deployments of another version of the documents.
     *
     * @param path null: the documented one, the default
     * @return this
     */
    public Config sellerTokenPath(String path) {
        return set("seller_token_path", path, Lib::libauth_config_set_seller_token_path);
    }

    /**
     * Inbound messages: how far a message's time may be from the clock, to either side; the edges belong to it.
     *
     * @param window from 1 ms to 7 days; by default 5 minutes
     * @return this
     */
    public Config window(Duration window) {
        return millis("window_ms", window, Lib::libauth_config_set_window_ms);
    }

    /**
     * Inbound messages: how many of them the built-in replay guard remembers, in the memory of each handle;
     * when it is full the oldest makes room.
     *
     * @param capacity from 1 to 100000000; by default 100000
     * @return this
     */
    public Config replayCapacity(long capacity) {
        return set("replay_capacity", made -> Lib.libauth_config_set_replay_capacity(made, capacity));
    }

    /**
     * Inbound messages: how long one is claimed that was accepted, for acting on it: see {@link Event}.
     *
     * @param claim from 0 (one phase: final when accepted) to a day; by default a minute
     * @return this
     */
    public Config replayClaim(Duration claim) {
        return millis("replay_claim_ms", claim, Lib::libauth_config_set_replay_claim_ms);
    }

    /**
     * Inbound messages: where they are claimed and remembered for all machines, in place of the built-in replay guard. A
     * message that the store cannot tell about is refused with a {@link StoreException}, whose cause is what was thrown:
     * answer with failure, and it will come again. With a store that is no {@link Store} a message is final when it is
     * accepted.
     *
     * @param store null: the built-in guard
     * @return this
     */
    public Config replayStore(AddStore store) {
        return store("replay_store", store, Lib::libauth_config_set_replay_store);
    }

    /**
     * The open platform and the seller API: where the processes of a fleet keep the token that they share, so that one
     * of them logs in for all. It needs {@link #storeKey}. If the store fails, the call goes on with a login of its own:
     * see {@link Token#isDegraded}.
     *
     * @param store null: none, the default
     * @return this
     */
    public Config tokenStore(Store store) {
        return store("token_store", store, Lib::libauth_config_set_token_store);
    }

    private Config store(String name, AddStore store, NativeStore.Setter setter) {
        NativeStore kept = store == null ? null : new NativeStore(store);
        return set(name, made -> {
            if (kept == null) setter.set(made, null);
            else kept.give(made, setter);
        });
    }

    /**
     * Adds a key that seals the records in the token store. The one that was added last seals, all of them open.
     *
     * @param keyId 1 to 64 visible ASCII characters, which stand in the records in the clear
     * @param key   32 random bytes, the same in all processes of the fleet
     * @return this
     */
    public Config storeKey(String keyId, byte[] key) {
        byte[] encoded = Text.encode("key_id", keyId);
        byte[] copy = key == null ? null : key.clone();
        return add(made -> Lib.libauth_config_add_store_key(made, encoded, copy, Handle.length(copy)));
    }

    /**
     * Within how long an operation of a store should answer.
     *
     * @param storeTimeout from 1 ms to a minute; by default 200 ms
     * @return this
     */
    public Config storeTimeout(Duration storeTimeout) {
        return millis("store_timeout_ms", storeTimeout, Lib::libauth_config_set_store_timeout_ms);
    }

    /**
     * A clock of your own, for tests: it tells the timestamps that are sent and checked, and the age of
     * tokens. Deadlines and pauses go by the real clock. When it is set back, the age of tokens stands still.
     *
     * @param clock null: the system's clocks
     * @return this
     */
    public Config clock(Clock clock) {
        if (clock == null) return clock(null, null);
        AtomicLong latest = new AtomicLong(Long.MIN_VALUE);
        return clock(clock, () -> latest.accumulateAndGet(clock.millis(), Math::max));
    }

    /**
     * The same with a clock of its own for the age of tokens. What they throw does not harm the call, which
     * goes on with the system's clocks: if it fails, its exception carries what was thrown, else that goes to
     * the {@code java.util.logging} logger named {@code libauth}. Called by several threads at once.
     *
     * @param clock       the time of day; null: the system's clocks, for both
     * @param monotonicMs milliseconds of a clock that never goes backwards
     * @return this
     */
    public Config clock(Clock clock, LongSupplier monotonicMs) {
        if (clock != null) Text.required("monotonic_ms", monotonicMs);
        Lib.ClockCallback callback = clock == null
                ? null
                : (context, unix, monotonic) -> {
                    long unixNow = System.currentTimeMillis();
                    long monotonicNow = System.nanoTime() / 1_000_000;
                    try {
                        unixNow = clock.millis();
                        monotonicNow = monotonicMs.getAsLong();
                    } catch (Throwable thrown) {
                        CallbackFailures.add(thrown);
                    }
                    unix.setLong(0, unixNow);
                    monotonic.setLong(0, monotonicNow);
                };
        return set("clock", made -> Lib.libauth_config_set_clock_callback(made, callback, null));
    }

    /**
     * Where log lines go.
     *
     * @param level the least important level that is wanted
     * @param log   null: nowhere, the default
     * @return this
     */
    public Config log(LogLevel level, Log log) {
        Text.required("level", level);
        Lib.LogCallback callback = log == null
                ? null
                : (context, number, line) -> {
                    try {
                        log.line(LogLevel.of(number), Text.decode(line));
                    } catch (Throwable thrown) {
                        CallbackFailures.add(thrown);
                    }
                };
        return set("log", made -> Lib.libauth_config_set_log_callback(made, level.ordinal(), callback, null));
    }
}
