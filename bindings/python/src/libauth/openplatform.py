"""The clientId / secret open platform: an Access-Token."""

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


class OpenPlatform(Platform):
    """An application of the open platform, with its token, which it keeps fresh. Opening it makes no connection.

    Args:
        config: The settings.
        client_id: The application.
        secret: Its secret.

    Raises:
        InvalidArgumentError, InvalidConfigError: Naming the parameter or the setting.

    Example:
        >>> config = libauth.Config("https://platform.example")
        >>> with libauth.OpenPlatform(config, client_id="client-id", secret="secret") as application:
        ...     print(application)
        <libauth.OpenPlatform>
    """

    _call_function = lib.libauth_openplatform_call
    _build_call_function = lib.libauth_openplatform_build_call
    _read_call_function = lib.libauth_openplatform_read_call
    _share_function = lib.libauth_openplatform_share
    _stats_function = lib.libauth_openplatform_stats_json

    def __init__(self, config: Config, *, client_id: str, secret: str) -> None:
        self._open(
            config,
            lib.libauth_openplatform_new,
            lib.libauth_openplatform_free,
            _marshal.required(client_id, "client_id"),
            _marshal.required(secret, "secret"),
        )

    @classmethod
    def _credentials(cls, environment: Environment) -> Tuple[str, Dict[str, Any]]:
        return "", {**environment.texts({"client_id": "CLIENT_ID", "secret": "SECRET"}, {})}

    def token(self, *, timeout: Optional[Duration] = None, trace_id: Optional[str] = None) -> Token:
        """Gives a token that is valid now (header Access-Token).

        It is cached and shared by all threads: however many ask, the platform sees one request, and all get its
        outcome, each within its own deadline. Its lifetime is what the token itself tells (a JWT's `exp`),
        else that of `Config.openplatform_token_lifetime`. It is replaced early, when the smaller of 5 minutes and a
        fifth of its life is left, by one caller, while the others go on with it; if that fails, it is served on as long
        as it is valid. Repeated freely.

        Args:
            timeout: The whole call's deadline, from 1 ms to a day; by default the configuration's.
            trace_id: The id under which the call is found again; by default a random one.

        Raises:
            UnauthorizedError: The credentials were refused.
            Error: All the others as the platform and the network have it.

        Example:
            >>> openplatform.token().header_name
            'Access-Token'
        """
        return Token._from(
            self._ask(lib.libauth_openplatform_token, lib.libauth_token_free, timeout=timeout, trace_id=trace_id)
        )

    def invalidate(self, token: str) -> None:
        """Drops a token that a call of your own found refused, given bare or as its header's value.

        Only if the cached token is this one: a late caller cannot drop a fresh one. `call` does this itself.

        Example:
            >>> openplatform.invalidate(openplatform.token().value)
        """
        self._perform(lib.libauth_openplatform_invalidate, _marshal.required(token, "token"))

    def build_token(self, *, trace_id: Optional[str] = None) -> HttpRequest:
        """The login request, for your own HTTP client to send. Opens no socket.

        Example:
            >>> openplatform.build_token().method
            'POST'
        """
        return self._request(lib.libauth_openplatform_build_token, trace_id=trace_id)

    def read_token(self, http_request: HttpRequest, http_response: HttpResponse) -> Token:
        """Reads the response to the request of `build_token`, with the same checks as `token`.

        The token is cached, for `build_call` and all the others.

        Example:
            >>> answer = libauth.HttpResponse(200, {}, b'{"code":200,"data":"abc","ok":true}')
            >>> openplatform.read_token(openplatform.build_token(), answer).value
            'abc'
        """
        read = lib.libauth_openplatform_read_token
        return Token._from(self._read(read, lib.libauth_token_free, http_request, http_response))
