"""Guides and bulletins as rows: what is refused, by the domain and by the database itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from reports.domain.bulletins import change_bulletin, publish_bulletin, withdraw_bulletin
from reports.domain.guide_demo import seed_demo_guides
from reports.domain.guide_fields import Office, read_guide
from reports.domain.guides import (
    confirm_guide,
    create_guide,
    note_fault,
    publish_guide,
    withdraw_guide,
)
from reports.domain.seeding import SeedMode, seed_dimensions
from reports.enums import DimensionCode, GuideFaultKind
from reports.models import Bulletin, Guide, GuideFault
from tests.factories import NOW
from tests.reports.guides import CARD, TOWNSHIP, bulletin_words, make_bulletin, make_guide
from xiangcun.lib.errors import ConflictError, InvalidInputError, NotFoundError

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""), ("title", "长" * 61), ("dimensions", ""), ("dimensions", "飞"), ("code", "中文"),
        ("phones", "没有号码"), ("phones", "；".join(["110"] * 6)), ("phones", "1" * 16), ("week", "周八"),
        ("exceptions", "明天"), ("holidays", "也许"), ("documents", "长" * 121), ("documents", "\n".join("一" * 31)),
        ("order", "-1"), ("order", "１"), ("valid_from", "2026-13-01"), ("valid_to", "昨天"),
        ("lat", "x"), ("lat", "nan"), ("lat", "120.4"), ("lat", "10"), ("coord_type", "火星"), ("department", "没有"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(field: str, value: str) -> None:
    words = read_guide({**CARD, field: value}, TOWNSHIP)
    assert list(words.faults) == [field]
    with pytest.raises(InvalidInputError) as refused:
        create_guide(words, now=NOW)
    assert [fault.field for fault in refused.value.errors] == [field]
    assert Guide.objects.count() == 0


def test_all_faults_are_told_at_once_and_one_line_stays_one() -> None:
    words = read_guide({"title": "一\n二", "week": "x", "phones": "y"}, TOWNSHIP)
    assert set(words.faults) == {"dimensions", "week", "phones"}
    assert words.columns["title"] == "一 二"


def test_a_code_makes_itself_from_the_sound() -> None:
    assert make_guide().code.startswith("sbkbb-")


def test_steps_and_their_refusals() -> None:
    guide = make_guide(shown=False)
    with pytest.raises(ConflictError):
        withdraw_guide(guide.pk, now=NOW)
    publish_guide(guide.pk, now=NOW)
    with pytest.raises(ConflictError):
        publish_guide(guide.pk, now=NOW)
    assert withdraw_guide(guide.pk, now=NOW).state == "withdrawn"
    with pytest.raises(NotFoundError):
        publish_guide(0, now=NOW)


def test_confirming_settles_what_residents_said_and_the_next_counts_anew() -> None:
    guide = make_guide()
    for _ in range(2):
        note_fault(guide.pk, kind=GuideFaultKind.PHONE, now=NOW)
    assert confirm_guide(guide.pk, now=NOW + DAY).confirmed_at == NOW + DAY
    note_fault(guide.pk, kind=GuideFaultKind.PHONE, now=NOW + 2 * DAY)
    rows = GuideFault.objects.order_by("pk").values_list("count", "settled_at")
    assert list(rows) == [(2, NOW + DAY), (1, None)]


@pytest.mark.parametrize(
    "columns",
    [
        {"state": "x"}, {"holidays": "x"}, {"lat": None}, {"lat": 91.0}, {"published_at": None}, {"title": ""},
        {"valid_from": "2026-12-02", "valid_to": "2026-12-01"},
    ],
)  # fmt: skip
def test_the_database_refuses_it_too(columns: dict[str, Any]) -> None:
    guide = make_guide()
    with pytest.raises(IntegrityError), transaction.atomic():
        Guide.objects.filter(pk=guide.pk).update(**columns)


@pytest.mark.parametrize(
    "columns",
    [{"state": "x"}, {"urgent": True}, {"title": ""}, {"body": ""}, {"expire_at": NOW - DAY}],
)
def test_the_database_refuses_a_bulletin_too(columns: dict[str, Any]) -> None:
    row = make_bulletin()
    with pytest.raises(IntegrityError), transaction.atomic():
        Bulletin.objects.filter(pk=row.pk).update(**columns)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"title": " \u200b"}, "title"),
        ({"title": "长" * 61}, "title"),
        ({"body": "长" * 5001}, "body"),
        ({"source": ""}, "source"),
        ({"urgent": True}, "expire_at"),
        ({"urgent": True, "expire_at": NOW + 16 * DAY}, "expire_at"),
        ({"expire_at": NOW - DAY}, "expire_at"),
        ({"dimension": "x"}, "dimension"),
        ({"grids": ["x"]}, "grids"),
    ],
)
def test_a_wrong_bulletin_is_refused(words: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        make_bulletin(**words)
    assert [fault.field for fault in refused.value.errors] == [field]
    assert Bulletin.objects.count() == 0


def test_a_bulletin_whose_time_is_over_is_not_published() -> None:
    row = make_bulletin(shown=False, expire_at=NOW + DAY)
    with pytest.raises(ConflictError):
        publish_bulletin(row.pk, published_by="lead", now=NOW + DAY)
    with pytest.raises(ConflictError):
        withdraw_bulletin(row.pk, now=NOW)


def test_of_two_editors_the_second_is_told() -> None:
    row = make_bulletin()
    words = bulletin_words(title="改过")
    assert change_bulletin(row.pk, words, version=row.version, now=NOW).title == "改过"
    with pytest.raises(ConflictError):
        change_bulletin(row.pk, words, version=row.version, now=NOW)


def test_the_demo_has_four_guides_for_each_of_the_seven_and_is_marked() -> None:
    seed_dimensions(mode=SeedMode.FILL)
    offices = _AnyOffice()
    assert seed_demo_guides(offices, folder=None, now=NOW) == (30, 3)
    assert seed_demo_guides(offices, folder=None, now=NOW) == (0, 0)
    for code in DimensionCode:
        found = Guide.objects.filter(dimensions__code=code, state="published").count()
        assert found >= 4 or code is DimensionCode.SAFETY, code
    assert not Guide.objects.filter(is_example=False).exists()
    assert not Bulletin.objects.filter(is_example=False).exists()
    for guide in Guide.objects.all():
        assert all(row["number"].startswith("0571-0000 ") for row in guide.phones)
        assert "示例" in guide.title + guide.address


class _AnyOffice(dict[str, Office]):
    """The departments are the office's seed; here any name will do."""

    def get(self, key: str, default: Any = None) -> Office:
        return Office(key, key)
