"""Webhooks in Django.

@libauth.webhooks.django.webhook(creditpay)
def notify(request, event):
    pay(event.id, event.field("data.amount"))
"""

from __future__ import annotations

import functools
import inspect
from typing import Any, Callable, Optional

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, JsonResponse

import libauth

from ..inbound import Inbound
from . import Verifier, acting, asgi_path, reply, settle, wsgi_headers, wsgi_path


def webhook(handle: Verifier, *, path: Optional[str] = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Makes a view of a function, async or not, that acts on an event: it gets the request, the event, and then what is
    variable in the URL. The view needs no CSRF token: the platform has none.

    Args:
        handle: The account that the messages are for.
        path: The path that the platform calls, if a proxy in front changes it.
    """

    def verified(request: HttpRequest) -> Any:
        scope = getattr(request, "scope", None)
        came_to = path or (asgi_path(scope) if scope else wsgi_path(request.META, request.path))
        headers = scope["headers"] if scope else wsgi_headers(request.META)
        return handle.verify(Inbound(request.method or "", came_to, headers, request.body))

    def decorate(act: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(act)
        def view(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
            try:
                event = verified(request)
            except libauth.Error as refused:
                return _answer(handle, refused)
            with acting(event):
                response = _response(handle, act(request, event, *arguments, **named))
            late = settle(event, response.status_code)
            return response if late is None else _answer(handle, late)

        @functools.wraps(act)
        async def awaited(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
            try:
                event = await sync_to_async(verified)(request)
            except libauth.Error as refused:
                return _answer(handle, refused)
            with acting(event):
                response = _response(handle, await act(request, event, *arguments, **named))
            late = await sync_to_async(settle)(event, response.status_code)
            return response if late is None else _answer(handle, late)

        made: Any = awaited if inspect.iscoroutinefunction(act) else view
        made.csrf_exempt = True  # what csrf_exempt does; before Django 5 that is not for async views
        return made  # type: ignore[no-any-return]

    return decorate


def _response(handle: Verifier, told: Any) -> HttpResponse:
    if told is None:
        return _answer(handle)
    return told if isinstance(told, HttpResponse) else JsonResponse(told, safe=False)


def _answer(handle: Verifier, error: Optional[libauth.Error] = None) -> HttpResponse:
    status, body = reply(handle, error)
    return HttpResponse(body, status=status, content_type="text/plain")
