package libauth;

import com.sun.jna.Pointer;

/**
 * Whom an Alipay authorization URL is for. What is wrong with a value is reported, by its name, by the call that
 * uses it, but for what {@link Config} names too. Null and {@code ""} unset. Any thread; nothing to close.
 */
public final class RedemptionRequest extends Builder<RedemptionRequest> {
    /** An empty request. */
    public RedemptionRequest() {}

    @Override
    Pointer make() {
        return Lib.libauth_redemption_request_new();
    }

    @Override
    void free(Pointer made) {
        Lib.libauth_redemption_request_free(made);
    }

    /**
     * Required: your serial number, globally unique. When you ask again after an unknown outcome, keep it.
     *
     * @param serialNo any text
     * @return this
     */
    public RedemptionRequest serialNo(String serialNo) {
        return set("serial_no", serialNo, Lib::libauth_redemption_request_set_serial_no);
    }

    /**
     * Required: your own id of the customer.
     *
     * @param userId any text
     * @return this
     */
    public RedemptionRequest userId(String userId) {
        return set("user_id", userId, Lib::libauth_redemption_request_set_user_id);
    }

    /**
     * Optional: where the platform sends the user's Alipay openId.
     *
     * @param callbackUrl an absolute URL
     * @return this
     */
    public RedemptionRequest callbackUrl(String callbackUrl) {
        return set("callback_url", callbackUrl, Lib::libauth_redemption_request_set_callback_url);
    }
}
