"""The key figures of a period beside those of the period before and, for months, of the year before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from dispatch.summary.briefs.spans import Span
from dispatch.summary.ratios import FIGURES, Figure, Kind, Sums, show
from dispatch.summary.reading import read_total
from dispatch.summary.scopes import Scope

SMALL = 10
"""Below this base a rate says little and is marked."""
FEW = "（基数小）"
"""What follows a change that rests on few cases."""
WANTED = (
    "reported", "opened", "dispatched", "closed", "in_hand", "suspended_now", "dispatch_on_time_rate", "sign_rate", "response_rate", "on_time_rate", "answer_hours",
    "handle_hours", "return_rate", "rework_rate", "repeat_rate", "solved_rate", "satisfied_rate", "rating_rate",
)  # fmt: skip
CODES = tuple(code for code in WANTED if code in FIGURES)
_UNITS = {Kind.COUNT: "件", Kind.HOURS: "小时", Kind.SCORE: "分", Kind.PERCENT: ""}


@dataclass(frozen=True, slots=True)
class Spans:
    """The sums of the period and of what it is compared with; ``None`` where nothing ran yet."""

    span: Span
    now: Sums
    before: Sums | None
    year: Sums | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure with its base and its changes, all as texts and plain numbers."""

    code: str
    name: str
    kind: str
    value: float | None
    text: str
    base: str
    small: bool
    before: str
    year: str


def read_spans(span: Span, *, ran: Sequence[bool]) -> Spans:
    """Read the sums (at most three readings); ``ran`` says whether the office ran in the two others."""
    others = [span.previous(), span.year_before()]
    before, year = (
        _sums(other) if other and did else None for other, did in zip(others, ran, strict=True)
    )
    return Spans(span, _sums(span), before, year)


def facts_of(spans: Spans) -> list[Fact]:
    """Return the key figures that this system counts."""
    return [_fact(FIGURES[code], spans) for code in CODES]


def base_of(figure: Figure, sums: Sums) -> int | None:
    """Return over how many cases a figure is taken; ``None`` for a plain count."""
    if figure.kind is Kind.COUNT:
        return None
    return sums.counts[figure.part if figure.kind is Kind.HOURS else figure.over]


def is_small(figure: Figure, sums: Sums) -> bool:
    """Whether the figure rests on few cases."""
    base = base_of(figure, sums)
    return base is not None and 0 < base < SMALL


def base_text(figure: Figure, sums: Sums) -> str:
    """Return what a figure is taken over: ``36/39``, ``39 件`` or "" for a count and over none."""
    base = base_of(figure, sums)
    if not base:
        return ""
    if figure.kind is Kind.PERCENT:
        return f"{sums.counts[figure.part]}/{base}"
    return _("%d 件") % base


def value_text(figure: Figure, value: float | None) -> str:
    """Return the value with its unit."""
    text = show(figure, value)
    unit = _UNITS[figure.kind]
    return text if value is None or not unit else f"{text} {unit}"


def change_text(figure: Figure, now: Sums, then: Sums | None) -> str:
    """Return the change in words; "" where there is nothing to compare with.

    A count that rose from few gets no percentage, a rate on a small base on either side is marked.
    """
    if then is None:
        return ""
    new, old = now.value(figure), then.value(figure)
    if new is None or old is None:
        return ""
    text = _count_change(new, old) if figure.kind is Kind.COUNT else _other_change(figure, new, old)
    if is_small(figure, now) or is_small(figure, then):
        text += FEW
    return text


def _count_change(new: float, old: float) -> str:
    delta = round(new - old)
    if not delta:
        return _("持平")
    word = _("增加") if delta > 0 else _("减少")
    text = _("%(word)s %(count)d 件") % {"word": word, "count": abs(delta)}
    if old < SMALL:
        return text
    return f"{text}（{delta / old:+.1%}）".replace("-", "−")


def _other_change(figure: Figure, new: float, old: float) -> str:
    scale, unit = (100, _("个百分点")) if figure.kind is Kind.PERCENT else (1, _UNITS[figure.kind])
    delta = round((new - old) * scale, 1)
    if not delta:
        return _("持平")
    more, less = (_("延长"), _("缩短")) if figure.kind is Kind.HOURS else (_("上升"), _("下降"))
    return f"{more if delta > 0 else less} {abs(delta):.1f} {unit}"


def _fact(figure: Figure, spans: Spans) -> Fact:
    value = spans.now.value(figure)
    return Fact(
        code=figure.code,
        name=str(figure.name),
        kind=str(figure.kind),
        value=None if value is None else round(value, 6),
        text=value_text(figure, value),
        base=base_text(figure, spans.now),
        small=is_small(figure, spans.now),
        before=change_text(figure, spans.now, spans.before),
        year=change_text(figure, spans.now, spans.year),
    )


def _sums(span: Span) -> Sums:
    return read_total(Scope(first=span.first, last=span.last))
