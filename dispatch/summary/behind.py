"""The list behind a figure: the lines of the ledger, or the tickets, that it counts; one row each.

The list is not stored: it is found again from the ledger with the very predicates that fill the
rollups (:func:`dispatch.summary.deltas.deltas`), so the two cannot drift apart. SQL narrows the
candidates (action, days, and the place where a measure is booked on the line's own place), the
predicate decides, page by page.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from dispatch.summary.behind_flows import flow_rows
from dispatch.summary.behind_rows import PAGE_SIZE, Page, Row
from dispatch.summary.behind_stocks import opened_rows, stock_rows
from dispatch.summary.kinds import Figure, Kind
from dispatch.summary.metrics import OPENED, STOCK_PREFIX
from dispatch.summary.ratios import FIGURES
from dispatch.summary.scopes import Scope
from xiangcun.lib.errors import InvalidInputError

__all__ = ["OVER", "PAGE_SIZE", "Page", "Row", "behind_url", "lines_behind", "measure_of"]

OVER = "over"
"""``part=over``: what a share is a share of."""
_PARTS = frozenset({"", "part", OVER})


def lines_behind(
    code: str, scope: Scope, after: str | None = None, limit: int = PAGE_SIZE, part: str = ""
) -> Page:
    """Return one page of what the figure ``code`` counts in ``scope``, the latest first.

    ``after`` is the ``next`` of the page before. A page reads a bounded number of candidates: of a rare
    thing it may come back shorter, even empty, with ``next`` to go on. Raises ``InvalidInputError`` for
    an unknown figure or a ``next`` that none of our pages gave out.
    """
    figure = figure_of(code)
    measure = measure_of(figure, part)
    if measure == OPENED:
        return opened_rows(scope, after, limit)
    if figure.stocks:
        states = frozenset(code.removeprefix(STOCK_PREFIX) for code in figure.stocks)
        return stock_rows(states, scope, after, limit)
    return flow_rows(measure, scope, after, limit)


def figure_of(code: str) -> Figure:
    """Return the figure of that code; raises ``InvalidInputError`` for none."""
    figure = FIGURES.get(code)
    if figure is None:
        raise InvalidInputError.of_field("figure", "unknown_figure", _("没有这项指标"))
    return figure


def measure_of(figure: Figure, part: str = "") -> str:
    """Return the code of the measure whose lines are listed: of a share its numerator, or what it is a share of."""
    if part not in _PARTS:
        raise InvalidInputError.of_field("part", "unknown_part", _("没有这份清单"))
    if figure.kind is Kind.SCORE or (part == OVER and figure.over):
        return figure.over
    return figure.part


def behind_url(code: str, scope: Scope, part: str = "") -> str:
    """Return the address of the list behind the figure ``code`` of ``scope``.

    Ids are given one by one, each list with a comma, so that no category stands for its leaves.
    """
    query: dict[str, str] = {
        "figure": code,
        "first": scope.first.isoformat(),
        "last": scope.last.isoformat(),
    }
    for name, ids in (
        ("category", scope.category_ids),
        ("department", scope.department_ids),
        ("grid", scope.grid_ids),
    ):
        if ids is not None:
            query[name] = _listed(ids)
    if part:
        query["part"] = part
    return f"{reverse('summary-behind')}?{urlencode(query, safe=',')}"


def _listed(ids: Iterable[int]) -> str:
    texts = [str(pk) for pk in sorted(ids)]
    return ",".join(texts) + ("," if len(texts) < 2 else "")  # noqa: PLR2004 - one id, or none at all
