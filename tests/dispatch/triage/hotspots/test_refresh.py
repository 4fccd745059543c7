from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from dispatch.domain.actors import Actor, Seat
from dispatch.domain.opening import Assessment, open_ticket
from dispatch.enums import Role
from dispatch.models import Hotspot, HotspotReport
from dispatch.queries.hotspots import ranked_hotspots, recent_reports, tickets_of
from dispatch.tasks import refresh_hotspots as task
from dispatch.triage.hotspots.refresh import refresh_hotspots
from reports.enums import ReportKind, Urgency
from reports.models import Report
from tests.dispatch.factories import (
    NOW,
    make_category,
    make_grid,
    make_report,
    make_resident,
)

pytestmark = pytest.mark.django_db
ROOM = Actor(seats=(Seat(Role.DISPATCHER, 0, "指挥室"),))
LAMPS = (
    "路灯不亮，晚上漆黑一片",
    "村口路灯坏了好几天不亮",
    "路灯不亮，老人晚上不敢出门",
    "路灯又不亮了",
)


def tell(
    text: str, who: str, *, days_ago: float = 1, confidential: bool = False, **extra: object
) -> Report:
    at = NOW - timedelta(days=days_ago)
    report = make_report(text=text, resident=make_resident(who), now=at, **extra)
    code = "0901" if confidential else "0401"
    category = make_category(code, confidential=confidential)
    assessment = Assessment(urgency=Urgency.P2, category=category, grid=make_grid())
    open_ticket(report, assessment, now=at)
    return report


def tell_lamps() -> list[Report]:
    return [tell(text, f"r{index}", days_ago=2 * index + 1) for index, text in enumerate(LAMPS)]


def test_it_works() -> None:
    reports = tell_lamps()
    tell("菜场门口垃圾没人清运", "other")
    [hotspot] = refresh_hotspots(now=NOW)
    assert hotspot.report_count == hotspot.resident_count == 4
    assert (hotspot.recent_residents, hotspot.previous_residents) == (3, 1)
    assert hotspot.day_count == 4
    assert hotspot.place_name == "临江村"
    assert "路灯" in hotspot.title
    assert hotspot.radius_m == 0
    assert [row.report_count for row in tickets_of(ROOM, hotspot)] == [1, 1, 1, 1]
    members = HotspotReport.objects.values_list("report_id", flat=True)
    assert set(members) == {report.pk for report in reports}


def test_again_changes_nothing_and_the_id_stays() -> None:
    tell_lamps()
    [first] = refresh_hotspots(now=NOW)
    [again] = refresh_hotspots(now=NOW)
    assert again.pk == first.pk
    tell("路灯还是不亮", "r9", days_ago=0.1)
    [grown] = refresh_hotspots(now=NOW)
    assert (grown.pk, grown.resident_count) == (first.pk, 5)
    assert Hotspot.objects.count() == 1


def test_what_is_over_goes() -> None:
    tell_lamps()
    refresh_hotspots(now=NOW)
    assert refresh_hotspots(now=NOW + timedelta(days=40)) == []
    assert not Hotspot.objects.exists()
    assert not HotspotReport.objects.exists()


def test_one_person_writing_daily_is_no_hotspot() -> None:
    for days in range(5):
        tell("路灯不亮，晚上漆黑一片", "same", days_ago=days + 1)
    assert refresh_hotspots(now=NOW) == []


def test_confidential_matters_never_appear() -> None:
    for index, text in enumerate(LAMPS):
        tell(text, f"r{index}", confidential=True)
    assert recent_reports(now=NOW) == []
    assert refresh_hotspots(now=NOW) == []


def test_a_category_made_confidential_later_hides_its_hotspot() -> None:
    tell_lamps()
    [hotspot] = refresh_hotspots(now=NOW)
    make_category("0401")
    assert hotspot.category is not None
    hotspot.category.confidential = True
    hotspot.category.save()
    assert ranked_hotspots(ROOM) == []
    assert tickets_of(ROOM, hotspot) == []


def test_contacts_are_masked() -> None:
    for index in range(3):
        tell("路灯不亮请打13812345678", f"r{index}")
    [hotspot] = refresh_hotspots(now=NOW)
    assert "13812345678" not in hotspot.title


def test_questions_have_no_place() -> None:
    for index in range(3):
        tell(
            "人才购房补贴什么时候发",
            f"r{index}",
            lat=30.31 + index * 0.02,
            kind=ReportKind.CONSULTATION,
        )
    [hotspot] = refresh_hotspots(now=NOW)
    assert (hotspot.lat, hotspot.radius_m, hotspot.place_name) == (None, None, "")


def test_praise_is_no_complaint() -> None:
    for index, text in enumerate(LAMPS):
        tell(text, f"r{index}", kind=ReportKind.PRAISE)
    assert refresh_hotspots(now=NOW) == []


def test_it_reads_by_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    tell_lamps()
    with django_assert_num_queries(1):
        assert len(recent_reports(now=NOW)) == 4


def test_the_task_is_wired() -> None:
    task()
    assert not Hotspot.objects.exists()
