"""Freezing a brief: everything that it counts, finds and suggests, read once and kept as plain data.

Some forty statements over rollups, names and bounded lists; no moment of the reading is in the data, so
that reading the same figures again gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from dispatch.domain.actors import Actor
from dispatch.domain.brief_steps import EDITS
from dispatch.domain.briefs import Frozen, create_brief, refresh_brief
from dispatch.enums import BriefKind
from dispatch.models import Brief, Department, Staff
from dispatch.queries.briefs import first_ticket_day
from dispatch.queries.sheets import issuer_name
from dispatch.summary.briefs.cases import choose_cases
from dispatch.summary.briefs.facts import facts_of, read_spans
from dispatch.summary.briefs.problems import (
    advice_text,
    as_data,
    find_problems,
    is_fresh,
    problems_text,
)
from dispatch.summary.briefs.prose import categories_text, overview_text
from dispatch.summary.briefs.spans import MOST_DAYS, Span, span_of
from dispatch.summary.briefs.tables import build_tables, read_counted
from dispatch.summary.reading import Place
from dispatch.summary.rollup import fold_all
from xiangcun.lib.errors import InvalidInputError, NotAllowedError
from xiangcun.lib.workdays import SHANGHAI

FORM = 1
"""The shape of the data; a drawing that reads another one has to know both."""
_BARS = 8


def build_brief(span: Span, *, user: Staff | None, now: datetime) -> tuple[Brief, bool]:
    """Freeze the figures of ``span`` and make its draft, unless there is one."""
    there = Brief.objects.filter(kind=span.kind, first=span.first, last=span.last).first()
    if there is not None:
        return there, False
    frozen = freeze(span, now=now)
    return create_brief(span.kind, span.first, span.last, frozen, user=user, now=now)


def build_by_hand(kind: BriefKind, day: date, *, actor: Actor, now: datetime) -> tuple[Brief, bool]:
    """Make the draft of the day, week or month that holds ``day``; it must have begun."""
    if not actor.roles & EDITS:
        raise NotAllowedError("role_not_allowed", "简报由指挥室坐席或值班领导起草")
    today = now.astimezone(SHANGHAI).date()
    if not date(2000, 1, 1) <= day <= today:
        raise InvalidInputError.of_field("day", "out_of_range", "日期不能晚于今天")
    span = span_of(kind, day)
    return build_brief(Span(kind, span.first, min(span.last, today)), user=actor.user, now=now)


def take_figures_again(brief: Brief, *, version: int, actor: Actor, now: datetime) -> Brief:
    """Freeze the issue's period once more, as a new version."""
    span = Span(BriefKind(brief.kind), brief.first, brief.last)
    return refresh_brief(brief.pk, freeze(span, now=now), version=version, actor=actor, now=now)


def freeze(span: Span, *, now: datetime) -> Frozen:
    """Read everything about ``span``, after counting what lies in the ledger uncounted.

    What is frozen stays: a morning on which the beat is behind must not leave out last night.
    """
    if span.days > MOST_DAYS:
        raise InvalidInputError("brief_too_long", f"一期简报最多 {MOST_DAYS} 天")
    fold_all(now=now)
    ran = _ran(span)
    spans = read_spans(span, ran=ran)
    facts = facts_of(spans)
    counted = read_counted(span, with_before=ran[0])
    tables = build_tables(counted, spans.now, spans.before, span)
    departments = dict(Department.objects.values_list("pk", "short_name"))
    fresh = is_fresh(span.last, now)
    lines = find_problems(
        last=span.last,
        departments=counted.now[Place.DEPARTMENT],
        total=spans.now,
        names=departments,
        fresh=fresh,
        now=now,
    )
    since, until = _moments(span)
    cases = choose_cases(since=since, until=until, now=now, fresh=fresh)
    data = {
        "form": FORM,
        "kind": str(span.kind),
        "first": span.first.isoformat(),
        "last": span.last.isoformat(),
        "heading": f"{settings.BRIEF_NAME}{span.kind.label}",
        "issuer": settings.BRIEF_ISSUER or issuer_name(),
        "before_word": span.before_word,
        "compares": [spans.before is not None, spans.year is not None],
        "facts": [asdict(fact) for fact in facts],
        "tables": tables,
        "charts": charts_of(tables, span),
        "problems": as_data(lines),
        "cases": [asdict(case) for case in cases],
    }
    blocks = {
        "overview": overview_text(facts, span),
        "categories": categories_text(tables, span),
        "problems": problems_text(lines)[:4000],
        **{case.key: case.text[:600] for case in cases},
        "advice": advice_text(lines, facts)[:2000],
        "reports_to": settings.BRIEF_REPORTS_TO,
        "copies_to": settings.BRIEF_COPIES_TO,
    }
    return Frozen(data, blocks)


def charts_of(tables: Sequence[Mapping[str, Any]], span: Span) -> list[dict[str, Any]]:
    """Return the series that are drawn: days, largest categories, units; empty ones are left out."""
    by_code = {table["code"]: table for table in tables}
    charts = [
        _bars(by_code["category"], ("opened",), "categories", _("%s受理最多的事项（件）") % span.now_word),
        _bars(by_code["department"], ("closed", "in_hand"), "departments", _("各单位办结与期末在办（件）")),
    ]  # fmt: skip
    if "day" in by_code:
        charts.insert(
            0, _line(by_code["day"], ("opened", "closed"), "days", _("每日受理与办结（件）"))
        )
    return [chart for chart in charts if any(any(row["values"]) for row in chart["series"])]


def _bars(table: Mapping[str, Any], codes: Sequence[str], code: str, title: str) -> dict[str, Any]:
    """Return the first rows that have anything to draw."""
    names = [column["code"] for column in table["columns"]]
    places = [names.index(code) for code in codes]
    rows = [row for row in table["rows"] if any(row["cells"][at]["value"] for at in places)]
    return {
        **_series({**table, "rows": rows[:_BARS]}, codes),
        "code": code,
        "kind": "bar",
        "title": title,
    }


def _line(table: Mapping[str, Any], codes: Sequence[str], code: str, title: str) -> dict[str, Any]:
    return {**_series(table, codes), "code": code, "kind": "line", "title": title}


def _series(table: Mapping[str, Any], codes: Sequence[str]) -> dict[str, Any]:
    names = [column["code"] for column in table["columns"]]
    places = [names.index(code) for code in codes]
    return {
        "names": [row["name"] for row in table["rows"]],
        "series": [
            {
                "name": table["columns"][at]["name"],
                "values": [row["cells"][at]["value"] or 0 for row in table["rows"]],
            }
            for at in places
        ],
    }


def _ran(span: Span) -> tuple[bool, bool]:
    """Whether the office ran in the period before, and in that of the year before."""
    begun = first_ticket_day()
    year = span.year_before()
    if begun is None:
        return False, False
    return span.previous().last >= begun, year is not None and year.last >= begun


def _moments(span: Span) -> tuple[datetime, datetime]:
    first = datetime.combine(span.first, time.min, tzinfo=SHANGHAI)
    last = datetime.combine(span.last + timedelta(days=1), time.min, tzinfo=SHANGHAI)
    return first, last
