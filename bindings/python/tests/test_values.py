"""JSON whose numbers keep their digits; errors that are Python's own too; names that shadow nothing."""

from __future__ import annotations

import builtins
import json
import pickle
from decimal import Decimal
from typing import Any, Dict, List

import pytest

import libauth
from conftest import Sandbox
from libauth import _json


def test_a_call_with_json_and_its_answer(sandbox: Sandbox) -> None:
    value = {"amount": Decimal("0.10"), "big": 2**70, "name": "张三", "list": [None, True, 1.5, '"\n'], "tuple": (1,)}
    with sandbox.seller() as seller:
        answer = seller.call("POST", "/orders", json=value)
        sent = seller.build_call("POST", "/orders", json={}).body
    body = sandbox.last("seller")["body"]
    assert (
        body == '{"amount":0.10,"big":1180591620717411303424,"name":"张三","list":[null,true,1.5,"\\"\\n"],"tuple":[1]}'
    )
    assert answer.json()["data"]["method"] == "POST" and answer.json()["code"] == 200
    assert sent == b"{}"


def test_numbers_keep_their_digits() -> None:
    text = b'{"a":1.10,"b":12345678901234567890.123456789,"c":1e400,"d":12345678901234567890}'
    read = _json.loads(text)
    assert read["a"] == Decimal("1.10") and str(read["a"]) == "1.10" and type(read["d"]) is int
    assert str(read["b"]) == "12345678901234567890.123456789" and read["c"] == Decimal("1e400")
    assert json.loads(_json.dumps(read), parse_float=str) == json.loads(
        text.replace(b"1e400", b"1E+400"), parse_float=str
    )


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"NaN", b'{"a":Infinity}', b"[" * 100000])
def test_a_body_that_is_not_json(body: bytes) -> None:
    with pytest.raises(libauth.ProtocolError, match="not JSON"):
        _json.loads(body)


def test_values_that_json_cannot_hold(sandbox: Sandbox) -> None:
    itself: List[Any] = []
    itself.append(itself)
    wrong: Dict[str, Any] = {
        "json['a'] must be": {"a": object()},
        "a key in json": {1: 2},
        "json\\[1\\] must": [1, b"x"],
    }
    bad: Dict[str, Any] = {
        "json is nan": float("nan"),
        "json\\[0\\] is Infinity": [Decimal("Infinity")],
        "holds itself": itself,
        "lone surrogate": "\ud800",
    }
    with sandbox.seller() as seller:
        for match, value in wrong.items():
            with pytest.raises(TypeError, match=match.replace("['a']", "\\['a'\\]")):
                seller.call("POST", "/a", json=value)
        for match, value in bad.items():
            with pytest.raises(libauth.InvalidArgumentError, match=match):
                seller.call("POST", "/a", json=value)
        with pytest.raises(TypeError, match="together"):
            seller.call("POST", "/a", json={}, body=b"{}")
    assert sandbox.counters("seller")["business_requests"] == 0


def test_an_event_as_json(sandbox: Sandbox) -> None:
    with sandbox.creditpay() as creditpay:
        event = creditpay.verify(sandbox.message("creditpay", kind="PAY_SUCCESS", event_id="event-json"))
    assert event.json()["event_id"] == "event-json"


def test_errors_are_also_what_people_catch(sandbox: Sandbox) -> None:
    with sandbox.seller("slow=20000", timeout=0.05) as seller, pytest.raises(TimeoutError) as slow:
        seller.token()
    assert type(slow.value) is libauth.TimeoutError and isinstance(slow.value, OSError)
    assert "timeout" in str(slow.value) and "timeout_ms" not in str(slow.value)
    nowhere = libauth.Config("http://127.0.0.1:9", max_tries=0)
    with libauth.Seller(nowhere, access_key="a", secret_key="s") as seller, pytest.raises(ConnectionError) as refused:
        seller.token()
    assert type(refused.value) is libauth.NetworkError
    for error in (slow.value, refused.value):
        again = pickle.loads(pickle.dumps(error))
        assert str(again) == str(error) == error.message and again.delivery is error.delivery
        assert again.args == error.args


def test_a_star_import_shadows_nothing() -> None:
    assert set(libauth.__all__) & set(dir(builtins)) == set()
    assert libauth.TimeoutError is libauth.errors.TimeoutError and issubclass(
        libauth.TimeoutError, builtins.TimeoutError
    )


def test_received_headers_may_be_bytes(sandbox: Sandbox) -> None:
    with sandbox.creditpay() as creditpay:
        sent = sandbox.message("creditpay", kind="REFUND", token="客户")
        headers: Any = sent.headers
        raw = [(name.lower().encode(), value.encode()) for name, value in headers]
        event = creditpay.verify(libauth.Inbound(sent.method, sent.path, raw, sent.body))
        assert event.kind is libauth.CreditPayKind.REFUND and event.customer_token == "客户"
        with pytest.raises(libauth.BadSignatureError):
            creditpay.verify(libauth.Inbound(sent.method, sent.path, [(b"signature", b"\xff")], sent.body))
