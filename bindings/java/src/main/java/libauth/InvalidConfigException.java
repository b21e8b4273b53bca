package libauth;

/** A setting of the {@link Config} is wrong; the message names it. */
public final class InvalidConfigException extends LibauthException {
    private static final long serialVersionUID = 1;

    InvalidConfigException(Details details) {
        super(details);
    }
}
