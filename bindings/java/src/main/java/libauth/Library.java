package libauth;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;

/** Finds the native library, refuses one that does not fit, and binds {@link Lib} to it; once. */
final class Library {
    /** The system property that names the library's file. */
    static final String PROPERTY = "libauth.library";

    private static final Throwable FAILURE = bind();

    private Library() {}

    /** Must come before the first use of {@link Lib}. Fails the same way each time. */
    static void load() {
        if (FAILURE != null) throw new LibraryException(FAILURE.getMessage(), FAILURE);
    }

    private static Throwable bind() {
        try {
            NativeLibrary library = find();
            checkVersion(library);
            Native.register(Lib.class, library);
            return null;
        } catch (LibraryException failure) {
            return failure;
        } catch (IOException | LinkageError | RuntimeException failure) {
            return new LibraryException("the native library of libauth cannot be used: " + line(failure), failure);
        }
    }

    private static NativeLibrary find() throws IOException {
        String named = System.getProperty(PROPERTY);
        if (named != null && !named.isEmpty())
            return open(new File(named), "which the system property " + PROPERTY + " names");

        String resource = resource();
        ClassLoader loader = Library.class.getClassLoader();
        if (Library.class.getResource("/" + resource) != null) {
            return open(Native.extractFromResourcePath("/" + resource, loader), "extracted from the jar's " + resource);
        }
        try {
            return NativeLibrary.getInstance("auth");
        } catch (UnsatisfiedLinkError missing) {
            throw new LibraryException(
                    "libauth's native library was not found: this jar has no " + resource
                            + ", and the system has no " + System.mapLibraryName("auth")
                            + ". Name its file with -D" + PROPERTY + "=FILE, or install it. (" + line(missing) + ")",
                    missing);
        }
    }

    /** Where the jar has the library for this processor and system: as JNA lays out resources. */
    static String resource() {
        return Platform.RESOURCE_PREFIX + "/" + System.mapLibraryName("auth");
    }

    private static NativeLibrary open(File file, String origin) {
        if (!file.isFile()) throw new LibraryException("there is no file " + file + ", " + origin, null);
        try {
            return NativeLibrary.getInstance(file.getAbsolutePath());
        } catch (UnsatisfiedLinkError failure) {
            String other = otherProcessor(file);
            String why = other != null ? other : line(failure);
            throw new LibraryException("the library " + file + ", " + origin + ", cannot be loaded: " + why, failure);
        }
    }

    /** JNA lists all its tries, a line each. */
    private static String line(Throwable failure) {
        return String.valueOf(failure.getMessage()).trim().replaceAll("\\s*\\R\\s*", "; ");
    }

    /** What a library of another version does is unknown, so nothing but its version is asked before. */
    private static void checkVersion(NativeLibrary library) {
        Pointer text;
        try {
            text = library.getFunction("libauth_version").invokePointer(new Object[0]);
        } catch (UnsatisfiedLinkError missing) {
            throw new LibraryException(library.getFile() + " is not libauth: it has no libauth_version", missing);
        }
        String found = Text.decode(text);
        if (!majorMinor(found).equals(majorMinor(Libauth.VERSION))) {
            throw new LibraryException(
                    "the library " + library.getFile() + " is libauth " + found + ", and this jar needs libauth "
                            + majorMinor(Libauth.VERSION) + ".x: use a jar and a library of one version",
                    null);
        }
    }

    private static String majorMinor(String version) {
        int end = version.indexOf('.', version.indexOf('.') + 1);
        return end < 0 ? version : version.substring(0, end);
    }

    /** The system's own message about an ELF file for another processor is "No such file": say it better. */
    private static String otherProcessor(File file) {
        if (!Platform.isLinux()) return null;
        try (RandomAccessFile in = new RandomAccessFile(file, "r")) {
            byte[] head = new byte[20];
            in.readFully(head);
            if (head[0] != 0x7f || head[1] != 'E' || head[2] != 'L' || head[3] != 'F')
                return "it is no shared library (not ELF)";
            boolean little = head[5] == 1;
            int machine = little ? (head[18] & 255) | (head[19] & 255) << 8 : (head[18] & 255) << 8 | (head[19] & 255);
            String name = processor(machine);
            return name.equals(Platform.ARCH)
                    ? null
                    : "it is for the processor " + name + ", and this Java runs on " + Platform.ARCH;
        } catch (IOException unreadable) {
            return null;
        }
    }

    private static String processor(int machine) {
        switch (machine) {
            case 3:
                return "x86";
            case 8:
                return "mips";
            case 21:
                return "ppc64";
            case 22:
                return "s390x";
            case 40:
                return "arm";
            case 62:
                return "x86-64";
            case 183:
                return "aarch64";
            case 243:
                return "riscv64";
            case 258:
                return "loongarch64";
            default:
                return "number " + machine;
        }
    }
}
