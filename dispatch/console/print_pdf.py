"""The form 办件单 as A4 pages: tables that break over pages wherever the text is long."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from reportlab.graphics.barcode.qr import QrCode
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    Flowable,
    Image,
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
)

from dispatch.console.print_sheet import Pair, Sheet, SheetPhoto, Step
from reports.queries.photo_links import MEDIUM, storage_key
from xiangcun.lib import pdf

logger = logging.getLogger(__name__)

FONT_PACKAGE = "@expo-google-fonts/noto-sans-sc"
_MARGIN, _WIDTH = 18 * mm, 174 * mm
_LABEL = 24 * mm
_HALF = (_LABEL, _WIDTH / 2 - _LABEL, _LABEL, _WIDTH / 2 - _LABEL)
_FULL = (_LABEL, _WIDTH - _LABEL)
_STEPS = (32 * mm, 36 * mm, 29 * mm, _WIDTH - 97 * mm)
_PHOTOS_A_ROW, _PHOTO_WIDTH, _PHOTO_HEIGHT = 3, 54 * mm, 44 * mm
_BLANK = "\n\n\n"
# Of blanks only those that do not break are kept.
_GAP = "\u00a0"
_SIGNED = f"签字：{_GAP * 40}年{_GAP * 8}月{_GAP * 8}日"

_TEXT = pdf.style("text")
_NAME = pdf.style("name", fontName=pdf.BOLD, alignment=TA_CENTER)
_SMALL = pdf.style("small", fontSize=8, leading=11, textColor=colors.Color(0.3, 0.3, 0.3))
_TITLE = pdf.style("title", fontName=pdf.BOLD, fontSize=18, leading=26, alignment=TA_CENTER)
_SIGN = pdf.style("sign", alignment=TA_RIGHT)
_SECRET = pdf.style("secret", fontName=pdf.BOLD, fontSize=11, textColor=colors.Color(0.75, 0, 0))
_GRID: list[Any] = [
    ("GRID", (0, 0), (-1, -1), 0.6, colors.black),
    # A cell that goes on overleaf is closed at the cut.
    ("LINEBELOW", (0, "splitlast"), (-1, "splitlast"), 0.6, colors.black),
    ("LINEABOVE", (0, "splitfirst"), (-1, "splitfirst"), 0.6, colors.black),
    ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ("TOPPADDING", (0, 0), (-1, -1), 3),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
]


def draw_sheets(sheets: Sequence[Sheet]) -> bytes:
    """Return one PDF with every sheet beginning on a page of its own.

    Raises ``FontMissingError``. A photo that cannot be read is left out and said so.
    """
    pdf.register_fonts(settings.NODE_MODULES / FONT_PACKAGE)
    story: list[Flowable] = []
    for index, sheet in enumerate(sheets):
        if index:
            story.append(PageBreak())
        story.extend(_Pen(sheet).story())
    target = BytesIO()
    document = SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=14 * mm,
        bottomMargin=18 * mm,
        title="、".join(sheet.number for sheet in sheets[:3]),
        author=sheets[0].heading if sheets else "",
        lang="zh-CN",
    )
    with pdf.LOCK:
        document.build(story, canvasmaker=pdf.NumberedCanvas)
    return target.getvalue()


class _Pen:
    """Draws one sheet, remembering the characters that the typeface lacks."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.missing: set[str] = set()

    def story(self) -> Iterator[Flowable]:
        sheet = self.sheet
        yield pdf.SheetStart(f"{sheet.number}　{sheet.printed}")
        yield self._head()
        yield Spacer(0, 3 * mm)
        yield self._facts(sheet.facts)
        yield self._texts([(_("地点"), sheet.place), *self._appeals(), *self._work()])
        yield self._blanks([_("领导批示"), _("承办人意见")])
        yield Spacer(0, 4 * mm)
        yield self._steps(sheet.steps)
        yield from self._photos(sheet.photos)
        if self.missing:
            yield Spacer(0, 3 * mm)
            yield Paragraph(self._missing_note(), _SMALL)

    def _head(self) -> Flowable:
        sheet = self.sheet
        secret = Paragraph(_("保密件<br/>注意保管") if sheet.confidential else "", _SECRET)
        title = [self._text(sheet.heading, _TITLE), self._text(sheet.number, _NAME)]
        code = QrCode(sheet.number, width=20 * mm, height=20 * mm, qrBorder=1)
        row = [secret, title, code]
        return Table(
            [row],
            colWidths=(26 * mm, _WIDTH - 52 * mm, 26 * mm),
            style=[("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("ALIGN", (2, 0), (2, 0), "RIGHT")],
        )

    def _facts(self, facts: Sequence[Pair]) -> Flowable:
        cells = [self._pair(*fact) for fact in facts]
        cells += [[Spacer(0, 0), Spacer(0, 0)]] * (len(cells) % 2)
        pairs = [left + right for left, right in zip(cells[::2], cells[1::2], strict=True)]
        return Table(pairs, colWidths=_HALF, style=_GRID)

    def _texts(self, rows: Sequence[Pair]) -> Flowable:
        cells = [self._pair(*row) for row in rows]
        # The facts' last line is this table's first.
        style = [*_GRID, ("VALIGN", (1, 0), (1, -1), "TOP")]
        return Table(cells, colWidths=_FULL, splitInRow=1, style=style)

    def _appeals(self) -> list[Pair]:
        appeals = self.sheet.appeals
        return [
            (_("诉求内容") if not index else _("合并诉求"), f"{title}\n{text}")
            for index, (title, text) in enumerate(appeals)
        ]

    def _work(self) -> list[Pair]:
        sheet = self.sheet
        return [
            (_("办理情况"), sheet.result or _BLANK),
            (_("核查意见"), sheet.opinion or _BLANK),
        ]

    def _blanks(self, names: Sequence[str]) -> Flowable:
        """Return boxes to write into by hand, with a place to sign."""
        cells = [[self._text(name, _NAME), self._text(_SIGNED, _SIGN)] for name in names]
        style = [*_GRID, ("VALIGN", (1, 0), (1, -1), "BOTTOM")]
        return Table(cells, colWidths=_FULL, rowHeights=24 * mm, style=style)

    def _steps(self, steps: Sequence[Step]) -> Flowable:
        names = (_("时间"), _("经办"), _("环节"), _("说明"))
        head = [self._text(name, _NAME) for name in names]
        rows: list[list[Any]] = [
            [self._text(text, _TEXT) for text in (row.at, row.who, row.action, row.note)]
            for row in steps
        ]
        caption = [self._text(_("流转记录"), _NAME), "", "", ""]
        style = [*_GRID, ("SPAN", (0, 0), (-1, 0)), ("VALIGN", (0, 2), (-1, -1), "TOP")]
        return Table(
            [caption, head, *rows], colWidths=_STEPS, repeatRows=2, splitInRow=1, style=style
        )

    def _photos(self, photos: Sequence[SheetPhoto]) -> Iterator[Flowable]:
        if not photos:
            return
        cells: list[Any] = [self._photo(row) for row in photos]
        cells += [""] * (-len(cells) % _PHOTOS_A_ROW)
        rows = [cells[at : at + _PHOTOS_A_ROW] for at in range(0, len(cells), _PHOTOS_A_ROW)]
        caption: list[Any] = [self._text(_("照片"), _NAME), *[""] * (_PHOTOS_A_ROW - 1)]
        yield Spacer(0, 4 * mm)
        yield Table(
            [caption, *rows],
            colWidths=[_WIDTH / _PHOTOS_A_ROW] * _PHOTOS_A_ROW,
            repeatRows=1,
            style=[*_GRID, ("SPAN", (0, 0), (-1, 0)), ("ALIGN", (0, 1), (-1, -1), "CENTER")],
        )
        if self.sheet.more_photos:
            yield Paragraph(_("另有 %d 张照片，请在系统内查看。") % self.sheet.more_photos, _SMALL)

    def _photo(self, row: SheetPhoto) -> list[Flowable]:
        caption = self._text(row.caption, _SMALL)
        data = _rendition(row)
        if data is None:
            return [self._text(_("照片无法读取"), _SMALL), caption]
        image = Image(data, width=_PHOTO_WIDTH, height=_PHOTO_HEIGHT, kind="proportional")
        return [image, caption]

    def _pair(self, name: str, value: str) -> list[Flowable]:
        return [self._text(name, _NAME), self._text(value, _TEXT)]

    def _text(self, text: str, style: ParagraphStyle) -> Paragraph:
        drawn = escape(pdf.drawable(str(text), missing=self.missing)).replace("\n", "<br/>")
        return Paragraph(drawn, style)

    def _missing_note(self) -> str:
        codes = "、".join(f"U+{ord(char):04X}" for char in sorted(self.missing)[:20])
        return _("“〓”为字库未收录的字（%s），原字请在系统内查看。") % codes


def _rendition(row: SheetPhoto) -> BytesIO | None:
    """Read the smaller rendition, which carries no EXIF; ``None`` when the file is gone."""
    key = storage_key(row.photo, MEDIUM)
    if key is None:
        return None
    try:
        with default_storage.open(key, "rb") as file:
            return BytesIO(file.read())
    except OSError:
        logger.warning("print.photo_unreadable", extra={"photo": str(row.photo.pk)})
        return None
