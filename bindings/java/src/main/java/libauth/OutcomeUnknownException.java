package libauth;

/** It may have happened: query the platform, or have a person confirm, before repeating. */
public final class OutcomeUnknownException extends LibauthException {
    private static final long serialVersionUID = 1;

    OutcomeUnknownException(Details details) {
        super(details);
    }
}
