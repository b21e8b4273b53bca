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
}
