package libauth;

import com.sun.jna.Pointer;

/**
 * What the address to authorize at depends on. What is wrong with a value is reported, by its name, by the call that
 * uses it, but for what {@link Config} names too. Null and {@code ""} unset. Any thread; nothing to close.
 */
public final class DaxPayAuthUrlRequest extends Builder<DaxPayAuthUrlRequest> {
    /** An empty request. */
    public DaxPayAuthUrlRequest() {}

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
     * @param channel as for {@link DaxPayAuthRequest#channel}
     * @return this
     */
    public DaxPayAuthUrlRequest channel(String channel) {
        return set("channel", channel, Lib::libauth_daxpay_auth_url_request_set_channel);
    }

    /**
     * Optional: where the user is sent back to.
     *
     * @param authRedirectUrl an absolute URL
     * @return this
     */
    public DaxPayAuthUrlRequest authRedirectUrl(String authRedirectUrl) {
        return set("auth_redirect_url", authRedirectUrl, Lib::libauth_daxpay_auth_url_request_set_auth_redirect_url);
    }

    /**
     * Optional: the end user's address; some channels require it.
     *
     * @param clientIp IPv4 or IPv6
     * @return this
     */
    public DaxPayAuthUrlRequest clientIp(String clientIp) {
        return set("client_ip", clientIp, Lib::libauth_daxpay_auth_url_request_set_client_ip);
    }

    /**
     * Edition 3, optional: what newer gateways take in place of {@link #authRedirectUrl}.
     *
     * @param authPath a path
     * @return this
     */
    public DaxPayAuthUrlRequest authPath(String authPath) {
        return set("auth_path", authPath, Lib::libauth_daxpay_auth_url_request_set_auth_path);
    }

    /**
     * Edition open, optional: the type of authorization.
     *
     * @param authType by default that of WeChat
     * @return this
     */
    public DaxPayAuthUrlRequest authType(String authType) {
        return set("auth_type", authType, Lib::libauth_daxpay_auth_url_request_set_auth_type);
    }

    /**
     * Edition open, optional.
     *
     * @param product at most 32 characters
     * @return this
     */
    public DaxPayAuthUrlRequest product(String product) {
        return set("product", product, Lib::libauth_daxpay_auth_url_request_set_product);
    }

    /**
     * Edition open, optional.
     *
     * @param opAppId at most 128 characters
     * @return this
     */
    public DaxPayAuthUrlRequest opAppId(String opAppId) {
        return set("op_app_id", opAppId, Lib::libauth_daxpay_auth_url_request_set_op_app_id);
    }

    /**
     * Edition open, optional: where the user is sent back to.
     *
     * @param returnPath at most 200 characters
     * @return this
     */
    public DaxPayAuthUrlRequest returnPath(String returnPath) {
        return set("return_path", returnPath, Lib::libauth_daxpay_auth_url_request_set_return_path);
    }

    /**
     * Edition open, optional.
     *
     * @param capability at most 32 characters
     * @return this
     */
    public DaxPayAuthUrlRequest capability(String capability) {
        return set("capability", capability, Lib::libauth_daxpay_auth_url_request_set_capability);
    }
}
