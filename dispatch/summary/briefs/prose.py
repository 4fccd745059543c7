"""基本情况 and 分类情况 as sentences, made of figures: every rate with its base, satisfaction with its answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from dispatch.domain.brief_names import span_text
from dispatch.summary.briefs.facts import FEW, Fact
from dispatch.summary.briefs.spans import Span

_NAMED = 3
_LOW_ANSWERS = 0.3


def overview_text(facts: Sequence[Fact], span: Span) -> str:
    """Return 基本情况: what came in, what was done, how quickly, and what residents thought of it."""
    by_code = {fact.code: fact for fact in facts}
    parts = [_came_in(by_code, span), _done(by_code, span), _judged(by_code), _year(by_code, span)]
    return "\n".join(part for part in parts if part)


def categories_text(tables: Sequence[Mapping[str, Any]], span: Span) -> str:
    """Return 分类情况: the largest categories, villages and units, and what grew most."""
    by_code = {table["code"]: table for table in tables}
    lines = [
        _largest(by_code["category"], _("从事项看，受理")),
        _largest(by_code["village"], _("从地域看，受理")),
        _largest(by_code["department"], _("从承办看，派单"), column="dispatched"),
    ]
    found = [line for line in lines if line]
    if not found:
        return _("%s没有可分类统计的事项。") % span.now_word
    return "\n".join(found)


def _came_in(facts: Mapping[str, Fact], span: Span) -> str:
    days = span_text(span.first, span.last)
    opened = facts["opened"]
    if not opened.value and not facts["closed"].value and not facts["in_hand"].value:
        return _("%(now)s（%(days)s）没有受理群众诉求，期末没有在办事项。") % {
            "now": span.now_word,
            "days": days,
        }
    reported = facts.get("reported")
    said = _("收到上报 %s，") % reported.text if reported and reported.value else ""
    return _("%(now)s（%(days)s）%(said)s受理群众诉求 %(opened)s%(change)s；办结 %(closed)s%(done)s；期末在办 %(left)s%(suspended)s。") % {
        "now": span.now_word,
        "days": days,
        "said": said,
        "opened": opened.text,
        "change": _ago(opened, span),
        "closed": facts["closed"].text,
        "done": _ago(facts["closed"], span),
        "left": facts["in_hand"].text,
        "suspended": _suspended(facts),
    }  # fmt: skip


def _suspended(facts: Mapping[str, Fact]) -> str:
    fact = facts.get("suspended_now")
    return _("（其中挂账 %s）") % fact.text if fact and fact.value else ""


def _done(facts: Mapping[str, Fact], span: Span) -> str:
    known = [
        _("%(name)s %(text)s%(base)s%(change)s") % {
            "name": facts[code].name,
            "text": facts[code].text,
            "base": _base(facts[code]),
            "change": _ago(facts[code], span),
        }
        for code in ("on_time_rate", "answer_hours", "return_rate")
        if code in facts and facts[code].value is not None
    ]  # fmt: skip
    return "；".join(known) + "。" if known else ""


def _judged(facts: Mapping[str, Fact]) -> str:
    """Satisfaction always stands beside how many answered: no answer is never satisfied."""
    rating, satisfied, solved = (
        facts[code] for code in ("rating_rate", "satisfied_rate", "solved_rate")
    )
    if rating.value is None:
        return ""
    text = _("群众评价率 %(rate)s%(base)s") % {"rate": rating.text, "base": _base(rating)}
    if satisfied.value is None:
        return text + _("，没有收到评价，满意率无从谈起。")
    text += _("；参与评价的群众中，满意率 %(happy)s%(base)s") % {
        "happy": satisfied.text,
        "base": _base(satisfied),
    }
    if solved.value is not None:
        text += _("，解决率 %(solved)s%(base)s") % {"solved": solved.text, "base": _base(solved)}
    low = rating.value < _LOW_ANSWERS
    return text + (_("。评价率较低，满意率只代表参与评价的群众。") if low else "。")


def _year(facts: Mapping[str, Fact], span: Span) -> str:
    if span.year_before() is None:
        return ""
    known = [
        _("%(name)s%(change)s") % {"name": facts[code].name, "change": facts[code].year}
        for code in ("opened", "closed", "on_time_rate")
        if facts[code].year
    ]
    if not known:
        return _("去年同期系统未运行，没有同比数据。")
    return _("与去年同期相比，%s。") % "，".join(known)


def _ago(fact: Fact, span: Span) -> str:
    if not fact.before:
        return ""
    # The figure's own base stands right before it.
    change = fact.before.removesuffix(FEW) if fact.small else fact.before
    word = _("与") if change.startswith(_("持平")) else _("比")
    return f"，{word}{span.before_word}{change}"


def _base(fact: Fact) -> str:
    """Return the base in brackets; a small one says so."""
    if not fact.base:
        return ""
    return _("（%s，基数小，仅供参考）") % fact.base if fact.small else f"（{fact.base}）"


def _largest(table: Mapping[str, Any], says: str, *, column: str = "opened") -> str:
    at = _column(table, column)
    if at is None:
        return ""
    counted = [row for row in table["rows"] if row["cells"][at]["value"]]
    rows = sorted(counted, key=lambda row: -row["cells"][at]["value"])[:_NAMED]
    if not rows:
        return ""
    named = "、".join(
        _("%(name)s（%(count)s 件）") % {"name": row["name"], "count": row["cells"][at]["text"]}
        for row in rows
    )
    # Where each has one, none has the most.
    word = _("最多的是") if rows[0]["cells"][at]["value"] > 1 else _("的有")
    return f"{says}{word}{named}。"


def _column(table: Mapping[str, Any], code: str) -> int | None:
    names = [column.get("code") for column in table["columns"]]
    return names.index(code) if code in names else None
