package libauth;

import com.sun.jna.Pointer;

/**
 * A request that your server received from a platform, to be checked by that platform's {@code verify}. Hand
 * over what was received, byte for byte. Any thread; nothing to close.
 */
public final class Inbound extends Builder<Inbound> {
    private final byte[] method;
    private final byte[] path;

    /**
     * A received request. What is wrong with it is reported by the check.
     *
     * @param method such as {@code POST}
     * @param path   as it went over the wire: percent-encoded, without host, query and fragment; servlets have it as
     *     {@code request.getRequestURI()}, the JDK's server as {@code exchange.getRequestURI().getRawPath()}
     */
    public Inbound(String method, String path) {
        this.method = Text.encode("method", method);
        this.path = Text.encode("path", path);
    }

    @Override
    Pointer make() {
        return Lib.libauth_inbound_new(method, path);
    }

    @Override
    void free(Pointer made) {
        Lib.libauth_inbound_free(made);
    }

    /**
     * Adds a header as received; the case of its name does not matter. Add every header: those that do not
     * concern the signature are not looked at, and one that came twice must be noticed.
     *
     * @param name  the header's name
     * @param value the header's value
     * @return this
     */
    public Inbound header(String name, String value) {
        byte[] encodedName = Text.encode("name", name);
        byte[] encodedValue = Text.encode("value", value);
        return add(made -> Lib.libauth_inbound_add_header(made, encodedName, encodedValue));
    }

    /**
     * The body, byte for byte as received.
     *
     * @param body copied
     * @return this
     */
    public Inbound body(byte[] body) {
        byte[] copy = body == null ? null : body.clone();
        return set("body", made -> Lib.libauth_inbound_set_body(made, copy, Handle.length(copy)));
    }
}
