"""PDF with Chinese: the embedded typeface, which of a text's characters it has, and page numbers.

ReportLab embeds of a TrueType file only the characters that are used, so a sheet stays small and
prints the same on a machine without Chinese fonts.
"""

from __future__ import annotations

import threading
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

from reportlab.lib import textsplit
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, paragraph

from xiangcun.lib.errors import FontMissingError

REGULAR, BOLD = "SheetRegular", "SheetBold"
FILES = {
    REGULAR: "400Regular/NotoSansSC_400Regular.ttf",
    BOLD: "700Bold/NotoSansSC_700Bold.ttf",
}
MISSING_MARK = "〓"
"""What Chinese printers have always set where a type was missing."""
LOCK = threading.Lock()
"""One document at a time: a typeface keeps state, and drawing is one core's work anyway."""
_FOOT_SIZE = 8
# ReportLab's rules of what begins no line are Japanese; a Chinese line does not begin with these either.
_BEGINS_NO_LINE = "，；：？！》”’〉…—～·％"
textsplit.ALL_CANNOT_START += _BEGINS_NO_LINE  # type: ignore[misc]  # final in the stubs only
paragraph.ALL_CANNOT_START = textsplit.ALL_CANNOT_START  # type: ignore[attr-defined]  # its own copy
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Mn"})


def register_fonts(folder: Path) -> None:
    """Load the two typefaces once a process (0.3 s); raise ``FontMissingError`` without them."""
    known = pdfmetrics.getRegisteredFontNames()
    for name, file in FILES.items():
        if name in known:
            continue
        path = folder / file
        if not path.is_file():
            raise FontMissingError(
                "font_missing", "没有安装打印字体，暂时不能生成 PDF；可以先用浏览器直接打印"
            )
        pdfmetrics.registerFont(TTFont(name, str(path)))


def drawable(text: str, *, missing: set[str]) -> str:
    """Return ``text`` as the typeface can draw it, what it lacks as 〓; collect that in ``missing``."""
    font: Any = pdfmetrics.getFont(REGULAR)
    glyphs = font.face.charToGlyph
    kept: list[str] = []
    for char in text:
        if char == "\n" or ord(char) in glyphs:
            kept.append(char)
        elif unicodedata.category(char) not in _INVISIBLE:
            kept.append(MISSING_MARK)
            missing.add(char)
    return "".join(kept)


def style(name: str, **extra: Any) -> ParagraphStyle:
    """Return a paragraph style that breaks lines as Chinese does."""
    values: dict[str, Any] = {
        "fontName": REGULAR,
        "fontSize": 9.5,
        "leading": 14,
        "wordWrap": "CJK",
        "splitLongWords": 1,
    }
    return ParagraphStyle(name, **{**values, **extra})


class SheetStart(Flowable):
    """Invisible: from this page on the foot shows ``text``, and pages are counted from one."""

    width = height = 0

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def wrap(self, *_room: float) -> tuple[float, float]:
        """Take no room."""
        return 0, 0

    def draw(self) -> None:
        """Tell the canvas."""
        canvas: Any = self.canv
        canvas.foot = self.text


class NumberedCanvas(Canvas):
    """Writes "第 x 页 共 y 页" at the foot of every page, for each sheet of its own.

    How many pages there are is known at the end, so pages are kept and written then.
    """

    foot = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - ReportLab's name
        """Keep the page."""
        self._kept.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]  # missing in the stubs

    def save(self) -> None:
        """Write the kept pages with their feet."""
        totals = Counter(page["foot"] for page in self._kept)
        done: Counter[str] = Counter()
        for page in self._kept:
            self.__dict__.update(page)
            done[self.foot] += 1
            self._draw_foot(done[self.foot], totals[self.foot])
            super().showPage()
        super().save()

    def _draw_foot(self, number: int, total: int) -> None:
        self.setFont(REGULAR, _FOOT_SIZE)
        self.setFillGray(0.35)
        self.drawString(51, 28, self.foot)
        self.drawRightString(A4[0] - 51, 28, f"第 {number} 页  共 {total} 页")
