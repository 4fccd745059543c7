"""The list behind a figure has exactly as many rows as the figure says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from dispatch.domain.actors import resident_actor
from dispatch.domain.lifecycle import perform
from dispatch.domain.opening import Assessment, open_ticket
from dispatch.enums import TicketAction as Act
from dispatch.enums import TicketStatus
from dispatch.models import Ticket
from dispatch.summary import behind_flows, behind_stocks
from dispatch.summary.behind import OVER, Row, behind_url, lines_behind, measure_of
from dispatch.summary.kinds import Kind
from dispatch.summary.lines import local_day
from dispatch.summary.ratios import FIGURES
from dispatch.summary.reading import read_total
from dispatch.summary.rollup import fold_all
from dispatch.summary.scopes import Scope
from reports.enums import Urgency
from tests.dispatch.factories import NOW, fields_for, make_cast, make_report, make_ticket
from tests.dispatch.summary.histories import Office
from xiangcun.lib.errors import InvalidInputError

DAY = local_day(NOW)


def all_rows(code: str, scope: Scope, *, part: str = "", limit: int = 7) -> list[Row]:
    rows: list[Row] = []
    after: str | None = None
    for _ in range(500):
        page = lines_behind(code, scope, after, limit, part)
        assert len(page.rows) <= limit
        rows += page.rows
        after = page.next
        if after is None:
            return rows
    raise AssertionError("the pages never end")


def scopes_of(office: Office) -> Iterator[Scope]:
    """The whole story; a part of its days by each place; what has no place; the middle alone."""
    cast = office.cast
    first, last = DAY - timedelta(days=3), local_day(office.now)
    middle = first + (last - first) / 2
    yield Scope(first=first, last=last)
    yield Scope(first=middle, last=middle + timedelta(days=2))
    yield Scope(first=first, last=middle, department_ids=frozenset({cast.sanitation.pk}))
    yield Scope(first=first, last=middle, department_ids=frozenset({0, cast.enforcement.pk}))
    yield Scope(
        first=middle,
        last=last,
        category_ids=frozenset({cast.category.pk}),
        grid_ids=frozenset({0, cast.grid.pk}),
    )
    yield Scope(first=first, last=last, grid_ids=frozenset())


CERTAIN = {
    "opened", "reported", "dispatched", "first_dispatched", "auto_dispatched", "dispatch_signed", "signed", "returned",
    "finished", "verified", "closed", "closed_rated", "auto_judged", "auto_right", "rated", "satisfied", "score", "solved_rate",
    "rejected", "withdrawn", "merged", "escalated", "suspended", "in_hand", "status:archived", "wait_handling", "unit_p90",
}  # fmt: skip
"""What the first tickets make, whatever chance does: a list that is never tried proves nothing."""


def set_out(office: Office) -> None:
    """Begin with a ticket in every state, one given back, one well done that the system dispatched."""
    cast = office.cast
    for status in TicketStatus:
        make_ticket(status, cast=cast)
    back = make_ticket(TicketStatus.DISPATCHED, cast=cast)
    perform(back.pk, Act.RETURN, actor=cast.head, now=NOW, fields=fields_for(Act.RETURN, cast))
    sure = Assessment(
        urgency=Urgency.P2, category=cast.category, grid=cast.grid, lead=cast.sanitation
    )
    report = make_report()
    auto = open_ticket(report, sure, now=NOW)
    for action, actor in (
        (Act.ACCEPT, cast.handler),
        (Act.FINISH, cast.handler),
        (Act.VERIFY, cast.verifier),
        (Act.RATE, resident_actor(report.pk)),
    ):
        perform(auto.pk, action, actor=actor, now=NOW, fields=fields_for(action, cast))


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2])
def test_every_figure_has_as_many_rows_as_it_says(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Small chunks, so that pages, chunks and the bound of a page all fall between rows.
    for module, names in ((behind_flows, ("_FIRST_CHUNK", "_LAST_CHUNK")), (behind_stocks, ("_CHUNK",))):  # fmt: skip
        for name in names:
            monkeypatch.setattr(module, name, 11)
        monkeypatch.setattr(module, "MAX_SCAN", 30)
    office = Office(make_cast(), seed=seed)
    set_out(office)
    office.run(160, between=lambda _now: None)
    fold_all(now=office.now)
    seen: Counter[str] = Counter()
    for scope in scopes_of(office):
        sums = read_total(scope)
        for figure in FIGURES.values():
            for part in ("", OVER) if figure.kind is Kind.PERCENT else ("",):
                measure = measure_of(figure, part)
                told = sums.value(figure) if figure.stocks else sums.counts[measure]
                rows = all_rows(figure.code, scope, part=part)
                assert sum(row.times for row in rows) == told, (figure.code, part, scope)
                if measure != "score":
                    assert len(rows) == told, (figure.code, part, scope)
                seen[figure.code] += len(rows)
    assert {code for code in CERTAIN if not seen[code]} == set()


@pytest.mark.django_db
def test_no_row_is_listed_twice() -> None:
    office = Office(make_cast(), seed=8)
    office.run(200, between=lambda _now: None)
    fold_all(now=office.now)
    scope = Scope(first=DAY - timedelta(days=3), last=local_day(office.now))
    for code in ("opened", "in_hand"):
        rows = all_rows(code, scope, limit=3)
        assert len({row.ticket_id for row in rows}) == len(rows)
    stocks = all_rows("in_hand", Scope(first=DAY, last=DAY + timedelta(days=20)), limit=3)
    assert len({row.ticket_id for row in stocks}) == len(stocks)


@pytest.mark.django_db
def test_a_row_says_what_happened_when_and_where() -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.CLOSED, cast=cast)
    fold_all(now=NOW)
    row = lines_behind("signed", Scope(first=DAY, last=DAY)).rows[0]
    assert (row.ticket_id, row.action, row.at) == (ticket.pk, Act.ACCEPT, NOW)
    assert (row.category_id, row.department_id) == (cast.category.pk, cast.sanitation.pk)
    assert row.minutes == 0
    assert timezone.is_aware(row.at)


@pytest.mark.django_db
def test_a_stock_is_of_the_end_of_its_last_day() -> None:
    cast = make_cast()
    gone = make_ticket(TicketStatus.CLOSED, cast=cast, now=NOW)
    yesterday = make_ticket(TicketStatus.HANDLING, cast=cast, now=NOW - timedelta(days=1))
    fold_all(now=NOW)
    assert [row.ticket_id for row in all_rows("in_hand", Scope(first=DAY, last=DAY))] == [
        yesterday.pk
    ]
    closed = all_rows("status:closed", Scope(first=DAY, last=DAY))
    assert [(row.ticket_id, row.state) for row in closed] == [(gone.pk, "closed")]
    before = DAY - timedelta(days=1)
    assert not all_rows("status:closed", Scope(first=before, last=before))


@pytest.mark.django_db
def test_a_page_reads_a_bounded_number_of_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(behind_flows, "_FIRST_CHUNK", 2)
    monkeypatch.setattr(behind_flows, "_LAST_CHUNK", 2)
    monkeypatch.setattr(behind_flows, "MAX_SCAN", 4)
    cast = make_cast()
    for number in range(6):
        make_ticket(TicketStatus.DISPATCHED, cast=cast, now=NOW + timedelta(minutes=number))
    fold_all(now=NOW)
    page = lines_behind("auto_dispatched", Scope(first=DAY, last=DAY))
    assert (page.rows, page.is_cut) == ((), True)
    rest = lines_behind("auto_dispatched", Scope(first=DAY, last=DAY), page.next)
    assert (rest.rows, rest.next) == ((), None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "code", ["opened", "in_hand", "returned", "dispatch_signed", "wait_hours_handling"]
)
def test_the_number_of_queries_does_not_grow_with_rows(
    code: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    cast = make_cast()
    scope = Scope(first=DAY, last=DAY)
    make_ticket(TicketStatus.HANDLED, cast=cast)
    fold_all(now=NOW)
    with django_assert_max_num_queries(30) as few:
        lines_behind(code, scope)
    for _ in range(2):
        make_ticket(TicketStatus.HANDLED, cast=cast)
    fold_all(now=NOW)
    with django_assert_max_num_queries(len(few)):
        lines_behind(code, scope)
    assert Ticket.objects.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize("after", ["x", "f1", "f1.2.x", "9.9", "f１.2"])
def test_it_refuses_marks_that_no_page_gave_out(after: str) -> None:
    with pytest.raises(InvalidInputError):
        lines_behind("returned", Scope(first=DAY, last=DAY), after)


def test_it_refuses_figures_that_are_not() -> None:
    with pytest.raises(InvalidInputError):
        lines_behind("happiness", Scope(first=DAY, last=DAY))
    with pytest.raises(InvalidInputError):
        lines_behind("return_rate", Scope(first=DAY, last=DAY), part="half")


def test_the_address_says_the_scope_exactly() -> None:
    scope = Scope(first=DAY, last=DAY, category_ids=frozenset({5, 3}), department_ids=frozenset())
    url = behind_url("return_rate", scope, OVER)
    assert url == (
        "/admin/summary/behind/?figure=return_rate&first=2026-11-24&last=2026-11-24"
        "&category=3,5&department=,&part=over"
    )
    one = Scope(first=DAY, last=DAY, grid_ids=frozenset({0}))
    assert behind_url("opened", one).endswith("&grid=0,")
