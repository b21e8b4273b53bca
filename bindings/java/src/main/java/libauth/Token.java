package libauth;

import com.sun.jna.Pointer;
import java.time.Duration;
import java.time.Instant;

/**
 * A token: it stays as it is while the handle that gave it goes on to newer ones. Ask the handle each time
 * you need one: that is cheap.
 * Any thread; threads take turns.
 */
public final class Token extends Handle {
    Token(Pointer pointer) {
        super("Token", pointer, Lib::libauth_token_free);
    }

    /**
     * The bare token, without a scheme such as {@code Bearer}.
     *
     * @return a secret
     */
    public String value() {
        return text(Lib::libauth_token_value);
    }

    /**
     * The name of the header that carries the token.
     *
     * @return such as {@code Authorization}
     */
    public String headerName() {
        return text(Lib::libauth_token_header_name);
    }

    /**
     * The value of that header, with its scheme where the platform wants one.
     *
     * @return a secret
     */
    public String headerValue() {
        return text(Lib::libauth_token_header_value);
    }

    /**
     * When the token ends.
     *
     * @return by this machine's clock
     */
    public Instant expiresAt() {
        return Instant.ofEpochMilli(longNumber(Lib::libauth_token_expires_at_ms));
    }

    /**
     * How long the token lives in all.
     *
     * @return from the moment it was asked for
     */
    public Duration lifetime() {
        return Duration.ofMillis(longNumber(Lib::libauth_token_lifetime_ms));
    }

    /**
     * Whether the token is known to this process alone although there is a token store.
     *
     * @return true if the store failed when it was fetched
     */
    public boolean isDegraded() {
        return number(Lib::libauth_token_is_degraded) != 0;
    }

    /**
     * The answer the token came in; an empty one, of status 0, when another process fetched it.
     *
     * @return it belongs to this token
     */
    public Answer answer() {
        return new Answer(this, Lib::libauth_token_answer);
    }
}
