package libauth;

import com.sun.jna.Pointer;
import java.time.Duration;

/** A store as C calls it. Whoever keeps this keeps the functions alive. */
final class NativeStore {
    private final Lib.StoreGetCallback get;
    private final Lib.StoreAddCallback add;
    private final Lib.StoreReplaceCallback replace;
    private final Lib.StoreRemoveCallback remove;

    NativeStore(AddStore store) {
        add = (context, key, value, length, ttlMs, timeoutMs) -> told(() -> store.add(
                Text.decode(key), bytes(value, length), Duration.ofMillis(ttlMs), Duration.ofMillis(timeoutMs)));
        Store whole = store instanceof Store ? (Store) store : null;
        get = whole == null
                ? null
                : (context, key, timeoutMs, value, capacity) -> {
                    try {
                        byte[] found = whole.get(Text.decode(key), Duration.ofMillis(timeoutMs));
                        if (found == null) return 0;
                        if (found.length <= Pointer.nativeValue(capacity)) value.write(0, found, 0, found.length);
                        return found.length;
                    } catch (Throwable thrown) {
                        CallbackFailures.add(thrown);
                        return -1;
                    }
                };
        replace = whole == null
                ? null
                : (context, key, expected, expectedLength, value, length, ttlMs, timeoutMs) -> told(() -> whole.replace(
                        Text.decode(key),
                        bytes(expected, expectedLength),
                        bytes(value, length),
                        Duration.ofMillis(ttlMs),
                        Duration.ofMillis(timeoutMs)));
        remove = whole == null
                ? null
                : (context, key, expected, length, timeoutMs) -> told(
                        () -> whole.remove(Text.decode(key), bytes(expected, length), Duration.ofMillis(timeoutMs)));
    }

    interface Setter {
        void set(Pointer config, Pointer store);
    }

    /** Gives it to a configuration, which copies it. */
    void give(Pointer config, Setter setter) {
        Pointer made = Lib.libauth_store_new(get, add, replace, remove, null);
        try {
            setter.set(config, made);
        } finally {
            Lib.libauth_store_free(made);
        }
    }

    private interface Operation {
        boolean run() throws Exception;
    }

    private static int told(Operation operation) {
        try {
            return operation.run() ? 1 : 0;
        } catch (Throwable thrown) {
            CallbackFailures.add(thrown);
            return -1;
        }
    }

    private static byte[] bytes(Pointer start, Pointer length) {
        return start.getByteArray(0, (int) Pointer.nativeValue(length));
    }
}
