"""What an answer offers, for an error that holds one: answers stand above errors, since reading one can raise one."""

from __future__ import annotations

import enum
from typing import Any, Optional, Protocol


class JsonType(enum.IntEnum):
    """The type of a field of a JSON body."""

    #: There is no such field, or the body is not JSON.
    ABSENT = 0
    #: It is there, and null.
    NULL = 1
    BOOLEAN = 2
    NUMBER = 3
    STRING = 4
    ARRAY = 5
    OBJECT = 6


class HeldAnswer(Protocol):
    """An `Answer`, by what it can be asked."""

    @property
    def http_status(self) -> int: ...

    @property
    def code(self) -> Optional[str]: ...

    @property
    def message(self) -> Optional[str]: ...

    @property
    def trace_id(self) -> Optional[str]: ...

    @property
    def verified(self) -> bool: ...

    @property
    def body(self) -> bytes: ...

    def header(self, name: str) -> Optional[str]: ...

    def field(self, path: str, default: Optional[str] = None) -> Optional[str]: ...

    def field_type(self, path: str) -> JsonType: ...

    def field_int(self, path: str, default: Optional[int] = None) -> Optional[int]: ...

    def json(self) -> Any: ...
