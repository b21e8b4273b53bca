"""Callbacks: they outlive the collector, what they raise is reported, and they may call back."""

from __future__ import annotations

import gc
import sys
import threading
import time
import weakref
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, List, Tuple

import pytest

import libauth
from conftest import Sandbox, customer


class Adding:
    """A store that has only `add`, made of a function of the key."""

    def __init__(self, answer: Callable[[str], Any]) -> None:
        self.answer = answer

    def add(self, key: str, value: bytes, ttl: timedelta, timeout: timedelta) -> bool:
        answer = self.answer(key)
        return answer  # type: ignore[no-any-return]


def test_callbacks_survive_the_collector(sandbox: Sandbox) -> None:
    lines: List[str] = []
    asked: List[str] = []

    def make() -> libauth.CreditPay:
        # Nothing but the handle refers to these three, nor to the configuration.
        return sandbox.creditpay(
            log_callback=lambda level, line: lines.append(line),
            log_level=libauth.LogLevel.TRACE,
            clock_callback=lambda: (datetime.now(timezone.utc), timedelta(seconds=time.monotonic())),
            replay_store=Adding(lambda key: not asked.append(key)),  # type: ignore[func-returns-value]
        )

    with make() as creditpay:
        for _ in range(5):
            gc.collect()
            _garbage = [bytes(64) for _ in range(10000)]
            creditpay.verify(sandbox.message("creditpay", kind="PAY_START"))
            creditpay.issue_code(**customer())
    assert len(asked) == 5 and lines


def test_a_handle_and_its_callbacks_are_collected(sandbox: Sandbox) -> None:
    class Log:
        seller: Any = None

        def __call__(self, level: libauth.LogLevel, line: str) -> None:
            pass

    log = Log()
    log.seller = sandbox.seller(log_callback=log)
    gone = weakref.ref(log)
    del log
    gc.collect()
    assert gone() is None


def test_a_replay_store_that_raises_refuses_the_message(sandbox: Sandbox) -> None:
    mistake = RuntimeError("the database is gone")

    def guard(key: str) -> bool:
        raise mistake

    with sandbox.creditpay(replay_store=Adding(guard)) as creditpay:
        with pytest.raises(libauth.StoreError) as caught:
            creditpay.verify(sandbox.message("creditpay", kind="PAY_START"))
    assert caught.value.__cause__ is mistake


@pytest.mark.parametrize("answer", [None, 1, "yes", 0])
def test_a_replay_store_must_answer_with_a_bool(sandbox: Sandbox, answer: Any) -> None:
    with sandbox.creditpay(replay_store=Adding(lambda key: answer)) as creditpay:
        with pytest.raises(libauth.StoreError) as caught:
            creditpay.verify(sandbox.message("creditpay", kind="PAY_START"))
    assert isinstance(caught.value.__cause__, TypeError) and "bool" in str(caught.value.__cause__)


def test_a_clock_that_raises_ends_the_call(sandbox: Sandbox) -> None:
    broken: List[BaseException] = []

    def clock() -> Tuple[datetime, timedelta]:
        if broken:
            raise broken[0]
        return datetime.now(timezone.utc), timedelta(seconds=time.monotonic())

    with sandbox.creditpay(clock_callback=clock) as creditpay:
        message = sandbox.message("creditpay", kind="PAY_START")
        broken.append(LookupError("no time"))
        with pytest.raises(libauth.InternalError, match="clock_callback") as caught:
            creditpay.verify(message)
        assert caught.value.__cause__ is broken[0]
        broken.clear()
        creditpay.verify(sandbox.message("creditpay", kind="PAY_START"))


@pytest.mark.parametrize(
    "answer", [None, (), (1, 2), (datetime(2030, 1, 1), timedelta(0)), (datetime.now(timezone.utc), 5)]
)
def test_a_clock_that_tells_nonsense_ends_the_call(sandbox: Sandbox, answer: Any) -> None:
    with pytest.raises(libauth.InternalError, match="clock_callback") as caught:
        with sandbox.creditpay(clock_callback=lambda: answer) as creditpay:
            creditpay.verify(sandbox.message("creditpay", kind="PAY_START"))
    assert isinstance(caught.value.__cause__, (TypeError, ValueError))


def test_a_log_that_raises_is_reported_and_the_call_goes_on(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    reported: List[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: reported.append(unraisable.exc_value))

    def log(level: libauth.LogLevel, line: str) -> None:
        raise OSError("the disk is full")

    with sandbox.seller(log_callback=log, log_level=libauth.LogLevel.TRACE) as seller:
        assert seller.token().value
    assert reported and all(isinstance(error, OSError) for error in reported)


def test_an_interrupt_in_a_callback_is_raised_by_the_call(sandbox: Sandbox) -> None:
    def log(level: libauth.LogLevel, line: str) -> None:
        raise KeyboardInterrupt

    def guard(key: str) -> bool:
        raise SystemExit(3)

    with sandbox.seller(log_callback=log, log_level=libauth.LogLevel.TRACE) as seller:
        with pytest.raises(KeyboardInterrupt):
            seller.token()
    with sandbox.creditpay(replay_store=Adding(guard)) as creditpay:
        with pytest.raises(SystemExit):
            creditpay.verify(sandbox.message("creditpay", kind="PAY_START"))


def test_a_callback_may_use_its_own_handle(sandbox: Sandbox) -> None:
    handle: List[libauth.CreditPay] = []
    inner: List[Any] = []

    def guard(key: str) -> bool:
        inner.append(handle[0].issue_code(**customer()).ident_code)
        try:
            handle[0].open_token("0" * 32)
        except libauth.Error as error:
            inner.append(error)
        return True

    with sandbox.creditpay(replay_store=Adding(guard)) as creditpay:
        handle.append(creditpay)
        assert creditpay.verify(sandbox.message("creditpay", kind="PAY_START"))
    assert len(inner) == 2 and len(inner[0]) == 32 and isinstance(inner[1], libauth.Error)


def test_a_log_callback_may_use_its_own_handle(sandbox: Sandbox) -> None:
    handle: List[libauth.Seller] = []
    seen: List[str] = []

    def log(level: libauth.LogLevel, line: str) -> None:
        if handle and len(seen) < 50:
            seen.append(line)
            handle[0].build_token()
            handle[0].invalidate("another token")

    with sandbox.seller(log_callback=log, log_level=libauth.LogLevel.TRACE) as seller:
        handle.append(seller)
        seller.token()
        seller.call("GET", "/shop")
    assert seen


def test_a_callback_may_close_its_own_handle(sandbox: Sandbox) -> None:
    handle: List[libauth.CreditPay] = []

    def guard(key: str) -> bool:
        handle[0].close()
        gc.collect()
        return True

    creditpay = sandbox.creditpay(replay_store=Adding(guard))
    handle.append(creditpay)
    assert creditpay.verify(sandbox.message("creditpay", kind="REFUND")).type == "REFUND"
    with pytest.raises(libauth.ClosedError):
        creditpay.verify(sandbox.message("creditpay", kind="REFUND"))


def test_callbacks_from_many_threads(sandbox: Sandbox) -> None:
    seen: List[Tuple[int, str]] = []
    with sandbox.seller(
        log_callback=lambda level, line: seen.append((threading.get_ident(), line)), log_level=libauth.LogLevel.TRACE
    ) as seller:
        threads = [threading.Thread(target=lambda: seller.call("GET", "/shop")) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    # On the thread that made the call.
    assert seen and {ident for ident, _line in seen} <= {thread.ident for thread in threads}


def test_an_event_outlives_its_handle(sandbox: Sandbox) -> None:
    lines: List[str] = []

    def event() -> libauth.CreditPayEvent:
        with sandbox.creditpay(log_callback=lambda level, line: lines.append(line)) as creditpay:
            return creditpay.verify(sandbox.message("creditpay", kind="REFUND"))

    for _ in range(20):
        kept = event()
        gc.collect()
        _garbage = [bytes(64) for _ in range(10000)]
        kept.give_back()  # which is logged, by the callback of a handle that is closed
    assert len(lines) == 20
