"""What the events of all platforms have in common: being done with, or given back."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Callable, Optional, Type, TypeVar

from . import _invoke, _json
from ._native import NativeObject

AnyEvent = TypeVar("AnyEvent", bound="Event")


class Event:
    """A genuine message that is claimed for whoever acts on it.

    In a `with` block it is done with at the normal end, and given back when an exception ends the block: the platform's
    next attempt is then accepted.
    """

    body: bytes
    _owned: NativeObject
    # The C function that makes it final, by platform.
    _done_function: Callable[..., int]

    def done(self) -> None:
        """Makes the message final, once what it asks for is done and kept.

        Raises:
            BusyError: Another process acts on this very message.
            ReplayedError: The claim had ended, and another one of the same message was made final meanwhile.
        """
        _invoke.perform(type(self)._done_function, self._owned.pointer)

    def give_back(self) -> None:
        """Gives the message back, unless it is done with: the platform's next attempt is accepted."""
        self._owned.free()

    def json(self) -> Any:
        """The JSON body as a value. Whole numbers are int, all others Decimal: none loses a digit."""
        return _json.loads(self.body)

    def __enter__(self: AnyEvent) -> AnyEvent:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        if kind is None:
            self.done()
        else:
            self.give_back()
