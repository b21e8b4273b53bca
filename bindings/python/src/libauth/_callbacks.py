"""Lets the library call Python functions, and brings back what they raise.

The functions that C sees live as long as the handle they were given to. What a callback raises reaches the caller:

- a store's: a message is refused with a StoreError whose `__cause__` it is; a token is had without the store, and what
  was raised goes to `sys.unraisablehook`, unless the call fails, whose `__cause__` it is then;
- the signer's: the call fails with an InvalidKeyError whose `__cause__` it is;
- the clock's: the call ends with an InternalError whose `__cause__` it is;
- the log's: `sys.unraisablehook`, and the call goes on (what handlers of `logging` raise, `logging` keeps to itself);
- KeyboardInterrupt, SystemExit and their like: the call raises them as they are;
- what a signal handler raises while a call waits in the main thread: the call ends at once, and raises it as it is.
"""

from __future__ import annotations

import ctypes
import logging
import sys
import threading
import time
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, Callable, Generator, List, Optional, Tuple

from . import _marshal
from ._native import CANCEL_CALLBACK, CLOCK_CALLBACK, LOG_CALLBACK, SIGN_CALLBACK, NativeObject, lib
from ._native import STORE_ADD_CALLBACK, STORE_GET_CALLBACK, STORE_REMOVE_CALLBACK, STORE_REPLACE_CALLBACK
from ._words import pythonic
from .store import AddStore

ClockCallback = Callable[[], Tuple[datetime, timedelta]]
SignCallback = Callable[[bytes], bytes]
LogCallback = Callable[[Any, str], None]


class Failures:
    """What callbacks raised during one call."""

    __slots__ = ("interrupt", "clock", "store", "sign")

    def __init__(self) -> None:
        self.interrupt: Optional[BaseException] = None
        self.clock: Optional[BaseException] = None
        self.store: Optional[BaseException] = None
        self.sign: Optional[BaseException] = None

    def note(self, kind: str, raised: BaseException) -> None:
        if not isinstance(raised, Exception):
            kind = "interrupt"
        if getattr(self, kind) is None:
            setattr(self, kind, raised)


class _Calls(threading.local):
    """The calls under way in this thread; a callback may make another."""

    def __init__(self) -> None:
        self.stack: List[Failures] = []


_calls = _Calls()


class Callbacks:
    """The callbacks of a handle, as functions that C can call."""

    def __init__(
        self,
        replay: Optional[AddStore],
        tokens: Optional[AddStore],
        clock: Optional[ClockCallback],
        log: Optional[LogCallback],
        level: Callable[[int], Any],
        platform: str,
    ) -> None:
        self._replay = None if replay is None else _Store(replay)
        self._tokens = self._replay if tokens is replay else None if tokens is None else _Store(tokens)
        self._clock = None if clock is None else CLOCK_CALLBACK(_clock_function(clock))
        self._log = LOG_CALLBACK(_logger_function(platform) if log is None else _log_function(log, level))

    def install(self, config: int, log_level: int) -> None:
        """Puts them into a libauth_config."""
        if self._replay is not None:
            lib.libauth_config_set_replay_store(config, self._replay.owned.pointer)
        if self._tokens is not None:
            lib.libauth_config_set_token_store(config, self._tokens.owned.pointer)
        if self._clock is not None:
            lib.libauth_config_set_clock_callback(config, self._clock, None)
        lib.libauth_config_set_log_callback(config, log_level, self._log, None)


def call(function: Callable[..., int], arguments: Tuple[Any, ...]) -> Tuple[int, Failures]:
    """Calls a C function and gives its status, and what callbacks raised meanwhile."""
    failures = Failures()
    stack = _calls.stack
    stack.append(failures)
    try:
        return function(*arguments), failures
    finally:
        stack.pop()


def signal_callback() -> Any:
    """A function for libauth_options_set_cancel_callback that lets Python handle signals, and ends the call with what
    a handler raises."""
    answers = _signal_answers()
    next(answers)
    return CANCEL_CALLBACK(answers.send)


def _signal_answers() -> Generator[int, Any, None]:
    # Not a function, because Python handles signals the moment that one is entered, before any `try` in it; a generator
    # is entered where it was left, which is inside.
    end = 0
    while True:
        try:
            while True:
                yield end
                end = 0
        except GeneratorExit:
            return
        except BaseException as raised:  # noqa: B036 - none may pass into C
            _calls.stack[-1].interrupt = raised
            end = 1


def sign_callback(callback: SignCallback) -> Any:
    """A function for the handles whose key stays where it is."""

    def sign(_context: Any, message: int, length: int, signature: int, capacity: int) -> int:
        try:
            made = callback(ctypes.string_at(message, length))
            if not isinstance(made, (bytes, bytearray)):
                raise _marshal.wrong_type("what sign_callback returns", "bytes", made)
            if len(made) <= capacity:
                ctypes.memmove(signature, bytes(made), len(made))
            return len(made)
        except BaseException as raised:  # noqa: B036 - none may pass into C
            _calls.stack[-1].note("sign", raised)
            return -1

    if not callable(callback):
        raise _marshal.wrong_type("sign_callback", "callable", callback)
    return SIGN_CALLBACK(sign)


class _Store:
    """A store as a libauth_store, which calls it."""

    def __init__(self, store: AddStore) -> None:
        self._add = STORE_ADD_CALLBACK(_store_function(store.add, "add", 1, 1))
        # Without arguments they are NULL.
        functions: Tuple[Any, Any, Any] = (STORE_GET_CALLBACK(), STORE_REPLACE_CALLBACK(), STORE_REMOVE_CALLBACK())
        if not has_only_add(store):
            functions = (
                STORE_GET_CALLBACK(_get_function(store)),
                STORE_REPLACE_CALLBACK(_store_function(store.replace, "replace", 2, 1)),  # type: ignore[attr-defined]
                STORE_REMOVE_CALLBACK(_store_function(store.remove, "remove", 1, 0)),  # type: ignore[attr-defined]
            )
        self._others = functions
        get, replace, remove = functions
        self.owned = NativeObject(lib.libauth_store_new(get, self._add, replace, remove, None), lib.libauth_store_free)


def has_only_add(store: object) -> bool:
    """Whether a store is nothing but `add`."""
    return not any(hasattr(store, name) for name in ("get", "replace", "remove"))


def _note_store(raised: BaseException) -> int:
    _calls.stack[-1].note("store", raised)
    return -1


def _get_function(store: Any) -> Callable[..., int]:
    def get(_context: Any, key: bytes, timeout_ms: int, value: int, capacity: int) -> int:
        try:
            found = store.get(key.decode("ascii"), _marshal.span(timeout_ms))
            if found is None:
                return 0
            if not isinstance(found, (bytes, bytearray, memoryview)):
                raise _marshal.wrong_type("what get of a store returns", "bytes or None", found)
            found = bytes(found)
            if len(found) <= capacity:
                ctypes.memmove(value, found, len(found))
            return len(found)
        except BaseException as raised:  # noqa: B036 - none may pass into C
            return _note_store(raised)

    return get


def _store_function(method: Callable[..., bool], name: str, values: int, times: int) -> Callable[..., int]:
    """A function for an operation that takes a key, so many values with their lengths, a time to live if it has one, and
    the time-out."""

    def operation(_context: Any, key: bytes, *given: Any) -> int:
        try:
            parts = [ctypes.string_at(given[2 * i], given[2 * i + 1]) for i in range(values)]
            spans = [_marshal.span(ms) for ms in given[2 * values : 2 * values + times + 1]]
            answer = method(key.decode("ascii"), *parts, *spans)
            if not isinstance(answer, bool):
                raise _marshal.wrong_type(f"what {name} of a store returns", "bool", answer)
            return int(answer)
        except BaseException as raised:  # noqa: B036 - none may pass into C
            return _note_store(raised)

    return operation


def report(raised: BaseException) -> None:
    """Hands what a store raised to sys.unraisablehook: the call went on without it."""
    sys.unraisablehook(
        SimpleNamespace(
            exc_type=type(raised),
            exc_value=raised,
            exc_traceback=raised.__traceback__,
            err_msg="libauth: the shared store raised, and the call went on without it",
            object=None,
        )
    )


def _clock_function(callback: ClockCallback) -> Callable[[Any, Any, Any], None]:
    # What to tell when the callback fails: the call is lost anyway, but the handle lives on.
    last: List[Tuple[int, int]] = []

    def clock(_context: Any, unix_ms: Any, monotonic_ms: Any) -> None:
        try:
            now, monotonic = callback()
            if not isinstance(monotonic, timedelta):
                raise _marshal.wrong_type("the second of what clock_callback returns", "a timedelta", monotonic)
            first = _marshal.unix_milliseconds(now, "the first of what clock_callback returns")
            last[:] = [(first, monotonic // timedelta(milliseconds=1))]
        except BaseException as raised:  # noqa: B036 - none may pass into C
            _calls.stack[-1].note("clock", raised)
        told = last[:1] or [(int(time.time() * 1000), int(time.monotonic() * 1000))]
        unix_ms[0], monotonic_ms[0] = told[0]

    return clock


#: The levels of Python's logging by those of the library; TRACE has no name there.
LOGGING_LEVELS = (logging.NOTSET, logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG, logging.DEBUG // 2)


def _logger_function(platform: str) -> Callable[[Any, int, bytes], None]:
    # Looked up once; whether it wants a line is asked each time, so that levels can be changed while a program runs.
    logger = logging.getLogger("libauth." + platform)

    def log(_context: Any, level: int, line: bytes) -> None:
        try:
            if logger.isEnabledFor(LOGGING_LEVELS[level]):
                logger.log(LOGGING_LEVELS[level], pythonic(line.decode("utf-8", "replace")))
        except Exception:
            raise  # ctypes hands it to sys.unraisablehook
        except BaseException as raised:  # noqa: B036 - none may pass into C
            _calls.stack[-1].note("interrupt", raised)

    return log


def _log_function(callback: LogCallback, level_type: Callable[[int], Any]) -> Callable[[Any, int, bytes], None]:
    def log(_context: Any, level: int, line: bytes) -> None:
        try:
            callback(level_type(level), line.decode("utf-8", "replace"))
        except Exception:
            raise  # ctypes hands it to sys.unraisablehook
        except BaseException as raised:  # noqa: B036 - none may pass into C
            _calls.stack[-1].note("interrupt", raised)

    return log
