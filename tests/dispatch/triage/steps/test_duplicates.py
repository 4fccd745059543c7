from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.domain.opening import Assessment, open_ticket
from dispatch.models import Ticket
from dispatch.queries.lookalikes import MAX_ROWS, MAX_TEXTS, open_tickets_near
from dispatch.triage.context import TriageContext
from dispatch.triage.steps import duplicates
from reports.enums import ReportKind, Urgency
from reports.models import Category
from tests.dispatch.factories import NOW, make_category, make_report, make_resident
from tests.dispatch.triage.shipped import context, reference

pytestmark = pytest.mark.django_db
WORDS = "路口井盖不见了，太危险"


def opened(
    text: str = WORDS,
    *,
    category: Category | None = None,
    urgency: Urgency = Urgency.P1,
    lat: float = 30.31,
) -> Ticket:
    category = category or make_category()
    report = make_report(text=text, resident=make_resident("first"), lat=lat)
    return open_ticket(report, Assessment(urgency=urgency, category=category), now=NOW)


def seen(text: str = WORDS, *, category: Category | None = None, **extra: Any) -> TriageContext:
    values: dict[str, Any] = {
        "category": category or make_category(), "confidence": 0.9, "urgency": Urgency.P1,
        "lat": 30.31, "lng": 120.50, "now": NOW, "submitted_at": NOW, **extra,
    }  # fmt: skip
    return replace(context(text), **values)


def test_it_works() -> None:
    ticket = opened()
    result = duplicates.run(seen("路口的井盖不见了，太危险了"), reference())
    assert result.context.attach_to == ticket.pk
    assert "并入工单" in result.reason


@pytest.mark.parametrize(
    "change",
    [
        {"urgency": Urgency.P0},
        {"confidence": 0.5},
        {"kind": ReportKind.CONSULTATION},
        {"submitted_at": NOW + timedelta(days=1), "now": NOW + timedelta(days=1)},
        {"lat": 30.3104},
    ],
)
def test_doubt_leaves_it_to_the_desk(change: dict[str, Any]) -> None:
    ticket = opened()
    result = duplicates.run(seen(**change), reference())
    assert result.context.attach_to is None
    assert [row.ticket_id for row in result.context.lookalikes] == [ticket.pk]


def test_less_danger_than_the_ticket_may_join() -> None:
    ticket = opened(urgency=Urgency.P0)
    assert duplicates.run(seen(urgency=Urgency.P2), reference()).context.attach_to == ticket.pk


def test_another_building_is_neither_joined_nor_shown() -> None:
    opened("3幢楼道灯坏了")
    result = duplicates.run(seen("5幢楼道灯坏了"), reference())
    assert result.context.attach_to is None
    assert result.context.lookalikes == ()
    assert "没有" in result.reason


def test_a_neighbouring_category_is_shown_for_nearly_the_same_words() -> None:
    ticket = opened(category=make_category("0402", name="垃圾桶"))
    result = duplicates.run(seen(), reference())
    assert result.context.attach_to is None
    assert [row.ticket_id for row in result.context.lookalikes] == [ticket.pk]
    assert duplicates.run(seen("公厕马桶堵了"), reference()).context.lookalikes == ()


def test_confidential_tickets_are_never_met_by_others() -> None:
    secret = make_category("0901", name="赌博", confidential=True, public_default=False)
    opened(category=secret)
    assert duplicates.run(seen(), reference()).context.lookalikes == ()
    result = duplicates.run(seen(category=secret), reference())
    assert result.context.attach_to is None
    assert len(result.context.lookalikes) == 1


def test_the_most_alike_comes_first() -> None:
    opened("井盖松动，晚上车一压咣当响")
    best = opened("路口井盖又不见了，没人管", lat=30.3102)
    result = duplicates.run(seen(lat=30.3101), reference())
    assert result.context.lookalikes[0].ticket_id == best.pk


@pytest.mark.parametrize("rows", [1, 3])
def test_it_takes_two_queries(rows: int) -> None:
    for _ in range(rows):
        opened()
    told = seen()
    with CaptureQueriesContext(connection) as queries:
        duplicates.run(told, reference())
    assert len(queries) == 2


def test_a_crowded_square_is_bounded_and_its_own_category_goes_first() -> None:
    category, other = make_category(), make_category("0402", name="垃圾桶")
    mine = opened(category=category)
    for _ in range(MAX_ROWS + 5):
        opened(category=other)
    near = open_tickets_near(category=category, lat=30.31, lng=120.5, radius_m=100, now=NOW)
    assert len(near) == MAX_ROWS
    assert near[0].pk == mine.pk
    assert all(len(row.texts) <= MAX_TEXTS for row in near)
