package libauth;

/** The shared store failed. */
public final class StoreException extends LibauthException {
    private static final long serialVersionUID = 1;

    StoreException(Details details) {
        super(details);
    }
}
