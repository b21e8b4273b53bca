package libauth;

/** The deadline of the call (or of connecting) passed. */
public final class TimeoutException extends LibauthException {
    private static final long serialVersionUID = 1;

    TimeoutException(Details details) {
        super(details);
    }
}
