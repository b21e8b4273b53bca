"""Accounts from the environment, as docs/environment.md has it."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any, Dict

import pytest

import libauth
from conftest import Sandbox


@pytest.fixture
def account(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the variables of the sandbox's accounts."""
    for name in [name for name in os.environ if name.startswith("LIBAUTH_") and name.count("_") > 1]:
        monkeypatch.delenv(name)
    known = sandbox.credentials

    def set_all(prefix: str, platform: str, **settings: str) -> None:
        monkeypatch.setenv(f"LIBAUTH_{prefix}_BASE_URL", sandbox.url(platform))
        for setting, value in settings.items():
            monkeypatch.setenv(f"LIBAUTH_{prefix}_{setting}", known.get(value, value))

    return set_all


def test_every_platform_from_the_environment(sandbox: Sandbox, account: Any) -> None:
    account("SELLER", "seller", ACCESS_KEY="seller_access_key", SECRET_KEY="seller_secret_key")
    account("OPENPLATFORM", "openplatform", CLIENT_ID="openplatform_client_id", SECRET="openplatform_secret")
    account(
        "CREDITPAY", "creditpay", PLAT_ID="creditpay_plat_id", API_KEY="creditpay_api_key",
        SIGNATURE_KEY="creditpay_signature_key",
    )  # fmt: skip
    account(
        "DAXPAY",
        "daxpay-md5",
        SIGN_KEY="daxpay_sign_key",
        APP_ID="daxpay_app_id",
        MCH_NO="daxpay_mch_no",
        ALGORITHM="MD5",
    )
    account(
        "DAXPAY_OPEN", "daxpay-open", EDITION="open", MCH_NO="daxpay_open_mch_no", APP_ID="daxpay_open_app_id",
        PRIVATE_KEY="daxpay_open_private_key_pem", PLATFORM_PUBLIC_KEY="daxpay_open_platform_public_key_pem",
    )  # fmt: skip
    ids = {"BUSINESS_ID": "redemption_business_id", "MERCHANT_ID": "redemption_merchant_id"}
    account("REDEMPTION", "redemption", SECRET="redemption_md5_secret", **ids)
    account("REDEMPTION_RSA", "redemption", PRIVATE_KEY="redemption_merchant_private_key_pem", **ids)
    with libauth.Seller.from_env() as seller, libauth.OpenPlatform.from_env() as openplatform:
        assert seller.token().value and openplatform.token().value
    with libauth.CreditPay.from_env() as creditpay:
        assert creditpay.call("POST", "/v1/pay", json={}).code == "0"
    with libauth.DaxPay.from_env(max_tries=1) as daxpay, libauth.DaxPay.from_env("DAXPAY_OPEN") as edition_open:
        assert daxpay.auth(channel="ali_pay", auth_code="c").open_id and edition_open.ping().verified
    with libauth.Redemption.from_env() as md5, libauth.Redemption.from_env("REDEMPTION_RSA") as rsa:
        assert (
            md5.get_alipay_url(serial_no="s1", user_id="u").url and rsa.get_alipay_url(serial_no="s2", user_id="u").url
        )


def test_keys_from_files(sandbox: Sandbox, account: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    account("SELLER_EU", "seller", ACCESS_KEY="seller_access_key")
    secret = tmp_path / "secret-key"
    monkeypatch.setenv("LIBAUTH_SELLER_EU_SECRET_KEY_FILE", str(secret))
    with pytest.raises(libauth.InvalidConfigError, match="LIBAUTH_SELLER_EU_SECRET_KEY_FILE .*No such file"):
        libauth.Seller.from_env("SELLER_EU")
    secret.write_bytes(b"\xff")
    with pytest.raises(libauth.InvalidConfigError, match="SECRET_KEY_FILE .*not UTF-8"):
        libauth.Seller.from_env("SELLER_EU")
    secret.write_text(sandbox.credentials["seller_secret_key"] + "\n")
    with libauth.Seller.from_env("SELLER_EU") as seller:
        assert seller.token().value
    monkeypatch.setenv("LIBAUTH_SELLER_EU_SECRET_KEY", "hunter2")
    with pytest.raises(libauth.InvalidConfigError, match="SECRET_KEY and .*_FILE are both set") as both:
        libauth.Seller.from_env("SELLER_EU")
    assert "hunter2" not in str(both.value)


def test_every_setting(account: Any) -> None:
    numbers = {"MAX_IDLE_CONNECTIONS": "1", "MAX_TRIES": "2", "MAX_RESPONSE_BYTES": "3", "REPLAY_CAPACITY": "4"}
    spans = {
        "TIMEOUT_MS": "5",
        "CONNECT_TIMEOUT_MS": "6",
        "IDLE_TIMEOUT_MS": "7",
        "WINDOW_MS": "8",
        "REPLAY_CLAIM_MS": "9",
    }
    switches = {"ALLOW_HTTP": "1", "PROXY_FROM_ENVIRONMENT": "1", "BUNDLED_ROOTS": "0", "SYSTEM_ROOTS": "1"}
    texts = {"PROXY": "http://p:1", "CA_PEM": "ca", "USER_AGENT": "ua", "PINS": "sha256/a, sha256/b"}
    pair = {"CLIENT_CERTIFICATE_PEM": "cert", "CLIENT_KEY_PEM": "key"}
    everything = {**numbers, **spans, **switches, **texts, **pair}
    account("SELLER", "seller", EXPIRES_IN_UNIT="seconds", TOKEN_PATH="/t", **everything)
    ms = [timedelta(milliseconds=number) for number in range(10)]
    common: Dict[str, Any] = {
        "timeout": ms[5], "connect_timeout": ms[6], "idle_timeout": ms[7], "window": ms[8], "replay_claim": ms[9],
        "max_idle_connections": 1, "max_tries": 2, "max_response_bytes": 3, "replay_capacity": 4, "allow_http": True,
        "proxy_from_environment": True, "bundled_roots": False, "system_roots": True, "proxy": "http://p:1",
        "ca_pem": "ca", "user_agent": "ua", "pins": ["sha256/a", "sha256/b"], "client_certificate": (b"cert", b"key"),
    }  # fmt: skip
    url = os.environ["LIBAUTH_SELLER_BASE_URL"]
    unit = libauth.SellerExpiresInUnit.SECONDS
    assert libauth.Config.from_env("SELLER") == libauth.Config(
        url, seller_expires_in_unit=unit, seller_token_path="/t", **common
    )
    assert libauth.Config.from_env("SELLER", timeout=3).timeout == 3
    account("CREDITPAY", "x", SIGNED_PATH_PREFIX="/dg", PREVIOUS_KEY="a", PREVIOUS_KEY_2="b", PREVIOUS_KEY_4="d")
    creditpay = libauth.Config.from_env("CREDITPAY")
    assert creditpay.creditpay_signed_path_prefix == "/dg" and creditpay.creditpay_previous_keys == ("a", "b")
    account("DAXPAY", "x", UTC_OFFSET_MINUTES="-90", RESPONSE_SIGNATURE="if_present")
    daxpay = libauth.Config.from_env("DAXPAY")
    assert daxpay.daxpay_utc_offset == timedelta(minutes=-90)
    assert daxpay.daxpay_response_signature is libauth.DaxPayResponseSignature.IF_PRESENT
    account("OPENPLATFORM", "x", TOKEN_LIFETIME_MS="60000")
    assert libauth.Config.from_env("OPENPLATFORM").openplatform_token_lifetime == timedelta(minutes=1)


def test_what_is_wrong_is_named_by_its_variable(account: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(libauth.InvalidConfigError, match="^LIBAUTH_SELLER_BASE_URL is not set"):
        libauth.Config.from_env("SELLER")
    account("SELLER", "seller", ACCESS_KEY="a")
    with pytest.raises(libauth.InvalidConfigError, match="^LIBAUTH_SELLER_SECRET_KEY is not set"):
        libauth.Seller.from_env()
    for setting, value in (
        ("TIMEOUT_MS", "5s"),
        ("ALLOW_HTTP", "yes"),
        ("EXPIRES_IN_UNIT", "hours"),
        ("MAX_TRIES", "9" * 30),
    ):
        with monkeypatch.context() as patch, pytest.raises(libauth.InvalidConfigError) as wrong:
            patch.setenv("LIBAUTH_SELLER_" + setting, value)
            libauth.Config.from_env("SELLER")
        assert str(wrong.value).startswith(f"LIBAUTH_SELLER_{setting} is ") and value not in str(wrong.value)
    for name in ("seller", "SHOP", "SELLERS", "", "SELLER-EU"):
        with pytest.raises(libauth.InvalidConfigError, match="^account is "):
            libauth.Config.from_env(name)
    with pytest.raises(libauth.InvalidConfigError, match="must begin with CREDITPAY"):
        libauth.CreditPay.from_env("SELLER")
