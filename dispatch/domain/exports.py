"""Exports of the ticket list: small ones at once, large ones as a row that a worker carries out.

The row is the truth. A worker claims it by a guarded update and tells its progress with every chunk;
who finds the row changed stops. A worker that died is noticed by its silence (``sweep_exports``) and
the export goes on: a csv after its last stored part, an xlsx from the first row. Nothing half-written is
ever offered.
"""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, QuerySet

from dispatch.domain.actors import Actor, staff_actor
from dispatch.domain.audit import record_audit
from dispatch.domain.export_columns import check_columns, table_for
from dispatch.domain.export_parts import (
    ACTIVE,
    FOLDER,
    Part,
    drop_file,
    drop_orphans,
    drop_parts,
    usable_parts,
    write_parts,
)
from dispatch.domain.export_sheet import ExportStoppedError, write_sheet
from dispatch.enums import AuditAction, ExportFormat, ExportStatus
from dispatch.models import ExportJob, Recusal, Ticket
from dispatch.queries.access import visible_tickets
from dispatch.queries.ticket_filters import matching_tickets, read_params
from xiangcun.lib.bell import ring, ring_on_commit
from xiangcun.lib.errors import ConflictError, InvalidInputError, NotFoundError

logger = logging.getLogger(__name__)

EXPORT_TASK = "dispatch.run_export"
SMALL_ROWS = 2000
MAX_ROWS = 200_000
MAX_ACTIVE = 2
KEPT_FOR = timedelta(hours=24)
LOST_AFTER, RING_AGAIN = timedelta(minutes=3), timedelta(seconds=60)
MAX_ATTEMPTS = 3
_SCOPE = "_scope"
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Layout:
    """How to write it: format, keys of the columns (none: all one may take), English headers."""

    form: str = ExportFormat.XLSX
    columns: tuple[str, ...] = ()
    header_keys: bool = False


_AS_EVER = Layout()


def export_size(params: Mapping[str, str], *, actor: Actor, now: datetime) -> int:
    """Return how many rows the export would have, counted up to one more than allowed."""
    return _tickets(params, actor, now)[: MAX_ROWS + 1].count()


def export_now(
    params: Mapping[str, str],
    *,
    ids: Sequence[int],
    actor: Actor,
    now: datetime,
    address: str,
    layout: Layout = _AS_EVER,
) -> tuple[IO[bytes], int]:
    """Write the chosen tickets, or without ``ids`` what ``params`` finds, and return file and rows.

    Chosen ids outside the person's scope are left out without a word.
    """
    keys = check_columns(layout.columns, actor=actor)
    tickets = visible_tickets(actor).filter(pk__in=ids) if ids else _tickets(params, actor, now)
    table = table_for(actor, now=now, keys=keys, header_keys=layout.header_keys)
    file, rows = write_sheet(
        tickets, table=table, form=layout.form, limit=SMALL_ROWS, progress=lambda _rows: True
    )
    what = {"chosen": list(ids)} if ids else {"filter": _told(params)}
    data = {"rows": rows, **what, **_told_layout(layout.form, keys)}
    record_audit(AuditAction.EXPORT, actor=actor.user, now=now, data=data, address=address)
    return file, rows


def start_export(
    params: Mapping[str, str],
    *,
    total: int,
    actor: Actor,
    now: datetime,
    address: str,
    layout: Layout = _AS_EVER,
) -> ExportJob:
    """Put a large export in the queue and ring for a worker."""
    keys = check_columns(layout.columns, actor=actor)
    if actor.user is None or total > MAX_ROWS:
        raise InvalidInputError(
            "export_too_large", f"超过 {MAX_ROWS // 10_000} 万件，请用筛选缩小范围后再导出"
        )
    with transaction.atomic():
        if ExportJob.objects.filter(user=actor.user, status__in=ACTIVE).count() >= MAX_ACTIVE:
            raise ConflictError("export_busy", "您已有导出在进行，请等它完成或取消后再导出")
        job = ExportJob.objects.create(
            user=actor.user,
            params={**read_params(params), _SCOPE: _scope_of(actor)},
            format=layout.form,
            columns=keys,
            header_keys=layout.header_keys,
            total=total,
            created_at=now,
            beat_at=now,
            expires_at=now + KEPT_FOR,
        )
        told = {"filter": _told(params), **_told_layout(layout.form, keys)}
        data = {"rows": total, **told, "job": str(job.pk)}
        record_audit(AuditAction.EXPORT, actor=actor.user, now=now, data=data, address=address)
        ring_on_commit(EXPORT_TASK, str(job.pk))
    return job


def find_export(job_id: uuid.UUID, *, user_id: int | None) -> ExportJob:
    """Return the person's own export; anybody else's does not exist for them."""
    row = ExportJob.objects.filter(pk=job_id, user=user_id).first()
    if row is None:
        raise NotFoundError("export_not_found", "没有这次导出，或它属于其他人")
    return row


def cancel_export(job_id: uuid.UUID, *, user_id: int | None, now: datetime) -> ExportJob:
    """Stop the export; the worker notices at its next chunk."""
    row = find_export(job_id, user_id=user_id)
    _end(row.pk, status=ExportStatus.CANCELLED, now=now)
    row.refresh_from_db()
    return row


def open_export(
    job_id: uuid.UUID, *, actor: Actor, now: datetime, address: str
) -> tuple[ExportJob, File[bytes]]:
    """Return a finished export and its file; every download is recorded."""
    row = find_export(job_id, user_id=actor.user_id)
    if row.status != ExportStatus.DONE or row.expires_at <= now:
        raise ConflictError("export_not_ready", "导出文件还没有生成，或已过期，请重新导出")
    if row.params.get(_SCOPE) != _scope_of(actor):
        raise ConflictError("export_scope_changed", "导出之后您的岗位或权限有变化，请重新导出")
    try:
        file: File[bytes] = default_storage.open(row.stored)
    except OSError as error:
        raise ConflictError("export_not_ready", "导出文件已不在，请重新导出") from error
    data = {"rows": row.done, "job": str(row.pk), "download": True}
    record_audit(AuditAction.EXPORT, actor=actor.user, now=now, data=data, address=address)
    return row, file


def run_export(job_id: uuid.UUID, *, clock: Clock) -> None:
    """Carry out a waiting export; one that is not waiting any more is left alone."""
    claimed = ExportJob.objects.filter(pk=job_id, status=ExportStatus.WAITING)
    if not claimed.update(status=ExportStatus.RUNNING, attempts=F("attempts") + 1, beat_at=clock()):
        return
    job = ExportJob.objects.select_related("user").get(pk=job_id)
    mine = ExportJob.objects.filter(pk=job_id, status=ExportStatus.RUNNING, attempts=job.attempts)
    write = _write_csv if job.format == ExportFormat.CSV else _write_xlsx
    try:
        file, rows = write(job, mine, clock)
    except ExportStoppedError:
        logger.info("export_stopped job=%s", job_id)
        return
    with file:
        _hand_over(job, mine, file, rows, clock)


def fail_export(job_id: uuid.UUID, *, message: str, now: datetime) -> None:
    """Say that it did not work; the person may try again."""
    _end(job_id, status=ExportStatus.FAILED, now=now, message=message)


def _end(job_id: uuid.UUID, *, status: str, now: datetime, message: str = "") -> None:
    """End what is under way; what was stored of it goes, a part that comes later drops itself."""
    active = ExportJob.objects.filter(pk=job_id, status__in=ACTIVE)
    if active.update(status=status, finished_at=now, message=message):
        _forget_parts(job_id)


def _forget_parts(job_id: uuid.UUID) -> None:
    row = ExportJob.objects.filter(pk=job_id)
    drop_parts([part for parts in row.values_list("parts", flat=True) for part in parts])
    row.update(parts=[])


def _write_xlsx(job: ExportJob, mine: QuerySet[ExportJob], clock: Clock) -> tuple[IO[bytes], int]:
    actor = staff_actor(job.user)
    mine.update(done=0)
    return write_sheet(
        _tickets(job.params, actor, job.created_at),
        table=table_for(actor, now=job.created_at, keys=job.columns, header_keys=job.header_keys),
        limit=MAX_ROWS,
        progress=lambda rows: bool(mine.update(done=rows, beat_at=clock())),
    )


def _write_csv(job: ExportJob, mine: QuerySet[ExportJob], clock: Clock) -> tuple[IO[bytes], int]:
    actor = staff_actor(job.user)
    scope = _scope_of(actor)
    told: list[Part] = usable_parts(job, scope=scope)
    mine.update(parts=told, done=sum(part["rows"] for part in told))

    def tell(rows: int, parts: list[Part]) -> bool:
        nonlocal told
        new = parts[len(told) :]
        changes = {"parts": parts} if new else {}
        if mine.update(done=rows, beat_at=clock(), **changes):
            told = parts
            return True
        drop_parts(new)
        return False

    return write_parts(
        _tickets(job.params, actor, job.created_at),
        table=table_for(actor, now=job.created_at, keys=job.columns, header_keys=job.header_keys),
        parts=told,
        name=str(job.pk),
        scope=scope,
        limit=MAX_ROWS,
        tell=tell,
    )


def sweep_exports(*, now: datetime) -> None:
    """Throw away files whose time is over, ring again for lost bells, give up on what keeps dying."""
    drop_orphans()
    over = ExportJob.objects.filter(status=ExportStatus.DONE, expires_at__lte=now)
    for job in list(over[:100]):
        if over.filter(pk=job.pk).update(status=ExportStatus.EXPIRED):
            drop_file(job.stored)
    lost = ExportJob.objects.filter(status=ExportStatus.RUNNING, beat_at__lt=now - LOST_AFTER)
    for pk in list(lost.filter(attempts__gte=MAX_ATTEMPTS).values_list("pk", flat=True)[:100]):
        fail_export(pk, message="多次中断，请缩小范围后再试", now=now)
    lost.update(status=ExportStatus.WAITING, beat_at=now - RING_AGAIN)
    waiting = ExportJob.objects.filter(status=ExportStatus.WAITING, beat_at__lte=now - RING_AGAIN)
    for pk in list(waiting.order_by("created_at").values_list("pk", flat=True)[:20]):
        ring(EXPORT_TASK, str(pk))


def _hand_over(
    job: ExportJob, mine: QuerySet[ExportJob], file: IO[bytes], rows: int, clock: Clock
) -> None:
    """Store the file, then offer it; nobody hears of a file whose export was stopped meanwhile."""
    size = file.seek(0, 2)
    file.seek(0)
    stored = default_storage.save(f"{FOLDER}/{job.pk}.{job.format}", File(file))
    now = clock()
    if not mine.update(
        status=ExportStatus.DONE,
        stored=stored,
        size=size,
        done=rows,
        total=rows,
        finished_at=now,
        beat_at=now,
        expires_at=now + KEPT_FOR,
        message="",
    ):
        drop_file(stored)
        return
    _forget_parts(job.pk)


def _tickets(params: Mapping[str, str], actor: Actor, now: datetime) -> QuerySet[Ticket]:
    return matching_tickets(actor, read_params(params), now=now, capped=False)


def _scope_of(actor: Actor) -> str:
    """Return a mark of what the person may read; a file is not handed out under another one."""
    seats = sorted(
        (str(seat.role), seat.department_id, sorted(seat.grid_ids)) for seat in actor.seats
    )
    recused = Recusal.objects.filter(user=actor.user_id).order_by("ticket")
    kept = [*recused.values_list("ticket", flat=True)] if actor.is_recused else []
    return hashlib.sha256(repr((seats, kept)).encode()).hexdigest()[:32]


def _told(params: Mapping[str, str]) -> dict[str, str]:
    """Return the filter for the audit; the words searched for stay out of it."""
    return {name: "…" if name == "q" else value for name, value in read_params(params).items()}


def _told_layout(form: str, keys: Sequence[str]) -> dict[str, object]:
    return {"format": str(form), **({"columns": list(keys)} if keys else {})}
