package libauth;

import com.sun.jna.Pointer;

/**
 * A genuine notification of a DaxPay gateway.
 * Any thread; threads take turns.
 */
public final class DaxpayNotification extends Handle {
    DaxpayNotification(Pointer pointer) {
        super("DaxpayNotification", pointer, Lib::libauth_daxpay_notification_free);
    }

    /**
     * The envelope's {@code code} as text; {@code 0} is success.
     *
     * @return null when there is none
     */
    public String code() {
        return text(Lib::libauth_daxpay_notification_code);
    }

    /**
     * The envelope's {@code msg}.
     *
     * @return null when there is none
     */
    public String message() {
        return text(Lib::libauth_daxpay_notification_message);
    }

    /**
     * The envelope's {@code traceId}.
     *
     * @return null when there is none
     */
    public String traceId() {
        return text(Lib::libauth_daxpay_notification_trace_id);
    }

    /**
     * A field of the JSON body: a string as it is, anything else as JSON text.
     *
     * @param path such as {@code data.amount}
     * @return null when it is absent or null
     */
    public String field(String path) {
        byte[] encoded = Text.encode("path", path);
        return text(self -> Lib.libauth_daxpay_notification_field(self, encoded));
    }

    /**
     * The body as received.
     *
     * @return a copy
     */
    public byte[] body() {
        return bytes(Lib::libauth_daxpay_notification_body);
    }
}
