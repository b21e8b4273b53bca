package libauth;

/** Whether an identity is there. */
public enum DaxPayStatus {
    // In the order of the header's numbers, from 0.
    /** One that this version does not know: see {@link DaxPayIdentity#statusName}. */
    OTHER,
    /** The identity is there. */
    SUCCESS,
    /** The user has not authorized yet. */
    WAITING,
    /** There is no such authorization. */
    NOT_EXIST,
    /** Edition open: the authorization failed. */
    FAIL;

    static DaxPayStatus of(int code) {
        return code >= 0 && code < values().length ? values()[code] : OTHER;
    }
}
