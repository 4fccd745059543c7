"""Answers of the cockpit in its own shapes, for what no township shows on demand: full, empty, one ticket, odd names."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NOON = "2026-11-28T14:32:05+08:00"
DAYS = 28
LONG_NAME = "综合行政执法与城市精细化管理协调保障中心（示例）"


def figure(
    code: str, name: str, value: float | None, kind: str = "count", **more: Any
) -> dict[str, Any]:
    """Return one figure; a rate's text is made here as the server would."""
    if value is None:
        text = "—"
    elif kind == "percent":
        text = f"{value * 100:.1f}%"
    elif kind == "count":
        text = f"{value:,.0f}"
    else:
        text = f"{value:.1f}"
    behind = f"/admin/summary/behind/?figure={code}" if more.pop("links", True) else None
    units = {"count": "件", "hours": "小时", "score": "分", "percent": ""}
    own = {
        "code": code,
        "name": name,
        "explanation": f"{name}：示例说明，怎么数的写在这里。",
        "kind": kind,
    }
    rest = {
        "unit": units[kind],
        "base": None,
        "small": False,
        "good": None,
        "behind": behind,
        "behind_base": None,
    }
    return {**own, "value": value, "text": text, **rest, "previous": None, "year": None, **more}


def changed(short: str, delta: float, tone: str, then: str) -> dict[str, Any]:
    """Return a comparison."""
    words = f"环比 {short}（上月同期 {then}）"
    return {
        "value": 1,
        "text": then,
        "change": delta,
        "change_text": short,
        "words": words,
        "tone": tone,
        "small": False,
    }


def live(*, scale: int = 1, links: bool = True) -> dict[str, Any]:
    """Return today's numbers; ``scale`` 0 is a quiet day."""
    named = (
        ("opened", "今日受理", 34), ("dispatched", "今日派单", 31), ("closed", "今日办结", 27), ("in_hand", "在办", 412),
        ("overdue", "超期", 7), ("alarms", "特急未知悉", 1), ("rated", "今日评价", 12),
    )  # fmt: skip
    figures = [figure(code, name, value * scale, links=links) for code, name, value in named]
    texts = (
        "前峰村 路面坑洼 已派单 城建办", "江东区块社区 路灯不亮 已签收 市政所", "三丰村 暴露、积存垃圾 已办结 环卫所",
        "临江村 占道经营 已立案 执法队", f"前悦社区 噪声扰民 已派单 {LONG_NAME}",
    )  # fmt: skip
    events = [
        {
            "id": 900 - at,
            "at": f"2026-11-28T14:{31 - at}:00+08:00",
            "time": f"14:{31 - at}",
            "text": f"14:{31 - at} {text}",
        }
        for at, text in enumerate(texts)
    ]
    return {
        "as_of": NOON,
        "day": "2026-11-28",
        "day_words": "11 月 28 日 周六",
        "figures": figures,
        "events": events if scale else [],
    }


def tiles(*, links: bool) -> list[dict[str, Any]]:
    """Return the main figures of a busy month."""
    up, down = (
        changed("+3.1 个百分点", 0.031, "good", "90.0%"),
        changed("−1.5 个百分点", -0.015, "bad", "62.0%"),
    )
    rate = {"kind": "percent", "good": "high", "links": links}
    return [
        figure("opened", "受理量", 12345, links=links, previous=changed("+1,204 件", 1204, "plain", "11,141 件")),
        figure("reported", "接报量", 13201, links=links, previous=changed("+12 件", 12, "plain", "13,189 件")),
        figure("in_hand", "在办", 412, links=links),
        figure("closed", "办结量", 11987, links=links, previous=changed("持平", 0, "plain", "11,987 件")),
        figure("dispatch_on_time_rate", "派单及时率", 0.982, base=12001, previous=up, **rate),
        figure("sign_rate", "签收率", 0.991, base=12001, **rate),
        figure("response_rate", "响应率", 0.931, base=11950, previous=up, **rate),
        figure("on_time_rate", "按期办结率", 0.931, base=11987, previous=up, year=changed("+8.0 个百分点", 0.08, "good", "85.1%"), **rate),
        figure("solved_rate", "解决率", 0.605, base=4120, previous=down, **rate),
        figure("satisfied_rate", "满意率", 0.857, base=7, small=True, **rate),
        figure("rating_rate", "评价率", 0.344, base=11987, **rate),
        figure("answer_hours", "平均答复时长", 30.4, kind="hours", good="low", base=11987, links=links, previous=changed("−2.5 小时", -2.5, "good", "32.9 小时")),
        figure("return_rate", "退单率", 0.041, base=12001, kind="percent", good="low", links=links),
        figure("rework_rate", "返工率", None, kind="percent", good="low", links=links),
    ]  # fmt: skip


def trend(*, busy: bool = True) -> dict[str, Any]:
    """Return four weeks with a holiday and a make-up day."""
    rnd, first = Random(3), date(2026, 11, 1)
    points = []
    for offset in range(DAYS + 2):
        day = first + timedelta(days=offset)
        kind, words = ("weekend", "周末") if day.weekday() > 4 else ("workday", "")
        if offset in (9, 10, 11):
            kind, words = "holiday", "示例节"
        if offset == 14:
            kind, words = "makeup", "调休上班"
        future = offset >= DAYS
        values = (
            {"opened": rnd.randint(280, 560), "closed": rnd.randint(250, 520)}
            if busy and not future
            else {"opened": 0, "closed": 0}
        )
        key = day.isoformat()
        points.append({"key": key, "label": f"{day.day} 日", "first": key, "last": key, "kind": kind, "kind_words": words, "name": words if kind == "holiday" else "", "future": future, "values": values})  # fmt: skip
    behind = "/admin/summary/behind/?figure={code}&first={{first}}&last={{last}}"
    figures = [
        {"code": code, "name": name, "behind": behind.format(code=code)}
        for code, name in (("opened", "受理量"), ("closed", "办结量"))
    ]
    return {"unit": "day", "figures": figures, "points": points}


def heat(*, busy: bool = True) -> dict[str, Any]:
    """Return a week with its two rushes a day."""
    rnd = Random(5)
    rows = [
        [int(rnd.random() * 12 * (3 if 8 <= hour <= 11 else 2 if 17 <= hour <= 20 else 0 if hour < 5 else 1)) if busy else 0 for hour in range(24)]
        for _day in range(7)
    ]  # fmt: skip
    names = [f"周{one}" for one in "一二三四五六日"]
    return {
        "name": "受理量",
        "weekdays": names,
        "rows": rows,
        "max": max(map(max, rows)),
        "total": sum(map(sum, rows)),
    }


def tree(*, links: bool) -> list[dict[str, Any]]:
    """Return the shipped categories with numbers."""
    rnd = Random(8)
    given = json.loads((ROOT / "reports/data/categories.json").read_text(encoding="utf-8"))[
        "categories"
    ]
    tops = []
    for top in (row for row in given if row["parent"] is None):
        children = []
        for row in (row for row in given if row["parent"] == top["code"]):
            behind = (
                f"/admin/summary/behind/?figure=opened&category={row['code']}" if links else None
            )
            children.append(
                {
                    "id": int(row["code"]),
                    "code": row["code"],
                    "name": row["name"],
                    "value": rnd.randint(0, 400),
                    "share": 0.01,
                    "behind": behind,
                }
            )
        total = sum(child["value"] for child in children)
        behind = f"/admin/summary/behind/?figure=opened&category={top['code']}" if links else None
        kept = [child for child in children if child["value"]]
        tops.append(
            {
                "id": int(top["code"]),
                "code": top["code"],
                "name": top["name"],
                "value": total,
                "share": 0.1,
                "behind": behind,
                "children": kept,
            }
        )
    return sorted(tops, key=lambda one: -one["value"])


COLUMNS = (
    ("in_hand", "在办", "count", None), ("dispatched", "派单量", "count", None), ("finished_on_time_rate", "按期办理率", "percent", "high"),
    ("return_rate", "退单率", "percent", "low"), ("satisfied_rate", "满意率", "percent", "high"), ("rating_rate", "评价率", "percent", "high"),
)  # fmt: skip


def league(*, links: bool) -> dict[str, Any]:
    """Return departments large and small, one with a very long name."""
    rnd = Random(13)
    names = (
        "城建办",
        "环卫所",
        LONG_NAME,
        "执法队",
        "市政所",
        "前峰村",
        "三丰村",
        "临江村",
        "江东区块社区",
        "公共服务办",
    )
    rows = []
    for at, name in enumerate(names):
        base = rnd.randint(11, 1900) if at < 7 else rnd.randint(1, 9)
        cells = {}
        for code, title, kind, good in COLUMNS:
            value = base if kind == "count" else rnd.uniform(0.4, 1)
            small = kind == "percent" and base < 10
            cells[code] = figure(code, title, None if at == 9 and kind == "percent" else value, kind=kind, good=good, base=base if kind == "percent" else None, small=small, links=links, rank=None if small or good is None else at + 1)  # fmt: skip
        rows.append({"id": at + 1, "name": name, "cells": cells})
    columns = [
        {
            "code": code,
            "name": name,
            "kind": kind,
            "good": good,
            "explanation": f"{name}的说明",
            "sortable": True,
        }
        for code, name, kind, good in COLUMNS
    ]
    return {"minimum": 10, "columns": columns, "rows": rows, "note": "样本少于 10 件的不参加排名。"}


def hotspots(*, links: bool) -> list[dict[str, Any]]:
    """Return places that more, fewer and equally many people speak of."""
    rows = (
        ("前峰村路面坑洼", "路面坑洼", "前峰村", 12, 4, "rising", "上升"),
        ("三丰村菜场门口乱停车很久没人管", "机动车违停", "三丰村", 8, 8, "unclear", "持平"),
        ("临江村路灯不亮", "路灯不亮", "临江村", 3, 9, "falling", "回落"),
        ("江东区块社区夜间施工噪声", "施工噪声", "江东区块社区", 6, 2, "rising", "上升"),
    )
    return [
        {"id": at, "text": text, "sentence": f"近 7 天 {recent} 人反映“{text}”，上周 {before} 人", "category": category, "place": place, "recent": recent,
         "previous": before, "growth_text": "至少为前三周平均的 2.1 倍" if trend_ == "rising" else "", "trend": trend_, "trend_text": words, "lat": None,
         "lng": None, "radius_m": 200, "last_at": NOON, "behind": f"/admin/hotspots/{at}/" if links else None}
        for at, (text, category, place, recent, before, trend_, words) in enumerate(rows, 1)
    ]  # fmt: skip


def overdue(*, links: bool) -> dict[str, Any]:
    """Return seven late tickets, one of them confidential."""
    rows = [
        {"number": f"GD2026112800{at}", "title": "村口路灯不亮，晚上老人走路不安全", "category": "路灯不亮", "grid": "前峰村示例网格01", "department": "城建办",
         "status": "处置中", "due_at": "2026-11-20T17:00:00+08:00", "days": 8 - at, "days_text": f"超期 {8 - at} 天", "urgency": "P2", "urgency_text": "一般",
         "behind": f"/admin/dispatch/ticket/{at}/change/"}
        for at in range(1, 7)
    ]  # fmt: skip
    owners = [
        {
            "id": at,
            "name": name,
            "count": number,
            "behind": "/admin/dispatch/ticket/?queue=overdue" if links else None,
        }
        for at, (name, number) in enumerate((("城建办", 4), (LONG_NAME, 2), ("环卫所", 1)))
    ]
    return {
        "count": 7,
        "behind": "/admin/dispatch/ticket/?queue=overdue" if links else None,
        "confidential": int(links),
        "note": "另有 1 件保密工单不列出" if links else "",
        "by_department": owners,
        "rows": rows if links else [],
    }


def satisfaction(*, links: bool) -> dict[str, Any]:
    """Return ratings with a small base."""
    part = "/admin/summary/behind/?figure=rated" if links else None
    parts = [
        {"code": "satisfied", "name": "满意（4–5 分）", "value": 30, "share": 0.5, "behind": part},
        {
            "code": "unsatisfied",
            "name": "不满意（1–3 分）",
            "value": 6,
            "share": 0.1,
            "behind": part,
        },
    ]
    unrated = {"code": "unrated", "name": "办结未评价", "value": 24, "share": 0.4, "behind": None}
    rates = [
        one
        for one in tiles(links=links)
        if one["code"] in {"satisfied_rate", "rating_rate", "solved_rate"}
    ]
    rates.append(
        figure("mean_score", "平均得分", 4.2, kind="score", base=36, good="high", links=links)
    )
    comments = [{"at": NOON, "score": 2, "solved": False, "text": "来过一次，没修好，打电话说还要等，<b>希望</b>快点", "category": "路灯不亮", "department": "城建办", "behind": "/admin/dispatch/ticket/9/change/"},
                {"at": NOON, "score": 5, "solved": True, "text": "当天就清走了，谢谢", "category": "暴露、积存垃圾", "department": "环卫所", "behind": "/admin/dispatch/ticket/8/change/"}]  # fmt: skip
    return {
        "parts": parts,
        "unrated": unrated,
        "figures": rates,
        "comments": comments if links else [],
    }


def dimensions(*, links: bool, scale: int = 1) -> list[dict[str, Any]]:
    """Return the seven and 平安."""
    names = (
        ("culture", "文"),
        ("education", "教"),
        ("fun", "娱"),
        ("health", "康"),
        ("care", "养"),
        ("travel", "行"),
        ("convenience", "便"),
        ("safety", "平安"),
    )
    return [
        {"code": code, "name": name, "figures": [
            figure("opened", "受理量", (7 - at) ** 4 * scale, links=links), figure("in_hand", "在办", at * 11 * scale, links=links),
            figure("on_time_rate", "按期办结率", 0.9 if scale and at < 6 else None, kind="percent", base=58, small=at == 5, links=links)]}
        for at, (code, name) in enumerate(names)
    ]  # fmt: skip


def insights(*, links: bool) -> list[dict[str, Any]]:
    """Return three findings."""
    texts = (
        ("路灯不亮近 14 天 38 件，比往年同期多一倍", "warning"),
        ("城建办的工单平均等 3.2 天才签收，是其他单位的 2 倍", "warning"),
        ("照现在的进度，环卫所本周有 5 件会超期", "danger"),
    )
    return [
        {
            "kind": "rising_category",
            "text": text,
            "strength": 0.8,
            "tone": tone,
            "behind": "/admin/insights/" if links else None,
        }
        for text, tone in texts
    ]


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
    given = {"links": links}
    viewer = {"kiosk": not links, "scope": "all" if links else "kiosk", "words": "全街道"}
    return {"as_of": NOON, "filters": filters(query or {}), "viewer": viewer, "empty": False, "tiles": tiles(**given), "trend": trend(), "heat": heat(), "tree": tree(**given), "dimensions": dimensions(**given),
            "dimensions_note": "一类事项可属于多个维度，各维度相加会大于合计。", "league": league(**given), "hotspots": hotspots(**given), "overdue": overdue(**given), "satisfaction": satisfaction(**given), "insights": insights(**given)}  # fmt: skip


def quiet(
    query: dict[str, str] | None = None, *, ticket: bool = False, links: bool = True
) -> dict[str, Any]:
    """Return a township in which nothing, or one ticket, happened."""
    found = board(query, links=links)
    one = int(ticket)
    for row in found["tiles"]:
        counted = row["kind"] == "count"
        kept = (
            one
            if counted and row["code"] in {"opened", "reported", "in_hand"}
            else 0
            if counted
            else None
        )
        row.update(
            value=kept,
            text="—" if kept is None else str(kept),
            base=None if counted else 0,
            small=not counted and bool(one),
            previous=None,
            year=None,
        )
    found.update(
        empty=not ticket,
        trend=trend(busy=False),
        heat=heat(busy=False),
        tree=[],
        dimensions=dimensions(links=links, scale=0),
        hotspots=[],
        insights=[],
    )
    found["league"]["rows"] = []
    found["overdue"].update(count=0, rows=[], by_department=[], confidential=0, note="")
    found["satisfaction"] = {
        "parts": [],
        "unrated": {**found["satisfaction"]["unrated"], "value": 0, "share": 0},
        "comments": [],
        "figures": [
            {**row, "value": None, "text": "—", "base": 0, "small": False}
            for row in found["satisfaction"]["figures"]
        ],
    }
    if ticket:
        found["trend"]["points"] = [
            {**found["trend"]["points"][0], "values": {"opened": 1, "closed": 0}}
        ]
        found["heat"]["rows"][5][14], found["heat"]["total"], found["heat"]["max"] = 1, 1, 1
        found["tree"] = [
            {
                **tree(links=links)[0],
                "value": 1,
                "children": [{**tree(links=links)[0]["children"][0], "value": 1}],
            }
        ]
        found["league"]["rows"] = [{**league(links=links)["rows"][9], "name": "城建办"}]
    return found


def outlines(*, scale: int = 1, links: bool = True, population: bool = True) -> dict[str, Any]:
    """Return the shipped grids with numbers."""
    rnd = Random(21)
    given = json.loads((ROOT / "reports/data/grids.geojson").read_text(encoding="utf-8"))[
        "features"
    ]
    features = []
    for at, one in enumerate(given, 1):
        people = rnd.randint(300, 2600) if population and at % 7 else None
        opened, opening = rnd.randint(0, 60) * scale, rnd.randint(0, 40) * scale
        rate = round(opened * 1000 / people, 2) if people else None
        paths = (
            {
                name: f"/admin/summary/behind/?figure={name}&grid={at}"
                for name in ("open", "overdue", "opened", "tickets")
            }
            if links
            else None
        )
        numbers = {
            "open": opening,
            "overdue": rnd.choice((0, 0, 0, 1, 2, 5)) * scale,
            "opened": opened,
            "per_1000": rate,
        }
        words = f"{rate:.1f} 件/千人" if rate is not None else "人口未登记"
        known = one["properties"]
        features.append(
            {
                "type": "Feature",
                "id": at,
                "geometry": one["geometry"],
                "properties": {
                    "id": at,
                    "name": known["name"],
                    "village": known["village_name"],
                    "code": known["code"],
                    "population": people,
                    "per_1000_words": words,
                    **numbers,
                    "links": paths,
                },
            }
        )
    measures = [
        {"code": code, "name": name}
        for code, name in (
            ("open", "在办"),
            ("overdue", "超期"),
            ("opened", "本期受理"),
            ("per_1000", "每千人受理"),
        )
    ]
    outside = {
        "name": "未定位到网格",
        "open": 2 * scale,
        "overdue": 0,
        "opened": 3 * scale,
        "per_1000": None,
        "links": None,
    }
    return {
        "type": "FeatureCollection",
        "as_of": NOON,
        "bounds": None,
        "measures": measures,
        "outside": outside,
        "features": features,
    }


def choices() -> dict[str, Any]:
    """Return what the filters offer."""
    periods = [
        ["day", "日"],
        ["week", "周"],
        ["month", "月"],
        ["quarter", "季"],
        ["year", "年"],
        ["custom", "自定义"],
    ]
    categories = [
        {"id": 4, "code": "04", "name": "环境卫生", "parent": None},
        {"id": 31, "code": "0401", "name": "暴露、积存垃圾", "parent": 4},
    ]
    grids = [
        {
            "id": one["id"],
            "name": one["properties"]["name"],
            "village": one["properties"]["village"],
        }
        for one in outlines()["features"]
    ]
    return {
        "periods": periods,
        "categories": categories,
        "departments": [{"id": 2, "name": "城建办"}, {"id": 3, "name": LONG_NAME}],
        "grids": grids,
        "dimensions": [{"code": "travel", "name": "行"}],
    }
