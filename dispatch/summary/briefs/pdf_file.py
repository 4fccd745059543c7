"""A brief as A4 pages by ReportLab: margins, sizes and lines as GB/T 9704 asks for official papers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    Flowable,
    HRFlowable,
    Image,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
)

from dispatch.summary.briefs.document import Document, Grid, Heading, Para, Part, Picture
from xiangcun.lib import pdf

_LEFT, _TOP, _WIDTH, _BOTTOM = 28 * mm, 37 * mm, 156 * mm, 35 * mm
_RED = colors.Color(0.83, 0.05, 0.05)
_NAME_SHARES = {True: 0.28, False: 0.2}
"""How much of the width the first column has, by whether there are few others."""
_FEW_COLUMNS = 6
_BODY = pdf.style("body", fontSize=14, leading=25, firstLineIndent=28)
_NOTE = pdf.style("brief-note", fontSize=9, leading=13, textColor=colors.Color(0.3, 0.3, 0.3))
_HEADING = pdf.style("brief-heading", fontName=pdf.BOLD, fontSize=16, leading=28, spaceBefore=6)
_RED_HEAD = pdf.style(
    "red-head", fontName=pdf.BOLD, fontSize=30, leading=42, alignment=TA_CENTER, textColor=_RED
)
_NUMBER = pdf.style("brief-number", fontSize=14, leading=24, alignment=TA_CENTER)
_SIDE = pdf.style("side", fontSize=14, leading=22)
_SIDE_RIGHT = pdf.style("side-right", fontSize=14, leading=22, alignment=TA_RIGHT)
_DRAFT = pdf.style("draft", fontSize=12, leading=20, alignment=TA_CENTER, textColor=_RED)
_TABLE_TITLE = pdf.style("table-title", fontName=pdf.BOLD, fontSize=11, leading=18)
_CELL = pdf.style("cell", fontSize=9, leading=12)
_CELL_RIGHT = pdf.style("cell-right", fontSize=9, leading=12, alignment=TA_RIGHT)
_CELL_HEAD = pdf.style("cell-head", fontName=pdf.BOLD, fontSize=9, leading=12, alignment=TA_CENTER)
_FOOT = pdf.style("brief-foot", fontSize=12, leading=20)
_GRID: list[Any] = [
    # The title is the first row, so that it stays with the table without holding all of it together.
    ("SPAN", (0, 0), (-1, 0)),
    ("LEFTPADDING", (0, 0), (-1, 0), 0),
    ("LEFTPADDING", (0, 1), (-1, -1), 3),
    ("RIGHTPADDING", (0, 1), (-1, -1), 3),
    ("GRID", (0, 1), (-1, -1), 0.5, colors.Color(0.4, 0.4, 0.4)),
    ("BACKGROUND", (0, 1), (-1, 1), colors.Color(0.93, 0.93, 0.93)),
    ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
]


def write_pdf(document: Document, pictures: Mapping[str, bytes]) -> bytes:
    """Return the PDF; no moment and no random id is in it."""
    pen = _Pen(document, pictures)
    target = BytesIO()
    paper = SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=_LEFT,
        rightMargin=A4[0] - _LEFT - _WIDTH,
        topMargin=_TOP,
        bottomMargin=_BOTTOM,
        title=document.title,
        author=document.issuer,
        lang="zh-CN",
        invariant=1,
    )
    with pdf.LOCK:
        paper.build(list(pen.story()), canvasmaker=pdf.NumberedCanvas)
    return target.getvalue()


class _Pen:
    """Draws one document, remembering the characters that the typeface lacks."""

    def __init__(self, document: Document, pictures: Mapping[str, bytes]) -> None:
        self.document, self.pictures = document, pictures
        self.missing: set[str] = set()

    def story(self) -> Iterator[Flowable]:
        """Return everything on the pages."""
        yield pdf.SheetStart(self.document.title)
        yield from self._head()
        for part in self.document.parts:
            yield from self._part(part)
        yield from self._foot()
        if self.missing:
            yield self._text(
                _("“〓”为字库未收录的字（%s），原字请在系统内查看。")
                % "、".join(f"U+{ord(char):04X}" for char in sorted(self.missing)[:20]),
                _NOTE,
            )

    def _head(self) -> Iterator[Flowable]:
        paper = self.document
        yield self._text(paper.heading, _RED_HEAD)
        yield Spacer(0, 3 * mm)
        yield self._text(paper.number, _NUMBER)
        if paper.draft:
            yield self._text(paper.draft, _DRAFT)
        sides = [[self._text(paper.issuer, _SIDE), self._text(paper.day, _SIDE_RIGHT)]]
        yield Table(
            sides, colWidths=(_WIDTH * 0.6, _WIDTH * 0.4), style=[("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0)]
        )  # fmt: skip
        yield HRFlowable(width="100%", thickness=2, color=_RED, spaceBefore=2, spaceAfter=12)

    def _part(self, part: Part) -> Iterator[Flowable]:
        if isinstance(part, Heading):
            yield self._text(part.text, _HEADING, keep=True)
        elif isinstance(part, Para):
            yield self._text(part.text, _NOTE if part.note else _BODY)
        elif isinstance(part, Grid):
            yield self._table(part)
            yield Spacer(0, 2 * mm)
        else:
            yield self._picture(part)

    def _table(self, grid: Grid) -> Flowable:
        others = len(grid.head) - 1
        name = _WIDTH * _NAME_SHARES[len(grid.head) < _FEW_COLUMNS]
        widths = [name, *[(_WIDTH - name) / others] * others]
        head = [self._text(text, _CELL_HEAD) for text in grid.head]
        rows = [
            [self._text(row[0], _CELL), *(self._text(text, _CELL_RIGHT) for text in row[1:])]
            for row in grid.rows
        ]
        caption = [self._text(grid.title, _TABLE_TITLE), *[""] * others]
        return Table([caption, head, *rows], colWidths=widths, repeatRows=2, style=_GRID)

    def _picture(self, part: Picture) -> Flowable:
        image = Image(BytesIO(self.pictures[part.chart["code"]]))
        scale = _WIDTH / image.drawWidth
        image.drawWidth, image.drawHeight = _WIDTH, image.drawHeight * scale
        return KeepTogether([Spacer(0, 2 * mm), image])

    def _foot(self) -> Iterator[Flowable]:
        lines = [
            [self._text(f"{name}：", _FOOT), self._text(text, _FOOT)]
            for name, text in self.document.foot
        ]
        style: list[Any] = [
            ("LINEABOVE", (0, 0), (-1, 0), 1, colors.black),
            ("LINEBELOW", (0, 0), (-1, -2), 0.4, colors.black),
            ("LINEBELOW", (0, -1), (-1, -1), 1, colors.black),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ]
        table = Table(lines, colWidths=(20 * mm, _WIDTH - 20 * mm), style=style)
        yield KeepTogether([Spacer(0, 10 * mm), table, self._text(self.document.code, _NOTE)])

    def _text(self, text: str, style: ParagraphStyle, *, keep: bool = False) -> Paragraph:
        drawn = escape(pdf.drawable(text, missing=self.missing)).replace("\n", "<br/>")
        paragraph = Paragraph(drawn, style)
        if keep:
            paragraph.keepWithNext = True
        return paragraph
