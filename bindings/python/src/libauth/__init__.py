"""libauth: log in to, sign for and verify messages from five partner platforms.

- `CreditPay`: a one-time code and the URL to send the user to
- `DaxPay`: an end user's identity for a payment channel's code
- `OpenPlatform`: the clientId / secret open platform: an Access-Token
- `Redemption`: the voucher redemption system: an Alipay authorization URL
- `Seller`: the marketplace seller API: a Bearer token

A program makes a `Config`, from it a handle for each platform account, and keeps the handle for as long as it runs:

    config = libauth.Config("https://seller.example")
    with libauth.Seller(config, access_key=access_key, secret_key=secret_key) as seller:
        token = seller.token()
        print(f"{token.header_name}: {token.header_value}")

What holds for everything:

- What goes wrong is a `libauth.Error`, with a class for each status. A value of the wrong type is a `TypeError`.
- Handles may be used by any number of threads at once, and work on in a child after `os.fork`. Results: one thread at
  a time.
- Calls block until the platform has answered or the deadline passed, with the interpreter's lock released. Ctrl-C ends
  a call that waits in the main thread.
- Log lines go to `logging.getLogger("libauth")`: what failed, what should be looked at, received messages that were
  refused and why; at DEBUG each attempt.
- Secrets are wiped from the library's memory when a handle ends, and never appear in a message or a log line; what is a
  secret is left out of every `repr`.
"""

from __future__ import annotations

import logging
from typing import Optional

from . import _native
from .answers import Answer, JsonType
from .config import Config, DaxPayResponseSignature, LogLevel, SellerExpiresInUnit
from .creditpay import CreditPay, CreditPayCard, CreditPayCode, CreditPayEvent, CreditPayKind
from .daxpay import (
    DaxPay,
    DaxPayAuthUrl,
    DaxPayEvent,
    DaxPayIdentity,
    DaxPaySign,
    DaxPayStatus,
)
from .errors import (
    BadSignatureError,
    BusyError,
    CancelledError,
    ClosedError,
    Delivery,
    Error,
    HttpError,
    InternalError,
    InvalidArgumentError,
    InvalidConfigError,
    InvalidKeyError,
    NetworkError,
    OutcomeUnknownError,
    PlatformError,
    ProtocolError,
    RateLimitedError,
    ReplayedError,
    StaleError,
    Status,
    StoreError,
    UnauthorizedError,
)
from .errors import TimeoutError as TimeoutError
from .explain import Explanation
from .http import HttpRequest, HttpResponse
from .inbound import Inbound
from .openplatform import OpenPlatform
from .redemption import Redemption, RedemptionAlipayUrl, RedemptionEvent
from .seller import Seller
from .store import AddStore, Store
from .tokens import Token

# A library is silent unless its user wants to hear it: nothing goes to stderr for want of a handler.
logging.getLogger("libauth").addHandler(logging.NullHandler())

#: The version of this package.
__version__ = _native.HEADER_VERSION


def version() -> str:
    """The version of the shared library, such as "0.2.0"."""
    return _native.required_text(_native.lib.libauth_version())


def reply_status(error: Optional[BaseException] = None) -> int:
    """The HTTP status to answer a platform with: for a message that was accepted, or for what `verify` raised."""
    status = error.status if isinstance(error, Error) else Status.OK if error is None else Status.INTERNAL
    return int(_native.lib.libauth_reply_status(int(status)))


def library_path() -> str:
    """The path, or the name, under which the shared library was found."""
    return _native.library_path


__all__ = [
    "AddStore", "Answer", "BadSignatureError", "BusyError", "CancelledError", "ClosedError", "Config", "CreditPay",
    "CreditPayCard", "CreditPayCode", "CreditPayEvent", "CreditPayKind", "DaxPay", "DaxPayAuthUrl", "DaxPayEvent",
    "DaxPayIdentity", "DaxPayResponseSignature", "DaxPaySign", "DaxPayStatus", "Delivery", "Error", "Explanation",
    "HttpError", "HttpRequest", "HttpResponse", "Inbound", "InternalError", "InvalidArgumentError",
    "InvalidConfigError", "InvalidKeyError", "JsonType", "LogLevel", "NetworkError", "OpenPlatform",
    "OutcomeUnknownError", "PlatformError", "ProtocolError", "RateLimitedError", "Redemption", "RedemptionAlipayUrl",
    "RedemptionEvent", "ReplayedError", "Seller", "SellerExpiresInUnit", "StaleError", "Status", "Store", "StoreError",
    "Token", "UnauthorizedError", "__version__", "library_path", "reply_status", "version",
]  # fmt: skip
