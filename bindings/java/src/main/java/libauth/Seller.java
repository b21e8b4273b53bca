package libauth;

/**
 * A seller of the marketplace, with its token, which it keeps fresh.
 *
 * <p>Settings and credentials are copied and never change. Any number of threads may use it at once, without
 * a lock; a call blocks its thread until the platform has answered or the deadline passed.
 */
public final class Seller extends Handle {
    /**
     * Makes a handle. Opens no connection.
     *
     * @param config the settings
     * @param accessKey the seller's key
     * @param secretKey a secret
     * @throws LibauthException when it fails: its class says how
     */
    public Seller(Config config, String accessKey, String secretKey) {
        super("Seller", make(config, accessKey, secretKey), Lib::libauth_seller_free);
    }

    private Seller(Made made) {
        super("Seller", made, Lib::libauth_seller_free);
    }

    /**
     * Another handle to the same account, tokens and connections, closed on its own: so that a key can be changed under
     * running threads by handing out another.
     *
     * @return the handle; close it
     */
    public Seller share() {
        return new Seller(shared(Lib::libauth_seller_share));
    }

    /**
     * What this handle, and those shared from it, counted in this process so far: calls and attempts with their
     * durations by operation and outcome, tokens fetched, refreshed, served from the cache and failed, and
     * connections. docs/statistics.md names each member; later versions may add some. Nothing waits for it.
     *
     * @return a JSON object
     */
    public String statsJson() {
        return madeText(Lib::libauth_seller_stats_json);
    }

    private static Made make(Config config, String accessKey, String secretKey) {
        byte[] accessKeyText = Text.encode("access_key", accessKey);
        byte[] secretKeyText = Text.encode("secret_key", secretKey);
        return configured(
                config,
                (settings, made, error) -> Lib.libauth_seller_new(settings, accessKeyText, secretKeyText, made, error));
    }

    /**
     * Gives a token that is valid now. It is cached and shared by all threads: however many ask, the platform sees
     * one request, and all get its outcome, each within its own deadline. It is replaced early, by one caller,
     * while the others go on with it. Repeated freely. Its lifetime is read as
     * {@link Config#sellerExpiresInUnit} says.
     *
     * @return the token (header Authorization); close it
     * @throws LibauthException when it fails: its class says how
     */
    public Token token() {
        return token(null);
    }

    /**
     * The same with options of its own.
     *
     * @param options its deadline, trace id and so on; null: the defaults
     * @return as above
     * @throws LibauthException when it fails: its class says how
     */
    public Token token(Options options) {
        return new Token(made(options, Lib::libauth_seller_token));
    }

    /**
     * The login request of {@link #token}, for your own HTTP client to send. Opens no socket.
     *
     * @return the request; close it
     * @throws LibauthException when it fails: its class says how
     */
    public HttpRequest buildToken() {
        return buildToken(null);
    }

    /**
     * The same with options of its own.
     *
     * @param options its deadline, trace id and so on; null: the defaults
     * @return as above
     * @throws LibauthException when it fails: its class says how
     */
    public HttpRequest buildToken(Options options) {
        return new HttpRequest(made(options, Lib::libauth_seller_build_token));
    }

    /**
     * Reads the response to the request of {@link #buildToken}, with the same checks as if libauth had
     * received it. The token is cached, for {@link #buildCall} and all the others.
     *
     * @param request  what was sent
     * @param response what was received
     * @return as {@link #token}
     * @throws LibauthException when it fails: its class says how
     */
    public Token readToken(HttpRequest request, HttpResponse response) {
        return new Token(read(request, response, Lib::libauth_seller_read_token));
    }

    /**
     * Drops a token that a call of your own found refused. Only if the cached token is this one: a late caller
     * cannot drop a fresh one. {@link #call} does this itself.
     *
     * @param token bare or as its header's value
     * @throws LibauthException when it fails: its class says how
     */
    public void invalidate(String token) {
        byte[] encoded = Text.encode("token", token);
        done((self, error) -> Lib.libauth_seller_invalidate(self, encoded, error));
    }

    /**
     * Calls any other endpoint of the platform below the base URL, with the token. If the platform
     * refuses the token, it is replaced and the call repeated, once. A call that is not
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
        return new Answer(made(call, options, Lib::libauth_seller_call));
    }

    /**
     * The request of {@link #call}, for your own HTTP client to send. Opens no socket: it carries the
     * cached token, and when none is valid that is an {@link UnauthorizedException}.
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
        return new HttpRequest(made(call, options, Lib::libauth_seller_build_call));
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
        return new Answer(read(request, response, Lib::libauth_seller_read_call));
    }
}
