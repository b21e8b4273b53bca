"""Messages that a platform sends to your server."""

from __future__ import annotations

import dataclasses
from typing import Optional, Union

from . import _marshal
from ._marshal import ReceivedPairs
from ._native import NativeObject, lib


@dataclasses.dataclass(frozen=True)
class Inbound:
    """A request that your server received from a platform, to be checked by that platform's `verify`.

    Args:
        method: The method, "POST".
        path: The path as it went over the wire: percent-encoded, without host, query and fragment. Flask has it as
            ``request.environ["RAW_URI"].split("?", 1)[0]``, FastAPI as ``request.scope["raw_path"].decode("ascii")``;
            their ``path`` is decoded.
        headers: Every header as received, as a mapping or as pairs of name and value, in text or in the bytes that ASGI
            has; the case of names does not matter. With pairs a header that came twice is noticed.
        body: The body byte for byte as received.

    Example:
        >>> libauth.Inbound("POST", "/notify", {"signature": "abc"}, b"{}")
        Inbound(method='POST', path='/notify')
    """

    method: str
    path: str
    headers: Optional[ReceivedPairs] = dataclasses.field(default=None, repr=False)
    body: Union[bytes, str] = dataclasses.field(default=b"", repr=False)

    def _build(self) -> NativeObject:
        owned = NativeObject(
            lib.libauth_inbound_new(_marshal.required(self.method, "method"), _marshal.required(self.path, "path")),
            lib.libauth_inbound_free,
        )
        for name, value in _marshal.received_pairs(self.headers, "headers"):
            lib.libauth_inbound_add_header(owned.pointer, name, value)
        body = _marshal.body(self.body)
        lib.libauth_inbound_set_body(owned.pointer, body, len(body))
        return owned


def native_inbound(inbound: Inbound) -> NativeObject:
    """The C object for a received request."""
    if not isinstance(inbound, Inbound):
        raise _marshal.wrong_type("inbound", "a libauth.Inbound", inbound)
    return inbound._build()
