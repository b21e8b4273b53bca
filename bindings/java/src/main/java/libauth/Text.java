package libauth;

import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/** Java's texts and times as C's, and back. Always UTF-8, whatever {@code file.encoding} says. */
final class Text {
    private static final long SHORTER_THAN_A_MILLISECOND = 999_999;

    private Text() {}

    /** NUL-terminated UTF-8; null stays null. What C cannot hold is an error that names the parameter. */
    static byte[] encode(String name, String text) {
        if (text == null) return null;
        int nul = text.indexOf('\0');
        if (nul >= 0) throw new InvalidArgumentException(name + " has a NUL character at index " + nul);
        byte[] bytes = utf8(name, text);
        return Arrays.copyOf(bytes, bytes.length + 1);
    }

    /** UTF-8 as it is; null stays null. Half a surrogate pair is an error that names the parameter. */
    static byte[] utf8(String name, String text) {
        if (text == null) return null;
        for (int i = 0; i < text.length(); i++) {
            if (!Character.isSurrogate(text.charAt(i))) continue;
            boolean pair = i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
            if (!pair)
                throw new InvalidArgumentException(name + " is not Unicode text: half a surrogate pair at index " + i);
            i++;
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String decode(Pointer text) {
        return text == null ? null : text.getString(0, "UTF-8");
    }

    /** Milliseconds, rounded away from zero; what is too long for a long is the longest, which the library refuses by name. */
    static long millis(String name, Duration duration) {
        required(name, duration);
        try {
            if (duration.isNegative()) return Math.min(-1, duration.toMillis());
            return duration.plusNanos(SHORTER_THAN_A_MILLISECOND).toMillis();
        } catch (ArithmeticException overflow) {
            return duration.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    static long unixMillis(String name, Instant instant) {
        required(name, instant);
        try {
            return instant.toEpochMilli();
        } catch (ArithmeticException overflow) {
            return instant.getEpochSecond() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    static void required(String name, Object value) {
        if (value == null) throw new InvalidArgumentException(name + " is null");
    }
}
