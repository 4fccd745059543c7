"""Weather and habits: how much of what is reported on which day.

The weather of a day depends on the seed and the date alone, so the same day has the same weather
however long a history is. Hangzhou's year: plum rains from mid June to mid July, typhoons in August
and September, heat between, some frost in winter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

from dispatch.queries.calendar import work_calendar
from dispatch.simulation.words import Topic, Words
from xiangcun.lib.workdays import DayKind

_WET_CHANCE = (0.30, 0.35, 0.42, 0.42, 0.38, 0.40, 0.30, 0.35, 0.32, 0.20, 0.25, 0.25)
_PLUM_RAIN = ((6, 10), (7, 12))
_PLUM_CHANCE, _STORM_CHANCE, _HEAT_CHANCE, _FROST_CHANCE = 0.68, 0.05, 0.55, 0.25
_DAY_SHARE = {
    DayKind.WORKDAY: 1.0, DayKind.MAKEUP: 0.95, DayKind.WEEKEND: 0.82, DayKind.HOLIDAY: 0.7,
}  # fmt: skip
_MONDAY_SHARE = 1.12


@dataclass(frozen=True, slots=True)
class Weather:
    """What kind of day it is outside."""

    wet: bool = False
    storm: bool = False
    hot: bool = False
    frost: bool = False


def weather_of(seed: int, day: date) -> Weather:
    """Return the day's weather."""
    dice = Random(f"weather/{seed}/{day}")  # noqa: S311 - a story, no secret
    plum = _PLUM_RAIN[0] <= (day.month, day.day) <= _PLUM_RAIN[1]
    wet = dice.random() < (_PLUM_CHANCE if plum else _WET_CHANCE[day.month - 1])
    storm = day.month in {8, 9} and dice.random() < _STORM_CHANCE
    season = (7, 8) <= (day.month, day.day) <= (8, 31)
    hot = season and not storm and dice.random() < _HEAT_CHANCE
    frost = day.month in {12, 1, 2} and dice.random() < _FROST_CHANCE
    return Weather(wet=wet or storm, storm=storm, hot=hot, frost=frost)


def shares_of(day: date, weather: Weather, words: Words) -> dict[str, float]:
    """Return how much of each leaf category is reported that day, relative to each other."""
    factor = _DAY_SHARE[work_calendar().kind(day)]
    if day.weekday() == 0:
        factor *= _MONDAY_SHARE
    return {
        code: topic.weight * factor * _season(topic, day, weather, words.raw)
        for code, topic in words.topics.items()
    }


def _season(
    topic: Topic, day: date, weather: Weather, raw: Mapping[str, Mapping[str, object]]
) -> float:
    months = raw["seasons"][topic.season]
    assert isinstance(months, list)
    share = float(months[day.month - 1])
    for name in ("wet", "storm", "hot", "frost"):
        if getattr(weather, name):
            share *= float(str(raw[f"{name}_factor"].get(topic.season, 1.0)))
    return share
