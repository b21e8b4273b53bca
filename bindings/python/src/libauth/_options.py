"""What belongs to one call alone: its time-out, its trace id, and how it is stopped."""

from __future__ import annotations

import ctypes
import sys
import threading
from typing import Optional

from . import _marshal
from ._callbacks import signal_callback
from ._marshal import Duration
from ._native import CANCEL_CALLBACK, NativeObject, lib

# `int atoi(const char *)` is what a cancel callback is: asked with the address of "0" or "1" it says whether to stop,
# without Python's lock, so that hundreds of calls that wait cost an event loop nothing.
_atoi = ctypes.cast((ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)).atoi, CANCEL_CALLBACK)


class Stop:
    """Stops calls from another thread: within 100 ms of `set`, those made `with` it end with a CancelledError."""

    __slots__ = ("_flag",)

    def __init__(self) -> None:
        self._flag = ctypes.create_string_buffer(b"0")

    def set(self) -> None:
        self._flag.value = b"1"

    def __enter__(self) -> None:
        _current.flag = self._flag

    def __exit__(self, *_raised: object) -> None:
        _current.flag = None


class _Current(threading.local):
    """The flag of the calls that this thread makes."""

    flag: Optional["ctypes.Array[ctypes.c_char]"] = None


_current = _Current()


def _new() -> NativeObject:
    owned = NativeObject(lib.libauth_options_new(), lib.libauth_options_free)
    # Python handles signals in the main thread alone.
    if threading.current_thread() is threading.main_thread():
        owned.keep = signal_callback()
        lib.libauth_options_set_cancel_callback(owned.pointer, owned.keep, None)
    elif _current.flag is not None:
        owned.keep = _current.flag
        lib.libauth_options_set_cancel_callback(owned.pointer, _atoi, ctypes.addressof(_current.flag))
    return owned


# Used by the main thread alone, so that a call without options of its own does not make any.
_of_main_thread = _new()


def build(timeout: Optional[Duration], trace_id: Optional[str]) -> Optional[NativeObject]:
    """The C options of a call; None for the defaults."""
    if timeout is None and trace_id is None:
        if threading.current_thread() is threading.main_thread():
            return _of_main_thread
        if _current.flag is None:
            return None
    owned = _new()
    if timeout is not None:
        lib.libauth_options_set_timeout_ms(owned.pointer, _marshal.milliseconds(timeout, "timeout"))
    if trace_id is not None:
        lib.libauth_options_set_trace_id(owned.pointer, _marshal.required(trace_id, "trace_id"))
    return owned
