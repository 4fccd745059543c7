"""Why triage decided as it did, in plain Chinese, from what the run kept.

Runs of earlier versions lack some of it, and a row may hold anything: whatever is missing or odd is
left out, and nothing here fails.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from dispatch.console.highlight import Mark
from dispatch.console.run_rows import (
    Row,
    candidates_of,
    data_of,
    number,
    percent,
    percents,
    rows_of,
    steps_of,
    strings,
)
from dispatch.console.wording import DECISION_NAMES, STEP_NAMES, moment_text
from dispatch.models import TriageRun
from dispatch.queries.triage_runs import SHOWN_CANDIDATES
from dispatch.summary.versions import version_text
from xiangcun.lib.text import mask_contacts

MAX_LINES = 8
NEVER = 1.0
"""A threshold above this means that the category is never dispatched unasked."""
_FAILURE = re.compile(r"（([a-z_]+)[：:]\s*[A-Za-z_]\w*）")
_LETTER_BASES = {
    "表扬的单位": "转给来信表扬的单位",
    "按来信内容的分工": "按来信内容的分工",
}
_SHIFTS = {
    "sent_gcj02_as_wgs84": "坐标可能是 GCJ-02 被当作 WGS-84 上传",
    "sent_wgs84_as_gcj02": "坐标可能本是 WGS-84 却被再次换算",
}


@dataclass(frozen=True, slots=True)
class Names:
    """What codes of the run are called: departments by code, tickets' addresses by number."""

    departments: Mapping[str, str] = field(default_factory=dict)
    tickets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WordBar:
    """A word and how much it weighed beside the strongest one, 0–100 (``None``: not known)."""

    word: str
    weight: str
    width: int | None


@dataclass(frozen=True, slots=True)
class CandidateCard:
    """One candidate category: ``width`` is its confidence in percent."""

    name: str
    confidence: str
    width: int
    department: str
    words: list[WordBar]


@dataclass(frozen=True, slots=True)
class SimilarTicket:
    """A ticket that may be the same matter."""

    number: str
    url: str
    facts: str


def triage_card(run: TriageRun, names: Names | None = None) -> dict[str, Any]:
    """Build what triage decided and why."""
    names = names or Names()
    steps = steps_of(run)
    candidates = candidates_of(run)
    return {
        "report": run.report.number,
        "at": moment_text(run.at),
        "decision": DECISION_NAMES.get(run.decision, _("已研判")),
        "tone": "success" if run.decision == "dispatched" else "warning",
        "sentence": sentence(run, names),
        "reason": plain_reason(run.reason),
        "steps": [
            {
                "name": STEP_NAMES.get(str(row.get("step", "")), _("其他")),
                "ok": bool(row.get("ok")),
                "reason": step_reason(row),
            }
            for row in steps.values()
        ],
        "candidates": [candidate_card(row) for row in candidates[:SHOWN_CANDIDATES]],
        "facts": facts_of(steps),
        "dangers": dangers_of(run),
        "similar": similar_of(steps, names),
        "foot": _foot(run),
    }


def plain_reason(text: str) -> str:
    """Return a stored reason without the codes of a failed step, contacts masked."""
    named = _FAILURE.sub(lambda found: f"（{STEP_NAMES.get(found[1], _('其他'))}）", text)
    return mask_contacts(named)


def step_reason(row: Row) -> str:
    """Return a step's reason; an error's technical name goes to the log, not to a clerk."""
    reason = str(row.get("reason", ""))
    return _("这一步出错，已交人工") if reason.startswith("出错：") else mask_contacts(reason)


def sentence(run: TriageRun, names: Names) -> str:
    """Say in one sentence what was decided, how sure triage was and what it took."""
    steps, best = steps_of(run), next(iter(candidates_of(run)), None)
    if run.decision == "failed":
        broken = next((name for name, row in steps.items() if not row.get("ok")), "")
        return _("研判在“%s”这一步出错，已转指挥室，请人工研判") % STEP_NAMES.get(broken, _("其他"))
    if run.decision == "attached":
        joined = str(data_of(steps, "duplicates").get("ticket", ""))
        why = step_reason(steps.get("duplicates", {}))
        return why or _("已并入工单 %s") % joined
    if best is None:
        return _("没有找到可以判断分类的词语，转指挥室")
    confidence = number(best.get("confidence")) or 0.0
    line = number(data_of(steps, "classify").get("threshold"))
    if run.decision == "dispatched":
        return _dispatched(best, confidence, line, _department(steps, best, names))
    return _queued(best, confidence, line, steps, plain_reason(run.reason))


def _dispatched(best: Row, confidence: float, line: float | None, department: str) -> str:
    shown = percents(confidence, *([] if line is None else [line]))
    sure = _("系统有 %(sure)s 的把握是“%(name)s”") % {
        "sure": shown[0],
        "name": best.get("name", ""),
    }
    reached = _("，达到自动派单线 %s") % shown[1] if line is not None else ""
    return sure + reached + (_("，已派给%s") % department if department else _("，已自动派单"))


def _queued(
    best: Row, confidence: float, line: float | None, steps: Mapping[str, Row], reason: str
) -> str:
    name, sure = best.get("name", ""), percent(confidence)
    if line is not None and line > NEVER:
        return _("“%(name)s”目前不自动派单（把握 %(sure)s），转指挥室") % {
            "name": name,
            "sure": sure,
        }
    if line is not None and confidence < line:
        sure, needed = percents(confidence, line)
        words = {"name": name, "sure": sure, "line": needed}
        told = _("是“%(name)s”的把握 %(sure)s，未达到自动派单线 %(line)s，转指挥室") % words
        return "；".join([told, *_holds(steps, but="classify")[:1]])
    holds = _holds(steps) or ([reason] if reason else [])
    if not holds:
        return _("系统有 %(sure)s 的把握是“%(name)s”，转指挥室") % {"sure": sure, "name": name}
    if len(holds) == 1 and not steps.get("classify", {}).get("ok", True):
        return _("%s，转指挥室") % holds[0]
    return _("系统有 %(sure)s 的把握是“%(name)s”，但%(holds)s，转指挥室") % {
        "sure": sure,
        "name": name,
        "holds": "；".join(holds[:2]),
    }


def _holds(steps: Mapping[str, Row], *, but: str = "") -> list[str]:
    """Return why a person must look, in the order of the steps."""
    return [step_reason(row) for name, row in steps.items() if not row.get("ok") and name != but]


def _department(steps: Mapping[str, Row], best: Row, names: Names) -> str:
    lead = names.departments.get(str(data_of(steps, "route").get("lead", "")), "")
    return lead or str(best.get("department") or "")


def candidate_card(row: Row) -> CandidateCard:
    """Build the card of one candidate; words without weights are shown without bars."""
    share = min(max(number(row.get("confidence")) or 0.0, 0.0), 1.0)
    return CandidateCard(
        name=str(row.get("name", "")),
        confidence=percent(share),
        width=round(share * 100),
        department=str(row.get("department") or _("无分工")),
        words=word_bars(strings(row.get("words")), row.get("weights")),
    )


def word_bars(words: Sequence[str], weights: object) -> list[WordBar]:
    """Pair words with their weights; the strongest has the full width."""
    rows = weights if isinstance(weights, list) else []
    values = [number(row) for row in rows]
    known = [value for value in values if value is not None and value > 0]
    bars = []
    for index, word in enumerate(words):
        value = values[index] if index < len(values) else None
        if value is None or not known:
            bars.append(WordBar(word, "", None))
        else:
            width = max(0, round(value / max(known) * 100))
            bars.append(WordBar(word, f"{value:.2f}", width))
    return bars


def facts_of(steps: Mapping[str, Row]) -> list[tuple[str, str]]:
    """Return rule or duty, place and urgency as lines (label, text)."""
    facts = [
        (_("承办依据"), _routing(steps)),
        (_("跳过的规则"), _skipped(data_of(steps, "route"))),
        *_place(steps),
        (_("紧急程度"), step_reason(steps.get("prioritise", {}))),
        (_("不算险情"), _taken_back(data_of(steps, "prioritise"))),
    ]
    return [(label, mask_contacts(text)) for label, text in facts if text]


def _routing(steps: Mapping[str, Row]) -> str:
    route, reason = data_of(steps, "route"), step_reason(steps.get("route", {}))
    if "route" not in steps or not steps["route"].get("ok"):
        return reason
    rule = route.get("rule")
    department, _bracket, why = reason.partition("（")
    basis = _LETTER_BASES.get(why.removesuffix("）"), _("按事项分类的职责分工"))
    if rule:
        basis = _("派单规则“%s”") % rule
    return f"{basis}：{department}"


def _skipped(route: Row) -> str:
    rows = rows_of(route.get("skipped"))
    lines = [f"{row.get('rule', '')}（{row.get('reason', '')}）" for row in rows]
    return "；".join(lines[:MAX_LINES])


def _taken_back(urgency: Row) -> str:
    """Name the danger words that the text itself takes back ("电话线断了" is no live wire)."""
    rows = rows_of(urgency.get("taken_back"))[:MAX_LINES]
    return "；".join(f"“{row.get('word', '')}”：{row.get('why', '')}" for row in rows)


def _place(steps: Mapping[str, Row]) -> list[tuple[str, str]]:
    place = data_of(steps, "locate")
    contradiction = place.get("contradiction")
    told = contradiction if isinstance(contradiction, dict) else {}
    against = _("文字提到“%s”，与定位不符") % told["name"] if told.get("name") else ""
    apart = number(told.get("distance_m"))
    if against and apart:
        against += _("，相距约 %d 米") % round(apart)
    return [
        (_("位置依据"), step_reason(steps.get("locate", {}))),
        (_("所在村社"), str(place.get("village") or "")),
        (_("提到的地名"), "、".join(strings(place.get("named")))),
        (_("地名矛盾"), against),
        (_("坐标提示"), _SHIFTS.get(str(place.get("shift_hint")), "")),
    ]


def dangers_of(run: TriageRun) -> list[str]:
    """Return the danger words that were found."""
    return strings(data_of(steps_of(run), "prioritise").get("dangers"))


def similar_numbers(run: TriageRun) -> list[str]:
    """Return the numbers of the tickets that triage found similar."""
    data = data_of(steps_of(run), "duplicates")
    found = [row.get("ticket") for row in rows_of(data.get("suggestions"))[:MAX_LINES]]
    return [str(row) for row in [data.get("ticket"), *found] if row]


def similar_of(steps: Mapping[str, Row], names: Names) -> list[SimilarTicket]:
    """Return the ticket it joined and the similar ones, with how near and how alike they are."""
    data = data_of(steps, "duplicates")
    joined = str(data.get("ticket") or "")
    rows: list[Row] = [{**data, "joined": True}] if joined else []
    rows += rows_of(data.get("suggestions"))[:MAX_LINES]
    return [_similar(row, names) for row in rows]


def _similar(row: Row, names: Names) -> SimilarTicket:
    distance, alike = number(row.get("distance_m")), number(row.get("similarity"))
    parts = [
        _("已并入") if row.get("joined") else "",
        _("相距 %d 米") % round(distance) if distance is not None else "",
        _("文字相似 %s") % percent(alike) if alike is not None else "",
    ]
    ticket = str(row.get("ticket", ""))
    return SimilarTicket(ticket, names.tickets.get(ticket, ""), " · ".join(filter(None, parts)))


def marks_of(run: TriageRun) -> list[Mark]:
    """Return what to mark in the report's text: dangers first, then each candidate's words."""
    marks = [Mark(word, "mark-danger", _("险情词语")) for word in dangers_of(run)]
    for place, row in enumerate(candidates_of(run)[:SHOWN_CANDIDATES], start=1):
        title = _("支持“%s”") % row.get("name", "")
        words = sorted(strings(row.get("words")), key=len, reverse=True)
        marks += [Mark(word, f"mark-{place}", title) for word in words]
    return marks


def _foot(run: TriageRun) -> list[tuple[str, str]]:
    data = data_of(steps_of(run), "classify")
    line = number(data.get("threshold"))
    shown = ""
    if line is not None:
        shown = _("当前不自动派单") if line > NEVER else percent(line)
    feet = [
        (_("研判模型"), version_text(run.model_version)),
        (_("当日自动派单线"), shown),
        (_("用时"), _("%d 毫秒") % run.duration_ms),
    ]
    return [foot for foot in feet if foot[1]]
