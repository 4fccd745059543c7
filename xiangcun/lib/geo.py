"""Points on the ground: the three coordinate systems of Chinese maps, distances, public rounding.

Every latitude and longitude is a ``float`` in decimal degrees, latitude first; every length is in
metres. WGS-84 (a phone's GPS, 天地图) is the canonical system. GCJ-02 (Tencent, 高德,
``wx.chooseLocation``) is shifted by some 500 m, BD-09 (Baidu) by about 900 m more. The formulas of
the shift are the public ones; the inverse is a fixed-point iteration, wrong by under a millimetre.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius (IUGG), metres."""

_AXIS_M = 6_378_245.0
_ECCENTRICITY_SQ = 0.00669342162296594323
_INVERSE_STEPS = 5
_BAIDU_PI = math.pi * 3000.0 / 180.0

PUBLIC_DECIMALS = 3
"""A thousandth of a degree: 111 m north to south, about 96 m east to west at 30° N."""


class CoordType(StrEnum):
    """The coordinate system a client says its point is in."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


class BoundingBox(NamedTuple):
    """A rectangle in degrees, the edges belong to it."""

    south: float
    west: float
    north: float
    east: float


class ShiftHint(StrEnum):
    """Why a point may have landed outside: its system was declared wrongly."""

    SENT_GCJ02_AS_WGS84 = "sent_gcj02_as_wgs84"
    SENT_WGS84_AS_GCJ02 = "sent_wgs84_as_gcj02"


def out_of_china(lat: float, lng: float) -> bool:
    """Whether the shift does not apply here (a rectangle, as in every published implementation)."""
    return not (0.8293 <= lat <= 55.8271 and 72.004 <= lng <= 137.8347)


def _ripple(angle: float) -> float:
    """Return the term both offsets share; ``angle`` in degrees east of 105° E."""
    return 20.0 * math.sin(6.0 * math.pi * angle) + 20.0 * math.sin(2.0 * math.pi * angle)


def _gcj02_offset(lat: float, lng: float) -> tuple[float, float]:
    """Return the shift (degrees of latitude, degrees of longitude) at a WGS-84 point."""
    x, y = lng - 105.0, lat - 35.0
    root = math.sqrt(abs(x))
    pi = math.pi
    p = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    p += (_ripple(x) + 20.0 * math.sin(y * pi) + 40.0 * math.sin(y / 3.0 * pi)) * 2.0 / 3.0
    p += (160.0 * math.sin(y / 12.0 * pi) + 320.0 * math.sin(y * pi / 30.0)) * 2.0 / 3.0
    q = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    q += (_ripple(x) + 20.0 * math.sin(x * pi) + 40.0 * math.sin(x / 3.0 * pi)) * 2.0 / 3.0
    q += (150.0 * math.sin(x / 12.0 * pi) + 300.0 * math.sin(x / 30.0 * pi)) * 2.0 / 3.0
    phi = math.radians(lat)
    m = 1.0 - _ECCENTRICITY_SQ * math.sin(phi) ** 2
    root_m = math.sqrt(m)
    d_lat = math.degrees(p * m * root_m / (_AXIS_M * (1.0 - _ECCENTRICITY_SQ)))
    d_lng = math.degrees(q * root_m / (_AXIS_M * math.cos(phi)))
    return d_lat, d_lng


def _wgs84_to_gcj02(lat: float, lng: float) -> tuple[float, float]:
    if out_of_china(lat, lng):
        return lat, lng
    d_lat, d_lng = _gcj02_offset(lat, lng)
    return lat + d_lat, lng + d_lng


def _gcj02_to_wgs84(lat: float, lng: float) -> tuple[float, float]:
    """Undo the shift: each step shrinks the error some 300 times, five leave nothing to see."""
    if out_of_china(lat, lng):
        return lat, lng
    guess_lat, guess_lng = lat, lng
    for _ in range(_INVERSE_STEPS):
        d_lat, d_lng = _gcj02_offset(guess_lat, guess_lng)
        guess_lat, guess_lng = lat - d_lat, lng - d_lng
    return guess_lat, guess_lng


def _gcj02_to_bd09(lat: float, lng: float) -> tuple[float, float]:
    if out_of_china(lat, lng):
        return lat, lng
    radius = math.hypot(lng, lat) + 0.00002 * math.sin(lat * _BAIDU_PI)
    theta = math.atan2(lat, lng) + 0.000003 * math.cos(lng * _BAIDU_PI)
    return radius * math.sin(theta) + 0.006, radius * math.cos(theta) + 0.0065


def _bd09_to_gcj02(lat: float, lng: float) -> tuple[float, float]:
    """Undo Baidu's shift by the same fixed point; the published one-step inverse is metres off."""
    if out_of_china(lat, lng):
        return lat, lng
    guess_lat, guess_lng = lat - 0.006, lng - 0.0065
    for _ in range(_INVERSE_STEPS):
        there_lat, there_lng = _gcj02_to_bd09(guess_lat, guess_lng)
        guess_lat, guess_lng = guess_lat - (there_lat - lat), guess_lng - (there_lng - lng)
    return guess_lat, guess_lng


def to_wgs84(lat: float, lng: float, coord_type: CoordType | str) -> tuple[float, float]:
    """Convert a point to WGS-84; ``ValueError`` for an unknown ``coord_type``."""
    kind = CoordType(coord_type)
    if kind is CoordType.WGS84:
        return lat, lng
    if kind is CoordType.BD09:
        lat, lng = _bd09_to_gcj02(lat, lng)
    return _gcj02_to_wgs84(lat, lng)


def from_wgs84(lat: float, lng: float, coord_type: CoordType | str) -> tuple[float, float]:
    """Convert a WGS-84 point to ``coord_type``; ``ValueError`` for an unknown one."""
    kind = CoordType(coord_type)
    if kind is CoordType.WGS84:
        return lat, lng
    lat, lng = _wgs84_to_gcj02(lat, lng)
    return _gcj02_to_bd09(lat, lng) if kind is CoordType.BD09 else (lat, lng)


def distance_m(lat1: float, lng1: float, lat2: float, lng2: float) -> float:
    """Great-circle distance in metres (haversine; wrong by at most 0.6 % of the ellipsoid's)."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    d_phi, d_lambda = phi2 - phi1, math.radians(lng2 - lng1)
    chord = math.sin(d_phi / 2) ** 2 + math.cos(phi1) * math.cos(phi2) * math.sin(d_lambda / 2) ** 2
    return 2.0 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, chord)))


def bounding_box(lat: float, lng: float, radius_m: float) -> BoundingBox:
    """Return the smallest rectangle around the circle; for an index search before ``distance_m``.

    Near a pole, or where the circle would cross the date line, the rectangle spans every longitude.
    """
    angle = radius_m / EARTH_RADIUS_M
    south, north = lat - math.degrees(angle), lat + math.degrees(angle)
    if south <= -90.0 or north >= 90.0:
        return BoundingBox(max(south, -90.0), -180.0, min(north, 90.0), 180.0)
    d_lng = math.degrees(math.asin(min(1.0, math.sin(angle) / math.cos(math.radians(lat)))))
    if lng - d_lng < -180.0 or lng + d_lng > 180.0:
        return BoundingBox(south, -180.0, north, 180.0)
    return BoundingBox(south, lng - d_lng, north, lng + d_lng)


def round_public(lat: float, lng: float) -> tuple[float, float]:
    """Blur a point to about 100 m for publication: a house cannot be told from its neighbours."""
    return round(lat, PUBLIC_DECIMALS), round(lng, PUBLIC_DECIMALS)


def double_shift_hint(
    lat: float, lng: float, contains: Callable[[float, float], bool]
) -> ShiftHint | None:
    """Explain a WGS-84 point outside the township, if a wrongly declared system explains it.

    ``contains(lat, lng)`` tells whether a WGS-84 point is inside. ``SENT_GCJ02_AS_WGS84``: one more
    inverse shift lands inside. ``SENT_WGS84_AS_GCJ02``: one less does, the point was fine as it
    came. ``None``: inside already, or no shift explains it.
    """
    if contains(lat, lng):
        return None
    if contains(*_gcj02_to_wgs84(lat, lng)):
        return ShiftHint.SENT_GCJ02_AS_WGS84
    if contains(*_wgs84_to_gcj02(lat, lng)):
        return ShiftHint.SENT_WGS84_AS_GCJ02
    return None
