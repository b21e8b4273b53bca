"""Tests against the five platforms, which run on this machine: a fixture for pytest, and a class for anything else.

The fixture `libauth_sandbox` is there wherever libauth is installed. Each test has a part of the sandbox of its own:

    def test_orders(libauth_sandbox):
        with libauth_sandbox.seller() as seller:
            libauth_sandbox.fault("seller", "status=503,times=1")
            assert seller.call("GET", "/orders", idempotent=True).http_status == 200
        assert libauth_sandbox.requests("seller")[-1]["path"].endswith("/orders")

Without pytest: `with libauth.testing.Sandbox.start() as sandbox: …`.

The sandbox is the command `libauth sandbox`: the one that LIBAUTH_COMMAND names, else the one that came with this
package, else the one on PATH. It ends with this process, however that ends. If LIBAUTH_SANDBOX is the origin of one that
runs already, such as http://127.0.0.1:18321, that is used.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import threading
import urllib.error
import urllib.parse
import urllib.request
import uuid
from pathlib import Path
from types import TracebackType
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple, Type

import libauth

try:
    import pytest as _pytest
except ImportError:  # the class is of use without it
    _pytest = None  # type: ignore[assignment]

__all__ = ["Answer", "Sandbox"]

#: Loopback only, whatever proxy the environment names.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_START_SECONDS = 30


class Answer(NamedTuple):
    """What a server of yours answered a message with.

    Attributes:
        status: The HTTP status.
        body: The body.
        accepted: Whether the platform takes that for a success; with anything else the message would come again.
    """

    status: int
    body: str
    accepted: bool


class Sandbox:
    """A part of a sandbox, with requests, faults and tokens of its own.

    Attributes:
        origin: Where it listens, such as "http://127.0.0.1:18321". A page for a browser is there.
        credentials: Every test credential by its name, such as "seller_access_key".
        scope: The name of this part.
    """

    origin: str
    credentials: Dict[str, str]
    scope: str

    def __init__(self, origin: str, scope: Optional[str] = None) -> None:
        self.origin = origin.rstrip("/")
        self.scope = uuid.uuid4().hex if scope is None else scope
        self._process: Optional["subprocess.Popen[bytes]"] = None
        self.credentials = json.loads(_http("GET", self.origin + "/_/credentials"))

    @classmethod
    def start(cls, command: Optional[str] = None) -> Sandbox:
        """Starts one, which ends with `close` or a `with` block; at the latest with this process.

        Args:
            command: The path of the `libauth` command; by default it is looked for, as the module's text says.

        Raises:
            RuntimeError: There is no command, or it cannot start; says what to do.
        """
        running = os.environ.get("LIBAUTH_SANDBOX")
        if command is None and running:
            return cls(running)
        found = _command() if command is None else command
        arguments = [found, "sandbox", "--json", "--port", "0", "--until-stdin-closes"]
        try:
            process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        except OSError as error:
            raise RuntimeError(f"{found} cannot be started: {error.strerror}") from None
        told = _first_line(process)
        if "origin" not in told:
            _end(process)
            problem = told.get("error", {}).get("message", "it is no libauth command of this version")
            raise RuntimeError(f"{found} sandbox: {problem}")
        sandbox = cls(told["origin"])
        sandbox._process = process
        return sandbox

    def close(self) -> None:
        """Ends the sandbox, if this object started it; its part of it is forgotten."""
        process, self._process = self._process, None
        if process is not None:
            _end(process)
        else:
            self._control("POST", "forget")

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def part(self) -> Sandbox:
        """Another part of the same sandbox."""
        return Sandbox(self.origin)

    def base_url(self, platform: str, fault: Optional[str] = None) -> str:
        """The address to configure: of "creditpay", "daxpay", "openplatform", "redemption", "seller", or of a variant such
        as "daxpay-open", "daxpay-md5", "openplatform-jwt", "creditpay-prefixed".

        Args:
            platform: The platform, or a variant.
            fault: What goes wrong with every request to this address; see `fault`.
        """
        return f"{self.origin}/s/{self.scope}{'/f/' + urllib.parse.quote(fault, safe='=,') if fault else ''}/{platform}"

    def config(self, platform: str, fault: Optional[str] = None, **settings: Any) -> libauth.Config:
        """A `Config` with that address."""
        return libauth.Config(self.base_url(platform, fault), **settings)

    def creditpay(self, fault: Optional[str] = None, **settings: Any) -> libauth.CreditPay:
        """A handle with the sandbox's account; `settings` are those of the `Config`."""
        return libauth.CreditPay(self.config("creditpay", fault, **settings), **self.account("creditpay"))

    def daxpay(self, fault: Optional[str] = None, **settings: Any) -> libauth.DaxPay:
        """A handle of edition 3 with the sandbox's account."""
        return libauth.DaxPay(self.config("daxpay", fault, **settings), **self.account("daxpay"))

    def daxpay_open(self, fault: Optional[str] = None, **settings: Any) -> libauth.DaxPay:
        """A handle of edition open with the sandbox's account."""
        return libauth.DaxPay.open(self.config("daxpay-open", fault, **settings), **self.account("daxpay-open"))

    def openplatform(self, fault: Optional[str] = None, **settings: Any) -> libauth.OpenPlatform:
        """A handle with the sandbox's account."""
        return libauth.OpenPlatform(self.config("openplatform", fault, **settings), **self.account("openplatform"))

    def redemption(self, fault: Optional[str] = None, **settings: Any) -> libauth.Redemption:
        """A handle with the sandbox's account, which signs with RSA."""
        return libauth.Redemption.rsa(self.config("redemption", fault, **settings), **self.account("redemption"))

    def seller(self, fault: Optional[str] = None, **settings: Any) -> libauth.Seller:
        """A handle with the sandbox's account."""
        return libauth.Seller(self.config("seller", fault, **settings), **self.account("seller"))

    def account(self, platform: str) -> Dict[str, Any]:
        """The credentials of the sandbox's account, by the names of the parameters of the platform's class."""
        known = self.credentials
        return {name: known[credential] for name, credential in _ACCOUNTS[platform].items()}

    def environment(self) -> Dict[str, str]:
        """The variables with which `Seller.from_env` and so on, and the `libauth` command, talk to this part."""
        given: Dict[str, str] = {}
        for platform in ("creditpay", "daxpay", "openplatform", "redemption", "seller"):
            given[f"LIBAUTH_{platform.upper()}_BASE_URL"] = self.base_url(platform)
            for name, value in self.account(platform).items():
                given[f"LIBAUTH_{platform.upper()}_{name.upper()}"] = value
        return given

    def fault(self, platform: str, fault: Optional[str]) -> None:
        """Switches a fault on, such as "status=503", "slow=3000", "reset_after", "sign=wrong,times=1"; None: off."""
        how = {"platform": platform, "fault": fault} if fault else {"platform": platform}
        self._control("POST", "fault", how)

    def requests(self, platform: Optional[str] = None) -> List[Dict[str, Any]]:
        """The last 200 requests that came in, the oldest first: `method`, `path`, `headers` (pairs), `body`, `status`,
        `answer`, `refused` (why, or None), and more."""
        found: List[Dict[str, Any]] = self._control("GET", "requests", {"platform": platform} if platform else {})
        return found

    def counters(self, platform: str) -> Dict[str, int]:
        """How many requests came in: `requests`, `token_requests`, `business_requests` and more."""
        counted: Dict[str, int] = self._control("GET", "counters").get(platform) or {}
        return {"requests": 0, "token_requests": 0, "business_requests": 0, **counted}

    def expire_tokens(self) -> None:
        """Has every token that was issued so far refused."""
        self._control("POST", "expire")

    def message(self, platform: str, **order: Any) -> libauth.Inbound:
        """A signed message of a platform, as your server would receive it.

        Args:
            platform: "creditpay", "daxpay", "daxpay-open" or "redemption".
            order: `kind`, `event_id`, `path`, `data` (fields put over the message's own), `tamper` ("body", "signature",
                "missing_signature", "timestamp") and so on.
        """
        made = self._control("POST", "callback", {}, {**order, "platform": platform})
        return libauth.Inbound(made["method"], made["path"], [tuple(pair) for pair in made["headers"]], made["body"])

    def send(self, platform: str, url: str, **order: Any) -> Answer:
        """Sends a signed message to a server of yours on this machine, and says what it answered.

        Args:
            platform: As for `message`.
            url: Where your server takes messages, such as "http://127.0.0.1:8080/notify".
            order: As for `message`.
        """
        sent = self._control("POST", "callback", {}, {**order, "platform": platform, "url": url, "send": True})
        return Answer(sent["status"], sent["body"], sent["accepted"])

    def __repr__(self) -> str:
        return f"<libauth.testing.Sandbox {self.origin} {self.scope}>"

    def _control(self, method: str, call: str, query: Any = None, order: Any = None) -> Any:
        query = urllib.parse.urlencode({**(query or {}), "scope": self.scope})
        body = None if order is None else json.dumps(order).encode()
        told = _http(method, f"{self.origin}/_/{call}?{query}", body)
        return json.loads(told) if told[:1] in ("{", "[") else told


_DAXPAY = {"app_id": "daxpay_app_id", "mch_no": "daxpay_mch_no", "sign_key": "daxpay_sign_key"}
_ACCOUNTS = {
    "creditpay": {
        "plat_id": "creditpay_plat_id",
        "api_key": "creditpay_api_key",
        "signature_key": "creditpay_signature_key",
    },
    "daxpay": _DAXPAY,
    "daxpay-open": {
        "mch_no": "daxpay_open_mch_no",
        "app_id": "daxpay_open_app_id",
        "private_key": "daxpay_open_private_key_pem",
        "platform_public_key": "daxpay_open_platform_public_key_pem",
    },
    "openplatform": {"client_id": "openplatform_client_id", "secret": "openplatform_secret"},
    "redemption": {
        "business_id": "redemption_business_id",
        "merchant_id": "redemption_merchant_id",
        "private_key": "redemption_merchant_private_key_pem",
        "platform_public_key": "redemption_platform_public_key_pem",
    },
    "seller": {"access_key": "seller_access_key", "secret_key": "seller_secret_key"},
}


def _http(method: str, url: str, body: Optional[bytes] = None) -> str:
    request = urllib.request.Request(url, data=body, method=method)
    try:
        with _direct.open(request, timeout=30) as answer:
            told: bytes = answer.read()
            return told.decode("utf-8")
    except urllib.error.HTTPError as error:
        with error:
            raise ValueError(error.read().decode("utf-8", "replace").strip()) from None
    except urllib.error.URLError as error:
        raise RuntimeError(f"there is no sandbox at {url.split('/_/')[0]}: {error.reason}") from None


def _command() -> str:
    named = os.environ.get("LIBAUTH_COMMAND")
    if named:
        return named
    beside = Path(sysconfig.get_path("scripts")) / ("libauth.exe" if sys.platform == "win32" else "libauth")
    found = str(beside) if beside.exists() else shutil.which("libauth")
    if found is None:
        raise RuntimeError(
            "there is no libauth command: install a package of libauth that carries it, put it on PATH, or set "
            "LIBAUTH_COMMAND to its path (or LIBAUTH_SANDBOX to the origin of a sandbox that runs)"
        )
    return found


def _first_line(process: "subprocess.Popen[bytes]") -> Dict[str, Any]:
    """What the command says when it takes connections; nothing if it does not in time."""
    killer = threading.Timer(_START_SECONDS, process.kill)
    killer.start()
    assert process.stdout is not None
    line = process.stdout.readline()
    killer.cancel()
    try:
        told = json.loads(line)
    except ValueError:
        told = None
    return told if isinstance(told, dict) else {}


def _end(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.close()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


if _pytest is not None:

    @_pytest.fixture(scope="session", name="_libauth_sandbox_of_session")
    def _of_session() -> Iterator[Sandbox]:
        with Sandbox.start() as sandbox:
            yield sandbox

    @_pytest.fixture(name="libauth_sandbox")
    def libauth_sandbox(_libauth_sandbox_of_session: Sandbox) -> Iterator[Sandbox]:
        """The five platforms on this machine, a part of its own for each test: see `libauth.testing.Sandbox`."""
        with _libauth_sandbox_of_session.part() as sandbox:
            yield sandbox
