package libauth;

/** A bug of libauth, or a replay guard that cannot tell (then that is the cause). */
public final class InternalException extends LibauthException {
    private static final long serialVersionUID = 1;

    InternalException(Details details) {
        super(details);
    }
}
