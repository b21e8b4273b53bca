"""The examples in the docstrings run, against the sandbox; and everything that calls a platform has one."""

from __future__ import annotations

import asyncio
import doctest
import importlib
import inspect
import pkgutil
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Dict, List

import pytest

import libauth
import libauth.aio
import libauth.auth
from conftest import Sandbox, customer

requests: Any = pytest.importorskip("requests")
httpx: Any = pytest.importorskip("httpx")

MODULES = ["libauth"] + [
    name for _finder, name, _package in pkgutil.walk_packages(libauth.__path__, "libauth.") if "webhooks" not in name
]


def examples() -> List[doctest.DocTest]:
    finder = doctest.DocTestFinder(exclude_empty=True)
    found: List[doctest.DocTest] = []
    for name in MODULES:
        module = importlib.import_module(name)
        found += [test for test in finder.find(module, module=module) if test.examples]
    return found


@pytest.fixture
def known(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the examples take for granted."""
    for name, value in sandbox.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    creditpay, c = sandbox.creditpay(), sandbox.credentials
    webhook = sandbox.message("creditpay", kind="PAY_SUCCESS", path="/notify")
    names: Dict[str, Any] = {
        "libauth": libauth, "asyncio": asyncio, "requests": requests, "httpx": httpx, "datetime": datetime,
        "timedelta": timedelta, "timezone": timezone, "Decimal": Decimal, "seller": sandbox.seller(),
        "openplatform": sandbox.openplatform(), "creditpay": creditpay, "daxpay": sandbox.daxpay(),
        "edition_open": sandbox.daxpay_open(), "redemption": sandbox.redemption(),
        "ident_code": creditpay.issue_code(**customer()).ident_code, "request": creditpay.build_issue_code(**customer()),
        "headers": webhook.headers, "body": webhook.body, "notification": sandbox.message("daxpay", kind="payment"),
        "callback": sandbox.message("redemption", event_id="serial-7"), "config": libauth.Config("https://host.example"),
        "private_key": c["redemption_merchant_private_key_pem"], "public_key": c["redemption_platform_public_key_pem"],
    }  # fmt: skip
    return names


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_example(example: doctest.DocTest, known: Dict[str, Any]) -> None:
    example.globs.clear()
    example.globs.update(known)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL)
    said: List[str] = []
    failed, tried = runner.run(example, out=said.append)
    assert tried and not failed, "".join(said)


def test_everything_that_calls_a_platform_has_an_example() -> None:
    without = []
    for name in ("CreditPay", "DaxPay", "OpenPlatform", "Redemption", "Seller"):
        kind = getattr(libauth, name)
        for member, function in inspect.getmembers(kind, callable):
            wanted = "timeout" in inspect.signature(function).parameters if member[0] != "_" else False
            if (wanted or member == "verify") and ">>>" not in (inspect.getdoc(function) or ""):
                without.append(f"{name}.{member}")
    assert without == []
