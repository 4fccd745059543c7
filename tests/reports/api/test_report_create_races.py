"""Retries at the same moment, with real threads on both engines."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from reports.models import Report, ReportUpdate
from tests.factories import make_photo, make_resident, make_token
from tests.reports.conftest import Api, report_body

pytestmark = pytest.mark.django_db(transaction=True)


def send_at_once(token: str, bodies: list[dict[str, Any]]) -> list[tuple[int, Any]]:
    def send(body: dict[str, Any]) -> tuple[int, Any]:
        try:
            answer = Api(token).post("/reports", body)
            return answer.status_code, answer.json()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(send, bodies))


def test_it_accepts_retries_at_once_as_one_report() -> None:
    resident = make_resident()
    body = report_body(photos=[str(make_photo(resident).pk)])
    answers = send_at_once(make_token(resident), [body] * 6)
    assert sorted(status for status, _ in answers) == [200] * 5 + [201]
    assert len({answer["number"] for _, answer in answers}) == 1
    assert Report.objects.count() == ReportUpdate.objects.count() == 1


def test_it_refuses_the_slower_of_two_bodies() -> None:
    body = report_body()
    answers = send_at_once(make_token(make_resident()), [body, {**body, "text": "别的事"}])
    assert sorted(status for status, _ in answers) == [201, 409]
    assert Report.objects.count() == 1


def test_a_report_of_nobody_is_one_report_too() -> None:
    """A child's belongs to nobody; sent again on a bad line, the first one is the answer."""
    child = make_resident("", age_band="child")
    token, body = make_token(child), report_body(photos=[str(make_photo(child).pk)])
    answers = send_at_once(token, [body] * 6)
    assert sorted(status for status, _ in answers) == [200] * 5 + [201]
    assert Report.objects.get().resident is None
    again = Api(token).post("/reports", body)
    assert (again.status_code, again.json()["number"]) == (200, answers[0][1]["number"])
    assert {answer["number"] for _, answer in answers} == {again.json()["number"]}
    assert ReportUpdate.objects.count() == 1
    other = Api(token).post("/reports", {**body, "text": "别的事"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
