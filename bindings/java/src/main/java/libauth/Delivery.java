package libauth;

/** How far a request got. */
public enum Delivery {
    // In the order of the header's numbers, from 0.
    /** No byte of the request left this machine. */
    NOT_SENT,
    /** The request, or part of it, was sent, and no complete answer came. */
    MAYBE_SENT,
    /** The platform, or something in front of it, answered. */
    ANSWERED;

    static Delivery of(int code) {
        return code >= 0 && code < values().length ? values()[code] : MAYBE_SENT;
    }
}
