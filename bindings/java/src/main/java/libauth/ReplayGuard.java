package libauth;

import java.time.Instant;

/**
 * Notes inbound messages for all processes of a program. Called on the thread that checks the message, by
 * several threads at once if several do.
 */
@FunctionalInterface
public interface ReplayGuard {
    /**
     * Notes a message. Of any number of callers with one key, in any process, exactly one must be told true.
     * If it cannot tell it throws: the message is then refused with an {@link InternalException} that has
     * what was thrown as its cause.
     *
     * @param key       names the message
     * @param now       the time of the check
     * @param keepUntil until when the key must be remembered
     * @return true if the key was not seen before
     * @throws Exception if it cannot tell
     */
    boolean firstSeen(String key, Instant now, Instant keepUntil) throws Exception;
}
