package libauth;

import java.util.function.Function;

/** The class of an error: each has an exception of its own. */
public enum Status {
    /** A parameter or a field is missing or wrong; the message names it. Nothing was sent. */
    INVALID_ARGUMENT(InvalidArgumentException::new),
    /** A setting of the {@link Config} is wrong; the message names it. */
    INVALID_CONFIG(InvalidConfigException::new),
    /** A key cannot be read, is of the wrong kind, or is too short. */
    INVALID_KEY(InvalidKeyException::new),
    /** DNS, connecting, TLS, or a connection that broke. */
    NETWORK(NetworkException::new),
    /** The deadline of the call (or of connecting) passed. */
    TIMEOUT(TimeoutException::new),
    /** An HTTP status outside 2xx without an envelope of the platform; redirects too. */
    HTTP(HttpException::new),
    /** The answer or message is not what the protocol says: not JSON, too large, a field missing (named). */
    PROTOCOL(ProtocolException::new),
    /** The platform refused: see its code and message. */
    PLATFORM(PlatformException::new),
    /** The platform refused the credentials, our signature, or the token. */
    UNAUTHORIZED(UnauthorizedException::new),
    /** A signature of the platform is missing or does not match; the message says which. */
    BAD_SIGNATURE(BadSignatureException::new),
    /** An inbound message's time is outside the window. */
    STALE(StaleException::new),
    /** An inbound message was received before: answer it as before, and do not act again. */
    REPLAYED(ReplayedException::new),
    /** It may have happened: query the platform, or have a person confirm, before repeating. */
    OUTCOME_UNKNOWN(OutcomeUnknownException::new),
    /** The platform asks for fewer calls: see {@link LibauthException#retryAfter}. */
    RATE_LIMITED(RateLimitedException::new),
    /** A bug of libauth. */
    INTERNAL(InternalException::new),
    /** The caller ended the call before it was done. */
    CANCELLED(CancelledException::new),
    /** Another process acts on this very message: answer with failure, it will come again. */
    BUSY(BusyException::new),
    /** The shared store failed. */
    STORE(StoreException::new);

    private final Function<LibauthException.Details, LibauthException> exception;

    Status(Function<LibauthException.Details, LibauthException> exception) {
        this.exception = exception;
    }

    LibauthException exception(LibauthException.Details details) {
        return exception.apply(details);
    }

    /** The header's number; 0 is success. */
    int code() {
        return ordinal() + 1;
    }

    static Status of(int code) {
        return code >= 1 && code <= values().length ? values()[code - 1] : INTERNAL;
    }
}
