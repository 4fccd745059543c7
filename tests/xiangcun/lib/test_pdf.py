"""The typeface: what it has, what it lacks, and what happens without it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from reportlab.pdfbase import pdfmetrics

from xiangcun.lib.errors import FontMissingError
from xiangcun.lib.pdf import FILES, drawable, register_fonts

FOLDER = settings.NODE_MODULES / "@expo-google-fonts/noto-sans-sc"


@pytest.fixture(autouse=True)
def _fonts() -> None:
    register_fonts(FOLDER)


def test_it_has_every_character_of_gbk() -> None:
    missing: set[str] = set()
    text = "".join(
        char
        for high in range(0x81, 0xFF)
        for low in range(0x40, 0xFF)
        for char in bytes([high, low]).decode("gbk", errors="ignore")
        if "一" <= char <= "鿿"
    )
    assert len(text) > 20_000
    assert drawable(text, missing=missing) == text
    assert not missing


def test_rare_characters_of_names_are_there() -> None:
    missing: set[str] = set()
    assert drawable("龘㙍朤喆堃甪翀禤〓", missing=missing) == "龘㙍朤喆堃甪翀禤〓"
    assert not missing


def test_what_is_missing_is_marked_and_told() -> None:
    missing: set[str] = set()
    assert drawable("姓𠮷，😀\n好", missing=missing) == "姓〓，〓\n好"
    assert missing == {"𠮷", "😀"}


def test_what_nobody_sees_is_dropped() -> None:
    missing: set[str] = set()
    assert drawable("a\u200bb\ufe0f\x00c", missing=missing) == "abc"
    assert not missing


def test_without_the_package_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdfmetrics, "_fonts", {})
    with pytest.raises(FontMissingError) as caught:
        register_fonts(tmp_path)
    assert caught.value.status == 503
    assert "没有安装打印字体" in caught.value.message


def test_the_licence_lies_beside_the_typeface() -> None:
    assert all((FOLDER / name).is_file() for name in FILES.values())
    assert "SIL OPEN FONT LICENSE" in (FOLDER / "LICENSE_FONT").read_text(encoding="utf-8")
