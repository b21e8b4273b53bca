package libauth;

import com.sun.jna.Pointer;

/**
 * A call of any endpoint below the base URL: describe it, then hand it to a platform's {@code call}. It may
 * be used for any number of calls. What is wrong with a value is reported by the call that uses it, but for
 * what {@link Config} names too. Any thread; nothing to close.
 */
public final class Call extends Builder<Call> {
    private final byte[] method;
    private final byte[] path;

    /**
     * A call by method and path.
     *
     * @param method such as {@code POST}
     * @param path   begins with a slash and stays below the base URL; the query is given apart. Characters that
     *               a URL cannot hold are escaped, {@code %} escapes are kept
     */
    public Call(String method, String path) {
        this.method = Text.encode("method", method);
        this.path = Text.encode("path", path);
    }

    @Override
    Pointer make() {
        return Lib.libauth_call_new(method, path);
    }

    @Override
    void free(Pointer made) {
        Lib.libauth_call_free(made);
    }

    /**
     * Adds a query parameter.
     *
     * @param name  unescaped
     * @param value unescaped
     * @return this
     */
    public Call query(String name, String value) {
        byte[] encodedName = Text.encode("name", name);
        byte[] encodedValue = Text.encode("value", value);
        return add(made -> Lib.libauth_call_add_query(made, encodedName, encodedValue));
    }

    /**
     * Adds a header. Those that libauth sets itself (signature, token, Content-Type and the like) are refused.
     *
     * @param name  the header's name
     * @param value the header's value
     * @return this
     */
    public Call header(String name, String value) {
        byte[] encodedName = Text.encode("name", name);
        byte[] encodedValue = Text.encode("value", value);
        return add(made -> Lib.libauth_call_add_header(made, encodedName, encodedValue));
    }

    /**
     * The body, sent and signed byte for byte. DaxPay takes a JSON object of the endpoint's own parameters and
     * adds the common ones and the signature.
     *
     * @param contentType null: {@code application/json}
     * @param body        copied
     * @return this
     */
    public Call body(String contentType, byte[] body) {
        byte[] encodedType = Text.encode("content_type", contentType);
        byte[] copy = body == null ? null : body.clone();
        return set("body", made -> Lib.libauth_call_set_body(made, encodedType, copy, Handle.length(copy)));
    }

    /**
     * A JSON body, as UTF-8.
     *
     * @param json sent and signed as it is
     * @return this
     */
    public Call json(String json) {
        return body(null, Text.utf8("body", json));
    }

    /**
     * Whether doing it twice does no harm: only then is a call repeated once it may have arrived.
     *
     * @param idempotent by default false
     * @return this
     */
    public Call idempotent(boolean idempotent) {
        return set("idempotent", made -> Lib.libauth_call_set_idempotent(made, idempotent ? 1 : 0));
    }
}
