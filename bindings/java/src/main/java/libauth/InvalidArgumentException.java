package libauth;

/** A parameter or a field is missing or wrong; the message names it. Nothing was sent. */
public final class InvalidArgumentException extends LibauthException {
    private static final long serialVersionUID = 1;

    InvalidArgumentException(Details details) {
        super(details);
    }

    InvalidArgumentException(String message) {
        super(Status.INVALID_ARGUMENT, message);
    }
}
