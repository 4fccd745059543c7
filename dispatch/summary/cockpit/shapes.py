"""The JSON of the cockpit, as types. Links are paths of this site, ``None`` where there are none."""

from __future__ import annotations

from typing import NotRequired, TypedDict

Link = str | None
Number = float | int | None


class Compared(TypedDict):
    """A figure at another time and how far the present one is from it.

    ``change`` is the difference, ``change_text`` says it shortly (``+12 件``), ``words`` is the sentence.
    """

    value: Number
    text: str
    change: float | None
    change_text: str
    words: str
    tone: str
    small: bool


class Shown(TypedDict):
    """The one shape of a number: see :func:`dispatch.summary.cockpit.showing.shown`."""

    code: str
    name: str
    explanation: str
    kind: str
    value: Number
    text: str
    unit: str
    base: int | None
    small: bool
    good: str | None
    behind: Link
    behind_base: Link
    previous: Compared | None
    year: Compared | None
    rank: NotRequired[int | None]


class TrendFigure(TypedDict):
    """A line of the trend; ``behind`` has ``{first}`` and ``{last}`` for a point's days."""

    code: str
    name: str
    behind: Link


class TrendPoint(TypedDict):
    """A day or a month; ``kind`` is workday, weekend, holiday, makeup, closure or month."""

    key: str
    label: str
    first: str
    last: str
    kind: str
    kind_words: str
    name: str
    future: bool
    values: dict[str, Number]


class Trend(TypedDict):
    """``unit`` is ``day`` or ``month``."""

    unit: str
    figures: list[TrendFigure]
    points: list[TrendPoint]


class Heat(TypedDict):
    """Seven rows of 24 counts, Monday first."""

    name: str
    weekdays: list[str]
    rows: list[list[int]]
    max: int
    total: int


class Node(TypedDict):
    """A category of the tree with what was opened in it; ``share`` of all (0–1)."""

    id: int
    code: str
    name: str
    value: int
    share: float
    behind: Link
    children: NotRequired[list[Node]]


class DimensionTile(TypedDict):
    """One of 文教娱康养行便 or 平安."""

    code: str
    name: str
    figures: list[Shown]


class Column(TypedDict):
    """A column of the league; ``good`` says which way is better, ``None`` that it is not ranked."""

    code: str
    name: str
    kind: str
    good: str | None
    explanation: str
    sortable: bool


class LeagueRow(TypedDict):
    """A department with its cells by column."""

    id: int
    name: str
    cells: dict[str, Shown]


class League(TypedDict):
    """The departments side by side; nobody below ``minimum`` is ranked."""

    minimum: int
    columns: list[Column]
    rows: list[LeagueRow]
    note: str


class UnitCount(TypedDict):
    """How many overdue tickets a department has."""

    id: int
    name: str
    count: int
    behind: Link


class OverdueRow(TypedDict):
    """An overdue ticket, the longest first; never a confidential one."""

    number: str
    title: str
    category: str
    grid: str
    department: str
    status: str
    due_at: str
    days: int
    days_text: str
    urgency: str
    urgency_text: str
    behind: Link


class Overdue(TypedDict):
    """What is past its date now, subtasks included."""

    count: int
    behind: Link
    confidential: int
    note: str
    by_department: list[UnitCount]
    rows: list[OverdueRow]


class Part(TypedDict):
    """A part of a whole."""

    code: str
    name: str
    value: int
    share: float
    behind: Link


class Comment(TypedDict):
    """What a resident wrote with a rating, contacts masked."""

    at: str
    score: int
    solved: bool
    text: str
    category: str
    department: str
    behind: Link


class Satisfaction(TypedDict):
    """How those who answered felt, how many did not answer, and what they wrote."""

    parts: list[Part]
    unrated: Part
    figures: list[Shown]
    comments: list[Comment]


class HotspotRow(TypedDict):
    """A hotspot of the last four weeks; the words of residents are left out on a wall."""

    id: int
    text: str
    sentence: str
    category: str
    place: str
    recent: int
    previous: int
    growth_text: str
    trend: str
    trend_text: str
    lat: float | None
    lng: float | None
    radius_m: int | None
    last_at: str
    behind: Link


class InsightRow(TypedDict):
    """A sentence with its evidence."""

    kind: str
    text: str
    strength: float
    tone: str
    behind: Link


class FiltersEcho(TypedDict):
    """The filters as they were understood, as ids and in words."""

    period: str
    date: str
    first: str
    last: str
    category: int | None
    department: int | None
    grid: int | None
    dimension: str | None
    query: str
    words: str
    period_words: str
    previous_words: str
    year_words: str
    comparison_note: str
    earlier: str
    later: str | None


class ViewerEcho(TypedDict):
    """Whose view it is: ``all``, ``departments`` or ``kiosk``."""

    kiosk: bool
    scope: str
    words: str


class Board(TypedDict):
    """Everything that depends on the filters."""

    as_of: str
    filters: FiltersEcho
    viewer: ViewerEcho
    empty: bool
    tiles: list[Shown]
    trend: Trend
    heat: Heat
    tree: list[Node]
    dimensions: list[DimensionTile]
    dimensions_note: str
    league: League
    hotspots: list[HotspotRow]
    overdue: Overdue
    satisfaction: Satisfaction
    insights: list[InsightRow]


class LiveEvent(TypedDict):
    """Something that just happened, without anything of a person."""

    id: int
    at: str
    time: str
    village: str
    category: str
    action: str
    action_words: str
    department: str
    text: str


class Live(TypedDict):
    """Today, as it stands."""

    as_of: str
    day: str
    day_words: str
    figures: list[Shown]
    events: list[LiveEvent]
