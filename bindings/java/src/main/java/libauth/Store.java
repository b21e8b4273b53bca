package libauth;

import java.time.Duration;

/** A store for tokens, and for messages in two phases. All else as {@link AddStore}. */
public interface Store extends AddStore {
    /**
     * Looks a key up.
     *
     * @param key     where
     * @param timeout within how long it should answer
     * @return the value; null if there is none
     * @throws Exception if the store fails
     */
    byte[] get(String key, Duration timeout) throws Exception;

    /**
     * Puts a value in the place of the one that is expected, in one step.
     *
     * @param key      where
     * @param expected what must be there
     * @param value    what comes in its place
     * @param ttl      for how long
     * @param timeout  within how long it should answer
     * @return false if another value or none is there, which stays so
     * @throws Exception if the store fails
     */
    boolean replace(String key, byte[] expected, byte[] value, Duration ttl, Duration timeout) throws Exception;

    /**
     * Removes a key whose value is the expected one, in one step.
     *
     * @param key      where
     * @param expected what must be there
     * @param timeout  within how long it should answer
     * @return false if it is not
     * @throws Exception if the store fails
     */
    boolean remove(String key, byte[] expected, Duration timeout) throws Exception;
}
