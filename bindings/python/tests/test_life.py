"""Threads, processes, the end of the interpreter, and memory."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import textwrap
import threading
import time
import warnings
from pathlib import Path
from typing import Any, Dict, List, Tuple

import pytest

import libauth
from conftest import Sandbox, customer

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has no fork")
TESTS = Path(__file__).resolve().parent


def in_child(work: Any) -> int:
    """Runs something in a forked child; gives its exit status."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # 3.12: fork in a process with threads
        child = os.fork()
    if child == 0:
        status = 97
        try:
            work()
            status = 0
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(status)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        time.sleep(0.01)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return -1


@needs_fork
def test_a_handle_works_on_after_fork(sandbox: Sandbox) -> None:
    with sandbox.seller() as seller, sandbox.creditpay() as creditpay:
        token = seller.token()
        creditpay.issue_code(**customer())

        def work() -> None:
            assert seller.token().value == token.value
            assert seller.call("GET", "/shop").http_status == 200
            assert creditpay.issue_code(**customer()).ident_code
            seller.close()

        assert in_child(work) == 0
        assert in_child(work) == 0
        assert seller.call("GET", "/shop").http_status == 200
        assert creditpay.issue_code(**customer()).ident_code


@needs_fork
def test_fork_while_other_threads_are_calling(sandbox: Sandbox) -> None:
    stop = threading.Event()
    problems: List[BaseException] = []
    with sandbox.seller() as seller, sandbox.seller("slow=200") as slow:

        def keep_calling(handle: libauth.Seller) -> None:
            while not stop.is_set():
                try:
                    handle.call("GET", "/shop")
                except BaseException as problem:
                    problems.append(problem)
                    return

        threads = [threading.Thread(target=keep_calling, args=(handle,)) for handle in (seller, seller, slow, slow)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(5):

                def work() -> None:
                    assert seller.call("GET", "/shop").http_status == 200
                    assert slow.call("GET", "/shop").http_status == 200
                    seller.close()
                    slow.close()

                assert in_child(work) == 0
        finally:
            stop.set()
            for thread in threads:
                thread.join(20)
    assert problems == []


def in_a_process(url: str, credentials: Dict[str, str], number: int) -> Tuple[int, str]:
    seller = libauth.Seller(
        libauth.Config(url), access_key=credentials["seller_access_key"], secret_key=credentials["seller_secret_key"]
    )
    with seller:
        return number, seller.call("GET", "/shop").field("data.method") or ""


def fails_in_a_process(url: str) -> None:
    with libauth.Seller(libauth.Config(url, max_tries=0), access_key="no", secret_key="no") as seller:
        seller.token()


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_multiprocessing(sandbox: Sandbox, method: str) -> None:
    context = multiprocessing.get_context(method)
    url = sandbox.url("seller")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        with context.Pool(2) as pool:
            jobs = [(url, sandbox.credentials, number) for number in range(6)]
            done = pool.starmap_async(in_a_process, jobs).get(60)
            assert done == [(number, "GET") for number in range(6)]
            # An error comes back whole.
            with pytest.raises(libauth.UnauthorizedError) as caught:
                pool.apply_async(fails_in_a_process, (url,)).get(60)
            assert caught.value.http_status is not None


def test_close_while_other_threads_are_calling(sandbox: Sandbox) -> None:
    outcomes: List[str] = []
    for _round in range(5):
        seller = sandbox.seller("slow=100,at=business")
        seller.token()
        ready = threading.Barrier(9)

        def work(handle: libauth.Seller = seller) -> None:
            ready.wait(10)
            while True:
                try:
                    handle.call("GET", "/shop")
                    outcomes.append("answered")
                except libauth.ClosedError:
                    outcomes.append("closed")
                    return

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        ready.wait(10)
        # Once the platform has a request, some call is under way.
        before = sandbox.counters("seller")["business_requests"]
        deadline = time.monotonic() + 10
        while sandbox.counters("seller")["business_requests"] == before and time.monotonic() < deadline:
            time.sleep(0.001)
        seller.close()
        seller.close()
        for thread in threads:
            thread.join(20)
            assert not thread.is_alive()
    # Calls under way ended as they would.
    assert outcomes.count("closed") == 40 and outcomes.count("answered") >= 5


def test_a_handle_is_freed_when_its_last_call_ends(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    freed: List[int] = []
    real = libauth._native.lib.libauth_seller_free

    def free(pointer: int) -> None:
        freed.append(pointer)
        real(pointer)

    monkeypatch.setattr(libauth._native.lib, "libauth_seller_free", free)
    seller = sandbox.seller("slow=400,at=business")
    seller.token()
    thread = threading.Thread(target=lambda: seller.call("GET", "/shop"))
    thread.start()
    deadline = time.monotonic() + 10
    while sandbox.counters("seller")["business_requests"] == 0 and time.monotonic() < deadline:
        time.sleep(0.001)
    seller.close()
    during = list(freed)
    thread.join(20)
    assert during == [] and len(freed) == 1
    # An error that is kept does not keep the handle.
    seller = sandbox.seller("code=500")
    with pytest.raises(libauth.Error) as caught:
        seller.token()
    seller.close()
    assert len(freed) == 2 and caught.value.answer is not None and caught.value.answer.body


def python(code: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    path = os.pathsep.join([str(Path(libauth.__file__).resolve().parents[1]), str(TESTS)])
    changed = dict(os.environ, PYTHONPATH=path, **environment)
    return subprocess.run(
        [sys.executable, "-X", "faulthandler", "-W", "error", "-c", textwrap.dedent(code)],
        env=changed,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_interpreter_ends_with_open_handles() -> None:
    done = python(
        """
        import atexit, threading, conftest, libauth
        sandbox = conftest.Sandbox()
        lines = []
        everything = [sandbox.seller(log_callback=lambda l, s: lines.append(s), log_level=libauth.LogLevel.TRACE),
                      sandbox.creditpay(), sandbox.redemption_rsa()]
        token = everything[0].token()
        try:
            everything[1].open_token("")
        except libauth.Error as error:
            kept = error
        slow = sandbox.seller("slow=5000", timeout=2, log_callback=lambda l, s: lines.append(s),
                              log_level=libauth.LogLevel.TRACE)
        threading.Thread(target=slow.token, daemon=True).start()  # under way when the end comes
        while not sandbox.counters("seller")["requests"] > 1:
            pass
        cycle = [everything[0]]; cycle.append(cycle)
        atexit.register(lambda: print("end", everything[0].token().value == token.value))
        class Late:
            def __init__(self, handle): self.handle = handle
            def __del__(self): self.handle.close()
        late = Late(sandbox.daxpay())
        """
    )
    assert done.returncode == 0 and done.stdout == "end True\n" and done.stderr == "", (done.returncode, done.stderr)


LEAK = """
import os, sys, libauth, conftest
from conftest import customer
sandbox = conftest.Sandbox()
page = os.sysconf("SC_PAGESIZE")
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * page
class Seen:
    def add(self, key, value, ttl, timeout): return False
seller = sandbox.seller()
seller.token()
creditpay = sandbox.creditpay(log_callback=lambda level, line: None, replay_store=Seen())
message = sandbox.message("creditpay", kind="PAY_START")
request = seller.build_token()
def token(): seller.token()
def answer():
    token = seller.token()
    token.answer.body, token.answer.field("data"), token.answer.header("content-type")
def build(): seller.build_call("GET", "/shop", query={"a": "b"}, headers={"X-A": "b"}, body=b"body")
def error():
    try:
        creditpay.issue_code(**customer(client_ip=""))
    except libauth.Error as problem:
        problem.message
def handle():
    with libauth.Seller(libauth.Config("https://host.example", log_callback=lambda level, line: None,
                                       bundled_roots=False), access_key="a", secret_key="s"):
        pass
def replayed():
    try:
        creditpay.verify(message)
    except libauth.ReplayedError:
        pass
def read():
    try:
        seller.read_token(request, libauth.HttpResponse(200, {"a": "b"}, b'{"code":1}'))
    except libauth.Error as problem:
        problem.answer.body
what, count = globals()[sys.argv[1]], int(sys.argv[2])
for _ in range(count // 10):
    what()
before = resident()
for _ in range(count):
    what()
print(resident() - before)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="memory is read from /proc")
@pytest.mark.parametrize("what", ["token", "answer", "build", "error", "handle", "replayed", "read"])
def test_no_leak_over_100000_calls(what: str) -> None:
    path = os.pathsep.join([str(Path(libauth.__file__).resolve().parents[1]), str(TESTS)])
    done = subprocess.run(
        [sys.executable, "-c", LEAK, what, "100000"],
        env=dict(os.environ, PYTHONPATH=path),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    grown = int(done.stdout)
    print(f"{what}: {grown} bytes more after 100000 calls")
    # The smallest block that malloc gives is 32 bytes: one lost in each call would be 3.2 MB.
    assert grown < 1500000, f"{what}: {grown} bytes more after 100000 calls"
