"""What bad input gets: an exception that names the parameter; never a crash, never a silently changed value."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import re
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Dict, List, Tuple

import pytest

import libauth
from conftest import Sandbox, customer

NUL = "before\0after"
SURROGATES = "\ud800"


def test_an_embedded_nul_is_an_error_that_names_the_parameter(sandbox: Sandbox) -> None:
    config = sandbox.config("seller")
    cases: List[Tuple[str, Callable[[], Any]]] = [
        ("access_key", lambda: libauth.Seller(config, access_key=NUL, secret_key="s")),
        ("secret_key", lambda: libauth.Seller(config, access_key="a", secret_key=NUL)),
        ("client_id", lambda: libauth.OpenPlatform(config, client_id=NUL, secret="s")),
        ("secret", lambda: libauth.OpenPlatform(config, client_id="c", secret=NUL)),
        ("plat_id", lambda: libauth.CreditPay(config, plat_id=NUL, api_key="a", signature_key="s")),
        ("mch_no", lambda: libauth.DaxPay(config, app_id="a", sign_key="s", mch_no=NUL)),
        ("private_key", lambda: libauth.Redemption.rsa(config, business_id="b", merchant_id="m", private_key=NUL)),
    ]
    with sandbox.creditpay() as creditpay, sandbox.seller() as seller:
        for name in ("customer_no", "customer_token", "callback_url", "client_ip", "session_sign", "trace_id", "lang"):
            cases.append((name, lambda name=name: creditpay.issue_code(**customer(**{name: NUL}))))  # type: ignore[misc]
        for field in dataclasses.fields(libauth.CreditPayCard):
            card = dataclasses.replace(libauth.CreditPayCard("t", "1", "CNY", "i", "h"), **{field.name: NUL})
            cases.append(("card." + field.name, lambda card=card: creditpay.issue_code(**customer(cards=[card]))))  # type: ignore[misc]
        cases += [
            ("ident_code", lambda: creditpay.open_token(NUL)),
            ("token", lambda: seller.invalidate(NUL)),
            ("method", lambda: seller.call(NUL, "/a")),
            ("path", lambda: seller.call("GET", "/a" + NUL)),
            ("content_type", lambda: seller.call("GET", "/a", content_type=NUL)),
            ("headers", lambda: seller.call("GET", "/a", headers={"X": NUL})),
            ("headers", lambda: seller.call("GET", "/a", headers={NUL: "x"})),
            ("query", lambda: seller.call("GET", "/a", query=[("x", NUL)])),
            ("path", lambda: creditpay.verify(libauth.Inbound("POST", NUL))),
            ("path", lambda: creditpay.explain(libauth.Inbound("POST", NUL))),
        ]
        for name, wrong in cases:
            with pytest.raises(libauth.InvalidArgumentError) as caught:
                wrong()
            assert name in str(caught.value) and "NUL" in str(caught.value), str(caught.value)
            assert caught.value.delivery is libauth.Delivery.NOT_SENT and "after" not in str(caught.value)
    assert sandbox.counters("seller")["requests"] == 0 and sandbox.counters("creditpay")["requests"] == 0


@pytest.mark.parametrize("bad", [NUL, SURROGATES])
@pytest.mark.parametrize("name", ["base_url", "proxy", "user_agent", "creditpay_signed_path_prefix", "ca_file"])
def test_settings_that_are_no_text(bad: str, name: str) -> None:
    settings: Dict[str, Any] = {"base_url": "https://host.example", name: bad}
    with pytest.raises(libauth.InvalidConfigError, match=name):
        libauth.Config(**settings)


def test_a_nul_in_a_body_is_a_byte_like_any_other(sandbox: Sandbox) -> None:
    with sandbox.seller() as seller:
        seller.call("POST", "/orders", body=b'{"a":\0}')
    assert sandbox.last("seller")["body"] == '{"a":\0}'


WRONG: List[Any] = [1, 1.5, b"bytes", ["list"], {"a": 1}, object(), True]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda value: type(value).__name__)
def test_wrong_types_are_a_type_error_that_names_the_parameter(sandbox: Sandbox, wrong: Any) -> None:
    with pytest.raises(TypeError, match="access_key"):
        libauth.Seller(sandbox.config("seller"), access_key=wrong, secret_key="s")
    with pytest.raises(TypeError, match="config"):
        libauth.Seller(wrong, access_key="a", secret_key="s")
    with pytest.raises(TypeError, match="base_url"):
        libauth.Config(wrong)
    with sandbox.creditpay() as creditpay, sandbox.seller() as seller:
        with pytest.raises(TypeError, match="customer_no"):
            creditpay.issue_code(**customer(customer_no=wrong))
        with pytest.raises(TypeError, match="token_expire"):
            creditpay.issue_code(**customer(token_expire=wrong))
        with pytest.raises(TypeError, match="card"):
            creditpay.issue_code(**customer(cards=[wrong]))
        with pytest.raises(TypeError, match="inbound"):
            creditpay.verify(wrong)
        with pytest.raises(TypeError, match="http_request"):
            seller.read_token(wrong, libauth.HttpResponse(200))
        with pytest.raises(TypeError, match="http_response"):
            seller.read_token(seller.build_token(), wrong)
        if not isinstance(wrong, bytes):
            with pytest.raises(TypeError, match="body"):
                seller.call("POST", "/a", body=wrong)
        if not isinstance(wrong, dict):
            with pytest.raises(TypeError, match="headers"):
                headers: Any = wrong if isinstance(wrong, (bytes, list)) else [wrong]
                seller.call("POST", "/a", headers=headers)
        if wrong is not True:
            with pytest.raises(TypeError, match="idempotent"):
                seller.call("POST", "/a", idempotent=wrong)
    with pytest.raises(TypeError, match="amount"):
        with sandbox.creditpay() as creditpay:
            amount: Any = 10.5  # money is never a float
            creditpay.issue_code(**customer(cards=[libauth.CreditPayCard("t", amount, "CNY", "i", "h")]))


def test_settings_of_wrong_types() -> None:
    for name in ("timeout", "connect_timeout", "window", "max_tries", "replay_capacity", "daxpay_utc_offset", "proxy"):
        wrong: Dict[str, Any] = {name: object()}
        with pytest.raises(TypeError, match=name):
            libauth.Config("https://host.example", **wrong)
    for name in ("allow_http", "bundled_roots", "system_roots", "proxy_from_environment"):
        wrong = {name: 1}
        with pytest.raises(TypeError, match=name):
            libauth.Config("https://host.example", **wrong)
    for name in ("log_callback", "clock_callback", "replay_store", "token_store"):
        wrong = {name: "not a function"}
        with pytest.raises(TypeError, match=name):
            libauth.Config("https://host.example", **wrong)
    for name in ("max_tries", "timeout", "seller_expires_in_unit", "daxpay_response_signature"):
        wrong = {name: True}
        with pytest.raises(TypeError, match=name):
            libauth.Config("https://host.example", **wrong)


HUGE = 10**30


@pytest.mark.parametrize(
    "settings",
    [
        {"timeout": -1},
        {"timeout": 0},
        {"timeout": float("inf")},
        {"timeout": 1e300},
        {"timeout": timedelta.max},
        {"timeout": 2**32 / 1000 + 1},  # what a 32 bit wrap-around would make 1 second
        {"connect_timeout": timedelta(seconds=-1)},
        {"idle_timeout": -0.001},
        {"max_tries": -1},
        {"max_tries": 2**32 + 1},  # ... 1
        {"max_tries": HUGE},
        {"max_response_bytes": -HUGE},
        {"max_response_bytes": 2**64 + 5},
        {"replay_capacity": 0},
        {"replay_capacity": 2**64 + 1},
        {"openplatform_token_lifetime": -5},
        {"window": 0},
        {"daxpay_utc_offset": timedelta(days=2)},
        {"seller_expires_in_unit": 99},
        {"seller_expires_in_unit": 2**32 + 1},
        {"daxpay_response_signature": -1},
    ],
    ids=str,
)
def test_numbers_out_of_range_are_refused_by_name(sandbox: Sandbox, settings: Dict[str, Any]) -> None:
    config = sandbox.config("seller", **settings)
    with pytest.raises(libauth.InvalidConfigError) as caught:
        libauth.Seller(config, access_key="a", secret_key="s")
    assert str(caught.value).startswith(next(iter(settings)) + " "), str(caught.value)
    # The words of C are not Python's.
    assert not re.search("_ms|_minutes|LIBAUTH_", str(caught.value)), str(caught.value)


def test_numbers_that_are_none() -> None:
    with pytest.raises(libauth.InvalidConfigError, match="timeout"):
        libauth.Config("https://host.example", timeout=float("nan"))
    with pytest.raises(libauth.InvalidConfigError, match="daxpay_utc_offset"):
        libauth.Config("https://host.example", daxpay_utc_offset=timedelta(seconds=90))


def test_numbers_elsewhere(sandbox: Sandbox) -> None:
    with sandbox.seller() as seller:
        for timeout in (-1, 0, HUGE, float("inf"), 2**32 / 1000 + 1):
            with pytest.raises(libauth.InvalidArgumentError, match="^timeout is .*: it must be from 0.001 seconds to"):
                seller.call("GET", "/a", timeout=timeout)
        request = seller.build_token()
        for status in (-200, 0, 2**32 + 200, HUGE):
            with pytest.raises(libauth.InvalidArgumentError, match="status"):
                seller.read_token(request, libauth.HttpResponse(status, body=b"{}"))
    algorithm: Any = 2**32
    with pytest.raises(libauth.InvalidArgumentError, match="algorithm"):
        libauth.DaxPay(sandbox.config("daxpay"), app_id="a", sign_key="s", algorithm=algorithm)
    assert sandbox.counters("seller")["business_requests"] == 0


def test_times(sandbox: Sandbox) -> None:
    with sandbox.creditpay() as creditpay:
        with pytest.raises(libauth.InvalidArgumentError, match="token_expire.*time zone"):
            creditpay.issue_code(**customer(token_expire=datetime(2030, 1, 1)))
        with pytest.raises(libauth.InvalidArgumentError, match="token_expire"):
            creditpay.issue_code(**customer(token_expire=datetime(1960, 1, 1, tzinfo=timezone.utc)))
        abroad = timezone(timedelta(hours=8))
        creditpay.issue_code(**customer(token_expire=datetime(2033, 5, 18, 11, 33, 20, 123999, tzinfo=abroad)))
    assert "2000000000123" in sandbox.last("creditpay")["body"]


def test_the_shortest_timeout_is_not_none(sandbox: Sandbox) -> None:
    with sandbox.seller("slow=2000", timeout=0.0000001) as seller:
        with pytest.raises(libauth.TimeoutError):
            seller.token()


def test_empty_and_huge_strings(sandbox: Sandbox) -> None:
    with pytest.raises(libauth.InvalidArgumentError, match="access_key"):
        libauth.Seller(sandbox.config("seller"), access_key="", secret_key="s")
    with pytest.raises(libauth.InvalidConfigError, match="base_url"):
        libauth.Seller(libauth.Config(""), access_key="a", secret_key="s")
    huge = "x" * (8 << 20)
    with sandbox.creditpay() as creditpay:
        with pytest.raises(libauth.Error):
            creditpay.issue_code(**customer(client_ip=huge))
        with pytest.raises(libauth.Error):
            creditpay.call("GET", "/" + huge)
        with pytest.raises(libauth.Error):
            creditpay.verify(libauth.Inbound("POST", "/notify", {"signature": huge, "timestamp": "1"}, huge))
        answer = creditpay.call("POST", "/v1/pay", body=b'"' + b"y" * (128 << 10) + b'"')
        assert answer.field(huge) is None and answer.header(huge) is None
    with sandbox.seller("huge") as seller:
        with pytest.raises(libauth.ProtocolError, match="max_response_bytes|large"):
            seller.token()


def test_none_for_everything_that_takes_an_object(sandbox: Sandbox) -> None:
    none: Any = None
    with pytest.raises(TypeError, match="config"):
        libauth.Seller(none, access_key="a", secret_key="s")
    with pytest.raises(TypeError, match="base_url must be str, not NoneType"):
        libauth.Config(none)
    with sandbox.seller() as seller, sandbox.creditpay() as creditpay:
        with pytest.raises(TypeError):
            seller.read_token(none, none)
        with pytest.raises(TypeError):
            creditpay.verify(none)
        with pytest.raises(TypeError, match="method"):
            seller.call(none, "/a")
        with pytest.raises(TypeError, match="path"):
            seller.call("GET", none)
        with pytest.raises(TypeError, match="headers"):
            seller.call("GET", "/a", headers={"a": none})


def test_use_after_close_is_an_exception(sandbox: Sandbox) -> None:
    handles: List[Any] = [
        sandbox.creditpay(),
        sandbox.daxpay(),
        sandbox.openplatform(),
        sandbox.redemption_rsa(),
        sandbox.redemption_md5(),
        sandbox.seller(),
    ]
    message = libauth.Inbound("POST", "/notify")
    for handle in handles:
        handle.close()
        handle.close()
        assert handle.closed and "closed" in repr(handle)
        arguments: Dict[str, Tuple[Tuple[Any, ...], Dict[str, Any]]] = {
            "issue_code": ((), customer()),
            "build_issue_code": ((), customer()),
            "open_token": (("c",), {}),
            "build_open_token": (("c",), {}),
            "auth": ((), {"channel": "ali_pay", "auth_code": "c"}),
            "generate_auth_url": ((), {"channel": "ali_pay"}),
            "get_alipay_url": ((), {"serial_no": "s", "user_id": "u"}),
            "token": ((), {}),
            "build_token": ((), {}),
            "invalidate": (("t",), {}),
            "verify": ((message,), {}),
            "call": (("GET", "/a"), {}),
            "build_call": (("GET", "/a"), {}),
            "__enter__": ((), {}),
        }
        tried = 0
        for name, (positional, named) in arguments.items():
            method = getattr(handle, name, None)
            if method is not None:
                with pytest.raises(libauth.ClosedError, match=type(handle).__name__):
                    method(*positional, **named)
                tried += 1
        assert tried >= 5


def test_results_live_on_after_close(sandbox: Sandbox) -> None:
    with sandbox.seller() as seller:
        token = seller.token()
        request = seller.build_token()
        with pytest.raises(libauth.Error) as caught:
            seller.call("BAD METHOD", "/a")
    del seller
    assert token.answer.body and request.body and caught.value.message


def test_a_failed_constructor_leaves_nothing_behind(sandbox: Sandbox) -> None:
    with pytest.raises(libauth.InvalidKeyError, match="private_key"):
        libauth.Redemption.rsa(sandbox.config("redemption"), business_id="b", merchant_id="m", private_key="not a key")
    maker: Any = libauth.Redemption
    with pytest.raises(TypeError, match="Redemption.rsa"):
        maker(sandbox.config("redemption"))


def test_errors_can_be_pickled_and_handles_cannot(sandbox: Sandbox) -> None:
    with sandbox.daxpay("code=10500") as daxpay:
        with pytest.raises(libauth.PlatformError) as caught:
            daxpay.auth(channel="ali_pay", auth_code="c")
        again = pickle.loads(pickle.dumps(caught.value))
        assert type(again) is libauth.PlatformError and str(again) == str(caught.value)
        assert (again.platform_code, again.http_status, again.delivery, again.retry_safe, again.trace_id) == (
            caught.value.platform_code,
            caught.value.http_status,
            caught.value.delivery,
            caught.value.retry_safe,
            caught.value.trace_id,
        )
        assert again.answer is None
        for wrong in (lambda: pickle.dumps(daxpay), lambda: copy.deepcopy(daxpay)):
            with pytest.raises(TypeError, match="pickled"):
                wrong()
    with sandbox.seller() as seller:
        with pytest.raises(TypeError, match="pickled"):
            pickle.dumps(seller.token())
    config = sandbox.config("seller", timeout=3)
    assert pickle.loads(pickle.dumps(config)) == config == dataclasses.replace(config, timeout=3)
    assert dataclasses.replace(config, timeout=4) != config


def test_no_secret_in_a_repr(sandbox: Sandbox) -> None:
    config = sandbox.config("seller", proxy="http://user:hunter2@127.0.0.1:1")
    assert "hunter2" not in repr(config)
    with sandbox.seller() as seller:
        token, request = seller.token(), seller.build_token()
        call = seller.build_call("GET", "/a")
        shown = repr((seller, token, request, call, token.answer, libauth.HttpResponse(200, {"a": token.value})))
        assert token.value not in shown and sandbox.credentials["seller_secret_key"] not in shown
