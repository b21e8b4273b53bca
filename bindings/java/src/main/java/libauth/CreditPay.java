package libauth;

/**
 * A Credit Pay account: a one-time code and the URL to send the user to.
 *
 * <p>Settings and credentials are copied and never change. Any number of threads may use it at once, without
 * a lock; a call blocks its thread until the platform has answered or the deadline passed.
 */
public final class CreditPay extends Handle {
    /**
     * The body with which a webhook is answered. HTTP status 200 is what counts: with any other it is sent again, every 5
     * minutes, 10 times at most.
     */
    public static final String REPLY = "";

    /**
     * Makes a handle. Opens no connection.
     *
     * @param config the settings
     * @param platId the account
     * @param apiKey a secret
     * @param signatureKey a secret
     * @throws LibauthException when it fails: its class says how
     */
    public CreditPay(Config config, String platId, String apiKey, String signatureKey) {
        super("CreditPay", make(config, platId, apiKey, signatureKey), Lib::libauth_creditpay_free);
    }

    private CreditPay(Made made) {
        super("CreditPay", made, Lib::libauth_creditpay_free);
    }

    /**
     * Another handle to the same account, tokens and connections, closed on its own: so that a key can be changed under
     * running threads by handing out another.
     *
     * @return the handle; close it
     */
    public CreditPay share() {
        return new CreditPay(shared(Lib::libauth_creditpay_share));
    }

    /**
     * What this handle, and those shared from it, counted in this process so far: calls and attempts with their
     * durations by operation and outcome, connections, messages verified by outcome, and how full the replay guard
     * is. docs/statistics.md names each member; later versions may add some. Nothing waits for it.
     *
     * @return a JSON object
     */
    public String statsJson() {
        return madeText(Lib::libauth_creditpay_stats_json);
    }

    private static Made make(Config config, String platId, String apiKey, String signatureKey) {
        byte[] platIdText = Text.encode("plat_id", platId);
        byte[] apiKeyText = Text.encode("api_key", apiKey);
        byte[] signatureKeyText = Text.encode("signature_key", signatureKey);
        return configured(
                config,
                (settings, made, error) ->
                        Lib.libauth_creditpay_new(settings, platIdText, apiKeyText, signatureKeyText, made, error));
    }

    /**
     * Has a one-time code issued, and the URL to send the user to. Repeated freely: a code is cheap.
     *
     * @param request whom it is for
     * @return the code; close it
     * @throws LibauthException when it fails: its class says how
     */
    public CreditPayCode issueCode(CreditPayRequest request) {
        return issueCode(request, null);
    }

    /**
     * The same with options of its own.
     *
     * @param request as above
     * @param options its deadline, trace id and so on; null: the defaults
     * @return as above
     * @throws LibauthException when it fails: its class says how
     */
    public CreditPayCode issueCode(CreditPayRequest request, Options options) {
        return new CreditPayCode(made(request, options, Lib::libauth_creditpay_issue_code));
    }

    /**
     * The request of {@link #issueCode}, for your own HTTP client to send. Opens no socket.
     *
     * @param request whom it is for
     * @return the request; close it
     * @throws LibauthException when it fails: its class says how
     */
    public HttpRequest buildIssueCode(CreditPayRequest request) {
        return buildIssueCode(request, null);
    }

    /**
     * The same with options of its own.
     *
     * @param request as above
     * @param options its deadline, trace id and so on; null: the defaults
     * @return as above
     * @throws LibauthException when it fails: its class says how
     */
    public HttpRequest buildIssueCode(CreditPayRequest request, Options options) {
        return new HttpRequest(made(request, options, Lib::libauth_creditpay_build_issue_code));
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
    public CreditPayCode readIssueCode(HttpRequest request, HttpResponse response) {
        return new CreditPayCode(read(request, response, Lib::libauth_creditpay_read_issue_code));
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
        return openToken(identCode, null);
    }

    /**
     * The same with options of its own.
     *
     * @param identCode as above
     * @param options its deadline, trace id and so on; null: the defaults
     * @return as above
     * @throws LibauthException when it fails: its class says how
     */
    public Token openToken(String identCode, Options options) {
        byte[] encoded = Text.encode("ident_code", identCode);
        return new Token(Builder.with(
                options,
                how -> made((self, made, error) -> Lib.libauth_creditpay_open_token(self, encoded, how, made, error))));
    }

    /**
     * The request of {@link #openToken}, for your own HTTP client to send. Opens no socket.
     *
     * @param identCode the one-time code
     * @return the request; close it
     * @throws LibauthException when it fails: its class says how
     */
    public HttpRequest buildOpenToken(String identCode) {
        return buildOpenToken(identCode, null);
    }

    /**
     * The same with options of its own.
     *
     * @param identCode as above
     * @param options its trace id; null: the defaults
     * @return as above
     * @throws LibauthException when it fails: its class says how
     */
    public HttpRequest buildOpenToken(String identCode, Options options) {
        byte[] encoded = Text.encode("ident_code", identCode);
        return new HttpRequest(Builder.with(
                options,
                how -> made((self, made, error) ->
                        Lib.libauth_creditpay_build_open_token(self, encoded, how, made, error))));
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
        return new Answer(made(call, options, Lib::libauth_creditpay_call));
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
        return new HttpRequest(made(call, options, Lib::libauth_creditpay_build_call));
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
     * 200. The platform sends an event again until it is answered so: keep its id and act on
     * it once.
     *
     * @param inbound what was received
     * @return what it says; close it
     * @throws BadSignatureException when the signature is missing or does not match
     * @throws StaleException when its time is outside the window
     * @throws BusyException when another process acts on it: answer with failure, it will come again
     * @throws ReplayedException when it was accepted before: answer it as before, and do not act again
     * @throws LibauthException when it fails otherwise: its class says how
     */
    public CreditPayEvent verify(Inbound inbound) {
        return verified(inbound, Lib::libauth_creditpay_verify, CreditPayEvent::new);
    }

    /**
     * Tells what is signed for a request, and names the mistake that a signature of it was made with.
     *
     * @param message   the request: its path is that of the endpoint, behind
     *                  {@link Config#creditPaySignedPathPrefix} if that is set
     * @param signature the signature to check; null: the message's own, if it has one
     * @return what is signed, how, and what is wrong; close it
     * @throws LibauthException when it fails: its class says how
     */
    public Explanation explain(Inbound message, String signature) {
        return explained(message, signature, Lib::libauth_creditpay_explain);
    }

    /**
     * The same as {@link #explain}, for a message that the platform made.
     *
     * @param message   what was received: its path is your own
     * @param signature the signature to check; null: the message's own, if it has one
     * @return what is signed, how, and what is wrong; close it
     * @throws LibauthException when it fails: its class says how
     */
    public Explanation explainEvent(Inbound message, String signature) {
        return explained(message, signature, Lib::libauth_creditpay_explain_event);
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
        return explained(message, theirString, Lib::libauth_creditpay_explain_string);
    }
}
