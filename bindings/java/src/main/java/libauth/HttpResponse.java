package libauth;

import com.sun.jna.Pointer;

/**
 * A response that your own HTTP client received, to be handed to one of a platform's {@code read} methods.
 * Any thread; nothing to close.
 */
public final class HttpResponse extends Builder<HttpResponse> {
    private final int status;

    /**
     * A response.
     *
     * @param status the HTTP status, from 100 to 599
     */
    public HttpResponse(int status) {
        this.status = status;
    }

    @Override
    Pointer make() {
        return Lib.libauth_http_response_new(status);
    }

    @Override
    void free(Pointer made) {
        Lib.libauth_http_response_free(made);
    }

    /**
     * Adds a header as received.
     *
     * @param name  the header's name
     * @param value the header's value
     * @return this
     */
    public HttpResponse header(String name, String value) {
        byte[] encodedName = Text.encode("name", name);
        byte[] encodedValue = Text.encode("value", value);
        return add(made -> Lib.libauth_http_response_add_header(made, encodedName, encodedValue));
    }

    /**
     * The body as received.
     *
     * @param body copied
     * @return this
     */
    public HttpResponse body(byte[] body) {
        byte[] copy = body == null ? null : body.clone();
        return set("body", made -> Lib.libauth_http_response_set_body(made, copy, Handle.length(copy)));
    }
}
