package libauth;

import com.sun.jna.Pointer;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A request, ready to be sent by your own HTTP client: send method, URL, headers and body exactly as they are.
 * It holds credentials: do not log it.
 * Any thread; threads take turns.
 */
public final class HttpRequest extends Handle {
    HttpRequest(Pointer pointer) {
        super("HttpRequest", pointer, Lib::libauth_http_request_free);
    }

    /**
     * The method.
     *
     * @return such as {@code POST}
     */
    public String method() {
        return text(Lib::libauth_http_request_method);
    }

    /**
     * The absolute URL.
     *
     * @return never null
     */
    public String url() {
        return text(Lib::libauth_http_request_url);
    }

    /**
     * The headers, in their order. Host, Content-Length and the like are left to your HTTP client.
     *
     * @return names and values
     */
    public List<Map.Entry<String, String>> headers() {
        return with(self -> {
            List<Map.Entry<String, String>> headers = new ArrayList<>();
            long count = Pointer.nativeValue(Lib.libauth_http_request_header_count(self));
            for (long i = 0; i < count; i++) {
                String name = Text.decode(Lib.libauth_http_request_header_name(self, size(i)));
                String value = Text.decode(Lib.libauth_http_request_header_value(self, size(i)));
                headers.add(new AbstractMap.SimpleImmutableEntry<>(name, value));
            }
            return headers;
        });
    }

    /**
     * The body to send byte for byte.
     *
     * @return a copy; empty when there is none
     */
    public byte[] body() {
        return bytes(Lib::libauth_http_request_body);
    }
}
