"""Everything that libauth raises.

All are `Error`, with one class for each status, so that `except libauth.OutcomeUnknownError` and
`except libauth.Error` both do what they say. What should be done about one is in its class's text.
"""

from __future__ import annotations

import builtins
import enum
from datetime import timedelta
from typing import Any, Callable, Dict, Optional, Tuple, Type

from ._answer import HeldAnswer


class Status(enum.IntEnum):
    """The class of an error."""

    OK = 0
    INVALID_ARGUMENT = 1
    INVALID_CONFIG = 2
    INVALID_KEY = 3
    NETWORK = 4
    TIMEOUT = 5
    HTTP = 6
    PROTOCOL = 7
    PLATFORM = 8
    UNAUTHORIZED = 9
    BAD_SIGNATURE = 10
    STALE = 11
    REPLAYED = 12
    OUTCOME_UNKNOWN = 13
    RATE_LIMITED = 14
    INTERNAL = 15
    CANCELLED = 16
    BUSY = 17
    STORE = 18


class Delivery(enum.IntEnum):
    """How far a request got."""

    #: No byte of the request left this machine.
    NOT_SENT = 0
    #: The request, or part of it, was sent, and no complete answer came.
    MAYBE_SENT = 1
    #: The platform, or something in front of it, answered.
    ANSWERED = 2


class Error(Exception):
    """What went wrong. Its text is one line made for a person, and holds no secret.

    Attributes:
        status: The class of the error; each has an exception class of its own, too.
        message: What is wrong and what to do, on one line; `str(error)` is the same.
        delivery: How far the request got.
        retry_safe: Whether making the same call again cannot do anything twice.
        retry_after: How long the platform asks to wait; None when it does not say.
        trace_id: The trace or request id to quote to the platform's support, if there is one.
        platform_code: The platform's own code as text, such as "20052", if it gave one.
        platform_message: The platform's own message, on one line, if it gave one.
        http_status: The HTTP status of the answer, if there was one.
        answer: The `Answer` as far as it could be read, if there was one. Its raw body may hold secrets.
            It stays behind when an error is pickled, as multiprocessing does.

    Example:
        >>> try:
        ...     seller.call("GET", "no slash")
        ... except libauth.Error as error:
        ...     print(error.status.name, error.delivery.name, error.retry_safe)
        INVALID_ARGUMENT NOT_SENT False
    """

    status: Status = Status.INTERNAL

    def __init__(
        self,
        message: str,
        *,
        delivery: Delivery = Delivery.NOT_SENT,
        retry_safe: bool = False,
        retry_after: Optional[timedelta] = None,
        trace_id: Optional[str] = None,
        platform_code: Optional[str] = None,
        platform_message: Optional[str] = None,
        http_status: Optional[int] = None,
        answer: Optional[HeldAnswer] = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.delivery = delivery
        self.retry_safe = retry_safe
        self.retry_after = retry_after
        self.trace_id = trace_id
        self.platform_code = platform_code
        self.platform_message = platform_message
        self.http_status = http_status
        self.answer = answer

    def __reduce__(self) -> Tuple[Callable[..., Error], Tuple[Type[Error], str, Dict[str, Any]]]:
        names = (
            "delivery",
            "retry_safe",
            "retry_after",
            "trace_id",
            "platform_code",
            "platform_message",
            "http_status",
        )
        return _rebuild, (type(self), self.message, {name: getattr(self, name) for name in names})


def _rebuild(kind: Type[Error], message: str, details: Dict[str, Any]) -> Error:
    return kind(message, **details)


class InvalidArgumentError(Error, ValueError):
    """A parameter or a field is missing or wrong; the message names it. Nothing was sent."""

    status = Status.INVALID_ARGUMENT


class ClosedError(InvalidArgumentError):
    """The handle was closed."""


class InvalidConfigError(Error, ValueError):
    """A setting of the `Config` is wrong; the message names it."""

    status = Status.INVALID_CONFIG


class InvalidKeyError(Error, ValueError):
    """A key cannot be read, is of the wrong kind, or is too short."""

    status = Status.INVALID_KEY


class NetworkError(Error, ConnectionError):
    """DNS, connecting, TLS, or a connection that broke. Also a builtin `ConnectionError`."""

    status = Status.NETWORK


class TimeoutError(Error, builtins.TimeoutError):
    """The deadline of the call (or of connecting) passed. Also a builtin `TimeoutError`."""

    status = Status.TIMEOUT


class HttpError(Error):
    """An HTTP status outside 2xx without an envelope of the platform; redirects too."""

    status = Status.HTTP


class ProtocolError(Error):
    """The answer or message is not what the protocol says: not JSON, too large, a field missing (named)."""

    status = Status.PROTOCOL


class PlatformError(Error):
    """The platform refused: see `platform_code` and `platform_message`."""

    status = Status.PLATFORM


class UnauthorizedError(Error):
    """The platform refused the credentials, our signature, or the token."""

    status = Status.UNAUTHORIZED


class BadSignatureError(Error):
    """A signature of the platform is missing or does not match; the message says which."""

    status = Status.BAD_SIGNATURE


class StaleError(Error):
    """A received message's time is outside the window."""

    status = Status.STALE


class ReplayedError(Error):
    """A received message was received before: answer it as before, do not act again.

    Attributes:
        event: The event, to know which order to answer for.
    """

    status = Status.REPLAYED
    event: Any = None


class OutcomeUnknownError(Error):
    """It may have happened: query the platform, or have a person confirm, before repeating."""

    status = Status.OUTCOME_UNKNOWN


class RateLimitedError(Error):
    """The platform asks for fewer calls: see `retry_after`."""

    status = Status.RATE_LIMITED


class InternalError(Error):
    """A bug of libauth: please report it. Or a callback of yours failed: then it is the `__cause__`."""

    status = Status.INTERNAL


class CancelledError(Error):
    """The call was ended before it was done."""

    status = Status.CANCELLED


class BusyError(Error):
    """Another process acts on this very message: answer with failure, it will come again.

    Attributes:
        event: The event that the other one acts on.
    """

    status = Status.BUSY
    event: Any = None


class StoreError(Error):
    """The shared store failed."""

    status = Status.STORE


BY_STATUS: Dict[int, Type[Error]] = {
    int(kind.status): kind
    for kind in (
        InvalidArgumentError, InvalidConfigError, InvalidKeyError, NetworkError, TimeoutError, HttpError, ProtocolError,
        PlatformError, UnauthorizedError, BadSignatureError, StaleError, ReplayedError, OutcomeUnknownError,
        RateLimitedError, InternalError, CancelledError, BusyError, StoreError,
    )
}  # fmt: skip
