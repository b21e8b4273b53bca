package libauth;

import com.sun.jna.Pointer;
import java.time.Instant;

/**
 * A genuine message of Credit Pay: a webhook or the credit-limit query.
 * Any thread; threads take turns.
 */
public final class CreditPayEvent extends Handle implements Event {
    CreditPayEvent(Pointer pointer) {
        super("CreditPayEvent", pointer, Lib::libauth_creditpay_event_free);
    }

    /**
     * What happened.
     *
     * @return never null
     */
    public CreditPayKind kind() {
        return CreditPayKind.of(number(Lib::libauth_creditpay_event_kind));
    }

    /**
     * What happened, in the platform's words.
     *
     * @return such as {@code PAY_SUCCESS}
     */
    public String type() {
        return text(Lib::libauth_creditpay_event_type);
    }

    /**
     * The {@code event_id}, the same when the platform sends the event again.
     *
     * @return null when there is none
     */
    public String id() {
        return text(Lib::libauth_creditpay_event_id);
    }

    /**
     * The {@code platform_id}.
     *
     * @return null when there is none
     */
    public String platformId() {
        return text(Lib::libauth_creditpay_event_platform_id);
    }

    /**
     * The {@code retry} as text.
     *
     * @return null when there is none
     */
    public String retry() {
        return text(Lib::libauth_creditpay_event_retry);
    }

    /**
     * The header {@code token}, your customer token.
     *
     * @return null when there is none; a secret
     */
    public String customerToken() {
        return text(Lib::libauth_creditpay_event_customer_token);
    }

    /**
     * The header {@code trace}.
     *
     * @return null when there is none
     */
    public String traceId() {
        return text(Lib::libauth_creditpay_event_trace_id);
    }

    /**
     * The header {@code lang} of a credit-limit query.
     *
     * @return null when there is none
     */
    public String lang() {
        return text(Lib::libauth_creditpay_event_lang);
    }

    /**
     * When it was sent.
     *
     * @return to the millisecond
     */
    public Instant timestamp() {
        return Instant.ofEpochMilli(longNumber(Lib::libauth_creditpay_event_timestamp_ms));
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
        return field(path, fallback, Lib::libauth_creditpay_event_field);
    }

    /**
     * The type of a field of the JSON body: tells null and absent apart.
     *
     * @param path such as {@code data.amount}
     * @return never null
     */
    public JsonType fieldType(String path) {
        byte[] encoded = Text.encode("path", path);
        return JsonType.of(number(self -> Lib.libauth_creditpay_event_field_type(self, encoded)));
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
        return longNumber(self -> Lib.libauth_creditpay_event_field_int64(self, encoded, fallback));
    }

    /**
     * The body as received.
     *
     * @return a copy
     */
    @Override
    public byte[] body() {
        return bytes(Lib::libauth_creditpay_event_body);
    }

    /**
     * Which key it was signed with.
     *
     * @return 0 for the handle's own, 1 and so on for those of {@link Config#creditPayPreviousKey}
     */
    public int key() {
        return number(Lib::libauth_creditpay_event_key);
    }

    @Override
    public void done() {
        done(Lib::libauth_creditpay_event_done);
    }
}
