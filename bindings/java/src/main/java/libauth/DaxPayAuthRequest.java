package libauth;

import com.sun.jna.Pointer;

/**
 * An authorization code to exchange. What is wrong with a value is reported, by its name, by the call that
 * uses it, but for what {@link Config} names too. Null and {@code ""} unset. Any thread; nothing to close.
 */
public final class DaxPayAuthRequest extends Builder<DaxPayAuthRequest> {
    /** An empty request. */
    public DaxPayAuthRequest() {}

    @Override
    Pointer make() {
        return Lib.libauth_daxpay_auth_request_new();
    }

    @Override
    void free(Pointer made) {
        Lib.libauth_daxpay_auth_request_free(made);
    }

    /**
     * Required: where the code is from.
     *
     * @param channel {@code ali_pay}, {@code wechat_pay}, {@code union_pay}, or any code the gateway knows; at most 32
     *                characters
     * @return this
     */
    public DaxPayAuthRequest channel(String channel) {
        return set("channel", channel, Lib::libauth_daxpay_auth_request_set_channel);
    }

    /**
     * Required: the one-time code to exchange.
     *
     * @param authCode at most 200 characters; a secret until it is used
     * @return this
     */
    public DaxPayAuthRequest authCode(String authCode) {
        return set("auth_code", authCode, Lib::libauth_daxpay_auth_request_set_auth_code);
    }

    /**
     * Optional, normally not sent.
     *
     * @param queryCode at most 128 characters
     * @return this
     */
    public DaxPayAuthRequest queryCode(String queryCode) {
        return set("query_code", queryCode, Lib::libauth_daxpay_auth_request_set_query_code);
    }

    /**
     * Optional: the end user's address; some channels require it.
     *
     * @param clientIp IPv4 or IPv6
     * @return this
     */
    public DaxPayAuthRequest clientIp(String clientIp) {
        return set("client_ip", clientIp, Lib::libauth_daxpay_auth_request_set_client_ip);
    }

    /**
     * Edition open, optional: the type of authorization.
     *
     * @param authType as the platform names it
     * @return this
     */
    public DaxPayAuthRequest authType(String authType) {
        return set("auth_type", authType, Lib::libauth_daxpay_auth_request_set_auth_type);
    }

    /**
     * Edition open, optional: an access token of the channel.
     *
     * @param accessToken a secret
     * @return this
     */
    public DaxPayAuthRequest accessToken(String accessToken) {
        return set("access_token", accessToken, Lib::libauth_daxpay_auth_request_set_access_token);
    }

    /**
     * Edition open, optional: the identifier of a union channel.
     *
     * @param unionIdentifier as the platform names it
     * @return this
     */
    public DaxPayAuthRequest unionIdentifier(String unionIdentifier) {
        return set("union_identifier", unionIdentifier, Lib::libauth_daxpay_auth_request_set_union_identifier);
    }

    /**
     * Edition open, optional: what {@link DaxPayAuthUrl#authToken} gave.
     *
     * @param authToken used once; a secret
     * @return this
     */
    public DaxPayAuthRequest authToken(String authToken) {
        return set("auth_token", authToken, Lib::libauth_daxpay_auth_request_set_auth_token);
    }
}
