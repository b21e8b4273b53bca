"""Webhooks in Flask, Starlette and FastAPI, and Django: `libauth.webhooks.flask`, `.starlette`, `.django`.

Each has a decorator `webhook(handle)` for the function that acts on an event. It takes the request as it came over the
wire, verifies it, and answers what the platform wants:

- a genuine message: the function is called with the event. Where it returns, the event is done with, and answered with what
  it returned, or with the platform's word for success if that is None. Where it raises, or returns a status from 400 on, the
  event is given back: the platform's next attempt is accepted.
- one that was received before: answered as a success, without a call. One that another process acts on: 503, it will
  come again. Anything else is refused with the status that `libauth.reply_status` has for it, and logged with the reason.

With several worker processes make the handle before they are forked (gunicorn's `preload_app`), so that they share its
memory of messages, or give its `Config` a store or a `replay_callback` of all of them.
"""

from __future__ import annotations

import contextlib
import urllib.parse
from typing import Any, Iterator, List, Mapping, Optional, Protocol, Tuple

import libauth

from ..inbound import Inbound


# What stands for itself in a path.
_KEPT = "/:@!$&'()*+,;=-._~"


class Verifier(Protocol):
    """What takes webhooks: `libauth.CreditPay`, `DaxPay` or `Redemption`."""

    REPLY: str

    def verify(self, inbound: Inbound) -> Any:
        """Checks a message."""


def reply(handle: Verifier, error: Optional[libauth.Error] = None) -> Tuple[int, str]:
    """The HTTP status and the body to answer a message with that was accepted, or that `verify` refused."""
    status = libauth.reply_status(error)
    return status, handle.REPLY if status == 200 else ""


def wsgi_path(environ: Mapping[str, Any], decoded: Optional[str] = None) -> str:
    """The path as it came over the wire, which is what the platform signed."""
    raw = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    if raw:
        path = urllib.parse.urlsplit(raw).path if "://" in raw.split("?")[0] else raw.split("?")[0]
        return str(path)
    # A server that does not tell: what it decoded, encoded again.
    if decoded is None:
        decoded = (
            (environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")).encode("latin-1").decode("utf-8", "replace")
        )
    return urllib.parse.quote(decoded, safe=_KEPT)


def asgi_path(scope: Mapping[str, Any]) -> str:
    """The same for ASGI."""
    raw = scope.get("raw_path")
    if raw:
        return bytes(raw).split(b"?")[0].decode("latin-1")
    return urllib.parse.quote(scope["path"], safe=_KEPT)


def wsgi_headers(environ: Mapping[str, Any]) -> List[Tuple[bytes, bytes]]:
    """The headers as bytes, for WSGI has bytes in its text."""
    named = [(name[5:], value) for name, value in environ.items() if name.startswith("HTTP_")]
    return [(name.replace("_", "-").lower().encode(), value.encode("latin-1")) for name, value in named]


@contextlib.contextmanager
def acting(event: Any) -> Iterator[None]:
    """Gives the event back if what acts on it raises."""
    try:
        yield
    except BaseException:
        event.give_back()
        raise


def settle(event: Any, status: int) -> Optional[libauth.Error]:
    """Makes the event final if it was answered well, or gives it back; what came too late for it is given."""
    if status >= 400:
        event.give_back()
        return None
    try:
        event.done()
    except libauth.Error as late:
        return late
    return None
