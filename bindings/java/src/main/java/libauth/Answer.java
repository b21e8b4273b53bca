package libauth;

import com.sun.jna.Pointer;
import java.util.function.Function;

/**
 * What a platform answered. One that belongs to another object lives as long as that, and closing it does
 * nothing; close one that a {@code call} gave. Any thread.
 */
public final class Answer implements AutoCloseable {
    private final Handle owner;
    private final Function<Pointer, Pointer> within;
    private final boolean own;

    /** One that belongs to another object. */
    Answer(Handle owner, Function<Pointer, Pointer> within) {
        this.owner = owner;
        this.within = within;
        own = false;
    }

    /** One of its own. */
    Answer(Pointer pointer) {
        owner = new Handle("Answer", pointer, Lib::libauth_answer_free);
        within = Function.identity();
        own = true;
    }

    /** Ends an answer that a {@code call} gave, as {@link Token#close} does. */
    @Override
    public void close() {
        if (own) owner.close();
    }

    private String text(Function<Pointer, Pointer> getter) {
        return owner.text(within.andThen(getter));
    }

    /**
     * Whether a signature of the platform over it was checked and is right.
     *
     * @return false for a platform that does not sign its answers
     */
    public boolean verified() {
        return owner.number(whole -> Lib.libauth_answer_verified(within.apply(whole))) == 1;
    }

    /**
     * The HTTP status.
     *
     * @return such as 200
     */
    public int httpStatus() {
        return owner.number(whole -> Lib.libauth_answer_http_status(within.apply(whole)));
    }

    /**
     * The platform's own code as text, such as {@code 0}.
     *
     * @return null when the body held none
     */
    public String code() {
        return text(Lib::libauth_answer_code);
    }

    /**
     * The platform's own message, on one line.
     *
     * @return null when there is none
     */
    public String message() {
        return text(Lib::libauth_answer_message);
    }

    /**
     * The trace or request id the platform gave.
     *
     * @return null when it gave none
     */
    public String traceId() {
        return text(Lib::libauth_answer_trace_id);
    }

    /**
     * The value of a header; of several, the first.
     *
     * @param name in any case
     * @return null when it is absent
     */
    public String header(String name) {
        byte[] encoded = Text.encode("name", name);
        return text(answer -> Lib.libauth_answer_header(answer, encoded));
    }

    /**
     * A field of the JSON body: a string as it is, anything else as JSON text.
     *
     * @param path such as {@code data.items.0.id}
     * @return null when it is absent or null, or the body is not JSON
     */
    public String field(String path) {
        return field(path, null);
    }

    /**
     * The same with what to return when there is none.
     *
     * @param path     such as {@code data.items.0.id}
     * @param fallback may be null
     * @return the fallback when it is absent or null, or the body is not JSON
     */
    public String field(String path, String fallback) {
        byte[] encoded = Text.encode("path", path);
        String found = text(answer -> Lib.libauth_answer_field(answer, encoded));
        return found == null ? fallback : found;
    }

    /**
     * The type of a field of the JSON body: tells null and absent apart.
     *
     * @param path such as {@code data.amount}
     * @return never null
     */
    public JsonType fieldType(String path) {
        byte[] encoded = Text.encode("path", path);
        return JsonType.of(owner.number(whole -> Lib.libauth_answer_field_type(within.apply(whole), encoded)));
    }

    /**
     * A whole number of the JSON body, written as a number or as a string of digits.
     *
     * @param path     such as {@code data.amount}
     * @param fallback what to return for anything else
     * @return the number
     */
    public long fieldLong(String path, long fallback) {
        byte[] encoded = Text.encode("path", path);
        return owner.longNumber(whole -> Lib.libauth_answer_field_int64(within.apply(whole), encoded, fallback));
    }

    /**
     * The body as received. It need not be text, and may hold tokens: do not log it.
     *
     * @return a copy
     */
    public byte[] body() {
        return owner.bytes((whole, length) -> Lib.libauth_answer_body(within.apply(whole), length));
    }
}
