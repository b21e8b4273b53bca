package libauth;

import com.sun.jna.Pointer;

/**
 * A one-time code of Credit Pay.
 * Any thread; threads take turns.
 */
public final class CreditPayCode extends Handle {
    CreditPayCode(Pointer pointer) {
        super("CreditPayCode", pointer, Lib::libauth_creditpay_code_free);
    }

    /**
     * Where to send the user.
     *
     * @return never null
     */
    public String url() {
        return text(Lib::libauth_creditpay_code_url);
    }

    /**
     * The code itself.
     *
     * @return a secret until it is used
     */
    public String identCode() {
        return text(Lib::libauth_creditpay_code_ident_code);
    }

    /**
     * The platform's answer, with its raw body.
     *
     * @return it belongs to this object
     */
    public Answer answer() {
        return new Answer(this, Lib::libauth_creditpay_code_answer);
    }
}
