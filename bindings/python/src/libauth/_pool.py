"""A few threads on which the calls of one handle wait."""

from __future__ import annotations

import os
import threading
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, Callable, Optional, Tuple, TypeVar

Result = TypeVar("Result")
_Job = Tuple["Future[Any]", Callable[[], Any]]

_IDLE_SECONDS = 10.0


class Pool:
    """Threads that come when they are needed, `limit` at most, and go when they were idle for a while.

    Not a ThreadPoolExecutor, which starts every thread in the caller, waits for it there (an event loop would stand
    still), and makes the end of the program wait for calls under way.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._renew()

    def _renew(self) -> None:
        self._process = os.getpid()
        self._jobs: SimpleQueue[Optional[_Job]] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._idle = 0
        self._begins = False

    def submit(self, work: Callable[[], Result]) -> "Future[Result]":
        """Has it done on one of the threads."""
        if self._process != os.getpid():
            self._renew()  # a forked child has none of the threads
        future: Future[Result] = Future()
        self._jobs.put((future, work))
        if not self._begins:
            self._grow()
        return future

    def close(self) -> None:
        """Lets the threads go when they have nothing to do."""
        for _ in range(self._threads):
            self._jobs.put(None)

    def _grow(self) -> None:
        # One at a time, and the next by the one that has begun: many at once would fight an event loop for Python's lock.
        with self._lock:
            if self._begins or self._threads >= self.limit or self._idle >= self._jobs.qsize():
                return
            self._threads += 1
            self._begins = True
        try:
            threading.Thread(target=self._serve, name="libauth", daemon=True).start()
        except RuntimeError:  # there are too many: those that there are will do it
            with self._lock:
                self._begins = False
                self._threads -= 1
                if not self._threads:
                    raise

    def _serve(self) -> None:
        while True:
            job = self._next()
            if job is None:
                return
            # Whoever gets work sees to it that there is somebody for the rest.
            self._grow()
            future, work = job
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(work())
                except BaseException as raised:  # noqa: B036 - it is the caller's
                    future.set_exception(raised)
            # An idle thread must not keep what it did last.
            del job, future, work

    def _next(self) -> Optional[_Job]:
        """The next piece of work; None when the thread is to end."""
        while True:
            with self._lock:
                self._idle += 1
            try:
                job = self._jobs.get(timeout=_IDLE_SECONDS)
                timed_out = False
            except Empty:
                job, timed_out = None, True
            with self._lock:
                self._idle -= 1
                self._begins = False
                # Work that came meanwhile may count on this thread.
                if timed_out and self._jobs.qsize():
                    continue
                if job is None:
                    self._threads -= 1
                return job
