package libauth;

import com.sun.jna.Pointer;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A native object and the calls under way on it. It is freed once: when it was closed, or its
 * {@link Handle} was forgotten and collected, and the last call has ended. The forgotten ones are freed
 * whenever another object is made: there is no thread for it.
 */
final class NativeObject extends PhantomReference<Handle> {
    private static final ReferenceQueue<Handle> FORGOTTEN = new ReferenceQueue<>();
    /** Keeps the references themselves alive until they are freed. */
    private static final Set<NativeObject> ALL = ConcurrentHashMap.newKeySet();
    /** The bit of {@link #uses} that says closed; the others count the calls under way. */
    private static final int CLOSED = Integer.MIN_VALUE;

    private final String name;
    private final Pointer pointer;
    private final Consumer<Pointer> free;
    /** What native code refers to: callbacks. */
    final Object keep;
    /** For what may be used by one thread at a time. Not {@code synchronized}, which pins virtual threads. */
    private final ReentrantLock lock;

    private final AtomicInteger uses = new AtomicInteger();

    NativeObject(Handle handle, String name, Pointer pointer, Consumer<Pointer> free, boolean shared, Object keep) {
        super(handle, FORGOTTEN);
        this.name = name;
        this.pointer = pointer;
        this.free = free;
        this.keep = keep;
        this.lock = shared ? null : new ReentrantLock();
        ALL.add(this);
        freeForgotten();
    }

    private static void freeForgotten() {
        for (NativeObject forgotten; (forgotten = (NativeObject) FORGOTTEN.poll()) != null; ) forgotten.close();
    }

    /** How many native objects there are. */
    static int count() {
        freeForgotten();
        return ALL.size();
    }

    <R> R with(Function<Pointer, R> use) {
        enter();
        try {
            if (lock == null) return use.apply(pointer);
            lock.lock();
            try {
                return use.apply(pointer);
            } finally {
                lock.unlock();
            }
        } finally {
            if (uses.decrementAndGet() == CLOSED) release();
        }
    }

    private void enter() {
        for (int now; ; ) {
            now = uses.get();
            if (now < 0) throw new IllegalStateException(name + " is closed");
            if (uses.compareAndSet(now, now + 1)) return;
        }
    }

    void close() {
        if (uses.getAndUpdate(now -> now | CLOSED) == 0) release();
    }

    private void release() {
        ALL.remove(this);
        clear();
        free.accept(pointer);
    }
}
