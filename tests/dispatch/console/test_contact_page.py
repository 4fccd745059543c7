from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch.domain.audit import verify_audit
from dispatch.enums import AuditAction, AuditOutcome, TicketAction, TicketStatus, Visibility
from dispatch.models import AuditRecord, Ticket, TicketEvent
from reports.models import AccessRecord, Report
from tests.dispatch.factories import Cast, make_report, make_resident, make_ticket

Browser = Callable[[str], Client]
PHONE = "13812345678"
WHY = {"note": "回访核实办理情况"}


@pytest.fixture
def report(cast: Cast) -> Report:
    now = timezone.now()
    report = make_report(contact_phone=PHONE, resident=make_resident("caller"), now=now)
    make_ticket(TicketStatus.HANDLING, cast=cast, report=report, now=now)
    return report


def ticket_of(report: Report) -> Ticket:
    return Ticket.objects.get(ticket_reports__report=report)


def url_of(report: Report) -> str:
    return reverse("admin:dispatch_ticket_contact", args=(ticket_of(report).pk, report.pk))


def page_of(report: Report) -> str:
    return reverse("admin:dispatch_ticket_change", args=(ticket_of(report).pk,))


@pytest.mark.parametrize("username", ["dispatcher", "lead"])
def test_it_works(browser: Browser, report: Report, username: str) -> None:
    client = browser(username)
    assert url_of(report) in client.get(page_of(report)).content.decode()
    assert PHONE not in client.get(url_of(report)).content.decode()

    shown = client.post(url_of(report), WHY)

    assert shown.status_code == 200
    assert PHONE in shown.content.decode()
    assert {"no-store", "private"} <= set(shown["Cache-Control"].split(", "))
    event = TicketEvent.objects.get(action=TicketAction.UNMASK)
    assert (event.report_id, event.note, event.visibility) == (
        report.pk,
        WHY["note"],
        Visibility.INTERNAL,
    )
    record = AuditRecord.objects.get(action=AuditAction.UNMASK)
    assert (record.username, record.report_id, record.reason) == (username, report.pk, WHY["note"])
    assert record.address == "127.0.0.1"
    assert PHONE not in str(record.data) + record.reason
    assert list(verify_audit()) == []
    assert PHONE not in client.get(page_of(report)).content.decode()


@pytest.mark.parametrize("note", ["", "  ", "查", "x" * 2001])
def test_it_validates_the_reason(browser: Browser, report: Report, note: str) -> None:
    refused = browser("dispatcher").post(url_of(report), {"note": note})
    assert refused.status_code == 400
    assert PHONE not in refused.content.decode()
    assert not TicketEvent.objects.filter(action=TicketAction.UNMASK).exists()


@pytest.mark.parametrize("username", ["verifier", "auditor", "sanitation", "sanitation_head"])
def test_it_forbids_everybody_else_and_writes_it_down(
    browser: Browser, report: Report, username: str
) -> None:
    client = browser(username)
    assert url_of(report) not in client.get(page_of(report)).content.decode()
    assert client.post(url_of(report), WHY).status_code == 403
    record = AuditRecord.objects.get(action=AuditAction.UNMASK)
    assert (record.outcome, record.username) == (AuditOutcome.REFUSED, username)
    assert not TicketEvent.objects.filter(action=TicketAction.UNMASK).exists()


def test_a_confidential_number_is_the_leads_alone(browser: Browser, report: Report) -> None:
    Ticket.objects.update(confidential=True)
    assert browser("dispatcher").post(url_of(report), WHY).status_code == 403
    page = browser("lead").get(page_of(report)).content.decode()
    assert "138****5678" not in page
    assert PHONE in browser("lead").post(url_of(report), WHY).content.decode()


def test_an_anonymous_report_has_no_number_for_anybody(browser: Browser, report: Report) -> None:
    Report.objects.update(anonymous=True)
    client = browser("lead")
    page = client.get(page_of(report)).content.decode()
    assert "匿名上报，不显示" in page
    assert "138****5678" not in page
    assert url_of(report) not in page
    record = client.get(reverse("admin:reports_report_change", args=(report.pk,))).content.decode()
    assert "138****5678" not in record
    refused = client.post(url_of(report), WHY)
    assert refused.status_code == 409
    assert PHONE not in refused.content.decode()
    assert AuditRecord.objects.get(action="unmask").outcome == AuditOutcome.REFUSED


def test_it_handles_no_number_and_another_tickets_report(
    browser: Browser, report: Report, cast: Cast
) -> None:
    Report.objects.update(contact_phone="")
    client = browser("lead")
    assert client.post(url_of(report), WHY).status_code == 409
    other = make_ticket(cast=cast, now=timezone.now())
    url = reverse("admin:dispatch_ticket_contact", args=(other.pk, report.pk))
    assert client.get(url).status_code == 404
    gone = reverse("admin:dispatch_ticket_contact", args=(ticket_of(report).pk, 987654321))
    assert client.get(gone).status_code == 404


def test_a_department_does_not_read_who_looked(browser: Browser, report: Report) -> None:
    browser("lead").post(url_of(report), WHY)
    assert WHY["note"] in browser("verifier").get(page_of(report)).content.decode()
    assert WHY["note"] not in browser("sanitation").get(page_of(report)).content.decode()


def test_a_confidential_matter_hides_what_leads_to_the_reporter(
    browser: Browser, report: Report
) -> None:
    Report.objects.update(address="三丰村 8 组 12 号", raw_lat=30.312345, raw_lng=120.501234)
    Ticket.objects.update(confidential=True, lat=30.312345, lng=120.501234)
    for username in ("sanitation", "sanitation_head"):
        page = browser(username).get(page_of(report)).content.decode()
        for word in ("三丰村 8 组", "30.312345", "120.501234", "小程序", "±"):
            assert word not in page, word
        assert "30.312, 120.501" in page
    assert "三丰村 8 组" in browser("dispatcher").get(page_of(report)).content.decode()


def test_a_look_without_its_audit_line_shows(browser: Browser, report: Report) -> None:
    browser("lead").post(url_of(report), WHY)
    AuditRecord.objects.all()._raw_delete("default")
    faults = [what for _seq, what in verify_audit()]
    assert any("没有审计记录" in what for what in faults)


def test_the_resident_reads_that_somebody_looked(browser: Browser, report: Report) -> None:
    client = browser("dispatcher")
    page = client.get(url_of(report)).content.decode()
    assert "现场办理需要联系" in page
    assert "核对来电人的上报" not in page
    assert client.post(url_of(report), {**WHY, "purpose": "on_site"}).status_code == 200
    assert client.post(url_of(report), WHY).status_code == 200
    assert client.post(url_of(report), {**WHY, "purpose": "gossip"}).status_code == 400
    lines = AccessRecord.objects.filter(report=report).order_by("id")
    assert [(line.what, line.who, line.reason) for line in lines] == [
        ("unmask", "指挥室坐席", "on_site"),
        ("unmask", "指挥室坐席", "other"),
    ]
    assert "dispatcher" not in str(list(lines.values()))
    assert list(verify_audit()) == []
