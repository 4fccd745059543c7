"""Words with markup in them, from residents and from staff, on every page of the console: shown, never run."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch.enums import TicketStatus
from dispatch.models import Alarm, Department, Hotspot, RoutingRule, StandardReply, Ticket
from reports.domain.actions import act
from reports.domain.blocks import Restriction, block_sender
from reports.enums import BlockReason, PhotoStatus, ResidentAction, SenderKind
from reports.models import Category, Grid, Landmark, Photo, Rating, Report, ReportPhoto
from tests.dispatch.console.matrix import PAGES, draft_of_today, seats
from tests.dispatch.console.matrix_seats import ABSENT, Stage
from tests.dispatch.console.test_matrix import client_of, company
from tests.dispatch.factories import Cast, make_photo, make_report, make_resident, make_ticket

# An element, a way out of an attribute, of a script, of a template of the browser.
TAG, ATTRIBUTE, SCRIPT = "<img src=x onerror=boom()>", '"onmouseover="boom()', "</script><b>boom"
MARK = f"{TAG}{ATTRIBUTE}{SCRIPT}{{{{boom}}}}"

PEOPLE = (
    "administrator", "auditor", "dispatcher", "gridworker", "lead", "sanitation_head", "verifier",
)  # fmt: skip


@pytest.fixture
def stage(cast: Cast) -> Stage:
    """A ticket all of whose words are hostile, with everything around it that has words."""
    company(cast)
    now = timezone.now()
    person = make_resident(MARK[:40])
    report = make_report(
        text=f"路灯坏了{MARK}", resident=person, address=MARK, contact_phone="13812345678", now=now
    )
    photo = make_photo(resident=person)
    Photo.objects.filter(pk=photo.pk).update(claimed_at=now, status=PhotoStatus.READY)
    ReportPhoto.objects.create(report=report, photo=photo, order=0)
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, report=report, now=now)
    report.refresh_from_db()
    act(report, ResidentAction.SUPPLEMENT, payload={"text": MARK, "photos": []}, now=now)
    Rating.objects.create(report=report, round=7, solved=False, score=1, comment=MARK, at=now)
    Report.objects.filter(pk=report.pk).update(
        rejection={"code": "petition", "label": MARK, "text": MARK, "where": MARK, "at": None}
    )
    Ticket.objects.filter(pk=ticket.pk).update(title=MARK, result_text=MARK)
    spoil_the_offices_own(now)
    why = Restriction(reason=BlockReason.SPAM, until=now + timedelta(days=1), note=MARK)
    block_sender(report, [SenderKind.RESIDENT], why, now=now)
    figures = dict.fromkeys(
        ("report_count", "resident_count", "recent_residents", "previous_residents", "day_count"), 3
    )
    times = dict.fromkeys(("first_at", "last_at", "refreshed_at"), now)
    ticket.refresh_from_db()
    report.refresh_from_db()
    return Stage(
        ticket=ticket,
        report=report,
        photo=photo,
        alarm=Alarm.objects.create(ticket=ticket, reason=MARK, raised_at=now),
        hotspot=Hotspot.objects.create(title=MARK, growth_low=0, trend="new", **figures, **times),
        rule=RoutingRule.objects.create(name=MARK, lead=cast.sanitation),
        event_id=ticket.events.latest("seq").pk,
        account_id=cast.dispatcher.user_id or 0,
        version_id=ABSENT,
        brief_id=draft_of_today(now),
    )


def spoil_the_offices_own(now: object) -> None:
    """Names that staff type or import: an administrator is not to run scripts on others either."""
    Category.objects.update(name=MARK[:30])
    Grid.objects.update(name=MARK[:30], village_name=MARK[:30])
    for landmark in Landmark.objects.all():
        landmark.name = MARK[:30]
        landmark.save()
    Department.objects.update(name=MARK[:30])
    StandardReply.objects.update(text=MARK)
    assert now


def broken_out(body: str) -> list[str]:
    """Return what of the mark stands in a page as markup; in JSON of a script it must be escaped."""
    return [part for part in (TAG, '"onmouseover="boom', SCRIPT) if part in body]


@pytest.mark.parametrize("username", seats(PEOPLE))
def test_no_page_takes_words_for_markup(stage: Stage, username: str) -> None:
    client, shown = client_of(username), 0
    wrong = []
    for page in PAGES:
        if page.method != "get":
            continue
        url = reverse(page.name, args=page.args(stage))
        url += f"?{page.query.format(ticket=stage.ticket.pk)}" if page.query else ""
        answer = client.get(url)
        kind = answer.headers.get("Content-Type", "")
        raw = b"".join(answer) if answer.streaming else answer.content
        body = raw.decode(errors="replace")
        if kind.startswith("application/json"):
            # Whole pieces of pages come in "html"; other values are text for textContent.
            told = answer.json()
            body = told.get("html", "") if isinstance(told, dict) else ""
        shown += "boom" in body
        wrong += [f"{page.name}: {part}" for part in broken_out(body)]
    assert wrong == []
    if username in {"dispatcher", "lead", "auditor"}:
        assert shown >= 10


def test_the_console_has_a_policy_and_is_framed_by_nobody() -> None:
    answer = Client().get("/admin/login/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "object-src 'none'" in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
