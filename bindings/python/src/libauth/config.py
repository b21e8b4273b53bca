"""Settings, from which platform handles are made."""

from __future__ import annotations

import dataclasses
import enum
import os
from datetime import timedelta
from typing import Any, Callable, Dict, Iterable, List, Optional, Tuple, Union

from . import _marshal
from ._callbacks import LOGGING_LEVELS, Callbacks, ClockCallback
from ._environment import Environment
from ._marshal import Duration
from ._native import NativeObject, lib
from .errors import InvalidConfigError
from .store import AddStore, Store

#: A PEM chain and its key: the texts themselves, or the paths of files that hold them.
ClientCertificate = Tuple[Union[bytes, str, "os.PathLike[str]"], Union[bytes, str, "os.PathLike[str]"]]

#: Settings that are lists, with what adds an entry.
_LISTS = {
    "pins": lib.libauth_config_add_pin,
    "creditpay_previous_keys": lib.libauth_config_add_creditpay_previous_key,
    "daxpay_previous_keys": lib.libauth_config_add_daxpay_previous_key,
    "redemption_previous_keys": lib.libauth_config_add_redemption_previous_key,
}


class LogLevel(enum.IntEnum):
    """How much is logged; each level includes those above it."""

    #: Nothing.
    OFF = 0
    #: Calls that failed in the end.
    ERROR = 1
    #: Also what works but should be looked at: failed token refreshes, clock differences.
    WARN = 2
    #: Also token events.
    INFO = 3
    #: Also a line for each attempt.
    DEBUG = 4
    #: All there is.
    TRACE = 5

    @property
    def logging_level(self) -> int:
        """The level of the same meaning in Python's `logging`."""
        return LOGGING_LEVELS[int(self)]


class DaxPayResponseSignature(enum.IntEnum):
    """Whether DaxPay's answers must be signed. One that is there and wrong is an error under either."""

    #: An answer without a signature is an error.
    REQUIRED = 0
    #: A signature is checked where there is one.
    IF_PRESENT = 1


class SellerExpiresInUnit(enum.IntEnum):
    """How to read the seller API's `expiresIn`."""

    #: The lifetime that the token itself tells, else `expiresIn` as milliseconds.
    AUTO = 0
    #: In milliseconds.
    MILLISECONDS = 1
    #: In seconds.
    SECONDS = 2


@dataclasses.dataclass(frozen=True, init=False)
class Config:
    """Settings. They never change, and may be used for any number of handles, by any number of threads.

    What is None is left at the library's default. Wrong types are a TypeError at once; values out of range are an
    `InvalidConfigError` when a handle is made. A length of time is a `timedelta` or a number of seconds, and is counted
    in milliseconds. `dataclasses.replace` makes a changed copy.

    Args:
        base_url: A deployment's address with its gateway prefix, such as "https://host/dg"; without query and fragment.
            It is https, but for addresses of this machine.
        timeout: The deadline of a whole call, repeats included. From 1 ms to a day; by default 10 seconds.
        connect_timeout: The limit for resolving, connecting and the TLS handshake, within the deadline. From 1 ms to a
            day; by default 3 seconds.
        idle_timeout: A kept-alive connection that was idle for longer is closed instead of used. From 0 to a day; by
            default 30 seconds.
        max_tries: How often a call is tried at most, where it may be repeated (each operation says so). From 0 to 10;
            by default 3. 0 and 1 switch repeating off.
        max_response_bytes: The largest answer or received body accepted. From 1 to 67108864; by default 1048576.
        allow_http: Allows plain http to other machines: secrets then travel in the clear.
        proxy: The HTTP proxy to CONNECT through, "http://[user:password@]host:port".
        proxy_from_environment: Takes the proxy from ALL_PROXY, HTTPS_PROXY, HTTP_PROXY and NO_PROXY, read when a handle
            is made.
        bundled_roots: Trusts Mozilla's root certificates, which are part of the library.
        system_roots: Trusts the system's root certificates too.
        ca_file: The path of a PEM file whose certificates are trusted too, read when a handle is made.
        ca_pem: Certificates in PEM that are trusted too.
        max_idle_connections: How many idle connections a handle keeps. From 0 to 1024; by default 64.
        client_certificate: What this client shows: the PEM chain, the client's own certificate first, and its key in
            PEM, both as bytes or text, or both as paths that are read when a handle is made.
        pins: Accepts only servers with a certificate of one of these public keys in their chain: each "sha256/" and the
            base64 of the SHA-256 of its SubjectPublicKeyInfo.
        user_agent: The User-Agent header; by default "libauth/VERSION".
        creditpay_signed_path_prefix: the gateway prefix that is part of the signed path, such as "/dg", for a
            deployment whose gateway passes its prefix on.
        daxpay_utc_offset: the gateway's time zone, east of UTC, in whole minutes. From -18 to 18 hours; by default 8,
            China.
        daxpay_response_signature: whether answers must be signed. By default they must.
        openplatform_token_lifetime: the lifetime of a token that does not tell its own. By default two hours.
        seller_expires_in_unit: how to read `expiresIn`.
        seller_token_path: the path of the token's endpoint, for deployments of another version of the documents.
        creditpay_previous_keys: signature keys before a rotation, under which received messages are accepted too.
        daxpay_previous_keys: keys before a rotation, under which answers and received messages are accepted too: edition
            3's sign keys, edition open's public keys of the platform.
        redemption_previous_keys: keys before a rotation, under which received messages are accepted too: the platform's
            public keys, or for MD5 the shared secrets.
        window: Received messages: how far a message's time may be from the clock, to either side. From 1 ms to a week;
            by default five minutes.
        replay_capacity: Received messages: how many the built-in replay guard remembers, in the memory of each handle.
            From 1 to 100000000; by default 100000.
        replay_claim: Received messages: how long one is claimed that was accepted, for acting on it: see `CreditPayEvent`.
            0: one phase, a message is final when it is accepted. From 0 to a day; by default a minute.
        replay_store: Received messages: where they are claimed and remembered for all machines, in place of the
            built-in guard: a `Store`, such as `libauth.redis.RedisStore`, or one that has only `add`, with which a
            message is final when it is accepted. If it raises, the message is refused with a `StoreError` whose
            `__cause__` is what it raised: answer with failure, and it will come again.
        token_store: openplatform, seller: where the processes of a fleet keep the token that they share, so that one of
            them logs in for all: see docs/fleet.md. It needs `store_keys`. If it raises, the call goes on with a login
            of its own, and what was raised goes to `sys.unraisablehook`: see `Token.is_degraded`.
        store_keys: What seals the records in the token store: pairs of a key id, 1 to 64 visible ASCII characters, and
            32 random bytes, the same in all processes of the fleet. The last one seals, all of them open.
        store_timeout: Within how long an operation of a store should answer. From 1 ms to a minute; by default 200 ms.
        clock_callback: A clock of your own, for tests: `clock_callback() -> (now: datetime, monotonic: timedelta)`, the
            time, with a time zone, and what a clock shows that never goes backwards. It tells the timestamps that are
            sent and checked, and the age of tokens; deadlines go by the real clock. If it raises, the call ends with an
            `InternalError` whose `__cause__` is what it raised. Called by several threads at once.
        log_callback: Where log lines go: `log_callback(level: LogLevel, line: str) -> None`; by default to
            `logging.getLogger("libauth.seller")` and so on, one logger for each platform. A line never holds a secret.
            It is called on the thread that made the call. What it raises goes to `sys.unraisablehook`, and the call goes
            on.
        log_level: How much is logged; by default what the level of the logger lets through at the time, or up to `INFO`
            with a `log_callback`. `OFF` keeps all of it from Python.

    Callbacks live as long as the handles they are used by, and may use those handles; what they must not do is wait for
    another thread's call on them.

    Example:
        >>> config = libauth.Config("https://seller.example", timeout=5, max_tries=1, system_roots=True)
        >>> config.timeout
        5
    """

    base_url: str
    timeout: Optional[Duration]
    connect_timeout: Optional[Duration]
    idle_timeout: Optional[Duration]
    max_tries: Optional[int]
    max_response_bytes: Optional[int]
    allow_http: bool
    proxy: Optional[str] = dataclasses.field(repr=False)  # it may hold a password
    proxy_from_environment: bool
    bundled_roots: bool
    system_roots: bool
    ca_file: Union[str, os.PathLike[str], None]
    ca_pem: Union[bytes, str, None]
    max_idle_connections: Optional[int]
    client_certificate: Optional[ClientCertificate] = dataclasses.field(repr=False)
    pins: Tuple[str, ...]
    user_agent: Optional[str]
    creditpay_signed_path_prefix: Optional[str]
    daxpay_utc_offset: Optional[timedelta]
    daxpay_response_signature: Optional[DaxPayResponseSignature]
    openplatform_token_lifetime: Optional[Duration]
    seller_expires_in_unit: Optional[SellerExpiresInUnit]
    seller_token_path: Optional[str]
    creditpay_previous_keys: Tuple[str, ...] = dataclasses.field(repr=False)
    daxpay_previous_keys: Tuple[str, ...] = dataclasses.field(repr=False)
    redemption_previous_keys: Tuple[str, ...] = dataclasses.field(repr=False)
    window: Optional[Duration]
    replay_capacity: Optional[int]
    replay_claim: Optional[Duration]
    replay_store: Optional[AddStore]
    token_store: Optional[Store]
    store_keys: Tuple[Tuple[str, bytes], ...] = dataclasses.field(repr=False)
    store_timeout: Optional[Duration]
    clock_callback: Optional[ClockCallback]
    log_callback: Optional[Callable[[LogLevel, str], None]]
    log_level: Optional[LogLevel]

    def __init__(
        self,
        base_url: str,
        *,
        timeout: Optional[Duration] = None,
        connect_timeout: Optional[Duration] = None,
        idle_timeout: Optional[Duration] = None,
        max_tries: Optional[int] = None,
        max_response_bytes: Optional[int] = None,
        allow_http: bool = False,
        proxy: Optional[str] = None,
        proxy_from_environment: bool = False,
        bundled_roots: bool = True,
        system_roots: bool = False,
        ca_file: Union[str, os.PathLike[str], None] = None,
        ca_pem: Union[bytes, str, None] = None,
        max_idle_connections: Optional[int] = None,
        client_certificate: Optional[ClientCertificate] = None,
        pins: Iterable[str] = (),
        user_agent: Optional[str] = None,
        creditpay_signed_path_prefix: Optional[str] = None,
        daxpay_utc_offset: Optional[timedelta] = None,
        daxpay_response_signature: Optional[DaxPayResponseSignature] = None,
        openplatform_token_lifetime: Optional[Duration] = None,
        seller_expires_in_unit: Optional[SellerExpiresInUnit] = None,
        seller_token_path: Optional[str] = None,
        creditpay_previous_keys: Iterable[str] = (),
        daxpay_previous_keys: Iterable[str] = (),
        redemption_previous_keys: Iterable[str] = (),
        window: Optional[Duration] = None,
        replay_capacity: Optional[int] = None,
        replay_claim: Optional[Duration] = None,
        replay_store: Optional[AddStore] = None,
        token_store: Optional[Store] = None,
        store_keys: Iterable[Tuple[str, bytes]] = (),
        store_timeout: Optional[Duration] = None,
        clock_callback: Optional[ClockCallback] = None,
        log_callback: Optional[Callable[[LogLevel, str], None]] = None,
        log_level: Optional[LogLevel] = None,
    ) -> None:
        given = dict(locals())
        for name in _LISTS:
            if isinstance(given[name], str):
                raise _marshal.wrong_type(name, "a list of str", given[name])
            given[name] = tuple(given[name])
        for field in dataclasses.fields(self):
            object.__setattr__(self, field.name, given[field.name])
        object.__setattr__(self, "store_keys", tuple(store_keys))
        for name in ("replay_store", "token_store"):
            if given[name] is not None and not callable(getattr(given[name], "add", None)):
                raise _marshal.wrong_type(name, "a Store", given[name])
        for name in ("clock_callback", "log_callback"):
            if given[name] is not None and not callable(given[name]):
                raise _marshal.wrong_type(name, "callable", given[name])
        # Says now what is wrong with a type or a text, not when a handle is made.
        self._settings()
        _marshal.required(base_url, "base_url", InvalidConfigError)

    @classmethod
    def from_env(cls, account: str, **settings: Any) -> Config:
        """The settings of an account from the environment, such as LIBAUTH_SELLER_BASE_URL and
        LIBAUTH_SELLER_TIMEOUT_MS: docs/environment.md names all. Any of them may be in a file that a variable with
        `_FILE` behind its name tells.

        Args:
            account: The platform's name in capitals, such as "SELLER", or with `_` and a name of yours behind it.
            settings: Settings that are given here instead, callbacks for example.

        Raises:
            InvalidConfigError: Naming the variable; never telling its value.

        Example:
            >>> libauth.Config.from_env("SELLER", max_tries=1).max_tries
            1
        """
        environment = Environment(account)
        found = _from_environment(environment)
        found.update(settings)
        if "base_url" not in found:
            found["base_url"] = environment.required("BASE_URL")
        return cls(**found)

    def _settings(self) -> List[Tuple[Callable[..., None], Tuple[Any, ...]]]:
        """The setters to call, with their values."""
        settings: List[Tuple[Callable[..., None], Tuple[Any, ...]]] = []

        def duration(setter: Any, name: str) -> None:
            value = getattr(self, name)
            if value is not None:
                settings.append((setter, (_marshal.milliseconds(value, name, InvalidConfigError),)))

        def integer(setter: Any, name: str, bits: int) -> None:
            value = getattr(self, name)
            if value is not None:
                settings.append((setter, (_marshal.integer(value, name, bits),)))

        def text(setter: Any, name: str) -> None:
            value = getattr(self, name)
            if value is not None:
                settings.append((setter, (_marshal.text(value, name, InvalidConfigError),)))

        def flag(setter: Any, name: str) -> None:
            settings.append((setter, (_marshal.flag(getattr(self, name), name),)))

        duration(lib.libauth_config_set_timeout_ms, "timeout")
        duration(lib.libauth_config_set_connect_timeout_ms, "connect_timeout")
        duration(lib.libauth_config_set_idle_timeout_ms, "idle_timeout")
        duration(lib.libauth_config_set_openplatform_token_lifetime_ms, "openplatform_token_lifetime")
        duration(lib.libauth_config_set_window_ms, "window")
        duration(lib.libauth_config_set_replay_claim_ms, "replay_claim")
        duration(lib.libauth_config_set_store_timeout_ms, "store_timeout")
        integer(lib.libauth_config_set_max_tries, "max_tries", 32)
        integer(lib.libauth_config_set_max_response_bytes, "max_response_bytes", 64)
        integer(lib.libauth_config_set_replay_capacity, "replay_capacity", 64)
        integer(lib.libauth_config_set_daxpay_response_signature, "daxpay_response_signature", 32)
        integer(lib.libauth_config_set_seller_expires_in_unit, "seller_expires_in_unit", 32)
        text(lib.libauth_config_set_proxy, "proxy")
        text(lib.libauth_config_set_user_agent, "user_agent")
        text(lib.libauth_config_set_seller_token_path, "seller_token_path")
        text(lib.libauth_config_set_creditpay_signed_path_prefix, "creditpay_signed_path_prefix")
        flag(lib.libauth_config_set_allow_http, "allow_http")
        flag(lib.libauth_config_set_proxy_from_environment, "proxy_from_environment")
        flag(lib.libauth_config_set_bundled_roots, "bundled_roots")
        flag(lib.libauth_config_set_system_roots, "system_roots")
        if self.log_level is not None:
            _marshal.integer(self.log_level, "log_level")
        if self.ca_file is not None:
            settings.append((lib.libauth_config_set_ca_file, (_path(self.ca_file, "ca_file"),)))
        if self.ca_pem is not None:
            pem = _marshal.body(self.ca_pem, "ca_pem")
            settings.append((lib.libauth_config_set_ca_pem, (pem, len(pem))))
        if self.client_certificate is not None:
            settings.append(_client_certificate(self.client_certificate))
        for name, adder in _LISTS.items():
            for entry in getattr(self, name):
                if entry is None:
                    raise _marshal.wrong_type(f"an entry of {name}", "str", entry)
                settings.append((adder, (_marshal.text(entry, f"an entry of {name}", InvalidConfigError),)))
        for entry in self.store_keys:
            if not isinstance(entry, tuple) or len(entry) != 2 or not isinstance(entry[1], (bytes, bytearray)):
                raise TypeError("store_keys must be pairs of a key id and bytes")
            key_id = _marshal.text(entry[0], "a key id of store_keys", InvalidConfigError)
            settings.append((lib.libauth_config_add_store_key, (key_id, bytes(entry[1]), len(entry[1]))))
        integer(lib.libauth_config_set_max_idle_connections, "max_idle_connections", 32)
        if self.daxpay_utc_offset is not None:
            if not isinstance(self.daxpay_utc_offset, timedelta):
                raise _marshal.wrong_type("daxpay_utc_offset", "a timedelta", self.daxpay_utc_offset)
            minutes, rest = divmod(self.daxpay_utc_offset, timedelta(minutes=1))
            if rest:
                raise InvalidConfigError("daxpay_utc_offset must be whole minutes")
            settings.append(
                (lib.libauth_config_set_daxpay_utc_offset_minutes, (_marshal.integer(minutes, "daxpay_utc_offset"),))
            )
        return settings

    def _build(self, platform: str) -> Tuple[NativeObject, Callbacks]:
        """A libauth_config with these settings, and the callbacks that its handles must keep."""
        pointer = lib.libauth_config_new(_marshal.required(self.base_url, "base_url", InvalidConfigError))
        owned = NativeObject(pointer, lib.libauth_config_free)
        for setter, values in self._settings():
            setter(pointer, *values)
        log, level = self.log_callback, self.log_level
        if level is None:
            level = LogLevel.TRACE if log is None else LogLevel.INFO
        callbacks = Callbacks(self.replay_store, self.token_store, self.clock_callback, log, LogLevel, platform)
        callbacks.install(pointer, _marshal.integer(level, "log_level"))
        return owned, callbacks


def _from_environment(environment: Environment) -> Dict[str, Any]:
    """The settings that the environment has."""
    platform = environment.platform.lower()
    unit, policy = SellerExpiresInUnit, DaxPayResponseSignature
    found: Dict[str, Any] = {
        "base_url": environment.text("BASE_URL"),
        "timeout": environment.milliseconds("TIMEOUT_MS"),
        "connect_timeout": environment.milliseconds("CONNECT_TIMEOUT_MS"),
        "idle_timeout": environment.milliseconds("IDLE_TIMEOUT_MS"),
        "max_idle_connections": environment.number("MAX_IDLE_CONNECTIONS"),
        "max_tries": environment.number("MAX_TRIES"),
        "max_response_bytes": environment.number("MAX_RESPONSE_BYTES"),
        "allow_http": environment.switch("ALLOW_HTTP"),
        "proxy": environment.text("PROXY"),
        "proxy_from_environment": environment.switch("PROXY_FROM_ENVIRONMENT"),
        "bundled_roots": environment.switch("BUNDLED_ROOTS"),
        "system_roots": environment.switch("SYSTEM_ROOTS"),
        "ca_pem": environment.text("CA_PEM"),
        "user_agent": environment.text("USER_AGENT"),
        "window": environment.milliseconds("WINDOW_MS"),
        "replay_claim": environment.milliseconds("REPLAY_CLAIM_MS"),
        "replay_capacity": environment.number("REPLAY_CAPACITY"),
    }
    pins = environment.text("PINS")
    if pins is not None:
        found["pins"] = [pin.strip() for pin in pins.split(",")]
    if environment.text("CLIENT_CERTIFICATE_PEM") or environment.text("CLIENT_KEY_PEM"):
        found["client_certificate"] = (
            environment.required("CLIENT_CERTIFICATE_PEM").encode(),
            environment.required("CLIENT_KEY_PEM").encode(),
        )
    if platform == "creditpay":
        found["creditpay_signed_path_prefix"] = environment.text("SIGNED_PATH_PREFIX")
    elif platform == "daxpay":
        minutes = environment.number("UTC_OFFSET_MINUTES")
        found["daxpay_utc_offset"] = None if minutes is None else _marshal.span(minutes * 60_000)
        policies = {"required": policy.REQUIRED, "if_present": policy.IF_PRESENT}
        found["daxpay_response_signature"] = environment.choice("RESPONSE_SIGNATURE", policies)
    elif platform == "openplatform":
        found["openplatform_token_lifetime"] = environment.milliseconds("TOKEN_LIFETIME_MS")
    elif platform == "seller":
        units = {"auto": unit.AUTO, "milliseconds": unit.MILLISECONDS, "seconds": unit.SECONDS}
        found["seller_expires_in_unit"] = environment.choice("EXPIRES_IN_UNIT", units)
        found["seller_token_path"] = environment.text("TOKEN_PATH")
    if platform in ("creditpay", "daxpay", "redemption"):
        found[platform + "_previous_keys"] = environment.previous_keys()
    return {name: value for name, value in found.items() if value is not None}


def _path(value: Union[str, os.PathLike[str]], name: str) -> Optional[bytes]:
    try:
        path = os.fsdecode(value)
    except TypeError:
        raise _marshal.wrong_type(name, "str or os.PathLike", value) from None
    return _marshal.text(path, name, InvalidConfigError)


def _client_certificate(pair: ClientCertificate) -> Tuple[Callable[..., None], Tuple[Any, ...]]:
    """The setter for a chain and its key, with its values. What holds a PEM line is PEM, any other text is a path."""
    if not isinstance(pair, tuple) or len(pair) != 2:
        raise _marshal.wrong_type("client_certificate", "a pair of chain and key", pair)

    def is_pem(value: object) -> bool:
        return isinstance(value, (bytes, bytearray)) or isinstance(value, str) and "-----BEGIN" in value

    if is_pem(pair[0]) != is_pem(pair[1]):
        raise InvalidConfigError("client_certificate must be two PEM texts, or two paths")
    if is_pem(pair[0]):
        chain = _marshal.body(pair[0], "the chain of client_certificate")  # type: ignore[arg-type]
        key = _marshal.body(pair[1], "the key of client_certificate")  # type: ignore[arg-type]
        return lib.libauth_config_set_client_certificate_pem, (chain, len(chain), key, len(key))
    chain_path = _path(pair[0], "the chain of client_certificate")  # type: ignore[arg-type]
    key_path = _path(pair[1], "the key of client_certificate")  # type: ignore[arg-type]
    return lib.libauth_config_set_client_certificate_files, (chain_path, key_path)
