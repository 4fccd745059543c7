"""A month goes public, is corrected and taken down; what people can download holds no small count."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dispatch.domain.actors import Actor
from dispatch.enums import AuditAction, ReleaseStatus
from dispatch.models import AuditRecord, OpenRelease
from dispatch.summary.metrics import OPENED
from dispatch.summary.open_data import counting
from dispatch.summary.open_data.content import COARSE_COLUMNS, FILES, FINE_COLUMNS
from dispatch.summary.open_data.publishing import correct_month, publish_month, withdraw_month
from dispatch.summary.ratios import Sums
from dispatch.summary.reading import Place
from dispatch.summary.rollup import fold_events
from dispatch.summary.scopes import Scope
from tests.dispatch.factories import (
    NOW,
    Cast,
    make_cast,
    make_category,
    make_grid,
    make_report,
    make_ticket,
)
from xiangcun.lib.errors import ConflictError, DomainError, InvalidInputError, NotAllowedError

pytestmark = pytest.mark.django_db
MONTH = date(2026, 10, 1)
LICENCE = "CC BY 4.0"
Cells = dict[tuple[date, int, int], int]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Cells:
    """What the rollups say: (day, grid, category) → opened; tests fill it."""
    cells: Cells = {}

    def inside(scope: Scope) -> Any:
        for (day, grid, category), count in cells.items():
            places = (scope.grid_ids, grid), (scope.category_ids, category)
            if scope.first <= day <= scope.last and all(i is None or x in i for i, x in places):
                yield day, grid, category, count

    def grouped(scope: Scope, name: Callable[[Any], Any]) -> Any:
        found: defaultdict[Any, Sums] = defaultdict(Sums)
        for row in inside(scope):
            found[name(row)].add(OPENED, row[3])
        return found

    monkeypatch.setattr(
        counting, "read_by", lambda s, p: grouped(s, lambda r: r[1 if p is Place.GRID else 2])
    )
    monkeypatch.setattr(counting, "read_days", lambda s: grouped(s, lambda r: r[0]))
    return cells


def publish(actor: Actor, month: date = MONTH) -> OpenRelease:
    return publish_month(month, licence=LICENCE, actor=actor, now=NOW)


def download(name: str, month: str = "2026-10", **headers: str) -> Any:
    return Client().get(reverse("open-data-file", args=(month, name)), headers=headers)


def rows_of(name: str) -> list[dict[str, str]]:
    text = download(name).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_it_works(cast: Cast, counts: Cells) -> None:
    other = make_grid("330114007201001")
    for place, day, count in (
        (cast.grid, 3, 9),
        (cast.grid, 4, 2),
        (cast.grid, 5, 4),
        (other, 3, 4),
    ):
        counts[MONTH.replace(day=day), place.pk, cast.category.pk] = count
    release = publish(cast.lead)
    assert (release.version, release.k, release.status) == (1, 5, ReleaseStatus.PUBLISHED)
    coarse, fine = rows_of("village-category-month.csv"), rows_of("grid-category-day.csv")
    assert [(r["village_code"], r["top_category_code"], r["tickets"]) for r in coarse] == [
        ("330114007200", "04", "15")  # the other village has four: not shown
    ]
    assert [(r["date"], r["grid_code"], r["tickets"]) for r in fine] == [
        ("2026-10-03", cast.grid.code, "9")
    ]
    assert list(coarse[0]) == list(COARSE_COLUMNS)
    assert list(fine[0]) == list(FINE_COLUMNS)
    as_json = json.loads(download("grid-category-day.json").content)
    assert (as_json["licence"], as_json["rows"][0]["tickets"]) == (LICENCE, 9)
    readme = download("README.txt").content.decode()
    assert LICENCE in readme
    assert "少于 5 件" in readme
    page = Client().get(reverse("open-data")).content.decode()
    assert "2026 年 10 月" in page
    assert LICENCE in page
    record = AuditRecord.objects.get(action=AuditAction.OPEN_DATA)
    assert (record.data["what"], record.data["month"]) == ("published", "2026-10")


def test_a_block_whose_rest_would_be_small_shows_no_days(cast: Cast, counts: Cells) -> None:
    counts[MONTH, cast.grid.pk, cast.category.pk] = 9
    counts[MONTH.replace(day=2), cast.grid.pk, cast.category.pk] = 1
    publish(cast.lead)
    assert [row["tickets"] for row in rows_of("village-category-month.csv")] == ["10"]
    assert rows_of("grid-category-day.csv") == []


def test_confidential_and_placeless_matters_are_left_out(cast: Cast, counts: Cells) -> None:
    secret = make_category("0901", confidential=True)
    under = make_category("0801")
    assert under.parent is not None
    under.parent.confidential = True
    under.parent.save()
    for grid_id, category_id in (
        (cast.grid.pk, secret.pk), (cast.grid.pk, under.pk), (cast.grid.pk, 0), (0, cast.category.pk),
    ):  # fmt: skip
        counts[MONTH, grid_id, category_id] = 50
    release = publish(cast.lead)
    assert release.content == {"blocks": []}
    assert download("grid-category-day.csv").status_code == 200


def test_it_counts_what_the_rollups_count(cast: Cast) -> None:
    for _ in range(6):
        make_ticket(cast=cast, report=make_report(now=NOW), now=NOW)
    while fold_events(now=NOW):
        pass
    blocks, _names = counting.count_month(date(2026, 11, 1), k=5)
    block = blocks["330114007200", "04"]
    assert (block.total, list(block.large.values()), block.size) == (6, [6], 30)


def test_a_published_month_is_frozen(cast: Cast, counts: Cells) -> None:
    counts[MONTH, cast.grid.pk, cast.category.pk] = 9
    release = publish(cast.lead)
    before = download("grid-category-day.csv").content
    counts[MONTH, cast.grid.pk, cast.category.pk] = 11
    assert download("grid-category-day.csv").content == before
    with pytest.raises(ConflictError, match="open_data_published"):
        publish(cast.lead)
    withdraw_month(release.pk, actor=cast.lead, now=NOW)
    again = publish(cast.lead)
    assert (again.pk, again.version) == (release.pk, 1)
    assert download("grid-category-day.csv").content == before


def test_a_correction_needs_a_difference_that_hides_everybody(cast: Cast, counts: Cells) -> None:
    place = (MONTH, cast.grid.pk, cast.category.pk)
    counts[place] = 9
    first = publish(cast.lead)
    counts[place] = 11
    with pytest.raises(ConflictError, match="open_data_unchanged"):
        correct_month(first.pk, actor=cast.lead, now=NOW)
    assert OpenRelease.objects.get().status == ReleaseStatus.PUBLISHED
    counts[place] = 16
    second = correct_month(first.pk, actor=cast.lead, now=NOW)
    assert (second.version, rows_of("grid-category-day.csv")[0]["tickets"]) == (2, "16")
    first.refresh_from_db()
    assert first.status == ReleaseStatus.REPLACED
    with pytest.raises(ConflictError):
        correct_month(first.pk, actor=cast.lead, now=NOW)
    counts[place] = 12  # far from 16? four; from 9? three
    with pytest.raises(ConflictError, match="open_data_unchanged"):
        correct_month(second.pk, actor=cast.lead, now=NOW)


def test_a_withdrawn_month_is_gone_at_once(cast: Cast, counts: Cells) -> None:
    counts[MONTH, cast.grid.pk, cast.category.pk] = 9
    release = publish(cast.lead)
    answer = download("grid-category-day.csv")
    assert answer["Cache-Control"] == "public, no-cache"
    same = download("grid-category-day.csv", if_none_match=answer["ETag"])
    assert (same.status_code, same.content) == (304, b"")
    withdraw_month(release.pk, actor=cast.lead, now=NOW)
    for headers in ({}, {"if_none_match": answer["ETag"]}):
        gone = download("grid-category-day.csv", **headers)
        assert (gone.status_code, gone["Cache-Control"]) == (404, "no-store")
    assert "还没有公开的数据" in Client().get(reverse("open-data")).content.decode()
    with pytest.raises(ConflictError):
        withdraw_month(release.pk, actor=cast.lead, now=NOW)


@pytest.mark.parametrize("month", ["2026-10", "2026-13", "x", "0000-00", "2026-10-01"])
@pytest.mark.parametrize("name", [*FILES, "tickets.csv", "%00"])
def test_what_is_not_published_is_not_there(month: str, name: str) -> None:
    assert Client().get(f"/open-data/{month}/{name}").status_code == 404
    assert Client().post(reverse("open-data")).status_code == 405


def test_who_may_and_when(cast: Cast, counts: Cells) -> None:
    for actor in (cast.dispatcher, cast.verifier, cast.handler, cast.head):
        with pytest.raises(NotAllowedError):
            publish(actor)
    for month in (date(2026, 11, 1), date(2027, 1, 1), date(2026, 10, 2)):
        with pytest.raises(InvalidInputError):
            publish(cast.lead, month)
    early = NOW.replace(month=11, day=5)
    with pytest.raises(InvalidInputError):
        publish_month(MONTH, licence=LICENCE, actor=cast.lead, now=early)
    for licence in ("", "  ", "长" * 201):
        with pytest.raises(InvalidInputError):
            publish_month(MONTH, licence=licence, actor=cast.lead, now=NOW)
    with pytest.raises(DomainError):
        correct_month(987, actor=cast.lead, now=NOW)
    assert not OpenRelease.objects.exists()


def test_a_stricter_k_holds_for_the_next_month_and_for_corrections(
    cast: Cast, counts: Cells, settings: Any
) -> None:
    counts[MONTH, cast.grid.pk, cast.category.pk] = 9
    before = MONTH - timedelta(days=30)
    counts[before, cast.grid.pk, cast.category.pk] = 9
    first = publish(cast.lead)
    settings.OPEN_DATA_K = 10
    assert publish(cast.lead, before.replace(day=1)).content == {"blocks": []}
    with pytest.raises(ConflictError):
        correct_month(first.pk, actor=cast.lead, now=NOW)
