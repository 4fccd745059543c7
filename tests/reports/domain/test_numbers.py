import re
from datetime import UTC, datetime

import pytest

from reports.domain.numbers import new_number, normalize_number


def test_it_works() -> None:
    late = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)  # already the 25th in Shanghai
    number = new_number(now=late)
    assert re.fullmatch(r"XC261125-[0-9A-HJKMNP-TV-Z]{6}", number)
    assert normalize_number(number) == number


def test_it_does_not_repeat_itself() -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert len({new_number(now=now) for _ in range(500)}) == 500


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (" xc261124-oil0ab ", "XC261124-0110AB"),
        ("XC261124-７K3M9Q", ""),
        ("a\0b", ""),
        ("", ""),
        ("X" * 21, ""),
    ],
)
def test_it_reads_what_people_type(typed: str, meant: str) -> None:
    assert normalize_number(typed) == meant
