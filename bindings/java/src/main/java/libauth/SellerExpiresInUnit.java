package libauth;

/** The seller API: how to read {@code expiresIn}. */
public enum SellerExpiresInUnit {
    // In the order of the header's numbers, from 0.
    /** The lifetime that the token itself tells, else {@code expiresIn} as milliseconds. The default. */
    AUTO,
    /** As milliseconds. */
    MILLISECONDS,
    /** As seconds. */
    SECONDS
}
