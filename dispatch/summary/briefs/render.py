"""Drawing the files of a version; imported by the worker that draws, since the typesetters are heavy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from pathlib import Path

from django.conf import settings

from dispatch.enums import BriefFormat
from dispatch.models import BriefVersion
from dispatch.summary.briefs.charts import draw_chart
from dispatch.summary.briefs.document import Document, Picture, build_document
from dispatch.summary.briefs.docx_file import write_docx
from dispatch.summary.briefs.fixed_zip import fixed
from dispatch.summary.briefs.pdf_file import write_pdf
from dispatch.summary.briefs.xlsx_file import write_xlsx
from xiangcun.lib import pdf

FONT_PACKAGE = "@expo-google-fonts/noto-sans-sc"


def draw_version(version: BriefVersion, wanted: BriefFormat) -> bytes:
    """Return the file; the same version gives the same bytes. Raises ``FontMissingError``."""
    folder = settings.NODE_MODULES / FONT_PACKAGE
    moment = f"{version.made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if wanted == BriefFormat.XLSX:
        return fixed(write_xlsx(version), moment=moment)
    pdf.register_fonts(folder)
    document = build_document(version)
    pictures = draw_pictures(document, folder)
    if wanted == BriefFormat.DOCX:
        return fixed(write_docx(document, pictures, made_at=version.made_at), moment=moment)
    return write_pdf(document, pictures)


def draw_pictures(document: Document, folder: Path) -> Mapping[str, bytes]:
    """Return the charts of the document by their code."""
    font_file = folder / pdf.FILES[pdf.REGULAR]
    return {
        part.chart["code"]: draw_chart(part.chart, font_file=font_file)
        for part in document.parts
        if isinstance(part, Picture)
    }
