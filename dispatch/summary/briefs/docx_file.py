"""A brief as a Word document: real headings, tables with a repeated head, page numbers, charts as pictures.

Typefaces are named, not embedded: 仿宋 and 黑体 are on every office's machine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import docx
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from dispatch.summary.briefs.document import Document, Grid, Heading, Para, Part

_SONG, _HEI, _TITLE_FACE, _LATIN = "仿宋", "黑体", "方正小标宋简体", "Times New Roman"
_RED = RGBColor(0xD4, 0x0D, 0x0D)
_WIDTH = Mm(156)
_NAME_SHARES = {True: 0.28, False: 0.2}
"""How much of the width the first column has, by whether there are few others."""
_FEW_COLUMNS = 6
# XML takes none of these, whatever a text may hold.
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def write_docx(document: Document, pictures: Mapping[str, bytes], *, made_at: datetime) -> bytes:
    """Return the document; times inside a zip are the caller's to fix."""
    paper = docx.Document()
    _set_properties(paper, document, made_at)
    _set_page(paper)
    _set_styles(paper)
    _add_head(paper, document)
    for part in document.parts:
        _add_part(paper, part, pictures)
    _add_foot(paper, document)
    target = BytesIO()
    paper.save(target)
    return target.getvalue()


def _set_properties(paper: Any, document: Document, made_at: datetime) -> None:
    moment = made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    properties = paper.core_properties
    properties.title, properties.author = _clean(document.title), _clean(document.issuer)
    properties.last_modified_by, properties.comments = _clean(document.issuer), ""
    properties.created = properties.modified = moment
    properties.language = "zh-CN"


def _set_page(paper: Any) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(22)
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(foot, "— ", 12)
    _add_page_field(foot)
    _run(foot, " —", 12)


def _add_page_field(paragraph: Any) -> None:
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        _face(run, _SONG, 12)
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.set(qn("xml:space"), "preserve")
            element.text = text
        run._r.append(element)  # noqa: SLF001 - python-docx has no fields of its own


def _set_styles(paper: Any) -> None:
    normal = paper.styles["Normal"]
    _face(normal, _SONG, 16)
    form = normal.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(28)
    form.space_before = form.space_after = Pt(0)
    heading = paper.styles["Heading 1"]
    _face(heading, _HEI, 16, bold=False)
    heading.font.color.rgb = RGBColor(0, 0, 0)
    form = heading.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(28)
    form.space_before, form.space_after, form.first_line_indent = Pt(6), Pt(0), Pt(32)
    form.keep_with_next = True
    title = paper.styles["Title"]
    _face(title, _TITLE_FACE, 32)
    title.font.color.rgb = _RED
    for border in title.element.xpath("./w:pPr/w:pBdr"):
        border.getparent().remove(border)


def _add_head(paper: Any, document: Document) -> None:
    title = paper.add_paragraph(_clean(document.heading), style="Title")
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.line_spacing = Pt(44)
    number = paper.add_paragraph(_clean(document.number))
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if document.draft:
        draft = paper.add_paragraph()
        draft.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(draft, document.draft, 12).font.color.rgb = _RED
    line = paper.add_paragraph()
    line.paragraph_format.tab_stops.add_tab_stop(_WIDTH, alignment=2)
    _run(line, f"{document.issuer}\t{document.day}", 16)
    _border(line, "bottom", "D40D0D", 18)
    line.paragraph_format.space_after = Pt(12)


def _add_part(paper: Any, part: Part, pictures: Mapping[str, bytes]) -> None:
    if isinstance(part, Heading):
        paper.add_heading(_clean(part.text), level=1)
    elif isinstance(part, Para):
        _add_para(paper, part)
    elif isinstance(part, Grid):
        _add_table(paper, part)
    else:
        holder = paper.add_paragraph()
        _single(holder)
        holder.paragraph_format.space_before = Pt(6)
        picture = holder.add_run().add_picture(BytesIO(pictures[part.chart["code"]]), width=_WIDTH)
        picture._inline.docPr.set("descr", _clean(part.chart["title"]))  # noqa: SLF001 - no other way


def _add_para(paper: Any, part: Para) -> None:
    paragraph = paper.add_paragraph()
    if part.note:
        _single(paragraph)
        _run(paragraph, part.text, 9)
        return
    paragraph.paragraph_format.first_line_indent = Pt(32)
    paragraph.add_run(_clean(part.text))


def _add_table(paper: Any, grid: Grid) -> None:
    caption = paper.add_paragraph()
    _single(caption)
    caption.paragraph_format.space_before = Pt(8)
    caption.paragraph_format.keep_with_next = True
    _run(caption, grid.title, 12, face=_HEI)
    table = paper.add_table(rows=0, cols=len(grid.head), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    _narrow_cells(table)
    name = int(_WIDTH * _NAME_SHARES[len(grid.head) < _FEW_COLUMNS])
    widths = [name, *[(int(_WIDTH) - name) // (len(grid.head) - 1)] * (len(grid.head) - 1)]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    _add_row(table, grid.head, widths, head=True)
    for row in grid.rows:
        _add_row(table, row, widths, head=False)


def _narrow_cells(table: Any) -> None:
    """Leave 1 mm beside the texts: seven columns of figures have to fit."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "57")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook")  # noqa: SLF001 - no word for it


def _add_row(table: Any, texts: tuple[str, ...], widths: list[int], *, head: bool) -> None:
    row = table.add_row()
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has no word for these
    properties.append(OxmlElement("w:cantSplit"))
    if head:
        properties.append(OxmlElement("w:tblHeader"))
    for index, (cell, text, width) in enumerate(zip(row.cells, texts, widths, strict=True)):
        cell.width = width
        paragraph = cell.paragraphs[0]
        _single(paragraph)
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1.5)
        cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
        if head:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        elif index:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _run(paragraph, text, 9, face=_HEI if head else _SONG)


def _add_foot(paper: Any, document: Document) -> None:
    for index, (name, text) in enumerate(document.foot):
        line = paper.add_paragraph()
        line.paragraph_format.left_indent = Pt(42)
        line.paragraph_format.first_line_indent = Pt(-42)
        line.paragraph_format.keep_with_next = True
        line.paragraph_format.line_spacing = Pt(22)
        if not index:
            line.paragraph_format.space_before = Pt(28)
            _border(line, "top", "000000", 8)
        _run(line, f"{name}：{text}", 14)
        _border(line, "bottom", "000000", 8 if index == len(document.foot) - 1 else 4)
    code = paper.add_paragraph()
    _single(code)
    _run(code, document.code, 9)


def _border(paragraph: Any, side: str, colour: str, size: int) -> None:
    """Draw a line above or below a paragraph; ``size`` is eighths of a point."""
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 - python-docx has no borders
    borders = properties.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        properties.insert_element_before(
            borders,
            "w:shd",
            "w:tabs",
            "w:suppressAutoHyphens",
            "w:spacing",
            "w:ind",
            "w:jc",
            "w:rPr",
        )
    line = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", str(size)), ("space", "1"), ("color", colour)):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)


def _single(paragraph: Any) -> None:
    """Let lines be as high as what stands in them."""
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE


def _run(paragraph: Any, text: str, size: float, *, face: str = _SONG) -> Any:
    run = paragraph.add_run(_clean(text))
    _face(run, face, size)
    return run


def _face(holder: Any, face: str, size: float, *, bold: bool | None = None) -> None:
    """Set Chinese and Latin typeface and size (points) of a run or a style."""
    holder.font.name, holder.font.size = _LATIN, Pt(size)
    if bold is not None:
        holder.font.bold = bold
    fonts = holder.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), face)


def _clean(text: str) -> str:
    return _ILLEGAL.sub("", text)
