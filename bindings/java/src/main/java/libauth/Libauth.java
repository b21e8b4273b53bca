package libauth;

/** The versions of this binding and of the native library. */
public final class Libauth {
    /** The version of this jar. It works with a native library of the same major and minor version. */
    public static final String VERSION = "0.2.0";

    private Libauth() {}

    /**
     * The version of the native library at run time. Any thread.
     *
     * @return such as {@code 0.2.0}
     * @throws LibraryException when there is no native library that fits
     */
    public static String libraryVersion() {
        Library.load();
        return Text.decode(Lib.libauth_version());
    }

    /**
     * The HTTP status to answer a platform with.
     *
     * @param thrown what {@code verify} threw; null for a message that was accepted
     * @return such as 200
     */
    public static int replyStatus(LibauthException thrown) {
        Library.load();
        return Lib.libauth_reply_status(thrown == null ? 0 : thrown.status().code());
    }
}
