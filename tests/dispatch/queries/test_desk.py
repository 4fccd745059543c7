"""The desk's order, its keyset pages, which case is next, and the counts of a resident's history."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.domain.claims import CLAIM_TIME, claim_ticket
from dispatch.enums import TicketStatus
from dispatch.models import Staff, Ticket
from dispatch.queries.desk import History, Place, desk_tickets, history_of, next_case
from reports.models import Report
from tests.dispatch.factories import (
    NOW,
    Cast,
    make_cast,
    make_report,
    make_resident,
    make_ticket,
)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def waiting(cast: Cast, *, hours: int, urgency: str = "P2") -> Ticket:
    ticket = make_ticket(cast=cast)
    due = NOW + timedelta(hours=hours)
    Ticket.objects.filter(pk=ticket.pk).update(urgency=urgency, next_due_at=due)
    ticket.refresh_from_db()
    return ticket


def staff(cast: Cast) -> Staff:
    assert cast.dispatcher.user is not None
    return cast.dispatcher.user


def other(cast: Cast) -> Staff:
    assert cast.lead.user is not None
    return cast.lead.user


def test_danger_comes_first_then_the_deadline(cast: Cast) -> None:
    late, soon = waiting(cast, hours=5), waiting(cast, hours=1)
    danger = waiting(cast, hours=9, urgency="P0")
    make_ticket(TicketStatus.DISPATCHED, cast=cast)
    assert desk_tickets(cast.dispatcher, after=None) == [danger, soon, late]


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_follow_each_other_without_gap_or_repeat(cast: Cast, size: int) -> None:
    rows = [waiting(cast, hours=hours, urgency="P0") for hours in (3, 1)]
    rows += [waiting(cast, hours=hours) for hours in (2, 2, 2, 1)]
    seen: list[int] = []
    after: Place | None = None
    while page := desk_tickets(cast.dispatcher, after=after, limit=size):
        seen += [ticket.pk for ticket in page]
        after = Place.from_text(Place.of(page[-1]).as_text())
    wanted = sorted(rows, key=lambda row: (row.urgency != "P0", row.next_due_at, row.pk))
    assert seen == [row.pk for row in wanted]


@pytest.mark.parametrize("text", ["", "x", "1_2", "1_nan_3", "1_9e99_3", "0_1_x", "_" * 70])
def test_an_odd_place_is_the_beginning(text: str) -> None:
    assert Place.from_text(text) is None


def test_nobody_without_a_seat_sees_a_case(cast: Cast) -> None:
    waiting(cast, hours=1)
    assert desk_tickets(cast.handler, after=None) == []
    assert next_case(cast.handler, staff_id=0, after=None, now=NOW) is None


def test_the_next_case_is_the_one_behind(cast: Cast) -> None:
    first, second, third = (waiting(cast, hours=hours) for hours in (1, 2, 3))

    def following(after: Ticket | None) -> int | None:
        place = Place.of(after) if after else None
        return next_case(cast.dispatcher, staff_id=staff(cast).pk, after=place, now=NOW)

    assert following(None) == first.pk
    assert following(first) == second.pk
    assert following(third) == first.pk  # the end of the list: from the top again
    danger = waiting(cast, hours=9, urgency="P0")
    assert following(first) == danger.pk
    assert following(danger) == first.pk


def test_what_others_have_open_is_skipped_until_it_runs_out(cast: Cast) -> None:
    first, second = waiting(cast, hours=1), waiting(cast, hours=2)
    claim_ticket(first.pk, staff=other(cast), now=NOW)
    claim_ticket(second.pk, staff=staff(cast), now=NOW)
    mine = staff(cast).pk
    assert next_case(cast.dispatcher, staff_id=mine, after=None, now=NOW) == second.pk
    later = NOW + CLAIM_TIME
    assert next_case(cast.dispatcher, staff_id=mine, after=None, now=later) == first.pk


def test_history_counts_and_names_nobody(cast: Cast) -> None:
    alice, report = make_resident("alice"), make_report(resident=make_resident("alice"))
    for status in ("closed", "rejected", "received"):
        make_report(resident=alice, public_status=status)
    make_report(resident=alice, public_status="closed", lat=30.40)
    make_report(resident=alice, public_status="closed", now=NOW - timedelta(days=366))
    make_report(resident=make_resident("bob"), public_status="closed")
    found = history_of(report, now=NOW)
    assert found == History(total=4, closed=2, rejected=1, repeated=3)


def test_an_anonymous_report_has_no_history(cast: Cast) -> None:
    alice = make_resident("alice")
    make_report(resident=alice)
    assert history_of(make_report(resident=alice, anonymous=True), now=NOW) == History()
    lost = make_report(resident=alice)
    Report.objects.filter(pk=lost.pk).update(resident=None)
    lost.refresh_from_db()
    assert history_of(lost, now=NOW) == History()
