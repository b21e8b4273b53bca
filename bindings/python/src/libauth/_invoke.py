"""Calls the C functions that can fail, and raises what they report."""

from __future__ import annotations

import ctypes
from typing import Any, Callable, Optional

from . import _callbacks, _marshal, _native
from ._native import NativeObject, lib
from ._words import pythonic
from .answers import Answer
from .errors import BY_STATUS, BusyError, Delivery, Error, InternalError, ReplayedError


def error_from(status: int, pointer: Optional[int]) -> Error:
    """The exception for a libauth_error, which it takes over."""
    if not pointer:
        name = _native.required_text(lib.libauth_status_name(status))
        return BY_STATUS.get(status, InternalError)(f"the library failed with {name} and no message")
    owned = NativeObject(pointer, lib.libauth_error_free)
    status = int(lib.libauth_error_status(pointer))
    retry_after = int(lib.libauth_error_retry_after_ms(pointer))
    answer = lib.libauth_error_answer(pointer)
    return BY_STATUS.get(status, InternalError)(
        pythonic(_native.required_text(lib.libauth_error_message(pointer))),
        delivery=Delivery(lib.libauth_error_delivery(pointer)),
        retry_safe=bool(lib.libauth_error_retry_safe(pointer)),
        retry_after=None if retry_after < 0 else _marshal.span(retry_after),
        trace_id=_native.text(lib.libauth_error_trace_id(pointer)),
        platform_code=_native.text(lib.libauth_error_platform_code(pointer)),
        platform_message=_native.text(lib.libauth_error_platform_message(pointer)),
        http_status=lib.libauth_error_http_status(pointer) or None,
        answer=Answer(owned, answer) if answer else None,
    )


def perform(function: Callable[..., int], *arguments: Any) -> None:
    """Calls a function that gives nothing but an error."""
    error = ctypes.c_void_p()
    arguments += (ctypes.byref(error),)
    status, failures = _callbacks.call(function, arguments)
    failed = error_from(status, error.value) if status else None
    if failures.interrupt is not None:
        raise failures.interrupt
    if failures.clock is not None:
        delivery = failed.delivery if failed is not None else Delivery.MAYBE_SENT
        raise InternalError("clock_callback failed: see the cause", delivery=delivery) from failures.clock
    if failed is not None:
        raise failed from failures.store or failures.sign
    if failures.store is not None:
        _callbacks.report(failures.store)


def verified(
    function: Callable[..., int],
    free: Callable[[int], None],
    make: Callable[[NativeObject], Any],
    keep: object,
    *arguments: Any,
) -> Any:
    """Calls a function that gives an event, also with two of its errors, which then carry it.

    An event uses the callbacks of its handle, in `keep`, to the end.
    """
    output = ctypes.c_void_p()
    try:
        perform(function, *arguments, ctypes.byref(output))
    except (ReplayedError, BusyError) as refused:
        if output.value:
            refused.event = make(NativeObject(output.value, free, keep))
        raise
    if not output.value:
        raise InternalError("the library gave no result")
    return make(NativeObject(output.value, free, keep))


def produce(function: Callable[..., int], free: Callable[[int], None], *arguments: Any) -> NativeObject:
    """Calls a function that gives an object, which is freed with `free`."""
    output = ctypes.c_void_p()
    try:
        perform(function, *arguments, ctypes.byref(output))
    except BaseException:
        if output.value:
            free(output.value)
        raise
    if not output.value:
        raise InternalError("the library gave no result")
    return NativeObject(output.value, free)
