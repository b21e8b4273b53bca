"""DaxPay: an end user's identity for a payment channel's code; notifications."""

from __future__ import annotations

import dataclasses
import enum
from typing import Any, Dict, Optional, Tuple, Type, TypeVar

from . import _callbacks, _marshal, _native
from ._callbacks import SignCallback
from ._event import Event
from ._marshal import Duration
from ._environment import Environment
from ._native import NativeObject, lib
from ._platform import Platform, set_texts
from .answers import Answer, JsonType, field_of, integer_of, type_of
from .config import Config
from .explain import Explanation
from .http import HttpRequest, HttpResponse
from .inbound import Inbound

Handle = TypeVar("Handle", bound="DaxPay")


class DaxPaySign(enum.IntEnum):
    """The sign algorithm that an application is set to."""

    #: The gateway's default.
    HMAC_SHA256 = 0
    MD5 = 1
    #: A gateway build of 2025 computes MD5 where it is set to SM3: with such a gateway use `MD5`.
    SM3 = 2


class DaxPayStatus(enum.IntEnum):
    """What became of an authorization."""

    #: One that this version does not know: see `DaxPayIdentity.status_name`.
    OTHER = 0
    #: The identity is there.
    SUCCESS = 1
    #: The user has not authorized yet.
    WAITING = 2
    #: There is no such authorization.
    NOT_EXIST = 3
    #: Edition open: the authorization failed.
    FAIL = 4


@dataclasses.dataclass(frozen=True)
class DaxPayIdentity:
    """An end user's identity.

    Attributes:
        status: Whether the identity is there.
        status_name: The status in the gateway's words, such as "success".
        open_id: The user's openId at the channel, if the gateway gave one.
        user_id: The user's userId at the channel, if the gateway gave one.
        access_token: The channel's access token, if the gateway gave one. A secret.
        return_path: Edition open: where the user is to be sent back to, if the gateway said so.
        answer: The gateway's answer, with its raw body.
    """

    status: DaxPayStatus
    status_name: str
    open_id: Optional[str]
    user_id: Optional[str]
    access_token: Optional[str] = dataclasses.field(repr=False)
    return_path: Optional[str]
    answer: Answer = dataclasses.field(compare=False)

    @classmethod
    def _from(cls, owned: NativeObject) -> DaxPayIdentity:
        pointer = owned.pointer
        return cls(
            status=DaxPayStatus(lib.libauth_daxpay_identity_status(pointer)),
            status_name=_native.required_text(lib.libauth_daxpay_identity_status_name(pointer)),
            open_id=_native.text(lib.libauth_daxpay_identity_open_id(pointer)),
            user_id=_native.text(lib.libauth_daxpay_identity_user_id(pointer)),
            access_token=_native.text(lib.libauth_daxpay_identity_access_token(pointer)),
            return_path=_native.text(lib.libauth_daxpay_identity_return_path(pointer)),
            answer=Answer(owned, lib.libauth_daxpay_identity_answer(pointer)),
        )


@dataclasses.dataclass(frozen=True)
class DaxPayAuthUrl:
    """An address to authorize at.

    Attributes:
        url: Where to send the user.
        query_code: The code to ask for the outcome with, if the gateway gave one.
        auth_token: Edition open: hand it to `DaxPay.auth`. A secret.
        answer: The gateway's answer, with its raw body.
    """

    url: str
    query_code: Optional[str]
    auth_token: Optional[str] = dataclasses.field(repr=False)
    answer: Answer = dataclasses.field(compare=False)

    @classmethod
    def _from(cls, owned: NativeObject) -> DaxPayAuthUrl:
        pointer = owned.pointer
        return cls(
            url=_native.required_text(lib.libauth_daxpay_auth_url_url(pointer)),
            query_code=_native.text(lib.libauth_daxpay_auth_url_query_code(pointer)),
            auth_token=_native.text(lib.libauth_daxpay_auth_url_auth_token(pointer)),
            answer=Answer(owned, lib.libauth_daxpay_auth_url_answer(pointer)),
        )


@dataclasses.dataclass(frozen=True)
class DaxPayEvent(Event):
    """A genuine notification of the gateway.

    Attributes:
        code: The envelope's `code` as text; "0" is success.
        message: The envelope's `msg`, if there is one.
        trace_id: The envelope's `traceId`, if there is one.
        body: The body as received.
    """

    code: Optional[str]
    message: Optional[str]
    trace_id: Optional[str]
    body: bytes = dataclasses.field(repr=False)
    _owned: NativeObject = dataclasses.field(repr=False, compare=False)

    _done_function = lib.libauth_daxpay_event_done

    @classmethod
    def _from(cls, owned: NativeObject) -> DaxPayEvent:
        pointer = owned.pointer
        return cls(
            code=_native.text(lib.libauth_daxpay_event_code(pointer)),
            message=_native.text(lib.libauth_daxpay_event_message(pointer)),
            trace_id=_native.text(lib.libauth_daxpay_event_trace_id(pointer)),
            body=_native.data(lib.libauth_daxpay_event_body, pointer),
            _owned=owned,
        )

    @property
    def key(self) -> int:
        """Which key it was signed with: 0 is the handle's own, 1 and so on those of `Config.daxpay_previous_keys`."""
        return int(lib.libauth_daxpay_event_key(self._owned.pointer))

    def field(self, path: str, default: Optional[str] = None) -> Optional[str]:
        """A field of the JSON body by its path, such as "data.amount".

        A string as it is, anything else as JSON text; `default` when it is absent or null.
        """
        return field_of(lib.libauth_daxpay_event_field, self._owned.pointer, path, default)

    def field_type(self, path: str) -> JsonType:
        """The type of a field of the JSON body: tells null and absent apart."""
        return type_of(lib.libauth_daxpay_event_field_type, self._owned.pointer, path)

    def field_int(self, path: str, default: Optional[int] = None) -> Optional[int]:
        """A whole number of the JSON body, written as a number or as a string of digits; `default` for anything else."""
        return integer_of(lib.libauth_daxpay_event_field_int64, self._owned.pointer, path, default)


class DaxPay(Platform):
    """A DaxPay application of edition 3, or with `DaxPay.open` of edition open. Opening it makes no connection.

    Args:
        config: The settings.
        app_id: The application, at most 32 characters; by default the gateway's.
        sign_key: The key that requests and answers are signed with.
        mch_no: The merchant, at most 32 characters; newer gateways require it.
        algorithm: The sign algorithm.

    Raises:
        InvalidArgumentError, InvalidConfigError: Naming the parameter or the setting.

    Example:
        >>> config = libauth.Config("https://gateway.example")
        >>> with libauth.DaxPay(config, app_id="A1", mch_no="M1", sign_key="sign-key") as application:
        ...     print(application)
        <libauth.DaxPay>
    """

    #: The body with which a notification must be answered; with any other it is sent again.
    REPLY = "SUCCESS"

    _call_function = lib.libauth_daxpay_call
    _build_call_function = lib.libauth_daxpay_build_call
    _read_call_function = lib.libauth_daxpay_read_call
    _share_function = lib.libauth_daxpay_share
    _stats_function = lib.libauth_daxpay_stats_json

    def __init__(
        self,
        config: Config,
        *,
        app_id: Optional[str] = None,
        sign_key: str,
        mch_no: Optional[str] = None,
        algorithm: DaxPaySign = DaxPaySign.HMAC_SHA256,
    ) -> None:
        self._open(
            config,
            lib.libauth_daxpay_new,
            lib.libauth_daxpay_free,
            _marshal.text(app_id, "app_id"),
            _marshal.text(mch_no, "mch_no"),
            _marshal.required(sign_key, "sign_key"),
            _marshal.integer(algorithm, "algorithm"),
        )

    @classmethod
    def _credentials(cls, environment: Environment) -> Tuple[str, Dict[str, Any]]:
        if environment.choice("EDITION", {"3": False, "open": True}):
            names = {
                "mch_no": "MCH_NO",
                "private_key": "PRIVATE_KEY",
                "platform_public_key": "PLATFORM_PUBLIC_KEY",
            }
            return "open", {**environment.texts(names, {"app_id": "APP_ID"})}
        given: Dict[str, Any] = {
            **environment.texts({"sign_key": "SIGN_KEY"}, {"app_id": "APP_ID", "mch_no": "MCH_NO"})
        }
        algorithm = environment.choice("ALGORITHM", {sign.name: sign for sign in DaxPaySign})
        if algorithm is not None:
            given["algorithm"] = algorithm
        return "", given

    @classmethod
    def open(
        cls: Type[Handle],
        config: Config,
        *,
        mch_no: str,
        app_id: Optional[str] = None,
        private_key: str,
        platform_public_key: str,
    ) -> Handle:
        """Makes a handle for the gateway's edition open, which signs with RSA. It makes no connection.

        Args:
            config: The settings.
            mch_no: The merchant.
            app_id: The application; by default the platform's.
            private_key: Your private key, PEM or bare base64.
            platform_public_key: The platform's public key, which answers and notifications are checked with.

        Raises:
            InvalidKeyError: What is wrong with a key.
            InvalidArgumentError, InvalidConfigError: Naming the parameter or the setting.

        Example:
            >>> with libauth.DaxPay.open(
            ...     config, mch_no="M1", app_id="A1", private_key=private_key, platform_public_key=public_key
            ... ) as application:
            ...     print(application)
            <libauth.DaxPay>
        """
        handle = cls.__new__(cls)
        handle._open(
            config,
            lib.libauth_daxpay_new_open,
            lib.libauth_daxpay_free,
            _marshal.required(mch_no, "mch_no"),
            _marshal.text(app_id, "app_id"),
            _marshal.required(private_key, "private_key"),
            _marshal.required(platform_public_key, "platform_public_key"),
        )
        return handle

    @classmethod
    def open_signed_by(
        cls: Type[Handle],
        config: Config,
        *,
        mch_no: str,
        app_id: Optional[str] = None,
        sign_callback: SignCallback,
        public_key: str,
        platform_public_key: str,
    ) -> Handle:
        """As `open`, with a private key that stays where it is: in an HSM, a KMS, an agent.

        Args:
            config: The settings.
            mch_no: The merchant.
            app_id: The application; by default the platform's.
            sign_callback: `sign_callback(message: bytes) -> bytes`, RSASSA-PKCS1-v1_5 over SHA-256 of the message. Called
                by several threads at once. What it raises is the `__cause__` of the call's `InvalidKeyError`.
            public_key: Your own public key: a first signature is checked against it.
            platform_public_key: The platform's public key.
        """
        handle = cls.__new__(cls)
        handle._open(
            config,
            lib.libauth_daxpay_new_open_callback,
            lib.libauth_daxpay_free,
            _marshal.required(mch_no, "mch_no"),
            _marshal.text(app_id, "app_id"),
            _callbacks.sign_callback(sign_callback),
            None,
            _marshal.required(public_key, "public_key"),
            _marshal.required(platform_public_key, "platform_public_key"),
        )
        return handle

    def ping(self, *, timeout: Optional[Duration] = None, trace_id: Optional[str] = None) -> Answer:
        """Asks whether merchant, application, keys and signature are right (edition open).

        The answer's field "data.serverSignStr" is the string that the server signs.

        Example:
            >>> edition_open.ping().verified
            True
        """
        owned = self._ask(lib.libauth_daxpay_ping, lib.libauth_answer_free, timeout=timeout, trace_id=trace_id)
        return Answer(owned, owned.pointer)

    def build_ping(self, *, trace_id: Optional[str] = None) -> HttpRequest:
        """The request of `ping`, for your own HTTP client to send. Opens no socket."""
        return self._request(lib.libauth_daxpay_build_ping, trace_id=trace_id)

    def read_ping(self, http_request: HttpRequest, http_response: HttpResponse) -> Answer:
        """Reads the response to the request of `build_ping`, with the same checks as `ping`."""
        owned = self._read(lib.libauth_daxpay_read_ping, lib.libauth_answer_free, http_request, http_response)
        return Answer(owned, owned.pointer)

    def auth(
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
        """Exchanges an authorization code for the user's identity.

        The code is one-time: once the request may have arrived and the answer is lost, that is an
        `OutcomeUnknownError`, and nothing is repeated. The answer's signature is checked.

        Args:
            auth_code: The one-time code to exchange; at most 200 characters. A secret until it is used.
            channel: Edition 3, required: "ali_pay", "wechat_pay", "union_pay", or any code the gateway knows; at most 32
                characters.
            query_code: Normally not sent; at most 128 characters.
            client_ip: The end user's IPv4 or IPv6 address; some channels require it.
            auth_type: Edition open: the type of authorization.
            access_token: Edition open: an access token of the channel. A secret.
            union_identifier: Edition open: the identifier of a union channel.
            auth_token: Edition open: that of the `DaxPayAuthUrl`; used once. A secret.
            timeout: The whole call's deadline, from 1 ms to a day; by default the configuration's.
            trace_id: The id under which the call is found again; by default a random one.

        Raises:
            InvalidArgumentError: Naming the field; nothing was sent.
            BadSignatureError: The answer's signature is missing or does not match.
            Error: All the others as the gateway and the network have it.

        Example:
            >>> identity = daxpay.auth(channel="ali_pay", auth_code="a-code-of-the-channel", client_ip="192.168.1.166")
            >>> identity.status.name, identity.open_id is not None
            ('SUCCESS', True)
        """
        request = _auth_request(
            channel, auth_code, query_code, client_ip, auth_type, access_token, union_identifier, auth_token
        )
        return DaxPayIdentity._from(
            self._ask(
                lib.libauth_daxpay_auth,
                lib.libauth_daxpay_identity_free,
                request.pointer,
                timeout=timeout,
                trace_id=trace_id,
            )
        )

    def build_auth(
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
        trace_id: Optional[str] = None,
    ) -> HttpRequest:
        """The request of `auth`, for your own HTTP client to send. Opens no socket."""
        request = _auth_request(
            channel, auth_code, query_code, client_ip, auth_type, access_token, union_identifier, auth_token
        )
        return self._request(lib.libauth_daxpay_build_auth, request.pointer, trace_id=trace_id)

    def read_auth(self, http_request: HttpRequest, http_response: HttpResponse) -> DaxPayIdentity:
        """Reads the response to the request of `build_auth`, with the same checks as `auth`."""
        read = lib.libauth_daxpay_read_auth
        return DaxPayIdentity._from(self._read(read, lib.libauth_daxpay_identity_free, http_request, http_response))

    def auth_and_set(
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
        """Exchanges an authorization code and leaves the identity at the gateway (authAndSet).

        Parameters, repeats and checks are those of `auth`.

        Example:
            >>> daxpay.auth_and_set(channel="ali_pay", auth_code="another-code").code
            '0'
        """
        request = _auth_request(
            channel, auth_code, query_code, client_ip, auth_type, access_token, union_identifier, auth_token
        )
        owned = self._ask(
            lib.libauth_daxpay_auth_and_set,
            lib.libauth_answer_free,
            request.pointer,
            timeout=timeout,
            trace_id=trace_id,
        )
        return Answer(owned, owned.pointer)

    def build_auth_and_set(
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
        trace_id: Optional[str] = None,
    ) -> HttpRequest:
        """The request of `auth_and_set`, for your own HTTP client to send. Opens no socket."""
        request = _auth_request(
            channel, auth_code, query_code, client_ip, auth_type, access_token, union_identifier, auth_token
        )
        return self._request(lib.libauth_daxpay_build_auth_and_set, request.pointer, trace_id=trace_id)

    def read_auth_and_set(self, http_request: HttpRequest, http_response: HttpResponse) -> Answer:
        """Reads the response to the request of `build_auth_and_set`, with the same checks as `auth_and_set`."""
        read = lib.libauth_daxpay_read_auth_and_set
        owned = self._read(read, lib.libauth_answer_free, http_request, http_response)
        return Answer(owned, owned.pointer)

    def generate_auth_url(
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
        """Has an address generated at which the user authorizes (generateAuthUrl). Repeated freely.

        Args:
            channel: As for `auth`.
            auth_redirect_url: Where the user is sent back to.
            client_ip: The end user's IPv4 or IPv6 address; some channels require it.
            auth_path: Edition 3: what newer gateways take in place of auth_redirect_url.
            auth_type: Edition open: the type of authorization; by default that of WeChat.
            product: Edition open; at most 32 characters.
            op_app_id: Edition open; at most 128 characters.
            return_path: Edition open: where the user is sent back to; at most 200 characters.
            capability: Edition open; at most 32 characters.
            timeout: The whole call's deadline, from 1 ms to a day; by default the configuration's.
            trace_id: The id under which the call is found again; by default a random one.

        Example:
            >>> daxpay.generate_auth_url(channel="ali_pay", auth_redirect_url="https://shop.example/back").url.startswith("http")
            True
        """
        request = _auth_url_request(
            channel, auth_redirect_url, client_ip, auth_path, auth_type, product, op_app_id, return_path, capability
        )
        return DaxPayAuthUrl._from(
            self._ask(
                lib.libauth_daxpay_generate_auth_url,
                lib.libauth_daxpay_auth_url_free,
                request.pointer,
                timeout=timeout,
                trace_id=trace_id,
            )
        )

    def build_generate_auth_url(
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
        trace_id: Optional[str] = None,
    ) -> HttpRequest:
        """The request of `generate_auth_url`, for your own HTTP client to send. Opens no socket."""
        request = _auth_url_request(
            channel, auth_redirect_url, client_ip, auth_path, auth_type, product, op_app_id, return_path, capability
        )
        return self._request(lib.libauth_daxpay_build_generate_auth_url, request.pointer, trace_id=trace_id)

    def read_generate_auth_url(self, http_request: HttpRequest, http_response: HttpResponse) -> DaxPayAuthUrl:
        """Reads the response to the request of `build_generate_auth_url`, with the same checks."""
        read = lib.libauth_daxpay_read_generate_auth_url
        return DaxPayAuthUrl._from(self._read(read, lib.libauth_daxpay_auth_url_free, http_request, http_response))

    def verify(self, inbound: Inbound) -> DaxPayEvent:
        """Checks a payment, refund or transfer notification that claims to come from the gateway.

        It must be signed, whatever `Config.daxpay_response_signature` says, and lie within the window where it carries a time.
        Answer it with `REPLY`.

        Raises:
            BadSignatureError: The signature is missing or does not match.
            StaleError: Its time is outside the window.
            BusyError: Another process acts on it: answer with failure, it will come again.
            ReplayedError: This very message was accepted before: answer it as before, do not act again.
            ProtocolError: It is not what the protocol says.

        Example:
            >>> with daxpay.verify(notification) as event:
            ...     print(event.code, event.field("data.status") is not None)
            0 True
        """
        event: DaxPayEvent = self._verified(
            lib.libauth_daxpay_verify, lib.libauth_daxpay_event_free, DaxPayEvent._from, inbound
        )
        return event

    def explain(self, message: Inbound, signature: Optional[str] = None) -> Explanation:
        """Tells what is signed for a request, and which known mistake would produce a signature.

        Args:
            message: The request: its body is the JSON object that is signed.
            signature: A signature that somebody else made; by default the object's own member `sign`, if it has one.

        Raises:
            InvalidArgumentError: The body is no JSON object.

        Example:
            >>> daxpay.explain(libauth.Inbound("POST", "/", body='{"a":"1"}'), signature="00").matches
            False
        """
        return self._explain(lib.libauth_daxpay_explain, message, _marshal.text(signature, "signature"))

    def explain_event(self, message: Inbound, signature: Optional[str] = None) -> Explanation:
        """The same as `explain`, for an answer or a notification, which the gateway signs."""
        return self._explain(lib.libauth_daxpay_explain_event, message, _marshal.text(signature, "signature"))

    def explain_string(self, message: Inbound, their_string: str) -> Explanation:
        """The same as `explain`, with the string that the other side signs: where the two part, and what that means."""
        return self._explain(
            lib.libauth_daxpay_explain_string, message, _marshal.required(their_string, "their_string")
        )


def _auth_request(
    channel: Optional[str],
    auth_code: str,
    query_code: Optional[str],
    client_ip: Optional[str],
    auth_type: Optional[str],
    access_token: Optional[str],
    union_identifier: Optional[str],
    auth_token: Optional[str],
) -> NativeObject:
    owned = NativeObject(lib.libauth_daxpay_auth_request_new(), lib.libauth_daxpay_auth_request_free)
    set_texts(
        owned,
        ((lib.libauth_daxpay_auth_request_set_auth_code, auth_code, "auth_code"),),
        (
            (lib.libauth_daxpay_auth_request_set_channel, channel, "channel"),
            (lib.libauth_daxpay_auth_request_set_query_code, query_code, "query_code"),
            (lib.libauth_daxpay_auth_request_set_client_ip, client_ip, "client_ip"),
            (lib.libauth_daxpay_auth_request_set_auth_type, auth_type, "auth_type"),
            (lib.libauth_daxpay_auth_request_set_access_token, access_token, "access_token"),
            (lib.libauth_daxpay_auth_request_set_union_identifier, union_identifier, "union_identifier"),
            (lib.libauth_daxpay_auth_request_set_auth_token, auth_token, "auth_token"),
        ),
    )
    return owned


def _auth_url_request(
    channel: str,
    auth_redirect_url: Optional[str],
    client_ip: Optional[str],
    auth_path: Optional[str],
    auth_type: Optional[str],
    product: Optional[str],
    op_app_id: Optional[str],
    return_path: Optional[str],
    capability: Optional[str],
) -> NativeObject:
    owned = NativeObject(lib.libauth_daxpay_auth_url_request_new(), lib.libauth_daxpay_auth_url_request_free)
    set_texts(
        owned,
        ((lib.libauth_daxpay_auth_url_request_set_channel, channel, "channel"),),
        (
            (lib.libauth_daxpay_auth_url_request_set_auth_redirect_url, auth_redirect_url, "auth_redirect_url"),
            (lib.libauth_daxpay_auth_url_request_set_client_ip, client_ip, "client_ip"),
            (lib.libauth_daxpay_auth_url_request_set_auth_path, auth_path, "auth_path"),
            (lib.libauth_daxpay_auth_url_request_set_auth_type, auth_type, "auth_type"),
            (lib.libauth_daxpay_auth_url_request_set_product, product, "product"),
            (lib.libauth_daxpay_auth_url_request_set_op_app_id, op_app_id, "op_app_id"),
            (lib.libauth_daxpay_auth_url_request_set_return_path, return_path, "return_path"),
            (lib.libauth_daxpay_auth_url_request_set_capability, capability, "capability"),
        ),
    )
    return owned
