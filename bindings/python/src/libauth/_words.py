"""Says in Python's words what the library says in C's: the names and units that the caller wrote."""

from __future__ import annotations

import re
from typing import Match

_SPANS = "timeout|connect_timeout|idle_timeout|window|replay_claim|store_timeout|openplatform_token_lifetime"
_RANGE = re.compile(rf"\b({_SPANS})_ms is (-?\d+): it must be from (\d+) to (\d+)")
_SPAN = re.compile(rf"\b({_SPANS})_ms\b")
_OFFSET = re.compile(r"\bdaxpay_utc_offset_minutes is (-?\d+): it must be from -1080 to 1080")
_ENUMS = {
    "LIBAUTH_DAXPAY_SIGN_*": "libauth.DaxPaySign",
    "LIBAUTH_DAXPAY_RESPONSE_SIGNATURE_*": "libauth.DaxPayResponseSignature",
    "LIBAUTH_SELLER_EXPIRES_IN_*": "libauth.SellerExpiresInUnit",
    "LIBAUTH_LOG_*": "libauth.LogLevel",
}
_LATER = {
    "token_expire_ms is not Unix milliseconds, 13 digits": "token_expire must be from 2001-09-09 to 2286-11-20",
    "token_expire_ms": "token_expire",
    "daxpay_utc_offset_minutes": "daxpay_utc_offset",
    "daxpay_previous_key ": "daxpay_previous_keys ",
    "creditpay_previous_key ": "creditpay_previous_keys ",
    "redemption_previous_key ": "redemption_previous_keys ",
    "store_key ": "store_keys ",
    "log level is": "log_level is",
    **_ENUMS,
}
# What any of the above needs to be in a message at all.
_HINT = re.compile(r"_ms\b|_minutes\b|_previous_key |store_key |LIBAUTH_|log level")


def pythonic(message: str) -> str:
    """A message of the library with Python's names of parameters, settings and units."""
    if not _HINT.search(message):
        return message
    message = _RANGE.sub(_range, message)
    message = _SPAN.sub(r"\1", message)
    message = _OFFSET.sub(r"daxpay_utc_offset is \1 minutes: it must be from -18 to 18 hours", message)
    for theirs, ours in _LATER.items():
        message = message.replace(theirs, ours)
    return message


def _range(found: Match[str]) -> str:
    name, value, least, most = found[1], int(found[2]), int(found[3]), int(found[4])
    return f"{name} is {_seconds(value)}: it must be from {_seconds(least)} to {_seconds(most)}"


def _seconds(ms: int) -> str:
    if abs(ms) >= 2**63 - 1:
        return "without end" if ms > 0 else "before all time"
    return f"{ms // 1000} seconds" if ms % 1000 == 0 else f"{ms / 1000} seconds"
