"""JSON with numbers that stay exact: whole numbers as int, all others as Decimal."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any, List

from .errors import Delivery, InvalidArgumentError, ProtocolError


def dumps(value: object, name: str = "json") -> bytes:
    """A value as compact JSON in UTF-8. A Decimal is written with the digits that it has."""
    parts: List[str] = []
    try:
        _write(value, name, parts)
        return "".join(parts).encode("utf-8")
    except UnicodeEncodeError:
        pass  # its text would show the value, which may be a secret
    except RecursionError:
        raise InvalidArgumentError(f"{name} is nested too deeply, or holds itself") from None
    raise InvalidArgumentError(f"{name} is not Unicode text: there is a lone surrogate")


def loads(body: bytes) -> Any:
    """The value of a body in JSON."""
    try:
        return json.loads(body.decode("utf-8"), parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError):
        pass  # its error would carry the body, which may hold a secret
    raise ProtocolError("the body is not JSON: see body", delivery=Delivery.ANSWERED)


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _write(value: object, name: str, parts: List[str]) -> None:
    if value is None:
        parts.append("null")
    elif isinstance(value, bool):
        parts.append("true" if value else "false")
    elif isinstance(value, str):
        parts.append(json.dumps(value, ensure_ascii=False))
    elif isinstance(value, int):
        parts.append(int.__repr__(value))
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidArgumentError(f"{name} is {value!r}, which JSON cannot hold")
        parts.append(float.__repr__(value))
    elif isinstance(value, Decimal):
        if not value.is_finite():
            raise InvalidArgumentError(f"{name} is {value!s}, which JSON cannot hold")
        parts.append(str(value))
    elif isinstance(value, dict):
        _write_members(value, name, parts)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            parts.append("," if index else "[")
            _write(item, f"{name}[{index}]", parts)
        parts.append("]" if value else "[]")
    else:
        raise TypeError(
            f"{name} must be a dict, list, tuple, str, int, float, Decimal, bool or None, not {type(value).__name__}"
        )


def _write_members(value: "dict[Any, Any]", name: str, parts: List[str]) -> None:
    for index, (key, item) in enumerate(value.items()):
        if not isinstance(key, str):
            raise TypeError(f"a key in {name} must be str, not {type(key).__name__}")
        parts.append("," if index else "{")
        parts.append(json.dumps(key, ensure_ascii=False) + ":")
        _write(item, f"{name}[{key!r}]", parts)
    parts.append("}" if value else "{}")
