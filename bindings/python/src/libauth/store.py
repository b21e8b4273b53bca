"""Stores that the processes of a fleet share."""

from __future__ import annotations

from datetime import timedelta
from typing import Optional, Protocol


class AddStore(Protocol):
    """What is enough for messages in one phase. Used by any number of threads at once.

    Keys are ASCII of at most 100 characters; a pair of braces in one encloses the hash tag of a Redis cluster. Every
    operation is told within how long it should answer: nobody can stop one that does not. It raises when it fails.
    """

    def add(self, key: str, value: bytes, ttl: timedelta, timeout: timedelta) -> bool:
        """Puts a value under a key that has none, until `ttl` has passed: True. False: there is one, and it stays as it
        is. Of any number of callers at once, in any process, exactly one is told True."""
        ...


class Store(AddStore, Protocol):
    """A store for tokens, and for messages in two phases. All else as `AddStore`."""

    def get(self, key: str, timeout: timedelta) -> Optional[bytes]:
        """The value of a key; None when it has none."""
        ...

    def replace(self, key: str, expected: bytes, value: bytes, ttl: timedelta, timeout: timedelta) -> bool:
        """Puts a value in the place of the one that is `expected`, in one step: True. False: another one or none is
        there, which stays so."""
        ...

    def remove(self, key: str, expected: bytes, timeout: timedelta) -> bool:
        """Removes a key whose value is the one that is `expected`, in one step: True. False: it is not."""
        ...
