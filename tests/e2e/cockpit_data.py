"""Answers of the cockpit in its own shapes, for what no township shows on demand: full, empty, one ticket."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from tests.e2e.cockpit_parts import (
    NOON,
    ROOT,
    dimensions,
    heat,
    hotspots,
    insights,
    league,
    live,
    overdue,
    satisfaction,
    tiles,
    tree,
    trend,
)

__all__ = ["board", "live", "outlines", "quiet"]
MEASURES = (
    ("open", "在办"),
    ("overdue", "超期"),
    ("opened", "本期受理"),
    ("per_1000", "每千人受理"),
)


def filters(query: dict[str, str]) -> dict[str, Any]:
    """Echo the filters that were asked for."""
    period = query.get("period", "month")
    told = {
        name: int(query[name]) if query.get(name) else None
        for name in ("category", "department", "grid")
    }
    return {"period": period, "date": query.get("date", "2026-11-28"), "first": query.get("first", "2026-11-01"), "last": query.get("last", "2026-11-28"), **told, "dimension": query.get("dimension") or None,
            "query": "", "words": "2026 年 11 月（截至 11 月 28 日） · 全部单位 · 全部分类 · 全部网格", "period_words": "2026 年 11 月（截至 11 月 28 日）", "previous_words": "2026 年 10 月 1 日至 28 日",
            "year_words": "2025 年 11 月 1 日至 28 日", "comparison_note": "本期还没有结束，与上月、去年同月的前 28 天相比。", "earlier": f"period={period}&date=2026-10-31", "later": None}  # fmt: skip


def board(query: dict[str, str] | None = None, *, links: bool = True) -> dict[str, Any]:
    """Return a busy month; without links it is what a kiosk gets."""
    given: dict[str, bool] = {"links": links}
    viewer = {"kiosk": not links, "scope": "all" if links else "kiosk", "words": "全街道"}
    return {"as_of": NOON, "filters": filters(query or {}), "viewer": viewer, "empty": False, "tiles": tiles(**given), "trend": trend(), "heat": heat(), "tree": tree(**given), "dimensions": dimensions(**given),
            "dimensions_note": "一类事项可属于多个维度，各维度相加会大于合计。", "league": league(**given), "hotspots": hotspots(**given), "overdue": overdue(**given), "satisfaction": satisfaction(**given), "insights": insights(**given)}  # fmt: skip


def quiet(
    query: dict[str, str] | None = None, *, ticket: bool = False, links: bool = True
) -> dict[str, Any]:
    """Return a township in which nothing, or one ticket, happened."""
    found = board(query, links=links)
    for row in found["tiles"]:
        row.update(_few(row, int(ticket)), previous=None, year=None)
    found["league"]["rows"] = []
    found["overdue"].update(count=0, rows=[], by_department=[], confidential=0, note="")
    unknown = {"value": None, "text": "—", "base": 0, "small": False}
    judged = found["satisfaction"]
    judged.update(parts=[], comments=[], unrated={**judged["unrated"], "value": 0, "share": 0})
    judged["figures"] = [{**row, **unknown} for row in judged["figures"]]
    found.update(
        empty=not ticket,
        trend=trend(busy=False),
        heat=heat(busy=False),
        tree=[],
        hotspots=[],
        insights=[],
    )
    found["dimensions"] = dimensions(links=links, scale=0)
    if ticket:
        _add_ticket(found, links=links)
    return found


def _few(row: dict[str, Any], tickets: int) -> dict[str, Any]:
    """Return a count of what there is, or a rate that nobody knows."""
    if row["kind"] != "count":
        return {"value": None, "text": "—", "base": 0, "small": bool(tickets)}
    value = tickets if row["code"] in {"opened", "reported", "in_hand"} else 0
    return {"value": value, "text": str(value)}


def _add_ticket(found: dict[str, Any], *, links: bool) -> None:
    day = {**found["trend"]["points"][0], "values": {"opened": 1, "closed": 0}}
    found["trend"]["points"] = [day]
    found["heat"].update(total=1, max=1)
    found["heat"]["rows"][5][14] = 1
    top = tree(links=links)[0]
    found["tree"] = [{**top, "value": 1, "children": [{**top["children"][0], "value": 1}]}]
    found["league"]["rows"] = [{**league(links=links)["rows"][9], "name": "城建办"}]


def outlines(*, scale: int = 1, links: bool = True) -> dict[str, Any]:
    """Return the shipped grids with numbers; nobody knows the inhabitants of every seventh."""
    rnd = Random(21)
    text = (ROOT / "reports/data/grids.geojson").read_text(encoding="utf-8")
    features = [
        {"type": "Feature", "id": at, "geometry": one["geometry"], "properties": _grid(at, one["properties"], rnd, scale=scale, links=links)}
        for at, one in enumerate(json.loads(text)["features"], 1)
    ]  # fmt: skip
    outside = {"name": "未定位到网格", "open": 2 * scale, "overdue": 0, "opened": 3 * scale}
    return {
        "type": "FeatureCollection",
        "as_of": NOON,
        "bounds": None,
        "measures": [{"code": code, "name": name} for code, name in MEASURES],
        "outside": {**outside, "per_1000": None, "links": None},
        "features": features,
    }


def _grid(
    at: int, known: dict[str, str], rnd: Random, *, scale: int, links: bool
) -> dict[str, Any]:
    people = rnd.randint(300, 2600) if at % 7 else None
    opened, in_hand = rnd.randint(0, 60) * scale, rnd.randint(0, 40) * scale
    rate = round(opened * 1000 / people, 2) if people else None
    behind = {
        name: f"/admin/summary/behind/?figure={name}&grid={at}"
        for name in ("open", "overdue", "opened", "tickets")
    }
    return {
        "id": at,
        "name": known["name"],
        "village": known["village_name"],
        "code": known["code"],
        "population": people,
        "per_1000_words": f"{rate:.1f} 件/千人" if rate is not None else "人口未登记",
        "open": in_hand,
        "overdue": rnd.choice((0, 0, 0, 1, 2, 5)) * scale,
        "opened": opened,
        "per_1000": rate,
        "links": behind if links else None,
    }
