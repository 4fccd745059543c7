"""One id per request."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from xiangcun.lib.clients import address_of
from xiangcun.lib.requestid import (
    HEADER,
    RequestIdMiddleware,
    current_request_id,
)


def serve(
    given: str | None = None,
    view: Callable[[HttpRequest], HttpResponse] = lambda _request: HttpResponse(
        current_request_id()
    ),
) -> tuple[str, str]:
    """Return the id of the header and the one that the view saw."""
    headers = {} if given is None else {HEADER: given}
    response = RequestIdMiddleware(view)(RequestFactory().get("/", headers=headers))
    assert isinstance(response, HttpResponse)
    return response.headers[HEADER], response.content.decode()


def test_it_works() -> None:
    header, seen = serve()
    assert header == seen
    assert re.fullmatch(r"[0-9a-f]{32}", header)
    assert serve()[0] != header


def test_it_keeps_the_id_of_a_proxy() -> None:
    assert serve("edge-1234_ABCD") == ("edge-1234_ABCD", "edge-1234_ABCD")


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "with space 1", "newline1\n", "<script>1", "路路路路路路路路"]
)
def test_it_forbids_an_id_that_could_forge_a_log_line(given: str) -> None:
    header, seen = serve(given)
    assert header == seen
    assert re.fullmatch(r"[0-9a-f]{32}", header)


def test_it_forgets_the_id_afterwards() -> None:
    def broken(_request: HttpRequest) -> HttpResponse:
        raise KeyError(current_request_id())

    with pytest.raises(KeyError):
        serve("edge-1234", broken)
    assert current_request_id() == ""


def test_an_empty_claim_does_not_hide_who_called(settings: Any, rf: RequestFactory) -> None:
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    for claimed in (", 203.0.113.9", "1.2.3.4, 203.0.113.9", "203.0.113.9"):
        request = rf.get("/", headers={"X-Forwarded-For": claimed}, REMOTE_ADDR="10.0.0.1")
        assert address_of(request) == "203.0.113.9"
    assert address_of(rf.get("/", REMOTE_ADDR="10.0.0.1")) == "10.0.0.1"
