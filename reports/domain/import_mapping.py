"""Which column means what, and what a cell says: one row of a file becomes one entry, or a reason."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from reports.domain.import_readers import RawRow
from reports.enums import ReportKind
from xiangcun.lib.geo import CoordType, out_of_china
from xiangcun.lib.text import clean_text

MAX_TEXT = 10_000
"""Longer than a resident may write: a hotline's operator has typed what was said on the phone."""
MAX_ADDRESS = 200
MAX_ID = 60
_TOWNSHIP_ZONE = ZoneInfo("Asia/Shanghai")
_FIRST_YEAR = 1990

# Headers seen in exports of hotlines and street offices, most telling first.
GUESSES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "text": (
            "诉求内容", "内容", "正文", "诉求描述", "问题描述", "事件描述", "反映内容", "诉求", "描述", "text", "body", "content",
        ),
        "title": ("标题", "主题", "诉求标题", "事件标题", "title", "subject"),
        "time": ("受理时间", "时间", "来电时间", "上报时间", "登记时间", "诉求时间", "创建时间", "发生时间", "日期", "time", "created_at"),
        "lat": ("纬度", "lat", "latitude", "y"),
        "lng": ("经度", "lng", "lon", "longitude", "x"),
        "coord_type": ("坐标系", "坐标类型", "coord_type"),
        "address": ("地址", "事发地址", "诉求地址", "发生地址", "事件地址", "地点", "事发地点", "位置", "address"),
        "id": ("编号", "工单编号", "工单号", "诉求编号", "案件编号", "流水号", "id", "number"),
        "phone": ("电话", "联系电话", "手机", "手机号", "手机号码", "来电号码", "phone"),
        "kind": ("诉求类型", "诉求性质", "类型", "kind"),
    }
)  # fmt: skip
FIELDS = tuple(GUESSES)

_KINDS = {
    "咨询": ReportKind.CONSULTATION,
    "建议": ReportKind.OPINION,
    "意见": ReportKind.OPINION,
    "表扬": ReportKind.PRAISE,
    "感谢": ReportKind.PRAISE,
}
_SYSTEMS = {
    "wgs84": CoordType.WGS84,
    "gps": CoordType.WGS84,
    "cgcs2000": CoordType.WGS84,
    "国家2000": CoordType.WGS84,
    "天地图": CoordType.WGS84,
    "gcj02": CoordType.GCJ02,
    "火星": CoordType.GCJ02,
    "高德": CoordType.GCJ02,
    "腾讯": CoordType.GCJ02,
    "bd09": CoordType.BD09,
    "百度": CoordType.BD09,
}
_TIME_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H", "%Y-%m-%d")
_PHONE = re.compile(r"\+?\d{7,14}")
_ARMOUR = re.compile(r"^'(?=[=+\-@])")
"""The apostrophe that our error file puts before what a spreadsheet would run."""


class RowError(Exception):
    """A row cannot be imported; the message is the Chinese reason."""


@dataclass(frozen=True, slots=True)
class Point:
    """Degrees in ``system``."""

    lat: float
    lng: float
    system: CoordType


@dataclass(frozen=True, slots=True)
class Entry:
    """One row, understood. ``at`` is aware UTC or unknown, ``point`` may be missing."""

    line: int
    key: str
    text: str
    at: datetime | None
    point: Point | None
    address: str
    phone: str
    kind: ReportKind


def guess_mapping(headers: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Return field → header: what the operator gave, then what the headers suggest.

    A title alone is a text. Raises ``RowError`` for a given header that is not there.
    """
    missing = [name for name in given.values() if name not in headers]
    if missing:
        raise RowError(f"文件里没有这一列：{'、'.join(missing)}")
    mapping = dict(given)
    plain = {name.strip().lower(): name for name in reversed(headers) if name}
    for field, guesses in GUESSES.items():
        found = next((plain[guess] for guess in guesses if guess in plain), None)
        if field not in mapping and found is not None and found not in mapping.values():
            mapping[field] = found
    if "text" not in mapping and "title" in mapping:
        mapping["text"] = mapping.pop("title")
    return mapping


def read_entry(
    row: RawRow, mapping: Mapping[str, str], *, system: CoordType, now: datetime
) -> Entry:
    """Understand a row; raises ``RowError``. ``system`` is used where the row names none."""
    if row.fault:
        raise RowError(row.fault)
    cells = {field: _cell(row.values.get(header)) for field, header in mapping.items()}
    text = _text(cells)
    at = _moment(row.values.get(mapping.get("time", "")), now=now)
    address = _line(cells.get("address", ""))[:MAX_ADDRESS]
    return Entry(
        line=row.line,
        key=_key(cells.get("id", ""), text, at, address),
        text=text,
        at=at,
        point=_point(cells, system),
        address=address,
        phone=_phone(cells.get("phone", "")),
        kind=next(
            (kind for word, kind in _KINDS.items() if word in cells.get("kind", "")),
            ReportKind.PROBLEM,
        ),
    )


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # Excel keeps a telephone number as 13800000000.0
    return _ARMOUR.sub("", clean_text(str(value)))


def _line(text: str) -> str:
    return " ".join(text.split())


def _text(cells: Mapping[str, str]) -> str:
    title, body = cells.get("title", ""), cells.get("text", "")
    text = body if not title or title in body else f"{title}\n{body}".strip()
    if not text:
        raise RowError("没有诉求内容")
    if len(text) > MAX_TEXT:
        raise RowError(f"诉求内容超过 {MAX_TEXT} 字")
    return text


def _key(given: str, text: str, at: datetime | None, address: str) -> str:
    """The file's own number, or, where it has none, a fingerprint of what was said, when and where."""
    if given and len(given) <= MAX_ID:
        return _line(given)
    said = given or "\x1f".join((text, at.isoformat() if at else "", address))
    return f"sha256-{hashlib.sha256(said.encode()).hexdigest()[:40]}"


def _moment(value: Any, *, now: datetime) -> datetime | None:
    at = _parsed_moment(value)
    if at is None:
        return None
    if at > now:
        raise RowError(f"受理时间在将来：{_cell(value)}")
    if at.year < _FIRST_YEAR:
        raise RowError(f"受理时间太早：{_cell(value)}")
    return at


def _parsed_moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return _aware(value)
    if isinstance(value, date):
        return _aware(datetime.combine(value, time.min))
    text = _cell(value)
    if not text:
        return None
    try:
        return _aware(datetime.fromisoformat(text))
    except ValueError:
        pass
    plain = re.sub(r"[年月/.](?=\d)", "-", text)
    plain = re.sub(r"[时点分](?=\d)", ":", re.sub(r"[日T]\s*", " ", plain)).rstrip("日时分秒 ")
    for form in _TIME_FORMATS:
        try:
            return _aware(datetime.strptime(plain, form))  # noqa: DTZ007 - the next line makes it aware
        except ValueError:
            continue
    raise RowError(f"看不懂受理时间：{text[:40]}")


def _aware(moment: datetime) -> datetime:
    """A clock without a zone hangs on a wall in the township."""
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=_TOWNSHIP_ZONE)).astimezone(UTC)
    except OverflowError:
        raise RowError("看不懂受理时间") from None


def _point(cells: Mapping[str, str], system: CoordType) -> Point | None:
    """Return the point, ``None`` where both cells are empty or 0 (how exports spell "unknown")."""
    lat, lng = (_degrees(cells.get(name, ""), name) for name in ("lat", "lng"))
    if not lat and not lng:
        return None
    if lat is None or lng is None:
        raise RowError("经度和纬度只填了一个")
    if out_of_china(lat, lng):
        raise RowError(
            "经度和纬度填反了" if not out_of_china(lng, lat) else f"位置不在国内：{lat}, {lng}"
        )
    return Point(lat, lng, _system(cells.get("coord_type", ""), system))


def _degrees(text: str, name: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise RowError(f"{'纬度' if name == 'lat' else '经度'}不是数字：{text[:20]}")
    return value


def _system(text: str, default: CoordType) -> CoordType:
    plain = re.sub(r"[-_\s]", "", text).lower()
    if not plain:
        return default
    for word, system in _SYSTEMS.items():
        if word in plain:
            return system
    raise RowError(f"不认识的坐标系：{text[:20]}")


def _phone(text: str) -> str:
    """Return digits; what is no telephone number is left out, the complaint still counts."""
    digits = re.sub(r"[-\s()（）—]", "", text)
    return digits if _PHONE.fullmatch(digits) else ""
