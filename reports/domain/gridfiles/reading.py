"""From bytes to features: size, encoding, JSON, FeatureCollection, coordinate reference system."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.domain.gridfiles.faults import FaultCode, FaultList

MAX_BYTES = 10 * 1024 * 1024
MAX_FEATURES = 5_000
MAX_VERTICES = 200_000
MAX_FEATURE_VERTICES = 20_000
_KNOWN_CRS = (
    "CRS84",
    "EPSG:4326",
    "EPSG::4326",
    "EPSG:4490",
    "EPSG::4490",
    "CGCS2000",
    "WGS84",
    "WGS 84",
)
_CRS_LENGTH = 60


@dataclass(frozen=True, slots=True)
class RawFeature:
    """A feature as it stands in the file; ``index`` counts from 0."""

    index: int
    properties: Mapping[str, Any]
    geometry: Mapping[str, Any]


def read_features(data: bytes, faults: FaultList) -> list[RawFeature]:
    """Return the features, none when the file as a whole is unusable."""
    if len(data) > MAX_BYTES:
        size = len(data) / 1024 / 1024
        faults.add(
            FaultCode.FILE_TOO_LARGE, f"文件 {size:.1f} MB，超过 10 MB，请简化边界或分村导入"
        )
        return []
    collection = _parse(data, faults)
    if collection is None:
        return []
    _check_crs(collection, faults)
    rows = collection["features"]
    if not rows:
        faults.add(FaultCode.NO_FEATURES, "文件里没有任何要素")
    elif len(rows) > MAX_FEATURES:
        message = f"文件有 {len(rows)} 个要素，超过 {MAX_FEATURES} 个，请分批导入"
        faults.add(FaultCode.TOO_MANY_FEATURES, message)
        return []
    features = [_feature(index, row) for index, row in enumerate(rows)]
    return features if _count_vertices(features, faults) else []


def _parse(data: bytes, faults: FaultList) -> dict[str, Any] | None:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
        faults.add(FaultCode.NOT_UTF8, "文件不是 UTF-8 编码，已按 GBK 读取，请核对名称有无乱码")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        faults.add(FaultCode.NOT_JSON, "文件不是有效的 JSON，请用 QGIS 等软件导出 GeoJSON 后上传")
        return None
    is_collection = isinstance(found, dict) and found.get("type") == "FeatureCollection"
    if not is_collection or not isinstance(found.get("features"), list):
        message = "文件不是 GeoJSON 的 FeatureCollection（要素集合），请导出整个图层"
        faults.add(FaultCode.NOT_GEOJSON, message)
        return None
    collection: dict[str, Any] = found
    return collection


def _check_crs(collection: Mapping[str, Any], faults: FaultList) -> None:
    """Accept WGS-84 and CGCS2000, which agree to a few centimetres; name any other system."""
    crs = collection.get("crs")
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else {"name": crs}
    name = str(properties.get("name") or "") if isinstance(properties, dict) else ""
    if not any(name.upper().endswith(known) for known in _KNOWN_CRS):
        shown = name[:_CRS_LENGTH] or "未写明"
        message = f"坐标参考系是“{shown}”，只接受 WGS-84 或 CGCS2000 经纬度，请转换后再导出"
        faults.add(FaultCode.CRS_UNSUPPORTED, message)


def _feature(index: int, row: Any) -> RawFeature:
    """Take what is there; what is missing is found by the checks of the parts."""
    row = row if isinstance(row, dict) else {}
    properties, geometry = row.get("properties"), row.get("geometry")
    return RawFeature(
        index,
        properties if isinstance(properties, dict) else {},
        geometry if isinstance(geometry, dict) else {},
    )


def _count_vertices(features: Sequence[RawFeature], faults: FaultList) -> bool:
    """Refuse what would take minutes to check."""
    counts = [_vertices(feature.geometry.get("coordinates")) for feature in features]
    for feature, count in zip(features, counts, strict=True):
        if count > MAX_FEATURE_VERTICES:
            message = f"第 {feature.index + 1} 个要素有 {count} 个顶点，超过 {MAX_FEATURE_VERTICES} 个，请先简化边界"
            faults.add(FaultCode.TOO_MANY_VERTICES, message, feature.index)
    total = sum(counts)
    if total > MAX_VERTICES:
        message = f"全部边界共 {total} 个顶点，超过 {MAX_VERTICES} 个，请先简化边界"
        faults.add(FaultCode.TOO_MANY_VERTICES, message)
    return total <= MAX_VERTICES and max(counts, default=0) <= MAX_FEATURE_VERTICES


def _vertices(coordinates: Any) -> int:
    """Count positions at any depth, without recursion: the depth is the file's."""
    count, waiting = 0, [coordinates]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            if part and not isinstance(part[0], list):
                count += 1
            else:
                waiting.extend(part)
    return count
