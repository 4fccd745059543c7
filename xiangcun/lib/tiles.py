"""Which map tiles the staff's map may load, from the environment; none is a good answer.

Points are drawn where they are in WGS-84, so only tiles in WGS-84 or CGCS2000 (which agree within a
metre here) are right. GCJ-02 and BD-09 tiles would show every case hundreds of metres off: the hosts
that are known to serve them are refused rather than shifted.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from xiangcun.lib.env import env_str

TIANDITU_HOSTS = "01234567"
TIANDITU_ATTRIBUTION = "© 国家地理信息公共服务平台 天地图"
_SHIFTED = (
    "autonavi.com",
    "amap.com",
    "gtimg.com",
    "qq.com",
    "bdimg.com",
    "baidu.com",
    "google.cn",
)


@dataclass(frozen=True, slots=True)
class TileLayer:
    """One layer as Leaflet wants it."""

    url: str
    subdomains: str
    attribution: str
    max_zoom: int = 18


def configured_layers() -> tuple[TileLayer, ...]:
    """Return the layers that the environment asks for."""
    return tile_layers(
        url=env_str("MAP_TILE_URL"),
        attribution=env_str("MAP_TILE_ATTRIBUTION"),
        tianditu_key=env_str("TIANDITU_KEY"),
    )


def tile_layers(*, url: str, attribution: str, tianditu_key: str) -> tuple[TileLayer, ...]:
    """Return the layers, lowest first; raises ``ImproperlyConfigured`` for what cannot be right."""
    if url and tianditu_key:
        raise ImproperlyConfigured("MAP_TILE_URL and TIANDITU_KEY: set one of them")
    if tianditu_key:
        if not tianditu_key.isalnum():
            raise ImproperlyConfigured("TIANDITU_KEY: letters and digits only")
        return tuple(_tianditu(name, tianditu_key) for name in ("vec", "cva"))
    if not url:
        return ()
    _check(url)
    return (TileLayer(url, "abc", attribution),)


def tile_origins(layers: tuple[TileLayer, ...]) -> tuple[str, ...]:
    """Return the origins that a content security policy must let images come from."""
    origins: list[str] = []
    for layer in layers:
        for name in layer.subdomains if "{s}" in layer.url else "-":
            parts = urlsplit(layer.url.replace("{s}", name))
            if parts.netloc:
                origins.append(f"{parts.scheme}://{parts.netloc}")
    return tuple(dict.fromkeys(origins))


def _tianditu(name: str, key: str) -> TileLayer:
    query = (
        f"SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={name}&STYLE=default&TILEMATRIXSET=w"
        f"&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
    )
    url = f"https://t{{s}}.tianditu.gov.cn/{name}_w/wmts?{query}"
    return TileLayer(url, TIANDITU_HOSTS, TIANDITU_ATTRIBUTION)


def _check(url: str) -> None:
    parts = urlsplit(url)
    local = url.startswith("/") and not url.startswith("//")
    if not local and (parts.scheme not in {"http", "https"} or not parts.netloc):
        raise ImproperlyConfigured("MAP_TILE_URL: http(s)://… or a path of this server")
    if any(mark in parts.netloc for mark in "\"' ;,"):
        raise ImproperlyConfigured("MAP_TILE_URL: not a host")
    if not all(mark in url for mark in ("{z}", "{x}", "{y}")):
        raise ImproperlyConfigured("MAP_TILE_URL: needs {z}, {x} and {y}")
    host = parts.netloc.partition(":")[0].lower()
    if any(host == shifted or host.endswith(f".{shifted}") for shifted in _SHIFTED):
        raise ImproperlyConfigured(
            f"MAP_TILE_URL: {host} serves GCJ-02 or BD-09 tiles; only WGS-84 or CGCS2000 tiles fit"
        )
