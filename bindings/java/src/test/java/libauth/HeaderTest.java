package libauth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
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
import java.util.Arrays;
import java.util.Collections;
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
    }

    private static final Path PROJECT = Paths.get(System.getProperty("basedir", "."));

    private static String read(String path) throws IOException {
        return new String(Files.readAllBytes(PROJECT.resolve(path)), StandardCharsets.UTF_8);
    }

    private static String header() throws IOException {
        return read("../../include/libauth.h").replaceAll("(?s)/\\*.*?\\*/", "").replaceAll("//.*", "");
    }

    /** Return type, then parameter types, of each function, as Lib should declare them. */
    private static Map<String, List<String>> functions() throws IOException {
        Map<String, List<String>> functions = new TreeMap<>();
        Matcher matcher = Pattern.compile("(?m)^((?:const )?\\w+ \\*?)(libauth_\\w+)\\(([^;]*?)\\);").matcher(header());
        while (matcher.find()) {
            List<String> types = new ArrayList<>();
            types.add(returned(matcher.group(1)));
            if (!matcher.group(3).trim().equals("void")) {
                for (String parameter : matcher.group(3).split(",")) {
                    types.add(parameter(parameter.trim().replaceAll("\\w+$", "").replaceAll("\\s+|const", "")));
                }
            }
            assertEquals(null, functions.put(matcher.group(2), types), matcher.group(2) + " is there twice");
        }
        return functions;
    }

    private static String returned(String type) {
        if (type.contains("*")) return "Pointer";
        return type.trim().equals("void") ? "void" : parameter(type.trim());
    }

    private static String parameter(String type) {
        switch (type) {
            case "int32_t":
            case "libauth_status":
                return "int";
            case "int64_t":
                return "long";
            case "size_t":
            case "void*":
                return "Pointer";
            case "char*":
            case "uint8_t*":
            case "size_t*":
                return "byte[]";
            case "libauth_replay_callback":
                return "ReplayCallback";
            case "libauth_clock_callback":
                return "ClockCallback";
            case "libauth_log_callback":
                return "LogCallback";
            default:
                if (type.matches("libauth_\\w+\\*\\*")) return "byte[]";
                if (type.matches("libauth_\\w+\\*")) return "Pointer";
                throw new AssertionError("the header has a type that this test does not know: " + type);
        }
    }

    private static List<Method> natives() {
        return Stream.of(Lib.class.getDeclaredMethods()).filter(m -> Modifier.isNative(m.getModifiers())).collect(Collectors.toList());
    }

    @Test
    void everyFunctionIsDeclaredAsInTheHeader() throws Exception {
        Map<String, List<String>> declared = new TreeMap<>();
        for (Method method : natives()) {
            List<String> types = new ArrayList<>();
            types.add(method.getReturnType().getSimpleName());
            for (Class<?> type : method.getParameterTypes()) types.add(type.getSimpleName());
            declared.put(method.getName(), types);
        }
        Map<String, List<String>> functions = functions();
        assertTrue(functions.size() > 190, "only " + functions.size() + " functions were found in the header");
        for (Map.Entry<String, List<String>> function : functions.entrySet()) {
            if (LEFT_OUT.containsKey(function.getKey()) && !declared.containsKey(function.getKey())) continue;
            assertEquals(function.getValue(), declared.remove(function.getKey()), function.getKey());
        }
        assertEquals(Collections.emptyMap(), declared, "not in the header");
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
        for (String function : functions().keySet()) {
            boolean used = Pattern.compile("\\bLib(\\.|::)" + function + "\\b").matcher(sources).find();
            // The version is asked before anything is bound.
            assertEquals(!LEFT_OUT.containsKey(function), used, function);
        }
        for (String name : LEFT_OUT.keySet()) assertNotNull(functions().get(name), name + " is not in the header");
    }

    @Test
    void callbacksAreDeclaredAsInTheHeader() throws Exception {
        Matcher matcher = Pattern.compile("typedef (\\w+) \\(\\*libauth_(\\w+)_callback\\)\\(([^)]*)\\)").matcher(header());
        int found = 0;
        while (matcher.find()) {
            found++;
            String name = matcher.group(2);
            Class<?> type = Class.forName("libauth.Lib$" + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1) + "Callback");
            Method invoke = type.getDeclaredMethods()[0];
            assertEquals(returned(matcher.group(1)), invoke.getReturnType().getSimpleName(), name);
            List<String> types = new ArrayList<>();
            for (String parameter : matcher.group(3).split(",")) {
                String c = parameter.trim().replaceAll("\\w+$", "").replaceAll("\\s+|const", "");
                types.add(c.endsWith("*") ? "Pointer" : parameter(c));
            }
            assertEquals(types, Arrays.stream(invoke.getParameterTypes()).map(Class::getSimpleName).collect(Collectors.toList()), name);
        }
        assertEquals(3, found);
    }

    @Test
    void constantsAreThoseOfTheHeader() throws Exception {
        constants("", Status.values(), 1, "OK");
        for (Delivery one : Delivery.values()) assertEquals(one.ordinal(), constant(one.name()), one.name());
        constants("LOG_", LogLevel.values(), 0);
        constants("SIGNATURE_", DaxPayResponseSignature.values(), 0);
        constants("EXPIRES_IN_", SellerExpiresInUnit.values(), 0);
        constants("CREDITPAY_", CreditPayKind.values(), 0);
        constants("DAXPAY_", DaxPayStatus.values(), 0);
        constants("DAXPAY_", DaxPaySign.values(), 0);
        assertEquals(CreditPay.REPLY_STATUS, constant("CREDITPAY_REPLY_STATUS"));
        assertTrue(header().contains("#define LIBAUTH_DAXPAY_REPLY \"" + DaxPay.REPLY + "\""));
        assertTrue(header().contains("#define LIBAUTH_REDEMPTION_REPLY \"" + Redemption.REPLY + "\""));

        int known = 1 + Status.values().length + Delivery.values().length + LogLevel.values().length
                + DaxPayResponseSignature.values().length + SellerExpiresInUnit.values().length + CreditPayKind.values().length
                + DaxPayStatus.values().length + DaxPaySign.values().length + 3;
        Matcher matcher = Pattern.compile("(?m)^#define LIBAUTH_(?!VERSION|H\\b)").matcher(header());
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
            for (String word : status.name().split("_")) exception.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
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
        assertEquals(cargo, first(read("pom.xml"), "<artifactId>libauth</artifactId>[^v]*?<version>([^<]+)</version>", "(?s)<!--.*?-->"));
        assertEquals(cargo, first(read("quickstart/pom.xml"), "<artifactId>libauth</artifactId>\\s*<version>([^<]+)</version>"));
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
