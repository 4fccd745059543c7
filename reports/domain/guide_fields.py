"""The fields of a guide as people type them, in a form or a line of a sheet: one reading for both."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from reports.enums import DIMENSION_TITLES, CoordinateSystem, DimensionCode, HolidayRule
from reports.queries.township import Circle
from xiangcun.lib.geo import distance_m, to_wgs84
from xiangcun.lib.hours import stored_exceptions, stored_week
from xiangcun.lib.hours_text import parse_exceptions, parse_week
from xiangcun.lib.text import clean_text

MOST_PHONES, MOST_DOCUMENTS, DOCUMENT_MAX = 5, 30, 120
FAR_M = 100_000.0
_ONE_LINE = 200
_PHONE_DIGITS = range(3, 16)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_PHONE = re.compile(r"(?P<name>[^\d+]*?)[:：\s]*(?P<number>\+?\d[\d\s()（）-]{1,22}\d)")
_PHONE_BREAK = re.compile(r"[;；、\n]+")
_LIST_BREAK = re.compile(r"[;；\n]+")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\s+0{1,2}:00(?::00)?)?")
_SYSTEMS = {
    "": CoordinateSystem.WGS84,
    "wgs84": CoordinateSystem.WGS84,
    "wgs-84": CoordinateSystem.WGS84,
    "gps": CoordinateSystem.WGS84,
    "天地图": CoordinateSystem.WGS84,
    "gcj02": CoordinateSystem.GCJ02,
    "gcj-02": CoordinateSystem.GCJ02,
    "高德": CoordinateSystem.GCJ02,
    "腾讯": CoordinateSystem.GCJ02,
    "bd09": CoordinateSystem.BD09,
    "bd-09": CoordinateSystem.BD09,
    "百度": CoordinateSystem.BD09,
}
_HOLIDAYS = {
    "": HolidayRule.CLOSED,
    "休息": HolidayRule.CLOSED,
    "照常": HolidayRule.SAME,
    "电话询问": HolidayRule.ASK,
    "询问": HolidayRule.ASK,
}
# Title, most characters.
TEXTS = {
    "title": (_("名称"), 60),
    "synonyms": (_("别称"), 200),
    "summary": (_("一句话说明"), 120),
    "body": (_("详细说明"), 5000),
    "address": (_("地址"), 120),
    "hours_note": (_("时间补充说明"), 120),
    "fee": (_("费用"), 120),
    "time_limit": (_("办理时限"), 120),
}


@dataclass(frozen=True, slots=True)
class Office:
    """The department that answers for a guide, as the office side names it."""

    code: str
    name: str


@dataclass(slots=True)
class GuideWords:
    """A guide as read: ``columns`` are the row's, ``dimensions`` codes, ``faults`` field → sentence."""

    code: str = ""
    columns: dict[str, Any] = field(default_factory=dict)
    dimensions: tuple[str, ...] = ()
    faults: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Township:
    """What typed words are held against: departments by any of their names, and where we are."""

    offices: Mapping[str, Office]
    circle: Circle | None


def read_guide(typed: Mapping[str, str], township: Township) -> GuideWords:
    """Read all fields; every fault is found at once, and a guide with one is not to be stored."""
    words = GuideWords()
    text = {name: clean_text(str(value)) for name, value in typed.items()}
    for name, (label, longest) in TEXTS.items():
        _take(words, name, lambda label=label, longest=longest, name=name: _text(text.get(name, ""), label, longest))  # type: ignore[misc]  # fmt: skip
    if not words.columns.get("title") and "title" not in words.faults:
        words.faults["title"] = _("缺少名称")
    _read_code(words, text.get("code", ""))
    _read_dimensions(words, text.get("dimensions", ""))
    _take(words, "phones", lambda: read_phones(text.get("phones", "")))
    _take(words, "week", lambda: stored_week(parse_week(text.get("week", ""))))
    _take(words, "exceptions", lambda: stored_exceptions(parse_exceptions(text.get("exceptions", ""))))  # fmt: skip
    _take(words, "holidays", lambda: _holidays(text.get("holidays", "")))
    _take(words, "documents", lambda: read_documents(text.get("documents", "")))
    _take(words, "order", lambda: _order(text.get("order", "")))
    _read_validity(words, text)
    _read_place(words, text, township.circle)
    _read_office(words, text.get("department", ""), township.offices)
    return words


def _take(words: GuideWords, name: str, read: Callable[[], Any]) -> None:
    try:
        words.columns[name] = read()
    except ValueError as error:
        words.faults[name] = str(error)


def _text(text: str, label: str, longest: int) -> str:
    """Return a text; only the long one has lines."""
    text = text if longest > _ONE_LINE else " ".join(text.split())
    if len(text) > longest:
        raise ValueError(_("%(label)s超过 %(longest)s 字") % {"label": label, "longest": longest})
    return text


def _read_code(words: GuideWords, text: str) -> None:
    if text and not _CODE.fullmatch(text):
        words.faults["code"] = _("编号只能用字母、数字、横线和下划线，最多 40 个")
    words.code = text


def _read_dimensions(words: GuideWords, text: str) -> None:
    known = {str(title): code.value for code, title in DIMENSION_TITLES.items()}
    known |= {str(code.label): code.value for code in DimensionCode} | {"安": "safety"}
    known |= {code.value: code.value for code in DimensionCode}
    found: list[str] = []
    for part in filter(None, re.split(r"[、，,；;\s/]+", text)):
        single = [known.get(char, "") for char in part] if part not in known else [known[part]]
        if not all(single):
            words.faults["dimensions"] = _("“%s”不是类别，应为 文教娱康养行便 中的一个或几个") % part[:20]  # fmt: skip
            return
        found.extend(single)
    if not found:
        words.faults["dimensions"] = _("缺少类别，应为 文教娱康养行便 中的一个或几个")
    words.dimensions = tuple(dict.fromkeys(found))


def read_phones(text: str) -> list[dict[str, str]]:
    """Read 「窗口 0571-0000 0001；夜间 0571-0000 0002」; short service numbers count, too."""
    phones = []
    for part in filter(str.strip, _PHONE_BREAK.split(text)):
        found = _PHONE.fullmatch(part.strip())
        digits = re.sub(r"\D", "", found["number"]) if found else ""
        if found is None or len(digits) not in _PHONE_DIGITS or not found["number"].isascii():
            raise ValueError(_("“%s”不是电话号码") % part.strip()[:30])
        phones.append({"name": found["name"].strip()[:20], "number": found["number"].strip()})
    if len(phones) > MOST_PHONES:
        raise ValueError(_("电话最多 %s 个") % MOST_PHONES)
    return phones


def phones_text(phones: list[dict[str, str]]) -> str:
    """Write what :func:`read_phones` reads."""
    return "；".join(f"{row['name']} {row['number']}".strip() for row in phones)


def read_documents(text: str) -> list[str]:
    """Read one document a line, or with semicolons between."""
    rows = [row.strip(" 　·•-") for row in _LIST_BREAK.split(text)]
    rows = [row for row in rows if row]
    if len(rows) > MOST_DOCUMENTS:
        raise ValueError(_("所需材料最多 %s 项") % MOST_DOCUMENTS)
    if any(len(row) > DOCUMENT_MAX for row in rows):
        raise ValueError(_("一项材料超过 %s 字") % DOCUMENT_MAX)
    return rows


def _holidays(text: str) -> str:
    short = text.removeprefix("法定节假日").removeprefix("请先")
    if text in HolidayRule.values:
        return text
    if short not in _HOLIDAYS:
        raise ValueError(_("法定节假日应填 休息、照常 或 电话询问"))
    return _HOLIDAYS[short].value


def _order(text: str) -> int:
    if not text:
        return 100
    if not (text.isascii() and text.isdecimal() and int(text) <= 9999):  # noqa: PLR2004 - four digits
        raise ValueError(_("顺序应是 0 到 9999 的整数"))
    return int(text)


def _read_validity(words: GuideWords, text: Mapping[str, str]) -> None:
    for name in ("valid_from", "valid_to"):
        _take(words, name, lambda name=name: _date(text.get(name, "")))  # type: ignore[misc]
    first, last = words.columns.get("valid_from"), words.columns.get("valid_to")
    if first and last and last < first:
        words.faults["valid_to"] = _("有效期的结束早于开始")


def _date(text: str) -> date | None:
    if not text:
        return None
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(_("“%s”不是日期，应如 2026-12-31") % text[:20])
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        raise ValueError(_("没有 %s 这一天") % text[:20]) from None


def _read_place(words: GuideWords, text: Mapping[str, str], circle: Circle | None) -> None:
    words.columns |= {"lat": None, "lng": None}
    lat, lng = text.get("lat", ""), text.get("lng", "")
    if not lat and not lng:
        return
    kind = _SYSTEMS.get(text.get("coord_type", "").lower())
    if kind is None:
        words.faults["coord_type"] = _("坐标系应填 WGS-84、GCJ-02（高德、腾讯）或 BD-09（百度）")
        return
    try:
        north, east = float(lat), float(lng)
    except ValueError:
        words.faults["lat"] = _("经度和纬度要一起填，应是数字，如 120.4865 和 30.3245")
        return
    if not (abs(north) <= 90 and abs(east) <= 180):  # noqa: PLR2004 - degrees
        swapped = abs(east) <= 90 and abs(north) <= 180  # noqa: PLR2004 - degrees
        words.faults["lat"] = _("经度和纬度填反了") if swapped else _("经纬度超出范围")
        return
    north, east = to_wgs84(north, east, kind.value)
    if circle and distance_m(north, east, circle.lat, circle.lng) > circle.radius_m + FAR_M:
        words.faults["lat"] = _("这个位置离本街道超过 100 公里，请核对经纬度")
        return
    words.columns |= {"lat": round(north, 7), "lng": round(east, 7)}


def _read_office(words: GuideWords, text: str, offices: Mapping[str, Office]) -> None:
    office = offices.get(text) if text else Office("", "")
    if office is None:
        words.faults["department"] = _("没有“%s”这个部门") % text[:20]
        return
    words.columns |= {"department_code": office.code, "department_name": office.name}
