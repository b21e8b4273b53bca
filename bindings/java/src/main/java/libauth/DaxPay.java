package libauth;

/**
 * A DaxPay application: an end user's identity for a payment channel's code.
 *
 * <p>Settings and credentials are copied and never change. Any number of threads may use it at once, without
 * a lock; a call blocks its thread until the platform has answered or the deadline passed.
 */
public final class DaxPay extends Handle {
    /** The body with which a notification must be answered; with any other it is sent again. */
    public static final String REPLY = "SUCCESS";

    /**
     * Makes a handle. Opens no connection.
     *
     * @param config the settings
     * @param appId the application, at most 32 characters; null: the gateway's default one
     * @param mchNo the merchant; at most 32 characters, or null (newer gateways require it)
     * @param signKey a secret
     * @param algorithm how the gateway signs
     * @throws LibauthException when it fails: its class says how
     */
    public DaxPay(Config config, String appId, String mchNo, String signKey, DaxPaySign algorithm) {
        super("DaxPay", make(config, appId, mchNo, signKey, algorithm), Lib::libauth_daxpay_free);
    }

    private DaxPay(Made made) {
        super("DaxPay", made, Lib::libauth_daxpay_free);
    }

    /**
     * Another handle to the same account, tokens and connections, closed on its own: so that a key can be changed under
     * running threads by handing out another.
     *
     * @return the handle; close it
     */
    public DaxPay share() {
        return new DaxPay(shared(Lib::libauth_daxpay_share));
    }

    /**
     * What this handle, and those shared from it, counted in this process so far: calls and attempts with their
     * durations by operation and outcome, connections, messages verified by outcome, and how full the replay guard
     * is. docs/statistics.md names each member; later versions may add some. Nothing waits for it.
     *
     * @return a JSON object
     */
    public String statsJson() {
        return madeText(Lib::libauth_daxpay_stats_json);
    }

    private static Made make(Config config, String appId, String mchNo, String signKey, DaxPaySign algorithm) {
        byte[] appIdText = Text.encode("app_id", appId);
        byte[] mchNoText = Text.encode("mch_no", mchNo);
        byte[] signKeyText = Text.encode("sign_key", signKey);
        Text.required("algorithm", algorithm);
        return configured(
                config,
                (settings, made, error) -> Lib.libauth_daxpay_new(
                        settings, appIdText, mchNoText, signKeyText, algorithm.ordinal(), made, error));
    }

    /**
     * Makes a handle for the gateway's edition open, which signs with RSA. Opens no connection.
     *
     * @param config the settings
     * @param mchNo the merchant
     * @param appId the application; null: the platform's default one
     * @param privateKey your own, a secret: PEM or bare base64
     * @param platformPublicKey what answers and notifications are checked with
     * @return the handle; close it
     * @throws LibauthException when it fails: its class says how
     */
    public static DaxPay open(Config config, String mchNo, String appId, String privateKey, String platformPublicKey) {
        byte[] mchNoText = Text.encode("mch_no", mchNo);
        byte[] appIdText = Text.encode("app_id", appId);
        byte[] privateKeyText = Text.encode("private_key", privateKey);
        byte[] platformPublicKeyText = Text.encode("platform_public_key", platformPublicKey);
        return new DaxPay(configured(
                config,
                (settings, made, error) -> Lib.libauth_daxpay_new_open(
                        settings, mchNoText, appIdText, privateKeyText, platformPublicKeyText, made, error)));
    }

    /**
     * As {@link #open}, with a private key that stays where it is.
     *
     * @param config the settings
     * @param mchNo as there
     * @param appId as there
     * @param signer makes the signatures
     * @param publicKey your own: a first signature is checked against it
     * @param platformPublicKey as there
     * @return the handle; close it
     * @throws LibauthException when it fails: its class says how
     */
    public static DaxPay openSignedBy(
            Config config, String mchNo, String appId, Signer signer, String publicKey, String platformPublicKey) {
        byte[] first = Text.encode("mch_no", mchNo);
        byte[] second = Text.encode("app_id", appId);
        byte[] publicKeyText = Text.encode("public_key", publicKey);
        byte[] platformPublicKeyText = Text.encode("platform_public_key", platformPublicKey);
        Lib.SignCallback callback = signer(signer);
        return new DaxPay(configured(
                config,
                callback,
                (settings, made, error) -> Lib.libauth_daxpay_new_open_callback(
                        settings, first, second, callback, null, publicKeyText, platformPublicKeyText, made, error)));
    }

    /**
     * Asks whether merchant, application, keys and signature are right (edition open).
     *
     * @return the answer, whose field {@code data.serverSignStr} is the string that the server signs; close it
     * @throws LibauthException when it fails: its class says how
     */
    public Answer ping() {
        return ping(null);
    }

    /**
     * The same with options of its own.
     *
     * @param options its deadline, trace id and so on; null: the defaults
     * @return as above
     * @throws LibauthException when it fails: its class says how
     */
    public Answer ping(Options options) {
        return new Answer(made(options, Lib::libauth_daxpay_ping));
    }

    /**
     * The request of {@link #ping}, for your own HTTP client to send. Opens no socket.
     *
     * @param options its trace id; null: the defaults
     * @return the request; close it
     * @throws LibauthException when it fails: its class says how
     */
    public HttpRequest buildPing(Options options) {
        return new HttpRequest(made(options, Lib::libauth_daxpay_build_ping));
    }

    /**
     * Reads the response to the request of {@link #buildPing}, with the same checks.
     *
     * @param request  what was sent
     * @param response what was received
     * @return as {@link #ping}
     * @throws LibauthException when it fails: its class says how
     */
    public Answer readPing(HttpRequest request, HttpResponse response) {
        return new Answer(read(request, response, Lib::libauth_daxpay_read_ping));
    }

    /**
     * Exchanges an authorization code for the user's identity. The code is one-time: once the request may have
     * arrived and the answer is lost, that is an {@link OutcomeUnknownException}, and nothing is repeated. The
     * answer's signature is checked.
     *
     * @param request the code
     * @return the identity; close it
     * @throws LibauthException when it fails: its class says how
     */
    public DaxPayIdentity auth(DaxPayAuthRequest request) {
        return auth(request, null);
    }

    /**
     * The same with options of its own.
     *
     * @param request as above
     * @param options its deadline, trace id and so on; null: the defaults
     * @return as above
     * @throws LibauthException when it fails: its class says how
     */
    public DaxPayIdentity auth(DaxPayAuthRequest request, Options options) {
        return new DaxPayIdentity(made(request, options, Lib::libauth_daxpay_auth));
    }

    /**
     * The request of {@link #auth}, for your own HTTP client to send. Opens no socket.
     *
     * @param request the code
     * @return the request; close it
     * @throws LibauthException when it fails: its class says how
     */
    public HttpRequest buildAuth(DaxPayAuthRequest request) {
        return buildAuth(request, null);
    }

    /**
     * The same with options of its own.
     *
     * @param request as above
     * @param options its deadline, trace id and so on; null: the defaults
     * @return as above
     * @throws LibauthException when it fails: its class says how
     */
    public HttpRequest buildAuth(DaxPayAuthRequest request, Options options) {
        return new HttpRequest(made(request, options, Lib::libauth_daxpay_build_auth));
    }

    /**
     * Reads the response to the request of {@link #buildAuth}, with the same checks as if libauth had
     * received it.
     *
     * @param request  what was sent
     * @param response what was received
     * @return as {@link #auth}
     * @throws LibauthException when it fails: its class says how
     */
    public DaxPayIdentity readAuth(HttpRequest request, HttpResponse response) {
        return new DaxPayIdentity(read(request, response, Lib::libauth_daxpay_read_auth));
    }

    /**
     * Exchanges an authorization code and leaves the identity at the gateway (authAndSet). Repeated and checked as
     * {@link #auth}.
     *
     * @param request the code
     * @return the answer; close it
     * @throws LibauthException when it fails: its class says how
     */
    public Answer authAndSet(DaxPayAuthRequest request) {
        return authAndSet(request, null);
    }

    /**
     * The same with options of its own.
     *
     * @param request as above
     * @param options its deadline, trace id and so on; null: the defaults
     * @return as above
     * @throws LibauthException when it fails: its class says how
     */
    public Answer authAndSet(DaxPayAuthRequest request, Options options) {
        return new Answer(made(request, options, Lib::libauth_daxpay_auth_and_set));
    }

    /**
     * The request of {@link #authAndSet}, for your own HTTP client to send. Opens no socket.
     *
     * @param request the code
     * @return the request; close it
     * @throws LibauthException when it fails: its class says how
     */
    public HttpRequest buildAuthAndSet(DaxPayAuthRequest request) {
        return buildAuthAndSet(request, null);
    }

    /**
     * The same with options of its own.
     *
     * @param request as above
     * @param options its deadline, trace id and so on; null: the defaults
     * @return as above
     * @throws LibauthException when it fails: its class says how
     */
    public HttpRequest buildAuthAndSet(DaxPayAuthRequest request, Options options) {
        return new HttpRequest(made(request, options, Lib::libauth_daxpay_build_auth_and_set));
    }

    /**
     * Reads the response to the request of {@link #buildAuthAndSet}, with the same checks as if libauth had
     * received it.
     *
     * @param request  what was sent
     * @param response what was received
     * @return as {@link #authAndSet}
     * @throws LibauthException when it fails: its class says how
     */
    public Answer readAuthAndSet(HttpRequest request, HttpResponse response) {
        return new Answer(read(request, response, Lib::libauth_daxpay_read_auth_and_set));
    }

    /**
     * Has an address generated at which the user authorizes (generateAuthUrl). Repeated freely.
     *
     * @param request what it depends on
     * @return the address; close it
     * @throws LibauthException when it fails: its class says how
     */
    public DaxPayAuthUrl generateAuthUrl(DaxPayAuthUrlRequest request) {
        return generateAuthUrl(request, null);
    }

    /**
     * The same with options of its own.
     *
     * @param request as above
     * @param options its deadline, trace id and so on; null: the defaults
     * @return as above
     * @throws LibauthException when it fails: its class says how
     */
    public DaxPayAuthUrl generateAuthUrl(DaxPayAuthUrlRequest request, Options options) {
        return new DaxPayAuthUrl(made(request, options, Lib::libauth_daxpay_generate_auth_url));
    }

    /**
     * The request of {@link #generateAuthUrl}, for your own HTTP client to send. Opens no socket.
     *
     * @param request what it depends on
     * @return the request; close it
     * @throws LibauthException when it fails: its class says how
     */
    public HttpRequest buildGenerateAuthUrl(DaxPayAuthUrlRequest request) {
        return buildGenerateAuthUrl(request, null);
    }

    /**
     * The same with options of its own.
     *
     * @param request as above
     * @param options its deadline, trace id and so on; null: the defaults
     * @return as above
     * @throws LibauthException when it fails: its class says how
     */
    public HttpRequest buildGenerateAuthUrl(DaxPayAuthUrlRequest request, Options options) {
        return new HttpRequest(made(request, options, Lib::libauth_daxpay_build_generate_auth_url));
    }

    /**
     * Reads the response to the request of {@link #buildGenerateAuthUrl}, with the same checks as if libauth had
     * received it.
     *
     * @param request  what was sent
     * @param response what was received
     * @return as {@link #generateAuthUrl}
     * @throws LibauthException when it fails: its class says how
     */
    public DaxPayAuthUrl readGenerateAuthUrl(HttpRequest request, HttpResponse response) {
        return new DaxPayAuthUrl(read(request, response, Lib::libauth_daxpay_read_generate_auth_url));
    }

    /**
     * Calls any other endpoint of the platform below the base URL, signed: the call's body is a
     * JSON object of the endpoint's own parameters (no empty strings), and the common ones and the signature are
     * added. A call that is not
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
        return new Answer(made(call, options, Lib::libauth_daxpay_call));
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
        return new HttpRequest(made(call, options, Lib::libauth_daxpay_build_call));
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
        return new Answer(read(request, response, Lib::libauth_daxpay_read_call));
    }

    /**
     * Checks a payment, refund or transfer notification that claims to come from the gateway. It must be signed,
     * whatever {@link Config#daxPayResponseSignature} says. Answer it with {@link #REPLY}.
     *
     * @param inbound what was received
     * @return what it says; close it
     * @throws BadSignatureException when the signature is missing or does not match
     * @throws StaleException when its time is outside the window
     * @throws BusyException when another process acts on it: answer with failure, it will come again
     * @throws ReplayedException when it was accepted before: answer it as before, and do not act again
     * @throws LibauthException when it fails otherwise: its class says how
     */
    public DaxPayEvent verify(Inbound inbound) {
        return verified(inbound, Lib::libauth_daxpay_verify, DaxPayEvent::new);
    }

    /**
     * Tells what is signed for a request, and names the mistake that a signature of it was made with.
     *
     * @param message   the request: its body is the JSON object that is signed
     * @param signature the signature to check; null: the message's own, if it has one
     * @return what is signed, how, and what is wrong; close it
     * @throws LibauthException when it fails: its class says how
     */
    public Explanation explain(Inbound message, String signature) {
        return explained(message, signature, Lib::libauth_daxpay_explain);
    }

    /**
     * The same as {@link #explain}, for a message that the platform made.
     *
     * @param message   the answer or notification: its body is what is signed
     * @param signature the signature to check; null: the message's own, if it has one
     * @return what is signed, how, and what is wrong; close it
     * @throws LibauthException when it fails: its class says how
     */
    public Explanation explainEvent(Inbound message, String signature) {
        return explained(message, signature, Lib::libauth_daxpay_explain_event);
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
        return explained(message, theirString, Lib::libauth_daxpay_explain_string);
    }
}
