"""The sandbox, as the tests see it: LIBAUTH_SANDBOX is its origin, LIBAUTH_LIBRARY the library under test."""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone
from typing import Any, Dict, Iterator, List, Optional

import pytest

import libauth
import libauth.testing

#: Requests of the tests themselves: loopback only, whatever proxy the environment names.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def origin() -> str:
    value = os.environ.get("LIBAUTH_SANDBOX")
    if not value:
        pytest.exit("LIBAUTH_SANDBOX must be the origin of a sandbox: cargo run --example sandbox", returncode=2)
    return value


def send(method: str, url: str, body: Optional[bytes] = None, headers: Optional[Dict[str, str]] = None) -> Any:
    """A plain HTTP request; gives status, headers and body, an error status too."""
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with _direct.open(request, timeout=10) as answer:
            return answer.status, list(answer.headers.items()), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, list(error.headers.items()), error.read()


class Sandbox(libauth.testing.Sandbox):
    """A scope of its own in the sandbox, with what only these tests need."""

    def __init__(self) -> None:
        super().__init__(origin())

    def url(self, platform: str, fault: Optional[str] = None) -> str:
        return self.base_url(platform, fault)

    def control(self, method: str, call: str, body: Optional[Any] = None, **query: Any) -> Any:
        return self._control(method, call, query, body)

    def last(self, platform: str) -> Dict[str, Any]:
        recorded: Dict[str, Any] = self.control("GET", "last", platform=platform)
        return recorded

    def daxpay(self, fault: Optional[str] = None, platform: str = "daxpay", **settings: Any) -> libauth.DaxPay:
        return libauth.DaxPay(self.config(platform, fault, **settings), **self.account("daxpay"))

    def redemption_rsa(self, fault: Optional[str] = None, **settings: Any) -> libauth.Redemption:
        return self.redemption(fault, **settings)

    def redemption_md5(self, fault: Optional[str] = None, **settings: Any) -> libauth.Redemption:
        c = self.credentials
        return libauth.Redemption.md5(
            self.config("redemption", fault, **settings),
            business_id=c["redemption_business_id"],
            merchant_id=c["redemption_merchant_id"],
            secret=c["redemption_md5_secret"],
        )

    def secrets(self) -> List[str]:
        """Every credential that must not show anywhere: what is no mere name."""
        names = ("key", "secret")
        return [
            value
            for name, value in self.credentials.items()
            if any(part in name for part in names) and "public" not in name
        ]


def customer(**changes: Any) -> Dict[str, Any]:
    """What Credit Pay wants to know, to issue a code."""
    fields: Dict[str, Any] = {
        "customer_no": "473_32_86000698",
        "customer_token": "customer-token-7c1d",
        "token_expire": datetime.now(timezone.utc) + timedelta(hours=1),
        "callback_url": "https://shop.example/callback",
        "client_ip": "192.168.1.166",
    }
    fields.update(changes)
    return fields


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    yield Sandbox()
