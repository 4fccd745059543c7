"""How the pages of 便民服务 show a guide."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from dispatch.queries.guides import STALE_AFTER
from reports.domain.guide_fields import GuideWords, phones_text
from reports.enums import DIMENSION_TITLES, DimensionCode, GuideFaultKind, HolidayRule, Offer
from reports.models import Guide
from reports.queries.guides import guide_state, hours_of
from xiangcun.lib.hours_text import exceptions_text, week_text

_TONES = {Offer.PUBLISHED: "success", Offer.WITHDRAWN: "danger", Offer.DRAFT: "warning"}


def list_row(guide: Guide, *, now: datetime) -> dict[str, Any]:
    """Show a guide in the list; ``told`` is annotated by the query."""
    return {
        "pk": guide.pk,
        "url": reverse("guide-edit", args=(guide.pk,)),
        "title": guide.title,
        "code": guide.code,
        "summary": guide.summary,
        "department": guide.department_name or "—",
        "dimensions": "".join(str(DimensionCode(tag.code).label) for tag in guide.dimensions.all()),
        "state": badge(guide),
        "open": guide_state(guide, now).text,
        "told": vars(guide).get("told", 0),
        "stale": guide.state == Offer.PUBLISHED and guide.confirmed_at < now - STALE_AFTER,
        "confirmed_at": guide.confirmed_at,
        "example": guide.is_example,
    }


def badge(guide: Guide) -> dict[str, str]:
    """Return the state in a word on a colour."""
    state = Offer(guide.state)
    return {"label": str(state.label), "tone": _TONES[state]}


def fault_rows(guide: Guide) -> list[dict[str, Any]]:
    """Show what residents found wrong and nobody has settled."""
    rows = guide.faults.filter(settled_at=None).order_by("-count")
    return [
        {
            "label": str(GuideFaultKind(row.kind).label),
            "count": row.count,
            "last_at": row.last_at,
        }
        for row in rows
    ]


def preview_of(words: GuideWords, *, now: datetime) -> dict[str, Any]:
    """Show what residents would read, nothing stored."""
    guide = Guide(**words.columns)
    hours = hours_of(guide)
    titles = [str(DIMENSION_TITLES[DimensionCode(code)]) for code in words.dimensions]
    state = guide_state(guide, now)
    return {
        "title": guide.title,
        "dimensions": titles,
        "summary": guide.summary,
        "state": state.text,
        "state_code": state.code.value,
        "facts": [
            (name, text)
            for name, text in (
                ("电话", phones_text(guide.phones)),
                ("营业时间", week_text(hours.week)),
                ("节假日", str(HolidayRule(guide.holidays).label) if guide.week else ""),
                ("特殊日期", exceptions_text(hours.exceptions)),
                ("补充", guide.hours_note),
                ("地址", guide.address),
                ("要带的材料", "\n".join(guide.documents)),
                ("费用", guide.fee),
                ("时限", guide.time_limit),
                ("负责", guide.department_name),
                ("说明", guide.body),
            )
            if text
        ],
    }
