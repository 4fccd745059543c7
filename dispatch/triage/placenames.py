"""Places that a text names: villages and landmarks, found in one scan, and in what sense.

Built once per reference from the grids and landmarks. One compiled pattern of the names' first two
characters finds where a name may begin, a dictionary which ones: 200 characters take some 10 µs.
What stands beside a name decides what it means: "三丰村委会不作为" speaks of an office, "去三丰村的路"
of a direction, "张三丰" of nobody here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from dispatch.triage.gridmap import GridMap
from reports.models import Grid, Landmark
from xiangcun.lib.planar import Plane

_HEAD = 2
"""Names shorter than this are not looked for."""
_SUFFIX = re.compile(r"(?:行政村|自然村|村民委员会|村委会|居委会|新村|社区|村|居)$")
COMMON_WORDS = frozenset(
    [
        "幸福",
        "团结",
        "光明",
        "和平",
        "新建",
        "建设",
        "胜利",
        "东方",
        "红星",
        "前进",
        "友谊",
        "民主",
        "自由",
        "新华",
        "解放",
        "先锋",
        "永安",
        "平安",
        "太平",
        "长安",
        "富民",
        "文明",
        "进步",
        "希望",
        "朝阳",
        "新民",
        "人民",
        "新村",
        "中心",
        "东风",
        "红旗",
        "卫星",
        "跃进",
        "丰收",
        "联合",
        "共同",
        "统一",
    ]
)
"""A village's short form that is an ordinary word says nothing about a place."""


class Sense(StrEnum):
    """In what sense a text names a place."""

    AT = "at"
    NEAR = "near"
    ASIDE = "aside"
    """Where somebody comes from or goes to, whom they complain of, what they compare with."""


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A village (``code`` of 12 digits) or a landmark (``code`` empty); ``area`` in metres."""

    name: str
    kind: str
    area: BaseGeometry
    village_code: str
    grid: Grid | None


@dataclass(frozen=True, slots=True)
class Mention:
    """A name at ``start``–``end`` of a text and the places it may mean."""

    start: int
    end: int
    sense: Sense
    places: tuple[NamedPlace, ...]


@dataclass(frozen=True, slots=True)
class _Name:
    text: str
    short: bool
    places: tuple[NamedPlace, ...]


class PlaceNames:
    """All names of a township; thread-safe, never changed after building."""

    def __init__(self, grids: GridMap, landmarks: Iterable[Landmark] = ()) -> None:
        self.plane: Plane = grids.plane
        self.villages = {place.village_code: place for place in _villages(grids)}
        self._by_head: dict[str, list[_Name]] = defaultdict(list)
        for name in _all_names(list(self.villages.values()), _landmarks(grids, landmarks)):
            self._by_head[name.text[:_HEAD]].append(name)
        for names in self._by_head.values():
            names.sort(key=lambda name: -len(name.text))
        self._heads = re.compile("|".join(map(re.escape, sorted(self._by_head))) or r"(?!)")

    def find(self, text: str) -> tuple[Mention, ...]:
        """Return what the text names, in order; the longest name at a place wins."""
        found: list[Mention] = []
        head = self._heads.search(text)
        while head is not None:
            start, end = head.start(), head.start() + 1
            name = self._name_at(text, start)
            if name is not None:
                end = start + len(name.text)
                sense = _sense(text, start, end, short=name.short)
                if sense is not None:
                    found.append(Mention(start, end, sense, name.places))
            head = self._heads.search(text, end)
        return tuple(found)

    def _name_at(self, text: str, start: int) -> _Name | None:
        candidates = self._by_head.get(text[start : start + _HEAD], ())
        return next((name for name in candidates if text.startswith(name.text, start)), None)


# What stands before and after a name. A short form ("三丰") counts between these only.
_BEFORE_SHORT = re.compile(r"(?:^|[^\w]|[在到住去往来于至和与跟离是给位由从归]|我们|咱们|这里)$")
_AFTER_SHORT = re.compile(
    r"(?:[一二三四五六七八九十\d]{1,3}\s?(?:组|队|小组)|这边|那边|这里|那里|这儿|那儿|这一?带|那一?带|附近|旁边"
    r"|边上|村口|村民|村里|人家|$|[，。；！？、,;!?\s）)])"
)
_OTHER_NAME = re.compile(
    r"(?:大?路(?![口边面灯上段旁中])|大?街(?![口边面上头道])|巷(?![子口里])|弄(?![堂口里])|大道|公路|大桥"
    r"|小区|花园|花苑|家园|公寓|大厦|工业园|产业园|有限公司|公司|集团|牌|号线|大?酒店|饭店)"
)
_OFFICE = re.compile(
    r"(?:村?委(?:员会|会)?|居委会|两委|党支部|党总支|支书|书记|主任|干部|领导|工作人员|村官|会计|出纳|经济合作社"
    r"|股份合作社|合作社)"
)
_OFFICE_AS_PLACE = re.compile(
    r"(?:.{0,8}?)(?:门口|门前|旁|附近|对面|院|楼|后面|前面|边上|西侧|东侧|南侧|北侧|隔壁)"
)
_ORIGIN = re.compile(
    r"(?:的)?(?:全体|广大|部分|众多|本地)?(?:人|村民|居民|业主|老百姓|群众|媳妇)(?=[，。；！？、,;!?\s\d]|$)"
)
_ORIGIN_BEFORE = re.compile(
    r"(?:我是|我们是|本人是|本人系|我系|俺是|作为|来自|户口在|户籍在|嫁到|老家在?|老家是)$"
)
_TOWARDS_BEFORE = re.compile(r"(?:去往|前往|通往|开往|通向|往|朝|去|到|回|路过|经过|途经)$")
_TOWARDS_AFTER = re.compile(r"(?:的)?(?:方向|(?:的)?路上|(?:的)?途中)")
_NOT_BEFORE = re.compile(r"(?:不是|不在|并非|而非|不属于|不归|非|除了|不像)$")
_COMPARED_BEFORE = re.compile(r"(?:像|学习|学学|比|比起|人家|你看|看看|相比|参照)$")
_COMPARED_AFTER = re.compile(
    r"(?:那样|一样|那么|相比|都(?:已经)?(?:修好|修了|装了|装上|装好|通了|建了|建好|改造|搞好|解决))"
)
_NEAR_BEFORE = re.compile(
    r"(?:靠近|临近|紧邻|邻近|毗邻|挨着|离|距|距离|靠|隔壁|邻村|相邻的?)(?:的)?$"
)
_NEAR_AFTER = re.compile(
    r"(?:的)?(?:旁边|附近|隔壁|交界|边上|边界|周边|对面|不远|很近|一带|旁|(?:大?约|差不多)?\d+\s?(?:多?米|公里|里))"
)
_LOOK = 12


def _sense(text: str, start: int, end: int, *, short: bool) -> Sense | None:
    """Say in what sense the name at ``start``–``end`` is meant; ``None`` when it is no place name."""
    before, after = text[max(0, start - _LOOK) : start], text[end : end + _LOOK]
    if short and not (_BEFORE_SHORT.search(before) and _AFTER_SHORT.match(after)):
        return None
    if _OTHER_NAME.match(after) or _NOT_BEFORE.search(before):
        return None
    if _is_aside(before, after):
        return Sense.ASIDE
    if _NEAR_BEFORE.search(before) or _NEAR_AFTER.match(after):
        return Sense.NEAR
    return Sense.AT


def _is_aside(before: str, after: str) -> bool:
    office = _OFFICE.match(after)
    if office:
        return not _OFFICE_AS_PLACE.match(_same_clause(after[office.end() :]))
    if _ORIGIN_BEFORE.search(before) or _ORIGIN.match(after):
        return True
    if _COMPARED_BEFORE.search(before) or _COMPARED_AFTER.match(after):
        return True
    if _TOWARDS_AFTER.match(after):
        return True
    return bool(_TOWARDS_BEFORE.search(before))


def _same_clause(text: str) -> str:
    """Cut at the first mark that ends a clause."""
    return re.split(r"[，。；！？,;!?\n]", text, maxsplit=1)[0]


def _villages(grids: GridMap) -> Iterator[NamedPlace]:
    areas: dict[str, list[tuple[Grid, BaseGeometry]]] = defaultdict(list)
    for grid, area in grids.areas():
        areas[grid.village_code].append((grid, area))
    for code, rows in areas.items():
        grid = rows[0][0]
        whole = unary_union([area for _, area in rows])
        yield NamedPlace(grid.village_name, "village", whole, code, grid)


def _landmarks(
    grids: GridMap, landmarks: Iterable[Landmark]
) -> Iterator[tuple[NamedPlace, list[str]]]:
    by_id = {grid.pk: grid for grid, _ in grids.areas()}
    for row in landmarks:
        near = grids.locate(row.lat, row.lng)
        grid = (by_id.get(row.grid_id) if row.grid_id else None) or (near.grid if near else None)
        circle = grids.plane.to_metres(Point(row.lng, row.lat)).buffer(row.radius_m)
        code = grid.village_code if grid else ""
        aliases = [str(alias) for alias in row.aliases]
        yield NamedPlace(row.name, "landmark", circle, code, grid), [row.name, *aliases]


def _all_names(
    villages: Iterable[NamedPlace], landmarks: Iterable[tuple[NamedPlace, list[str]]]
) -> Iterator[_Name]:
    """Yield every name with its places: full names, then forms derived from them if unambiguous."""
    full: dict[str, list[NamedPlace]] = defaultdict(list)
    derived: dict[str, list[NamedPlace]] = defaultdict(list)
    short: dict[str, list[NamedPlace]] = defaultdict(list)
    for place in villages:
        full[place.name].append(place)
        base = _SUFFIX.sub("", place.name)
        if base != place.name and len(base) >= _HEAD:
            derived[f"{base}村"].append(place)
            derived[f"{base}社区"].append(place)
            short[base].append(place)
    for place, names in landmarks:
        for name in dict.fromkeys(names):
            full[name].append(place)
    yield from (_Name(text, False, tuple(places)) for text, places in full.items() if text[1:])
    for forms, is_short in ((derived, False), (short, True)):
        for text, places in forms.items():
            ordinary = is_short and text in COMMON_WORDS
            if len(places) == 1 and text not in full and not ordinary:
                yield _Name(text, is_short, tuple(places))
