"""The posters as A4 pages: large type, codes to be scanned from two metres, nothing else."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from dispatch.console.posters import Poster, danger_line, step_lines
from dispatch.console.print_pdf import FONT_PACKAGE
from xiangcun.lib import pdf

_WIDTH, _HEIGHT = A4
_MARGIN = 16 * mm
_BAND = 54 * mm
_ONE_CODE, _TWO_CODES = 108 * mm, 84 * mm
_BLUE = colors.Color(0.08, 0.32, 0.62)
_TITLE = pdf.style(
    "poster-title", fontName=pdf.BOLD, fontSize=44, leading=54, alignment=TA_CENTER,
    textColor=colors.white,
)  # fmt: skip
_UNDER = pdf.style(
    "poster-under", fontSize=20, leading=28, alignment=TA_CENTER, textColor=colors.white
)
_PLACES = [
    pdf.style(
        f"poster-place-{size}", fontName=pdf.BOLD, fontSize=size, leading=size * 1.35,
        alignment=TA_CENTER,
    )
    for size in (34, 26, 20, 15)
]  # fmt: skip
"""The largest in which the name of village and grid takes two lines."""
_LINE = pdf.style("poster-line", fontSize=22, leading=36, alignment=TA_CENTER)
_CAPTION = pdf.style("poster-caption", fontSize=18, leading=26, alignment=TA_CENTER)
_DANGER = pdf.style(
    "poster-danger", fontName=pdf.BOLD, fontSize=19, leading=29, alignment=TA_CENTER,
    textColor=colors.Color(0.75, 0, 0),
)  # fmt: skip
_FOOT = pdf.style("poster-foot", fontSize=15, leading=20, alignment=TA_CENTER)


def draw_posters(posters: Sequence[Poster]) -> bytes:
    """Return one PDF, a page a poster. Raises ``FontMissingError``."""
    pdf.register_fonts(settings.NODE_MODULES / FONT_PACKAGE)
    target = io.BytesIO()
    with pdf.LOCK:
        canvas = Canvas(target, pagesize=A4, lang="zh-CN")
        canvas.setTitle(_("网格海报"))
        canvas.setAuthor(posters[0].issuer if posters else "")
        for poster in posters:
            _page(canvas, poster)
            canvas.showPage()
        canvas.save()
    return target.getvalue()


def _page(canvas: Canvas, poster: Poster) -> None:
    canvas.setFillColor(_BLUE)
    canvas.rect(0, _HEIGHT - _BAND, _WIDTH, _BAND, stroke=0, fill=1)
    top = _write(canvas, _("身边有问题　扫码就能报"), _TITLE, _HEIGHT - 12 * mm)
    _write(canvas, _("垃圾、路灯、井盖、积水、隐患、意见建议，都可以说"), _UNDER, top - 2 * mm)
    top = _HEIGHT - _BAND - 8 * mm
    top = _write(canvas, poster.place, _place_style(poster.place), top)
    top = _codes(canvas, poster, top - 8 * mm)
    for line in step_lines():
        top = _write(canvas, line, _LINE, top)
    _write(canvas, danger_line(), _DANGER, top - 6 * mm)
    _write(canvas, poster.issuer, _FOOT, _MARGIN + 20)


def _place_style(place: str) -> Any:
    room = 2 * (_WIDTH - 2 * _MARGIN) - 4 * mm
    fitting = (s for s in _PLACES if stringWidth(place, s.fontName, s.fontSize) <= room)
    return next(fitting, _PLACES[-1])


def _codes(canvas: Canvas, poster: Poster, top: float) -> float:
    """Draw one code in the middle or two side by side, with what scans them; return what is left."""
    captions = [(_link_picture(poster), _("微信或手机相机扫一扫"))]
    if poster.code is not None:
        captions.insert(0, (ImageReader(io.BytesIO(poster.code)), _("微信扫一扫，打开小程序")))
    room = _WIDTH / len(captions)
    size = _ONE_CODE if len(captions) == 1 else _TWO_CODES
    lowest = top
    for index, (picture, caption) in enumerate(captions):
        left = room * index + (room - size) / 2
        canvas.drawImage(picture, left, top - size, width=size, height=size)
        after = _write(
            canvas, caption, _CAPTION, top - size - 2 * mm, left=room * index, width=room
        )
        lowest = min(lowest, after)
    return lowest - 5 * mm


def _link_picture(poster: Poster) -> Any:
    drawn = io.BytesIO()
    poster.link_code().save(drawn, kind="png", scale=12, border=2)
    drawn.seek(0)
    return ImageReader(drawn)


def _write(
    canvas: Canvas, text: str, style: Any, top: float, *, left: float = _MARGIN, width: float = 0
) -> float:
    """Write a paragraph below ``top``; return where it ends. What the typeface lacks becomes 〓."""
    width = width or _WIDTH - 2 * _MARGIN
    safe = pdf.drawable(text, missing=set()).replace("&", "&amp;").replace("<", "&lt;")
    paragraph = Paragraph(safe, style)
    _used, height = paragraph.wrapOn(canvas, width, _HEIGHT)
    paragraph.drawOn(canvas, left, top - height)
    return float(top - height)
