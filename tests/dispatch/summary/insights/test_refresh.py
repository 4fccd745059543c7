"""From tallies and tickets to stored findings: right sentence, once, and gone when it is over."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dispatch.domain.insights import dismiss_insight
from dispatch.enums import InsightKind, TicketStatus
from dispatch.models import Insight
from dispatch.queries.calendar import forget_calendar
from dispatch.summary.behind import lines_behind
from dispatch.summary.insights import current
from dispatch.summary.insights.evidence import scope_of
from dispatch.summary.insights.refresh import refresh_insights
from dispatch.summary.rollup import fold_all
from tests.dispatch.factories import NOW, Cast, make_cast, make_category, make_grid, make_ticket
from tests.dispatch.summary.insights.tallied import steady, tally, tally_days

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate(NOW)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    forget_calendar()
    return make_cast()


def raise_category(cast: Cast, *, extra: int = 3) -> None:
    """Give the cast's category three a week for twenty weeks, and ``extra`` more on each of 7 days."""
    grid = make_grid()
    where = {"category": cast.category, "department": cast.sanitation, "grid": grid}
    tally_days(steady(YESTERDAY, weeks=20, a_week=3), **where)  # type: ignore[arg-type]
    week = [(YESTERDAY - timedelta(days=back), extra) for back in range(7)]
    tally_days(week, **where)  # type: ignore[arg-type]
    other = make_category("0301", name="道路破损")
    tally_days(steady(YESTERDAY, weeks=20, a_week=9), category=other, grid=grid)


def test_a_rise_is_told_once(cast: Cast) -> None:
    raise_category(cast)
    refresh_insights(now=NOW)
    first = Insight.objects.get(kind=InsightKind.RISING_CATEGORY)
    assert first.text.startswith("“暴露/积存垃圾”近 7 天 24 件，往常这个时候约 3")
    assert first.department_id == cast.sanitation.pk
    assert first.figures["count"] == 24
    later = NOW + timedelta(hours=1)
    refresh_insights(now=later)
    again = Insight.objects.get(kind=InsightKind.RISING_CATEGORY)
    assert (again.pk, again.text, again.first_seen) == (first.pk, first.text, NOW)
    assert (again.last_seen, again.ended_at) == (later, None)


def test_a_rise_that_is_over_ends_and_a_dismissal_lasts(cast: Cast) -> None:
    raise_category(cast)
    refresh_insights(now=NOW)
    row = Insight.objects.get(kind=InsightKind.RISING_CATEGORY)
    assert cast.lead.user is not None
    dismiss_insight(row, reason="集中整治期间", user=cast.lead.user, now=NOW)
    tally_days(
        [(YESTERDAY - timedelta(days=back), -3) for back in range(7)], category=cast.category
    )
    later = NOW + timedelta(hours=1)
    refresh_insights(now=later)
    row.refresh_from_db()
    assert row.ended_at == later
    tally_days([(YESTERDAY - timedelta(days=back), 3) for back in range(7)], category=cast.category)
    refresh_insights(now=NOW + timedelta(hours=2))
    again = Insight.objects.get(pk=row.pk)
    assert again.ended_at is None
    assert not [view for view in current(50, None) if view.pk == row.pk]


def test_a_long_time_after_it_is_another_row(cast: Cast) -> None:
    raise_category(cast)
    refresh_insights(now=NOW)
    Insight.objects.update(ended_at=NOW - timedelta(days=40))
    refresh_insights(now=NOW)
    rows = Insight.objects.filter(kind=InsightKind.RISING_CATEGORY).order_by("pk")
    assert [row.ended_at is None for row in rows] == [False, True]


def test_an_empty_township_says_nothing(cast: Cast) -> None:
    assert refresh_insights(now=NOW) == 0


def test_five_weeks_are_needed(cast: Cast) -> None:
    week = [(YESTERDAY - timedelta(days=back), 5) for back in range(14)]
    tally_days(week, category=cast.category)
    refresh_insights(now=NOW)
    assert not Insight.objects.exists()


def test_a_place_that_repeats(cast: Cast) -> None:
    grid = make_grid()
    where = {"category": cast.category, "department": cast.sanitation, "grid": grid}
    tally(TODAY, **where, repeated=2)  # type: ignore[arg-type]
    refresh_insights(now=NOW)
    assert not Insight.objects.exists()
    tally(TODAY - timedelta(days=29), **where, repeated=1, reopened=1)  # type: ignore[arg-type]
    refresh_insights(now=NOW)
    row = Insight.objects.get()
    assert row.text == (
        "临江村示例网格的“暴露/积存垃圾”30 天内反复 4 次（原处再报 3 次，重新打开 1 次）"
    )
    assert [item["figure"] for item in row.evidence] == ["repeated", "reopened"]
    tally(TODAY - timedelta(days=30), **where, repeated=9)  # type: ignore[arg-type]
    refresh_insights(now=NOW)
    row.refresh_from_db()
    assert row.figures["count"] == 4


def test_a_confidential_matter_does_not_repeat_in_public(cast: Cast) -> None:
    secret = make_category("0202", name="涉赌线索", confidential=True)
    tally(TODAY, category=secret, grid=make_grid(), repeated=9)
    refresh_insights(now=NOW)
    assert not Insight.objects.exists()


def test_a_slow_department(cast: Cast) -> None:
    for department, minutes in ((cast.sanitation, 600), (cast.enforcement, 120)):
        tally(
            YESTERDAY,
            department=department,
            wait_dispatched=40,
            wait_dispatched_minutes=40 * minutes,
        )
    refresh_insights(now=NOW)
    texts = list(Insight.objects.order_by("-strength").values_list("text", flat=True))
    assert texts[0] == "环卫所的工单从派单到签收平均 10.0 小时，是其他单位的 5 倍（近 28 天 40 件）"
    assert texts[1].startswith("近 28 天全街道工单花时间最多的一步是从派单到签收，占")
    assert Insight.objects.get(text=texts[0]).department_id == cast.sanitation.pk


def test_a_few_slow_ones_are_no_slow_department(cast: Cast) -> None:
    tally(YESTERDAY, department=cast.sanitation, wait_dispatched=9, wait_dispatched_minutes=90_000)
    tally(YESTERDAY, department=cast.enforcement, wait_dispatched=40, wait_dispatched_minutes=40)
    refresh_insights(now=NOW)
    assert not Insight.objects.filter(key__startswith="slow:department").exists()


def test_a_queue_that_will_be_late(cast: Cast) -> None:
    days = [(TODAY - timedelta(days=back), 1) for back in range(1, 29)]
    tally_days(days, department=cast.sanitation, column="finished")
    for _ in range(12):
        make_ticket(TicketStatus.HANDLING, cast=cast)
    with CaptureQueriesContext(connection) as few:
        refresh_insights(now=NOW + timedelta(minutes=30))
    row = Insight.objects.get(kind=InsightKind.LATE_QUEUE)
    assert row.text.startswith("按现在的办理速度（每个工作日约 1 件），环卫所")
    assert row.figures["due"] == 12
    assert row.figures["late"] >= 8
    for _ in range(12):
        make_ticket(TicketStatus.HANDLING, cast=cast)
    with CaptureQueriesContext(connection) as many:
        refresh_insights(now=NOW + timedelta(minutes=31))
    assert len(many) <= len(few)  # the row is there now; tickets cost no queries


def test_the_list_behind_is_what_was_counted(cast: Cast) -> None:
    moment = datetime.combine(YESTERDAY, NOW.timetz())
    for _ in range(4):
        make_ticket(cast=cast, now=moment)
    fold_all(now=NOW)
    tally_days(steady(YESTERDAY - timedelta(days=7), weeks=20, a_week=7), grid=make_grid())
    scope = scope_of(
        {
            "first": YESTERDAY.isoformat(),
            "last": YESTERDAY.isoformat(),
            "category_ids": None,
            "department_ids": None,
            "grid_ids": None,
        }
    )
    assert len(lines_behind("opened", scope).rows) == 4
