"""The figures of the summary page as its template writes them: texts, marks, comparisons and links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dispatch.enums import TicketStatus
from dispatch.summary.behind import OVER, behind_url
from dispatch.summary.comparing import Change, Compared, Comparison, compare
from dispatch.summary.figures import Row, Summary, Table
from dispatch.summary.kinds import Figure, Kind
from dispatch.summary.metrics import STOCKS
from dispatch.summary.ratios import FIGURES, Shown, shown
from dispatch.summary.scopes import Scope

CARDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("来了多少、还有多少", ("opened", "reported", "closed", "in_hand", "suspended_now", "repeat_rate")),
    (
        "派单与签收",
        ("dispatched", "dispatch_on_time_rate", "sign_rate", "response_rate", "return_rate", "auto_rate", "auto_accuracy"),
    ),
    ("办理质量", ("on_time_rate", "rework_rate", "extension_rate", "reopen_rate")),
    (
        "用时",
        ("answer_hours", "answer_median", "answer_p90", "close_median", "unit_hours", "unit_median", "unit_p90"),
    ),
    ("居民评价", ("solved_rate", "satisfied_rate", "rating_rate", "mean_score")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    """A figure with its comparison; ``url`` leads to what it counts, ``base_url`` to what it is a share of.

    ``beside`` is the figure without which it misleads.
    """

    shown: Shown
    comparison: Comparison
    url: str
    base_url: str
    beside: Shown | None

    @property
    def figure(self) -> Figure:
        """Return the dictionary's entry."""
        return self.shown.figure

    @property
    def text(self) -> str:
        """Return the value as written."""
        return self.shown.text


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell of a table: its text, its link ("" where nothing is behind it), its change where it is compared."""

    shown: Shown
    url: str
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table with the cells of its rows by name."""

    table: Table
    rows: tuple[tuple[str, tuple[ShownCell, ...]], ...]


def build_cards(summary: Summary) -> list[tuple[str, list[Card]]]:
    """Return the cards under their headings."""
    return [
        (heading, [_card(FIGURES[code], summary.compared, summary.scope) for code in codes])
        for heading, codes in CARDS
    ]


def show_statuses(summary: Summary) -> list[tuple[TicketStatus, int, str]]:
    """Return each state with its tickets at the end of the last day, and the address of their list."""
    return [
        (status, count, behind_url(STOCKS[status], summary.scope) if count else "")
        for status, count in summary.statuses
    ]


def show_table(table: Table) -> ShownTable:
    """Return ``table`` with texts and links."""
    return ShownTable(table, tuple((row.name, tuple(_cells(table, row))) for row in table.rows))


def link_to(figure: Figure, value: Shown, scope: Scope, part: str = "") -> str:
    """Return the address of the list behind a value, "" where the list would be empty."""
    counted = value.base if part == OVER or value.base is not None else value.value
    return behind_url(figure.code, scope, part) if counted else ""


def _card(figure: Figure, compared: Compared, scope: Scope) -> Card:
    value = shown(figure, compared.now)
    share = figure.kind is Kind.PERCENT
    beside = shown(FIGURES[figure.beside], compared.now) if figure.beside else None
    return Card(
        value,
        compare(figure, compared),
        link_to(figure, value, scope) if _has_part(figure, value) else "",
        link_to(figure, value, scope, OVER) if share else "",
        beside,
    )


def _has_part(figure: Figure, value: Shown) -> bool:
    """Whether the share is not nothing at all."""
    return figure.kind is not Kind.PERCENT or bool(value.value)


def _cells(table: Table, row: Row) -> Iterator[ShownCell]:
    for figure in table.columns:
        value = shown(figure, row.sums)
        url = link_to(figure, value, row.scope) if _has_part(figure, value) else ""
        change = None
        if figure.code == table.compared and row.compared is not None:
            before = compare(figure, row.compared).before
            change = before if before.known else None
        yield ShownCell(value, url, change)
