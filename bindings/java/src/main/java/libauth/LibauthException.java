package libauth;

import com.sun.jna.Pointer;
import java.time.Duration;

/**
 * What went wrong, for a person in {@link #getMessage}, for a program in the rest. Each {@link Status} has
 * a subclass to catch. No text of it holds a secret, except the raw body of {@link #answer}.
 *
 * <p>Not checked. Any thread may read it. After serialization it is without its answer.
 */
public abstract class LibauthException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final long NOT_SAID = -1;

    private final Status status;
    private final Delivery delivery;
    private final boolean retrySafe;
    private final Duration retryAfter;
    private final String traceId;
    private final String platformCode;
    private final String platformMessage;
    private final int httpStatus;
    private final transient Answer answer;

    /** What the native error tells. */
    static final class Details {
        final Status status;
        final Pointer error;
        final Answer answer;

        Details(Status status, Pointer error, Answer answer) {
            this.status = status;
            this.error = error;
            this.answer = answer;
        }
    }

    /** Takes the native error over. */
    static LibauthException from(int status, Pointer error) {
        if (error == null) return Status.INTERNAL.exception(new Details(Status.INTERNAL, null, null));
        if (Lib.libauth_error_answer(error) == null) {
            try {
                return Status.of(status).exception(new Details(Status.of(status), error, null));
            } finally {
                Lib.libauth_error_free(error);
            }
        }
        // The answer belongs to the error, which therefore lives as long as the exception.
        Handle owner = new Handle("LibauthException", error, Lib::libauth_error_free);
        Answer answer = new Answer(owner, Lib::libauth_error_answer);
        return owner.with(same -> Status.of(status).exception(new Details(Status.of(status), same, answer)));
    }

    LibauthException(Details details) {
        super(
                details.error == null
                        ? "no error came with a failure"
                        : Text.decode(Lib.libauth_error_message(details.error)));
        Pointer error = details.error;
        status = details.status;
        answer = details.answer;
        delivery = Delivery.of(Lib.libauth_error_delivery(error));
        retrySafe = Lib.libauth_error_retry_safe(error) == 1;
        long wait = Lib.libauth_error_retry_after_ms(error);
        retryAfter = wait <= NOT_SAID ? null : Duration.ofMillis(wait);
        traceId = Text.decode(Lib.libauth_error_trace_id(error));
        platformCode = Text.decode(Lib.libauth_error_platform_code(error));
        platformMessage = Text.decode(Lib.libauth_error_platform_message(error));
        httpStatus = Lib.libauth_error_http_status(error);
    }

    /** What this binding finds before anything is sent. */
    LibauthException(Status status, String message) {
        super(message);
        this.status = status;
        delivery = Delivery.NOT_SENT;
        retrySafe = false;
        retryAfter = null;
        traceId = null;
        platformCode = null;
        platformMessage = null;
        httpStatus = 0;
        answer = null;
    }

    /**
     * The class of the error.
     *
     * @return never null
     */
    public final Status status() {
        return status;
    }

    /**
     * How far the request got.
     *
     * @return never null
     */
    public final Delivery delivery() {
        return delivery;
    }

    /**
     * Whether making the same call again cannot do anything twice.
     *
     * @return true if it is safe to repeat
     */
    public final boolean retrySafe() {
        return retrySafe;
    }

    /**
     * How long the platform asks to wait ({@code Retry-After}).
     *
     * @return null when it does not say
     */
    public final Duration retryAfter() {
        return retryAfter;
    }

    /**
     * The trace or request id to quote to the platform's support.
     *
     * @return null when there is none
     */
    public final String traceId() {
        return traceId;
    }

    /**
     * The platform's own code as text, such as {@code 20052}.
     *
     * @return null when it gave none
     */
    public final String platformCode() {
        return platformCode;
    }

    /**
     * The platform's own message, on one line.
     *
     * @return null when it gave none
     */
    public final String platformMessage() {
        return platformMessage;
    }

    /**
     * The HTTP status of the answer.
     *
     * @return 0 when there was none
     */
    public final int httpStatus() {
        return httpStatus;
    }

    /**
     * The answer as far as it could be read, with its raw body.
     *
     * @return null when there was none
     */
    public final Answer answer() {
        return answer;
    }
}
