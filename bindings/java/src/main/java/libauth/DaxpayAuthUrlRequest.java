package libauth;

import com.sun.jna.Pointer;

/**
 * What the address to authorize at depends on. What is wrong with a value is reported, by its name, by the call that
 * uses it, but for what {@link Config} names too. Null and {@code ""} unset. Any thread; nothing to close.
 */
public final class DaxpayAuthUrlRequest extends Recipe<DaxpayAuthUrlRequest> {
    /** An empty request. */
    public DaxpayAuthUrlRequest() {}

    @Override
    Pointer make() {
        return Lib.libauth_daxpay_auth_url_request_new();
    }

    @Override
    void free(Pointer made) {
        Lib.libauth_daxpay_auth_url_request_free(made);
    }

    /**
     * Required: where the user authorizes.
     *
     * @param channel as for {@link DaxpayAuthRequest#channel}
     * @return this
     */
    public DaxpayAuthUrlRequest channel(String channel) {
        return set("channel", channel, Lib::libauth_daxpay_auth_url_request_set_channel);
    }

    /**
     * Optional: where the user is sent back to.
     *
     * @param authRedirectUrl an absolute URL
     * @return this
     */
    public DaxpayAuthUrlRequest authRedirectUrl(String authRedirectUrl) {
        return set("auth_redirect_url", authRedirectUrl, Lib::libauth_daxpay_auth_url_request_set_auth_redirect_url);
    }

    /**
     * Optional: the end user's address; some channels require it.
     *
     * @param clientIp IPv4 or IPv6
     * @return this
     */
    public DaxpayAuthUrlRequest clientIp(String clientIp) {
        return set("client_ip", clientIp, Lib::libauth_daxpay_auth_url_request_set_client_ip);
    }
}
