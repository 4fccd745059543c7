from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dispatch.enums import CalendarDayType
from dispatch.models import (
    CalendarDay,
    CategoryDuty,
    DangerTerm,
    HandlingLimit,
    LexiconTerm,
)
from reports.models import Category, Grid
from tests.dispatch.factories import Cast

Browser = Callable[[str], Client]
SQUARE = [[120.1, 30.1], [120.2, 30.1], [120.2, 30.2], [120.1, 30.2], [120.1, 30.1]]
BOW_TIE = [[120.1, 30.1], [120.2, 30.2], [120.2, 30.1], [120.1, 30.2], [120.1, 30.1]]


def errors_of(client: Client, page: str, data: dict[str, Any]) -> dict[str, list[str]]:
    response = client.post(reverse(f"admin:{page}_add"), data)
    if response.status_code == 302:
        return {}
    return dict(response.context["adminform"].form.errors)


@pytest.mark.parametrize(
    ("polygon", "message"),
    [
        ("{", "不是有效的 JSON"),
        ("[1, 2]", "Polygon 或 MultiPolygon"),
        (json.dumps({"type": "Point", "coordinates": [120, 30]}), "Polygon 或 MultiPolygon"),
        (json.dumps({"type": "Polygon", "coordinates": "x"}), "无法读取"),
        (json.dumps({"type": "Polygon", "coordinates": []}), "空的"),
        (json.dumps({"type": "Polygon", "coordinates": [BOW_TIE]}), "自相交"),
        (
            json.dumps(
                {"type": "Polygon", "coordinates": [[[999, 1], [1000, 1], [999, 2], [999, 1]]]}
            ),
            "超出",
        ),
    ],
)
def test_it_validates_a_polygon(browser: Browser, polygon: str, message: str) -> None:
    data = grid(polygon=polygon)
    assert message in str(errors_of(browser("administrator"), "reports_grid", data)["polygon"])


def grid(**changes: Any) -> dict[str, Any]:
    return {
        "code": "330114007200009",
        "name": "新网格",
        "village_code": "330114007200",
        "village_name": "临江村",
        "polygon": json.dumps({"type": "Polygon", "coordinates": [SQUARE]}),
        "is_active": "on",
        **changes,
    }


def test_it_keeps_codes_in_step(browser: Browser, cast: Cast) -> None:
    client = browser("administrator")
    assert errors_of(client, "reports_grid", grid()) == {}
    assert Grid.objects.filter(code="330114007200009").exists()
    assert "code" in errors_of(client, "reports_grid", grid(code="12"))
    assert "village_code" in errors_of(client, "reports_grid", grid(village_code="330114007999"))

    top = Category.objects.get(code="04")
    leaf = {
        "name": "新小类",
        "parent": top.pk,
        "default_urgency": "P2",
        "duplicate_radius_m": 50,
        "order": 0,
    }
    assert errors_of(client, "reports_category", {**leaf, "code": "0499"}) == {}
    assert "code" in errors_of(client, "reports_category", {**leaf, "code": "0599"})
    assert "code" in errors_of(client, "reports_category", {**leaf, "parent": "", "code": "0598"})


def test_it_takes_the_smaller_tables(browser: Browser, cast: Cast) -> None:
    client = browser("administrator")
    category = cast.category.pk
    limit = {"stage": "sign", "minutes": 60, "unit": "work_hours", "urgency": ""}
    assert errors_of(client, "dispatch_handlinglimit", limit) == {}
    assert "minutes" in errors_of(client, "dispatch_handlinglimit", {**limit, "minutes": 0})
    duty = {"category": category, "lead": cast.sanitation.pk}
    top = Category.objects.get(code="04").pk
    assert "category" in errors_of(client, "dispatch_categoryduty", {**duty, "category": top})
    assert errors_of(client, "dispatch_categoryduty", duty) == {}
    term = {"category": category, "term": "垃圾堆", "weight": 1.5, "is_active": "on"}
    assert errors_of(client, "dispatch_lexiconterm", term) == {}
    danger = {"term": "着火", "urgency": "P0", "unless": "灭火器、消防演练", "is_active": "on"}
    assert errors_of(client, "dispatch_dangerterm", danger) == {}

    assert HandlingLimit.objects.count() == 1
    assert CategoryDuty.objects.get().lead == cast.sanitation
    assert LexiconTerm.objects.get().weight == 1.5
    assert DangerTerm.objects.get().unless == ["灭火器", "消防演练"]


def test_days_are_read_here_and_set_on_the_calendar_page(browser: Browser, cast: Cast) -> None:
    day = CalendarDay.objects.create(date=date(2027, 3, 1), type=CalendarDayType.CLOSURE)
    client = browser("administrator")
    assert client.get(reverse("admin:dispatch_calendarday_changelist")).status_code == 200
    assert client.get(reverse("admin:dispatch_calendarday_add")).status_code == 403
    gone = reverse("admin:dispatch_calendarday_delete", args=(day.pk,))
    assert client.post(gone, {"post": "yes"}).status_code == 403
