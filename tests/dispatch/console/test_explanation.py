"""Why triage decided: one sentence, bars, marked words; nothing raw, nothing unescaped, nothing odd fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch.console.explanation import Names, marks_of, triage_card, word_bars
from dispatch.console.highlight import Mark, highlight
from dispatch.console.run_rows import percent, percents
from dispatch.domain.opening import attach_report
from dispatch.models import Ticket, TriageRun
from reports.models import Report
from tests.dispatch.factories import Cast, make_report, make_ticket

Browser = Callable[[str], Client]
LAMP = {
    "category": "0302",
    "name": "路灯不亮",
    "confidence": 0.93,
    "department": "城建办",
    "words": ["路灯", "不亮"],
    "weights": [1.5, 0.5],
}
WASTE = {
    "category": "0401",
    "name": "暴露/积存垃圾",
    "confidence": 0.05,
    "department": "环卫所",
    "words": ["垃圾"],
    "weights": [0.4],
}


def step(name: str, *, ok: bool = True, reason: str = "", **data: object) -> dict[str, Any]:
    return {"step": name, "ok": ok, "reason": reason, "data": data}


def run_of(**values: Any) -> TriageRun:
    return TriageRun(
        **{
            "report": Report(number="XC261124-AAAAAA"),
            "at": timezone.now(),
            "decision": "dispatched",
            "candidates": [LAMP, WASTE],
            "model_version": "model-0123456789",
            "duration_ms": 3,
            **values,
        }
    )


def sentence(**values: Any) -> str:
    names = Names(departments={"urban": "城建办", "police": "派出所"})
    return str(triage_card(run_of(**values), names)["sentence"])


ROUTED = step("route", reason="城建办（按分类分工）", lead="urban", rule=None)


def test_it_says_that_it_was_sure() -> None:
    told = sentence(steps=[step("classify", threshold=0.88), ROUTED])
    assert told == "系统有 93% 的把握是“路灯不亮”，达到自动派单线 88%，已派给城建办"


def test_it_says_that_it_was_not() -> None:
    unsure = {**LAMP, "confidence": 0.61}
    told = sentence(
        decision="queued",
        candidates=[unsure, WASTE],
        steps=[step("classify", ok=False, reason="分类把握不足（61%）", threshold=0.88)],
    )
    assert told == "是“路灯不亮”的把握 61%，未达到自动派单线 88%，转指挥室"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        # Runs from before the threshold was kept.
        ({"steps": [ROUTED]}, "系统有 93% 的把握是“路灯不亮”，已派给城建办"),
        ({"steps": []}, "系统有 93% 的把握是“路灯不亮”，已派给城建办"),
        (
            {
                "decision": "queued",
                "steps": [step("classify", ok=False, reason="分类把握不足（45%）：甲 / 乙")],
            },
            "分类把握不足（45%）：甲 / 乙，转指挥室",
        ),
        (
            {
                "decision": "queued",
                "steps": [step("classify", threshold=0.88), step("locate", ok=False, reason="位置在辖区外约 900 米")],
            },
            "系统有 93% 的把握是“路灯不亮”，但位置在辖区外约 900 米，转指挥室",
        ),
        (
            {"decision": "queued", "steps": [step("classify", ok=False, threshold=1.01)]},
            "“路灯不亮”目前不自动派单（把握 93%），转指挥室",
        ),
        (
            {"decision": "queued", "candidates": [], "steps": []},
            "没有找到可以判断分类的词语，转指挥室",
        ),
        (
            {
                "decision": "failed",
                "steps": [step("screen"), step("classify", ok=False, reason="出错：ValueError")],
            },
            "研判在“分类”这一步出错，已转指挥室，请人工研判",
        ),
        (
            {
                "decision": "attached",
                "steps": [step("duplicates", reason="并入工单 GD261124-AAAAA（同日、同地、内容相同）")],
            },
            "并入工单 GD261124-AAAAA（同日、同地、内容相同）",
        ),
        ({"decision": "queued", "steps": []}, "系统有 93% 的把握是“路灯不亮”，转指挥室"),
        (
            {"decision": "queued", "steps": [step("classify")], "reason": "自动派单已关闭"},
            "系统有 93% 的把握是“路灯不亮”，但自动派单已关闭，转指挥室",
        ),
        (
            {
                "decision": "queued",
                "steps": [
                    step("classify", ok=False, reason="分类把握不足", threshold=0.95),
                    step("prioritise", ok=False, reason="特急：有险情词“漏电”，请人工确认"),
                ],
            },
            "是“路灯不亮”的把握 93%，未达到自动派单线 95%，转指挥室；特急：有险情词“漏电”，请人工确认",
        ),
    ],
)  # fmt: skip
def test_it_says_every_outcome(values: dict[str, Any], told: str) -> None:
    assert sentence(**values) == told


def test_figures_that_would_read_the_same_get_a_decimal() -> None:
    assert percents(0.876, 0.881) == ["87.6%", "88.1%"]
    assert percents(0.93, 0.88) == ["93%", "88%"]
    assert (percent(0.9996), percent(1), percent("x")) == ("99%", "100%", "0%")


def test_words_have_bars_where_weights_are_known() -> None:
    bars = word_bars(["路灯", "不亮"], [1.5, 0.5])
    assert [(bar.word, bar.width, bar.weight) for bar in bars] == [
        ("路灯", 100, "1.50"),
        ("不亮", 33, "0.50"),
    ]
    for weights in (None, [], "x", [None], [True], [0], [-1], [float("nan")]):
        assert word_bars(["路灯"], weights)[0].width is None
    assert [bar.width for bar in word_bars(["路灯", "不亮"], [2])] == [100, None]


def test_it_names_rule_place_and_danger() -> None:
    card = triage_card(
        run_of(
            steps=[
                step("locate", reason="归入最近的示例网格（相距约 80 米）", village="临江村",
                     named=["沿江村"], contradiction={"name": "沿江村", "distance_m": 1200},
                     shift_hint="sent_gcj02_as_wgs84"),
                step("prioritise", reason="紧急（险情词“漏电”）", dangers=["漏电"],
                     taken_back=[{"word": "线断了", "why": "说的是电话线"}]),
                step("route", reason="派出所（规则：夜间）", lead="police", rule="夜间",
                     skipped=[{"rule": "旧规则", "reason": "主办单位已停用"}]),
                step("duplicates", ticket="GD261124-AAAAA",
                     suggestions=[{"ticket": "GD261124-BBBBB", "distance_m": 12.4, "similarity": 0.81}]),
            ],
        ),
        Names(tickets={"GD261124-BBBBB": "/t/2"}),
    )  # fmt: skip
    facts = dict(card["facts"])
    assert facts["承办依据"] == "派单规则“夜间”：派出所"
    assert facts["跳过的规则"] == "旧规则（主办单位已停用）"
    assert facts["位置依据"] == "归入最近的示例网格（相距约 80 米）"
    assert (facts["所在村社"], facts["提到的地名"]) == ("临江村", "沿江村")
    assert facts["地名矛盾"] == "文字提到“沿江村”，与定位不符，相距约 1200 米"
    assert facts["坐标提示"].startswith("坐标可能是 GCJ-02")
    assert facts["紧急程度"] == "紧急（险情词“漏电”）"
    assert facts["不算险情"] == "“线断了”：说的是电话线"
    assert card["dangers"] == ["漏电"]
    assert [(row.number, row.url, row.facts) for row in card["similar"]] == [
        ("GD261124-AAAAA", "", "已并入"),
        ("GD261124-BBBBB", "/t/2", "相距 12 米 · 文字相似 81%"),
    ]
    assert dict(card["foot"]) == {"研判模型": "学习模型（版本 0123456789）", "用时": "3 毫秒"}


@pytest.mark.parametrize("odd", [None, {}, "x", 7, [None], ["x"], [{}], [[]], [{"data": "x"}]])
def test_a_row_of_any_shape_shows(odd: Any) -> None:
    for decision in ("dispatched", "queued", "attached", "failed", "?"):
        card = triage_card(run_of(decision=decision, steps=odd, candidates=odd, model_version=""))
        assert card["sentence"]
    odd_data = [
        step(name, **dict.fromkeys(("candidates", "dangers", "suggestions", "skipped", "named",
                                    "contradiction", "threshold", "ticket", "rule", "taken_back"), odd))
        for name in ("classify", "locate", "prioritise", "duplicates", "route")
    ]  # fmt: skip
    assert triage_card(run_of(steps=odd_data))["decision"] == "自动派单"


def test_words_are_marked_and_everything_is_escaped() -> None:
    marks = [
        Mark("漏电", "mark-danger", '险情"<b>'),
        Mark("路灯…不亮", "mark-1", "支持"),
        Mark("不亮", "mark-1", "支持"),
        Mark("灯", "mark-2", "一个字不标"),
        Mark("", "mark-2", ""),
        Mark("<script>", "mark-2", ""),
    ]
    html = highlight("<b>路灯一直不亮</b>\n好像漏电 <script>", marks)
    assert html == (
        '&lt;b&gt;<mark class="xc-mark xc-mark-1" title="支持">路灯一直不亮</mark>&lt;/b&gt;<br>好像'
        '<mark class="xc-mark xc-mark-danger" title="险情&quot;&lt;b&gt;">漏电</mark> '
        '<mark class="xc-mark xc-mark-2" title="">&lt;script&gt;</mark>'
    )
    assert highlight("", marks) == ""


def test_dangers_are_marked_before_candidates() -> None:
    run = run_of(steps=[step("prioritise", dangers=["漏电"])])
    assert [mark.word for mark in marks_of(run)] == ["漏电", "路灯", "不亮", "垃圾"]


def page(browser: Browser, username: str, ticket: Ticket) -> str:
    url = reverse("admin:dispatch_ticket_change", args=(ticket.pk,))
    return browser(username).get(url).content.decode()


def keep_run(ticket: Ticket, **values: Any) -> TriageRun:
    report = values.pop("report", None) or ticket.ticket_reports.get().report
    run = run_of(report=report, ticket=ticket, decision="queued", **values)
    run.save()
    return run


def test_the_page_shows_it_to_the_command_room_only(browser: Browser, cast: Cast) -> None:
    evil = "<img src=x onerror=alert(1)>"
    now = timezone.now()
    ticket = make_ticket(cast=cast, now=now, report=make_report(text=f"路灯不亮 {evil}\n第二行"))
    near = make_ticket(cast=cast, now=now)
    keep_run(
        ticket,
        candidates=[{**LAMP, "name": evil, "words": ["路灯", evil]}, WASTE],
        steps=[
            step("prioritise", reason=evil, dangers=[evil]),
            step("duplicates", suggestions=[{"ticket": near.number, "distance_m": 3}]),
        ],
    )
    for username in ("dispatcher", "lead", "verifier", "auditor"):
        html = page(browser, username, ticket)
        assert "<mark" in html
        assert evil not in html
        assert reverse("admin:dispatch_ticket_change", args=(near.pk,)) in html
        assert "各步结论" in html
    assert "model-0123456789" not in html


def test_a_failed_run_shows_no_technical_name(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(cast=cast, now=timezone.now())
    reason = "系统研判出错（classify：ValueError），请人工研判"
    Ticket.objects.filter(pk=ticket.pk).update(queue_reason=reason)
    run = keep_run(
        ticket,
        candidates=[],
        reason=reason,
        error="classify: ValueError",
        steps=[step("classify", ok=False, reason="出错：ValueError")],
    )
    TriageRun.objects.filter(pk=run.pk).update(decision="failed")
    html = page(browser, "lead", ticket)
    assert "研判在“分类”这一步出错" in html
    assert "系统研判出错（分类），请人工研判" in html
    assert "ValueError" not in html
    assert "classify" not in html


def test_the_run_that_opened_the_ticket_comes_first(browser: Browser, cast: Cast) -> None:
    now = timezone.now()
    ticket = make_ticket(cast=cast, now=now)
    opened = keep_run(ticket)
    report = make_report(now=now)
    attach_report(report, ticket, now=now)
    joined = keep_run(ticket, report=report, candidates=[WASTE])
    TriageRun.objects.filter(pk=joined.pk).update(decision="attached")
    response = browser("lead").get(reverse("admin:dispatch_ticket_change", args=(ticket.pk,)))
    assert [row["report"] for row in response.context["triage"]] == [
        opened.report.number,
        report.number,
    ]
    assert response.context["candidates"][0]["name"] == "路灯不亮"
