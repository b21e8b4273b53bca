"""Log lines reach Python's logging, and cost nothing that nobody wants."""

from __future__ import annotations

import logging
import subprocess
import sys
from typing import Any

import pytest

import libauth
from conftest import Sandbox, origin


def test_a_rejected_webhook_is_logged_with_its_reason(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    with sandbox.creditpay() as creditpay, pytest.raises(libauth.BadSignatureError):
        creditpay.verify(sandbox.message("creditpay", kind="REFUND", tamper="signature"))
    lines = [record for record in caplog.records if record.name == "libauth.creditpay"]
    assert [record.levelno for record in lines] == [logging.WARNING]
    assert "BAD_SIGNATURE" in lines[0].getMessage()


def test_each_platform_has_its_logger_and_levels_can_change(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    with sandbox.seller() as seller, sandbox.openplatform() as openplatform:
        seller.call("GET", "/shop")
        assert caplog.records == []  # DEBUG is off by default
        # After the handle was made, and for one platform alone.
        caplog.set_level(logging.DEBUG, logger="libauth.seller")
        seller.call("GET", "/shop")
        openplatform.call("GET", "/shop")
    assert caplog.records and {record.name for record in caplog.records} == {"libauth.seller"}
    assert {record.levelno for record in caplog.records} <= {logging.INFO, logging.DEBUG}


def test_a_level_keeps_lines_from_python(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(1, logger="libauth")
    with sandbox.seller(log_level=libauth.LogLevel.OFF) as seller:
        seller.call("GET", "/shop")
    assert caplog.records == []
    with sandbox.seller(log_level=libauth.LogLevel.INFO) as seller:
        seller.call("GET", "/shop")
    assert caplog.records and {record.levelno for record in caplog.records} == {logging.INFO}


def test_lines_speak_python(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    with sandbox.seller("slow=20000", timeout=0.05) as seller, pytest.raises(libauth.TimeoutError):
        seller.token()
    assert caplog.records and not any("timeout_ms" in record.getMessage() for record in caplog.records)


def test_a_handler_that_raises_does_not_end_the_call(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise OSError("the disk is full")

    reported: Any = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: reported.append(unraisable.exc_value))
    logger, handler = logging.getLogger("libauth.seller"), Broken()
    logger.addHandler(handler)
    monkeypatch.setattr(logger, "level", logging.DEBUG)
    logging.getLogger("libauth.seller").manager._clear_cache()  # type: ignore[attr-defined]
    try:
        with sandbox.seller() as seller:
            assert seller.token().value
    finally:
        logger.removeHandler(handler)
    assert reported and all(isinstance(error, OSError) for error in reported)


def test_nothing_is_printed_without_a_handler(sandbox: Sandbox) -> None:
    program = (
        "import libauth, sys\n"
        f"with libauth.Seller(libauth.Config({origin()!r} + '/f/status=503/seller'), access_key='a', secret_key='s') as s:\n"
        "    try: s.token(timeout=0.2)\n"
        "    except libauth.Error: print('failed')\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60)
    assert (ran.returncode, ran.stdout.strip(), ran.stderr) == (0, b"failed", b"")
