package libauth;

/**
 * A Credit Pay account: a one-time code and the URL to send the user to.
 *
 * <p>Settings and credentials are copied and never change. Any number of threads may use it at once, without
 * a lock; a call blocks its thread until the platform has answered or the deadline passed.
 */
public final class Creditpay extends Handle {
    /** The HTTP status with which a webhook must be answered; with any other it is sent again. */
    public static final int REPLY_STATUS = 200;

    /**
     * Makes a handle. Opens no connection.
     *
     * @param config the settings
     * @param platId the account
     * @param apiKey a secret
     * @param signatureKey a secret
     * @throws LibauthException when it fails: its class says how
     */
    public Creditpay(Config config, String platId, String apiKey, String signatureKey) {
        super("Creditpay", make(config, platId, apiKey, signatureKey), Lib::libauth_creditpay_free);
    }

    private static Made make(Config config, String platId, String apiKey, String signatureKey) {
        byte[] platIdText = Text.encode("plat_id", platId);
        byte[] apiKeyText = Text.encode("api_key", apiKey);
        byte[] signatureKeyText = Text.encode("signature_key", signatureKey);
        return configured(config, (settings, made, error) -> Lib.libauth_creditpay_new(
                settings, platIdText, apiKeyText, signatureKeyText, made, error));
    }

    /**
     * Has a one-time code issued, and the URL to send the user to. Repeated freely: a code is cheap.
     *
     * @param request whom it is for
     * @return the code; close it
     * @throws LibauthException when it fails: its class says how
     */
    public CreditpayCode issueCode(CreditpayRequest request) {
        return new CreditpayCode(made(request, Lib::libauth_creditpay_issue_code));
    }

    /**
     * The request of {@link #issueCode}, for your own HTTP client to send. Opens no socket.
     *
     * @param request whom it is for
     * @return the request; close it
     * @throws LibauthException when it fails: its class says how
     */
    public HttpRequest buildIssueCode(CreditpayRequest request) {
        return new HttpRequest(made(request, Lib::libauth_creditpay_build_issue_code));
    }

    /**
     * Reads the response to the request of {@link #buildIssueCode}, with the same checks as if libauth had
     * received it.
     *
     * @param request  what was sent
     * @param response what was received
     * @return as {@link #issueCode}
     * @throws LibauthException when it fails: its class says how
     */
    public CreditpayCode readIssueCode(HttpRequest request, HttpResponse response) {
        return new CreditpayCode(read(request, response, Lib::libauth_creditpay_read_issue_code));
    }

    /**
     * Turns a code into the user's open token, with its end. Not repeated once it may have arrived: then an
     * {@link OutcomeUnknownException}. Not cached.
     *
     * @param identCode the one-time code
     * @return the token; close it
     * @throws LibauthException when it fails: its class says how
     */
    public Token openToken(String identCode) {
        byte[] encoded = Text.encode("ident_code", identCode);
        return new Token(made((self, made, error) -> Lib.libauth_creditpay_open_token(self, encoded, made, error)));
    }

    /**
     * The request of {@link #openToken}, for your own HTTP client to send. Opens no socket.
     *
     * @param identCode the one-time code
     * @return the request; close it
     * @throws LibauthException when it fails: its class says how
     */
    public HttpRequest buildOpenToken(String identCode) {
        byte[] encoded = Text.encode("ident_code", identCode);
        return new HttpRequest(made((self, made, error) -> Lib.libauth_creditpay_build_open_token(self, encoded, made, error)));
    }

    /**
     * Reads the response to the request of {@link #buildOpenToken}, with the same checks as if libauth had
     * received it.
     *
     * @param request  what was sent
     * @param response what was received
     * @return as {@link #openToken}
     * @throws LibauthException when it fails: its class says how
     */
    public Token readOpenToken(HttpRequest request, HttpResponse response) {
        return new Token(read(request, response, Lib::libauth_creditpay_read_open_token));
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
        return new Answer(made(call, Lib::libauth_creditpay_call));
    }

    /**
     * The request of {@link #call}, for your own HTTP client to send. Opens no socket.
     *
     * @param call what to call
     * @return the request; close it
     * @throws LibauthException when it fails: its class says how
     */
    public HttpRequest buildCall(Call call) {
        return new HttpRequest(made(call, Lib::libauth_creditpay_build_call));
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
        return new Answer(read(request, response, Lib::libauth_creditpay_read_call));
    }

    /**
     * Checks a message that claims to come from the platform. Answer a genuine webhook with HTTP status
     * {@link #REPLY_STATUS}. The platform sends an event again until it is answered so: keep its id and act on
     * it once.
     *
     * @param inbound what was received
     * @return what it says; close it
     * @throws BadSignatureException when the signature is missing or does not match
     * @throws StaleException when its time is outside the window
     * @throws ReplayedException when it was accepted before: answer it as before, and do not act again
     * @throws LibauthException when it fails otherwise: its class says how
     */
    public CreditpayEvent verify(Inbound inbound) {
        return new CreditpayEvent(made(inbound, Lib::libauth_creditpay_verify));
    }

    /**
     * Tells what is signed.
     *
     * @param path the path that is signed: of a request that of the endpoint, behind
     *             {@link Config#signedPathPrefix} if that is set; of a webhook your own
     * @param body the body that is signed, byte for byte
     * @return what is signed, and how; close it
     * @throws LibauthException when it fails: its class says how
     */
    public Explanation explain(String path, byte[] body) {
        return explain(path, body, null);
    }

    /**
     * Checks somebody else's signature, and names the mistake.
     *
     * @param path the path that is signed: of a request that of the endpoint, behind
     *             {@link Config#signedPathPrefix} if that is set; of a webhook your own
     * @param body the body that is signed, byte for byte
     * @param signature the signature to check; null: only tell what is signed
     * @return what is signed, and what is wrong; close it
     * @throws LibauthException when it fails: its class says how
     */
    public Explanation explain(String path, byte[] body, String signature) {
        byte[] pathText = Text.encode("path", path);
        byte[] signatureText = Text.encode("signature", signature);
        return new Explanation(made((self, made, error) -> Lib.libauth_creditpay_explain(
                self, pathText, body, length(body), signatureText, made, error)));
    }
}
