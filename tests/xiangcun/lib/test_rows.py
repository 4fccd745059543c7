"""Rows written and read without compiling are the rows the ORM would write and read."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from knox.models import get_token_model

from reports.models import Report, ReportUpdate, Resident, ResidentToken
from xiangcun.lib.rows import RowQuery, insert_pair, insert_row, update_row

NOW = datetime(2026, 3, 4, 5, 6, 7, 891, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def report(resident: Resident | None = None, **values: Any) -> Report:
    return Report(
        **{
            "number": f"XC260304-{uuid.uuid4().hex[:6].upper()}",
            "resident": resident,
            "client_id": uuid.uuid4(),
            "body_hash": "0" * 64,
            "text": "路灯 100% 不亮 🙂 'quoted' %s",
            "anonymous": True,
            "lat": 30.25,
            "lng": 120.5,
            "raw_lat": 30.25,
            "raw_lng": 120.5,
            "coord_type": "wgs84",
            "location_source": "gps",
            "submitted_at": NOW,
            "updated_at": NOW,
            "allowed_actions": ["withdraw"],
            **values,
        }
    )


@pytest.fixture
def resident() -> Resident:
    return Resident.objects.create(openid="rows")


def test_it_works(resident: Resident) -> None:
    given = report(resident)
    insert_row(given)
    assert not given._state.adding
    read = Report.objects.get(pk=given.pk)
    names = [field.attname for field in Report._meta.concrete_fields]
    assert {name: getattr(given, name) for name in names} == {
        name: getattr(read, name) for name in names
    }


def test_it_writes_the_statement_of_the_orm(resident: Resident) -> None:
    insert_row(report(resident))
    with CaptureQueriesContext(connection) as queries:
        insert_row(report(resident, number="XC260304-000001", client_id=uuid.UUID(int=1)))
        report(resident, number="XC260304-000002", client_id=uuid.UUID(int=2)).save()
    ours, orms = (query["sql"] for query in queries)
    assert ours == orms.replace("XC260304-000002", "XC260304-000001").replace(
        uuid.UUID(int=2).hex, uuid.UUID(int=1).hex
    )


def test_it_leaves_a_row_that_can_be_changed() -> None:
    given = report()
    insert_row(given)
    given.text = "改过"
    given.save()
    assert list(Report.objects.values_list("pk", "text")) == [(given.pk, "改过")]


def test_it_fills_in_automatic_values() -> None:
    given = Resident(openid="automatic")
    insert_row(given)
    assert Resident.objects.get(pk=given.pk).created_at == given.created_at


def test_it_raises_what_save_raises(resident: Resident) -> None:
    given = report(resident)
    insert_row(given)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_row(report(resident, client_id=given.client_id))
    assert Report.objects.count() == 1


def test_it_marks_a_transaction_that_must_not_go_on() -> None:
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            insert_row(report(kind="unheard"))
        assert transaction.get_connection().needs_rollback
        transaction.set_rollback(True)


def test_it_works_on_a_database_that_returns_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor == "sqlite":  # before 3.35; PostgreSQL always can
        monkeypatch.setattr(connection.features, "can_return_columns_from_insert", False)
    given = report()
    insert_row(given)
    assert Report.objects.get().pk == given.pk


def line(**values: Any) -> ReportUpdate:
    return ReportUpdate(**{"at": NOW, "kind": "submitted", "status": "received", **values})


def pair_is_written() -> None:
    given, first = report(), line(text="已收到 %s")
    insert_pair(given, first, link="report")
    assert not given._state.adding
    assert not first._state.adding
    assert first.report_id == given.pk
    read = ReportUpdate.objects.select_related("report").get(pk=first.pk)
    assert (read.text, read.at, read.report.number) == ("已收到 %s", NOW, given.number)


def pair_is_refused() -> None:
    known = report(number="XC260304-KNOWN1")
    insert_pair(known, line(), link="report")
    for given, first in (
        (report(number=known.number), line()),
        (report(), line(status="unheard")),
    ):
        with pytest.raises(IntegrityError):
            insert_pair(given, first, link="report")
    assert Report.objects.count() == ReportUpdate.objects.count() == 1


def test_it_inserts_both_in_a_transaction() -> None:
    pair_is_written()


def test_it_inserts_neither_in_a_transaction() -> None:
    pair_is_refused()


@pytest.mark.django_db(transaction=True)
def test_it_inserts_both_on_their_own() -> None:
    pair_is_written()


@pytest.mark.django_db(transaction=True)
def test_it_inserts_neither_on_their_own() -> None:
    pair_is_refused()


@pytest.mark.django_db(transaction=True)
def test_it_inserts_both_in_one_statement_on_postgresql() -> None:
    with CaptureQueriesContext(connection) as queries:
        insert_pair(report(), line(), link="report")
    assert len(queries) == {"postgresql": 1, "sqlite": 4}[connection.vendor]


COLUMNS = ("digest", "expiry", "user__is_active", "user__created_at", "user__consented_at")
TOKEN = RowQuery(lambda: ResidentToken.objects.filter(pk="").values_list(*COLUMNS))


def test_it_reads_what_the_orm_reads(resident: Resident) -> None:
    token, _text = get_token_model().objects.create(user=resident, expiry=timedelta(days=1))
    expected = ResidentToken.objects.values_list(*COLUMNS).get(pk=token.pk)
    for _again in range(2):
        with CaptureQueriesContext(connection) as queries:
            found = TOKEN.first(token.pk)
        assert found == list(expected)
        assert len(queries) == 1
    assert expected[2] is True


def test_it_finds_nothing() -> None:
    assert TOKEN.first("unknown") is None


def test_an_update_writes_what_is_named_and_nothing_else(resident: Resident) -> None:
    given = report(resident)
    insert_row(given)
    given.allowed_actions, given.text, given.promised_at = ["rate"], "不写", NOW
    assert update_row(given, ("allowed_actions", "promised_at"), where={"triaged_at": None})
    read = Report.objects.get(pk=given.pk)
    assert (read.allowed_actions, read.promised_at) == (["rate"], NOW)
    assert read.text != "不写"


def test_an_update_of_a_changed_row_writes_nothing(resident: Resident) -> None:
    given = report(resident)
    insert_row(given)
    given.urgency = "P1"
    assert not update_row(given, ("urgency",), where={"reopen_count": 1})
    Report.objects.filter(pk=given.pk).update(triaged_at=NOW)
    assert not update_row(given, ("urgency",), where={"triaged_at": None})
    assert Report.objects.get(pk=given.pk).urgency == ""


def test_a_query_with_an_order_finds_the_first_row(resident: Resident) -> None:
    rows = [report(resident), report(resident)]
    for row in rows:
        insert_row(row)
    newest = RowQuery(
        lambda: Report.objects.filter(resident_id=0).order_by("-pk").values_list("pk")
    )
    assert newest.first(resident.pk) == [rows[1].pk]
    assert newest.all(resident.pk) == [[rows[1].pk], [rows[0].pk]]
    assert newest.first(0) is None
    assert newest.all(0) == []
