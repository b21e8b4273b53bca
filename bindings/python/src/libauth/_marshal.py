"""Turns Python values into what the C functions take, and back.

What C would cut short or wrap around is refused here, naming the parameter: a NUL inside a string, text that is not
Unicode. Numbers that do not fit are passed on as the nearest that does, for the library to refuse with its own text.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any, Iterable, Iterator, Mapping, Optional, Tuple, Type, Union

from .errors import Error, InvalidArgumentError

#: Headers or query parameters: a mapping, or pairs where a name may come twice.
Pairs = Union[Mapping[str, str], Iterable[Tuple[str, str]]]

#: Headers as a server or a client received them: as text, or as the bytes that ASGI has.
ReceivedPairs = Union[Pairs, Mapping[bytes, bytes], Iterable[Tuple[bytes, bytes]]]

#: A length of time: a timedelta, or a number of seconds.
Duration = Union[timedelta, float]

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_LAST = datetime.max.replace(tzinfo=timezone.utc)
_MILLISECOND = timedelta(milliseconds=1)
_INT32 = 2**31 - 1
_INT64 = 2**63 - 1


def wrong_type(name: str, wanted: str, value: object) -> TypeError:
    return TypeError(f"{name} must be {wanted}, not {type(value).__name__}")


def required(value: str, name: str, error: Type[Error] = InvalidArgumentError) -> bytes:
    """A string for a `const char *` that must be there."""
    encoded = text(value, name, error)
    if encoded is None:
        raise wrong_type(name, "str", None)
    return encoded


def text(value: Optional[str], name: str, error: Type[Error] = InvalidArgumentError) -> Optional[bytes]:
    """A string for a `const char *`. None stays None."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise wrong_type(name, "str", value)
    try:
        encoded = value.encode("utf-8")
    except UnicodeEncodeError as problem:
        # Not chained: its text would show the value, which may be a secret.
        at = problem.start
    else:
        if b"\0" not in encoded:
            return encoded
        raise error(f"{name} holds a NUL character, at index {value.index(chr(0))}") from None
    raise error(f"{name} is not Unicode text: there is a lone surrogate at index {at}")


def body(value: Union[bytes, bytearray, memoryview, str, None], name: str = "body") -> bytes:
    """Bytes; a string becomes UTF-8, a NUL in it being as good as any other character."""
    if value is None:
        return b""
    if isinstance(value, bytes):
        return value
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    if not isinstance(value, str):
        raise wrong_type(name, "bytes or str", value)
    try:
        return value.encode("utf-8")
    except UnicodeEncodeError as problem:
        at = problem.start
    raise InvalidArgumentError(f"{name} is not Unicode text: there is a lone surrogate at index {at}")


def pairs(value: Optional[Pairs], name: str) -> Iterator[Tuple[bytes, bytes]]:
    """Headers or query parameters."""
    if value is None:
        return
    if isinstance(value, (str, bytes)):
        raise wrong_type(name, "a mapping, or pairs of name and value", value)
    items: Iterable[Tuple[str, str]] = value.items() if isinstance(value, Mapping) else value
    for item in items:
        if not isinstance(item, (tuple, list)) or len(item) != 2:
            raise TypeError(f"{name} must be a mapping, or pairs of name and value")
        key = required(item[0], f"a name in {name}")
        yield key, required(item[1], f"{name}[{key.decode('utf-8')!r}]")


def received_pairs(value: Optional[ReceivedPairs], name: str) -> Iterator[Tuple[bytes, bytes]]:
    """Headers that came over the wire. Bytes are read as UTF-8, or else as Latin-1."""
    if value is None or isinstance(value, (str, bytes)):
        return pairs(value, name)
    items: Iterable[Any] = value.items() if isinstance(value, Mapping) else value
    return pairs([_as_text(item) for item in items], name)


def _as_text(item: Any) -> Any:
    if not isinstance(item, (tuple, list)):
        return item
    return tuple(_decoded(part) if isinstance(part, bytes) else part for part in item)


def _decoded(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def integer(value: int, name: str, bits: int = 32) -> int:
    """A number for an int32_t or int64_t."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong_type(name, "int", value)
    limit = _INT32 if bits == 32 else _INT64
    return max(-limit - 1, min(limit, int(value)))


def flag(value: bool, name: str) -> int:
    """A yes or no."""
    if not isinstance(value, bool):
        raise wrong_type(name, "bool", value)
    return int(value)


def milliseconds(value: Duration, name: str, error: Type[Error] = InvalidArgumentError) -> int:
    """A length of time. What is shorter than a millisecond, but not nothing, counts as one."""
    if isinstance(value, timedelta):
        exact = value / _MILLISECOND
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        if value != value:
            raise error(f"{name} is not a number")
        if not -(10.0**15) < value < 10.0**15:
            return _INT64 if value > 0 else -_INT64
        exact = value * 1000
    else:
        raise wrong_type(name, "a timedelta or a number of seconds", value)
    return max(1, round(exact)) if exact > 0 else round(exact)


def unix_milliseconds(value: datetime, name: str) -> int:
    """A point in time. One without a time zone could mean any hour, and is refused."""
    if not isinstance(value, datetime):
        raise wrong_type(name, "a datetime", value)
    if value.utcoffset() is None:
        raise InvalidArgumentError(f"{name} has no time zone: use datetime.now(timezone.utc) or the like")
    return (value - _EPOCH) // _MILLISECOND


def moment(unix_ms: int) -> datetime:
    """A point in time in UTC; what lies beyond Python's calendar becomes its last moment, or its first."""
    try:
        return _EPOCH + timedelta(milliseconds=unix_ms)
    except OverflowError:
        return _LAST if unix_ms > 0 else datetime.min.replace(tzinfo=timezone.utc)


def span(ms: int) -> timedelta:
    """A length of time, at most Python's longest."""
    try:
        return timedelta(milliseconds=ms)
    except OverflowError:
        return timedelta.max if ms > 0 else timedelta.min
