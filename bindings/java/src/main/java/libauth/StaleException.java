package libauth;

/** An inbound message's time is outside the window. */
public final class StaleException extends LibauthException {
    private static final long serialVersionUID = 1;

    StaleException(Details details) {
        super(details);
    }
}
