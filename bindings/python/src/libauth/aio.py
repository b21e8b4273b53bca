"""The five platforms for asyncio: what waits for a platform is `async def`.

    async with libauth.aio.Seller(config, access_key=access_key, secret_key=secret_key) as seller:
        answer = await seller.call("GET", "/orders", query={"page": "1"})

A call runs on a thread of a small pool that the handle has for itself, never of the loop's default executor, and over
the library's own connections. Cancelling a task ends its call within 200 ms; the `asyncio.CancelledError` that passes
through the coroutine then has a `libauth.Error` as its `__cause__`, whose `delivery` says how far the request got. A call that waits for a free
thread is within its deadline, too. Any loop of asyncio will do, uvloop's too; a handle may be used from several loops, by
threads of their own.

With trio or anyio use the platforms of `libauth` in threads: `await anyio.to_thread.run_sync(seller.token)`.

What does not wait is where it always was: `seller.sync` is the `libauth.Seller` of the same account, for `build_…`,
`read_…`, `explain…` and `invalidate`.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import Future
from datetime import datetime
from types import TracebackType
from typing import Any, Awaitable, Callable, Generic, Iterable, Optional, Type, TypeVar, Union

import libauth

from . import _marshal
from ._callbacks import SignCallback
from ._marshal import Duration, Pairs
from ._options import Stop
from ._platform import Platform
from ._pool import Pool
from .answers import Answer
from .config import Config
from .creditpay import CreditPayCard, CreditPayCode, CreditPayEvent
from .daxpay import DaxPayAuthUrl, DaxPayEvent, DaxPayIdentity, DaxPaySign
from .errors import CancelledError, Delivery
from .inbound import Inbound
from .redemption import RedemptionAlipayUrl, RedemptionEvent
from .tokens import Token

__all__ = ["CreditPay", "DaxPay", "OpenPlatform", "Redemption", "Seller"]

#: How many calls of a handle are under way at once, at most; more wait for a thread. As many as it keeps connections.
THREADS = 64

_DEFAULT_TIMEOUT = 10.0

Sync = TypeVar("Sync", bound=Platform)
Result = TypeVar("Result")
Account = TypeVar("Account", bound="_Account[Any]")
AnyDaxPay = TypeVar("AnyDaxPay", bound="DaxPay")
AnyRedemption = TypeVar("AnyRedemption", bound="Redemption")


class _Account(Generic[Sync]):
    """A handle, and the threads on which its calls wait."""

    _sync: Sync
    _timeout: float
    _pool: Pool

    def _open(self, sync: Sync, config: Config, threads: int) -> None:
        if isinstance(threads, bool) or not isinstance(threads, int):
            raise _marshal.wrong_type("threads", "int", threads)
        if threads < 1:
            raise libauth.InvalidArgumentError(f"threads is {threads}: it must be at least 1")
        self._sync = sync
        self._timeout = _seconds(config.timeout, _DEFAULT_TIMEOUT)
        self._pool = Pool(threads)

    @classmethod
    def from_env(
        cls: Type[Account], account: Optional[str] = None, *, threads: int = THREADS, **settings: Any
    ) -> Account:
        """Makes a handle for an account that the environment describes, as `libauth.Seller.from_env` and so on."""
        kind: Type[Platform] = getattr(libauth, next(kind.__name__ for kind in cls.__mro__ if kind.__name__ in __all__))
        config = Config.from_env(kind._platform_name() if account is None else account, **settings)
        return _opened(cls, kind.from_env(account, **settings), config, threads)

    @property
    def sync(self) -> Sync:
        """The same account for what needs no waiting, and for threads: one handle, one token, one set of connections."""
        return self._sync

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._sync.closed

    async def close(self) -> None:
        """Ends the handle. Calls under way end as they would. Closing twice is fine."""
        self._sync.close()
        self._pool.close()

    async def __aenter__(self: Account) -> Account:
        self._sync.__enter__()
        return self

    async def __aexit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<libauth.aio.{type(self).__name__}{' closed' if self.closed else ''}>"

    async def call(
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
        """Calls any other endpoint of the platform, as the `call` of its class in `libauth`."""
        return await self._wait(
            lambda left: self._sync.call(
                method, path, query=query, headers=headers, body=body, json=json, content_type=content_type,
                idempotent=idempotent, timeout=left, trace_id=trace_id,
            ),
            timeout,
        )  # fmt: skip

    def _wait(self, work: Callable[[Optional[Duration]], Result], timeout: Optional[Duration]) -> Awaitable[Result]:
        """Has a call made on a thread of the pool, with what is left of its deadline when it gets one."""
        self._sync._using()  # says now that it is closed
        end = time.monotonic() + _seconds(timeout, self._timeout)
        asked = time.monotonic()
        stop = Stop()

        def run() -> Result:
            left = timeout
            if time.monotonic() - asked > 0.01:
                left = end - time.monotonic()
                if left <= 0:
                    raise libauth.TimeoutError(
                        f"the call waited for one of {self._pool.limit} threads until its timeout passed: give more threads"
                    )
            with stop:
                return work(left)

        return _stoppable(self._pool.submit(run), stop)


async def _stoppable(call: "Future[Result]", stop: Stop) -> Result:
    """The result of a call, which ends when the task that waits for it is cancelled."""
    ended = asyncio.wrap_future(call)
    try:
        return await asyncio.shield(ended)
    except asyncio.CancelledError as cancelled:
        stop.set()
        if call.cancel():
            raise cancelled from CancelledError("the call was cancelled before a thread was free for it")
        # Its end is near, and tells how far the request got.
        while not ended.done():
            try:
                await asyncio.wait([ended])
            except asyncio.CancelledError:
                pass  # again: it changes nothing
        if ended.cancelled():
            raise
        raised = ended.exception()
        if raised is None:
            raised = CancelledError("the call was cancelled when it was already done", delivery=Delivery.ANSWERED)
        raise cancelled from raised


def _seconds(timeout: Optional[Duration], default: float) -> float:
    return default if timeout is None else _marshal.milliseconds(timeout, "timeout") / 1000


class CreditPay(_Account["libauth.CreditPay"]):
    """A Credit Pay account: see `libauth.CreditPay`.

    Args:
        config: The settings.
        plat_id: The account.
        api_key: Its API key.
        signature_key: The key that requests are signed with.
        threads: How many calls are under way at once, at most.
    """

    def __init__(
        self, config: Config, *, plat_id: str, api_key: str, signature_key: str, threads: int = THREADS
    ) -> None:
        sync = libauth.CreditPay(config, plat_id=plat_id, api_key=api_key, signature_key=signature_key)
        self._open(sync, config, threads)

    async def issue_code(
        self,
        *,
        customer_no: str,
        customer_token: str,
        token_expire: datetime,
        callback_url: str,
        client_ip: str,
        session_sign: Optional[str] = None,
        credit_limit_tag: Optional[str] = None,
        lang: Optional[str] = None,
        cards: Iterable[CreditPayCard] = (),
        timeout: Optional[Duration] = None,
        trace_id: Optional[str] = None,
    ) -> CreditPayCode:
        """Has a one-time code issued, as `libauth.CreditPay.issue_code`."""
        return await self._wait(
            lambda left: self._sync.issue_code(
                customer_no=customer_no, customer_token=customer_token, token_expire=token_expire,
                callback_url=callback_url, client_ip=client_ip, session_sign=session_sign,
                credit_limit_tag=credit_limit_tag, lang=lang, cards=cards, timeout=left, trace_id=trace_id,
            ),
            timeout,
        )  # fmt: skip

    async def open_token(
        self, ident_code: str, *, timeout: Optional[Duration] = None, trace_id: Optional[str] = None
    ) -> Token:
        """Turns an `ident_code` into the user's `open_token`, as `libauth.CreditPay.open_token`."""
        return await self._wait(
            lambda left: self._sync.open_token(ident_code, timeout=left, trace_id=trace_id), timeout
        )

    async def verify(self, inbound: Inbound) -> CreditPayEvent:
        """Checks a received message, as `libauth.CreditPay.verify`; a guard or store of your own may wait."""
        return await self._wait(lambda _left: self._sync.verify(inbound), None)


class DaxPay(_Account["libauth.DaxPay"]):
    """A DaxPay application: see `libauth.DaxPay`.

    Args:
        config: The settings.
        app_id: The application, at most 32 characters; by default the gateway's.
        sign_key: The key that requests and answers are signed with.
        mch_no: The merchant, at most 32 characters; newer gateways require it.
        algorithm: The sign algorithm.
        threads: How many calls are under way at once, at most.
    """

    def __init__(
        self,
        config: Config,
        *,
        app_id: Optional[str] = None,
        sign_key: str,
        mch_no: Optional[str] = None,
        algorithm: DaxPaySign = DaxPaySign.HMAC_SHA256,
        threads: int = THREADS,
    ) -> None:
        sync = libauth.DaxPay(config, app_id=app_id, sign_key=sign_key, mch_no=mch_no, algorithm=algorithm)
        self._open(sync, config, threads)

    @classmethod
    def open(
        cls: Type[AnyDaxPay],
        config: Config,
        *,
        mch_no: str,
        app_id: Optional[str] = None,
        private_key: str,
        platform_public_key: str,
        threads: int = THREADS,
    ) -> AnyDaxPay:
        """Makes a handle for the gateway's edition open, as `libauth.DaxPay.open`."""
        sync = libauth.DaxPay.open(
            config, mch_no=mch_no, app_id=app_id, private_key=private_key, platform_public_key=platform_public_key
        )
        return _opened(cls, sync, config, threads)

    @classmethod
    def open_signed_by(
        cls: Type[AnyDaxPay],
        config: Config,
        *,
        mch_no: str,
        app_id: Optional[str] = None,
        sign_callback: SignCallback,
        public_key: str,
        platform_public_key: str,
        threads: int = THREADS,
    ) -> AnyDaxPay:
        """The same with a private key that stays where it is, as `libauth.DaxPay.open_signed_by`."""
        sync = libauth.DaxPay.open_signed_by(
            config, mch_no=mch_no, app_id=app_id, sign_callback=sign_callback, public_key=public_key,
            platform_public_key=platform_public_key,
        )  # fmt: skip
        return _opened(cls, sync, config, threads)

    async def ping(self, *, timeout: Optional[Duration] = None, trace_id: Optional[str] = None) -> Answer:
        """Asks whether merchant, keys and signature are right, as `libauth.DaxPay.ping`."""
        return await self._wait(lambda left: self._sync.ping(timeout=left, trace_id=trace_id), timeout)

    async def auth(
        self,
        *,
        auth_code: str,
        channel: Optional[str] = None,
        query_code: Optional[str] = None,
        client_ip: Optional[str] = None,
        auth_type: Optional[str] = None,
        access_token: Optional[str] = None,
        union_identifier: Optional[str] = None,
        auth_token: Optional[str] = None,
        timeout: Optional[Duration] = None,
        trace_id: Optional[str] = None,
    ) -> DaxPayIdentity:
        """Exchanges an authorization code for the user's identity, as `libauth.DaxPay.auth`."""
        return await self._wait(
            lambda left: self._sync.auth(
                auth_code=auth_code, channel=channel, query_code=query_code, client_ip=client_ip, auth_type=auth_type,
                access_token=access_token, union_identifier=union_identifier, auth_token=auth_token, timeout=left,
                trace_id=trace_id,
            ),
            timeout,
        )  # fmt: skip

    async def auth_and_set(
        self,
        *,
        auth_code: str,
        channel: Optional[str] = None,
        query_code: Optional[str] = None,
        client_ip: Optional[str] = None,
        auth_type: Optional[str] = None,
        access_token: Optional[str] = None,
        union_identifier: Optional[str] = None,
        auth_token: Optional[str] = None,
        timeout: Optional[Duration] = None,
        trace_id: Optional[str] = None,
    ) -> Answer:
        """Exchanges a code and leaves the identity at the gateway, as `libauth.DaxPay.auth_and_set`."""
        return await self._wait(
            lambda left: self._sync.auth_and_set(
                auth_code=auth_code, channel=channel, query_code=query_code, client_ip=client_ip, auth_type=auth_type,
                access_token=access_token, union_identifier=union_identifier, auth_token=auth_token, timeout=left,
                trace_id=trace_id,
            ),
            timeout,
        )  # fmt: skip

    async def generate_auth_url(
        self,
        *,
        channel: str,
        auth_redirect_url: Optional[str] = None,
        client_ip: Optional[str] = None,
        auth_path: Optional[str] = None,
        auth_type: Optional[str] = None,
        product: Optional[str] = None,
        op_app_id: Optional[str] = None,
        return_path: Optional[str] = None,
        capability: Optional[str] = None,
        timeout: Optional[Duration] = None,
        trace_id: Optional[str] = None,
    ) -> DaxPayAuthUrl:
        """Has an address generated at which the user authorizes, as `libauth.DaxPay.generate_auth_url`."""
        return await self._wait(
            lambda left: self._sync.generate_auth_url(
                channel=channel, auth_redirect_url=auth_redirect_url, client_ip=client_ip, auth_path=auth_path,
                auth_type=auth_type, product=product, op_app_id=op_app_id, return_path=return_path,
                capability=capability, timeout=left, trace_id=trace_id,
            ),
            timeout,
        )  # fmt: skip

    async def verify(self, inbound: Inbound) -> DaxPayEvent:
        """Checks a received notification, as `libauth.DaxPay.verify`."""
        return await self._wait(lambda _left: self._sync.verify(inbound), None)


class OpenPlatform(_Account["libauth.OpenPlatform"]):
    """An application of the open platform, with its token: see `libauth.OpenPlatform`.

    Args:
        config: The settings.
        client_id: The application.
        secret: Its secret.
        threads: How many calls are under way at once, at most.
    """

    def __init__(self, config: Config, *, client_id: str, secret: str, threads: int = THREADS) -> None:
        self._open(libauth.OpenPlatform(config, client_id=client_id, secret=secret), config, threads)

    async def token(self, *, timeout: Optional[Duration] = None, trace_id: Optional[str] = None) -> Token:
        """Gives a token that is valid now, as `libauth.OpenPlatform.token`."""
        return await self._wait(lambda left: self._sync.token(timeout=left, trace_id=trace_id), timeout)


class Redemption(_Account["libauth.Redemption"]):
    """A merchant of the redemption system: made with `Redemption.rsa` or `Redemption.md5`."""

    def __init__(self, *arguments: object, **named: object) -> None:
        raise TypeError("use libauth.aio.Redemption.rsa(...) or libauth.aio.Redemption.md5(...)")

    @classmethod
    def rsa(
        cls: Type[AnyRedemption],
        config: Config,
        *,
        business_id: str,
        merchant_id: str,
        private_key: str,
        platform_public_key: Optional[str] = None,
        threads: int = THREADS,
    ) -> AnyRedemption:
        """Makes a handle that signs with SHA256-RSA, as `libauth.Redemption.rsa`."""
        sync = libauth.Redemption.rsa(
            config, business_id=business_id, merchant_id=merchant_id, private_key=private_key,
            platform_public_key=platform_public_key,
        )  # fmt: skip
        return _opened(cls, sync, config, threads)

    @classmethod
    def rsa_signed_by(
        cls: Type[AnyRedemption],
        config: Config,
        *,
        business_id: str,
        merchant_id: str,
        sign_callback: SignCallback,
        public_key: str,
        platform_public_key: Optional[str] = None,
        threads: int = THREADS,
    ) -> AnyRedemption:
        """The same with a private key that stays where it is, as `libauth.Redemption.rsa_signed_by`."""
        sync = libauth.Redemption.rsa_signed_by(
            config, business_id=business_id, merchant_id=merchant_id, sign_callback=sign_callback,
            public_key=public_key, platform_public_key=platform_public_key,
        )  # fmt: skip
        return _opened(cls, sync, config, threads)

    @classmethod
    def md5(
        cls: Type[AnyRedemption],
        config: Config,
        *,
        business_id: str,
        merchant_id: str,
        secret: str,
        threads: int = THREADS,
    ) -> AnyRedemption:
        """Makes a handle that signs with MD5 and a shared secret, as `libauth.Redemption.md5`."""
        sync = libauth.Redemption.md5(config, business_id=business_id, merchant_id=merchant_id, secret=secret)
        return _opened(cls, sync, config, threads)

    async def get_alipay_url(
        self,
        *,
        serial_no: str,
        user_id: str,
        callback_url: Optional[str] = None,
        timeout: Optional[Duration] = None,
        trace_id: Optional[str] = None,
    ) -> RedemptionAlipayUrl:
        """Asks for an Alipay authorization URL, as `libauth.Redemption.get_alipay_url`."""
        return await self._wait(
            lambda left: self._sync.get_alipay_url(
                serial_no=serial_no, user_id=user_id, callback_url=callback_url, timeout=left, trace_id=trace_id
            ),
            timeout,
        )

    async def verify(self, inbound: Inbound) -> RedemptionEvent:
        """Checks a received callback, as `libauth.Redemption.verify`."""
        return await self._wait(lambda _left: self._sync.verify(inbound), None)


class Seller(_Account["libauth.Seller"]):
    """A seller, with its token: see `libauth.Seller`.

    Args:
        config: The settings.
        access_key: The access key.
        secret_key: The secret key.
        threads: How many calls are under way at once, at most.

    Example:
        >>> async def orders():
        ...     async with libauth.aio.Seller.from_env() as shop:
        ...         return (await shop.call("GET", "/orders")).http_status
        >>> asyncio.run(orders())
        200
    """

    def __init__(self, config: Config, *, access_key: str, secret_key: str, threads: int = THREADS) -> None:
        self._open(libauth.Seller(config, access_key=access_key, secret_key=secret_key), config, threads)

    async def token(self, *, timeout: Optional[Duration] = None, trace_id: Optional[str] = None) -> Token:
        """Gives a token that is valid now, as `libauth.Seller.token`."""
        return await self._wait(lambda left: self._sync.token(timeout=left, trace_id=trace_id), timeout)


def _opened(kind: Type[Account], sync: Any, config: Config, threads: int) -> Account:
    account = kind.__new__(kind)
    account._open(sync, config, threads)
    return account
