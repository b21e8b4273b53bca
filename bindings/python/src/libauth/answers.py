"""What a platform answered."""

from __future__ import annotations

from typing import Any, Callable, Optional

from . import _json, _marshal, _native
from ._answer import JsonType as JsonType
from ._native import NativeObject, lib


def field_of(
    getter: Callable[[int, Optional[bytes]], Optional[bytes]], pointer: int, path: str, default: Optional[str]
) -> Optional[str]:
    """A field of the JSON body that an object holds."""
    found = _native.text(getter(pointer, _marshal.required(path, "path")))
    return default if found is None else found


def type_of(getter: Callable[[int, Optional[bytes]], int], pointer: int, path: str) -> JsonType:
    """The type of a field of the JSON body that an object holds."""
    return JsonType(getter(pointer, _marshal.required(path, "path")))


def integer_of(
    getter: Callable[[int, Optional[bytes], int], int], pointer: int, path: str, default: Optional[int]
) -> Optional[int]:
    """A whole number of the JSON body that an object holds."""
    encoded = _marshal.required(path, "path")
    # A number that is there comes out the same whatever stands in for one that is not.
    found = getter(pointer, encoded, 0)
    return found if found != 0 or getter(pointer, encoded, 1) == 0 else default


class Answer:
    """What a platform answered. One thread at a time."""

    __slots__ = ("_owned", "_pointer")

    def __init__(self, owned: NativeObject, pointer: int) -> None:
        # `owned` is the object that the answer belongs to: the answer itself, a token, an error.
        self._owned = owned
        self._pointer = pointer

    @property
    def http_status(self) -> int:
        """The HTTP status."""
        return int(lib.libauth_answer_http_status(self._pointer))

    @property
    def code(self) -> Optional[str]:
        """The platform's own code as text, such as "0"; None when the body held none."""
        return _native.text(lib.libauth_answer_code(self._pointer))

    @property
    def message(self) -> Optional[str]:
        """The platform's own message, on one line; None when there is none."""
        return _native.text(lib.libauth_answer_message(self._pointer))

    @property
    def trace_id(self) -> Optional[str]:
        """The trace or request id the platform gave; None when it gave none."""
        return _native.text(lib.libauth_answer_trace_id(self._pointer))

    @property
    def verified(self) -> bool:
        """Whether a signature of the platform over it was checked and is right."""
        return bool(lib.libauth_answer_verified(self._pointer) == 1)

    @property
    def body(self) -> bytes:
        """The body as received. It need not be text, and may hold tokens: do not log it."""
        return _native.data(lib.libauth_answer_body, self._pointer)

    def header(self, name: str) -> Optional[str]:
        """The value of a header, whatever the case of its name; None when it is absent. Of several, the first."""
        return _native.text(lib.libauth_answer_header(self._pointer, _marshal.required(name, "name")))

    def field(self, path: str, default: Optional[str] = None) -> Optional[str]:
        """A field of the JSON body by its path, such as "data.items.0.id".

        A string as it is, anything else as JSON text; `default` when it is absent or null, or the body is not JSON.

        Example:
            >>> seller.call("GET", "/orders").field("data.method")
            'GET'
        """
        return field_of(lib.libauth_answer_field, self._pointer, path, default)

    def field_type(self, path: str) -> JsonType:
        """The type of a field of the JSON body: tells null and absent apart."""
        return type_of(lib.libauth_answer_field_type, self._pointer, path)

    def field_int(self, path: str, default: Optional[int] = None) -> Optional[int]:
        """A whole number of the JSON body, written as a number or as a string of digits; `default` for anything else.

        Example:
            >>> seller.call("GET", "/orders").field_int("code")
            200
        """
        return integer_of(lib.libauth_answer_field_int64, self._pointer, path, default)

    def json(self) -> Any:
        """The JSON body as a value. Whole numbers are int, all others Decimal: none loses a digit.

        Raises:
            ProtocolError: The body is not JSON.

        Example:
            >>> seller.call("GET", "/orders").json()["data"]["method"]
            'GET'
        """
        return _json.loads(self.body)

    def __repr__(self) -> str:
        return f"Answer(http_status={self.http_status}, code={self.code!r}, trace_id={self.trace_id!r})"
