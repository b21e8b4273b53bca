package libauth;

import com.sun.jna.Pointer;

/**
 * An address to authorize at.
 * Any thread; threads take turns.
 */
public final class DaxPayAuthUrl extends Handle {
    DaxPayAuthUrl(Pointer pointer) {
        super("DaxPayAuthUrl", pointer, Lib::libauth_daxpay_auth_url_free);
    }

    /**
     * Where to send the user.
     *
     * @return never null
     */
    public String url() {
        return text(Lib::libauth_daxpay_auth_url_url);
    }

    /**
     * The code to ask for the outcome with.
     *
     * @return null when the gateway gave none
     */
    public String queryCode() {
        return text(Lib::libauth_daxpay_auth_url_query_code);
    }

    /**
     * Edition open: hand it to {@link DaxPayAuthRequest#authToken}.
     *
     * @return null when there is none; a secret
     */
    public String authToken() {
        return text(Lib::libauth_daxpay_auth_url_auth_token);
    }

    /**
     * The platform's answer, with its raw body.
     *
     * @return it belongs to this object
     */
    public Answer answer() {
        return new Answer(this, Lib::libauth_daxpay_auth_url_answer);
    }
}
