"""The list of volunteers as xlsx: nickname, number and figures, no telephone and no case."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from reports.queries.point_rules import point_rules
from reports.queries.volunteers import listed_volunteers

_HEADER = ("编号", "称呼", "加入日期", "等级", "累计积分", "可用积分", "参加巡查", "未到")
_WIDTHS = (12, 18, 14, 8, 10, 10, 10, 8)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CHUNK = 1000


def volunteer_sheet(*, now: datetime) -> tuple[bytes, int]:
    """Return the file and how many rows it has."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("志愿者")
    for index, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.freeze_panes = "A2"
    sheet.append(list(_HEADER))
    count, rules = 0, point_rules()
    rows: Any = listed_volunteers().order_by("pk").iterator(chunk_size=_CHUNK)
    for row in rows:
        sheet.append(
            [
                row.number, _cell(row.nickname), f"{timezone.localtime(row.joined_at):%Y-%m-%d}",
                rules.rank_of(row.earned).name, row.earned, row.balance, row.patrols, row.missed,
            ]
        )  # fmt: skip
        count += 1
    sheet.append([f"导出时间 {timezone.localtime(now):%Y-%m-%d %H:%M}"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue(), count


def _cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
