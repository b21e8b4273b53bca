package libauth;

/** A bug of libauth. */
public final class InternalException extends LibauthException {
    private static final long serialVersionUID = 1;

    InternalException(Details details) {
        super(details);
    }
}
