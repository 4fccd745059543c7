"""A body is refused by its declared length before anybody reads it, and while it is read otherwise."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import RequestFactory

from reports.api.sessions import MeView
from tests.factories import make_report
from tests.reports.conftest import Api, report_body

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "most"), [("/me", 16), ("/session", 16), ("/reports", 64), ("/reports/X/urge", 64)]
)
def test_each_endpoint_has_its_limit(api: Api, path: str, most: int) -> None:
    send: Any = api.put if path == "/me" else api.post
    long = {"code": "x" * (most * 1024)}
    answer = send(path, long)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert send(path, {"code": "x" * ((most - 1) * 1024)}).status_code != 413


def test_a_declared_length_is_enough_to_refuse(zhang: Any) -> None:
    class Untouchable:
        def read(self, *_: object) -> bytes:
            raise AssertionError("the body was read")

    from tests.factories import make_token

    request = RequestFactory().put(
        "/api/v1/me", headers={"authorization": f"Bearer {make_token(zhang)}"}
    )
    request.META |= {"CONTENT_LENGTH": str(10**12), "CONTENT_TYPE": "application/json"}
    request._stream = Untouchable()  # type: ignore[assignment]
    assert MeView.as_view()(request).status_code == 413


def test_an_undeclared_length_is_counted_while_reading(api: Api) -> None:
    body = json.dumps(report_body(text="路" * 40_000)).encode()
    answer = api.client.generic(
        "POST",
        "/api/v1/reports",
        body,
        content_type="application/json",
        headers=api.headers,
        CONTENT_LENGTH="",
    )
    assert answer.status_code in {400, 413}  # Django reads nothing of an undeclared body


def test_too_many_parts_are_refused(api: Api, zhang: Any) -> None:
    make_report(zhang)
    fields = {f"f{index}": "x" for index in range(2500)}
    answer = api.upload("/photos", fields)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
