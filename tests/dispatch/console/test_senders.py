"""The block list in the console: the lead restricts and lifts, and nobody learns who it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from dispatch.domain.audit import verify_audit
from dispatch.enums import AuditAction, TicketStatus
from dispatch.models import AuditRecord, Ticket
from reports.enums import SenderKind
from reports.models import Report, SenderBlock
from tests.dispatch.factories import Cast, make_report, make_resident, make_ticket

Browser = Callable[[str], Client]
MARK = "王小明的微信"
GIVEN = {"kinds": ["resident", "device"], "reason": "spam", "days": "7", "note": "三天四十件"}


@pytest.fixture
def report(cast: Cast) -> Report:
    now = timezone.now()
    person = make_resident(MARK)
    report = make_report(
        resident=person, anonymous=True, sender_device="d" * 32, sender_address="a" * 32, now=now
    )
    make_ticket(TicketStatus.HANDLING, cast=cast, report=report, now=now)
    return report


def urls(report: Report) -> tuple[str, str]:
    ticket = Ticket.objects.get(ticket_reports__report=report)
    page = reverse("admin:dispatch_ticket_change", args=(ticket.pk,))
    return page, reverse("sender-block", args=(ticket.pk, report.pk))


def test_it_works(browser: Browser, report: Report) -> None:
    client, (page, block) = browser("lead"), urls(report)
    assert block in client.get(page).content.decode()
    asked = client.get(block).content.decode()
    answer = client.post(block, GIVEN, follow=True)
    listed = client.get(reverse("sender-blocks")).content.decode()

    kinds = set(SenderBlock.objects.values_list("kind", flat=True))
    assert kinds == {SenderKind.RESIDENT, SenderKind.DEVICE}
    record = AuditRecord.objects.get(action=AuditAction.RESIDENT_BLOCKED)
    assert (record.username, record.report_id, record.reason) == ("lead", report.pk, "三天四十件")
    for text in (asked, answer.content.decode(), listed, str(record.data)):
        assert MARK not in text
        assert "d" * 32 not in text
    assert report.number in listed
    assert list(verify_audit()) == []


def test_it_is_lifted_with_a_reason(browser: Browser, report: Report) -> None:
    client, (_page, block) = browser("lead"), urls(report)
    client.post(block, {**GIVEN, "kinds": ["resident"]})
    row = SenderBlock.objects.get()
    client.post(reverse("sender-lift", args=(row.pk,)), {"note": ""})
    assert SenderBlock.objects.get().lifted_at is None
    client.post(reverse("sender-lift", args=(row.pk,)), {"note": "申诉成立"})
    assert SenderBlock.objects.get().lifted_at is not None
    assert AuditRecord.objects.filter(action=AuditAction.RESIDENT_UNBLOCKED).count() == 1
    ended = client.get(reverse("sender-blocks"), {"ended": "1"}).content.decode()
    assert "申诉成立" in ended


@pytest.mark.parametrize("username", ["dispatcher", "verifier", "sanitation", "security"])
def test_nobody_else_restricts(browser: Browser, report: Report, username: str) -> None:
    client, (page, block) = browser(username), urls(report)
    assert block not in client.get(page, follow=True).content.decode()
    assert client.post(block, GIVEN).status_code == 403
    assert not SenderBlock.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"kinds": []},
        {"kinds": ["network"]},
        {"reason": "because"},
        {"note": "短"},
        {"days": "3650"},
        {"kinds": ["address"], "days": "90"},
    ],
)
def test_it_validates(browser: Browser, report: Report, changes: dict[str, Any]) -> None:
    answer = browser("lead").post(urls(report)[1], {**GIVEN, **changes})
    assert answer.status_code == 400
    assert "xc-error" in answer.content.decode()
    assert not SenderBlock.objects.exists()


def test_a_report_of_another_ticket_is_not_there(browser: Browser, report: Report) -> None:
    ticket = Ticket.objects.get()
    other = make_report(resident=make_resident("other"))
    address = reverse("sender-block", args=(ticket.pk, other.pk))
    assert browser("lead").post(address, GIVEN).status_code == 404


def test_a_network_is_restricted_from_its_page(browser: Browser, cast: Cast) -> None:
    client, page = browser("lead"), reverse("sender-network")
    given = {"network": "203.0.113.0/24", "reason": "attack", "days": "1", "note": "程序冲击"}
    assert client.post(page, {**given, "network": "10.0.0.0/8"}).status_code == 400
    assert client.post(page, given).status_code == 302
    assert SenderBlock.objects.get().value == "203.0.113.0/24"
    assert "203.0.113.0/24" in client.get(reverse("sender-blocks")).content.decode()


def test_the_auditor_reads_only(browser: Browser, report: Report) -> None:
    browser("lead").post(urls(report)[1], GIVEN)
    page = browser("auditor").get(reverse("sender-blocks"))
    assert page.status_code == 200
    assert "解除理由" not in page.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_any_rows(
    rows: int, browser: Browser, report: Report, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = browser("lead")
    for _ in range(rows):
        client.post(urls(report)[1], {**GIVEN, "kinds": ["device"]})
    page = reverse("sender-blocks")
    client.get(page)
    with django_assert_num_queries(QUERIES):
        client.get(page)


QUERIES = 4
