"""Authentication for requests and httpx, against the sandbox."""

from __future__ import annotations

import asyncio
import io
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Dict, Iterator, List

import pytest

import libauth
import libauth.aio
import libauth.auth
from conftest import Sandbox

requests: Any = pytest.importorskip("requests")
httpx: Any = pytest.importorskip("httpx")


@pytest.fixture
def session() -> Iterator[Any]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def business(sandbox: Sandbox, platform: str) -> int:
    return sandbox.counters(platform)["business_requests"]


@pytest.mark.parametrize("platform", ["seller", "openplatform"])
def test_requests_with_a_token(sandbox: Sandbox, session: Any, platform: str) -> None:
    with getattr(sandbox, platform)() as handle:
        kinds = {"seller": libauth.auth.SellerAuth, "openplatform": libauth.auth.OpenPlatformAuth}
        session.auth = kinds[platform](handle)
        url = handle.base_url
        assert session.get(url + "/orders").json()["data"]["method"] == "GET"
        # A token that is refused is replaced, and the request sent again with its whole body, once.
        sandbox.control("POST", "expire")
        answer = session.post(url + "/orders", json={"a": 1})
        assert answer.json()["data"]["body"] == {"a": 1} and len(answer.history) == 1
        assert business(sandbox, platform) == 3 and sandbox.counters(platform)["token_requests"] == 2
        sandbox.control("POST", "expire")
        file = io.BytesIO(b'skip{"b":2}')
        file.seek(4)
        assert session.post(url + "/orders", data=file).json()["data"]["body"] == {"b": 2}
        sandbox.control("POST", "expire")
        streamed = session.post(url + "/orders", data=iter([b'{"c":', b"3}"]))
        assert not streamed.history  # a stream that is used up cannot be sent again
        assert session.post(url + "/orders", data=iter([b'{"c":', b"3}"])).json()["data"]["body"] == {"c": 3}


def test_a_token_that_is_always_refused_is_tried_twice(sandbox: Sandbox, session: Any) -> None:
    with sandbox.seller("token_401") as seller:
        answer = session.get(seller.base_url + "/orders", auth=libauth.auth.SellerAuth(seller))
        assert answer.status_code == 401 and business(sandbox, "seller") == 2
        with httpx.Client(auth=libauth.auth.SellerAuth(seller), trust_env=False) as client:
            assert client.get(seller.base_url + "/orders").status_code == 401
        assert business(sandbox, "seller") == 4
    # Another failure is the caller's to see, and is not repeated.
    with sandbox.seller("code=500,at=business") as seller:
        answer = session.get(seller.base_url + "/orders", auth=libauth.auth.SellerAuth(seller))
        assert answer.json()["code"] == 500 and business(sandbox, "seller") == 5


@pytest.mark.parametrize("platform", ["seller", "openplatform"])
def test_httpx_with_a_token(sandbox: Sandbox, platform: str) -> None:
    kind = {"seller": libauth.auth.SellerAuth, "openplatform": libauth.auth.OpenPlatformAuth}[platform]
    with getattr(sandbox, platform)() as handle:
        url = handle.base_url
        with httpx.Client(auth=kind(handle), trust_env=False) as client:
            assert client.get(url + "/orders").json()["data"]["method"] == "GET"
            sandbox.control("POST", "expire")
            assert client.post(url + "/orders", json={"a": 1}).json()["data"]["body"] == {"a": 1}
            sandbox.control("POST", "expire")
            # A stream that is used up cannot be sent again; the next request has a good token.
            assert client.post(url + "/orders", content=iter([b"{}"])).json()["data"] is None
            assert client.post(url + "/orders", content=iter([b"{}"])).json()["data"]["body"] == {}

        async def main(auth: Any) -> None:
            async with httpx.AsyncClient(auth=auth, trust_env=False) as client:
                sandbox.control("POST", "expire")
                answers = await asyncio.gather(*(client.post(url + "/orders", json={"n": n}) for n in range(5)))
                assert [answer.json()["data"]["body"] for answer in answers] == [{"n": n} for n in range(5)]

        asyncio.run(main(kind(handle)))
        awaited = getattr(libauth.aio, type(handle).__name__)
        account: Any = libauth.aio._opened(awaited, handle.share(), sandbox.config(platform), 4)
        asyncio.run(main(kind(account)))


def test_signed_as_it_goes_out(sandbox: Sandbox, session: Any) -> None:
    body = '{"name":"张三" ,"amount":1.10}'.encode()
    handles: List[Any] = [sandbox.creditpay(), sandbox.redemption_rsa(), sandbox.redemption_md5()]
    for handle in handles:
        with handle:
            kind = libauth.auth.CreditPayAuth if isinstance(handle, libauth.CreditPay) else libauth.auth.RedemptionAuth
            url, auth, platform = handle.base_url + "/v1/p%20ay", kind(handle), type(handle).__name__.lower()
            how: Dict[str, Any] = {"headers": {"Content-Type": "application/json"}}
            answers = [session.post(url, data=body, auth=auth, **how)]
            with httpx.Client(auth=auth, trust_env=False) as client:
                answers.append(client.post(url, content=body, **how))
                answers.append(client.post(url, content=iter([body[:5], body[5:]]), **how))

            async def main() -> None:
                async with httpx.AsyncClient(auth=auth, trust_env=False) as client:
                    answers.append(await client.post(url, content=body, **how))

            asyncio.run(main())
            assert [answer.status_code for answer in answers] == [200] * 4
            assert sandbox.last(platform)["refused"] is None and sandbox.last(platform)["body"] == body.decode()
            assert all(handle.read_call(handle.build_call("POST", "/v1/pay"), libauth.HttpResponse(200, None, answer.content))
                       for answer in answers)  # fmt: skip
            with pytest.raises(TypeError, match="body"):
                session.post(url, data=iter([b"x"]), auth=auth)


def test_a_secret_is_not_for_another_address(sandbox: Sandbox, session: Any) -> None:
    with sandbox.seller() as seller, sandbox.creditpay() as creditpay:
        wrong = ["http://127.0.0.1:9/seller/orders", "https" + seller.base_url[4:], seller.base_url + "s/orders"]
        for url in wrong:
            for auth in (libauth.auth.SellerAuth(seller), libauth.auth.CreditPayAuth(creditpay)):
                with pytest.raises(libauth.InvalidArgumentError, match="is not for"):
                    session.get(url, auth=auth)
                with pytest.raises(libauth.InvalidArgumentError), httpx.Client(auth=auth, trust_env=False) as client:
                    client.get(url)
        with pytest.raises(TypeError, match="libauth.Seller"):
            libauth.auth.SellerAuth(creditpay)  # type: ignore[arg-type]


def test_a_redirect_takes_no_token_along(sandbox: Sandbox, session: Any) -> None:
    seen: List[Dict[str, str]] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(302 if self.path.endswith("/orders") else 200)
            self.send_header("Location", "/seen")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with sandbox.openplatform() as real:
            token = real.token()
            # A handle for the redirecting server, which has the token of the sandbox.
            config = libauth.Config(f"http://127.0.0.1:{server.server_port}")
            c = sandbox.credentials
            with libauth.OpenPlatform(
                config, client_id=c["openplatform_client_id"], secret=c["openplatform_secret"]
            ) as moved:
                moved.read_token(moved.build_token(), libauth.HttpResponse(200, None, token.answer.body))
                session.get(moved.base_url + "/orders", auth=libauth.auth.OpenPlatformAuth(moved))
    finally:
        server.shutdown()
        server.server_close()
    assert len(seen) == 2 and seen[0]["access-token"] == token.value and "access-token" not in seen[1]
