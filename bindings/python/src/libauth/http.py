"""HTTP messages, for programs that send requests with an HTTP client of their own.

Build a request (`build_token`, `build_issue_code`, `build_call` and so on), send its method, URL, headers and body
exactly as they are, and hand what came back to the `read_` method of the same name.
"""

from __future__ import annotations

import dataclasses
from typing import Optional, Tuple, Union

from . import _marshal, _native
from ._marshal import ReceivedPairs
from ._native import NativeObject, lib


@dataclasses.dataclass(frozen=True)
class HttpRequest:
    """A request, ready to be sent. It holds credentials: do not log it. One thread at a time.

    Attributes:
        method: The method, such as "POST".
        url: The absolute URL.
        headers: Pairs of name and value. Host, Content-Length and the like are left to your HTTP client.
        body: The body to send byte for byte.
    """

    method: str
    url: str
    headers: Tuple[Tuple[str, str], ...] = dataclasses.field(repr=False)
    body: bytes = dataclasses.field(repr=False)
    _owned: NativeObject = dataclasses.field(repr=False, compare=False)

    @classmethod
    def _from(cls, owned: NativeObject) -> HttpRequest:
        pointer = owned.pointer
        headers = tuple(
            (
                _native.required_text(lib.libauth_http_request_header_name(pointer, index)),
                _native.required_text(lib.libauth_http_request_header_value(pointer, index)),
            )
            for index in range(lib.libauth_http_request_header_count(pointer))
        )
        return cls(
            method=_native.required_text(lib.libauth_http_request_method(pointer)),
            url=_native.required_text(lib.libauth_http_request_url(pointer)),
            headers=headers,
            body=_native.data(lib.libauth_http_request_body, pointer),
            _owned=owned,
        )


@dataclasses.dataclass(frozen=True)
class HttpResponse:
    """A response that your own HTTP client received.

    Args:
        status: The HTTP status, from 100 to 599.
        headers: The headers as received: a mapping, or pairs of name and value.
        body: The body as received.

    Example:
        >>> libauth.HttpResponse(200, {"Content-Type": "application/json"}, b"{}")
        HttpResponse(status=200)
    """

    status: int
    headers: Optional[ReceivedPairs] = dataclasses.field(default=None, repr=False)
    body: Union[bytes, str] = dataclasses.field(default=b"", repr=False)

    def _build(self) -> NativeObject:
        owned = NativeObject(
            lib.libauth_http_response_new(_marshal.integer(self.status, "status")), lib.libauth_http_response_free
        )
        for name, value in _marshal.received_pairs(self.headers, "headers"):
            lib.libauth_http_response_add_header(owned.pointer, name, value)
        body = _marshal.body(self.body)
        lib.libauth_http_response_set_body(owned.pointer, body, len(body))
        return owned
