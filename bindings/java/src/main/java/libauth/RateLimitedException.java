package libauth;

/** The platform asks for fewer calls: see {@link #retryAfter}. */
public final class RateLimitedException extends LibauthException {
    private static final long serialVersionUID = 1;

    RateLimitedException(Details details) {
        super(details);
    }
}
