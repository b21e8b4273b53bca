package libauth;

import com.sun.jna.Pointer;

/**
 * An end user's identity.
 * Any thread; threads take turns.
 */
public final class DaxPayIdentity extends Handle {
    DaxPayIdentity(Pointer pointer) {
        super("DaxPayIdentity", pointer, Lib::libauth_daxpay_identity_free);
    }

    /**
     * The user's openId at the channel.
     *
     * @return null when the gateway gave none
     */
    public String openId() {
        return text(Lib::libauth_daxpay_identity_open_id);
    }

    /**
     * The user's userId at the channel.
     *
     * @return null when the gateway gave none
     */
    public String userId() {
        return text(Lib::libauth_daxpay_identity_user_id);
    }

    /**
     * The channel's access token.
     *
     * @return null when the gateway gave none; a secret
     */
    public String accessToken() {
        return text(Lib::libauth_daxpay_identity_access_token);
    }

    /**
     * Whether the identity is there.
     *
     * @return never null
     */
    public DaxPayStatus status() {
        return DaxPayStatus.of(number(Lib::libauth_daxpay_identity_status));
    }

    /**
     * Edition open: where the user is to be sent back to.
     *
     * @return null when there is none
     */
    public String returnPath() {
        return text(Lib::libauth_daxpay_identity_return_path);
    }

    /**
     * The status in the gateway's words.
     *
     * @return such as {@code success}
     */
    public String statusName() {
        return text(Lib::libauth_daxpay_identity_status_name);
    }

    /**
     * The platform's answer, with its raw body.
     *
     * @return it belongs to this object
     */
    public Answer answer() {
        return new Answer(this, Lib::libauth_daxpay_identity_answer);
    }
}
