package libauth;

import com.sun.jna.Pointer;

/**
 * A genuine notification of a DaxPay gateway.
 * Any thread; threads take turns.
 */
public final class DaxPayEvent extends Handle implements Event {
    DaxPayEvent(Pointer pointer) {
        super("DaxPayEvent", pointer, Lib::libauth_daxpay_event_free);
    }

    /**
     * The envelope's {@code code} as text; {@code 0} is success.
     *
     * @return null when there is none
     */
    public String code() {
        return text(Lib::libauth_daxpay_event_code);
    }

    /**
     * The envelope's {@code msg}.
     *
     * @return null when there is none
     */
    public String message() {
        return text(Lib::libauth_daxpay_event_message);
    }

    /**
     * The envelope's {@code traceId}.
     *
     * @return null when there is none
     */
    public String traceId() {
        return text(Lib::libauth_daxpay_event_trace_id);
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
        return field(path, fallback, Lib::libauth_daxpay_event_field);
    }

    /**
     * The type of a field of the JSON body: tells null and absent apart.
     *
     * @param path such as {@code data.amount}
     * @return never null
     */
    public JsonType fieldType(String path) {
        byte[] encoded = Text.encode("path", path);
        return JsonType.of(number(self -> Lib.libauth_daxpay_event_field_type(self, encoded)));
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
        return longNumber(self -> Lib.libauth_daxpay_event_field_int64(self, encoded, fallback));
    }

    /**
     * The body as received.
     *
     * @return a copy
     */
    @Override
    public byte[] body() {
        return bytes(Lib::libauth_daxpay_event_body);
    }

    /**
     * Which key it was signed with.
     *
     * @return 0 for the handle's own, 1 and so on for those of {@link Config#daxPayPreviousKey}
     */
    public int key() {
        return number(Lib::libauth_daxpay_event_key);
    }

    @Override
    public void done() {
        done(Lib::libauth_daxpay_event_done);
    }
}
