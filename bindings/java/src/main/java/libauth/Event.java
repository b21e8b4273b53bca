package libauth;

/**
 * A genuine message of a platform, claimed for whoever acts on it. Use it in try-with-resources, and call {@link #done}
 * when what it asks for is done and kept: closed without, it is given back, and the platform's next attempt is accepted.
 * Any thread; threads take turns.
 */
public interface Event extends AutoCloseable {
    /**
     * Makes the message final. Closing the event afterwards only frees it.
     *
     * @throws BusyException when another process acts on this very message
     * @throws ReplayedException when the claim had ended, and another one of the same message was made final meanwhile
     */
    void done();

    /**
     * A field of the JSON body: a string as it is, anything else as JSON text.
     *
     * @param path such as {@code data.amount}
     * @return null when it is absent or null
     */
    String field(String path);

    /**
     * The body as received.
     *
     * @return a copy
     */
    byte[] body();

    /** Frees it, and gives the message back unless it is done. Closing twice does nothing. */
    @Override
    void close();
}
