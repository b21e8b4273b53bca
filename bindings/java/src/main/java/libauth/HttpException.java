package libauth;

/** An HTTP status outside 2xx without an envelope of the platform; redirects too. */
public final class HttpException extends LibauthException {
    private static final long serialVersionUID = 1;

    HttpException(Details details) {
        super(details);
    }
}
