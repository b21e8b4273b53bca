package libauth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Platform;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Finding the native library, and refusing what does not fit; each in a Java of its own. */
class LibraryTest {
    @TempDir
    Path dir;

    private Path library;

    /** The library that these tests use, and the jar has. */
    @BeforeEach
    void copyLibrary() throws IOException {
        library = dir.resolve(System.mapLibraryName("auth"));
        try (InputStream in = Library.class.getResourceAsStream("/" + Library.resource())) {
            Files.copy(in, library, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static final class Ended {
        int status;
        String output;
    }

    /** Runs a program below, or of another name. With a jar: with its resources, the library among them. */
    private Ended java(boolean jar, List<String> options, String... program) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(new File(System.getProperty("java.home"), "bin/java").getPath());
        command.addAll(options);
        command.add("-Djava.io.tmpdir=" + dir);
        List<String> path = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            boolean ours = new File(entry).isDirectory() && new File(entry, "libauth/Library.class").exists();
            if (ours && !jar) entry = withoutLibrary(new File(entry).toPath()).toString();
            path.add(entry);
        }
        command.add("-classpath");
        command.add(String.join(File.pathSeparator, path));
        command.addAll(Arrays.asList(program));
        Path log = Files.createTempFile(dir, "java", ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().remove("LD_LIBRARY_PATH");
        Process process = builder.start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(
                    command + " did not end: " + new String(Files.readAllBytes(log), StandardCharsets.UTF_8));
        }
        Ended ended = new Ended();
        ended.status = process.exitValue();
        ended.output = new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
        return ended;
    }

    private Path withoutLibrary(Path classes) throws IOException {
        Path copy = dir.resolve("classes");
        Files.createDirectories(copy.resolve("libauth"));
        for (File file : new File(classes.toFile(), "libauth").listFiles()) {
            Files.copy(
                    file.toPath(),
                    copy.resolve("libauth").resolve(file.getName()),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        return copy;
    }

    /** Tells the version, or the exception, twice. */
    public static final class Version {
        public static void main(String[] arguments) {
            for (int i = 0; i < 2; i++) {
                try {
                    System.out.println("version " + Libauth.libraryVersion());
                } catch (LibraryException refused) {
                    System.out.println("refused: " + refused.getMessage());
                }
            }
            try (Seller seller = new Seller(new Config("http://127.0.0.1:1"), "a", "s")) {
                System.out.println("a handle");
            } catch (LibraryException refused) {
                System.out.println("no handle: " + refused.getMessage());
            }
        }
    }

    private static final String VERSION = Version.class.getName();

    private void refused(Ended ended, String... words) {
        assertEquals(0, ended.status, ended.output);
        assertEquals(2, ended.output.split("refused: ", -1).length - 1, ended.output);
        assertTrue(ended.output.contains("no handle: "), ended.output);
        assertEquals(
                3,
                ended.output.replaceAll("(?m)^WARNING:.*\\R", "").trim().split("\\R").length,
                "one line each: " + ended.output);
        for (String word : words) assertTrue(ended.output.contains(word), ended.output + " lacks " + word);
    }

    private void accepted(Ended ended) {
        assertEquals(0, ended.status, ended.output);
        assertTrue(
                ended.output.contains("version " + Libauth.VERSION) && ended.output.contains("a handle"), ended.output);
    }

    private static List<String> named(Path file) {
        return Collections.singletonList("-D" + Library.PROPERTY + "=" + file);
    }

    @Test
    void itIsInTheJar() throws Exception {
        accepted(java(true, Collections.emptyList(), VERSION));
    }

    @Test
    void aSystemPropertyNamesIt() throws Exception {
        accepted(java(false, named(library), VERSION));
    }

    @Test
    void itIsOnTheSystem() throws Exception {
        accepted(java(false, Collections.singletonList("-Djna.library.path=" + dir), VERSION));
    }

    @Test
    void aMissingOneIsSaid() throws Exception {
        refused(java(false, Collections.emptyList(), VERSION), "was not found", Library.PROPERTY, Library.resource());
        refused(
                java(true, named(dir.resolve("absent.so")), VERSION),
                "there is no file",
                "absent.so",
                Library.PROPERTY);
        refused(java(true, named(dir), VERSION), "there is no file");
    }

    @Test
    void oneOfAnotherVersionIsRefused() throws Exception {
        String[] parts = Libauth.VERSION.split("\\.");
        String nextMinor = parts[0] + "." + (Integer.parseInt(parts[1]) + 1) + ".0";
        String nextMajor = Integer.parseInt(parts[0]) + 1 + "." + parts[1] + ".0";
        for (String version : new String[] {nextMinor, nextMajor, parts[0] + "." + parts[1] + "1.0", ""}) {
            Path fake = compiled("const char *libauth_version(void) { return \"" + version + "\"; }");
            refused(
                    java(true, named(fake), VERSION),
                    "is libauth " + version,
                    "needs libauth " + parts[0] + "." + parts[1],
                    fake.toString());
        }
    }

    @Test
    void anotherLibraryIsRefused() throws Exception {
        refused(java(true, named(compiled("int something_else(void) { return 0; }")), VERSION), "is not libauth");
        Path incomplete = compiled("const char *libauth_version(void) { return \"" + Libauth.VERSION + "\"; }");
        refused(java(true, named(incomplete), VERSION), "cannot be used", "libauth_");
        Path text = dir.resolve("text.so");
        Files.write(text, "This is no library, but a text of some length.".getBytes(StandardCharsets.UTF_8));
        refused(java(true, named(text), VERSION), "cannot be loaded", "text.so");
        Path empty = Files.createFile(dir.resolve("empty.so"));
        refused(java(true, named(empty), VERSION), "cannot be loaded", "empty.so");
    }

    @Test
    void oneForAnotherProcessorIsSaid() throws Exception {
        assumeTrue(Platform.isLinux(), "the file's head is read as ELF");
        byte[] bytes = Files.readAllBytes(library);
        boolean arm = bytes[18] == (byte) 183;
        bytes[18] = (byte) (arm ? 62 : 183);
        Path other = dir.resolve("other.so");
        Files.write(other, bytes);
        refused(
                java(true, named(other), VERSION),
                "it is for the processor " + (arm ? "x86-64" : "aarch64"),
                "this Java runs on " + Platform.ARCH);
    }

    private Path compiled(String source) throws Exception {
        Path c = Files.createTempFile(dir, "fake", ".c");
        Files.write(c, source.getBytes(StandardCharsets.UTF_8));
        Path shared = Files.createTempFile(dir, "fake", ".so");
        Process compiler;
        try {
            compiler = new ProcessBuilder("cc", "-shared", "-fPIC", "-o", shared.toString(), c.toString())
                    .inheritIO()
                    .start();
        } catch (IOException noCompiler) {
            assertFalse("true".equals(System.getenv("CI")), "cc is missing");
            assumeTrue(false, "cc is missing");
            throw noCompiler;
        }
        assertEquals(0, compiler.waitFor());
        return shared;
    }

    /** Ends Java in the way that is asked for, with handles open, a call under way, and a callback in it. */
    public static final class Ending {
        static List<Object> open = new ArrayList<>();

        public static void main(String[] arguments) throws Exception {
            Config config = new Config(arguments[1]).log(LogLevel.TRACE, (level, line) -> {});
            for (int i = 0; i < 10; i++) {
                Seller seller = new Seller(config, "a", "s");
                open.add(seller);
                open.add(seller.buildToken());
                for (int n = 0; n < 2; n++) {
                    Thread thread = new Thread(() -> {
                        while (true) {
                            try {
                                seller.token();
                            } catch (LibauthException error) {
                                open.size();
                            }
                        }
                    });
                    thread.setDaemon(true);
                    thread.start();
                }
            }
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try (Seller seller = new Seller(config, "a", "s")) {
                    System.out.println("in the hook");
                }
            }));
            Thread.sleep(200);
            System.out.println("ending");
            if (arguments[0].equals("exit")) System.exit(7);
        }
    }

    @Test
    void javaEndsWithOpenHandles() throws Exception {
        String sandbox = System.getenv("LIBAUTH_SANDBOX");
        for (String base : new String[] {"http://127.0.0.1:1", sandbox + "/f/slow=5000/seller"}) {
            if (base.startsWith("null")) continue;
            Ended returned = java(true, Collections.emptyList(), Ending.class.getName(), "return", base);
            assertEquals(0, returned.status, returned.output);
            Ended exited = java(true, Collections.emptyList(), Ending.class.getName(), "exit", base);
            assertEquals(7, exited.status, exited.output);
            for (Ended ended : new Ended[] {returned, exited}) {
                assertTrue(ended.output.contains("ending") && ended.output.contains("in the hook"), ended.output);
                assertFalse(ended.output.contains("fatal error") || ended.output.contains("Exception"), ended.output);
            }
        }
    }
}
