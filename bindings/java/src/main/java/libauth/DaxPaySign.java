package libauth;

/** How DaxPay signs. */
public enum DaxPaySign {
    // In the order of the header's numbers, from 0.
    /** HMAC-SHA256, the gateway's default. */
    HMAC_SHA256,
    /** MD5. */
    MD5,
    /** SM3. A gateway build of 2025 computes MD5 where it is set to SM3: with such a gateway use {@link #MD5}. */
    SM3
}
