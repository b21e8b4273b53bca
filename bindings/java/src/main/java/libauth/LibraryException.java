package libauth;

/**
 * The native library was not found, is for another processor, or is of another version. Every use of
 * libauth fails with it, with the same message, until the program is started anew.
 */
public final class LibraryException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LibraryException(String message, Throwable cause) {
        super(message, cause);
    }
}
