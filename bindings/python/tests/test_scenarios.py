"""What every language's suite shows: one test for each line of tests/languages/scenarios.txt."""

from __future__ import annotations

import json
import re
import threading
import time
import urllib.parse
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Dict, List, Optional, Set, Tuple

import pytest

import libauth
from conftest import Sandbox, customer, send


def deliver(request: libauth.HttpRequest) -> libauth.HttpResponse:
    """Sends a built request with Python's own HTTP client."""
    status, headers, body = send(request.method, request.url, request.body or None, dict(request.headers))
    return libauth.HttpResponse(status, headers, body)


def test_scenario_creditpay_issue_code(sandbox: Sandbox) -> None:
    with sandbox.creditpay() as creditpay:
        code = creditpay.issue_code(**customer())
    assert re.fullmatch("[0-9a-f]{32}", code.ident_code)
    assert urllib.parse.urlsplit(code.url).path.endswith("/oauth") and code.ident_code in code.url
    # The answer outlives the handle.
    assert json.loads(code.answer.body)["data"]["ident_code"] == code.ident_code
    assert code.answer.http_status == 200 and code.answer.code == "0"
    assert code.answer.field("data.ident_code") == code.ident_code
    assert code.answer.field("data.nothing") is None
    assert (code.answer.header("CONTENT-TYPE") or "").startswith("application/json")
    assert code.ident_code not in repr(code)


def test_scenario_creditpay_cards(sandbox: Sandbox) -> None:
    cards = [
        libauth.CreditPayCard("gold", "10001.23", "CNY", "https://shop.example/金.png", "<b>金卡 额度</b>"),
        libauth.CreditPayCard("silver", Decimal("1E+3"), "CNY", "https://shop.example/silver.png", "<b>银卡</b>"),
    ]
    with sandbox.creditpay() as creditpay:
        code = creditpay.issue_code(**customer(cards=cards, customer_no="客户-1", lang="zh-CN", trace_id="trace-77"))
    assert len(code.ident_code) == 32
    recorded = sandbox.last("creditpay")
    assert recorded["refused"] is None
    body = recorded["body"]
    assert "10001.23" in body and "1000" in body and "1E+3" not in body
    assert "<b>金卡 额度</b>" in body.encode().decode("unicode_escape") or "<b>金卡 额度</b>" in body
    assert ["trace", "trace-77"] in recorded["headers"]


def test_scenario_creditpay_open_token(sandbox: Sandbox) -> None:
    with sandbox.creditpay() as creditpay:
        before = datetime.now(timezone.utc)
        code = creditpay.issue_code(**customer())
        token = creditpay.open_token(code.ident_code)
    assert token.value and token.value in token.header_value and token.header_name
    assert token.expires_at.tzinfo is timezone.utc
    assert before < token.expires_at <= datetime.now(timezone.utc) + token.lifetime
    assert token.lifetime > timedelta(0)
    assert token.value not in repr(token)


def test_scenario_daxpay_auth(sandbox: Sandbox) -> None:
    with sandbox.daxpay() as daxpay:
        identity = daxpay.auth(channel="ali_pay", auth_code="code-1", client_ip="10.0.0.1")
        waiting = daxpay.auth(channel="ali_pay", auth_code="waiting-1")
        none = daxpay.auth(channel="ali_pay", auth_code="none-1")
    data = json.loads(identity.answer.body)["data"]
    assert identity.status is libauth.DaxPayStatus.SUCCESS and identity.status_name == "success"
    assert (identity.open_id, identity.user_id, identity.access_token) == (
        data["openId"],
        data["userId"],
        data["accessToken"],
    )
    assert identity.open_id and identity.user_id and identity.access_token
    assert waiting.status is libauth.DaxPayStatus.WAITING and waiting.open_id is None
    assert none.status is libauth.DaxPayStatus.NOT_EXIST


def test_scenario_daxpay_generate_auth_url(sandbox: Sandbox) -> None:
    with sandbox.daxpay() as daxpay:
        url = daxpay.generate_auth_url(channel="ali_pay", auth_redirect_url="https://shop.example/back")
        stored = daxpay.auth_and_set(channel="ali_pay", auth_code="code-2")
    assert urllib.parse.urlsplit(url.url).scheme in ("http", "https")
    assert url.query_code and url.query_code == json.loads(url.answer.body)["data"]["queryCode"]
    assert stored.code == "0"


def test_scenario_daxpay_unsigned_answer(sandbox: Sandbox) -> None:
    with sandbox.daxpay(platform="daxpay-unsigned") as strict:
        with pytest.raises(libauth.BadSignatureError) as caught:
            strict.auth(channel="ali_pay", auth_code="code-1")
    assert caught.value.delivery is libauth.Delivery.ANSWERED
    with sandbox.daxpay(
        platform="daxpay-unsigned", daxpay_response_signature=libauth.DaxPayResponseSignature.IF_PRESENT
    ) as tolerant:
        assert tolerant.auth(channel="ali_pay", auth_code="code-2").open_id


def test_scenario_openplatform_token_and_call(sandbox: Sandbox) -> None:
    with sandbox.openplatform() as openplatform:
        token = openplatform.token()
        answer = openplatform.call(
            "POST", "/v1/orders/中", query=[("a", "1"), ("a", "2 &")], headers={"X-Own": "own"}, body='{"name":"张三"}'
        )
    assert token.header_name == "Access-Token"
    assert answer.field("data.method") == "POST"
    assert (answer.field("data.body") or "") != ""
    recorded = sandbox.last("openplatform")
    headers = {name.lower(): value for name, value in recorded["headers"]}
    assert headers["access-token"] == token.value and headers["x-own"] == "own"
    assert json.loads(recorded["body"]) == {"name": "张三"}
    assert "a=1&a=2" in recorded["path"]


def test_scenario_redemption_rsa(sandbox: Sandbox) -> None:
    with sandbox.redemption_rsa() as redemption:
        url = redemption.get_alipay_url(serial_no="serial-1", user_id="user-1", callback_url="https://shop.example/cb")
    assert url.url == json.loads(url.answer.body)["data"]["alipayAuthUrl"] == url.answer.field("data.alipayAuthUrl")
    headers = {name.lower(): value for name, value in sandbox.last("redemption")["headers"]}
    assert headers["signtype"] == "SHA256-RSA"


def test_scenario_redemption_md5(sandbox: Sandbox) -> None:
    with sandbox.redemption_md5() as redemption:
        url = redemption.get_alipay_url(serial_no="serial-1", user_id="user-1")
    assert url.url.startswith("https://")
    headers = {name.lower(): value for name, value in sandbox.last("redemption")["headers"]}
    assert headers["signtype"] == "MD5"


def test_scenario_seller_token_cached(sandbox: Sandbox) -> None:
    with sandbox.seller() as seller:
        first, second = seller.token(), seller.token()
    assert first == second and first.header_value == "Bearer " + first.value
    assert first.header_name == "Authorization"
    assert sandbox.counters("seller")["token_requests"] == 1


def test_scenario_seller_stats(sandbox: Sandbox) -> None:
    with sandbox.seller() as seller:
        seller.token()
        seller.token()
        counted = seller.stats()
    assert counted["platform"] == "seller" and counted["calls"]["token"]["OK"]["count"] == 1
    longest = counted["attempts"]["token"]["OK"]["longest_us"]
    assert 0 < longest <= counted["calls"]["token"]["OK"]["total_us"] < 60_000_000
    assert counted["tokens"] == {
        "fetched": 1,
        "refreshed": 0,
        "cached": 1,
        "failed": 0,
        "shared": 0,
        "store_failed": 0,
    }
    assert counted["connections"] == {"opened": 1, "reused": 0, "failed": 0}


def test_scenario_seller_token_replaced(sandbox: Sandbox) -> None:
    with sandbox.seller() as seller:
        first = seller.token()
        sandbox.control("POST", "expire")
        answer = seller.call("GET", "/v1/shop")
        second = seller.token()
        assert second.value != first.value
        # A late loser cannot drop the fresh one; its owner can.
        seller.invalidate(first.value)
        assert seller.token().value == second.value
        seller.invalidate(second.header_value)
        assert seller.token().value != second.value
    assert answer.http_status == 200
    counters = sandbox.counters("seller")
    assert counters["business_requests"] == 2 and counters["token_requests"] == 3


def test_scenario_platform_error(sandbox: Sandbox) -> None:
    with sandbox.daxpay("code=10500") as daxpay:
        with pytest.raises(libauth.PlatformError) as caught:
            daxpay.auth(channel="ali_pay", auth_code="code-1")
    error = caught.value
    assert error.status is libauth.Status.PLATFORM and error.delivery is libauth.Delivery.ANSWERED
    assert error.platform_code == "10500" and error.http_status == 200
    assert error.answer is not None
    answered = json.loads(error.answer.body)
    assert error.platform_message == answered["msg"] and error.trace_id == answered["traceId"]
    assert error.message == str(error) and "\n" not in error.message


def test_scenario_missing_field(sandbox: Sandbox) -> None:
    with sandbox.creditpay() as creditpay:
        for name in ("customer_no", "customer_token", "token_expire", "callback_url", "client_ip"):
            with pytest.raises(TypeError, match=name):
                creditpay.issue_code(**customer(**{name: None}))
        with pytest.raises(libauth.InvalidArgumentError, match="customer_no") as caught:
            creditpay.issue_code(**customer(customer_no=""))
        assert caught.value.delivery is libauth.Delivery.NOT_SENT
    assert sandbox.counters("creditpay")["requests"] == 0


def test_scenario_outcome_unknown(sandbox: Sandbox) -> None:
    with sandbox.daxpay("reset_after") as daxpay:
        with pytest.raises(libauth.OutcomeUnknownError) as caught:
            daxpay.auth(channel="ali_pay", auth_code="code-1")
    assert caught.value.delivery is libauth.Delivery.MAYBE_SENT and not caught.value.retry_safe
    assert sandbox.counters("daxpay")["requests"] == 1


def test_scenario_timeout(sandbox: Sandbox) -> None:
    with sandbox.seller("slow=20000", timeout=0.3) as seller:
        started = time.monotonic()
        with pytest.raises(libauth.TimeoutError) as caught:
            seller.token()
        took = time.monotonic() - started
    assert caught.value.delivery is libauth.Delivery.MAYBE_SENT
    assert 0.25 < took < 3


def test_scenario_rate_limited(sandbox: Sandbox) -> None:
    with sandbox.seller("status=429,retry_after=7", max_tries=0) as seller:
        with pytest.raises(libauth.RateLimitedError) as caught:
            seller.token()
    assert caught.value.retry_after == timedelta(seconds=7) and caught.value.http_status == 429


def test_scenario_webhook_genuine(sandbox: Sandbox) -> None:
    before = datetime.now(timezone.utc) - timedelta(seconds=5)
    with sandbox.creditpay() as creditpay:
        message = sandbox.message(
            "creditpay",
            kind="PAY_SUCCESS",
            event_id="event-1",
            token="customer-1",
            nonce="trace-1",
            data={"note": "收"},
        )
        event = creditpay.verify(message)
    assert event.kind is libauth.CreditPayKind.PAY_SUCCESS and event.type == "PAY_SUCCESS"
    assert event.id == "event-1" and event.customer_token == "customer-1" and event.trace_id == "trace-1"
    assert before < event.timestamp < datetime.now(timezone.utc) + timedelta(seconds=5)
    assert event.body == libauth_body(message) and "customer-1" not in repr(event)
    assert event.platform_id == sandbox.credentials["creditpay_plat_id"]
    body = json.loads(event.body)
    assert event.field("event_id") == body["event_id"] == "event-1"
    assert event.field("no.such") is None


def libauth_body(message: libauth.Inbound) -> bytes:
    return message.body.encode() if isinstance(message.body, str) else message.body


@pytest.mark.parametrize("tamper", ["body", "signature", "missing_signature"])
def test_scenario_webhook_tampered(sandbox: Sandbox, tamper: str) -> None:
    with sandbox.creditpay() as creditpay:
        message = sandbox.message("creditpay", kind="REFUND", tamper=tamper)
        with pytest.raises(libauth.BadSignatureError):
            creditpay.verify(message)


def test_scenario_webhook_replayed(sandbox: Sandbox) -> None:
    with sandbox.creditpay() as creditpay:
        message = sandbox.message("creditpay", kind="PAY_START")
        with pytest.raises(RuntimeError), creditpay.verify(message):
            raise RuntimeError("the database refused")
        with creditpay.verify(message) as event:
            with pytest.raises(libauth.BusyError) as busy:
                creditpay.verify(message)
            assert busy.value.event.id == event.id and libauth.reply_status(busy.value) == 503
        with pytest.raises(libauth.ReplayedError) as replayed:
            creditpay.verify(message)
        assert replayed.value.event.id == event.id and libauth.reply_status(replayed.value) == 200
        assert libauth.reply_status() == 200


def test_scenario_webhook_stale(sandbox: Sandbox) -> None:
    ahead = [timedelta(0)]

    def clock() -> Tuple[datetime, timedelta]:
        return datetime.now(timezone.utc) + ahead[0], timedelta(seconds=time.monotonic()) + ahead[0]

    with sandbox.creditpay(clock_callback=clock, window=timedelta(minutes=5)) as creditpay:
        message = sandbox.message("creditpay", kind="PAY_START")
        ahead[0] = timedelta(minutes=5, seconds=30)
        with pytest.raises(libauth.StaleError):
            creditpay.verify(message)
        ahead[0] = timedelta(minutes=4)
        assert creditpay.verify(message).kind is libauth.CreditPayKind.PAY_START


def test_scenario_daxpay_notification(sandbox: Sandbox) -> None:
    with sandbox.daxpay() as daxpay:
        message = sandbox.message("daxpay", kind="payment", event_id="trace-9")
        notification = daxpay.verify(message)
        with pytest.raises(libauth.BadSignatureError):
            daxpay.verify(sandbox.message("daxpay", kind="refund", tamper="signature"))
    body = json.loads(notification.body)
    assert notification.code == "0" and notification.trace_id == "trace-9" == body["traceId"]
    assert notification.message == body["msg"]
    name, value = next((name, value) for name, value in body["data"].items() if isinstance(value, str))
    assert notification.field("data." + name) == value
    assert libauth.DaxPay.REPLY == "SUCCESS"


@pytest.mark.parametrize("algorithm", ["SHA256-RSA", "MD5"])
def test_scenario_redemption_callback(sandbox: Sandbox, algorithm: str) -> None:
    handle = sandbox.redemption_rsa() if algorithm == "SHA256-RSA" else sandbox.redemption_md5()
    with handle as redemption:
        message = sandbox.message("redemption", algorithm=algorithm, event_id="serial-4")
        callback = redemption.verify(message)
        callback.done()
        with pytest.raises(libauth.ReplayedError):
            redemption.verify(message)
        with pytest.raises(libauth.BadSignatureError):
            redemption.verify(sandbox.message("redemption", algorithm=algorithm, tamper="signature"))
    assert callback.serial_no == "serial-4" and callback.open_id
    assert callback.open_id in callback.body.decode() and callback.field("no.such") is None


def test_scenario_offline_round_trip(sandbox: Sandbox) -> None:
    with sandbox.creditpay() as creditpay:
        request = creditpay.build_issue_code(**customer())
        assert sandbox.counters("creditpay")["requests"] == 0
        code = creditpay.read_issue_code(request, deliver(request))
        request = creditpay.build_open_token(code.ident_code)
        assert creditpay.read_open_token(request, deliver(request)).value
        request = creditpay.build_call("POST", "/v1/pay", body=b'{"a":1}')
        assert creditpay.read_call(request, deliver(request)).field("data.path")
        assert sandbox.credentials["creditpay_signature_key"] not in repr(request)
    with sandbox.daxpay() as daxpay:
        request = daxpay.build_auth(channel="ali_pay", auth_code="code-1")
        assert daxpay.read_auth(request, deliver(request)).open_id
        request = daxpay.build_auth_and_set(channel="ali_pay", auth_code="code-2")
        assert daxpay.read_auth_and_set(request, deliver(request)).code == "0"
        request = daxpay.build_generate_auth_url(channel="ali_pay")
        assert daxpay.read_generate_auth_url(request, deliver(request)).url
        request = daxpay.build_call("POST", "/pay", body='{"a":"1"}')
        assert daxpay.read_call(request, deliver(request)).code == "0"
    with sandbox.redemption_rsa() as redemption:
        request = redemption.build_get_alipay_url(serial_no="serial-1", user_id="user-1")
        assert redemption.read_get_alipay_url(request, deliver(request)).url
        request = redemption.build_call("POST", "/other", body="{}")
        assert redemption.read_call(request, deliver(request)).http_status == 200
    tokens: List[Any] = [sandbox.seller(), sandbox.openplatform()]
    for handle in tokens:
        with handle:
            with pytest.raises(libauth.UnauthorizedError):
                handle.build_call("GET", "/shop")
            request = handle.build_token()
            token = handle.read_token(request, deliver(request))
            assert handle.token().value == token.value
            request = handle.build_call("GET", "/shop", query={"a": "b"})
            assert (token.header_name.lower(), token.header_value) in [(n.lower(), v) for n, v in request.headers]
            assert handle.read_call(request, deliver(request)).http_status == 200
    assert sandbox.counters("seller")["token_requests"] == 1


def test_scenario_explain_mismatch(sandbox: Sandbox) -> None:
    body = '{"ident_code":"0"}'
    with sandbox.creditpay() as creditpay:
        # Whoever signs the whole path of the URL signs the gateway prefix too.
        wrong = creditpay.explain(
            libauth.Inbound("POST", urllib.parse.urlsplit(sandbox.url("creditpay")).path + "/v1/pay", body=body)
        )
        assert wrong.matches is None and wrong.signature and wrong.mistakes == ()
        assert sandbox.credentials["creditpay_signature_key"] not in wrong.string_to_sign
        explained = creditpay.explain(libauth.Inbound("POST", "/v1/pay", body=body), signature=wrong.signature)
        assert explained.matches is False and explained.mistakes == ("PATH_PREFIX",)
        assert len(explained.advice) == 1 and explained.advice[0]
        assert explained.message and "\n" not in explained.message
        right = creditpay.explain(libauth.Inbound("POST", "/v1/pay", body=body), signature=explained.signature)
        assert right.matches is True and right.mistakes == ()
    with sandbox.daxpay() as daxpay:
        swapped = libauth.Inbound("POST", "/", body='{"b":"2","a":"1"}')
        signed = daxpay.explain(libauth.Inbound("POST", "/", body='{"a":"1","b":"2"}'))
        assert daxpay.explain(swapped, signature=signed.signature).matches is True
        assert daxpay.explain(swapped, signature="00").matches is False
        assert sandbox.credentials["daxpay_sign_key"] not in signed.string_to_sign
    with sandbox.redemption_rsa() as redemption:
        request = redemption.build_get_alipay_url(serial_no="serial-1", user_id="user-1")
        ours = libauth.Inbound(request.method, urllib.parse.urlsplit(request.url).path, request.headers, request.body)
        sent = {name.lower(): value for name, value in request.headers}
        assert redemption.explain(ours, signature=sent["sign"]).matches is True
        theirs = sandbox.message("redemption", algorithm="SHA256-RSA")
        assert redemption.explain_event(theirs, signature="AAAA").matches is False
        assert redemption.explain_event(theirs).signature is None


def test_scenario_log_without_secrets(sandbox: Sandbox) -> None:
    lines: List[Tuple[libauth.LogLevel, str]] = []
    settings: Any = {
        "log_callback": lambda level, line: lines.append((level, line)),
        "log_level": libauth.LogLevel.TRACE,
    }
    with sandbox.creditpay(**settings) as creditpay:
        code = creditpay.issue_code(**customer())
        creditpay.verify(sandbox.message("creditpay", kind="PAY_START"))
    with sandbox.daxpay(**settings) as daxpay:
        daxpay.auth(channel="ali_pay", auth_code="code-1")
    with sandbox.openplatform(**settings) as openplatform:
        openplatform.call("GET", "/shop")
    with sandbox.redemption_rsa(**settings) as redemption:
        redemption.get_alipay_url(serial_no="serial-1", user_id="user-1")
    with sandbox.seller("code=500,echo_secret,at=business", **settings) as seller:
        token = seller.token()
        with pytest.raises(libauth.Error):
            seller.call("GET", "/shop")
    levels = {level for level, _line in lines}
    assert all(isinstance(level, libauth.LogLevel) for level in levels) and libauth.LogLevel.DEBUG in levels
    everything = "\n".join(line for _level, line in lines)
    for secret in sandbox.secrets() + [token.value, code.ident_code, "customer-token-7c1d"]:
        assert secret not in everything
    assert not any("\n" in line for _level, line in lines)


class MemoryStore:
    """A store in memory; what it keeps never ends."""

    def __init__(self) -> None:
        self.values: Dict[str, bytes] = {}
        self.lock = threading.Lock()

    def get(self, key: str, timeout: timedelta) -> Optional[bytes]:
        assert timeout == timedelta(milliseconds=200)
        return self.values.get(key)

    def add(self, key: str, value: bytes, ttl: timedelta, timeout: timedelta) -> bool:
        assert ttl > timedelta(0)
        with self.lock:
            return self.values.setdefault(key, value) is value

    def replace(self, key: str, expected: bytes, value: bytes, ttl: timedelta, timeout: timedelta) -> bool:
        with self.lock:
            if self.values.get(key) != expected:
                return False
            self.values[key] = value
            return True

    def remove(self, key: str, expected: bytes, timeout: timedelta) -> bool:
        with self.lock:
            return self.values.get(key) == expected and self.values.pop(key) is not None


def test_scenario_replay_store(sandbox: Sandbox) -> None:
    asked: List[timedelta] = []
    seen: Set[str] = set()

    class OnlyAdd:
        def add(self, key: str, value: bytes, ttl: timedelta, timeout: timedelta) -> bool:
            asked.append(ttl)
            fresh = key not in seen
            seen.add(key)
            return fresh

    with sandbox.creditpay(replay_store=OnlyAdd()) as creditpay:
        message = sandbox.message("creditpay", kind="PAY_START")
        creditpay.verify(message)
        with pytest.raises(libauth.ReplayedError):
            creditpay.verify(message)
        assert len(seen) == 1 and asked == [timedelta(days=1)] * 2
        # Another handle of another process would share it.
        seen.clear()
        creditpay.verify(message)
    # One with all four operations has two phases.
    store = MemoryStore()
    with sandbox.creditpay(replay_store=store) as one, sandbox.creditpay(replay_store=store) as other:
        message = sandbox.message("creditpay", kind="PAY_START")
        event = one.verify(message)
        with pytest.raises(libauth.BusyError):
            other.verify(message)
        event.done()
        with pytest.raises(libauth.ReplayedError):
            other.verify(message)


def test_scenario_token_store(sandbox: Sandbox) -> None:
    store = MemoryStore()
    shared: Dict[str, Any] = {"token_store": store, "store_keys": [("one", bytes(range(32)))]}
    with sandbox.seller(**shared) as one, sandbox.seller(**shared) as other:
        token = one.token()
        assert not token.is_degraded and other.token().value == token.value
        assert sandbox.counters("seller")["requests"] == 1
        # Nothing of it can be read in the store.
        assert all(token.value.encode() not in value for value in store.values.values())
    with pytest.raises(libauth.InvalidConfigError, match="store_key"):
        sandbox.seller(token_store=store)


def test_scenario_threads_share_a_token(sandbox: Sandbox) -> None:
    values: List[str] = []
    together = threading.Barrier(64)
    with sandbox.seller("slow=100") as seller:

        def ask() -> None:
            together.wait(10)
            values.append(seller.token().value)

        threads = [threading.Thread(target=ask) for _ in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert len(values) == 64 and len(set(values)) == 1
    assert sandbox.counters("seller")["token_requests"] == 1


def test_scenario_invalid_text(sandbox: Sandbox) -> None:
    config = sandbox.config("seller")
    nothing: Any = None
    with pytest.raises(TypeError, match="access_key must be str, not NoneType"):
        libauth.Seller(config, access_key=nothing, secret_key="s")
    with pytest.raises(libauth.InvalidArgumentError, match="secret_key.*surrogate"):
        libauth.Seller(config, access_key="a", secret_key="half a pair \ud800")
    with sandbox.creditpay() as creditpay:
        with pytest.raises(libauth.InvalidArgumentError, match="customer_no.*surrogate"):
            creditpay.issue_code(**customer(customer_no="\udfff"))
        with pytest.raises(TypeError, match="ident_code"):
            creditpay.open_token(nothing)
    assert sandbox.counters("creditpay")["requests"] == 0


def test_daxpay_edition_open(sandbox: Sandbox) -> None:
    known = sandbox.credentials
    keys = {
        "mch_no": known["daxpay_open_mch_no"],
        "app_id": known["daxpay_open_app_id"],
        "platform_public_key": known["daxpay_open_platform_public_key_pem"],
    }
    config = sandbox.config("daxpay-open")
    with libauth.DaxPay.open(config, private_key=known["daxpay_open_private_key_pem"], **keys) as daxpay:
        assert daxpay.ping().verified and daxpay.ping().field("data.serverSignStr")
        url = daxpay.generate_auth_url(channel="wechat_pay", return_path="/back")
        assert url.url.startswith("http") and url.answer.verified
        identity = daxpay.auth(auth_code="code-1")
        assert identity.status is libauth.DaxPayStatus.SUCCESS and not identity.answer.verified
        with daxpay.verify(sandbox.message("daxpay-open", kind="payment")) as event:
            assert event.key == 0 and event.field("data.orderNo")


def test_a_signer_of_ones_own(sandbox: Sandbox) -> None:
    known = sandbox.credentials
    asked: List[bytes] = []

    def refuse(message: bytes) -> bytes:
        asked.append(message)
        raise RuntimeError("the token is not plugged in")

    for signer, cause in (
        (refuse, RuntimeError),
        (lambda message: b"x" * 256, type(None)),
        (lambda message: b"", type(None)),
    ):
        with pytest.raises(libauth.InvalidKeyError) as caught:
            libauth.Redemption.rsa_signed_by(
                sandbox.config("redemption"),
                business_id=known["redemption_business_id"],
                merchant_id=known["redemption_merchant_id"],
                sign_callback=signer,
                public_key=known["redemption_merchant_public_key_pem"],
            )
        assert isinstance(caught.value.__cause__, cause), caught.value
    assert len(asked) == 1
