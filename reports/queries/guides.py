"""What residents read of the directory: found by words and sound, near ones first, open or not.

The filter is the database's; rank, distance and "open now" are computed on a few columns of what it
found (a township has hundreds of guides, not millions), and only one page of rows is read whole. The
key of a row is (rank, without a place, metres, order, id): a page begins behind the key of the last
row of the page before, so that rows which come or go in between shift nothing. Places nobody has
entered stand behind all distances, in the township's own order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.enums import DimensionCode, Offer
from reports.models import Dimension, Guide
from xiangcun.lib.calendars import current_calendar
from xiangcun.lib.errors import NotFoundError
from xiangcun.lib.finding import likeness, pairs_of, rank_of, terms_of
from xiangcun.lib.geo import distance_m
from xiangcun.lib.hours import (
    Hours,
    OnHolidays,
    OpenState,
    exceptions_of,
    is_open,
    open_state,
    week_of,
)

NEAR_WORDS = 3
_ALIKE = 0.34
_HOURS = ("week", "holidays", "exceptions")
Key = tuple[int, int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideAsk:
    """What somebody looks for; ``place`` is a WGS-84 point."""

    dimension: str = ""
    words: str = ""
    place: tuple[float, float] | None = None
    open_only: bool = False


@dataclass(frozen=True, slots=True)
class GuideLine:
    """One guide of a list; ``distance`` in metres from the asked place."""

    guide: Guide
    state: OpenState
    distance: int | None


@dataclass(frozen=True, slots=True)
class GuidePage:
    """A page, the key to go on from (``None`` on the last), and other names after a miss."""

    lines: list[GuideLine]
    after: Key | None
    alike: list[tuple[int, str]]


def public_guides(*, now: datetime) -> QuerySet[Guide]:
    """Return what residents may see at ``now``."""
    today = timezone.localdate(now)
    valid = Q(valid_from=None) | Q(valid_from__lte=today)
    still = Q(valid_to=None) | Q(valid_to__gte=today)
    return Guide.objects.filter(valid, still, state=Offer.PUBLISHED)


def guide_page(ask: GuideAsk, *, after: Key | None, limit: int, now: datetime) -> GuidePage:
    """Return up to ``limit`` guides behind ``after``: three queries, four after a miss."""
    rows = public_guides(now=now)
    terms = terms_of(ask.words)
    if ask.words and not terms:
        return GuidePage([], None, [])
    found, calendar = _matching(rows, ask, terms), current_calendar()
    keyed = sorted(
        (key, row)
        for row in found
        if (key := _key(row, ask, terms)) > (after or ())
        and (not ask.open_only or is_open(_hours(*row[-3:]), now, calendar))
    )
    shown = [(key, row[0]) for key, row in keyed[: limit + 1]]
    page = shown[:limit]
    alike = _alike(rows, ask.words) if terms and not found else []
    return GuidePage(_whole(page, ask, now), page[-1][0] if len(shown) > limit else None, alike)


def public_guide(guide_id: int, *, now: datetime) -> GuideLine:
    """Return one guide that residents may see; 404 for any other."""
    rows = public_guides(now=now).filter(pk=guide_id).prefetch_related("dimensions")
    guide = rows.first()
    if guide is None:
        raise NotFoundError("guide_not_found", _("没有这条便民服务，可能已经下架"))
    return GuideLine(guide, guide_state(guide, now), None)


def dimension_counts(*, now: datetime) -> list[tuple[DimensionCode, int]]:
    """Return the seven and 平安 in order, with how many guides each has; one query."""
    shown = public_guides(now=now).values("pk")
    rows = Dimension.objects.filter(guides__in=shown).order_by()
    found = dict(rows.annotate(found=Count("guides")).values_list("code", "found"))
    return [(code, found.get(code.value, 0)) for code in DimensionCode]


def guide_state(guide: Guide, now: datetime) -> OpenState:
    """Return whether a guide's place is open."""
    return open_state(hours_of(guide), now, current_calendar())


def hours_of(guide: Guide) -> Hours:
    """Return a row's hours."""
    return _hours(guide.week, guide.holidays, guide.exceptions)


def _hours(week: Any, holidays: str, exceptions: Any) -> Hours:
    return Hours(week_of(week), OnHolidays(holidays), exceptions_of(exceptions))


def _matching(rows: QuerySet[Guide], ask: GuideAsk, terms: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return (id, order, lat, lng[, search][, hours]) of all that fit."""
    if ask.dimension:
        rows = rows.filter(dimensions__code=ask.dimension)
    for term in terms:
        rows = rows.filter(search__contains=term)
    columns = ["pk", "order", "lat", "lng"]
    columns += ["search"] if terms else []
    columns += _HOURS if ask.open_only else ()
    return list(rows.order_by().values_list(*columns))


def _key(row: Sequence[Any], ask: GuideAsk, terms: Sequence[str]) -> Key:
    pk, order, lat, lng = row[:4]
    rank = rank_of(row[4], terms) if terms else 0
    if ask.place is None:
        return rank, 0, 0, order, pk
    if lat is None or lng is None:
        return rank, 1, 0, order, pk
    return rank, 0, round(distance_m(*ask.place, lat, lng)), order, pk


def _whole(page: Sequence[tuple[Key, int]], ask: GuideAsk, now: datetime) -> list[GuideLine]:
    """Read one page's rows, in its order."""
    wanted = [pk for _key, pk in page]
    rows = Guide.objects.defer("body", "search").prefetch_related("dimensions").in_bulk(wanted)
    return [
        GuideLine(rows[pk], guide_state(rows[pk], now), None if key[1] or not ask.place else key[2])
        for key, pk in page
        if pk in rows
    ]


def _alike(rows: QuerySet[Guide], words: str) -> list[tuple[int, str]]:
    """Return the guides whose names share most with what was not found."""
    pairs = pairs_of(words)
    scored = (
        (likeness(search, pairs), pk, title)
        for pk, title, search in rows.order_by("order", "pk").values_list("pk", "title", "search")
    )
    best = sorted((row for row in scored if row[0] >= _ALIKE), key=itemgetter(0), reverse=True)
    return [(pk, title) for _score, pk, title in best[:NEAR_WORDS]]
