package libauth;

/** Another process acts on this very message: answer with failure, it will come again. */
public final class BusyException extends LibauthException {
    private static final long serialVersionUID = 1;

    BusyException(Details details) {
        super(details);
    }
}
