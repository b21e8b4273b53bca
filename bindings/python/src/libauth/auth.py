"""Authentication for requests and httpx: their `auth=`, with a libauth handle behind it.

    requests.get("https://seller.example/orders", auth=libauth.auth.SellerAuth(seller))
    httpx.Client(auth=libauth.auth.SellerAuth(seller))            # and httpx.AsyncClient

Where the platform takes a token (`SellerAuth`, `OpenPlatformAuth`), the request carries the current one; one that is
refused is replaced and the request sent again, once. Where it wants signatures (`CreditPayAuth`, `RedemptionAuth`), the
request is signed as it goes out, its body byte for byte. DaxPay signs inside the body: use `DaxPay.call` or
`DaxPay.build_call`.

A request to another address than the handle's is refused: the secret is not for others. Redirects are not for these
platforms either; leave httpx at its default, which follows none.

An object is as good for threads as its handle; it can be given a handle of `libauth` or of `libauth.aio`. Neither
requests nor httpx is needed to import this module.
"""

from __future__ import annotations

import urllib.parse
from typing import TYPE_CHECKING, Any, AsyncGenerator, Dict, Generator, Optional, Union

from . import _marshal
from ._platform import Platform
from .creditpay import CreditPay
from .errors import Error, InvalidArgumentError, UnauthorizedError
from .http import HttpRequest, HttpResponse
from .openplatform import OpenPlatform
from .redemption import Redemption
from .seller import Seller

if TYPE_CHECKING:
    import httpx
    import requests
    from httpx import Auth as _Auth

    from . import aio
else:
    try:
        from httpx import Auth as _Auth
    except ImportError:
        _Auth = object

__all__ = ["CreditPayAuth", "OpenPlatformAuth", "RedemptionAuth", "SellerAuth"]

# What says nothing about who asks: it stays as the caller's client has it.
_NEUTRAL = {"accept", "accept-encoding", "content-type", "user-agent"}


class _TokenAuth(_Auth):
    """A token in a header."""

    def __init__(self, handle: Any, kind: Any) -> None:
        self._handle, self._waiting = _both(handle, kind)

    def __call__(self, request: "requests.PreparedRequest") -> "requests.PreparedRequest":
        """For requests: puts the token into a request."""
        path = _below(self._handle, request.url)
        self._handle.token()
        built = self._handle.build_call(request.method, path)
        request.headers.update(_headers(built))
        # Where to begin again, if the body is a file.
        body: Any = request.body
        at = body.tell() if hasattr(body, "tell") else None
        hooks: Any = request.hooks
        hooks["response"].append(lambda response, **how: self._answered(response, path, built, at, how))
        return request

    def _answered(
        self, response: "requests.Response", path: str, built: HttpRequest, at: Optional[int], how: Any
    ) -> "requests.Response":
        request = response.request
        if response.is_redirect:
            # It may lead elsewhere, and the token is not for there.
            for name in _headers(built):
                request.headers.pop(name, None)
            return response
        body: Any = request.body
        can_repeat = at is not None or body is None or isinstance(body, (bytes, str))
        if not _may_refuse(response.status_code, response.headers):
            return response
        is_refused = self._refused(built, response.status_code, response.headers, response.content)
        if not is_refused or not can_repeat:
            return response
        if at is not None:
            body.seek(at)
        response.close()
        repeated = request.copy()
        self._handle.token()
        repeated.headers.update(_headers(self._handle.build_call(request.method, path)))
        connection: Any = response.connection
        answer: "requests.Response" = connection.send(repeated, **how)
        answer.history.append(response)
        answer.request = repeated
        return answer

    def sync_auth_flow(self, request: "httpx.Request") -> "Generator[httpx.Request, httpx.Response, None]":
        """For httpx.Client."""
        path = _below(self._handle, str(request.url))
        self._handle.token()
        built = self._handle.build_call(request.method, path)
        request.headers.update(_headers(built))
        response = yield request
        if _may_refuse(response.status_code, response.headers):
            response.read()
            is_refused = self._refused(built, response.status_code, response.headers, response.content)
            if is_refused and _can_repeat(request):
                self._handle.token()
                request.headers.update(_headers(self._handle.build_call(request.method, path)))
                yield request

    async def async_auth_flow(self, request: "httpx.Request") -> "AsyncGenerator[httpx.Request, httpx.Response]":
        """For httpx.AsyncClient."""
        path = _below(self._handle, str(request.url))
        await self._token()
        built = self._handle.build_call(request.method, path)
        request.headers.update(_headers(built))
        response = yield request
        if _may_refuse(response.status_code, response.headers):
            await response.aread()
            is_refused = self._refused(built, response.status_code, response.headers, response.content)
            if is_refused and _can_repeat(request):
                await self._token()
                request.headers.update(_headers(self._handle.build_call(request.method, path)))
                yield request

    async def _token(self) -> None:
        """Sees to it that there is a valid token."""
        if self._waiting is not None:
            await self._waiting.token()
            return
        import anyio.to_thread  # httpx needs it: it knows asyncio from trio

        await anyio.to_thread.run_sync(self._handle.token)

    def _refused(self, built: HttpRequest, status: int, headers: Any, body: bytes) -> bool:
        """Whether an answer refuses the token; the handle has then dropped it."""
        try:
            self._handle.read_call(built, HttpResponse(status, list(headers.items()), body))
        except UnauthorizedError:
            return True
        except Error:
            pass  # the caller's to see
        return False


class SellerAuth(_TokenAuth):
    """The seller API's Bearer token.

    Args:
        seller: A `libauth.Seller` or `libauth.aio.Seller`.

    Example:
        >>> requests.get(seller.base_url + "/orders", auth=libauth.auth.SellerAuth(seller)).status_code
        200
    """

    def __init__(self, seller: "Union[Seller, aio.Seller]") -> None:
        super().__init__(seller, Seller)


class OpenPlatformAuth(_TokenAuth):
    """The open platform's Access-Token.

    Args:
        openplatform: A `libauth.OpenPlatform` or `libauth.aio.OpenPlatform`.

    Example:
        >>> httpx.get(openplatform.base_url + "/orders", auth=libauth.auth.OpenPlatformAuth(openplatform)).status_code
        200
    """

    def __init__(self, openplatform: "Union[OpenPlatform, aio.OpenPlatform]") -> None:
        super().__init__(openplatform, OpenPlatform)


class _SigningAuth(_Auth):
    """A signature over what goes out."""

    requires_request_body = True

    def __init__(self, handle: Any, kind: Any) -> None:
        self._handle, _waiting = _both(handle, kind)

    def __call__(self, request: "requests.PreparedRequest") -> "requests.PreparedRequest":
        """For requests: signs a request."""
        body = request.body
        if body is not None and not isinstance(body, (bytes, str)):
            raise _marshal.wrong_type("the body of a request that is signed", "bytes or str", body)
        request.headers.update(self._signed(request.method or "", request.url, body or b""))
        return request

    def auth_flow(self, request: "httpx.Request") -> "Generator[httpx.Request, httpx.Response, None]":
        """For httpx."""
        request.headers.update(self._signed(request.method, str(request.url), request.content))
        yield request

    def _signed(self, method: str, url: Optional[str], body: Union[bytes, str]) -> Dict[str, str]:
        """The headers that sign a request."""
        path = _below(self._handle, url)
        return _headers(self._handle.build_call(method, path, body=body))


class CreditPayAuth(_SigningAuth):
    """Credit Pay's signature, over path and body.

    Args:
        creditpay: A `libauth.CreditPay` or `libauth.aio.CreditPay`.

    Example:
        >>> requests.post(creditpay.base_url + "/v1/pay", data=b"{}", auth=libauth.auth.CreditPayAuth(creditpay)).json()["code"]
        0
    """

    def __init__(self, creditpay: "Union[CreditPay, aio.CreditPay]") -> None:
        super().__init__(creditpay, CreditPay)


class RedemptionAuth(_SigningAuth):
    """The redemption system's signature, over its headers and the body.

    Args:
        redemption: A `libauth.Redemption` or `libauth.aio.Redemption`.

    Example:
        >>> httpx.post(redemption.base_url + "/other", content=b"{}", auth=libauth.auth.RedemptionAuth(redemption)).status_code
        200
    """

    def __init__(self, redemption: "Union[Redemption, aio.Redemption]") -> None:
        super().__init__(redemption, Redemption)


def _both(handle: Any, kind: Any) -> Any:
    """A handle, and the one of `libauth.aio` that was given, if any."""
    sync = getattr(handle, "sync", handle)
    if not isinstance(sync, kind):
        raise _marshal.wrong_type("the handle", f"a libauth.{kind.__name__} or libauth.aio.{kind.__name__}", handle)
    return sync, None if sync is handle else handle


def _headers(built: HttpRequest) -> Dict[str, str]:
    """What makes a request one of ours."""
    return {name: value for name, value in built.headers if name.lower() not in _NEUTRAL}


def _below(handle: Platform, url: Optional[str]) -> str:
    """The path of a URL below the handle's address."""
    base, asked = urllib.parse.urlsplit(handle.base_url), urllib.parse.urlsplit(url or "")
    same = (base.scheme, base.hostname, base.port) == (asked.scheme, asked.hostname, asked.port)
    path = asked.path or "/"
    if not same or not path.startswith(base.path.rstrip("/") + "/"):
        raise InvalidArgumentError(f"the request is not for {handle.base_url}, which is what this handle is for")
    return path[len(base.path.rstrip("/")) :]


def _may_refuse(status: int, headers: Any) -> bool:
    """Whether an answer is worth reading before the caller does: it refuses, or may say so in its envelope."""
    return status == 401 or "json" in headers.get("content-type", "").lower()


def _can_repeat(request: "httpx.Request") -> bool:
    import httpx

    try:
        return request.content is not None
    except httpx.RequestNotRead:
        return False  # a stream that is used up
