"""An import of the map from upload to confirmation: kept privately, bound to its person, applied once.

The file is read and checked anew at every step, so that what is confirmed is what the file holds and
not what a page said; ``version`` makes sure that it is also what the person saw.
"""

from __future__ import annotations

import hashlib
import logging
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from dispatch.enums import GridImportStatus
from dispatch.models import GridImport, Staff
from reports.domain.grid_map import MapPlan, apply_map, known_grids, lock_map
from reports.domain.gridfiles.checking import CheckedFile, ReadOptions, check_file
from reports.domain.gridfiles.reading import MAX_BYTES
from reports.queries.places import map_version
from xiangcun.lib.errors import ConflictError, InvalidInputError, NotFoundError

logger = logging.getLogger(__name__)

KEPT_FOR = timedelta(hours=2)
FOLDER = "grid-imports"
_NAME_LENGTH = 120


def start_import(
    data: bytes, *, user: Staff | None, file_name: str, options: ReadOptions, now: datetime
) -> GridImport:
    """Keep an uploaded file for preview; files nobody confirmed in time are thrown away."""
    expire_imports(now=now)
    if len(data) > MAX_BYTES:
        size = len(data) / 1024 / 1024
        raise InvalidInputError.of_field(
            "file", "file_too_large", f"文件 {size:.1f} MB，超过 10 MB，请简化边界或分村导入"
        )
    row = GridImport(
        user=user,
        file_name=file_name[-_NAME_LENGTH:],
        sha256=hashlib.sha256(data).hexdigest(),
        options=_as_row(options),
        created_at=now,
        expires_at=now + KEPT_FOR,
    )
    row.stored = default_storage.save(f"{FOLDER}/{row.pk}.geojson", ContentFile(data))
    try:
        row.save(force_insert=True)
    except BaseException:
        default_storage.delete(row.stored)
        raise
    return row


def find_import(import_id: uuid.UUID, *, user: Staff | None) -> GridImport:
    """Return the person's own import; anybody else's does not exist for them."""
    row = GridImport.objects.filter(pk=import_id, user=user).first()
    if row is None:
        raise NotFoundError("import_not_found", "没有这次导入，或它属于其他人，请重新上传")
    return row


def check_import(row: GridImport, *, now: datetime) -> CheckedFile:
    """Read and check the kept file against the map as it is now."""
    if row.status != GridImportStatus.PENDING or row.expires_at <= now:
        raise ConflictError("import_expired", "上传的文件已失效，请重新上传")
    try:
        with default_storage.open(row.stored) as file:
            data = file.read()
    except OSError as error:
        raise ConflictError("import_expired", "上传的文件已失效，请重新上传") from error
    return check_file(data, options_of(row), known_grids())


def confirm_import(
    import_id: uuid.UUID, *, user: Staff | None, version: str, now: datetime
) -> GridImport:
    """Apply the import in one transaction, once: confirmed again it answers as the first time.

    ``version`` is the :func:`map_version` of the preview; a map changed since needs another look.
    """
    row = find_import(import_id, user=user)
    if row.status == GridImportStatus.APPLIED:
        return row
    try:
        checked = check_import(row, now=now)
    except ConflictError:
        row.refresh_from_db()
        if row.status == GridImportStatus.APPLIED:  # by the same button, pressed twice
            return row
        raise
    try:
        with transaction.atomic():
            plan = _apply(row, checked, version=version, now=now)
    except IntegrityError as error:
        raise _map_changed() from error
    if plan is not None:
        _drop_file(row)
        logger.info("grid_import_applied", extra={"grid_import": str(row.pk), **plan.counts()})
    row.refresh_from_db()
    return row


def discard_import(import_id: uuid.UUID, *, user: Staff | None) -> GridImport:
    """Give the import up and throw the file away."""
    row = find_import(import_id, user=user)
    pending = GridImport.objects.filter(pk=row.pk, status=GridImportStatus.PENDING)
    if pending.update(status=GridImportStatus.DISCARDED):
        _drop_file(row)
    row.refresh_from_db()
    return row


def expire_imports(*, now: datetime) -> int:
    """Throw away files whose time is over; return how many."""
    rows = GridImport.objects.filter(status=GridImportStatus.PENDING, expires_at__lte=now)
    return sum(_expire(row) for row in list(rows[:100]))


def options_of(row: GridImport) -> ReadOptions:
    """Return how the file is to be read."""
    return ReadOptions(
        coord_type=row.options["coord_type"],
        replace=row.options["replace"],
        columns=row.options["columns"],
    )


def _apply(row: GridImport, checked: CheckedFile, *, version: str, now: datetime) -> MapPlan | None:
    """Write the map; ``None`` when another confirmation of the same import was faster."""
    pending = GridImport.objects.filter(pk=row.pk, status=GridImportStatus.PENDING)
    if not pending.update(status=GridImportStatus.APPLIED, applied_at=now):
        return None
    lock_map()
    if map_version() != version:
        raise _map_changed()
    plan = apply_map(checked, replace=options_of(row).replace, now=now)
    GridImport.objects.filter(pk=row.pk).update(result=plan.counts())
    return plan


def _map_changed() -> ConflictError:
    return ConflictError("map_changed", "预览之后网格或地标有改动，请核对新的预览后再确认")


def _expire(row: GridImport) -> bool:
    pending = GridImport.objects.filter(pk=row.pk, status=GridImportStatus.PENDING)
    if not pending.update(status=GridImportStatus.DISCARDED):
        return False
    _drop_file(row)
    return True


def _drop_file(row: GridImport) -> None:
    try:
        default_storage.delete(row.stored)
    except OSError:
        logger.warning("grid_import_file_left", extra={"grid_import": str(row.pk)})


def _as_row(options: ReadOptions) -> dict[str, Any]:
    columns = {name: column for name, column in options.columns.items() if column}
    return {"coord_type": options.coord_type, "replace": options.replace, "columns": columns}
