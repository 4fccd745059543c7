from __future__ import annotations

import pytest

from dispatch.triage.placecheck import MANY_VILLAGES, distance_text
from dispatch.triage.steps import locate
from tests.dispatch.triage.place_phrases import FLAGGED, LINJIANG, QIANFENG, QUIET, SANFENG
from tests.dispatch.triage.shipped import context, reference

Point = tuple[float, float]


def doubted(text: str, point: Point, **extra: object) -> str | None:
    result = locate.run(context(text, lat=point[0], lng=point[1], **extra), reference())
    doubt = result.context.doubt
    contradiction = result.data["contradiction"]
    assert (doubt is None) == (contradiction is None)
    if doubt is None:
        return None
    assert doubt.flag in result.context.location_flag
    assert doubt.flag in result.reason
    return doubt.name


def test_it_works() -> None:
    text = "前峰村村口的路灯不亮了"
    result = locate.run(context(text, lat=SANFENG[0], lng=SANFENG[1]), reference())
    assert result.ok  # whether it matters is another step's question
    flag = result.context.location_flag
    assert flag.startswith("文字提到“前峰村”，但位置在“三丰村”（相距约 ")
    assert result.data["village"] == "三丰村"
    assert result.data["named"] == [
        {
            "name": "前峰村",
            "kind": "village",
            "source": "text",
            "sense": "at",
            "distance_m": result.data["contradiction"]["distance_m"],  # type: ignore[index]
        }
    ]
    assert result.data["contradiction"]["grid"].startswith("330114007201")  # type: ignore[index]


@pytest.mark.parametrize(("text", "point", "name"), FLAGGED)
def test_a_contradiction_is_flagged(text: str, point: Point, name: str | None) -> None:
    assert doubted(text, point) == name


@pytest.mark.parametrize(("text", "point"), QUIET)
def test_what_is_no_contradiction_is_not(text: str, point: Point) -> None:
    assert doubted(text, point) is None


def test_there_are_enough_phrases() -> None:
    assert len(FLAGGED) + len(QUIET) >= 30
    assert len(QUIET) >= len(FLAGGED)
    assert MANY_VILLAGES == 3


def test_the_address_counts_when_the_text_names_nothing() -> None:
    address = "浙江省杭州市钱塘区前进街道前峰村3组12号"
    assert doubted("路灯坏了", LINJIANG, address=address) == "前峰村"
    assert doubted("路灯坏了", QIANFENG, address=address) is None
    # The text knows better than an address that was looked up from the same point.
    assert doubted("临江村的路灯坏了", QIANFENG, address=address) == "临江村"
    assert doubted("临江村的路灯坏了", LINJIANG, address=address) is None
    flag = locate.run(
        context("路灯坏了", lat=LINJIANG[0], lng=LINJIANG[1], address="前峰村委会"), reference()
    ).context.location_flag
    assert flag.startswith("地址写的是“前峰村”")


@pytest.mark.parametrize(
    ("extra", "likely"),
    [
        ({"accuracy_m": 20.0, "location_source": "gps"}, "unsure"),
        ({"accuracy_m": 1500.0, "location_source": "gps"}, "text"),
        ({"location_source": "picked"}, "unsure"),
        ({"location_source": "text"}, "text"),
    ],
)
def test_a_vague_point_makes_the_text_likely(extra: dict[str, object], likely: str) -> None:
    text = "前峰村村口的路灯不亮了"
    result = locate.run(context(text, lat=LINJIANG[0], lng=LINJIANG[1], **extra), reference())
    assert result.context.doubt is not None
    assert result.context.doubt.likely == likely
    assert ("以文字为准" in result.context.location_flag) == (likely == "text")


def test_outside_the_township_the_text_says_where() -> None:
    result = locate.run(context("前峰村路灯坏了", lat=30.5, lng=120.5), reference())
    assert not result.ok
    assert "位置在辖区外" in result.context.location_flag
    assert "文字提到“前峰村”" in result.context.location_flag


@pytest.mark.parametrize(
    ("metres", "text"), [(4.0, "0 米"), (636.0, "640 米"), (1000.0, "1.0 公里"), (1849, "1.8 公里")]
)
def test_distances_read_well(metres: float, text: str) -> None:
    assert distance_text(metres) == text
