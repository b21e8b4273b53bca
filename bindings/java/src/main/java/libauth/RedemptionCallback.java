package libauth;

import com.sun.jna.Pointer;

/**
 * A genuine callback of the redemption system: the outcome of an authorization.
 * Any thread; threads take turns.
 */
public final class RedemptionCallback extends Handle {
    RedemptionCallback(Pointer pointer) {
        super("RedemptionCallback", pointer, Lib::libauth_redemption_callback_free);
    }

    /**
     * The serial number of the request that this is the outcome of.
     *
     * @return never null
     */
    public String serialNo() {
        return text(Lib::libauth_redemption_callback_serial_no);
    }

    /**
     * The user's openId at Alipay.
     *
     * @return null when there is none
     */
    public String openId() {
        return text(Lib::libauth_redemption_callback_open_id);
    }

    /**
     * Your own id of the customer.
     *
     * @return null when there is none
     */
    public String userId() {
        return text(Lib::libauth_redemption_callback_user_id);
    }

    /**
     * A field of the JSON body: a string as it is, anything else as JSON text.
     *
     * @param path such as {@code data.amount}
     * @return null when it is absent or null
     */
    public String field(String path) {
        byte[] encoded = Text.encode("path", path);
        return text(self -> Lib.libauth_redemption_callback_field(self, encoded));
    }

    /**
     * The body as received.
     *
     * @return a copy
     */
    public byte[] body() {
        return bytes(Lib::libauth_redemption_callback_body);
    }
}
