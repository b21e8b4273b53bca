package libauth;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What callbacks threw during one native call. Nothing may unwind through native code: it is kept, and
 * reported when the call is over.
 */
final class CallbackFailures {
    private static final ThreadLocal<CallbackFailures> CURRENT = new ThreadLocal<>();

    /** Of the call during which a callback made this one. */
    private CallbackFailures outer;

    private final List<Throwable> thrown = new ArrayList<>(0);

    private CallbackFailures() {}

    static CallbackFailures begin() {
        CallbackFailures failures = new CallbackFailures();
        failures.outer = CURRENT.get();
        CURRENT.set(failures);
        return failures;
    }

    void end() {
        if (outer == null) CURRENT.remove();
        else CURRENT.set(outer);
    }

    /** Notes what a callback threw. */
    static void add(Throwable thrown) {
        CallbackFailures current = CURRENT.get();
        if (current == null) log(thrown);
        else current.thrown.add(thrown);
    }

    /** The call failed: its exception has them as suppressed ones, or as its cause if that is what they are. */
    LibauthException addTo(LibauthException exception) {
        for (Throwable one : thrown) {
            boolean isTheCause = exception.status() == Status.INTERNAL || exception.status() == Status.STORE;
            if (isTheCause && exception.getCause() == null) exception.initCause(one);
            else exception.addSuppressed(one);
        }
        return exception;
    }

    /** The call worked all the same, and its result must not be lost. */
    void log() {
        thrown.forEach(CallbackFailures::log);
    }

    private static void log(Throwable thrown) {
        Logger.getLogger("libauth").log(Level.SEVERE, "a callback threw", thrown);
    }
}
