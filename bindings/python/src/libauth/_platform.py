"""What the five platforms have in common: opening, closing, business calls."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Callable, Dict, Iterable, Optional, Tuple, Type, TypeVar, Union

from . import _invoke, _json, _marshal, _native, _options
from ._environment import Environment
from ._marshal import Duration, Pairs
from ._native import NativeObject, lib
from .answers import Answer
from .config import Config
from .errors import ClosedError, InvalidConfigError
from .explain import Explanation
from .http import HttpRequest, HttpResponse
from .inbound import Inbound, native_inbound

Handle = TypeVar("Handle", bound="Platform")


class Platform:
    """An account at a platform.

    Any number of threads may use it at once. It works on in a child after `os.fork`, with connections of its own; it
    cannot be pickled, so with multiprocessing's "spawn" each process makes its own. Closing it while other threads are
    calling is safe: their calls end as they would, later ones raise `ClosedError`.
    """

    _owned: Optional[NativeObject] = None
    _base_url: str
    # The C functions of a business call, by platform.
    _call_function: Callable[..., int]
    _build_call_function: Callable[..., int]
    _read_call_function: Callable[..., int]
    _share_function: Callable[[int], int]
    _stats_function: Callable[..., int]

    def _open(self, config: Config, new: Callable[..., int], free: Callable[[int], None], *arguments: Any) -> None:
        if not isinstance(config, Config):
            raise _marshal.wrong_type("config", "a libauth.Config", config)
        native, callbacks = config._build(self._platform_name().lower())
        owned = _invoke.produce(new, free, native.pointer, *arguments)
        owned.keep = (callbacks, arguments)
        self._owned = owned
        self._base_url = config.base_url

    @classmethod
    def from_env(cls: Type[Handle], account: Optional[str] = None, **settings: Any) -> Handle:
        """Makes a handle for an account that the environment describes: its address, credentials and settings, such as
        LIBAUTH_SELLER_BASE_URL, LIBAUTH_SELLER_ACCESS_KEY and LIBAUTH_SELLER_SECRET_KEY_FILE. See `Config.from_env`.

        Args:
            account: By default the platform's name in capitals, such as "SELLER".
            settings: Settings of the `Config` that are given here instead.

        Raises:
            InvalidConfigError: Naming the variable.

        Example:
            >>> with libauth.Seller.from_env() as shop:
            ...     print(shop.token().header_name)
            Authorization
        """
        platform = cls._platform_name()
        environment = Environment(platform if account is None else account)
        if environment.platform != platform:
            raise InvalidConfigError(f"account is {account!r}: it must begin with {platform}")
        maker, credentials = cls._credentials(environment)
        config = Config.from_env(platform if account is None else account, **settings)
        make: Any = getattr(cls, maker) if maker else cls
        made: Handle = make(config, **credentials)
        return made

    @classmethod
    def _platform_name(cls) -> str:
        # The class in this package, whatever a subclass is called.
        return next(kind.__name__ for kind in cls.__mro__ if kind.__module__.startswith("libauth.")).upper()

    @classmethod
    def _credentials(cls, environment: Environment) -> Tuple[str, Dict[str, Any]]:
        """What makes a handle: the name of the class method, if it is not the class itself, and its arguments."""
        raise NotImplementedError

    def close(self) -> None:
        """Ends the handle, and wipes its secrets as soon as no call is under way. Closing twice is fine."""
        # The last reference frees it: this one, or that of a call under way.
        self._owned = None

    @property
    def base_url(self) -> str:
        """The address that it was made for: `Config.base_url`."""
        return self._base_url

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._owned is None

    def __enter__(self: Handle) -> Handle:
        self._using()
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<libauth.{type(self).__name__}{' closed' if self.closed else ''}>"

    def _using(self) -> NativeObject:
        owned = self._owned
        if owned is None:
            raise ClosedError(f"this {type(self).__name__} is closed")
        return owned

    def _produce(self, function: Callable[..., int], free: Callable[[int], None], *arguments: Any) -> NativeObject:
        """Calls a C function of this handle, keeping the handle alive meanwhile."""
        owned = self._using()
        try:
            return _invoke.produce(function, free, owned.pointer, *arguments)
        finally:
            # A traceback that is kept must not keep the handle.
            del owned

    def _perform(self, function: Callable[..., int], *arguments: Any) -> None:
        """The same for a function without a result."""
        owned = self._using()
        try:
            _invoke.perform(function, owned.pointer, *arguments)
        finally:
            del owned

    def _verified(
        self,
        function: Callable[..., int],
        free: Callable[[int], None],
        make: Callable[[NativeObject], Any],
        inbound: Inbound,
    ) -> Any:
        """Calls a C function that checks a received message."""
        message = native_inbound(inbound)
        owned = self._using()
        try:
            return _invoke.verified(function, free, make, owned.keep, owned.pointer, message.pointer)
        finally:
            del owned

    def _ask(
        self,
        function: Callable[..., int],
        free: Callable[[int], None],
        *arguments: Any,
        timeout: Optional[Duration] = None,
        trace_id: Optional[str] = None,
    ) -> NativeObject:
        """Calls a C function that takes options before its output."""
        options = _options.build(timeout, trace_id)
        return self._produce(function, free, *arguments, options.pointer if options is not None else None)

    def _request(self, function: Callable[..., int], *arguments: Any, trace_id: Optional[str] = None) -> HttpRequest:
        return HttpRequest._from(self._ask(function, lib.libauth_http_request_free, *arguments, trace_id=trace_id))

    def _explain(self, function: Callable[..., int], message: Inbound, given: Optional[bytes]) -> Explanation:
        native = native_inbound(message)
        return Explanation._from(self._produce(function, lib.libauth_explanation_free, native.pointer, given))

    def share(self: Handle) -> Handle:
        """Another handle to the same account, tokens and connections, closed on its own.

        Give each thread one, and a key can be changed under running threads by handing out another.

        Example:
            >>> with seller.share() as another:
            ...     print(another.token() == seller.token())
            True
        """
        owned = self._using()
        kind = type(self)
        handle = kind.__new__(kind)
        handle._owned = NativeObject(kind._share_function(owned.pointer), owned._free, owned.keep)
        handle._base_url = self._base_url
        return handle

    def stats(self) -> Dict[str, Any]:
        """What this handle, and those shared from it, counted in this process so far.

        Calls and attempts with their durations by operation and outcome, connections, and what only some platforms
        have: tokens, messages verified, how full the replay guard is. docs/statistics.md names each member; later
        versions may add some. A child begins at zero after `os.fork`. Nothing waits for it.
        """
        made = self._produce(type(self)._stats_function, lib.libauth_text_free)
        counted: Dict[str, Any] = _json.loads(_native.required_text(lib.libauth_text_value(made.pointer)).encode())
        return counted

    def _read(
        self, function: Callable[..., int], free: Callable[[int], None], request: HttpRequest, response: HttpResponse
    ) -> NativeObject:
        if not isinstance(request, HttpRequest):
            raise _marshal.wrong_type("http_request", "a libauth.HttpRequest", request)
        if not isinstance(response, HttpResponse):
            raise _marshal.wrong_type("http_response", "a libauth.HttpResponse", response)
        native = response._build()
        return self._produce(function, free, request._owned.pointer, native.pointer)

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Optional[Pairs] = None,
        headers: Optional[Pairs] = None,
        body: Union[bytes, str, None] = None,
        json: object = None,
        content_type: Optional[str] = None,
        idempotent: bool = False,
        timeout: Optional[Duration] = None,
        trace_id: Optional[str] = None,
    ) -> Answer:
        """Calls any other endpoint of the platform, signed or with the token, whatever the platform wants.

        Where the platform refuses a token, it is replaced and the call repeated, once. A call that is not marked
        idempotent is otherwise repeated only if it never left; if it may have arrived and its answer was lost, that is
        an `OutcomeUnknownError`.

        Args:
            method: The method, such as "POST".
            path: The path below the base URL; it begins with a slash and holds no query. Characters that a URL cannot
                hold are escaped, `%` escapes are kept.
            query: Query parameters, unescaped.
            headers: Further headers. Those that libauth sets itself are refused.
            body: The body, sent and signed byte for byte; a string becomes UTF-8. DaxPay takes a JSON object of the
                endpoint's own parameters, and adds the common ones and the signature.
            json: The body as a value: a dict, list, str, int, Decimal and so on, sent as compact JSON. A Decimal keeps
                its digits. Either this or `body`.
            content_type: By default "application/json".
            idempotent: Says that doing it twice does no harm: only then is it repeated once it may have arrived.
            timeout: The whole call's deadline, from 1 ms to a day; by default the configuration's.
            trace_id: The id under which the call is found again; by default a random one.

        Raises:
            Error: As the platform and the network have it.

        Example:
            >>> answer = seller.call("POST", "/orders", json={"price": Decimal("10.10")}, timeout=5)
            >>> answer.http_status, answer.json()["data"]["body"]
            (200, {'price': Decimal('10.1')})
        """
        call = _call(method, path, query, headers, content(body, json), content_type, idempotent)
        function = type(self)._call_function
        owned = self._ask(function, lib.libauth_answer_free, call.pointer, timeout=timeout, trace_id=trace_id)
        return Answer(owned, owned.pointer)

    def build_call(
        self,
        method: str,
        path: str,
        *,
        query: Optional[Pairs] = None,
        headers: Optional[Pairs] = None,
        body: Union[bytes, str, None] = None,
        json: object = None,
        content_type: Optional[str] = None,
        trace_id: Optional[str] = None,
    ) -> HttpRequest:
        """The request of `call`, for your own HTTP client to send. It opens no socket.

        Where the platform wants a token, the request carries the cached one; when none is valid that is an
        `UnauthorizedError`, and nothing is fetched.

        Example:
            >>> token = seller.token()
            >>> seller.build_call("GET", "/orders", query={"page": "1"}).url.endswith("/orders?page=1")
            True
        """
        call = _call(method, path, query, headers, content(body, json), content_type, False)
        return self._request(type(self)._build_call_function, call.pointer, trace_id=trace_id)

    def read_call(self, http_request: HttpRequest, http_response: HttpResponse) -> Answer:
        """Reads the response to the request of `build_call`, with the same checks as `call`.

        Example:
            >>> token = seller.token()
            >>> request = seller.build_call("GET", "/orders/7")
            >>> seller.read_call(request, libauth.HttpResponse(200, {}, b'{"code":200,"data":{"id":7}}')).field_int("data.id")
            7
        """
        owned = self._read(type(self)._read_call_function, lib.libauth_answer_free, http_request, http_response)
        return Answer(owned, owned.pointer)


def content(body: Union[bytes, str, None], json: object) -> Union[bytes, str, None]:
    """The body of a call that was given as bytes, as text or as a value."""
    if json is None:
        return body
    if body is not None:
        raise TypeError("body and json must not be given together")
    return _json.dumps(json)


def _call(
    method: str,
    path: str,
    query: Optional[Pairs],
    headers: Optional[Pairs],
    body: Union[bytes, str, None],
    content_type: Optional[str],
    idempotent: bool,
) -> NativeObject:
    """The C description of a business call."""
    owned = NativeObject(
        lib.libauth_call_new(_marshal.required(method, "method"), _marshal.required(path, "path")),
        lib.libauth_call_free,
    )
    for name, value in _marshal.pairs(query, "query"):
        lib.libauth_call_add_query(owned.pointer, name, value)
    for name, value in _marshal.pairs(headers, "headers"):
        lib.libauth_call_add_header(owned.pointer, name, value)
    kind = _marshal.text(content_type, "content_type")
    if body is not None or kind is not None:
        encoded = _marshal.body(body)
        lib.libauth_call_set_body(owned.pointer, kind, encoded, len(encoded))
    lib.libauth_call_set_idempotent(owned.pointer, _marshal.flag(idempotent, "idempotent"))
    return owned


#: The setter of a text, its value, its name.
TextSetting = Tuple[Callable[[int, Optional[bytes]], None], Optional[str], str]


def set_texts(owned: NativeObject, required: Iterable[TextSetting], optional: Iterable[TextSetting]) -> None:
    """Sets the texts of a request. None is no required text, and leaves an optional one unset."""
    for setter, value, name in required:
        setter(owned.pointer, _marshal.required(value, name))  # type: ignore[arg-type]
    for setter, value, name in optional:
        encoded = _marshal.text(value, name)
        if encoded is not None:
            setter(owned.pointer, encoded)
