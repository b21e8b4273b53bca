package libauth;

/** The platform refused: see its code and message. */
public final class PlatformException extends LibauthException {
    private static final long serialVersionUID = 1;

    PlatformException(Details details) {
        super(details);
    }
}
