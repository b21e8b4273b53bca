package libauth;

import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/**
 * What is signed, how, and what is wrong with a signature that somebody else made. No text of it holds a
 * secret.
 * Any thread; threads take turns.
 */
public final class Explanation extends Handle {
    Explanation(Pointer pointer) {
        super("Explanation", pointer, Lib::libauth_explanation_free);
    }

    /**
     * How it is signed.
     *
     * @return such as {@code HMAC-SHA256}
     */
    public String algorithm() {
        return text(Lib::libauth_explanation_algorithm);
    }

    /**
     * What is signed.
     *
     * @return with the secret masked
     */
    public String stringToSign() {
        return text(Lib::libauth_explanation_string_to_sign);
    }

    /**
     * The right signature.
     *
     * @return null where only a public key is at hand
     */
    public String signature() {
        return text(Lib::libauth_explanation_signature);
    }

    /**
     * One line, made for a person: whether it matches, and what the mistake is.
     *
     * @return never null
     */
    public String message() {
        return text(Lib::libauth_explanation_message);
    }

    /**
     * Whether the signature that was given is right.
     *
     * @return null when none was given
     */
    public Boolean matches() {
        if (number(Lib::libauth_explanation_signature_given) == 0) return null;
        return number(Lib::libauth_explanation_matches) == 1;
    }

    /**
     * The known mistakes that lead to the signature that was given.
     *
     * @return names such as {@code PATH_PREFIX}
     */
    public List<String> mistakes() {
        return list(Lib::libauth_explanation_mistake);
    }

    /**
     * What to do about each of {@link #mistakes}, in their order.
     *
     * @return a sentence for each
     */
    public List<String> advice() {
        return list(Lib::libauth_explanation_advice);
    }

    private List<String> list(BiFunction<Pointer, Pointer, Pointer> getter) {
        return with(self -> {
            List<String> texts = new ArrayList<>();
            long count = Pointer.nativeValue(Lib.libauth_explanation_mistake_count(self));
            for (long i = 0; i < count; i++) texts.add(Text.decode(getter.apply(self, size(i))));
            return texts;
        });
    }
}
