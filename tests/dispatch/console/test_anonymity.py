"""An anonymous report leads to nobody, on no page of the console, for no seat (domain.md §5, 举报保护)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch.domain.export_columns import COLUMNS
from dispatch.enums import TicketStatus
from dispatch.models import (
    Alarm,
    AuditRecord,
    Hotspot,
    RoutingRule,
    Ticket,
    TicketEvent,
    TriageRun,
)
from dispatch.queries.desk import history_of
from dispatch.queries.hotspots import recent_reports
from dispatch.triage.hotspots.refresh import _people
from dispatch.triage.pipeline import run_triage
from reports.domain.actions import act
from reports.enums import PhotoStatus, ResidentAction
from reports.models import AccessRecord, Photo, Report, ReportPhoto, Resident
from tests.dispatch.console.matrix import PAGES, draft_of_today, seats
from tests.dispatch.console.matrix_seats import ABSENT, EVERYBODY, Stage
from tests.dispatch.console.test_matrix import client_of, company, turned_away
from tests.dispatch.factories import Cast, make_photo, make_report, make_ticket

Browser = Callable[[str], Client]
PK = 987_123_654
PHONE, NAME, OPENID, UNION = "13812345678", "绰号甲乙丙", "dev:o-very-secret", "u-very-secret"
MARKS = (PHONE, NAME, OPENID, UNION, str(PK))
WORDS = "路灯坏了一个月没有人来修，晚上很黑"


@pytest.fixture
def person(db: None) -> Resident:
    """Somebody whose every trace is easy to find in a page, the key of their row included."""
    return Resident.objects.create(
        pk=PK, openid=OPENID, unionid=UNION, nickname=NAME, phone=PHONE, role="resident"
    )


@pytest.fixture
def hidden(cast: Cast, person: Resident) -> Report:
    """An anonymous report with photo, supplement and rating, and an older named one by the same person."""
    company(cast)
    now = timezone.now()
    named = make_report(
        text=WORDS, resident=person, now=now - timedelta(hours=2), contact_phone=PHONE
    )
    make_ticket(TicketStatus.HANDLING, cast=cast, report=named, now=now)
    report = make_report(
        text=f"{WORDS}，请打 {PHONE} 找我",
        resident=person,
        anonymous=True,
        contact_phone=PHONE,
        now=now,
    )
    photo = make_photo(resident=person)
    Photo.objects.filter(pk=photo.pk).update(claimed_at=now, status=PhotoStatus.READY)
    ReportPhoto.objects.create(report=report, photo=photo, order=0)
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, report=report, now=now)
    report.refresh_from_db()
    later = make_photo(resident=person)
    payload = {"text": f"还有，我的电话 {PHONE}", "photos": [str(later.pk)]}
    act(report, ResidentAction.SUPPLEMENT, payload=payload, now=now)
    Alarm.objects.create(ticket=ticket, reason="触电", raised_at=now)
    return report


def ticket_of(report: Report) -> Ticket:
    return Ticket.objects.get(ticket_reports__report=report)


def stage_of(report: Report, cast: Cast) -> Stage:
    ticket = ticket_of(report)
    now = timezone.now()
    figures = dict.fromkeys(
        ("report_count", "resident_count", "recent_residents", "previous_residents", "day_count"), 3
    )
    times = dict.fromkeys(("first_at", "last_at", "refreshed_at"), now)
    event = ticket.events.latest("seq")
    return Stage(
        ticket=ticket,
        report=report,
        photo=report.photos.get(),
        alarm=Alarm.objects.get(),
        hotspot=Hotspot.objects.create(title="路灯", growth_low=0, trend="new", **figures, **times),
        rule=RoutingRule.objects.create(name="示例规则", lead=cast.sanitation),
        event_id=event.pk,
        account_id=cast.dispatcher.user_id or 0,
        version_id=ABSENT,
        brief_id=draft_of_today(now),
    )


@pytest.mark.parametrize("username", seats(EVERYBODY))
def test_no_page_leads_to_the_person(hidden: Report, cast: Cast, username: str) -> None:
    client, stage, seen = client_of(username), stage_of(hidden, cast), 0
    for page in PAGES:
        refused, body = turned_away(client, page, stage)
        seen += not refused
        assert [mark for mark in MARKS if mark in body] == [], page.name
    assert seen >= (1 if username == "nobody" else 5)


@pytest.mark.parametrize("username", ["dispatcher", "lead", "verifier", "auditor", "sanitation"])
def test_its_own_pages_say_that_it_is_anonymous(
    browser: Browser, hidden: Report, username: str
) -> None:
    ticket = ticket_of(hidden)
    urls = [reverse("admin:dispatch_ticket_change", args=(ticket.pk,))]
    urls.append(reverse("ticket-print", args=(ticket.pk,)))
    if username != "sanitation":
        urls.append(reverse("admin:reports_report_change", args=(hidden.pk,)))
    for url in urls:
        body = browser(username).get(url).content.decode()
        assert hidden.number in body or ticket.number in body
        # Their own words may hold the number they typed, masked; the field for it stays empty.
        assert [mark for mark in MARKS if mark in body] == [], url
        assert "联系电话</dt><dd>138" not in body
        assert "/original/" not in body, url


@pytest.mark.parametrize("username", ["dispatcher", "lead"])
def test_nobody_can_ask_for_its_number(browser: Browser, hidden: Report, username: str) -> None:
    ticket = ticket_of(hidden)
    url = reverse("admin:dispatch_ticket_contact", args=(ticket.pk, hidden.pk))
    answer = browser(username).post(url, {"note": "回访核实办理情况", "purpose": "call_back"})
    assert answer.status_code == 409
    assert "匿名上报" in answer.content.decode()
    assert PHONE not in answer.content.decode()
    assert not AccessRecord.objects.exists()
    page = browser(username).get(reverse("admin:dispatch_ticket_change", args=(ticket.pk,)))
    assert url not in page.content.decode()


@pytest.mark.parametrize("username", ["dispatcher", "lead", "verifier"])
def test_nobody_opens_its_originals(browser: Browser, hidden: Report, username: str) -> None:
    ticket = ticket_of(hidden)
    for photo in Photo.objects.filter(resident=PK):
        url = reverse("admin:dispatch_ticket_original", args=(ticket.pk, photo.pk))
        assert browser(username).get(url).status_code == 403
    assert not AuditRecord.objects.filter(action="original_photo").exists()


def test_a_named_one_opens(browser: Browser, cast: Cast) -> None:
    report = make_report(now=timezone.now())
    photo = make_photo(resident=report.resident)
    ReportPhoto.objects.create(report=report, photo=photo, order=0)
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, report=report)
    url = reverse("admin:dispatch_ticket_original", args=(ticket.pk, photo.pk))
    assert browser("dispatcher").get(url).status_code == 302


def test_the_persons_other_reports_do_not_count_it(hidden: Report, person: Resident) -> None:
    now = timezone.now()
    [named] = Report.objects.filter(resident=person, anonymous=False)
    assert history_of(named, now=now).total == 0
    assert history_of(hidden, now=now).total == 0
    make_report(resident=person, now=now)
    assert history_of(named, now=now).total == 1


@pytest.mark.parametrize(("first", "second"), [(False, True), (True, False), (True, True)])
def test_triage_does_not_say_that_it_is_the_same_person(
    cast: Cast, person: Resident, *, first: bool, second: bool
) -> None:
    now = timezone.now()
    earlier = make_report(
        text=WORDS, resident=person, anonymous=first, now=now - timedelta(minutes=9)
    )
    make_ticket(cast=cast, report=earlier, now=now)
    later = make_report(text=WORDS, resident=person, anonymous=second, now=now, lat=30.35)
    run = run_triage(later.pk, now=now)
    assert isinstance(run, TriageRun)
    assert "同一居民" not in str(run.steps)
    assert earlier.number not in str(run.steps)


def test_a_hotspot_counts_it_as_somebody_else(hidden: Report, person: Resident) -> None:
    rows = recent_reports(now=timezone.now() + timedelta(minutes=1))
    assert len(rows) == 2
    assert _people(rows) == 2


def test_what_they_say_later_is_sealed_without_their_number(hidden: Report) -> None:
    notes = " ".join(TicketEvent.objects.values_list("note", flat=True))
    assert "138****5678" in notes
    assert PHONE not in notes


def test_an_export_has_no_column_for_either() -> None:
    named = [column.field for column in COLUMNS]
    assert [name for name in named if "resident" in name or "contact" in name] == []


def test_no_table_of_the_office_knows_the_person(hidden: Report) -> None:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if not table.startswith("dispatch_"):
                continue
            names = {
                column.name
                for column in connection.introspection.get_table_description(cursor, table)
            }
            assert not {name for name in names if name == "resident_id"}, table
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - our own table names
            told = " ".join(str(row) for row in cursor.fetchall())
            assert [mark for mark in (NAME, OPENID, UNION, str(PK)) if mark in told] == [], table
