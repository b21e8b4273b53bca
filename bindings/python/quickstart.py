"""Logs in to all five platforms, checks a webhook, and explains a wrong signature.

Settings come from the environment; what is not set falls back to the sandbox (cargo run --example sandbox) and its
credentials.
"""

from __future__ import annotations

import os
import sys
import uuid
from datetime import datetime, timedelta, timezone

import libauth


def setting(name: str, fallback: str) -> str:
    return os.environ.get(name) or fallback


def config_for(variable: str, platform: str) -> libauth.Config:
    """A configuration for LIBAUTH_<PLATFORM>_URL, else for the platform in the sandbox."""
    return libauth.Config(setting(variable, setting("LIBAUTH_SANDBOX", "http://127.0.0.1:18321") + "/" + platform))


def one_time() -> str:
    """Unique enough for the sandbox: real codes and serial numbers are your own."""
    return f"quickstart-{uuid.uuid4().hex}"


def creditpay() -> None:
    with libauth.CreditPay(
        config_for("LIBAUTH_CREDITPAY_BASE_URL", "creditpay"),
        plat_id=setting("LIBAUTH_CREDITPAY_PLAT_ID", "plat-1001"),
        api_key=setting("LIBAUTH_CREDITPAY_API_KEY", "ck-sandbox-api-key-7f3a"),
        signature_key=setting(
            "LIBAUTH_CREDITPAY_SIGNATURE_KEY",
            "sandbox-signature-key-18dd8a3c8003d2adcd13cb9981618bedd759a19f697a46d270542c6023479a08",
        ),
    ) as creditpay:
        code = creditpay.issue_code(
            customer_no="473_32_86000698",
            customer_token="customer-token-1",
            token_expire=datetime.now(timezone.utc) + timedelta(hours=1),
            callback_url="https://shop.example/callback",
            client_ip="192.168.1.166",
        )
        print("creditpay    ", code.url)
        if not os.environ.get("LIBAUTH_CREDITPAY_BASE_URL"):
            check_webhook(creditpay)  # the sandbox has one to check
        explain(creditpay)


def check_webhook(creditpay: libauth.CreditPay) -> None:
    # A real server receives it.
    sent = creditpay.call("POST", "/sandbox/webhook", body='{"kind":"PAY_SUCCESS","path":"/notify"}')
    inbound = libauth.Inbound(
        "POST",
        sent.field("data.path") or "",
        headers={
            "signature": sent.field("data.headers.signature") or "",
            "timestamp": sent.field("data.headers.timestamp") or "",
        },
        body=sent.field("data.body") or "",
    )
    event = creditpay.verify(inbound)
    print("webhook       genuine", event.type)


def explain(creditpay: libauth.CreditPay) -> None:
    """Somebody signed the gateway prefix too: which mistake is it?"""
    body = "{}"
    wrong = creditpay.explain(libauth.Inbound("POST", "/creditpay/v1/pay", body=body))
    print(
        "explain      ",
        creditpay.explain(libauth.Inbound("POST", "/v1/pay", body=body), signature=wrong.signature).message,
    )


def daxpay() -> None:
    with libauth.DaxPay(
        config_for("LIBAUTH_DAXPAY_BASE_URL", "daxpay"),
        app_id=setting("LIBAUTH_DAXPAY_APP_ID", "A112544225541"),
        mch_no=setting("LIBAUTH_DAXPAY_MCH_NO", "M1723635576766"),
        sign_key=setting("LIBAUTH_DAXPAY_SIGN_KEY", "sandboxSignKey-Zx81kQ2pLm"),
    ) as daxpay:
        identity = daxpay.auth(channel="ali_pay", auth_code=setting("LIBAUTH_DAXPAY_AUTH_CODE", one_time()))
        print("daxpay        openId", identity.open_id)


def openplatform() -> None:
    with libauth.OpenPlatform(
        config_for("LIBAUTH_OPENPLATFORM_BASE_URL", "openplatform"),
        client_id=setting("LIBAUTH_OPENPLATFORM_CLIENT_ID", "sandbox-client-20220408"),
        secret=setting("LIBAUTH_OPENPLATFORM_SECRET", "sandbox-client-secret-5d0be1c97a"),
    ) as openplatform:
        token = openplatform.token()
        print("openplatform ", token.header_name, "for", int(token.lifetime.total_seconds()), "s")


def redemption() -> None:
    with libauth.Redemption.md5(
        config_for("LIBAUTH_REDEMPTION_BASE_URL", "redemption"),
        business_id=setting("LIBAUTH_REDEMPTION_BUSINESS_ID", "754ea3e3a699404f9b82e8f881107f19"),
        merchant_id=setting("LIBAUTH_REDEMPTION_MERCHANT_ID", "eb1bb305ca3940f8adf1d4e964555699"),
        secret=setting("LIBAUTH_REDEMPTION_SECRET", "sandbox-md5-secret-c3a9f04e"),
    ) as redemption:
        print("redemption   ", redemption.get_alipay_url(serial_no=one_time(), user_id="user-1").url)


def seller() -> None:
    with libauth.Seller(
        config_for("LIBAUTH_SELLER_BASE_URL", "seller"),
        access_key=setting("LIBAUTH_SELLER_ACCESS_KEY", "sandbox-access-key-202405"),
        secret_key=setting("LIBAUTH_SELLER_SECRET_KEY", "sandbox-secret-key-e81f66b2d4"),
    ) as seller:
        first = seller.token()
        second = seller.token()  # cached: no request
        cached = "served from the cache" if second.value == first.value else "fetched again"
        print(f"seller        {first.header_name}, then {cached}")


def main() -> int:
    try:
        creditpay()
        daxpay()
        openplatform()
        redemption()
        seller()
    except libauth.Error as error:
        print(f"quickstart: {error.status.name}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
