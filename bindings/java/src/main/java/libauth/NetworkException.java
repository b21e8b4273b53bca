package libauth;

/** DNS, connecting, TLS, or a connection that broke. */
public final class NetworkException extends LibauthException {
    private static final long serialVersionUID = 1;

    NetworkException(Details details) {
        super(details);
    }
}
