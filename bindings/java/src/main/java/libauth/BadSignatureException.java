package libauth;

/** A signature of the platform is missing or does not match; the message says which. */
public final class BadSignatureException extends LibauthException {
    private static final long serialVersionUID = 1;

    BadSignatureException(Details details) {
        super(details);
    }
}
