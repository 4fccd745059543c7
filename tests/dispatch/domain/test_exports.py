from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import IO, Any

import pytest
from django.core.files.storage import default_storage
from openpyxl import load_workbook

from dispatch.domain import exports
from dispatch.domain.export_columns import COLUMNS, safe_text, table_for
from dispatch.domain.export_sheet import ExportStoppedError, write_sheet
from dispatch.enums import AuditAction, ExportStatus, TicketStatus
from dispatch.models import AuditRecord, ExportJob, Ticket
from dispatch.tasks import run_export as export_task
from tests.dispatch.factories import NOW, Cast, make_cast, make_report, make_ticket
from xiangcun.lib.errors import ConflictError, InvalidInputError, NotFoundError

pytestmark = pytest.mark.django_db
ALL = {"queue": "all"}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    yield
    settings.MEDIA_ROOT = None


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Bells are counted, not heard."""
    bells: list[str] = []
    monkeypatch.setattr(exports, "ring", lambda _task, pk: bells.append(pk))
    monkeypatch.setattr(exports, "ring_on_commit", lambda _task, pk: bells.append(pk))
    return bells


def clock() -> datetime:
    return NOW


def sheet(file: IO[bytes]) -> list[tuple[Any, ...]]:
    rows = list(load_workbook(file, read_only=True)["工单"].iter_rows(values_only=True))
    file.close()
    return rows


def start(cast: Cast, who: str = "dispatcher", **params: str) -> ExportJob:
    actor = getattr(cast, who)
    return exports.start_export(
        {**ALL, **params}, total=3, actor=actor, now=NOW, address="10.0.0.1"
    )


def test_a_small_export_works(cast: Cast) -> None:
    first = make_ticket(TicketStatus.HANDLED, cast=cast)
    second = make_ticket(cast=cast, report=make_report(text="=cmd 打我电话 13812345678"))
    file, rows = exports.export_now(ALL, ids=(), actor=cast.dispatcher, now=NOW, address="10.0.0.1")
    head, *lines = sheet(file)
    assert rows == 2
    assert head[: len(COLUMNS)] == tuple(column.title for column in COLUMNS)
    assert [line[0] for line in lines] == [second.number, first.number]
    assert lines[0][1].startswith("'=cmd")
    assert "13812345678" not in str(lines)
    record = AuditRecord.objects.get(action=AuditAction.EXPORT)
    assert (record.data["rows"], record.data["filter"], record.address) == (2, ALL, "10.0.0.1")


def test_it_keeps_to_the_person_s_scope(cast: Cast) -> None:
    own = make_ticket(TicketStatus.HANDLING, cast=cast)
    other = make_ticket(cast=cast)
    for ids in ((), (own.pk, other.pk)):
        for actor, seen in ((cast.handler, [own.number]), (cast.outsider, [])):
            file, _rows = exports.export_now(ALL, ids=ids, actor=actor, now=NOW, address="")
            assert [line[0] for line in sheet(file)[1:]] == seen


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+86", "'+86"),
        ("-3", "'-3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("  =1", "'  =1"),
        ("路灯坏了=不亮", "路灯坏了=不亮"),
        ("坏\x00字\x0b符", "坏字符"),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula(text: str, cell: str) -> None:
    assert safe_text(text) == cell
    assert len(safe_text("=" * 5000)) <= 2001


def test_a_large_export_works(cast: Cast, rung: list[str]) -> None:
    tickets = [make_ticket(cast=cast) for _ in range(3)]
    job = start(cast)
    assert rung == [str(job.pk)]
    exports.run_export(job.pk, clock=clock)
    job.refresh_from_db()
    assert (job.status, job.done, job.total, job.attempts) == (ExportStatus.DONE, 3, 3, 1)
    row, file = exports.open_export(job.pk, actor=cast.dispatcher, now=NOW, address="")
    assert row.pk == job.pk
    assert {line[0] for line in sheet(file)[1:]} == {ticket.number for ticket in tickets}
    assert AuditRecord.objects.filter(action=AuditAction.EXPORT).count() == 2


def test_doing_it_again_changes_nothing(cast: Cast) -> None:
    job = start(cast)
    exports.run_export(job.pk, clock=clock)
    before = ExportJob.objects.values().get()
    exports.run_export(job.pk, clock=clock)
    exports.run_export(uuid.uuid4(), clock=clock)
    assert ExportJob.objects.values().get() == before


def test_chunks_miss_and_repeat_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dispatch.domain.export_sheet.CHUNK", 2)
    made = [make_ticket(cast=cast).number for _ in range(5)]
    told: list[int] = []
    table = table_for(cast.dispatcher, now=NOW)

    def progress(rows: int) -> bool:
        told.append(rows)
        return True

    file, rows = write_sheet(Ticket.objects.all(), table=table, limit=99, progress=progress)
    assert [line[0] for line in sheet(file)[1:]] == made[::-1]
    assert (rows, told) == (5, [2, 4, 5])
    file, rows = write_sheet(Ticket.objects.all(), table=table, limit=3, progress=progress)
    assert rows == 3
    file.close()


def test_cancelling_stops_at_the_next_chunk(cast: Cast) -> None:
    for _ in range(2):
        make_ticket(cast=cast)
    job = start(cast)

    def cancelled() -> datetime:
        running = ExportJob.objects.get(pk=job.pk).status == ExportStatus.RUNNING
        if running:
            exports.cancel_export(job.pk, user_id=job.user_id, now=NOW)
        return NOW

    exports.run_export(job.pk, clock=cancelled)
    job.refresh_from_db()
    assert (job.status, job.stored) == (ExportStatus.CANCELLED, "")
    with pytest.raises(ConflictError):
        exports.open_export(job.pk, actor=cast.dispatcher, now=NOW, address="")
    with pytest.raises(ExportStoppedError):
        write_sheet(
            Ticket.objects.all(),
            table=table_for(cast.dispatcher, now=NOW),
            limit=9,
            progress=lambda _rows: False,
        )


def test_it_is_nobody_else_s(cast: Cast) -> None:
    job = start(cast)
    exports.run_export(job.pk, clock=clock)
    for actor in (cast.lead, cast.handler, cast.outsider):
        with pytest.raises(NotFoundError):
            exports.open_export(job.pk, actor=actor, now=NOW, address="")
        with pytest.raises(NotFoundError):
            exports.cancel_export(job.pk, user_id=actor.user_id, now=NOW)


def test_it_refuses_too_many(cast: Cast) -> None:
    start(cast)
    start(cast)
    with pytest.raises(ConflictError):
        start(cast)
    with pytest.raises(InvalidInputError):
        exports.start_export(ALL, total=exports.MAX_ROWS + 1, actor=cast.lead, now=NOW, address="")
    assert ExportJob.objects.count() == 2


def test_the_scope_is_that_of_the_hour_it_runs(cast: Cast) -> None:
    make_ticket(TicketStatus.HANDLING, cast=cast)
    job = start(cast, "handler")
    cast.handler.user.memberships.update(is_active=False)  # type: ignore[union-attr]
    exports.run_export(job.pk, clock=clock)
    job.refresh_from_db()
    assert (job.status, job.done) == (ExportStatus.DONE, 0)


def test_a_failure_is_told(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    job = start(cast)

    def broken(*_args: object, **_kwargs: object) -> None:
        raise OSError

    monkeypatch.setattr(exports, "write_sheet", broken)
    export_task(str(job.pk))
    job.refresh_from_db()
    assert job.status == ExportStatus.FAILED
    assert "导出出错" in job.message


def test_the_sweep_rings_again_and_gives_up(cast: Cast, rung: list[str]) -> None:
    job = start(cast)
    rung.clear()
    exports.sweep_exports(now=NOW + timedelta(seconds=30))
    assert rung == []
    exports.sweep_exports(now=NOW + timedelta(seconds=61))
    assert rung == [str(job.pk)]

    rows = ExportJob.objects.filter(pk=job.pk)
    rows.update(status=ExportStatus.RUNNING, attempts=1, beat_at=NOW)
    later = NOW + exports.LOST_AFTER + timedelta(seconds=1)
    exports.sweep_exports(now=later)
    assert rows.get().status == ExportStatus.WAITING
    rows.update(status=ExportStatus.RUNNING, attempts=exports.MAX_ATTEMPTS, beat_at=NOW)
    exports.sweep_exports(now=later)
    job.refresh_from_db()
    assert (job.status, job.message[:4]) == (ExportStatus.FAILED, "多次中断")


def test_who_was_thought_dead_hands_nothing_over(cast: Cast) -> None:
    make_ticket(cast=cast)
    job = start(cast)
    calls = iter(range(99))

    def taken_over() -> datetime:
        if next(calls) == 2:  # after the last chunk: another worker has begun anew
            ExportJob.objects.filter(pk=job.pk).update(attempts=2)
        return NOW

    exports.run_export(job.pk, clock=taken_over)
    job.refresh_from_db()
    assert (job.status, job.stored) == (ExportStatus.RUNNING, "")
    assert default_storage.listdir(exports.FOLDER)[1] == []


def test_old_files_go(cast: Cast) -> None:
    job = start(cast)
    exports.run_export(job.pk, clock=clock)
    job.refresh_from_db()
    assert default_storage.exists(job.stored)
    exports.sweep_exports(now=NOW + exports.KEPT_FOR)
    job.refresh_from_db()
    assert job.status == ExportStatus.EXPIRED
    assert not default_storage.exists(job.stored)
    with pytest.raises(ConflictError):
        exports.open_export(job.pk, actor=cast.dispatcher, now=NOW, address="")


def test_words_searched_for_stay_out_of_the_audit(cast: Cast) -> None:
    exports.export_now({"q": "张三"}, ids=(), actor=cast.lead, now=NOW, address="")[0].close()
    record = AuditRecord.objects.get(action=AuditAction.EXPORT)
    assert "张三" not in str(record.data)


def csv_job(cast: Cast) -> ExportJob:
    layout = exports.Layout(form="csv", columns=("number",), header_keys=True)
    return exports.start_export(
        ALL, total=5, actor=cast.dispatcher, now=NOW, address="", layout=layout
    )


def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dispatch.domain.export_sheet.CHUNK", 1)
    monkeypatch.setattr("dispatch.domain.export_parts.PART_ROWS", 3)


class KilledError(Exception):
    """The worker is gone: nothing after it runs."""


def killed_after(calls: int) -> Any:
    left = iter(range(calls))

    def tick() -> datetime:
        if next(left, None) is None:
            raise KilledError
        return NOW

    return tick


def test_a_killed_csv_goes_on(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    small_parts(monkeypatch)
    made = [make_ticket(cast=cast).number for _ in range(5)]
    job = csv_job(cast)
    with pytest.raises(KilledError):
        exports.run_export(job.pk, clock=killed_after(5))  # claim, then four of five rows
    job.refresh_from_db()
    assert [part["rows"] for part in job.parts] == [3]
    assert (job.status, job.done) == (ExportStatus.RUNNING, 4)
    newer = make_ticket(cast=cast).number
    exports.sweep_exports(now=NOW + exports.LOST_AFTER + timedelta(seconds=1))
    read: list[int] = []
    real = exports.write_parts

    def watched(*args: Any, **more: Any) -> Any:
        read.extend(part["rows"] for part in more["parts"])
        return real(*args, **more)

    monkeypatch.setattr(exports, "write_parts", watched)
    exports.run_export(job.pk, clock=clock)
    assert read == [3]
    job.refresh_from_db()
    assert (job.status, job.done, job.attempts, job.parts) == (ExportStatus.DONE, 5, 2, [])
    _row, file = exports.open_export(job.pk, actor=cast.dispatcher, now=NOW, address="")
    with file:
        assert file.read().decode("utf-8-sig").splitlines() == ["number", *made[::-1]]
    assert newer not in made
    assert len(default_storage.listdir(exports.FOLDER)[1]) == 1


def test_parts_of_another_scope_are_not_used(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    small_parts(monkeypatch)
    for _ in range(5):
        make_ticket(cast=cast)
    job = csv_job(cast)
    with pytest.raises(KilledError):
        exports.run_export(job.pk, clock=killed_after(5))
    cast.dispatcher.user.memberships.update(is_active=False)  # type: ignore[union-attr]
    ExportJob.objects.update(status=ExportStatus.WAITING)
    exports.run_export(job.pk, clock=clock)
    job.refresh_from_db()
    assert (job.status, job.done) == (ExportStatus.DONE, 0)


@pytest.mark.parametrize("end", ["cancel", "fail"])
def test_parts_go_with_their_export(cast: Cast, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    small_parts(monkeypatch)
    for _ in range(5):
        make_ticket(cast=cast)
    job = csv_job(cast)
    with pytest.raises(KilledError):
        exports.run_export(job.pk, clock=killed_after(5))
    if end == "cancel":
        exports.cancel_export(job.pk, user_id=job.user_id, now=NOW)
    else:
        exports.fail_export(job.pk, message="x", now=NOW)
    job.refresh_from_db()
    assert job.parts == []
    assert default_storage.listdir(exports.FOLDER)[1] == []


def test_orphans_are_swept(cast: Cast) -> None:
    job = csv_job(cast)
    kept = default_storage.save(f"exports/{job.pk}-0.part", io.BytesIO(b"x"))
    gone = default_storage.save(f"exports/{uuid.uuid4()}-0.part", io.BytesIO(b"x"))
    other = default_storage.save("exports/readme.txt", io.BytesIO(b"x"))
    exports.sweep_exports(now=NOW)
    assert [default_storage.exists(name) for name in (kept, gone, other)] == [True, False, True]
