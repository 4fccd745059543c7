"""The list behind a figure: what it counts, one row each, for those who may see it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from dispatch.console.people import actor_of
from dispatch.console.summary_forms import FIRST_YEAR, LAST_YEAR, leaves_of
from dispatch.console.summary_views import readable_or_refused
from dispatch.console.wording import moment_text, span_text
from dispatch.enums import TicketAction
from dispatch.models import Department, Ticket
from dispatch.models.tickets import status_words
from dispatch.queries.access import visible_tickets
from dispatch.summary.behind import Page, Row, behind_url, figure_of, lines_behind, measure_of
from dispatch.summary.figures import grid_name
from dispatch.summary.kinds import Figure
from dispatch.summary.periods import named_period
from dispatch.summary.ratios import FIGURES, shown
from dispatch.summary.reading import read_total
from dispatch.summary.scopes import MAX_DAYS, Scope
from reports.models import Category, Grid
from xiangcun.lib.errors import DomainError, InvalidInputError
from xiangcun.lib.text import mask_contacts

_IDS = re.compile(r"\d{0,15}(,\d{0,15}){0,999}", re.ASCII)
_MOST_NAMES = 3
_NOWHERE = "—"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, cut to what this person reads."""

    figure: Figure
    part: str
    scope: Scope
    after: str


@dataclass(frozen=True, slots=True)
class Names:
    """Names of places by id."""

    categories: Mapping[int, str]
    departments: Mapping[int, str]
    grids: Mapping[int, str]


def summary_behind(request: HttpRequest) -> HttpResponse:
    """List exactly what a figure counts."""
    departments = readable_or_refused(request)
    context = {**admin.site.each_context(request), "title": _("指标明细")}
    try:
        asked = _asked(request.GET, departments)
        page = lines_behind(asked.figure.code, asked.scope, asked.after, part=asked.part)
    except DomainError as error:
        context["error"] = error.errors[0].message if error.errors else error.message
        return render(request, "admin/summary/behind.html", context, status=error.status)
    return render(request, "admin/summary/behind.html", {**context, **_told(request, asked, page)})


def _told(request: HttpRequest, asked: Asked, page: Page) -> dict[str, Any]:
    names = _names(asked.scope, page)
    seen = {
        ticket.pk: ticket
        for ticket in visible_tickets(actor_of(request)).filter(
            pk__in={row.ticket_id for row in page.rows}
        )
    }
    url = behind_url(asked.figure.code, asked.scope, asked.part)
    return {
        "figure": asked.figure,
        "heading": _heading(asked, names),
        "rows": [
            _line(row, seen[row.ticket_id], names) for row in page.rows if row.ticket_id in seen
        ],
        "hidden": sum(row.ticket_id not in seen for row in page.rows),
        "is_empty": not page.rows and not page.next,
        "is_cut": page.is_cut,
        "first_url": url if asked.after else "",
        "next_url": f"{url}&after={page.next}" if page.next else "",
    }


def _asked(query: QueryDict, departments: frozenset[int] | None) -> Asked:
    """Read the address; raises ``InvalidInputError`` for what no link of ours says."""
    first, last = _day(query, "first"), _day(query, "last")
    if first > last or last - first >= timedelta(days=MAX_DAYS):
        raise InvalidInputError.of_field(
            "first", "wrong_range", _("日期范围不对：开始不能晚于结束，最多 366 天")
        )
    figure, part = figure_of(query.get("figure", "")), query.get("part", "")
    measure_of(figure, part)
    chosen = _ids(query, "department")
    if departments is not None:
        chosen = departments if chosen is None else chosen & departments
    scope = Scope(
        first=first,
        last=last,
        category_ids=_categories(query),
        department_ids=chosen,
        grid_ids=_ids(query, "grid"),
    )
    return Asked(figure, part, scope, query.get("after", ""))


def _day(query: QueryDict, name: str) -> date:
    try:
        day = date.fromisoformat(query.get(name, ""))
    except ValueError:
        day = date.min
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InvalidInputError.of_field(
            name, "wrong_date", _("地址里的日期不对，请从统计页点进来")
        )
    return day


def _ids(query: QueryDict, name: str) -> frozenset[int] | None:
    """Return the ids of a comma-separated list; no text is no filter, a lone comma an empty list."""
    text = query.get(name, "")
    if not text:
        return None
    if not _IDS.fullmatch(text):
        raise InvalidInputError.of_field(
            name, "wrong_ids", _("地址里的筛选条件不对，请从统计页点进来")
        )
    return frozenset(int(part) for part in text.split(",") if part)


def _categories(query: QueryDict) -> frozenset[int] | None:
    """A category that stands alone, without a comma, stands for its leaves too."""
    ids = _ids(query, "category")
    if ids is None or "," in query["category"]:
        return ids
    category = Category.objects.filter(pk__in=ids).first()
    return leaves_of(category) if category else ids


def _names(scope: Scope, page: Page) -> Names:
    """Read the names of the places that the page mentions: three queries."""

    def wanted(field: str, scoped: frozenset[int] | None) -> set[int]:
        return {getattr(row, field) for row in page.rows} | set(scoped or ())

    grids = Grid.objects.filter(pk__in=wanted("grid_id", scope.grid_ids))
    return Names(
        dict(
            Category.objects.filter(
                pk__in=wanted("category_id", scope.category_ids)
            ).values_list("pk", "name")
        )
        | {0: _("未分类")},
        {
            row.pk: row.short_name or row.name
            for row in Department.objects.filter(
                pk__in=wanted("department_id", scope.department_ids)
            )
        }
        | {0: _("未派单")},
        {pk: grid_name(village, name) for pk, village, name in grids.values_list("pk", "village_name", "name")}
        | {0: _("未定位到网格")},
    )  # fmt: skip


def _heading(asked: Asked, names: Names) -> str:
    """Say what is listed: ``退单量：2026年11月，环卫所，共 12 次``."""
    figure, scope = asked.figure, asked.scope
    measure = figure if figure.stocks else FIGURES[measure_of(figure, asked.part)]
    days = named_period(scope.first, scope.last).label
    if figure.stocks:
        days = _("截至%d年%d月%d日") % (scope.last.year, scope.last.month, scope.last.day)
    places = (
        _joined(scope.category_ids, names.categories, _("类")),
        _joined(scope.department_ids, names.departments, _("个单位")),
        _joined(scope.grid_ids, names.grids, _("个网格")),
    )
    total = shown(measure, read_total(scope))
    parts = [days, *(place for place in places if place), _("共 %(text)s %(unit)s") % {"text": total.text, "unit": total.unit}]  # fmt: skip
    return f"{measure.name}：{'，'.join(parts)}"


def _joined(ids: frozenset[int] | None, names: Mapping[int, str], word: str) -> str:
    if ids is None:
        return ""
    known = [names.get(pk, _NOWHERE) for pk in sorted(ids)]
    more = _("等 %(count)d %(word)s") % {"count": len(known), "word": word}
    return "、".join(known[:_MOST_NAMES]) + (more if len(known) > _MOST_NAMES else "")


def _line(row: Row, ticket: Ticket, names: Names) -> dict[str, Any]:
    what = status_words(row.state, letter=ticket.is_letter)
    if row.action:
        what = str(TicketAction(row.action).label)
    secret = ticket.confidential
    return {
        "number": ticket.number,
        "url": reverse("admin:dispatch_ticket_change", args=(ticket.pk,)),
        "title": _("保密事项") if secret else mask_contacts(ticket.title),
        "what": what,
        "times": row.times,
        "when": moment_text(row.at),
        "took": span_text(timedelta(minutes=row.minutes)) if row.minutes is not None else "",
        "category": names.categories.get(row.category_id, _NOWHERE),
        "department": names.departments.get(row.department_id, _NOWHERE),
        "grid": _NOWHERE if secret else names.grids.get(row.grid_id, _NOWHERE),
    }
