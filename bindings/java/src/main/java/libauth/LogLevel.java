package libauth;

/** How talkative the log is. */
public enum LogLevel {
    // In the order of the header's numbers, from 0.
    /** Nothing. */
    OFF,
    /** Calls that failed in the end. */
    ERROR,
    /** Also what works but should be looked at: failed token refreshes, clock differences. */
    WARN,
    /** Also token events. */
    INFO,
    /** Also a line for each attempt. */
    DEBUG,
    /** All there is. */
    TRACE;

    static LogLevel of(int code) {
        return code >= 0 && code < values().length ? values()[code] : TRACE;
    }
}
