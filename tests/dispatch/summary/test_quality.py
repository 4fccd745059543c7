"""How good triage was: verdicts, selections, intervals, alarms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from dispatch.domain.ledger import verify
from dispatch.enums import TicketAction as Act
from dispatch.models import Ticket, TicketEvent
from dispatch.queries.triage_quality import moves_between, openings_since
from dispatch.summary.quality import (
    ALARM_FROM,
    GROUPS,
    MEASURES,
    NONE_OFFERED,
    OTHER,
    Accuracy,
    Case,
    Selection,
    Verdict,
    accuracy,
    bad_weeks,
    build_cases,
    groups,
    monday,
    pairs,
    wilson,
)
from dispatch.summary.quality_tables import build_tables
from tests.dispatch.factories import NOW, Cast, make_cast
from tests.dispatch.summary.judged import LAMPS, do, lamps, triaged

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def cases() -> list[Case]:
    openings = openings_since(NOW - timedelta(days=365))
    return build_cases(openings, moves_between(0, 10**9)) if openings else []


def only() -> Case:
    (case,) = cases()
    return case


Story = Callable[[Ticket, Cast], object]


@pytest.mark.parametrize(
    ("story", "verdict"),
    [
        (do, Verdict.OPEN),
        (lambda t, c: do(t, c, Act.ACCEPT), Verdict.SIGNED),
        (lambda t, c: do(t, c, Act.ACCEPT, Act.FINISH), Verdict.RIGHT),
        (lambda t, c: do(t, c, Act.ACCEPT, Act.FINISH, Act.VERIFY, Act.CLOSE_UNRATED), "right"),
        (lambda t, c: do(t, c, Act.RETURN), Verdict.OPEN),
        (lambda t, c: do(t, c, Act.RETURN, Act.REJECT), Verdict.WRONG),
        (lambda t, c: do(t, c, Act.RETURN, Act.ESCALATE), Verdict.WRONG),
        # The command room sends it back to the same unit: the return was not followed.
        (lambda t, c: do(t, c, Act.RETURN, Act.DISPATCH, Act.ACCEPT, Act.FINISH), Verdict.RIGHT),
        (lambda t, c: do(t, c, Act.ACCEPT, Act.FINISH, Act.REWORK), Verdict.RIGHT),
    ],
)
def test_it_judges_an_automatic_dispatch(cast: Cast, story: Story, verdict: str) -> None:
    story(triaged(cast), cast)
    assert only().verdict == verdict


def test_another_unit_after_a_return_makes_it_wrong(cast: Cast) -> None:
    ticket = do(triaged(cast), cast, Act.RETURN)
    do(ticket, cast, Act.DISPATCH, lead=cast.enforcement, now=NOW + timedelta(hours=1))
    case = only()
    assert case.verdict == Verdict.WRONG
    assert not case.corrected  # the category stood


def test_another_category_makes_it_wrong_even_after_it_was_finished(cast: Cast) -> None:
    ticket = do(triaged(cast), cast, Act.ACCEPT, Act.FINISH, Act.VERIFY, Act.REOPEN)
    do(ticket, cast, Act.DISPATCH, category=lamps(), now=NOW + timedelta(hours=1))
    case = only()
    assert case.verdict == Verdict.WRONG
    assert (case.first, case.final, case.corrected) == ("0401", LAMPS, True)


def test_another_unit_after_a_reopening_alone_is_not_wrong(cast: Cast) -> None:
    ticket = do(triaged(cast), cast, Act.ACCEPT, Act.FINISH, Act.VERIFY, Act.REOPEN)
    do(ticket, cast, Act.DISPATCH, lead=cast.enforcement, now=NOW + timedelta(hours=1))
    assert only().verdict == Verdict.RIGHT


@pytest.mark.parametrize(
    ("code", "offered", "place"),
    [
        ("0401", ("0401", LAMPS), 1),
        (LAMPS, ("0401", LAMPS), 2),
        (LAMPS, ("0401", ""), OTHER),
        ("0401", ("", ""), NONE_OFFERED),
    ],
)
def test_it_says_which_candidate_a_person_took(
    cast: Cast, code: str, offered: tuple[str, str], place: int
) -> None:
    ticket = triaged(cast, auto=False, first=offered[0], second=offered[1])
    category = lamps() if code == LAMPS else cast.category
    do(ticket, cast, Act.DISPATCH, category=category, candidate=2)
    case = only()
    assert (case.place, case.verdict) == (place, None)
    assert case.pressed is (place == 2)


def test_the_ledger_keeps_what_was_proposed_and_taken(cast: Cast) -> None:
    ticket = triaged(cast, auto=False)
    run = ticket.triage_runs.get()
    do(ticket, cast, Act.DISPATCH, category=lamps(), candidate=2)
    event = TicketEvent.objects.get(ticket=ticket, action=Act.DISPATCH)
    assert event.data["triage"] == {
        "run": run.pk,
        "proposed": ["0401", LAMPS],
        "chosen": 2,
        "pressed": 2,
    }
    assert list(verify()) == []


def test_an_automatic_dispatch_proposes_nothing_to_itself(cast: Cast) -> None:
    ticket = triaged(cast)
    event = TicketEvent.objects.get(ticket=ticket, action=Act.DISPATCH)
    assert "triage" not in event.data


def test_a_report_that_joined_is_no_case(cast: Cast) -> None:
    ticket = triaged(cast, auto=False)
    triaged(cast, auto=False, decision="attached")
    assert [case.ticket_id for case in cases()] == [ticket.pk]


def test_the_latest_runs_are_counted_when_there_are_too_many(cast: Cast) -> None:
    triaged(cast, now=NOW - timedelta(days=3))
    late = triaged(cast)
    assert [row.ticket_id for row in openings_since(NOW - timedelta(days=9), most=1)] == [late.pk]
    assert openings_since(NOW + timedelta(seconds=1)) == []


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [(0, 0, 0.0, 1.0), (10, 10, 0.7225, 1.0), (90, 100, 0.8256, 0.9448), (0, 10, 0.0, 0.2775)],
)
def test_the_interval_is_wilsons(hits: int, total: int, low: float, high: float) -> None:
    assert wilson(hits, total) == pytest.approx((low, high), abs=1e-4)


def test_an_alarm_needs_enough_cases_and_a_clear_miss() -> None:
    assert not Accuracy(right=0, wrong=ALARM_FROM - 1, signed=0, open=0).misses(0.98)
    assert Accuracy(right=40, wrong=10, signed=0, open=0).misses(0.98)
    assert not Accuracy(right=98, wrong=2, signed=0, open=0).misses(0.98)
    assert Accuracy(0, 0, 3, 4).rate is None
    # What is signed can no longer be given back: a new week is not bad for being unfinished.
    assert Accuracy(right=0, wrong=3, signed=0, open=90).misses(0.98) is False
    assert Accuracy(right=0, wrong=1, signed=60, open=0).misses(0.98) is False
    assert Accuracy(right=0, wrong=12, signed=30, open=0).misses(0.98)


def test_it_finds_the_bad_weeks_only(cast: Cast) -> None:
    for _ in range(ALARM_FROM):
        good = triaged(cast, now=NOW - timedelta(days=7))
        do(good, cast, Act.ACCEPT, Act.FINISH, now=NOW - timedelta(days=7))
        do(triaged(cast), cast, Act.RETURN, Act.REJECT)
    found = bad_weeks(cases(), target=0.98)
    assert [week for week, _row in found] == [date(2026, 11, 23)]
    assert found[0][1].wrong == ALARM_FROM
    assert monday(date(2026, 11, 29)) == date(2026, 11, 23)


def test_every_cell_is_as_long_as_its_list(cast: Cast) -> None:
    do(triaged(cast), cast, Act.ACCEPT, Act.FINISH)
    do(triaged(cast, version="model-bbbb"), cast, Act.RETURN)
    wrong = do(triaged(cast), cast, Act.RETURN)
    do(wrong, cast, Act.DISPATCH, category=lamps(), now=NOW + timedelta(hours=1))
    do(triaged(cast, auto=False), cast, Act.DISPATCH, category=lamps(), candidate=2)
    triaged(cast, auto=False, first="", second="", decision="failed")
    rows = cases()
    tables = build_tables(rows, names={"0401": "垃圾"}, target=0.98)
    counted = 0
    for table in tables:
        for _name, cells in table.rows:
            for cell in cells:
                if cell.selection and cell.kind == "count":
                    assert len(cell.selection.of(rows)) == cell.value, (table.code, cell)
                    counted += 1
    assert counted >= 50
    assert pairs(rows) == [("0401", LAMPS, 2)]
    found = accuracy(rows)
    assert (found.right, found.wrong, found.signed, found.open) == (1, 1, 0, 1)


def test_unknown_names_select_nothing(cast: Cast) -> None:
    triaged(cast)
    rows = cases()
    assert Selection("nonsense").of(rows) == []
    assert Selection("opened", "nonsense", "x").of(rows) == []
    assert len(Selection("opened").of(rows)) == 1
    assert set(groups(rows, "week")) == {"2026-11-23"}
    assert all(isinstance(test(rows[0]), bool) for test in MEASURES.values())
    assert all(isinstance(keys(rows[0]), frozenset) for keys in GROUPS.values())
