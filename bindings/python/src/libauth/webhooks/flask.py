"""Webhooks in Flask.

@app.post("/notify")
@libauth.webhooks.flask.webhook(creditpay)
def notify(event):
    pay(event.id, event.field("data.amount"))
"""

from __future__ import annotations

import functools
from typing import Any, Callable, Optional

from flask import Response, current_app, request

import libauth

from ..inbound import Inbound
from . import Verifier, acting, reply, settle, wsgi_headers, wsgi_path


def webhook(handle: Verifier, *, path: Optional[str] = None) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Makes a view of a function that acts on an event: it gets the event, and then what is variable in the URL.

    Args:
        handle: The account that the messages are for.
        path: The path that the platform calls, if a proxy in front changes it.
    """

    def decorate(act: Callable[..., Any]) -> Callable[..., Response]:
        @functools.wraps(act)
        def view(*arguments: Any, **named: Any) -> Response:
            came_to = wsgi_path(request.environ) if path is None else path
            headers = wsgi_headers(request.environ)
            try:
                event = handle.verify(Inbound(request.method, came_to, headers, request.get_data()))
            except libauth.Error as refused:
                return _answer(handle, refused)
            with acting(event):
                told = current_app.ensure_sync(act)(event, *arguments, **named)
                response: Response = _answer(handle) if told is None else current_app.make_response(told)
            late = settle(event, response.status_code)
            return response if late is None else _answer(handle, late)

        return view

    return decorate


def _answer(handle: Verifier, error: Optional[libauth.Error] = None) -> Response:
    status, body = reply(handle, error)
    return Response(body, status, mimetype="text/plain")
