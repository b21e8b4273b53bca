package libauth;

/** What a message of Credit Pay is about. */
public enum CreditPayKind {
    // In the order of the header's numbers, from 0.
    /** A kind that this version does not know: see {@link CreditPayEvent#type}. */
    OTHER,
    /** GET_DEFAULT_ACCOUNT_CREDIT_LIMIT: the platform asks for credit limits; answer it with them. */
    CREDIT_LIMIT_QUERY,
    /** The webhook PAY_START. */
    PAY_START,
    /** The webhook ASSIGN_SUCCESS. */
    ASSIGN_SUCCESS,
    /** The webhook ASSIGN_FAILED. */
    ASSIGN_FAILED,
    /** The webhook GET_BARCODE_SUCCESS. */
    GET_BARCODE_SUCCESS,
    /** The webhook GET_BARCODE_FAILED. */
    GET_BARCODE_FAILED,
    /** The webhook PAY_SUCCESS. */
    PAY_SUCCESS,
    /** The webhook PAY_FAILED. */
    PAY_FAILED,
    /** The webhook REFUND. */
    REFUND,
    /** The webhook PAY_TIMEOUT. */
    PAY_TIMEOUT,
    /** The webhook PAY_FINISH. */
    PAY_FINISH,
    /** The webhook SESSION_RENEWAL. */
    SESSION_RENEWAL;

    static CreditPayKind of(int code) {
        return code >= 0 && code < values().length ? values()[code] : OTHER;
    }
}
