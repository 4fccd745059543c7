"""The map board's data: ids and short numbers instead of words, five thousand tickets in a few kilobytes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dispatch.queries.map_board import CAP, COLUMNS
from xiangcun.lib.text import mask_contacts

TITLE_LENGTH = 30
_TIMES = ("opened_at", "next_due_at", "paused_at")
_AT = {name: COLUMNS.index(name) for name in COLUMNS}


def board_payload(rows: list[list[Any]]) -> dict[str, Any]:
    """Return columns and rows; the page itself holds the names behind the ids.

    Times are whole minutes since 1970 (UTC), null for none; coordinates are WGS-84 with five decimals
    (a metre). ``capped`` says that older tickets are left out.
    """
    return {
        "columns": COLUMNS,
        "rows": [_row(row) for row in rows],
        "capped": len(rows) >= CAP,
        "cap": CAP,
    }


def _row(row: list[Any]) -> list[Any]:
    cells = list(row)
    cells[_AT["title"]] = mask_contacts(cells[_AT["title"]])[:TITLE_LENGTH]
    cells[_AT["lat"]] = round(cells[_AT["lat"]], 5)
    cells[_AT["lng"]] = round(cells[_AT["lng"]], 5)
    for name in _TIMES:
        cells[_AT[name]] = _minute(cells[_AT[name]])
    return cells


def _minute(moment: datetime | None) -> int | None:
    return int(moment.timestamp() // 60) if moment else None
