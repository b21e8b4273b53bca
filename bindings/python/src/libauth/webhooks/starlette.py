"""Webhooks in Starlette and FastAPI.

@app.post("/notify")
@libauth.webhooks.starlette.webhook(creditpay)
async def notify(request, event):
    await pay(event.id, event.field("data.amount"))
"""

from __future__ import annotations

import inspect
from typing import Any, Awaitable, Callable, Optional

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

import libauth

from ..inbound import Inbound
from . import Verifier, acting, asgi_path, reply, settle


def webhook(
    handle: Any, *, path: Optional[str] = None
) -> Callable[[Callable[..., Any]], Callable[[Request], Awaitable[Response]]]:
    """Makes an endpoint of a function, async or not, that acts on an event: it gets the request and the event.

    Args:
        handle: The account that the messages are for, of `libauth` or of `libauth.aio`.
        path: The path that the platform calls, if a proxy in front changes it.
    """
    verifier: Verifier = getattr(handle, "sync", handle)

    def decorate(act: Callable[..., Any]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            came_to = asgi_path(request.scope) if path is None else path
            inbound = Inbound(request.method, came_to, request.scope["headers"], await request.body())
            try:
                # In a thread: a replay guard or a store of your own may wait.
                event = await run_in_threadpool(verifier.verify, inbound)
            except libauth.Error as refused:
                return _answer(verifier, refused)
            with acting(event):
                told = await (
                    act(request, event) if inspect.iscoroutinefunction(act) else run_in_threadpool(act, request, event)
                )
                whole = told if isinstance(told, Response) else None
                response = whole or (_answer(verifier) if told is None else JSONResponse(told))
            late = await run_in_threadpool(settle, event, response.status_code)
            return response if late is None else _answer(verifier, late)

        # Not functools.wraps: FastAPI would then see the parameters of the function, and ask the request for them.
        endpoint.__name__, endpoint.__doc__ = act.__name__, act.__doc__
        return endpoint

    return decorate


def _answer(handle: Verifier, error: Optional[libauth.Error] = None) -> Response:
    status, body = reply(handle, error)
    return PlainTextResponse(body, status)
