"""What belongs to one call alone: its time-out, its trace id, and how it is stopped."""

from __future__ import annotations

import threading
from typing import Optional

from . import _marshal
from ._callbacks import signal_callback
from ._marshal import Duration
from ._native import NativeObject, lib


def _new() -> NativeObject:
    owned = NativeObject(lib.libauth_options_new(), lib.libauth_options_free)
    # Python handles signals in the main thread alone.
    if threading.current_thread() is threading.main_thread():
        owned.keep = signal_callback()
        lib.libauth_options_set_cancel_callback(owned.pointer, owned.keep, None)
    return owned


# Used by the main thread alone, so that a call without options of its own does not make any.
_of_main_thread = _new()


def build(timeout: Optional[Duration], trace_id: Optional[str]) -> Optional[NativeObject]:
    """The C options of a call; None for the defaults."""
    if timeout is None and trace_id is None:
        return _of_main_thread if threading.current_thread() is threading.main_thread() else None
    owned = _new()
    if timeout is not None:
        lib.libauth_options_set_timeout_ms(owned.pointer, _marshal.milliseconds(timeout, "timeout"))
    if trace_id is not None:
        lib.libauth_options_set_trace_id(owned.pointer, _marshal.text(trace_id, "trace_id"))
    return owned
