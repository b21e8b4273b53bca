"""Credit Pay: a one-time code and the URL to send the user to; webhooks."""

from __future__ import annotations

import dataclasses
import enum
from datetime import datetime
from decimal import Decimal
from typing import Any, Dict, Iterable, Optional, Tuple, Union

from . import _marshal, _native
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
from .tokens import Token


class CreditPayKind(enum.IntEnum):
    """What a message of Credit Pay is about."""

    #: A kind that this version does not know: see `CreditPayEvent.type`.
    OTHER = 0
    #: The platform asks for credit limits; answer it with them.
    CREDIT_LIMIT_QUERY = 1
    PAY_START = 2
    ASSIGN_SUCCESS = 3
    ASSIGN_FAILED = 4
    GET_BARCODE_SUCCESS = 5
    GET_BARCODE_FAILED = 6
    PAY_SUCCESS = 7
    PAY_FAILED = 8
    REFUND = 9
    PAY_TIMEOUT = 10
    PAY_FINISH = 11
    SESSION_RENEWAL = 12


@dataclasses.dataclass(frozen=True)
class CreditPayCard:
    """A credit-limit card. All five are required.

    Args:
        tag: The tag by which the card is chosen.
        amount: A decimal number, as text such as "10001.23" or as a `Decimal`; never a float.
        currency: The currency.
        icon: The icon's address.
        input: HTML.

    Example:
        >>> card = libauth.CreditPayCard("gold", Decimal("1000.00"), "CNY", "https://shop.example/gold.png", "<b>gold</b>")
        >>> card.amount
        Decimal('1000.00')
    """

    tag: str
    amount: Union[str, Decimal]
    currency: str
    icon: str
    input: str


@dataclasses.dataclass(frozen=True)
class CreditPayCode:
    """A one-time code.

    Attributes:
        url: Where to send the user.
        ident_code: The code itself. A secret until it is used.
        answer: The platform's answer, with its raw body.
    """

    url: str = dataclasses.field(repr=False)  # it carries the code
    ident_code: str = dataclasses.field(repr=False)
    answer: Answer = dataclasses.field(compare=False)

    @classmethod
    def _from(cls, owned: NativeObject) -> CreditPayCode:
        pointer = owned.pointer
        return cls(
            url=_native.required_text(lib.libauth_creditpay_code_url(pointer)),
            ident_code=_native.required_text(lib.libauth_creditpay_code_ident_code(pointer)),
            answer=Answer(owned, lib.libauth_creditpay_code_answer(pointer)),
        )


@dataclasses.dataclass(frozen=True)
class CreditPayEvent(Event):
    """A genuine message of the platform: a webhook or the credit-limit query.

    Attributes:
        kind: What happened.
        type: What happened, in the platform's words, such as "PAY_SUCCESS".
        id: The `event_id`, the same when the platform sends the event again: keep it and act on it once.
        platform_id: The `platform_id`, if there is one.
        retry: The `retry` as text, if there is one.
        customer_token: The header `token`, your customer_token, which the signature does not cover. A secret.
        trace_id: The header `trace`, which the signature does not cover.
        lang: The header `lang` of a credit-limit query.
        timestamp: When it was sent, in UTC.
        body: The body as received.
    """

    kind: CreditPayKind
    type: str
    id: Optional[str]
    platform_id: Optional[str]
    retry: Optional[str]
    customer_token: Optional[str] = dataclasses.field(repr=False)
    trace_id: Optional[str]
    lang: Optional[str]
    timestamp: datetime
    body: bytes = dataclasses.field(repr=False)
    _owned: NativeObject = dataclasses.field(repr=False, compare=False)

    _done_function = lib.libauth_creditpay_event_done

    @classmethod
    def _from(cls, owned: NativeObject) -> CreditPayEvent:
        pointer = owned.pointer
        return cls(
            kind=CreditPayKind(lib.libauth_creditpay_event_kind(pointer)),
            type=_native.required_text(lib.libauth_creditpay_event_type(pointer)),
            id=_native.text(lib.libauth_creditpay_event_id(pointer)),
            platform_id=_native.text(lib.libauth_creditpay_event_platform_id(pointer)),
            retry=_native.text(lib.libauth_creditpay_event_retry(pointer)),
            customer_token=_native.text(lib.libauth_creditpay_event_customer_token(pointer)),
            trace_id=_native.text(lib.libauth_creditpay_event_trace_id(pointer)),
            lang=_native.text(lib.libauth_creditpay_event_lang(pointer)),
            timestamp=_marshal.moment(lib.libauth_creditpay_event_timestamp_ms(pointer)),
            body=_native.data(lib.libauth_creditpay_event_body, pointer),
            _owned=owned,
        )

    @property
    def key(self) -> int:
        """Which key it was signed with: 0 is the handle's own, 1 and so on those of `Config.creditpay_previous_keys`."""
        return int(lib.libauth_creditpay_event_key(self._owned.pointer))

    def field(self, path: str, default: Optional[str] = None) -> Optional[str]:
        """A field of the JSON body by its path, such as "data.amount".

        A string as it is, anything else as JSON text; `default` when it is absent or null.
        """
        return field_of(lib.libauth_creditpay_event_field, self._owned.pointer, path, default)

    def field_type(self, path: str) -> JsonType:
        """The type of a field of the JSON body: tells null and absent apart."""
        return type_of(lib.libauth_creditpay_event_field_type, self._owned.pointer, path)

    def field_int(self, path: str, default: Optional[int] = None) -> Optional[int]:
        """A whole number of the JSON body, written as a number or as a string of digits; `default` for anything else."""
        return integer_of(lib.libauth_creditpay_event_field_int64, self._owned.pointer, path, default)


class CreditPay(Platform):
    """A Credit Pay account. Opening it makes no connection.

    Args:
        config: The settings.
        plat_id: The account.
        api_key: Its API key.
        signature_key: The key that requests are signed with.

    Raises:
        InvalidArgumentError, InvalidConfigError: Naming the parameter or the setting.

    Example:
        >>> config = libauth.Config("https://creditpay.example/dg")
        >>> with libauth.CreditPay(config, plat_id="plat", api_key="api-key", signature_key="signature-key") as account:
        ...     print(account)
        <libauth.CreditPay>
    """

    #: The body with which a webhook is answered. HTTP status 200 is what counts: with any other it is sent again, every 5
    #: minutes, 10 times at most.
    REPLY = ""

    _call_function = lib.libauth_creditpay_call
    _build_call_function = lib.libauth_creditpay_build_call
    _read_call_function = lib.libauth_creditpay_read_call
    _share_function = lib.libauth_creditpay_share
    _stats_function = lib.libauth_creditpay_stats_json

    def __init__(self, config: Config, *, plat_id: str, api_key: str, signature_key: str) -> None:
        self._open(
            config,
            lib.libauth_creditpay_new,
            lib.libauth_creditpay_free,
            _marshal.required(plat_id, "plat_id"),
            _marshal.required(api_key, "api_key"),
            _marshal.required(signature_key, "signature_key"),
        )

    @classmethod
    def _credentials(cls, environment: Environment) -> Tuple[str, Dict[str, Any]]:
        names = {"plat_id": "PLAT_ID", "api_key": "API_KEY", "signature_key": "SIGNATURE_KEY"}
        return "", {**environment.texts(names, {})}

    def issue_code(
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
        """Has a one-time code issued, and the URL to send the user to. Repeated freely: a code is cheap.

        Args:
            customer_no: Your own unique number of the customer.
            customer_token: Your user token, one to one with the user. A secret.
            token_expire: When the customer_token expires, with a time zone.
            callback_url: Your callback address.
            client_ip: The end user's IPv4 or IPv6 address; the platform uses it in later checks.
            session_sign: With the same value as before, the code issued before is returned; with another, a new one.
            credit_limit_tag: The tag of the card to choose.
            lang: The language of messages. The platform's default is "en-US".
            cards: Credit-limit cards. With them, the credit-limit endpoint configured at the platform is not asked.
            timeout: The whole call's deadline, from 1 ms to a day; by default the configuration's.
            trace_id: Your trace id, for support. By default a random one.

        Raises:
            InvalidArgumentError: Naming the field; nothing was sent.
            Error: All the others as the platform and the network have it.

        Example:
            >>> code = creditpay.issue_code(
            ...     customer_no="473_32_86000698",
            ...     customer_token="customer-token",
            ...     token_expire=datetime.now(timezone.utc) + timedelta(hours=1),
            ...     callback_url="https://shop.example/callback",
            ...     client_ip="192.168.1.166",
            ... )
            >>> code.ident_code in code.url
            True
        """
        request = _request(
            customer_no, customer_token, token_expire, callback_url, client_ip, session_sign, credit_limit_tag, lang,
            cards,
        )  # fmt: skip
        return CreditPayCode._from(
            self._ask(
                lib.libauth_creditpay_issue_code,
                lib.libauth_creditpay_code_free,
                request.pointer,
                timeout=timeout,
                trace_id=trace_id,
            )
        )

    def build_issue_code(
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
        trace_id: Optional[str] = None,
    ) -> HttpRequest:
        """The request of `issue_code`, for your own HTTP client to send. Opens no socket.

        Example:
            >>> request = creditpay.build_issue_code(
            ...     customer_no="473_32_86000698",
            ...     customer_token="customer-token",
            ...     token_expire=datetime.now(timezone.utc) + timedelta(hours=1),
            ...     callback_url="https://shop.example/callback",
            ...     client_ip="192.168.1.166",
            ... )
            >>> "signature" in [name.lower() for name, value in request.headers]
            True
        """
        request = _request(
            customer_no, customer_token, token_expire, callback_url, client_ip, session_sign, credit_limit_tag, lang,
            cards,
        )  # fmt: skip
        return self._request(lib.libauth_creditpay_build_issue_code, request.pointer, trace_id=trace_id)

    def read_issue_code(self, http_request: HttpRequest, http_response: HttpResponse) -> CreditPayCode:
        """Reads the response to the request of `build_issue_code`, with the same checks as `issue_code`.

        Example:
            >>> answer = libauth.HttpResponse(200, {}, b'{"code":0,"data":{"ident_code":"abc","url":"https://pay.example/oauth"}}')
            >>> creditpay.read_issue_code(request, answer).ident_code
            'abc'
        """
        read = lib.libauth_creditpay_read_issue_code
        return CreditPayCode._from(self._read(read, lib.libauth_creditpay_code_free, http_request, http_response))

    def open_token(
        self, ident_code: str, *, timeout: Optional[Duration] = None, trace_id: Optional[str] = None
    ) -> Token:
        """Turns an `ident_code` into the user's `open_token`, with its end.

        Not repeated once it may have arrived: then that is an `OutcomeUnknownError`. Not cached.

        Example:
            >>> creditpay.open_token(ident_code).header_value.startswith("Bearer ")
            True
        """
        code = _marshal.required(ident_code, "ident_code")
        open_token = lib.libauth_creditpay_open_token
        return Token._from(self._ask(open_token, lib.libauth_token_free, code, timeout=timeout, trace_id=trace_id))

    def build_open_token(self, ident_code: str, *, trace_id: Optional[str] = None) -> HttpRequest:
        """The request of `open_token`, for your own HTTP client to send. Opens no socket.

        Example:
            >>> creditpay.build_open_token("0123456789abcdef0123456789abcdef").method
            'POST'
        """
        code = _marshal.required(ident_code, "ident_code")
        return self._request(lib.libauth_creditpay_build_open_token, code, trace_id=trace_id)

    def read_open_token(self, http_request: HttpRequest, http_response: HttpResponse) -> Token:
        """Reads the response to the request of `build_open_token`, with the same checks as `open_token`.

        Example:
            >>> request = creditpay.build_open_token("0123456789abcdef0123456789abcdef")
            >>> creditpay.read_open_token(request, libauth.HttpResponse(200, {}, b'{"code":20003,"msg":"expired"}'))
            Traceback (most recent call last):
            libauth.errors.PlatformError: ...
        """
        read = lib.libauth_creditpay_read_open_token
        return Token._from(self._read(read, lib.libauth_token_free, http_request, http_response))

    def verify(self, inbound: Inbound) -> CreditPayEvent:
        """Checks a message that claims to come from the platform.

        Its headers are `signature`, `timestamp`, `token` and `trace`; the signature covers path and body alone. Answer
        a genuine webhook with HTTP status 200. The platform sends an event again until it is answered so:
        keep its id and act on it once.

        Raises:
            BadSignatureError: The signature is missing or does not match.
            StaleError: Its time is outside the window.
            BusyError: Another process acts on it: answer with failure, it will come again.
            ReplayedError: This very message was accepted before: answer it as before, do not act again.
            ProtocolError: It is genuine, but not JSON.

        Example:
            >>> with creditpay.verify(libauth.Inbound("POST", "/notify", headers, body)) as event:
            ...     print(event.kind.name, event.type)
            PAY_SUCCESS PAY_SUCCESS
        """
        event: CreditPayEvent = self._verified(
            lib.libauth_creditpay_verify, lib.libauth_creditpay_event_free, CreditPayEvent._from, inbound
        )
        return event

    def explain(self, message: Inbound, signature: Optional[str] = None) -> Explanation:
        """Tells what is signed for a request, and which known mistake would produce a signature.

        Args:
            message: The request: its path is the endpoint's, behind the `Config.creditpay_signed_path_prefix` if that is
                set, and its body the bytes that are signed.
            signature: A signature that somebody else made; by default the message's own header `signature`.

        Example:
            >>> explained = creditpay.explain(libauth.Inbound("POST", "/v1/pay", body="{}"), signature="abc")
            >>> explained.matches
            False
        """
        return self._explain(lib.libauth_creditpay_explain, message, _marshal.text(signature, "signature"))

    def explain_event(self, message: Inbound, signature: Optional[str] = None) -> Explanation:
        """The same as `explain`, for a message that the platform made: its path is your own.

        Example:
            >>> creditpay.explain_event(libauth.Inbound("POST", "/notify", headers, body)).matches
            True
        """
        return self._explain(lib.libauth_creditpay_explain_event, message, _marshal.text(signature, "signature"))

    def explain_string(self, message: Inbound, their_string: str) -> Explanation:
        """The same as `explain`, with the string that the other side signs: where the two part, and what that means.

        Example:
            >>> creditpay.explain_string(libauth.Inbound("POST", "/v1/pay", body="{}"), "/dg/v1/pay{}").matches is None
            True
        """
        return self._explain(
            lib.libauth_creditpay_explain_string, message, _marshal.required(their_string, "their_string")
        )


def _request(
    customer_no: str,
    customer_token: str,
    token_expire: datetime,
    callback_url: str,
    client_ip: str,
    session_sign: Optional[str],
    credit_limit_tag: Optional[str],
    lang: Optional[str],
    cards: Iterable[CreditPayCard],
) -> NativeObject:
    owned = NativeObject(lib.libauth_creditpay_request_new(), lib.libauth_creditpay_request_free)
    set_texts(
        owned,
        (
            (lib.libauth_creditpay_request_set_customer_no, customer_no, "customer_no"),
            (lib.libauth_creditpay_request_set_customer_token, customer_token, "customer_token"),
            (lib.libauth_creditpay_request_set_callback_url, callback_url, "callback_url"),
            (lib.libauth_creditpay_request_set_client_ip, client_ip, "client_ip"),
        ),
        (
            (lib.libauth_creditpay_request_set_session_sign, session_sign, "session_sign"),
            (lib.libauth_creditpay_request_set_credit_limit_tag, credit_limit_tag, "credit_limit_tag"),
            (lib.libauth_creditpay_request_set_lang, lang, "lang"),
        ),
    )
    lib.libauth_creditpay_request_set_token_expire_ms(
        owned.pointer, _marshal.unix_milliseconds(token_expire, "token_expire")
    )
    for card in cards:
        if not isinstance(card, CreditPayCard):
            raise _marshal.wrong_type("a card", "a libauth.CreditPayCard", card)
        # Not "1E+3": the platform wants plain digits.
        amount = format(card.amount, "f") if isinstance(card.amount, Decimal) else card.amount
        lib.libauth_creditpay_request_add_card(
            owned.pointer,
            _marshal.required(card.tag, "card.tag"),
            _marshal.required(amount, "card.amount"),
            _marshal.required(card.currency, "card.currency"),
            _marshal.required(card.icon, "card.icon"),
            _marshal.required(card.input, "card.input"),
        )
    return owned
