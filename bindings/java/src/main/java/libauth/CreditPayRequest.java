package libauth;

import com.sun.jna.Pointer;
import java.time.Instant;

/**
 * What Credit Pay wants to know, to issue a code. What is wrong with a value is reported, by its name, by the call that
 * uses it, but for what {@link Config} names too. Null and {@code ""} unset. Any thread; nothing to close.
 */
public final class CreditPayRequest extends Builder<CreditPayRequest> {
    /** An empty request. */
    public CreditPayRequest() {}

    @Override
    Pointer make() {
        return Lib.libauth_creditpay_request_new();
    }

    @Override
    void free(Pointer made) {
        Lib.libauth_creditpay_request_free(made);
    }

    /**
     * Required: your own unique number of the customer.
     *
     * @param customerNo the number
     * @return this
     */
    public CreditPayRequest customerNo(String customerNo) {
        return set("customer_no", customerNo, Lib::libauth_creditpay_request_set_customer_no);
    }

    /**
     * Required: your user token, one to one with the user.
     *
     * @param customerToken a secret
     * @return this
     */
    public CreditPayRequest customerToken(String customerToken) {
        return set("customer_token", customerToken, Lib::libauth_creditpay_request_set_customer_token);
    }

    /**
     * Required: your callback address.
     *
     * @param callbackUrl an absolute URL
     * @return this
     */
    public CreditPayRequest callbackUrl(String callbackUrl) {
        return set("callback_url", callbackUrl, Lib::libauth_creditpay_request_set_callback_url);
    }

    /**
     * Required: the end user's address; the platform uses it in later checks.
     *
     * @param clientIp IPv4 or IPv6
     * @return this
     */
    public CreditPayRequest clientIp(String clientIp) {
        return set("client_ip", clientIp, Lib::libauth_creditpay_request_set_client_ip);
    }

    /**
     * Optional: with the same value as before, the code issued before is returned; with another, a new one.
     *
     * @param sessionSign any text
     * @return this
     */
    public CreditPayRequest sessionSign(String sessionSign) {
        return set("session_sign", sessionSign, Lib::libauth_creditpay_request_set_session_sign);
    }

    /**
     * Optional: the tag of the card to choose.
     *
     * @param creditLimitTag of {@link #card}
     * @return this
     */
    public CreditPayRequest creditLimitTag(String creditLimitTag) {
        return set("credit_limit_tag", creditLimitTag, Lib::libauth_creditpay_request_set_credit_limit_tag);
    }

    /**
     * Optional: the language of messages.
     *
     * @param lang the platform's default is {@code en-US}
     * @return this
     */
    public CreditPayRequest lang(String lang) {
        return set("lang", lang, Lib::libauth_creditpay_request_set_lang);
    }

    /**
     * Required: when the customer token expires.
     *
     * @param tokenExpire to the millisecond; null unsets
     * @return this
     */
    public CreditPayRequest tokenExpire(Instant tokenExpire) {
        long millis = tokenExpire == null ? 0 : Text.unixMillis("token_expire_ms", tokenExpire);
        return set("token_expire_ms", made -> Lib.libauth_creditpay_request_set_token_expire_ms(made, millis));
    }

    /**
     * Adds a credit-limit card; all five are required. With cards, the credit-limit endpoint configured at
     * the platform is not asked.
     *
     * @param tag      the card's tag
     * @param amount   a decimal number such as {@code 10001.23}
     * @param currency such as {@code CNY}
     * @param icon     the card's icon
     * @param input    HTML
     * @return this
     */
    public CreditPayRequest card(String tag, String amount, String currency, String icon, String input) {
        byte[] tagText = Text.encode("tag", tag);
        byte[] amountText = Text.encode("amount", amount);
        byte[] currencyText = Text.encode("currency", currency);
        byte[] iconText = Text.encode("icon", icon);
        byte[] inputText = Text.encode("input", input);
        return add(made ->
                Lib.libauth_creditpay_request_add_card(made, tagText, amountText, currencyText, iconText, inputText));
    }
}
