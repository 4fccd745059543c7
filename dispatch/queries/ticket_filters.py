"""The filters of the ticket list as data: one reading of them for page, counter, bulk and export.

``params`` are the list's own address parameters. What the admin's filter widgets do to the page is
held against this module by tests/dispatch/queries/test_ticket_filters.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from math import cos, isfinite, radians
from typing import Final

from django.db.models import F, FloatField, Q, QuerySet, Value
from django.db.models.expressions import Combinable, ExpressionWrapper
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone
from django.utils.dateparse import parse_date

from dispatch.enums import OPEN_STATUSES, Role
from dispatch.models import Ticket
from dispatch.queries.access import Viewer, queued_tickets
from dispatch.queries.ticket_search import search_tickets, words_condition
from dispatch.queries.tickets import QUEUE_BY_CODE, Queue, queue_tickets, queues_for
from xiangcun.lib.geo import bounding_box
from xiangcun.lib.text import is_key

QUEUE, ONLY, BOX, NEAR, WORDS = "queue", "only", "box", "near", "q"
MAX_VALUE: Final = 80
MAX_RADIUS_M: Final = 5000
_METRES_PER_DEGREE: Final = 111_320.0
_NOTHING = Q(pk__in=())
_OPEN = Q(status__in=OPEN_STATUSES)

Condition = Callable[[datetime], Q]


def _today(now: datetime) -> Q:
    first = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return _OPEN & Q(next_due_at__gte=first, next_due_at__lt=first + timedelta(days=1))


WATCHED: Mapping[str, tuple[str, Condition]] = {
    "overdue": ("超期", lambda now: _OPEN & Q(next_due_at__lt=now)),
    "today": ("今日到期", _today),
    "returned": ("退单两次以上", lambda _now: _OPEN & Q(return_count__at_least=2)),
    "supervised": ("督办中", lambda _now: _OPEN & Q(supervised_at__isnull=False)),
    "urged": ("居民催办", lambda _now: _OPEN & Q(urge_count__at_least=1)),
    "carded": ("黄牌/红牌", lambda _now: _OPEN & Q(card__filled=True)),
    "reopened": ("重新打开", lambda _now: _OPEN & Q(reopen_count__at_least=1)),
}
"""Code of ``only`` → label and condition; another line here is another shipped filter's condition."""

_ROOM = frozenset({Role.DISPATCHER, Role.LEAD, Role.VERIFIER, Role.AUDITOR})
_UNIT = frozenset({Role.HANDLER, Role.HEAD, Role.GRID})
PRESETS: tuple[tuple[str, str, frozenset[Role]], ...] = (
    ("overdue", "全部超期", _ROOM),
    ("overdue", "我的超期", _UNIT),
    ("today", "今日到期", _ROOM | _UNIT),
    ("returned", "退单两次以上", _ROOM),
    ("carded", "黄牌/红牌", _ROOM | _UNIT),
    ("supervised", "督办中", _ROOM | _UNIT),
    ("urged", "居民催办", _ROOM | _UNIT),
    ("reopened", "重新打开", _ROOM | _UNIT),
)
"""Shipped filters: code of ``WATCHED``, name, for whom."""


def presets_for(roles: frozenset[Role]) -> list[tuple[str, dict[str, str]]]:
    """Return name and parameters of the filters shipped for these roles, each once."""
    found: dict[str, str] = {}
    for code, name, audience in PRESETS:
        if roles & audience:
            found.setdefault(code, name)
    return [(name, {QUEUE: "all", ONLY: code}) for code, name in found.items()]


def read_params(raw: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters that filter, without empty, overlong and unknown ones."""
    known = {QUEUE, BOX, NEAR, WORDS, *_CONDITIONS}
    return {
        name: value.strip()
        for name in sorted(known)
        if (value := str(raw.get(name, "")).replace("\x00", "")).strip() and len(value) <= MAX_VALUE
    }


def queue_of(viewer: Viewer, params: Mapping[str, str]) -> Queue:
    """Return the tab asked for, else the first one; a search looks everywhere."""
    tabs = queues_for(viewer)
    if params.get(WORDS, "").strip():
        return tabs[-1]
    wanted = QUEUE_BY_CODE.get(params.get(QUEUE, ""))
    return wanted if wanted is not None and wanted in tabs else tabs[0]


def base_tickets(viewer: Viewer, params: Mapping[str, str], *, now: datetime) -> QuerySet[Ticket]:
    """Return the tab's tickets, narrowed to what is watched and to a place: what has no widget.

    What is watched is present work, so a department's past tickets are out of it; to a department a
    confidential matter has no place to be found at.
    """
    queue = queue_of(viewer, params)
    tickets = queue_tickets(viewer, queue, now=now)
    if params.get(ONLY) in WATCHED and not queue.statuses:
        tickets = queued_tickets(viewer, OPEN_STATUSES, WATCHED[params[ONLY]][1](now))
    for name in (BOX, NEAR):
        if params.get(name):
            tickets = tickets.filter(_PLACES[name](params[name]))
            if not viewer.is_command_room:  # ever smaller boxes would find the exact point
                tickets = tickets.filter(confidential=False)
    return tickets


def matching_tickets(
    viewer: Viewer, params: Mapping[str, str], *, now: datetime, capped: bool = True
) -> QuerySet[Ticket]:
    """Return what the list shows ``viewer`` under ``params`` (unordered).

    A search by words finds the latest thousand tickets; ``capped=False`` finds them all.
    """
    tickets = base_tickets(viewer, params, now=now)
    for name, condition in _CONDITIONS.items():
        if params.get(name):
            tickets = tickets.filter(condition(params[name], now))
    words = params.get(WORDS, "").strip()
    if not words:
        return tickets
    return search_tickets(tickets, words) if capped else tickets.filter(words_condition(words))


def local_day(text: str) -> datetime | None:
    """Return the local midnight that begins the day; ``None`` for a day that is none."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None


def read_box(text: str) -> tuple[float, float, float, float] | None:
    """Return south, west, north, east in degrees of ``s,w,n,e``; ``None`` for what is no box."""
    numbers = _numbers(text, 4)
    if numbers is None:
        return None
    south, west, north, east = numbers
    fits = -90 <= south < north <= 90 and -180 <= west < east <= 180  # noqa: PLR2004 - degrees
    return (south, west, north, east) if fits else None


def read_circle(text: str) -> tuple[float, float, float] | None:
    """Return latitude, longitude and metres of ``lat,lng,radius``; ``None`` for what is no circle."""
    numbers = _numbers(text, 3)
    if numbers is None:
        return None
    lat, lng, radius = numbers
    fits = abs(lat) < 89 and abs(lng) <= 180 and 0 < radius <= MAX_RADIUS_M  # noqa: PLR2004 - degrees
    return (lat, lng, radius) if fits else None


def _numbers(text: str, count: int) -> list[float] | None:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        return None
    return numbers if len(numbers) == count and all(map(isfinite, numbers)) else None


def _in_box(text: str) -> Q:
    box = read_box(text)
    if box is None:
        return _NOTHING
    south, west, north, east = box
    return Q(lat__range=(south, north), lng__range=(west, east))


def _in_circle(text: str) -> Q:
    circle = read_circle(text)
    if circle is None:
        return _NOTHING
    lat, lng, radius = circle
    box = bounding_box(lat, lng, radius)
    narrow = Q(lat__range=(box.south, box.north), lng__range=(box.west, box.east))
    north: Combinable = (F("lat") - Value(lat)) * Value(_METRES_PER_DEGREE)
    east: Combinable = (F("lng") - Value(lng)) * Value(_METRES_PER_DEGREE * cos(radians(lat)))
    apart = ExpressionWrapper(north * north + east * east, output_field=FloatField())
    return narrow & Q(LessThanOrEqual(apart, Value(radius * radius)))


def _exact(column: str) -> Callable[[str, datetime], Q]:
    return lambda value, _now: Q(**{column: value})


def _number(column: str) -> Callable[[str, datetime], Q]:
    def condition(value: str, _now: datetime) -> Q:
        return Q(**{column: int(value)}) if is_key(value) else _NOTHING

    return condition


def _top(value: str, _now: datetime) -> Q:
    return Q(category__parent_id=int(value)) if is_key(value) else Q()


def _day(column: str, *, after: int) -> Callable[[str, datetime], Q]:
    def condition(value: str, _now: datetime) -> Q:
        moment = local_day(value)
        return Q() if moment is None else Q(**{column: moment + timedelta(days=after)})

    return condition


def _watched(value: str, now: datetime) -> Q:
    return WATCHED[value][1](now) if value in WATCHED else Q()


_PLACES: Mapping[str, Callable[[str], Q]] = {BOX: _in_box, NEAR: _in_circle}
_CONDITIONS: Mapping[str, Callable[[str, datetime], Q]] = {
    ONLY: _watched,
    "status__exact": _exact("status"),
    "top": _top,
    "urgency__exact": _exact("urgency"),
    "lead_department__id__exact": _number("lead_department"),
    "grid__id__exact": _number("grid"),
    "auto_dispatched__exact": lambda value, _now: (
        Q(auto_dispatched=value == "1") if value in {"0", "1"} else Q()
    ),
    "opened_at_from": _day("opened_at__gte", after=0),
    "opened_at_to": _day("opened_at__lt", after=1),
}
