package libauth;

import java.time.Duration;

/**
 * A store that has only {@code add}: enough for messages in one phase. Called by several threads at once. Keys are ASCII
 * of at most 100 characters; a pair of braces in one encloses the hash tag of a Redis cluster. Every operation is told
 * within how long it should answer: nobody can stop one that does not.
 */
@FunctionalInterface
public interface AddStore {
    /**
     * Puts a value under a key that has none. Of any number of callers at once, in any process, exactly one is told true.
     *
     * @param key     where
     * @param value   what
     * @param ttl     for how long
     * @param timeout within how long it should answer
     * @return false if there is one, which stays as it is
     * @throws Exception if the store fails
     */
    boolean add(String key, byte[] value, Duration ttl, Duration timeout) throws Exception;
}
