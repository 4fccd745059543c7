"""One id for everything a request causes: header, logs, ledger, error bodies; and where it came from."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponseBase

from xiangcun.lib.clients import address_of

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


class RequestIdMiddleware:
    """Take a sane ``X-Request-ID`` of the caller or make one, and echo it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve the request under its id."""
        given = request.headers.get(HEADER, "")
        request_id = given if _SANE.fullmatch(given) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        token, origin = _current.set(request_id), _address.set(address_of(request))
        try:
            response = self._get_response(request)
        finally:
            _current.reset(token)
            _address.reset(origin)
        response[HEADER] = request_id
        return response
