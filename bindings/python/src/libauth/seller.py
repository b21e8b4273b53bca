"""The marketplace seller API: a Bearer token."""

from __future__ import annotations

from typing import Any, Dict, Optional, Tuple

from . import _marshal
from ._marshal import Duration
from ._environment import Environment
from ._native import lib
from ._platform import Platform
from .config import Config
from .http import HttpRequest, HttpResponse
from .tokens import Token


class Seller(Platform):
    """A seller, with its token, which it keeps fresh. Opening it makes no connection.

    Args:
        config: The settings.
        access_key: The access key.
        secret_key: The secret key.

    Raises:
        InvalidArgumentError, InvalidConfigError: Naming the parameter or the setting.

    Example:
        >>> config = libauth.Config("https://seller.example", timeout=5)
        >>> with libauth.Seller(config, access_key="access-key", secret_key="secret-key") as shop:
        ...     print(shop)
        <libauth.Seller>
    """

    _call_function = lib.libauth_seller_call
    _build_call_function = lib.libauth_seller_build_call
    _read_call_function = lib.libauth_seller_read_call
    _share_function = lib.libauth_seller_share
    _stats_function = lib.libauth_seller_stats_json

    def __init__(self, config: Config, *, access_key: str, secret_key: str) -> None:
        self._open(
            config,
            lib.libauth_seller_new,
            lib.libauth_seller_free,
            _marshal.required(access_key, "access_key"),
            _marshal.required(secret_key, "secret_key"),
        )

    @classmethod
    def _credentials(cls, environment: Environment) -> Tuple[str, Dict[str, Any]]:
        names = {"access_key": "ACCESS_KEY", "secret_key": "SECRET_KEY"}
        return "", {**environment.texts(names, {})}

    def token(self, *, timeout: Optional[Duration] = None, trace_id: Optional[str] = None) -> Token:
        """Gives a token that is valid now (header Authorization).

        It is cached and shared by all threads: however many ask, the platform sees one request, and all get its
        outcome, each within its own deadline. Its lifetime is read as `Config.seller_expires_in_unit`
        says. It is replaced early, when the smaller of 5 minutes and a fifth of its life is left, by one caller, while
        the others go on with it; if that fails, it is served on as long as it is valid. Repeated freely.

        Args:
            timeout: The whole call's deadline, from 1 ms to a day; by default the configuration's.
            trace_id: The id under which the call is found again; by default a random one.

        Raises:
            UnauthorizedError: The credentials were refused.
            Error: All the others as the platform and the network have it.

        Example:
            >>> token = seller.token()
            >>> token.header_name, token.header_value.startswith("Bearer ")
            ('Authorization', True)
        """
        return Token._from(
            self._ask(lib.libauth_seller_token, lib.libauth_token_free, timeout=timeout, trace_id=trace_id)
        )

    def invalidate(self, token: str) -> None:
        """Drops a token that a call of your own found refused, given bare or as its header's value.

        Only if the cached token is this one: a late caller cannot drop a fresh one. `call` does this itself.

        Example:
            >>> old = seller.token()
            >>> seller.invalidate(old.value)
            >>> seller.token().value == old.value
            False
        """
        self._perform(lib.libauth_seller_invalidate, _marshal.required(token, "token"))

    def build_token(self, *, trace_id: Optional[str] = None) -> HttpRequest:
        """The login request, for your own HTTP client to send. Opens no socket.

        Example:
            >>> seller.build_token().method
            'POST'
        """
        return self._request(lib.libauth_seller_build_token, trace_id=trace_id)

    def read_token(self, http_request: HttpRequest, http_response: HttpResponse) -> Token:
        """Reads the response to the request of `build_token`, with the same checks as `token`.

        The token is cached, for `build_call` and all the others.

        Example:
            >>> body = b'{"code":200,"data":{"accessToken":"Bearer abc","expiresIn":"7200000"}}'
            >>> seller.read_token(seller.build_token(), libauth.HttpResponse(200, {}, body)).value
            'abc'
        """
        read = lib.libauth_seller_read_token
        return Token._from(self._read(read, lib.libauth_token_free, http_request, http_response))
