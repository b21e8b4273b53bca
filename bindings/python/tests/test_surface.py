"""The binding against include/libauth.h and tests/languages/scenarios.txt: nothing forgotten, nothing different."""

from __future__ import annotations

import ast
import enum
import inspect
import re
from pathlib import Path
from typing import Any, Dict, Set, Type

import pytest

import libauth
import libauth._header as generated
import libauth.errors

PYTHON = Path(__file__).resolve().parents[1]
ROOT = PYTHON.parents[1]
HEADER = ROOT / "include" / "libauth.h"

#: Functions of the header that the binding does not wrap, each with the reason.
LEFT_OUT: Dict[str, str] = {
    "libauth_version_number": "the version as text tells the same",
    "libauth_check_version": "the binding checks the version itself, before it binds the functions",
    "libauth_answer_field_or": "field() has a default",
    "libauth_creditpay_event_field_or": "field() has a default",
    "libauth_daxpay_event_field_or": "field() has a default",
    "libauth_redemption_event_field_or": "field() has a default",
    "libauth_inbound_new_n": "a string knows its length: a NUL inside is refused",
    "libauth_inbound_add_header_n": "a string knows its length: a NUL inside is refused",
    "libauth_call_add_header_n": "a string knows its length: a NUL inside is refused",
    "libauth_http_response_add_header_n": "a string knows its length: a NUL inside is refused",
    "libauth_http_response_set_status": "a response is made with its status",
}

#: Constants of the header by prefix, the longer before the shorter, and where Python has them.
ENUMS: Dict[str, Type[enum.IntEnum]] = {
    "LIBAUTH_LOG_": libauth.LogLevel,
    "LIBAUTH_DELIVERY_": libauth.Delivery,
    "LIBAUTH_JSON_": libauth.JsonType,
    "LIBAUTH_SELLER_EXPIRES_IN_": libauth.SellerExpiresInUnit,
    "LIBAUTH_CREDITPAY_KIND_": libauth.CreditPayKind,
    "LIBAUTH_DAXPAY_SIGN_": libauth.DaxPaySign,
    "LIBAUTH_DAXPAY_STATUS_": libauth.DaxPayStatus,
    "LIBAUTH_DAXPAY_RESPONSE_SIGNATURE_": libauth.DaxPayResponseSignature,
    "LIBAUTH_": libauth.Status,
}
VERSION = [int(part) for part in libauth.__version__.split(".")]
SINGLE: Dict[str, Any] = {
    "LIBAUTH_VERSION": libauth.__version__,
    "LIBAUTH_VERSION_MAJOR": VERSION[0],
    "LIBAUTH_VERSION_MINOR": VERSION[1],
    "LIBAUTH_VERSION_PATCH": VERSION[2],
    "LIBAUTH_VERSION_NUMBER": VERSION[0] * 10000 + VERSION[1] * 100 + VERSION[2],
    "LIBAUTH_CREDITPAY_REPLY": libauth.CreditPay.REPLY,
    "LIBAUTH_DAXPAY_REPLY": libauth.DaxPay.REPLY,
    "LIBAUTH_REDEMPTION_REPLY": libauth.Redemption.REPLY,
}

pytestmark = pytest.mark.skipif(not HEADER.exists(), reason="libauth.h is not here: this is not the repository")


def names_in_code() -> Set[str]:
    """Every C function that the binding's code names; comments and docstrings do not count."""
    found: Set[str] = set()
    for source in (PYTHON / "src" / "libauth").glob("*.py"):
        if source.name != "_header.py":
            for node in ast.walk(ast.parse(source.read_text("utf-8"))):
                if isinstance(node, ast.Attribute) and node.attr.startswith("libauth_"):
                    found.add(node.attr)
    return found


def test_every_function_is_wrapped_or_left_out_with_a_reason() -> None:
    declared = {name for name, _result, _parameters in generated.FUNCTIONS}
    wrapped = names_in_code()
    assert declared - wrapped - set(LEFT_OUT) == set(), "neither wrapped nor left out"
    assert wrapped - declared == set(), "not in the header"
    assert set(LEFT_OUT) <= declared and not set(LEFT_OUT) & wrapped
    assert all(LEFT_OUT.values())


def test_every_constant_has_its_value() -> None:
    for name, value in generated.CONSTANTS.items():
        if name in SINGLE:
            assert SINGLE[name] == value, name
            continue
        prefix, kind = next((prefix, kind) for prefix, kind in ENUMS.items() if name.startswith(prefix))
        assert name[len(prefix) :] in kind.__members__, f"{name} is missing from {kind.__name__}"
        assert kind[name[len(prefix) :]] == value, name


def test_every_status_has_an_exception() -> None:
    for status in libauth.Status:
        if status is not libauth.Status.OK:
            kind = libauth.errors.BY_STATUS[status]
            assert kind.status is status and issubclass(kind, libauth.Error)
            assert kind.__name__ == "".join(part.title() for part in status.name.split("_")) + "Error"
            assert getattr(libauth, kind.__name__) is kind
            assert libauth._native.lib.libauth_status_name(int(status)).decode() == status.name


def test_every_public_thing_is_documented_and_typed() -> None:
    for name in libauth.__all__:
        thing = getattr(libauth, name)
        if isinstance(thing, str):
            continue
        assert inspect.getdoc(thing), name
        if inspect.isclass(thing):
            for member, value in vars(thing).items():
                if not member.startswith("_") and (
                    inspect.isfunction(value) or isinstance(value, (property, classmethod))
                ):
                    assert inspect.getdoc(value), f"{name}.{member}"
    assert (PYTHON / "src" / "libauth" / "py.typed").exists()


def test_every_scenario_is_here() -> None:
    listed = [line.split()[0] for line in (ROOT / "tests" / "languages" / "scenarios.txt").read_text("utf-8").splitlines()
              if line.strip() and not line.startswith("#")]  # fmt: skip
    tests = (PYTHON / "tests" / "test_scenarios.py").read_text("utf-8")
    assert listed and [name for name in listed if f"def test_scenario_{name}(" not in tests] == []


def test_versions_agree() -> None:
    cargo = re.search(r'^version = "([^"]+)"', (ROOT / "Cargo.toml").read_text("utf-8"), flags=re.M)
    assert cargo is not None
    assert libauth.version() == libauth.__version__ == cargo.group(1)
