"""One number as the cockpit shows it: value, base, comparison, and where it leads to."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from dispatch.summary.cockpit.links import base_link, figure_link
from dispatch.summary.cockpit.shapes import Compared as ComparedShape
from dispatch.summary.cockpit.shapes import Link, Shown
from dispatch.summary.cockpit.sights import Sight
from dispatch.summary.comparing import Change, Compared, compare
from dispatch.summary.kinds import Direction, Figure
from dispatch.summary.ratios import FIGURES, Sums, show, shown
from dispatch.summary.scopes import Scope

_GOOD = {Direction.MORE: "high", Direction.LESS: "low", Direction.NEUTRAL: None}


def good_of(figure: Figure) -> str | None:
    """Return which way is better, ``None`` for neither."""
    return _GOOD[figure.direction]


def known(codes: Iterable[str]) -> list[str]:
    """Return those of the codes that the dictionary has."""
    return [code for code in codes if code in FIGURES]


def figure_of(
    code: str,
    sums: Sums,
    scope: Scope,
    sight: Sight,
    *,
    compared: Compared | None = None,
) -> Shown:
    """Return a figure of the dictionary; compared with earlier times where ``compared`` is given."""
    figure = FIGURES[code]
    said = shown(figure, sums)
    changes = compare(figure, compared) if compared else None
    return {
        "code": code,
        "name": str(figure.name),
        "explanation": figure.explanation,
        "kind": str(figure.kind),
        "value": said.value,
        "text": said.text,
        "unit": said.unit,
        "base": said.base,
        "small": said.small,
        "good": good_of(figure),
        "behind": figure_link(code, scope, sight),
        "behind_base": base_link(code, scope, sight),
        "previous": _compared(figure, changes.before, compared.before)
        if changes and compared
        else None,
        "year": _compared(figure, changes.year, compared.year) if changes and compared else None,
    }


def plain_count(code: str, name: str, value: int, behind: Link, explanation: str = "") -> Shown:
    """Return a number that is none of the dictionary's: what is so at this moment."""
    return {
        "code": code,
        "name": name,
        "explanation": explanation,
        "kind": "count",
        "value": value,
        "text": f"{value:,}",
        "unit": _("件"),
        "base": None,
        "small": False,
        "good": "low",
        "behind": behind,
        "behind_base": None,
        "previous": None,
        "year": None,
    }


def _compared(figure: Figure, change: Change, then: Sums | None) -> ComparedShape | None:
    if not change.text:
        return None
    value = then.value(figure) if then else None
    return {
        "value": value,
        "text": show(figure, value),
        "change": change.delta,
        "change_text": change.short,
        "words": change.text,
        "tone": change.tone,
        "small": change.small,
    }
