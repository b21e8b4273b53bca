package libauth;

/** Receives log lines, on the thread that made the call; from several threads at once if several make calls. */
@FunctionalInterface
public interface Log {
    /**
     * Receives a line. What it throws does not harm the call: if the call fails, its exception carries it,
     * else it goes to the {@code java.util.logging} logger named {@code libauth}.
     *
     * @param level how important it is
     * @param line  without a line break, and never with a secret
     */
    void line(LogLevel level, String line);
}
