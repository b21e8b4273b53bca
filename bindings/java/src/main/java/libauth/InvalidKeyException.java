package libauth;

/** A key cannot be read, is of the wrong kind, or is too short. */
public final class InvalidKeyException extends LibauthException {
    private static final long serialVersionUID = 1;

    InvalidKeyException(Details details) {
        super(details);
    }
}
