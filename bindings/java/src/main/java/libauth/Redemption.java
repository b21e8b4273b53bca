package libauth;

/**
 * A merchant of the voucher redemption system: an Alipay authorization URL.
 *
 * <p>Settings and credentials are copied and never change. Any number of threads may use it at once, without
 * a lock; a call blocks its thread until the platform has answered or the deadline passed.
 */
public final class Redemption extends Handle {
    /** The body with which a callback must be answered; with any other it is sent again. */
    public static final String REPLY = "SUCCESS";

    private Redemption(Made made) {
        super("Redemption", made, Lib::libauth_redemption_free);
    }

    /**
     * Another handle to the same account, tokens and connections, closed on its own: so that a key can be changed under
     * running threads by handing out another.
     *
     * @return the handle; close it
     */
    public Redemption share() {
        return new Redemption(shared(Lib::libauth_redemption_share));
    }

    /**
     * What this handle, and those shared from it, counted in this process so far: calls and attempts with their
     * durations by operation and outcome, connections, messages verified by outcome, and how full the replay guard
     * is. docs/statistics.md names each member; later versions may add some. Nothing waits for it.
     *
     * @return a JSON object
     */
    public String statsJson() {
        return madeText(Lib::libauth_redemption_stats_json);
    }

    /**
     * Makes a handle that signs with SHA256-RSA, the platform's default. Opens no connection.
     *
     * @param config the settings
     * @param businessId the merchant's business
     * @param merchantId the merchant
     * @param privateKey a secret: PKCS#8 or PKCS#1, as PEM or bare base64, of 2048 to 8192 bits
     * @param platformPublicKey checks callbacks; null if there are none
     * @return the handle; close it
     * @throws LibauthException when it fails: its class says how
     */
    public static Redemption rsa(
            Config config, String businessId, String merchantId, String privateKey, String platformPublicKey) {
        byte[] businessIdText = Text.encode("business_id", businessId);
        byte[] merchantIdText = Text.encode("merchant_id", merchantId);
        byte[] privateKeyText = Text.encode("private_key", privateKey);
        byte[] platformPublicKeyText = Text.encode("platform_public_key", platformPublicKey);
        return new Redemption(configured(
                config,
                (settings, made, error) -> Lib.libauth_redemption_new_rsa(
                        settings, businessIdText, merchantIdText, privateKeyText, platformPublicKeyText, made, error)));
    }

    /**
     * As {@link #rsa}, with a private key that stays where it is.
     *
     * @param config the settings
     * @param businessId as there
     * @param merchantId as there
     * @param signer makes the signatures
     * @param publicKey your own: a first signature is checked against it
     * @param platformPublicKey as there
     * @return the handle; close it
     * @throws LibauthException when it fails: its class says how
     */
    public static Redemption rsaSignedBy(
            Config config,
            String businessId,
            String merchantId,
            Signer signer,
            String publicKey,
            String platformPublicKey) {
        byte[] first = Text.encode("business_id", businessId);
        byte[] second = Text.encode("merchant_id", merchantId);
        byte[] publicKeyText = Text.encode("public_key", publicKey);
        byte[] platformPublicKeyText = Text.encode("platform_public_key", platformPublicKey);
        Lib.SignCallback callback = signer(signer);
        return new Redemption(configured(
                config,
                callback,
                (settings, made, error) -> Lib.libauth_redemption_new_rsa_callback(
                        settings, first, second, callback, null, publicKeyText, platformPublicKeyText, made, error)));
    }

    /**
     * Makes a handle that signs, and checks callbacks, with MD5 and a shared secret. Opens no connection.
     *
     * @param config the settings
     * @param businessId the merchant's business
     * @param merchantId the merchant
     * @param secret shared with the platform
     * @return the handle; close it
     * @throws LibauthException when it fails: its class says how
     */
    public static Redemption md5(Config config, String businessId, String merchantId, String secret) {
        byte[] businessIdText = Text.encode("business_id", businessId);
        byte[] merchantIdText = Text.encode("merchant_id", merchantId);
        byte[] secretText = Text.encode("secret", secret);
        return new Redemption(configured(
                config,
                (settings, made, error) -> Lib.libauth_redemption_new_md5(
                        settings, businessIdText, merchantIdText, secretText, made, error)));
    }

    /**
     * Asks for an Alipay authorization URL. Once the request may have arrived and the answer is lost, and for the
     * platform's statuses 5, 6, 8, 98 and 99, that is an {@link OutcomeUnknownException}, and nothing is
     * repeated.
     *
     * @param request whom it is for
     * @return the URL; close it
     * @throws LibauthException when it fails: its class says how
     */
    public RedemptionAlipayUrl getAlipayUrl(RedemptionRequest request) {
        return getAlipayUrl(request, null);
    }

    /**
     * The same with options of its own.
     *
     * @param request as above
     * @param options its deadline, trace id and so on; null: the defaults
     * @return as above
     * @throws LibauthException when it fails: its class says how
     */
    public RedemptionAlipayUrl getAlipayUrl(RedemptionRequest request, Options options) {
        return new RedemptionAlipayUrl(made(request, options, Lib::libauth_redemption_get_alipay_url));
    }

    /**
     * The request of {@link #getAlipayUrl}, for your own HTTP client to send. Opens no socket.
     *
     * @param request whom it is for
     * @return the request; close it
     * @throws LibauthException when it fails: its class says how
     */
    public HttpRequest buildGetAlipayUrl(RedemptionRequest request) {
        return buildGetAlipayUrl(request, null);
    }

    /**
     * The same with options of its own.
     *
     * @param request as above
     * @param options its deadline, trace id and so on; null: the defaults
     * @return as above
     * @throws LibauthException when it fails: its class says how
     */
    public HttpRequest buildGetAlipayUrl(RedemptionRequest request, Options options) {
        return new HttpRequest(made(request, options, Lib::libauth_redemption_build_get_alipay_url));
    }

    /**
     * Reads the response to the request of {@link #buildGetAlipayUrl}, with the same checks as if libauth had
     * received it.
     *
     * @param request  what was sent
     * @param response what was received
     * @return as {@link #getAlipayUrl}
     * @throws LibauthException when it fails: its class says how
     */
    public RedemptionAlipayUrl readGetAlipayUrl(HttpRequest request, HttpResponse response) {
        return new RedemptionAlipayUrl(read(request, response, Lib::libauth_redemption_read_get_alipay_url));
    }

    /**
     * Calls any other endpoint of the platform below the base URL, signed. A call that is not
     * marked idempotent is repeated only if it never left; if it may have arrived and its answer was lost, that
     * is an {@link OutcomeUnknownException}.
     *
     * @param call what to call
     * @return the answer; close it
     * @throws LibauthException when it fails: its class says how
     */
    public Answer call(Call call) {
        return call(call, null);
    }

    /**
     * The same with options of its own.
     *
     * @param call as above
     * @param options its deadline, trace id and so on; null: the defaults
     * @return as above
     * @throws LibauthException when it fails: its class says how
     */
    public Answer call(Call call, Options options) {
        return new Answer(made(call, options, Lib::libauth_redemption_call));
    }

    /**
     * The request of {@link #call}, for your own HTTP client to send. Opens no socket.
     *
     * @param call what to call
     * @return the request; close it
     * @throws LibauthException when it fails: its class says how
     */
    public HttpRequest buildCall(Call call) {
        return buildCall(call, null);
    }

    /**
     * The same with options of its own.
     *
     * @param call as above
     * @param options its deadline, trace id and so on; null: the defaults
     * @return as above
     * @throws LibauthException when it fails: its class says how
     */
    public HttpRequest buildCall(Call call, Options options) {
        return new HttpRequest(made(call, options, Lib::libauth_redemption_build_call));
    }

    /**
     * Reads the response to the request of {@link #buildCall}, with the same checks as if libauth had
     * received it.
     *
     * @param request  what was sent
     * @param response what was received
     * @return as {@link #call}
     * @throws LibauthException when it fails: its class says how
     */
    public Answer readCall(HttpRequest request, HttpResponse response) {
        return new Answer(read(request, response, Lib::libauth_redemption_read_call));
    }

    /**
     * Checks a callback that claims to come from the platform. Answer it with {@link #REPLY}.
     *
     * @param inbound what was received
     * @return what it says; close it
     * @throws BadSignatureException when the signature is missing or does not match
     * @throws StaleException when its time is outside the window
     * @throws BusyException when another process acts on it: answer with failure, it will come again
     * @throws ReplayedException when it was accepted before: answer it as before, and do not act again
     * @throws LibauthException when it fails otherwise: its class says how
     */
    public RedemptionEvent verify(Inbound inbound) {
        return verified(inbound, Lib::libauth_redemption_verify, RedemptionEvent::new);
    }

    /**
     * Tells what is signed for a request, and names the mistake that a signature of it was made with.
     *
     * @param message   the request, with its headers
     * @param signature the signature to check; null: the message's own, if it has one
     * @return what is signed, how, and what is wrong; close it
     * @throws LibauthException when it fails: its class says how
     */
    public Explanation explain(Inbound message, String signature) {
        return explained(message, signature, Lib::libauth_redemption_explain);
    }

    /**
     * The same as {@link #explain}, for a message that the platform made.
     *
     * @param message   what was received, with its headers
     * @param signature the signature to check; null: the message's own, if it has one
     * @return what is signed, how, and what is wrong; close it
     * @throws LibauthException when it fails: its class says how
     */
    public Explanation explainEvent(Inbound message, String signature) {
        return explained(message, signature, Lib::libauth_redemption_explain_event);
    }

    /**
     * The same as {@link #explain}, with the string that the other side signs: where the two part, and what that means.
     *
     * @param message     the request
     * @param theirString what the other side signs
     * @return what is signed, and where the two part; close it
     * @throws LibauthException when it fails: its class says how
     */
    public Explanation explainString(Inbound message, String theirString) {
        return explained(message, theirString, Lib::libauth_redemption_explain_string);
    }
}
