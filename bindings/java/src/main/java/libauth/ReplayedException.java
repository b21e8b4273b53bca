package libauth;

/** An inbound message was received before: answer it as before, and do not act again. */
public final class ReplayedException extends LibauthException {
    private static final long serialVersionUID = 1;

    ReplayedException(Details details) {
        super(details);
    }
}
