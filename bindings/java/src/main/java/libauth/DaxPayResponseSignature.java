package libauth;

/** DaxPay: what is asked of an answer. */
public enum DaxPayResponseSignature {
    // In the order of the header's numbers, from 0.
    /** An answer without a signature is an error. The default. */
    REQUIRED,
    /** A signature is checked where there is one. */
    IF_PRESENT
}
