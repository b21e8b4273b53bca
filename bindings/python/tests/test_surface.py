"""The binding against include/libauth.h and tests/languages/scenarios.txt: nothing forgotten, nothing different."""

from __future__ import annotations

import ast
import enum
import importlib.util
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
LEFT_OUT: Dict[str, str] = {}

#: Constants of the header by prefix, and where Python has them.
ENUMS: Dict[str, Type[enum.IntEnum]] = {
    "LIBAUTH_LOG_": libauth.LogLevel,
    "LIBAUTH_SIGNATURE_": libauth.ResponseSignature,
    "LIBAUTH_EXPIRES_IN_": libauth.ExpiresInUnit,
    "LIBAUTH_CREDITPAY_": libauth.CreditPayEventKind,
}
SINGLE: Dict[str, Any] = {
    "LIBAUTH_VERSION": libauth.__version__,
    "LIBAUTH_VERSION_MAJOR": int(libauth.__version__.split(".")[0]),
    "LIBAUTH_VERSION_MINOR": int(libauth.__version__.split(".")[1]),
    "LIBAUTH_VERSION_PATCH": int(libauth.__version__.split(".")[2]),
    "LIBAUTH_CREDITPAY_REPLY_STATUS": libauth.CreditPay.REPLY_STATUS,
    "LIBAUTH_DAXPAY_REPLY": libauth.DaxPay.REPLY,
    "LIBAUTH_REDEMPTION_REPLY": libauth.Redemption.REPLY,
}

pytestmark = pytest.mark.skipif(not HEADER.exists(), reason="libauth.h is not here: this is not the repository")


def generator() -> Any:
    spec = importlib.util.spec_from_file_location("generate_header", PYTHON / "tools" / "generate_header.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def names_in_code() -> Set[str]:
    """Every C function that the binding's code names; comments and docstrings do not count."""
    found: Set[str] = set()
    for source in (PYTHON / "src" / "libauth").glob("*.py"):
        if source.name != "_header.py":
            for node in ast.walk(ast.parse(source.read_text("utf-8"))):
                if isinstance(node, ast.Attribute) and node.attr.startswith("libauth_"):
                    found.add(node.attr)
    return found


def test_the_generated_file_is_that_of_the_header() -> None:
    text = HEADER.read_text("utf-8")
    committed = (PYTHON / "src" / "libauth" / "_header.py").read_text("utf-8")
    assert committed == generator().generate(text), "run bindings/python/tools/generate_header.py"


def test_the_generator_overlooks_no_function() -> None:
    # Another way of finding them: every name followed by a parenthesis outside comments, callback types aside.
    text = generator().without_comments(HEADER.read_text("utf-8"))
    named = set(re.findall(r"\b(libauth_\w+)\s*\(", text))
    assert named == {name for name, _result, _parameters in generated.FUNCTIONS} and len(named) > 190


def test_every_function_is_wrapped_or_left_out_with_a_reason() -> None:
    declared = {name for name, _result, _parameters in generated.FUNCTIONS}
    wrapped = names_in_code()
    assert declared - wrapped - set(LEFT_OUT) == set(), "neither wrapped nor left out"
    assert wrapped - declared == set(), "not in the header"
    assert set(LEFT_OUT) <= declared and not set(LEFT_OUT) & wrapped
    assert all(LEFT_OUT.values())


def test_every_constant_has_its_value() -> None:
    assert generated.CONSTANTS == generator().constants(HEADER.read_text("utf-8"))
    for name, value in generated.CONSTANTS.items():
        if name in SINGLE:
            assert SINGLE[name] == value, name
            continue
        short = name[len("LIBAUTH_") :]
        places = [(kind, name[len(prefix) :]) for prefix, kind in ENUMS.items() if name.startswith(prefix)]
        if name.startswith("LIBAUTH_DAXPAY_"):
            short = name[len("LIBAUTH_DAXPAY_") :]
            kind: Type[enum.IntEnum] = (
                libauth.DaxPayAlgorithm if short in libauth.DaxPayAlgorithm.__members__ else libauth.DaxPayIdentityStatus
            )
            places = [(kind, short)]
        elif not places:
            places = [(libauth.Delivery if short in libauth.Delivery.__members__ else libauth.Status, short)]
        for kind, member in places:
            assert member in kind.__members__, f"{name} is missing from {kind.__name__}"
            assert kind[member] == value, name


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
                if not member.startswith("_") and (inspect.isfunction(value) or isinstance(value, (property, classmethod))):
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
