package libauth;

import com.sun.jna.Pointer;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * What belongs to one call alone. Every method that talks to a platform, or builds a request, takes it as its last
 * parameter; null means the defaults. It may be used for any number of calls. Any thread; nothing to close.
 */
public final class Options extends Builder<Options> {
    /** The defaults. */
    public Options() {}

    @Override
    Pointer make() {
        return Lib.libauth_options_new();
    }

    @Override
    void free(Pointer made) {
        Lib.libauth_options_free(made);
    }

    /**
     * The deadline of the whole call, repeats included.
     *
     * @param timeout from 1 ms to a day; by default the configuration's
     * @return this
     */
    public Options timeout(Duration timeout) {
        long millis = Text.millis("timeout_ms", timeout);
        return set("timeout_ms", made -> Lib.libauth_options_set_timeout_ms(made, millis));
    }

    /**
     * The id under which the call is found again: sent where the platform has a place for it, and part of log lines and
     * errors.
     *
     * @param traceId null: a random one, the default
     * @return this
     */
    public Options traceId(String traceId) {
        return set("trace_id", traceId, Lib::libauth_options_set_trace_id);
    }

    /**
     * Asked while the call waits, at least every 100 ms and on the thread that made the call, whether it should end.
     * True, or anything thrown, ends it with a {@link CancelledException}.
     *
     * @param cancelled null: never, the default
     * @return this
     */
    public Options cancelledWhen(BooleanSupplier cancelled) {
        Lib.CancelCallback callback = cancelled == null
                ? null
                : context -> {
                    try {
                        return cancelled.getAsBoolean() ? 1 : 0;
                    } catch (Throwable thrown) {
                        CallbackFailures.add(thrown);
                        return 1;
                    }
                };
        return set("cancel", made -> Lib.libauth_options_set_cancel_callback(made, callback, null));
    }
}
