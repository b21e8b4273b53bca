package libauth;

import com.sun.jna.Pointer;

/**
 * An Alipay authorization URL.
 * Any thread; threads take turns.
 */
public final class RedemptionAlipayUrl extends Handle {
    RedemptionAlipayUrl(Pointer pointer) {
        super("RedemptionAlipayUrl", pointer, Lib::libauth_redemption_alipay_url_free);
    }

    /**
     * Where to send the user.
     *
     * @return never null
     */
    public String url() {
        return text(Lib::libauth_redemption_alipay_url_url);
    }

    /**
     * The platform's answer, with its raw body.
     *
     * @return it belongs to this object
     */
    public Answer answer() {
        return new Answer(this, Lib::libauth_redemption_alipay_url_answer);
    }
}
