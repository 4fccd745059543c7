"""What a release holds, as JSON in its row and as the files that anybody may download."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any

from dispatch.domain.export_columns import safe_text
from dispatch.domain.export_sheet import BOM
from dispatch.models import OpenRelease
from dispatch.summary.open_data.counting import BlockKey, Names
from dispatch.summary.open_data.disclosure import Shown

Row = dict[str, Any]
FINE_COLUMNS: Mapping[str, str] = {
    "month": "月份",
    "date": "居民上报的日期（北京时间）",
    "village_code": "村社编码（12 位）",
    "village_name": "村社",
    "grid_code": "网格编码（15 位）",
    "grid_name": "网格",
    "category_code": "事项分类编码（4 位）",
    "category_name": "事项分类",
    "tickets": "立案件数",
}
COARSE_COLUMNS: Mapping[str, str] = {
    "month": "月份",
    "village_code": "村社编码（12 位）",
    "village_name": "村社",
    "top_category_code": "事项大类编码（2 位）",
    "top_category_name": "事项大类",
    "tickets": "立案件数",
}


def pack(shown: Mapping[BlockKey, Shown], names: Names) -> dict[str, Any]:
    """Return the release's content: what is shown, with the names it needs and no other."""
    blocks = [
        {
            "village": village,
            "village_name": names.villages.get(village, ""),
            "top": top,
            "top_name": names.tops.get(top, ""),
            "total": block.total,
            "cells": [
                [grid, kind, day, count, names.grids.get(grid, ""), names.categories.get(kind, "")]
                for (grid, kind, day), count in sorted(block.cells.items())
            ],
        }
        for (village, top), block in sorted(shown.items())
    ]
    return {"blocks": blocks}


def unpack(content: Mapping[str, Any]) -> dict[BlockKey, Shown]:
    """Return what a release shows."""
    return {
        (row["village"], row["top"]): Shown(
            row["total"], {(cell[0], cell[1], cell[2]): cell[3] for cell in row["cells"]}
        )
        for row in content.get("blocks", ())
    }


def fine_rows(release: OpenRelease) -> list[Row]:
    """Return grid × category × day, one row a cell that may be shown."""
    return [
        {
            "month": f"{release.month:%Y-%m}",
            "date": day,
            "village_code": block["village"],
            "village_name": block["village_name"],
            "grid_code": grid,
            "grid_name": grid_name,
            "category_code": kind,
            "category_name": kind_name,
            "tickets": count,
        }
        for block in release.content["blocks"]
        for grid, kind, day, count, grid_name, kind_name in block["cells"]
    ]


def coarse_rows(release: OpenRelease) -> list[Row]:
    """Return village × top category × month, one row a total that may be shown."""
    return [
        {
            "month": f"{release.month:%Y-%m}",
            "village_code": block["village"],
            "village_name": block["village_name"],
            "top_category_code": block["top"],
            "top_category_name": block["top_name"],
            "tickets": block["total"],
        }
        for block in release.content["blocks"]
    ]


def _csv(rows: list[Row], columns: Mapping[str, str]) -> bytes:
    text = io.StringIO(newline="")
    text.write(BOM)
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(columns)
    for row in rows:
        lines.writerow([safe_text(v) if isinstance(v, str) else v for v in row.values()])
    return text.getvalue().encode()


def _json(release: OpenRelease, rows: list[Row]) -> bytes:
    about = {
        "month": f"{release.month:%Y-%m}",
        "version": release.version,
        "licence": release.licence,
        "least_count": release.k,
        "rows": rows,
    }
    return (json.dumps(about, ensure_ascii=False, indent=1) + "\n").encode()


def _readme(release: OpenRelease) -> bytes:
    return _README.format(
        month=f"{release.month:%Y-%m}",
        version=release.version,
        licence=release.licence,
        k=release.k,
        k_less=release.k - 1,
        fine="\n".join(f"  {name:<20} {meaning}" for name, meaning in FINE_COLUMNS.items()),
        coarse="\n".join(f"  {name:<20} {meaning}" for name, meaning in COARSE_COLUMNS.items()),
    ).encode()


FILES: Mapping[str, tuple[str, str, Callable[[OpenRelease], bytes]]] = {
    "village-category-month.csv": (
        "村社 × 事项大类 × 月（CSV）",
        "text/csv; charset=utf-8",
        lambda release: _csv(coarse_rows(release), COARSE_COLUMNS),
    ),
    "village-category-month.json": (
        "村社 × 事项大类 × 月（JSON）",
        "application/json",
        lambda release: _json(release, coarse_rows(release)),
    ),
    "grid-category-day.csv": (
        "网格 × 事项分类 × 日（CSV）",
        "text/csv; charset=utf-8",
        lambda release: _csv(fine_rows(release), FINE_COLUMNS),
    ),
    "grid-category-day.json": (
        "网格 × 事项分类 × 日（JSON）",
        "application/json",
        lambda release: _json(release, fine_rows(release)),
    ),
    "README.txt": ("说明、列名和方法", "text/plain; charset=utf-8", _readme),
}
"""File name → what it is, media type, how it is made of the frozen content: always the same bytes."""

_README = """开放数据：{month}（第 {version} 版）

使用许可：{licence}

一、文件
village-category-month：每个村社、每个事项大类当月的立案件数。
{coarse}

grid-category-day：每个网格、每个事项分类、每一天的立案件数。
{fine}

CSV 为 UTF-8（带 BOM），逗号分隔；JSON 的 rows 与 CSV 列名相同。

二、怎样保护居民
1. 只有件数，没有任何一件事项的内容、编号、人员、照片和具体地点。
2. 少于 {k} 件的格子一律不列出。没有列出的格子可能是 0 件，也可能是 1 至 {k_less} 件。
3. 保密分类（例如举报）、没有分类的、不在任何网格内的事项不在数据中。
4. 村社合计减去已列出的各格，剩下的要么是 0，要么不少于 {k} 件且无法推出其中任何一格；
   做不到时，该村社该大类的分日数据全部不列出，只保留合计。
5. 每个月只公开一次，之后冻结。更正以新版本发布，与以往任何版本相减，差要么是 0，
   要么不少于 {k} 件；做不到的部分保持原样。

三、口径
立案件数按居民上报当日计，分类和网格以公开当日的认定为准。并入同一张工单的多件上报计一件。
"""
