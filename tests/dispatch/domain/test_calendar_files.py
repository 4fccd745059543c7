"""Files that are no honest year: broken books and books that unpack to much more."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from dispatch.domain.calendar_files import MAX_BYTES, MAX_UNPACKED, read_notice
from xiangcun.lib.errors import InvalidInputError


@pytest.mark.parametrize(
    "part", ["<broken", "<worksheet/>", "\x00", "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"]
)
def test_a_broken_book_is_refused_in_words(part: str) -> None:
    good = BytesIO()
    Workbook().save(good)
    for name in ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"):
        broken = BytesIO()
        with ZipFile(good) as source, ZipFile(broken, "w") as target:
            for row in source.infolist():
                text = part.encode() if row.filename == name else source.read(row)
                target.writestr(row, text)
        with suppress(InvalidInputError):  # what can still be read has faults
            assert read_notice(broken.getvalue(), "2027.xlsx").faults


def test_a_book_that_unpacks_to_much_more_is_not_unpacked() -> None:
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as book:
        book.writestr("xl/sharedStrings.xml", b" " * (MAX_UNPACKED + 1))
    assert len(packed.getvalue()) < MAX_BYTES
    with pytest.raises(InvalidInputError) as refused:
        read_notice(packed.getvalue(), "2027.xlsx")
    assert refused.value.errors[0].code == "file_too_large"
