package libauth;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;

/** What owns a native object. Safe for any number of threads: see {@link NativeObject}. */
class Handle implements AutoCloseable {
    private final NativeObject owned;

    /** A platform handle: used by any number of threads at once. */
    static final boolean SHARED = true;
    /** Anything else: threads take turns. */
    static final boolean ONE_AT_A_TIME = false;

    Handle(String name, Pointer pointer, Consumer<Pointer> free, boolean shared, Object keep) {
        owned = new NativeObject(this, name, pointer, free, shared, keep);
    }

    Handle(String name, Pointer pointer, Consumer<Pointer> free) {
        this(name, pointer, free, ONE_AT_A_TIME, null);
    }

    /** A platform handle, which keeps its configuration's callbacks alive. */
    Handle(String name, Made made, Consumer<Pointer> free) {
        this(name, made.pointer, free, SHARED, made.keep);
    }

    /** A native platform handle, and what it refers to. */
    static final class Made {
        final Pointer pointer;
        final Object keep;

        Made(Pointer pointer, Object keep) {
            this.pointer = pointer;
            this.keep = keep;
        }
    }

    /** A signer as C calls it. */
    static Lib.SignCallback signer(Signer signer) {
        Text.required("signer", signer);
        return (context, message, length, signature, capacity) -> {
            try {
                byte[] made = signer.sign(message.getByteArray(0, (int) Pointer.nativeValue(length)));
                if (made.length <= Pointer.nativeValue(capacity)) signature.write(0, made, 0, made.length);
                return made.length;
            } catch (Throwable thrown) {
                CallbackFailures.add(thrown);
                return -1;
            }
        };
    }

    /** The same with something more to keep: a signer. */
    static Made configured(Config config, Object more, Making call) {
        Made made = configured(config, call);
        return new Made(made.pointer, new Object[] {made.keep, more});
    }

    static Made configured(Config config, Making call) {
        return Builder.with(config, (self, steps) -> new Made(made(self, call), steps));
    }

    /**
     * Ends it, at once or when the calls under way in other threads have ended; later calls are an
     * {@link IllegalStateException}. Closing twice does nothing. What was not closed is ended some time
     * after it was garbage-collected.
     */
    @Override
    public void close() {
        owned.close();
    }

    /** Uses the native object, which is not freed meanwhile. */
    final <R> R with(Function<Pointer, R> use) {
        return owned.with(use);
    }

    /** The same with a parameter, which may be null: the library then names what is missing. */
    static <R> R with(Handle parameter, Function<Pointer, R> use) {
        return parameter == null ? use.apply(null) : parameter.with(use);
    }

    final String text(Function<Pointer, Pointer> getter) {
        return with(self -> Text.decode(getter.apply(self)));
    }

    final int number(ToIntFunction<Pointer> getter) {
        return with(getter::applyAsInt);
    }

    final long longNumber(ToLongFunction<Pointer> getter) {
        return with(getter::applyAsLong);
    }

    /** A getter of bytes that writes their number. */
    interface Bytes {
        Pointer get(Pointer self, byte[] length);
    }

    final byte[] bytes(Bytes getter) {
        return with(self -> {
            byte[] length = new byte[Native.SIZE_T_SIZE];
            Pointer bytes = getter.get(self, length);
            return bytes == null ? new byte[0] : bytes.getByteArray(0, (int) read(length));
        });
    }

    /** A call that makes an object. */
    interface Making {
        int call(Pointer self, byte[] made, byte[] error);
    }

    /** A call without a result. */
    interface Doing {
        int call(Pointer self, byte[] error);
    }

    /** The object that a call makes, or the exception for its error. */
    final Pointer made(Making call) {
        return with(self -> made(self, call));
    }

    /** The text that a call makes. */
    final String madeText(Making call) {
        Pointer made = made(call);
        try {
            return Text.decode(Lib.libauth_text_value(made));
        } finally {
            Lib.libauth_text_free(made);
        }
    }

    /** A call with a parameter that makes an object. */
    interface MakingFrom {
        int call(Pointer self, Pointer parameter, byte[] made, byte[] error);
    }

    final Pointer made(Builder<?> parameter, MakingFrom call) {
        return Builder.with(parameter, told -> made((self, made, error) -> call.call(self, told, made, error)));
    }

    /** A call with a parameter and options that makes an object. */
    interface Asking {
        int call(Pointer self, Pointer parameter, Pointer options, byte[] made, byte[] error);
    }

    final Pointer made(Builder<?> parameter, Options options, Asking call) {
        return Builder.with(
                options, how -> made(parameter, (self, told, made, error) -> call.call(self, told, how, made, error)));
    }

    /** What explains a signature of a message. */
    interface Explaining {
        int call(Pointer self, Pointer message, byte[] signature, byte[] made, byte[] error);
    }

    final Explanation explained(Inbound message, String signature, Explaining call) {
        byte[] text = Text.encode("signature", signature);
        return new Explanation(made(message, (self, told, made, error) -> call.call(self, told, text, made, error)));
    }

    /** Another native handle to the same, with what it keeps. */
    final Made shared(Function<Pointer, Pointer> share) {
        return with(self -> new Made(share.apply(self), owned.keep));
    }

    /** A getter of a field by its path. */
    interface Field {
        Pointer get(Pointer self, byte[] path);
    }

    final String field(String path, String fallback, Field getter) {
        byte[] encoded = Text.encode("path", path);
        String found = text(self -> getter.get(self, encoded));
        return found == null ? fallback : found;
    }

    /** A call that checks a received message: it gives an event, also with two of its errors, which then carry it. */
    final <E extends Handle & Event> E verified(Inbound message, MakingFrom call, Function<Pointer, E> make) {
        return Builder.with(
                message,
                told -> with(self -> {
                    byte[] made = new byte[Native.POINTER_SIZE];
                    try {
                        checked(self, (same, error) -> call.call(same, told, made, error));
                    } catch (ReplayedException refused) {
                        throw refused.about(event(made, make));
                    } catch (BusyException refused) {
                        throw refused.about(event(made, make));
                    }
                    return make.apply(new Pointer(read(made)));
                }));
    }

    private static <E> E event(byte[] made, Function<Pointer, E> make) {
        long pointer = read(made);
        return pointer == 0 ? null : make.apply(new Pointer(pointer));
    }

    /** A call that reads an HTTP response. */
    interface Reading {
        int call(Pointer self, Pointer request, Pointer response, byte[] made, byte[] error);
    }

    final Pointer read(HttpRequest request, HttpResponse response, Reading call) {
        return with(
                request,
                sent -> Builder.with(
                        response,
                        received -> made((self, made, error) -> call.call(self, sent, received, made, error))));
    }

    private static Pointer made(Pointer self, Making call) {
        byte[] made = new byte[Native.POINTER_SIZE];
        checked(self, (same, error) -> call.call(same, made, error));
        return new Pointer(read(made));
    }

    final void done(Doing call) {
        with(self -> {
            checked(self, call);
            return null;
        });
    }

    private static void checked(Pointer self, Doing call) {
        byte[] error = new byte[Native.POINTER_SIZE];
        CallbackFailures failures = CallbackFailures.begin();
        int status;
        try {
            status = call.call(self, error);
        } finally {
            failures.end();
        }
        if (status == 0) {
            failures.log();
            return;
        }
        long pointer = read(error);
        throw failures.addTo(LibauthException.from(status, pointer == 0 ? null : new Pointer(pointer)));
    }

    /** What C wrote: a pointer or a size, both as wide as the array. */
    private static long read(byte[] written) {
        ByteBuffer buffer = ByteBuffer.wrap(written).order(ByteOrder.nativeOrder());
        return written.length == 8 ? buffer.getLong() : buffer.getInt() & 0xffff_ffffL;
    }

    /** A number of bytes as {@code size_t}. */
    static Pointer size(long number) {
        return number == 0 ? null : new Pointer(number);
    }

    static Pointer length(byte[] bytes) {
        return size(bytes == null ? 0 : bytes.length);
    }
}
