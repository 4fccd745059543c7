"""A figure beside the period before 环比 and the same days of the year before 同比.

Three readings, whatever is compared: a figure, all figures, or all rows of a table. The base is always
said, nothing is divided by zero, and where the system did not run yet there is no comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from dispatch.models import Ticket
from dispatch.summary.kinds import Direction, Figure, Kind
from dispatch.summary.lines import local_day
from dispatch.summary.periods import Period
from dispatch.summary.ratios import SMALL_BASE, Sums, show
from dispatch.summary.reading import Place, read_by, read_total
from dispatch.summary.scopes import Scope


@dataclass(frozen=True, slots=True)
class Compared:
    """The sums of a period and of the two it is compared with; ``None`` where nothing ran yet.

    ``partial`` names the comparisons (``before``, ``year``) in whose days the system began.
    """

    period: Period
    now: Sums
    before: Sums | None
    year: Sums | None
    partial: frozenset[str] = frozenset()
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One comparison in words.

    ``text`` is the whole of it, ``short`` only the change, for the cell of a table (both "" where there
    is nothing to compare this figure with). ``tone`` is ``good``, ``bad`` or ``plain``; ``small`` that
    one of the two stands on fewer than ten cases, so that the change says little.
    """

    text: str
    short: str = ""
    delta: float | None = None
    tone: str = "plain"
    small: bool = False

    @property
    def known(self) -> bool:
        """Whether there are two values to compare."""
        return self.delta is not None


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a figure changed: against the period before, and against the year before.

    Of a year both are the same; then ``before`` says nothing.
    """

    before: Change
    year: Change


def first_day() -> date | None:
    """Return the first day the office has a ticket of (the first row of an index), ``None`` for none."""
    opened = Ticket.objects.order_by("opened_at").values_list("opened_at", flat=True).first()
    return local_day(opened) if opened else None


def read_compared(scope: Scope, period: Period, *, since: date | None = None) -> Compared:
    """Read ``scope``'s places in ``period`` and in what it is compared with: three readings.

    ``since`` is :func:`first_day`, for a caller who knows it already.
    """
    return _compared(
        period, since or first_day(), lambda p: read_total(_at(scope, p), spreads=True)
    )


def read_compared_by(
    scope: Scope, place: Place, period: Period, *, since: date | None = None
) -> dict[int, Compared]:
    """Like :func:`read_compared` for every category, department or grid: three readings for all of them.

    A place that has figures in any of the three is there.
    """
    begun = since or first_day()
    found = {
        name: read_by(_at(scope, p), place, spreads=True)
        for name, p in _periods(period, begun).items()
    }
    partial = _partial(period, begun)
    return {
        key: Compared(
            period,
            found["now"].get(key, Sums()),
            found["before"].get(key, Sums()) if "before" in found else None,
            found["year"].get(key, Sums()) if "year" in found else None,
            partial,
            begun,
        )
        for key in set().union(*found.values())
    }


def compare(figure: Figure, compared: Compared) -> Comparison:
    """Say how ``figure`` changed."""
    period = compared.period
    before = _change(figure, compared, "before", _("环比"), period.before_name)
    year = _change(figure, compared, "year", _("同比"), _("去年同期"))
    if period.previous() == period.year_before():
        before = Change("")
    return Comparison(before, year)


def merge_compared(parts: Sequence[Compared]) -> Compared:
    """Return the sum of several places, which were read together."""
    first = parts[0]

    def merged(which: Callable[[Compared], Sums | None]) -> Sums | None:
        if which(first) is None:
            return None
        total = Sums()
        for part in parts:
            total.merge(which(part) or Sums())
        return total

    now = merged(lambda part: part.now) or Sums()
    before, year = merged(lambda part: part.before), merged(lambda part: part.year)
    return replace(first, now=now, before=before, year=year)


def _at(scope: Scope, period: Period) -> Scope:
    return replace(scope, first=period.first, last=period.last)


def _periods(period: Period, since: date | None) -> dict[str, Period]:
    """Return the periods worth reading, by name: those in which the system ran."""
    others = {"before": period.previous(), "year": period.year_before()}
    ran = {name: p for name, p in others.items() if since is not None and p.last >= since}
    return {"now": period, **ran}


def _partial(period: Period, since: date | None) -> frozenset[str]:
    periods = _periods(period, since)
    return frozenset(
        name
        for name, p in periods.items()
        if since is not None and name != "now" and p.first < since
    )


def _compared(period: Period, since: date | None, read: Callable[[Period], Sums]) -> Compared:
    sums = {name: read(p) for name, p in _periods(period, since).items()}
    return Compared(
        period,
        sums["now"],
        sums.get("before"),
        sums.get("year"),
        _partial(period, since),
        since,
    )


def _change(figure: Figure, compared: Compared, which: str, word: str, name: str) -> Change:
    then: Sums | None = getattr(compared, which)
    if then is None:
        return Change(_("%(name)s无数据") % {"name": name})
    old, new = then.value(figure), compared.now.value(figure)
    if old is None:
        return Change(_("%(name)s没有可比的基数") % {"name": name})
    if new is None:
        return Change(_("%(name)s %(value)s") % {"name": name, "value": _said(figure, old, then)})
    delta = new - old
    short = _short(figure, delta)
    words = {"word": word, "short": short, "name": name, "value": _said(figure, old, then)}
    text = _("%(word)s %(short)s（%(name)s %(value)s）") % words
    if which in compared.partial:
        text += _("，%s数据不全") % name
    bases = (compared.now.base(figure), then.base(figure))
    small = any(base is not None and base < SMALL_BASE for base in bases)
    return Change(text, short, delta, _tone(figure, delta, small=small), small)


def _said(figure: Figure, value: float, sums: Sums) -> str:
    """Return the value it is compared with, a share with the number of cases it stands on."""
    text = show(figure, value)
    base = sums.base(figure)
    if figure.kind is Kind.PERCENT:
        return f"{text}，{_('基数')} {base:,}"
    return f"{text} {figure.unit}"


def _short(figure: Figure, delta: float) -> str:
    """Return ``+12 件``, ``−1.5 个百分点``, ``持平``."""
    scale = 100 if figure.kind is Kind.PERCENT else 1
    amount = round(delta * scale, figure.decimals)
    if not amount:
        return _("持平")
    sign = "+" if amount > 0 else "−"
    unit = _("个百分点") if figure.kind is Kind.PERCENT else figure.unit
    return f"{sign}{abs(amount):,.{figure.decimals}f} {unit}"


def _tone(figure: Figure, delta: float, *, small: bool) -> str:
    """Return whether the change is good; on a small base it is neither."""
    if small or figure.direction is Direction.NEUTRAL or not round(delta, 4):
        return "plain"
    better = (delta > 0) == (figure.direction is Direction.MORE)
    return "good" if better else "bad"
