"""From properties to codes and names: columns are guessed by their usual names, or named by a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reports.domain.gridfiles.faults import FaultCode, FaultList
from reports.domain.gridfiles.reading import RawFeature
from reports.models import Grid, Landmark

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "grid_code", "gridcode", "网格编码", "网格代码", "网格编号", "编码", "代码", "wgbm", "wgdm"),
    "name": ("name", "grid_name", "gridname", "网格名称", "网格名", "地标名称", "名称", "wgmc"),
    "village_code": ("village_code", "村社编码", "村编码", "社区编码", "所属村编码", "cbm", "sqbm"),
    "village_name": (
        "village_name", "village", "村社", "村社名称", "村名", "村", "社区", "社区名称", "所属村社", "所属村", "所属社区",
        "cmc", "sqmc",
    ),
    "households": ("households", "户数", "hs"),
    "population": ("population", "常住人口", "人口", "人口数", "rks"),
    "aliases": ("aliases", "alias", "别名", "俗称"),
    "radius_m": ("radius_m", "radius", "半径", "范围半径"),
}  # fmt: skip
"""Our field -> the headings people use, compared without case; the first that is there counts."""
_CODE = re.compile(r"\d{15}")
_VILLAGE_DIGITS, _STREET_DIGITS = 12, 9
_SEPARATORS = re.compile(r"[,，、;；/|]+")
_MOST_HOUSEHOLDS = 100_000
_MOST_PEOPLE = 500_000
_MOST_DIGITS = 10
_MOST_ALIASES = 20
NAME_LENGTH = Grid._meta.get_field("name").max_length or 0  # noqa: SLF001 - documented API
VILLAGE_NAME_LENGTH = Grid._meta.get_field("village_name").max_length or 0  # noqa: SLF001
LANDMARK_NAME_LENGTH = Landmark._meta.get_field("name").max_length or 0  # noqa: SLF001


@dataclass(frozen=True, slots=True)
class GridRecord:
    """What a polygon's properties say."""

    index: int
    code: str
    name: str
    village_code: str
    village_name: str
    households: int | None = None
    population: int | None = None


@dataclass(frozen=True, slots=True)
class LandmarkRecord:
    """What a point's properties say."""

    index: int
    name: str
    aliases: tuple[str, ...] = ()
    radius_m: int | None = None


@dataclass(slots=True)
class RecordReader:
    """Reads properties; ``columns`` names headings that differ, ``village_names`` those known so far."""

    faults: FaultList
    columns: Mapping[str, str] = field(default_factory=dict)
    village_names: Mapping[str, str] = field(default_factory=dict)

    def check_columns(self, features: Sequence[RawFeature]) -> None:
        """Refuse a heading that no feature has: a typing error would import nothing but faults."""
        present = {str(key) for feature in features for key in feature.properties}
        for column in filter(None, self.columns.values()):
            if column not in present:
                shown = "、".join(sorted(present)[:12]) or "没有任何属性"
                message = f"文件里没有“{column}”这一列，现有：{shown}"
                self.faults.add(FaultCode.FIELD_UNKNOWN, message)

    def read_grids(self, features: Iterable[RawFeature]) -> list[GridRecord]:
        """Return a record for each polygon whose properties are right; note what is not."""
        names = dict(self.village_names)
        for feature in features:
            code, name = self._text(feature, "code"), self._text(feature, "village_name")
            if name:
                names.setdefault(code[:_VILLAGE_DIGITS], name)
        found = [self._grid(feature, names) for feature in features]
        records = [record for record in found if record is not None]
        self._check_streets(records)
        return self._unique(records)

    def read_landmarks(self, features: Iterable[RawFeature]) -> list[LandmarkRecord]:
        """Return a record for each landmark whose properties are right."""
        records: dict[str, LandmarkRecord] = {}
        for feature in features:
            name = self._text(feature, "name")
            if not self._check_name(feature, name, LANDMARK_NAME_LENGTH):
                continue
            if name in records:
                message = f"第 {feature.index + 1} 个要素的地标“{name}”重复"
                self.faults.add(FaultCode.NAME_DUPLICATE, message, feature.index)
                continue
            low, high = Landmark.MIN_RADIUS_M, Landmark.MAX_RADIUS_M
            radius = self._number(feature, "radius_m", low=low, high=high)
            records[name] = LandmarkRecord(feature.index, name, self._aliases(feature), radius)
        return list(records.values())

    def _grid(self, feature: RawFeature, names: Mapping[str, str]) -> GridRecord | None:
        before = self.faults.error_count
        code, name = self._text(feature, "code"), self._text(feature, "name")
        village = code[:_VILLAGE_DIGITS]
        known = self._check_code(feature, code)
        self._check_name(feature, name, NAME_LENGTH)
        village_name = self._village_name(feature, village, names) if known else ""
        households = self._number(feature, "households", low=0, high=_MOST_HOUSEHOLDS)
        people = self._number(feature, "population", low=0, high=_MOST_PEOPLE)
        if self.faults.error_count > before:
            return None
        return GridRecord(feature.index, code, name, village, village_name, households, people)

    def _check_code(self, feature: RawFeature, code: str) -> bool:
        """Whether the code says which village it is."""
        where = f"第 {feature.index + 1} 个要素"
        village = self._text(feature, "village_code")
        if not code:
            message = "没有网格编码（15 位数字，前 12 位是村社编码）"
            self.faults.add_alike(FaultCode.CODE_MISSING, message, feature.index)
            return False
        if not _CODE.fullmatch(code) or not code.isascii():
            message = f"{where}的网格编码“{code[:30]}”不是 15 位数字"
            self.faults.add(FaultCode.CODE_INVALID, message, feature.index)
            return False
        if village and village != code[:_VILLAGE_DIGITS]:
            message = f"{where}的村社编码“{village[:30]}”与网格编码 {code} 的前 12 位不一致"
            self.faults.add(FaultCode.VILLAGE_CODE_MISMATCH, message, feature.index)
        return True

    def _check_name(self, feature: RawFeature, name: str, most: int) -> bool:
        where = f"第 {feature.index + 1} 个要素"
        if not name:
            self.faults.add_alike(FaultCode.NAME_MISSING, "没有名称", feature.index)
        elif len(name) > most:
            message = f"{where}的名称有 {len(name)} 字，超过 {most} 字"
            self.faults.add(FaultCode.NAME_TOO_LONG, message, feature.index)
        return 0 < len(name) <= most

    def _village_name(self, feature: RawFeature, village: str, names: Mapping[str, str]) -> str:
        own = self._text(feature, "village_name")
        name = own or names.get(village, "")
        if not name:
            message = f"没有村社名称，现有网格里也没有编码为 {village} 的村社"
            self.faults.add_alike(FaultCode.VILLAGE_NAME_MISSING, message, feature.index)
        elif len(name) > VILLAGE_NAME_LENGTH:
            message = f"第 {feature.index + 1} 个要素的村社名称超过 {VILLAGE_NAME_LENGTH} 字"
            self.faults.add(FaultCode.NAME_TOO_LONG, message, feature.index)
        elif own and own != names.get(village, own):
            message = f"村社编码 {village} 有不同的名称：“{names[village]}”和“{own}”"
            self.faults.add_alike(FaultCode.VILLAGE_NAME_DIFFERS, message, feature.index)
        return name

    def _number(self, feature: RawFeature, column: str, *, low: int, high: int) -> int | None:
        text = self._text(feature, column)
        if not text:
            return None
        if not (
            text.isascii()
            and text.isdigit()
            and len(text) < _MOST_DIGITS
            and low <= int(text) <= high
        ):
            heading = {"households": "户数", "population": "常住人口", "radius_m": "半径（米）"}[
                column
            ]
            message = (
                f"第 {feature.index + 1} 个要素的{heading}“{text[:20]}”应是 {low} 到 {high} 的整数"
            )
            self.faults.add(FaultCode.NUMBER_INVALID, message, feature.index)
            return None
        return int(text)

    def _aliases(self, feature: RawFeature) -> tuple[str, ...]:
        value = self._value(feature, "aliases")
        parts = value if isinstance(value, list) else _SEPARATORS.split(_as_text(value))
        names = dict.fromkeys(name for part in parts if (name := _as_text(part)))
        return tuple(name for name in names if len(name) <= LANDMARK_NAME_LENGTH)[:_MOST_ALIASES]

    def _text(self, feature: RawFeature, column: str) -> str:
        return _as_text(self._value(feature, column))

    def _value(self, feature: RawFeature, column: str) -> Any:
        named = self.columns.get(column)
        if named:
            return feature.properties.get(named)
        by_heading = {str(key).strip().lower(): value for key, value in feature.properties.items()}
        return next((by_heading[key] for key in COLUMNS[column] if key in by_heading), None)

    def _unique(self, records: list[GridRecord]) -> list[GridRecord]:
        first: dict[str, GridRecord] = {}
        for record in records:
            known = first.setdefault(record.code, record)
            if known is not record:
                message = f"第 {known.index + 1} 个和第 {record.index + 1} 个要素的网格编码相同：{record.code}"
                self.faults.add(FaultCode.CODE_DUPLICATE, message, known.index, record.index)
        return list(first.values())

    def _check_streets(self, records: Sequence[GridRecord]) -> None:
        streets = sorted({record.code[:_STREET_DIGITS] for record in records})
        if len(streets) > 1:
            message = (
                f"文件里有 {len(streets)} 个街道（乡镇）的网格：{'、'.join(streets[:5])}，请确认"
            )
            self.faults.add(FaultCode.MIXED_STREETS, message)


def _as_text(value: Any) -> str:
    """Return a property as text; spreadsheets turn a code of 15 digits into a number."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is None or isinstance(value, bool | dict | list):
        return ""
    return " ".join(str(value).replace("\x00", "").split())
