"""libauth.testing: what a user's tests get."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

import libauth
import libauth.testing

COMMAND = os.environ.get("LIBAUTH_COMMAND")
needs_command = pytest.mark.skipif(not COMMAND, reason="LIBAUTH_COMMAND does not name the libauth command")


def test_the_fixture(libauth_sandbox: libauth.testing.Sandbox) -> None:
    with libauth_sandbox.seller() as seller, libauth_sandbox.openplatform() as openplatform:
        libauth_sandbox.fault("seller", "status=503,times=1")
        assert seller.call("GET", "/orders", idempotent=True).http_status == 200
        libauth_sandbox.fault("seller", "status=500")
        with pytest.raises(libauth.OutcomeUnknownError):
            seller.call("GET", "/orders")
        libauth_sandbox.fault("seller", None)
        libauth_sandbox.expire_tokens()
        assert seller.call("GET", "/orders").http_status == 200 and openplatform.token().value
    paths = [request["path"] for request in libauth_sandbox.requests("seller")]
    assert (
        len([path for path in paths if path.endswith("/seller/orders")]) >= 3
        and libauth_sandbox.counters("seller")["token_requests"] >= 2
    )
    with libauth_sandbox.creditpay() as creditpay, libauth_sandbox.redemption() as redemption:
        assert creditpay.verify(libauth_sandbox.message("creditpay", kind="REFUND")).type == "REFUND"
        assert redemption.get_alipay_url(serial_no="s", user_id="u").url
    with libauth_sandbox.daxpay() as daxpay, libauth_sandbox.daxpay_open() as edition_open:
        assert daxpay.auth(channel="ali_pay", auth_code="c").open_id and edition_open.ping().verified
    with pytest.raises(ValueError, match="no_such"):
        libauth_sandbox.fault("seller", "no_such=1")


def test_each_test_has_a_part_of_its_own(libauth_sandbox: libauth.testing.Sandbox) -> None:
    other = libauth_sandbox.part()
    with libauth_sandbox.seller() as seller:
        seller.token()
    assert libauth_sandbox.counters("seller")["requests"] == 1 and other.counters("seller")["requests"] == 0


def test_the_environment(libauth_sandbox: libauth.testing.Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in libauth_sandbox.environment().items():
        monkeypatch.setenv(name, value)
    kinds: Any = (libauth.Seller, libauth.OpenPlatform)
    for kind in kinds:
        with kind.from_env() as handle:
            assert handle.token().value
    assert libauth_sandbox.counters("seller")["requests"] == 1


@needs_command
def test_it_starts_the_command_and_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LIBAUTH_SANDBOX")
    with libauth.testing.Sandbox.start() as sandbox:
        process: Any = sandbox._process
        with sandbox.seller() as seller:
            assert seller.token().value
        assert process.poll() is None
    assert process.returncode == 0
    with pytest.raises(RuntimeError, match="there is no sandbox at"):
        sandbox.part()


def test_what_cannot_be_started_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("LIBAUTH_SANDBOX")
    with pytest.raises(RuntimeError, match="No such file"):
        libauth.testing.Sandbox.start(str(tmp_path / "nothing"))
    with pytest.raises(RuntimeError, match="no libauth command of this version"):
        libauth.testing.Sandbox.start(sys.executable)
    monkeypatch.delenv("LIBAUTH_COMMAND", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))
    with pytest.raises(RuntimeError, match="there is no libauth command: .*LIBAUTH_COMMAND"):
        libauth.testing.Sandbox.start()


@needs_command
def test_a_users_own_test(tmp_path: Path) -> None:
    (tmp_path / "test_shop.py").write_text(
        textwrap.dedent(
            """
            import os

            def test_orders(libauth_sandbox):
                with libauth_sandbox.seller() as seller:
                    assert seller.call("POST", "/orders", json={"a": 1}).json()["data"]["body"] == {"a": 1}
                assert libauth_sandbox.requests("seller")[-1]["path"].endswith("/seller/orders")
            """
        )
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(libauth.__file__).parents[1])}
    del environment["LIBAUTH_SANDBOX"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "libauth.testing", "-p", "no:cacheprovider", str(tmp_path)],
        env=environment, capture_output=True, text=True, timeout=120, cwd=str(tmp_path),
    )  # fmt: skip
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout + done.stderr
