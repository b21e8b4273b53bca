package libauth;

/** The platform refused the credentials, our signature, or the token. */
public final class UnauthorizedException extends LibauthException {
    private static final long serialVersionUID = 1;

    UnauthorizedException(Details details) {
        super(details);
    }
}
