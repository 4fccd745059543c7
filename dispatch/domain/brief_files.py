"""The files of a version: claimed, drawn, stored, and begun again when a worker died at it."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, timedelta

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F

from dispatch.domain.actors import Actor
from dispatch.domain.audit import record_audit
from dispatch.domain.brief_steps import EDITS, READS_ALL, may_read
from dispatch.domain.briefs import DRAW_TASK, order_files
from dispatch.enums import AuditAction, BriefFileState, BriefStep
from dispatch.models import BriefFile, BriefVersion
from xiangcun.lib.bell import ring, ring_on_commit
from xiangcun.lib.errors import ConflictError, NotAllowedError, NotFoundError

logger = logging.getLogger(__name__)

LOST_AFTER, RING_AGAIN = timedelta(minutes=3), timedelta(seconds=60)
MAX_ATTEMPTS = 3
FOLDER = "briefs"
_ACTIVE = (BriefFileState.WAITING, BriefFileState.DRAWING)


def claim_file(pk: int, *, now: datetime) -> BriefFile | None:
    """Take a waiting file for drawing; ``None`` when it is done or somebody else's."""
    waiting = BriefFile.objects.filter(pk=pk, state=BriefFileState.WAITING)
    if not waiting.update(
        state=BriefFileState.DRAWING, attempts=F("attempts") + 1, beat_at=now, message=""
    ):
        return None
    return BriefFile.objects.select_related("version__snapshot", "version__brief").get(pk=pk)


def keep_file(file: BriefFile, content: bytes, *, now: datetime) -> None:
    """Store what was drawn and offer it; a file that was taken away meanwhile is not offered."""
    version = file.version
    name = f"{FOLDER}/{version.brief_id}/{version.number}.{file.format}"
    stored = default_storage.save(name, ContentFile(content))
    mine = BriefFile.objects.filter(
        pk=file.pk, state=BriefFileState.DRAWING, attempts=file.attempts
    )
    digest = hashlib.sha256(content).hexdigest()
    if not mine.update(
        state=BriefFileState.DONE, stored=stored, size=len(content), sha256=digest, beat_at=now
    ):
        default_storage.delete(stored)


def fail_file(pk: int, *, message: str, now: datetime) -> None:
    """Say that it did not work; an editor may ask again."""
    active = BriefFile.objects.filter(pk=pk, state__in=_ACTIVE)
    active.update(state=BriefFileState.FAILED, message=message[:200], beat_at=now)


def sweep_files(*, now: datetime) -> None:
    """Ring again for lost bells; give up on what keeps dying."""
    lost = BriefFile.objects.filter(state=BriefFileState.DRAWING, beat_at__lt=now - LOST_AFTER)
    lost.filter(attempts__gte=MAX_ATTEMPTS).update(
        state=BriefFileState.FAILED, message="多次中断，请稍后重新生成", beat_at=now
    )
    lost.update(state=BriefFileState.WAITING, beat_at=now - RING_AGAIN)
    waiting = BriefFile.objects.filter(state=BriefFileState.WAITING, beat_at__lte=now - RING_AGAIN)
    for pk in list(waiting.order_by("pk").values_list("pk", flat=True)[:20]):
        ring(DRAW_TASK, pk)


def ask_for_files(version: BriefVersion, *, actor: Actor, now: datetime) -> list[BriefFile]:
    """Order the files of a version, failed ones and those whose content is gone once more."""
    if not actor.roles & EDITS:
        raise NotAllowedError("role_not_allowed", "文件由指挥室坐席或值班领导生成")
    with transaction.atomic():
        files = order_files(version, now=now)
        again = [
            file.pk
            for file in files
            if file.state == BriefFileState.FAILED
            or (file.state == BriefFileState.DONE and not default_storage.exists(file.stored))
        ]
        BriefFile.objects.filter(pk__in=again).update(
            state=BriefFileState.WAITING, attempts=0, beat_at=now, message="", stored=""
        )
        for pk in again:
            ring_on_commit(DRAW_TASK, pk)
    return list(version.files.all())


def open_file(pk: int, *, actor: Actor, now: datetime) -> tuple[BriefFile, File[bytes]]:
    """Return a finished file for who may read its issue; of unsigned versions for editors and readers of all.

    Every download is written down.
    """
    file = (
        BriefFile.objects.select_related("version__brief", "version__snapshot")
        .filter(pk=pk)
        .first()
    )
    if file is None or not may_read_version(file.version, actor):
        raise NotFoundError("brief_not_found", "没有这份文件，或不在您的权限范围内")
    if file.state != BriefFileState.DONE:
        raise ConflictError("brief_file_not_ready", "文件还没有生成，请稍后再试")
    try:
        content: File[bytes] = default_storage.open(file.stored)
    except OSError as error:
        raise ConflictError("brief_file_gone", "文件已不在，请重新生成") from error
    version = file.version
    data = {
        "brief": version.brief_id, "step": "download", "version": version.number,
        "format": file.format,
    }  # fmt: skip
    record_audit(AuditAction.BRIEF, actor=actor.user, now=now, data=data)
    return file, content


def may_read_version(version: BriefVersion, actor: Actor) -> bool:
    """Whether ``actor`` may read this version: heads and verifiers read what is signed and stands."""
    if actor.roles & READS_ALL:
        return True
    current = version.number == version.brief.version and version.step == BriefStep.SIGN
    return current and may_read(version.brief, actor)
