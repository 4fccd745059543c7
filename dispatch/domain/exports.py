"""Exports of the ticket list: small ones at once, large ones as a row that a worker carries out.

The row is the truth. A worker claims it by a guarded update and tells its progress with every chunk;
who finds the row changed stops. A worker that died is noticed by its silence (``sweep_exports``) and
the export begins again from the first row: nothing half-written is ever offered.
"""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import IO

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, QuerySet

from dispatch.domain.actors import Actor, staff_actor
from dispatch.domain.audit import record_audit
from dispatch.domain.export_sheet import ExportStoppedError, write_sheet
from dispatch.enums import AuditAction, ExportStatus
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
ACTIVE = (ExportStatus.WAITING, ExportStatus.RUNNING)
FOLDER = "exports"
_SCOPE = "_scope"
Clock = Callable[[], datetime]


def export_size(params: Mapping[str, str], *, actor: Actor, now: datetime) -> int:
    """Return how many rows the export would have, counted up to one more than allowed."""
    return _tickets(params, actor, now)[: MAX_ROWS + 1].count()


def export_now(
    params: Mapping[str, str], *, ids: Sequence[int], actor: Actor, now: datetime, address: str
) -> tuple[IO[bytes], int]:
    """Write the chosen tickets, or without ``ids`` what ``params`` finds, and return file and rows.

    Chosen ids outside the person's scope are left out without a word.
    """
    tickets = visible_tickets(actor).filter(pk__in=ids) if ids else _tickets(params, actor, now)
    file, rows = write_sheet(tickets, now=now, limit=SMALL_ROWS, progress=lambda _rows: True)
    data = {"rows": rows, "chosen": list(ids)} if ids else {"rows": rows, "filter": _told(params)}
    record_audit(AuditAction.EXPORT, actor=actor.user, now=now, data=data, address=address)
    return file, rows


def start_export(
    params: Mapping[str, str], *, total: int, actor: Actor, now: datetime, address: str
) -> ExportJob:
    """Put a large export in the queue and ring for a worker."""
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
            total=total,
            created_at=now,
            beat_at=now,
            expires_at=now + KEPT_FOR,
        )
        data = {"rows": total, "filter": _told(params), "job": str(job.pk)}
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
    active = ExportJob.objects.filter(pk=row.pk, status__in=ACTIVE)
    active.update(status=ExportStatus.CANCELLED, finished_at=now, message="")
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
    now = clock()
    claimed = ExportJob.objects.filter(pk=job_id, status=ExportStatus.WAITING)
    if not claimed.update(
        status=ExportStatus.RUNNING, attempts=F("attempts") + 1, beat_at=now, done=0
    ):
        return
    job = ExportJob.objects.select_related("user").get(pk=job_id)
    mine = ExportJob.objects.filter(pk=job_id, status=ExportStatus.RUNNING, attempts=job.attempts)

    def progress(rows: int) -> bool:
        return bool(mine.update(done=rows, beat_at=clock()))

    tickets = _tickets(job.params, staff_actor(job.user), job.created_at)
    try:
        file, rows = write_sheet(tickets, now=job.created_at, limit=MAX_ROWS, progress=progress)
    except ExportStoppedError:
        logger.info("export_stopped job=%s", job_id)
        return
    with file:
        _hand_over(job, mine, file, rows, clock)


def fail_export(job_id: uuid.UUID, *, message: str, now: datetime) -> None:
    """Say that it did not work; the person may try again."""
    active = ExportJob.objects.filter(pk=job_id, status__in=ACTIVE)
    active.update(status=ExportStatus.FAILED, message=message, finished_at=now)


def sweep_exports(*, now: datetime) -> None:
    """Throw away files whose time is over, ring again for lost bells, give up on what keeps dying."""
    over = ExportJob.objects.filter(status=ExportStatus.DONE, expires_at__lte=now)
    for job in list(over[:100]):
        if over.filter(pk=job.pk).update(status=ExportStatus.EXPIRED):
            _drop_file(job.stored)
    lost = ExportJob.objects.filter(status=ExportStatus.RUNNING, beat_at__lt=now - LOST_AFTER)
    lost.filter(attempts__gte=MAX_ATTEMPTS).update(
        status=ExportStatus.FAILED, message="多次中断，请缩小范围后再试", finished_at=now
    )
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
    stored = default_storage.save(f"{FOLDER}/{job.pk}.xlsx", File(file))
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
        _drop_file(stored)


def _drop_file(stored: str) -> None:
    try:
        default_storage.delete(stored)
    except OSError:
        logger.warning("export_file_left file=%s", stored)


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
