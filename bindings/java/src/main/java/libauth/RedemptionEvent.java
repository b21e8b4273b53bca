package libauth;

import com.sun.jna.Pointer;

/**
 * A genuine callback of the redemption system: the outcome of an authorization.
 * Any thread; threads take turns.
 */
public final class RedemptionEvent extends Handle implements Event {
    RedemptionEvent(Pointer pointer) {
        super("RedemptionEvent", pointer, Lib::libauth_redemption_event_free);
    }

    /**
     * The serial number of the request that this is the outcome of.
     *
     * @return never null
     */
    public String serialNo() {
        return text(Lib::libauth_redemption_event_serial_no);
    }

    /**
     * The user's openId at Alipay.
     *
     * @return null when there is none
     */
    public String openId() {
        return text(Lib::libauth_redemption_event_open_id);
    }

    /**
     * Your own id of the customer.
     *
     * @return null when there is none
     */
    public String userId() {
        return text(Lib::libauth_redemption_event_user_id);
    }

    /**
     * A field of the JSON body: a string as it is, anything else as JSON text.
     *
     * @param path such as {@code data.amount}
     * @return null when it is absent or null
     */
    @Override
    public String field(String path) {
        return field(path, null);
    }

    /**
     * The same with what to return when there is none.
     *
     * @param path     such as {@code data.amount}
     * @param fallback may be null
     * @return the fallback when it is absent or null
     */
    public String field(String path, String fallback) {
        return field(path, fallback, Lib::libauth_redemption_event_field);
    }

    /**
     * The type of a field of the JSON body: tells null and absent apart.
     *
     * @param path such as {@code data.amount}
     * @return never null
     */
    public JsonType fieldType(String path) {
        byte[] encoded = Text.encode("path", path);
        return JsonType.of(number(self -> Lib.libauth_redemption_event_field_type(self, encoded)));
    }

    /**
     * A whole number of the JSON body, written as a number or as a string of digits.
     *
     * @param path     such as {@code data.amount}
     * @param fallback what to return for anything else
     * @return the number
     */
    public long fieldLong(String path, long fallback) {
        byte[] encoded = Text.encode("path", path);
        return longNumber(self -> Lib.libauth_redemption_event_field_int64(self, encoded, fallback));
    }

    /**
     * The body as received.
     *
     * @return a copy
     */
    @Override
    public byte[] body() {
        return bytes(Lib::libauth_redemption_event_body);
    }

    /**
     * Which key it was signed with.
     *
     * @return 0 for the handle's own, 1 and so on for those of {@link Config#redemptionPreviousKey}
     */
    public int key() {
        return number(Lib::libauth_redemption_event_key);
    }

    @Override
    public void done() {
        done(Lib::libauth_redemption_event_done);
    }
}
