"""The voucher redemption system: an Alipay authorization URL; callbacks."""

from __future__ import annotations

import dataclasses
from typing import Any, Callable, Dict, Optional, Tuple, Type, TypeVar

from . import _callbacks, _marshal, _native
from ._callbacks import SignCallback
from ._event import Event
from ._marshal import Duration
from ._environment import Environment
from ._native import NativeObject, lib
from ._platform import Platform, set_texts
from .answers import Answer, JsonType, field_of, integer_of, type_of
from .config import Config
from .errors import InvalidConfigError
from .explain import Explanation
from .http import HttpRequest, HttpResponse
from .inbound import Inbound

Handle = TypeVar("Handle", bound="Redemption")


@dataclasses.dataclass(frozen=True)
class RedemptionAlipayUrl:
    """An Alipay authorization URL.

    Attributes:
        url: Where to send the user.
        answer: The platform's answer, with its raw body.
    """

    url: str
    answer: Answer = dataclasses.field(compare=False)

    @classmethod
    def _from(cls, owned: NativeObject) -> RedemptionAlipayUrl:
        pointer = owned.pointer
        return cls(
            url=_native.required_text(lib.libauth_redemption_alipay_url_url(pointer)),
            answer=Answer(owned, lib.libauth_redemption_alipay_url_answer(pointer)),
        )


@dataclasses.dataclass(frozen=True)
class RedemptionEvent(Event):
    """A genuine callback: the outcome of an authorization.

    Attributes:
        serial_no: The serial number of the request that this is the outcome of.
        open_id: The user's openId at Alipay, if there is one.
        user_id: Your own id of the customer, if there is one.
        body: The body as received.
    """

    serial_no: str
    open_id: Optional[str]
    user_id: Optional[str]
    body: bytes = dataclasses.field(repr=False)
    _owned: NativeObject = dataclasses.field(repr=False, compare=False)

    _done_function = lib.libauth_redemption_event_done

    @classmethod
    def _from(cls, owned: NativeObject) -> RedemptionEvent:
        pointer = owned.pointer
        return cls(
            serial_no=_native.required_text(lib.libauth_redemption_event_serial_no(pointer)),
            open_id=_native.text(lib.libauth_redemption_event_open_id(pointer)),
            user_id=_native.text(lib.libauth_redemption_event_user_id(pointer)),
            body=_native.data(lib.libauth_redemption_event_body, pointer),
            _owned=owned,
        )

    @property
    def key(self) -> int:
        """Which key it was signed with: 0 is the handle's own, 1 and so on those of `Config.redemption_previous_keys`."""
        return int(lib.libauth_redemption_event_key(self._owned.pointer))

    def field(self, path: str, default: Optional[str] = None) -> Optional[str]:
        """A field of the JSON body by its path, such as "data.amount".

        A string as it is, anything else as JSON text; `default` when it is absent or null.
        """
        return field_of(lib.libauth_redemption_event_field, self._owned.pointer, path, default)

    def field_type(self, path: str) -> JsonType:
        """The type of a field of the JSON body: tells null and absent apart."""
        return type_of(lib.libauth_redemption_event_field_type, self._owned.pointer, path)

    def field_int(self, path: str, default: Optional[int] = None) -> Optional[int]:
        """A whole number of the JSON body, written as a number or as a string of digits; `default` for anything else."""
        return integer_of(lib.libauth_redemption_event_field_int64, self._owned.pointer, path, default)


class Redemption(Platform):
    """A merchant of the redemption system: made with `Redemption.rsa` or `Redemption.md5`."""

    #: The body with which a callback must be answered; with any other it is sent again.
    REPLY = "SUCCESS"

    _call_function = lib.libauth_redemption_call
    _build_call_function = lib.libauth_redemption_build_call
    _read_call_function = lib.libauth_redemption_read_call
    _share_function = lib.libauth_redemption_share
    _stats_function = lib.libauth_redemption_stats_json

    def __init__(self, *arguments: object, **named: object) -> None:
        raise TypeError("use libauth.Redemption.rsa(...) or libauth.Redemption.md5(...)")

    @classmethod
    def _credentials(cls, environment: Environment) -> Tuple[str, Dict[str, Any]]:
        names = {"business_id": "BUSINESS_ID", "merchant_id": "MERCHANT_ID"}
        if environment.text("SECRET") is None:
            optional = {"platform_public_key": "PLATFORM_PUBLIC_KEY"}
            return "rsa", {**environment.texts({**names, "private_key": "PRIVATE_KEY"}, optional)}
        if environment.text("PRIVATE_KEY") is not None:
            raise InvalidConfigError("PRIVATE_KEY and SECRET of a redemption account are both set: unset one of them")
        return "md5", {**environment.texts({**names, "secret": "SECRET"}, {})}

    @classmethod
    def rsa(
        cls: Type[Handle],
        config: Config,
        *,
        business_id: str,
        merchant_id: str,
        private_key: str,
        platform_public_key: Optional[str] = None,
    ) -> Handle:
        """Makes a handle that signs with SHA256-RSA, the platform's default. It makes no connection.

        Keys are texts: PKCS#8, PKCS#1 or (public) SPKI, as PEM or as the bare base64 that Java tools print, with any
        line breaks, of 2048 to 8192 bits.

        Args:
            config: The settings.
            business_id: The business.
            merchant_id: The merchant.
            private_key: Your private key.
            platform_public_key: Checks callbacks; not needed if there are none.

        Raises:
            InvalidKeyError: What is wrong with a key.
            InvalidArgumentError, InvalidConfigError: Naming the parameter or the setting.

        Example:
            >>> with libauth.Redemption.rsa(
            ...     config, business_id="b", merchant_id="m", private_key=private_key, platform_public_key=public_key
            ... ) as merchant:
            ...     print(merchant)
            <libauth.Redemption>
        """
        return cls._make(
            config,
            lib.libauth_redemption_new_rsa,
            _marshal.required(business_id, "business_id"),
            _marshal.required(merchant_id, "merchant_id"),
            _marshal.required(private_key, "private_key"),
            _marshal.text(platform_public_key, "platform_public_key"),
        )

    @classmethod
    def rsa_signed_by(
        cls: Type[Handle],
        config: Config,
        *,
        business_id: str,
        merchant_id: str,
        sign_callback: SignCallback,
        public_key: str,
        platform_public_key: Optional[str] = None,
    ) -> Handle:
        """As `rsa`, with a private key that stays where it is: in an HSM, a KMS, an agent.

        Args:
            config: The settings.
            business_id: The business.
            merchant_id: The merchant.
            sign_callback: `sign_callback(message: bytes) -> bytes`, RSASSA-PKCS1-v1_5 over SHA-256 of the message. Called
                by several threads at once. What it raises is the `__cause__` of the call's `InvalidKeyError`.
            public_key: Your own public key: a first signature is checked against it.
            platform_public_key: Checks callbacks; not needed if there are none.
        """
        return cls._make(
            config,
            lib.libauth_redemption_new_rsa_callback,
            _marshal.required(business_id, "business_id"),
            _marshal.required(merchant_id, "merchant_id"),
            _callbacks.sign_callback(sign_callback),
            None,
            _marshal.required(public_key, "public_key"),
            _marshal.text(platform_public_key, "platform_public_key"),
        )

    @classmethod
    def md5(cls: Type[Handle], config: Config, *, business_id: str, merchant_id: str, secret: str) -> Handle:
        """Makes a handle that signs, and checks callbacks, with MD5 and a shared secret. It makes no connection.

        Args:
            config: The settings.
            business_id: The business.
            merchant_id: The merchant.
            secret: The shared secret.

        Raises:
            InvalidArgumentError, InvalidConfigError: Naming the parameter or the setting.

        Example:
            >>> with libauth.Redemption.md5(config, business_id="b", merchant_id="m", secret="secret") as merchant:
            ...     print(merchant)
            <libauth.Redemption>
        """
        return cls._make(
            config,
            lib.libauth_redemption_new_md5,
            _marshal.required(business_id, "business_id"),
            _marshal.required(merchant_id, "merchant_id"),
            _marshal.required(secret, "secret"),
        )

    @classmethod
    def _make(cls: Type[Handle], config: Config, new: Callable[..., int], *arguments: Any) -> Handle:
        handle = cls.__new__(cls)
        handle._open(config, new, lib.libauth_redemption_free, *arguments)
        return handle

    def get_alipay_url(
        self,
        *,
        serial_no: str,
        user_id: str,
        callback_url: Optional[str] = None,
        timeout: Optional[Duration] = None,
        trace_id: Optional[str] = None,
    ) -> RedemptionAlipayUrl:
        """Asks for an Alipay authorization URL.

        Once the request may have arrived and the answer is lost, and for the platform's statuses 5, 6, 8, 98 and 99,
        that is an `OutcomeUnknownError`, and nothing is repeated.

        Args:
            serial_no: Your serial number, globally unique. When you ask again after an unknown outcome, keep it.
            user_id: Your own id of the customer.
            callback_url: Where the platform sends the user's Alipay openId.
            timeout: The whole call's deadline, from 1 ms to a day; by default the configuration's.
            trace_id: The id under which the call is found again in errors and log lines; by default none.

        Example:
            >>> redemption.get_alipay_url(serial_no="serial-1", user_id="user-1").url.startswith("https://")
            True
        """
        request = _request(serial_no, user_id, callback_url)
        return RedemptionAlipayUrl._from(
            self._ask(
                lib.libauth_redemption_get_alipay_url,
                lib.libauth_redemption_alipay_url_free,
                request.pointer,
                timeout=timeout,
                trace_id=trace_id,
            )
        )

    def build_get_alipay_url(
        self, *, serial_no: str, user_id: str, callback_url: Optional[str] = None, trace_id: Optional[str] = None
    ) -> HttpRequest:
        """The request of `get_alipay_url`, for your own HTTP client to send. Opens no socket."""
        request = _request(serial_no, user_id, callback_url)
        return self._request(lib.libauth_redemption_build_get_alipay_url, request.pointer, trace_id=trace_id)

    def read_get_alipay_url(self, http_request: HttpRequest, http_response: HttpResponse) -> RedemptionAlipayUrl:
        """Reads the response to the request of `build_get_alipay_url`, with the same checks as `get_alipay_url`."""
        read = lib.libauth_redemption_read_get_alipay_url
        return RedemptionAlipayUrl._from(
            self._read(read, lib.libauth_redemption_alipay_url_free, http_request, http_response)
        )

    def verify(self, inbound: Inbound) -> RedemptionEvent:
        """Checks a callback that claims to come from the platform. Answer it with `REPLY`.

        Its headers are `businessId`, `nonce`, `timestamp`, `sign` and, if it is there, `signType`.

        Raises:
            BadSignatureError: The signature is missing or does not match.
            StaleError: Its time is outside the window.
            BusyError: Another process acts on it: answer with failure, it will come again.
            ReplayedError: This nonce was accepted before: answer as before, do not act again.
            ProtocolError: It is not what the protocol says.
            InvalidConfigError: An RSA handle has no platform_public_key.

        Example:
            >>> with redemption.verify(callback) as event:
            ...     print(event.serial_no)
            serial-7
        """
        event: RedemptionEvent = self._verified(
            lib.libauth_redemption_verify, lib.libauth_redemption_event_free, RedemptionEvent._from, inbound
        )
        return event

    def explain(self, message: Inbound, signature: Optional[str] = None) -> Explanation:
        """Tells what the merchant signs for a request, and, given a signature, which known mistake would produce it.

        Args:
            message: The request: its headers `businessId`, `nonce`, `timestamp`, `signType`, and its body.
            signature: A signature that somebody else made; by default the message's own header `sign`.
        """
        return self._explain(lib.libauth_redemption_explain, message, _marshal.text(signature, "signature"))

    def explain_event(self, message: Inbound, signature: Optional[str] = None) -> Explanation:
        """The same as `explain`, for a callback, which the platform signs.

        Raises:
            InvalidConfigError: An RSA handle has no platform_public_key.
        """
        return self._explain(lib.libauth_redemption_explain_event, message, _marshal.text(signature, "signature"))

    def explain_string(self, message: Inbound, their_string: str) -> Explanation:
        """The same as `explain`, with the string that the other side signs: where the two part, and what that means."""
        return self._explain(
            lib.libauth_redemption_explain_string, message, _marshal.required(their_string, "their_string")
        )


def _request(serial_no: str, user_id: str, callback_url: Optional[str]) -> NativeObject:
    owned = NativeObject(lib.libauth_redemption_request_new(), lib.libauth_redemption_request_free)
    set_texts(
        owned,
        (
            (lib.libauth_redemption_request_set_serial_no, serial_no, "serial_no"),
            (lib.libauth_redemption_request_set_user_id, user_id, "user_id"),
        ),
        ((lib.libauth_redemption_request_set_callback_url, callback_url, "callback_url"),),
    )
    return owned
