package libauth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Pointer;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The binding and {@code libauth.h} agree. */
class HeaderTest {
    /** Functions that no class uses, and why. */
    private static final Map<String, String> LEFT_OUT = new TreeMap<>();

    static {
        LEFT_OUT.put("libauth_status_name", "Status is an enum with these names, as a test here shows");
        LEFT_OUT.put("libauth_error_status", "a function that fails returns the same number");
        LEFT_OUT.put("libauth_version_number", "the version as text tells the same");
        LEFT_OUT.put("libauth_check_version", "Library checks the version itself, before it binds the functions");
        String fallback = "field takes a fallback";
        LEFT_OUT.put("libauth_answer_field_or", fallback);
        LEFT_OUT.put("libauth_creditpay_event_field_or", fallback);
        LEFT_OUT.put("libauth_daxpay_event_field_or", fallback);
        LEFT_OUT.put("libauth_redemption_event_field_or", fallback);
        String length = "a String knows its length: a NUL inside is refused";
        LEFT_OUT.put("libauth_inbound_new_n", length);
        LEFT_OUT.put("libauth_inbound_add_header_n", length);
        LEFT_OUT.put("libauth_call_add_header_n", length);
        LEFT_OUT.put("libauth_http_response_add_header_n", length);
        LEFT_OUT.put("libauth_http_response_set_status", "a response is made with its status");
    }

    private static final Path PROJECT = Paths.get(System.getProperty("basedir", "."));

    private static String read(String path) throws IOException {
        return new String(Files.readAllBytes(PROJECT.resolve(path)), StandardCharsets.UTF_8);
    }

    private static String header() throws IOException {
        return read("../../include/libauth.h").replaceAll("(?s)/\\*.*?\\*/", "").replaceAll("//.*", "");
    }

    /** The functions that Lib declares; it is generated from the same source as the header. */
    private static List<String> functions() {
        List<String> names = new ArrayList<>();
        for (Method method : Lib.class.getDeclaredMethods()) {
            if (Modifier.isNative(method.getModifiers())) names.add(method.getName());
        }
        assertTrue(names.size() > 200, names.toString());
        return names;
    }

    @Test
    void everyFunctionIsUsedOrLeftOutWithAReason() throws Exception {
        StringBuilder sources = new StringBuilder();
        try (Stream<Path> files = Files.list(PROJECT.resolve("src/main/java/libauth"))) {
            for (Path file : files.collect(Collectors.toList())) {
                if (file.endsWith("Lib.java")) continue;
                sources.append(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
            }
        }
        for (String function : functions()) {
            boolean used = Pattern.compile("\\bLib(\\.|::)" + function + "\\b")
                    .matcher(sources)
                    .find();
            // The version is asked before anything is bound.
            assertEquals(!LEFT_OUT.containsKey(function), used, function);
        }
        for (String name : LEFT_OUT.keySet()) assertTrue(functions().contains(name), name + " is not in the header");
    }

    @Test
    void constantsAreThoseOfTheHeader() throws Exception {
        constants("", Status.values(), 1, "OK");
        constants("DELIVERY_", Delivery.values(), 0);
        constants("LOG_", LogLevel.values(), 0);
        constants("DAXPAY_RESPONSE_SIGNATURE_", DaxPayResponseSignature.values(), 0);
        constants("SELLER_EXPIRES_IN_", SellerExpiresInUnit.values(), 0);
        constants("CREDITPAY_KIND_", CreditPayKind.values(), 0);
        constants("DAXPAY_STATUS_", DaxPayStatus.values(), 0);
        constants("DAXPAY_SIGN_", DaxPaySign.values(), 0);
        constants("JSON_", JsonType.values(), 0);
        assertTrue(header().contains("#define LIBAUTH_CREDITPAY_REPLY \"" + CreditPay.REPLY + "\""));
        assertTrue(header().contains("#define LIBAUTH_DAXPAY_REPLY \"" + DaxPay.REPLY + "\""));
        assertTrue(header().contains("#define LIBAUTH_REDEMPTION_REPLY \"" + Redemption.REPLY + "\""));

        int known = 1
                + Status.values().length
                + Delivery.values().length
                + LogLevel.values().length
                + DaxPayResponseSignature.values().length
                + SellerExpiresInUnit.values().length
                + CreditPayKind.values().length
                + DaxPayStatus.values().length
                + DaxPaySign.values().length
                + JsonType.values().length
                + 3;
        Matcher matcher = Pattern.compile("(?m)^#define LIBAUTH_(?!VERSION|H\\b|API|WARN_UNUSED|DEPRECATED)")
                .matcher(header());
        int there = 0;
        while (matcher.find()) there++;
        assertEquals(known, there, "the header has constants that the binding has not");
    }

    private static void constants(String prefix, Enum<?>[] values, int first, String... others) throws IOException {
        for (Enum<?> one : values) assertEquals(first + one.ordinal(), constant(prefix + one.name()), one.name());
        for (int i = 0; i < others.length; i++) assertEquals(i, constant(prefix + others[i]));
    }

    private static int constant(String name) throws IOException {
        Matcher matcher = Pattern.compile("#define LIBAUTH_" + name + " (\\d+)").matcher(header());
        assertTrue(matcher.find(), name);
        return Integer.parseInt(matcher.group(1));
    }

    @Test
    void statusesHaveTheLibrarysNames() {
        Library.load();
        for (Status status : Status.values()) {
            assertEquals(status.name(), Text.decode(Lib.libauth_status_name(status.code())));
            assertEquals(status, Status.of(status.code()));
            StringBuilder exception = new StringBuilder();
            for (String word : status.name().split("_"))
                exception.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
            LibauthException made = status.exception(new LibauthException.Details(status, null, null));
            assertEquals(exception + "Exception", made.getClass().getSimpleName());
            assertEquals(status, made.status());
        }
        assertEquals(Status.INTERNAL, Status.of(99));
        assertEquals("UNKNOWN", Text.decode(Lib.libauth_status_name(Status.values().length + 1)));
    }

    @Test
    void theVersionsAreOne() throws Exception {
        String cargo = first(read("../../Cargo.toml"), "(?m)^version = \"([^\"]+)\"");
        assertEquals(cargo, Libauth.VERSION);
        assertEquals(cargo, Libauth.libraryVersion());
        assertEquals(
                cargo,
                first(
                        read("pom.xml"),
                        "<artifactId>libauth</artifactId>[^v]*?<version>([^<]+)</version>",
                        "(?s)<!--.*?-->"));
        assertEquals(
                cargo,
                first(read("quickstart/pom.xml"), "<artifactId>libauth</artifactId>\\s*<version>([^<]+)</version>"));
        assertEquals(cargo, first(read("../../include/libauth.h"), "#define LIBAUTH_VERSION \"([^\"]+)\""));
    }

    private static String first(String text, String pattern, String... without) {
        for (String part : without) text = text.replaceAll(part, "");
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertTrue(matcher.find(), pattern);
        return matcher.group(1);
    }

    /** {@code size_t} crosses as a pointer. */
    @Test
    void sizesAreAsWideAsPointers() {
        assertEquals(com.sun.jna.Native.POINTER_SIZE, com.sun.jna.Native.SIZE_T_SIZE);
        assertEquals(7, Pointer.nativeValue(Handle.size(7)));
    }
}
