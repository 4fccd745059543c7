"""One id for everything a request causes: header, logs, ledger, error bodies; and where it came from."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

HEADER = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9_-]{8,64}")
_current: ContextVar[str] = ContextVar("request_id", default="")
_address: ContextVar[str] = ContextVar("request_address", default="")


def current_request_id() -> str:
    """Return the id of the request being served, "" outside of one."""
    return _current.get()


def current_address() -> str:
    """Return the client's address of the request being served, "" outside of one."""
    return _address.get()


def client_address(request: HttpRequest) -> str:
    """Return who called: behind ``NUM_PROXIES`` proxies what the outermost of ours was told.

    The header is worth only what our own proxies put into it, so it counts from the right.
    """
    direct = str(request.META.get("REMOTE_ADDR") or "")
    proxies: int = settings.REST_FRAMEWORK.get("NUM_PROXIES") or 0
    parts = request.headers.get("X-Forwarded-For", "").split(",")
    told = [part.strip() for part in parts if part.strip()]
    if not proxies or not told:
        return direct
    return told[-min(proxies, len(told))]


class RequestIdMiddleware:
    """Take a sane ``X-Request-ID`` of the caller or make one, and echo it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve the request under its id."""
        given = request.headers.get(HEADER, "")
        request_id = given if _SANE.fullmatch(given) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        token, origin = _current.set(request_id), _address.set(client_address(request))
        try:
            response = self._get_response(request)
        finally:
            _current.reset(token)
            _address.reset(origin)
        response[HEADER] = request_id
        return response
