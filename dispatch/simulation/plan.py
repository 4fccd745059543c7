"""Who will report what, where and when: drawn beforehand, so that the story is the same for a seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from dispatch.queries.calendar import work_calendar
from dispatch.simulation.climate import shares_of, weather_of
from dispatch.simulation.words import Spot, Words
from reports.enums import ReportKind
from reports.models import Grid

_DAY = timedelta(days=1)
_LETTERS = (
    (ReportKind.CONSULTATION, 0.045),
    (ReportKind.OPINION, 0.035),
    (ReportKind.PRAISE, 0.02),
)
_LETTER_CODE = {
    ReportKind.OPINION: "1004", ReportKind.CONSULTATION: "1005", ReportKind.PRAISE: "1006",
}  # fmt: skip
_REFUSED, _VAGUE, _ANONYMOUS, _PHOTO, _CHOSEN = 0.025, 0.05, 0.08, 0.15, 0.6
_HOTSPOT_SHARE, _HOTSPOTS, _UNUSUAL = 0.12, (6, 10), 0.3
_REPORTS_PER_PERSON = 3


@dataclass(frozen=True, slots=True)
class Area:
    """A grid with its shape in degrees and how much is reported there."""

    grid: Grid
    shape: BaseGeometry
    weight: float

    @property
    def spot(self) -> Spot:
        """The village in words."""
        return Spot(self.grid.village_name)

    def point(self, dice: Random) -> tuple[float, float]:
        """Return a point (latitude, longitude) inside."""
        west, south, east, north = self.shape.bounds
        for _ in range(200):
            lng, lat = dice.uniform(west, east), dice.uniform(south, north)
            if self.shape.contains(Point(lng, lat)):
                return lat, lng
        inside = self.shape.representative_point()
        return inside.y, inside.x


@dataclass(frozen=True, slots=True)
class Hotspot:
    """Many people, one place, one matter, for days to weeks."""

    number: int
    code: str
    area: Area
    place: str
    lat: float
    lng: float
    first: date
    days: int
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One report that will be sent. ``code`` is what it truly is about; ``dice`` its own fate."""

    at: datetime
    number: int
    kind: ReportKind
    code: str
    text: str
    lat: float
    lng: float
    person: int
    hotspot: int = 0
    refused: Mapping[str, str] = field(default_factory=dict)
    vague: bool = False
    anonymous: bool = False
    chosen: bool = False
    photo: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """All arrivals in order of time, the planted hotspots, how many people there are."""

    arrivals: tuple[Arrival, ...]
    hotspots: tuple[Hotspot, ...]
    people: int


class Planner:
    """Draws a plan of ``count`` reports over the ``days`` before ``until``."""

    def __init__(
        self, words: Words, grids: Sequence[Grid], *, seed: int, days: int, until: datetime
    ) -> None:
        self._words, self._seed, self._until = words, seed, until
        self._zone = work_calendar().tz
        today = until.astimezone(self._zone).date()
        self._days = [today - _DAY * back for back in range(days, -1, -1)]
        dice = self._dice("areas")
        self._areas = [
            Area(grid, shape(grid.polygon).buffer(0), _density(grid, dice)) for grid in grids
        ]
        self._shares = {day: shares_of(day, weather_of(seed, day), words) for day in self._days}
        self._totals = list(accumulate(sum(self._shares[day].values()) for day in self._days))

    def plan(self, count: int) -> Plan:
        """Return the plan."""
        people = max(12, count // _REPORTS_PER_PERSON)
        hotspots = self._hotspots(count)
        rows = [self._common(number, people) for number in range(count)]
        dice = self._dice("gathering")
        for number in range(round(count * _HOTSPOT_SHARE) if hotspots else 0):
            rows[number] = self._gathered(number, dice.choice(hotspots), people)
        rows.sort(key=lambda row: (row.at, row.number))
        return Plan(tuple(rows), hotspots, people)

    def _dice(self, name: str) -> Random:
        return Random(f"{name}/{self._seed}")  # noqa: S311 - a story, no secret

    def _hotspots(self, count: int) -> tuple[Hotspot, ...]:
        """Plant some, the last two of them not over yet; a small history gets fewer."""
        dice = self._dice("hotspots")
        wanted = min(dice.randint(*_HOTSPOTS), max(1, count // 60), max(1, len(self._days) // 9))
        return tuple(self._hotspot(number, wanted, dice) for number in range(1, wanted + 1))

    def _hotspot(self, number: int, wanted: int, dice: Random) -> Hotspot:
        days = dice.randint(4, 18)
        fresh = number > wanted - 2
        last = len(self._days) - 1
        start = last - dice.randint(3, 8) if fresh else dice.randint(0, max(0, last - days))
        first = self._days[max(0, start)]
        fitting = [row for row in self._words.raw["hotspots"] if first.month in row["months"]]
        chosen: Mapping[str, Any] = dice.choice(fitting or self._words.raw["hotspots"])
        where = self._words.topics[chosen["code"]].where
        area = self._area(dice, where=where, unusual=dice.random() < _UNUSUAL)
        lat, lng = area.point(dice)
        place = self._words.place(dice, area.spot)
        what = tuple(chosen["what"])
        return Hotspot(number, chosen["code"], area, place, lat, lng, first, days, what)

    def _area(self, dice: Random, *, where: str = "", unusual: bool = False) -> Area:
        fitting = [area for area in self._areas if _fits(area, where)] or self._areas
        weights = [1 / area.weight if unusual else area.weight for area in fitting]
        return dice.choices(fitting, weights)[0]

    def _common(self, number: int, people: int) -> Arrival:
        """Draw one everyday report."""
        dice = self._dice(f"report/{number}")
        day = self._day(dice)
        kind = _kind(dice)
        area = self._area(dice)
        refused: Mapping[str, str] = {}
        if kind != ReportKind.PROBLEM:
            code, hours = _LETTER_CODE[kind], "office"
            sentences = self._words.raw["letters"][kind.value]
            text = self._words.about(dice, sentences, self._words.place(dice, area.spot))
        elif dice.random() < _REFUSED:
            refused = self._words.pick(dice, "refused")
            code, hours, text = refused["code"], "day", f"{refused['text']}。{self._words.mark}"
        else:
            code = _weighted(dice, self._shares[day])
            topic = self._words.topics[code]
            area = self._area(dice, where=topic.where)
            hours, text = topic.hours, self._words.report(dice, code, area.spot)
        lat, lng = area.point(dice)
        return Arrival(
            self._moment(dice, day, hours), number, kind, code, text, lat, lng,
            person=_person(dice, people), refused=refused, vague=dice.random() < _VAGUE,
            anonymous=dice.random() < _ANONYMOUS, chosen=dice.random() < _CHOSEN,
            photo=dice.random() < _PHOTO,
        )  # fmt: skip

    def _gathered(self, number: int, spot: Hotspot, people: int) -> Arrival:
        """Draw one report of a hotspot: most in its first half, some metres apart."""
        dice = self._dice(f"gathered/{number}")
        # A fresh one is still growing: more people speak up every day.
        day = spot.first + _DAY * int(spot.days * min(dice.random(), dice.random()))
        if day > self._days[-1]:
            day = self._days[-1 - int(3 * dice.random() ** 2)]
        hours = self._words.topics[spot.code].hours
        return Arrival(
            self._moment(dice, day, hours), number, ReportKind.PROBLEM, spot.code,
            self._words.about(dice, spot.sentences, spot.place),
            spot.lat + dice.gauss(0, 0.0004), spot.lng + dice.gauss(0, 0.0005),
            person=int(dice.random() * people), hotspot=spot.number,
            chosen=dice.random() < _CHOSEN, photo=dice.random() < _PHOTO,
        )  # fmt: skip

    def _day(self, dice: Random) -> date:
        return dice.choices(self._days, cum_weights=self._totals)[0]

    def _moment(self, dice: Random, day: date, hours: str) -> datetime:
        hour = dice.choices(range(24), self._words.raw["hours"][hours])[0]
        moment = time(hour, dice.randrange(60), dice.randrange(60))
        found = datetime.combine(day, moment, tzinfo=self._zone)
        return found if found < self._until else found - _DAY  # today is not over yet


def _density(grid: Grid, dice: Random) -> float:
    """Return how much is reported in a grid: blocks of flats more than fields."""
    return (1.6 if "社区" in grid.village_name else 1.0) * dice.uniform(0.4, 1.8)


def _fits(area: Area, where: str) -> bool:
    return not where or area.spot.is_community == (where == "community")


def _kind(dice: Random) -> ReportKind:
    drawn = dice.random()
    for kind, share in _LETTERS:
        if drawn < share:
            return kind
        drawn -= share
    return ReportKind.PROBLEM


def _weighted(dice: Random, shares: Mapping[str, float]) -> str:
    return dice.choices(list(shares), list(shares.values()))[0]


def _person(dice: Random, people: int) -> int:
    """Return who reports: some do often, most hardly ever."""
    return int(people * dice.random() ** 1.6)
