package libauth;

import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What a native builder is to be told. Each call that uses it makes a native object, tells it, and frees
 * it: so there is nothing to close, and any thread may use it at any time.
 */
abstract class Builder<T extends Builder<T>> {
    private final Map<String, Consumer<Pointer>> steps = new LinkedHashMap<>();

    abstract Pointer make();

    abstract void free(Pointer made);

    /** Sets what was perhaps set before. */
    @SuppressWarnings("unchecked")
    final T set(String name, Consumer<Pointer> step) {
        synchronized (steps) {
            steps.put(name, step);
        }
        return (T) this;
    }

    /** Sets a text; null unsets it. */
    final T set(String name, String text, Setter setter) {
        byte[] encoded = Text.encode(name, text);
        return set(name, made -> setter.set(made, encoded));
    }

    interface Setter {
        void set(Pointer made, byte[] text);
    }

    /** Adds one more. */
    @SuppressWarnings("unchecked")
    final T add(Consumer<Pointer> step) {
        synchronized (steps) {
            steps.put("#" + steps.size(), step);
        }
        return (T) this;
    }

    /** Uses a native object that was told everything. A null recipe is a null pointer: the library names it. */
    static <R> R with(Builder<?> recipe, Function<Pointer, R> use) {
        return with(recipe, (made, steps) -> use.apply(made));
    }

    /** The same with the steps, which hold on to the callbacks that they set. */
    static <R> R with(Builder<?> recipe, BiFunction<Pointer, Object, R> use) {
        Library.load();
        if (recipe == null) return use.apply(null, null);
        List<Consumer<Pointer>> steps;
        synchronized (recipe.steps) {
            steps = new ArrayList<>(recipe.steps.values());
        }
        Pointer made = recipe.make();
        try {
            for (Consumer<Pointer> step : steps) step.accept(made);
            return use.apply(made, steps);
        } finally {
            recipe.free(made);
        }
    }
}
