package libauth;

/** The caller ended the call before it was done: see {@link Options#cancelledWhen}. */
public final class CancelledException extends LibauthException {
    private static final long serialVersionUID = 1;

    CancelledException(Details details) {
        super(details);
    }
}
