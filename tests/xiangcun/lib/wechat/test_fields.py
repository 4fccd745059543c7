"""Whatever a value is, the field that comes out is one WeChat takes."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest

from tests.fakes.wechat_rules import FIELD_RULES
from xiangcun.lib.wechat.fields import Value, fit_field

AT = datetime(2026, 11, 28, 2, 5, tzinfo=UTC)
FAMILY = "👨\u200d👩\u200d👧"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("thing1", "暴露垃圾", "暴露垃圾"),
        ("thing1", "村" * 20, "村" * 20),
        ("thing1", "村" * 21, "村" * 19 + "…"),
        ("thing1", "第一行\n第二行", "第一行 第二行"),
        ("thing1", "看 https://evil.example/x 吧", "看 [链接] 吧"),
        ("thing1", "", "无"),
        ("thing1", "\u200b", "无"),
        ("thing12", 7, "7"),
        ("thing1", "🙂" * 12, "🙂" * 9 + "…"),
        ("thing1", "垃" * 13 + FAMILY, "垃" * 13 + "👨\u200d👩…"),
        ("phrase2", "待评价（请尽快）", "待评价请尽"),
        ("phrase2", "OK", "无"),
        ("name3", "欧阳" * 6, "欧阳" * 5),
        ("name3", "Zhang San " * 3, "Zhang San Zhang San"),
        ("character_string4", "XC261124-000001 村", "XC261124-000001"),
        ("character_string4", "村", "-"),
        ("character_string4", "x" * 40, "x" * 32),
        ("number5", "约 3.5 天", "3.5"),
        ("number5", 12, "12"),
        ("number5", "无", "0"),
        ("letter6", "a1村b", "ab"),
        ("symbol7", "！！村a", "！！"),
        ("amount8", "¥100.00元", "¥100.00元"),
        ("phone_number9", "0571-8888 8888转1", "0571-8888 88881"),
        ("car_number10", "浙A 12345", "浙A12345"),
        ("time11", AT, "2026年11月28日 10:05"),
        ("time11", date(2026, 12, 3), "2026年12月3日"),
        ("time11", "15:01", "15:01"),
        ("date12", AT, "2026年11月28日"),
        ("date12", date(2026, 12, 3), "2026年12月3日"),
        ("enum13", "OPEN", "OPEN"),
        ("unknown1", "村" * 30, "村" * 19 + "…"),
        ("1", "村", "村"),
    ],
)
def test_it_works(name: str, value: Value, expected: str) -> None:
    fitted = fit_field(name, value)
    assert fitted == expected
    rule = FIELD_RULES.get(name.rstrip("0123456789"))
    assert rule is None or re.fullmatch(rule, fitted)
