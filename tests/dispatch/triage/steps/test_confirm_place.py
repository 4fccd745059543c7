from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.models import Department
from dispatch.triage.context import PlaceDoubt, TriageContext
from dispatch.triage.reference import Duty
from dispatch.triage.steps import confirm_place
from reports.models import Grid
from tests.dispatch.triage.shipped import context, reference

QIANFENG, SANFENG = "330114007201", "330114007202"


def grid(village: str) -> Grid:
    return Grid(code=f"{village}001", village_code=village, village_name="")


def doubted(code: str, *, distance_m: int = 500) -> TriageContext:
    doubt = PlaceDoubt(
        name="前峰村",
        kind="village",
        source="text",
        distance_m=distance_m,
        grid=grid(QIANFENG),
        likely="unsure",
        flag="文字提到“前峰村”，但位置在“三丰村”（相距约 500 米）",
    )
    category = reference().categories[code]
    return replace(context("x"), grid=grid(SANFENG), category=category, doubt=doubt)


def village_duty_code() -> str:
    return next(code for code, duty in reference().duties.items() if duty.lead.code == "village")


def street_duty_code() -> str:
    return next(
        code
        for code, duty in reference().duties.items()
        if "village" not in {row.code for row in (duty.lead, *duty.assisting)}
    )


def test_it_works() -> None:
    result = confirm_place.run(context("x"), reference())
    assert result.ok
    assert result.reason == "文字与位置没有矛盾"


def test_a_village_matter_is_held() -> None:
    result = confirm_place.run(doubted(village_duty_code()), reference())
    assert not result.ok
    assert result.data["routing_differs"]
    assert "请核实地点" in result.reason


def test_an_assisting_village_counts_too() -> None:
    code = street_duty_code()
    village = Department(code="village", name="属地村")
    duty = Duty(reference().duties[code].lead, (village,))
    changed = replace(reference(), duties={**reference().duties, code: duty})
    assert not confirm_place.run(doubted(code), changed).ok


def test_what_the_street_does_anyway_goes_out_with_the_flag() -> None:
    result = confirm_place.run(doubted(street_duty_code()), reference())
    assert result.ok
    assert result.data == {"routing_differs": False, "far": False}
    assert "文字提到" in result.reason


def test_nobody_is_sent_far_to_the_wrong_place() -> None:
    result = confirm_place.run(doubted(street_duty_code(), distance_m=1800), reference())
    assert not result.ok
    assert result.data["far"]


@pytest.mark.parametrize("missing", ["category", "grid"])
def test_it_handles_what_is_not_known(missing: str) -> None:
    assert confirm_place.run(replace(doubted("0401"), **{missing: None}), reference()).ok  # type: ignore[arg-type]
