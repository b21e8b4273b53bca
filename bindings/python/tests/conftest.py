"""The sandbox, as the tests see it: LIBAUTH_SANDBOX is its origin, LIBAUTH_LIBRARY the library under test."""

from __future__ import annotations

import json
import os
import urllib.parse
import urllib.request
import uuid
from datetime import datetime, timedelta, timezone
from typing import Any, Dict, Iterator, List, Optional

import pytest

import libauth

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


class Sandbox:
    """A scope of its own in the sandbox."""

    def __init__(self) -> None:
        self.scope = "python-" + uuid.uuid4().hex
        self.credentials: Dict[str, str] = json.loads(send("GET", origin() + "/_/credentials")[2])

    def url(self, platform: str, fault: Optional[str] = None) -> str:
        return f"{origin()}/s/{self.scope}{'/f/' + fault if fault else ''}/{platform}"

    def control(self, method: str, call: str, body: Optional[Any] = None, **query: Any) -> Any:
        query["scope"] = self.scope
        url = f"{origin()}/_/{call}?{urllib.parse.urlencode(query)}"
        status, _headers, content = send(method, url, None if body is None else json.dumps(body).encode())
        assert status == 200, content
        return json.loads(content) if content[:1] in b"{[" else content.decode()

    def counters(self, platform: str) -> Dict[str, int]:
        found = self.control("GET", "counters").get(platform)
        return found if found is not None else {"requests": 0, "token_requests": 0, "business_requests": 0}

    def last(self, platform: str) -> Dict[str, Any]:
        recorded: Dict[str, Any] = self.control("GET", "last", platform=platform)
        return recorded

    def message(self, platform: str, **order: Any) -> libauth.Inbound:
        """A message of a platform to the user's server."""
        sent = self.control("POST", "callback", dict(order, platform=platform))
        return libauth.Inbound(sent["method"], sent["path"], [tuple(pair) for pair in sent["headers"]], sent["body"])

    def config(self, platform: str, fault: Optional[str] = None, **settings: Any) -> libauth.Config:
        return libauth.Config(self.url(platform, fault), **settings)

    def creditpay(self, fault: Optional[str] = None, **settings: Any) -> libauth.CreditPay:
        c = self.credentials
        return libauth.CreditPay(
            self.config("creditpay", fault, **settings),
            plat_id=c["creditpay_plat_id"],
            api_key=c["creditpay_api_key"],
            signature_key=c["creditpay_signature_key"],
        )

    def daxpay(self, fault: Optional[str] = None, platform: str = "daxpay", **settings: Any) -> libauth.DaxPay:
        c = self.credentials
        return libauth.DaxPay(
            self.config(platform, fault, **settings),
            app_id=c["daxpay_app_id"],
            mch_no=c["daxpay_mch_no"],
            sign_key=c["daxpay_sign_key"],
        )

    def openplatform(self, fault: Optional[str] = None, **settings: Any) -> libauth.OpenPlatform:
        c = self.credentials
        return libauth.OpenPlatform(
            self.config("openplatform", fault, **settings),
            client_id=c["openplatform_client_id"],
            secret=c["openplatform_secret"],
        )

    def redemption_rsa(self, fault: Optional[str] = None, **settings: Any) -> libauth.Redemption:
        c = self.credentials
        return libauth.Redemption.rsa(
            self.config("redemption", fault, **settings),
            business_id=c["redemption_business_id"],
            merchant_id=c["redemption_merchant_id"],
            private_key=c["redemption_merchant_private_key_pem"],
            platform_public_key=c["redemption_platform_public_key_pem"],
        )

    def redemption_md5(self, fault: Optional[str] = None, **settings: Any) -> libauth.Redemption:
        c = self.credentials
        return libauth.Redemption.md5(
            self.config("redemption", fault, **settings),
            business_id=c["redemption_business_id"],
            merchant_id=c["redemption_merchant_id"],
            secret=c["redemption_md5_secret"],
        )

    def seller(self, fault: Optional[str] = None, **settings: Any) -> libauth.Seller:
        c = self.credentials
        return libauth.Seller(
            self.config("seller", fault, **settings),
            access_key=c["seller_access_key"],
            secret_key=c["seller_secret_key"],
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
