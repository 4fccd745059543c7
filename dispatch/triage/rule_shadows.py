"""Rules that never get their turn because an earlier one takes everything they fit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time

from dispatch.enums import DayScope
from dispatch.triage.patterns import GAP_MARK
from dispatch.triage.rule_checks import Known
from dispatch.triage.rules import Rule

_WIDER_DAYS = {
    DayScope.WORKDAY: {DayScope.MAKEUP, DayScope.WORKDAY},
    DayScope.RESTDAY: {DayScope.HOLIDAY, DayScope.RESTDAY},
}


def shadowing(rule: Rule, earlier: Iterable[Rule], known: Known) -> Rule | None:
    """Return the first sound rule of ``earlier`` that fits whenever ``rule`` does."""
    return next((row for row in earlier if not row.fault and covers(row, rule, known)), None)


def covers(wide: Rule, narrow: Rule, known: Known) -> bool:
    """Whether ``wide`` surely fits every report that ``narrow`` fits (a doubt is a no)."""
    return (
        _prefixes_cover(wide.categories, narrow.categories, known.leaves)
        and _prefixes_cover(wide.grids, narrow.grids, known.grids)
        and _sets_cover(wide.urgencies, narrow.urgencies)
        and _sets_cover(wide.channels, narrow.channels)
        and _sets_cover(wide.roles, narrow.roles)
        and _sets_cover(wide.kinds, narrow.kinds)
        and _days_cover(wide.day_scope, narrow.day_scope)
        and _hours_cover(wide, narrow)
        and _words_cover(wide, narrow)
    )


def _sets_cover(wide: tuple[str, ...], narrow: tuple[str, ...]) -> bool:
    return not wide or (bool(narrow) and set(narrow) <= set(wide))


def _prefixes_cover(wide: tuple[str, ...], narrow: tuple[str, ...], codes: Iterable[str]) -> bool:
    if not wide:
        return True
    reached = [code for code in codes if code.startswith(narrow)] if narrow else []
    return bool(reached) and all(code.startswith(wide) for code in reached)


def _days_cover(wide: str, narrow: str) -> bool:
    return wide in {DayScope.ANY, narrow} or narrow in _WIDER_DAYS.get(DayScope(wide), set())


def _hours_cover(wide: Rule, narrow: Rule) -> bool:
    if wide.hour_from is None or wide.hour_to is None:
        return True
    if narrow.hour_from is None or narrow.hour_to is None:
        return False
    length = _minutes(wide.hour_from, wide.hour_to)
    start = _minutes(wide.hour_from, narrow.hour_from)
    return start + _minutes(narrow.hour_from, narrow.hour_to) <= length


def _minutes(start: time, end: time) -> int:
    """Return the minutes from ``start`` on to ``end``, across midnight if need be."""
    return ((end.hour - start.hour) * 60 + end.minute - start.minute) % (24 * 60)


def _words_cover(wide: Rule, narrow: Rule) -> bool:
    surely = [*narrow.words_all, *(narrow.words if len(narrow.words) == 1 else ())]
    any_fits = not wide.words or any(_implies(word, wide.words) for word in surely)
    if not any_fits and narrow.words:
        any_fits = all(_implies(word, wide.words) for word in narrow.words)
    return (
        any_fits
        and all(any(_implies(word, (wanted,)) for word in surely) for wanted in wide.words_all)
        and all(any(bad in word for bad in narrow.words_none) for word in wide.words_none)
    )


def _implies(word: str, wanted: Iterable[str]) -> bool:
    """Whether a text with ``word`` in it has one of ``wanted`` in it, too."""
    return any(row == word or (row in word and GAP_MARK not in row) for row in wanted)
