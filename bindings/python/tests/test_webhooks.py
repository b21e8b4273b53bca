"""Webhooks in real servers: Flask, FastAPI and Django, to which the sandbox sends as the platforms do."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import importlib
import json
import socket
import sys
import threading
import time
import urllib.parse
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

import libauth
from conftest import Sandbox

flask: Any = pytest.importorskip("flask")
fastapi: Any = pytest.importorskip("fastapi")
uvicorn: Any = pytest.importorskip("uvicorn")
django: Any = pytest.importorskip("django")

Act = Callable[[Any], Any]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: Any) -> None:
        pass


@contextlib.contextmanager
def wsgi(application: Any) -> Iterator[str]:
    """A server that, like some, does not tell the path as it came."""
    with make_server("127.0.0.1", 0, application, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@contextlib.contextmanager
def asgi(application: Any) -> Iterator[str]:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, log_level="critical", lifespan="off", ws="none"))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(server.serve([listening])), daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.005)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    loop.close()
    listening.close()


@contextlib.contextmanager
def in_flask(handle: Any, act: Act, served: Any = wsgi, **how: Any) -> Iterator[str]:
    from libauth.webhooks.flask import webhook

    application = flask.Flask("shop")

    def notify(event: Any, name: str) -> Any:
        return act(event)

    application.post("/shop/<name>/notify")(webhook(handle, **how)(notify))

    with served(application) as url:
        yield url


@contextlib.contextmanager
def in_async_flask(handle: Any, act: Act) -> Iterator[str]:
    from werkzeug.serving import make_server as werkzeug_server

    @contextlib.contextmanager
    def served(application: Any) -> Iterator[str]:
        server = werkzeug_server("127.0.0.1", 0, application, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
        server.server_close()

    with in_flask(handle, act, served) as url:
        yield url


@contextlib.contextmanager
def in_fastapi(handle: Any, act: Act) -> Iterator[str]:
    from libauth.webhooks.starlette import webhook

    application = fastapi.FastAPI()

    async def notify(request: Any, event: Any) -> Any:
        assert request.path_params["name"]
        return act(event)

    application.post("/shop/{name}/notify")(webhook(handle)(notify))

    with asgi(application) as url:
        yield url


@contextlib.contextmanager
def in_threads_of_fastapi(handle: Any, act: Act) -> Iterator[str]:
    from libauth.webhooks.starlette import webhook

    application = fastapi.FastAPI()
    application.post("/shop/{name}/notify")(webhook(handle)(lambda request, event: act(event)))
    with asgi(application) as url:
        yield url


def in_django(asynchronous: bool) -> Any:
    @contextlib.contextmanager
    def served(handle: Any, act: Act) -> Iterator[str]:
        from django.conf import settings

        if not settings.configured:
            settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF="urls_of_the_test", LOGGING_CONFIG=None, USE_TZ=True)
            django.setup()
        from django.core.asgi import get_asgi_application
        from django.core.wsgi import get_wsgi_application
        from django.urls import clear_url_caches, path

        from libauth.webhooks.django import webhook

        def notify(request: Any, event: Any, name: str) -> Any:
            return act(event)

        async def awaited(request: Any, event: Any, name: str) -> Any:
            return act(event)

        urls = type(sys)("urls_of_the_test")
        view = webhook(handle)(awaited if asynchronous else notify)
        urls.urlpatterns = [path("shop/<name>/notify", view)]  # type: ignore[attr-defined]
        sys.modules["urls_of_the_test"] = urls
        clear_url_caches()
        server: Any = asgi(get_asgi_application()) if asynchronous else wsgi(get_wsgi_application())
        with server as url:
            yield url

    return served


SERVERS = {
    "flask": in_flask,
    "flask-werkzeug": in_async_flask,
    "fastapi": in_fastapi,
    "fastapi-threads": in_threads_of_fastapi,
    "django": in_django(False),
    "django-async": in_django(True),
}


def send(sandbox: Sandbox, platform: str, url: str, **order: Any) -> Dict[str, Any]:
    sent: Dict[str, Any] = sandbox.control("POST", "callback", dict(order, platform=platform, url=url, send=True))
    return sent


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("server", list(SERVERS))
def test_a_webhook(sandbox: Sandbox, server: str, caplog: pytest.LogCaptureFixture) -> None:
    acted: List[Any] = []
    then: List[Any] = [None]

    def act(event: Any) -> Any:
        acted.append(event.id)
        if isinstance(then[0], Exception):
            raise then[0]
        return then[0]

    with sandbox.creditpay() as creditpay, SERVERS[server](creditpay, act) as url:
        # The path is signed as it goes over the wire.
        url += "/shop/caf%C3%A9%20bar/notify?x=1"
        one = {"kind": "PAY_SUCCESS", "event_id": "one", "nonce": "n-1", "timestamp_offset_ms": -1000}
        assert send(sandbox, "creditpay", url, **one)["accepted"]
        assert acted == ["one"]
        # What is wrong is refused, and logged with its reason; the function is not called.
        assert send(sandbox, "creditpay", url, kind="REFUND", tamper="signature")["status"] == 400
        assert any("BAD_SIGNATURE" in record.getMessage() for record in caplog.records)
        # What the function returns is the answer.
        then[0] = {"limit": "1"}
        answered = send(sandbox, "creditpay", url, kind="GET_DEFAULT_ACCOUNT_CREDIT_LIMIT")
        assert json.loads(answered["body"]) == {"limit": "1"} and acted == ["one", None]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("server", list(SERVERS))
def test_done_once_and_given_back(sandbox: Sandbox, server: str) -> None:
    acted: List[Any] = []
    broken = [True]

    def act(event: Any) -> Any:
        acted.append(event.serial_no)
        if broken[0]:
            raise RuntimeError("the database refused")

    with sandbox.redemption_rsa() as redemption, SERVERS[server](redemption, act) as url:
        where = urllib.parse.urlsplit(url)
        message = sandbox.message("redemption", event_id="serial-1", path="/shop/a/notify")
        headers: Any = message.headers

        def post() -> Any:
            connection = http.client.HTTPConnection(where.hostname or "", where.port or 0, timeout=20)
            connection.request("POST", "/shop/a/notify", str(message.body).encode(), dict(headers))
            answer = connection.getresponse()
            told = (answer.status, answer.read().decode())
            connection.close()
            return told

        with contextlib.redirect_stderr(None):
            assert post()[0] == 500
        broken[0] = False
        assert post() == (200, "SUCCESS")
        # Received before: answered as before, without acting again.
        assert post() == (200, "SUCCESS")
        assert acted == ["serial-1", "serial-1"]


def test_a_status_of_failure_gives_the_message_back(sandbox: Sandbox) -> None:
    answers: List[Any] = [("not now", 503), None]
    with sandbox.daxpay() as daxpay, in_flask(daxpay, lambda event: answers.pop(0), path="/as/called") as url:
        url += "/shop/a/notify"
        order = {"kind": "payment", "event_id": "t-1"}
        first = send(sandbox, "daxpay", url, **order)
        assert (first["status"], first["accepted"]) == (503, False)
        assert send(sandbox, "daxpay", url, **order)["accepted"]


def test_helpers_are_short() -> None:
    for name in ("flask", "starlette", "django"):
        module = importlib.import_module("libauth.webhooks." + name)
        source = Path(module.__file__ or "").read_text("utf-8")
        lines = [line for line in source.splitlines() if line.strip()]
        assert len(lines) <= 60, f"{name}: {len(lines)} lines"


def test_paths_as_they_came() -> None:
    from libauth.webhooks import asgi_path, wsgi_path

    decoded = "/é b".encode().decode("latin-1")
    cases: List[Any] = [
        ({"RAW_URI": "/a%20b?c"}, "/a%20b"),
        ({"REQUEST_URI": "http://host/a%2Fb?c"}, "/a%2Fb"),
        ({"SCRIPT_NAME": "/app", "PATH_INFO": decoded}, "/app/%C3%A9%20b"),
    ]
    for environ, path in cases:
        assert wsgi_path(environ) == path
    assert asgi_path({"raw_path": b"/a%20b", "path": "/a b"}) == "/a%20b"
    assert asgi_path({"path": "/é b"}) == "/%C3%A9%20b"
    none: Optional[bytes] = None
    assert asgi_path({"raw_path": none, "path": "/a"}) == "/a"
