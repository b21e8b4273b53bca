package libauth;

/** The answer or message is not what the protocol says: not JSON, too large, a field missing (named). */
public final class ProtocolException extends LibauthException {
    private static final long serialVersionUID = 1;

    ProtocolException(Details details) {
        super(details);
    }
}
