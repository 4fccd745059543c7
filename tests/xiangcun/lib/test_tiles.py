from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from xiangcun.lib.tiles import tile_layers, tile_origins


def layers(url: str = "", attribution: str = "", key: str = "") -> list[str]:
    return [row.url for row in tile_layers(url=url, attribution=attribution, tianditu_key=key)]


def test_there_are_none_by_default() -> None:
    assert layers() == []
    assert tile_origins(()) == ()


def test_tianditu_is_streets_and_names_from_eight_hosts() -> None:
    found = tile_layers(url="", attribution="", tianditu_key="abc123")
    assert ["LAYER=vec" in found[0].url, "LAYER=cva" in found[1].url] == [True, True]
    assert "tk=abc123" in found[0].url
    assert "天地图" in found[0].attribution
    assert tile_origins(found) == tuple(f"https://t{n}.tianditu.gov.cn" for n in range(8))


def test_a_server_of_ones_own() -> None:
    found = tile_layers(
        url="https://{s}.tiles.example/{z}/{x}/{y}.png", attribution="© 例", tianditu_key=""
    )
    assert tile_origins(found) == tuple(f"https://{n}.tiles.example" for n in "abc")
    local = tile_layers(url="/tiles/{z}/{x}/{y}.png", attribution="", tianditu_key="")
    assert tile_origins(local) == ()


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://webrd01.is.autonavi.com/{z}/{x}/{y}", ""),
        ("https://rt0.map.gtimg.com/{z}/{x}/{y}", ""),
        ("https://tiles.example/{z}/{x}", ""),
        ("//tiles.example/{z}/{x}/{y}", ""),
        ("javascript:{z}{x}{y}", ""),
        ("https://a.example 'unsafe'/{z}/{x}/{y}", ""),
        ("https://tiles.example/{z}/{x}/{y}", "abc"),
        ("", "abc&x=1"),
    ],
)
def test_it_refuses_what_cannot_be_right(url: str, key: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        layers(url, key=key)
