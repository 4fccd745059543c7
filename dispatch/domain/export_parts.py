"""A csv written in parts, so that a killed export goes on where it was.

Each ``PART_ROWS`` rows are stored as a file of their own, and only then told in the job's row
(``ExportJob.parts``), by the same guarded update that tells the progress: a part whose worker was
thought dead is dropped by that worker. An xlsx cannot be continued; it begins again.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import uuid
from collections.abc import Callable
from typing import IO, Any, TypedDict, cast

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db.models import QuerySet

from dispatch.domain.export_columns import Table
from dispatch.domain.export_sheet import CsvWriter, ExportStoppedError, chunks
from dispatch.enums import ExportStatus
from dispatch.models import ExportJob, Ticket

logger = logging.getLogger(__name__)
FOLDER = "exports"
PART_ROWS = 10_000
ACTIVE = (ExportStatus.WAITING, ExportStatus.RUNNING)
_UUID_LENGTH = 36


class Part(TypedDict):
    """``rows`` lines down to ticket ``last``, as they were read in the scope ``scope``."""

    stored: str
    last: int
    rows: int
    scope: str


def usable_parts(job: ExportJob, *, scope: str) -> list[Part]:
    """Return what is written already; drop it when the person's scope is another one by now."""
    parts: list[Part] = list(job.parts)
    if all(part["scope"] == scope for part in parts):
        return parts
    drop_parts(parts)
    return []


def drop_parts(parts: list[Part]) -> None:
    """Throw the files away."""
    for part in parts:
        drop_file(part["stored"])


def drop_file(stored: str) -> None:
    """Throw one file away; one that stays is only logged."""
    try:
        default_storage.delete(stored)
    except OSError:
        logger.warning("export_file_left file=%s", stored)


def drop_orphans() -> None:
    """Throw away files that no export under way and none on offer has: a worker died as it stored them."""
    try:
        names = default_storage.listdir(FOLDER)[1]
    except OSError:
        return
    owners = {name: _owner(name) for name in names}
    kept = ExportJob.objects.filter(
        pk__in=set(filter(None, owners.values())), status__in=(*ACTIVE, ExportStatus.DONE)
    )
    alive = set(kept.values_list("pk", flat=True))
    for name, owner in owners.items():
        if owner is not None and owner not in alive:
            drop_file(f"{FOLDER}/{name}")


def _owner(name: str) -> uuid.UUID | None:
    """Return the export that a file's name begins with."""
    try:
        return uuid.UUID(name[:_UUID_LENGTH])
    except ValueError:
        return None


def write_parts(
    tickets: QuerySet[Ticket],
    *,
    table: Table,
    parts: list[Part],
    name: str,
    scope: str,
    limit: int,
    tell: Callable[[int, list[Part]], bool],
) -> tuple[IO[bytes], int]:
    """Write what ``parts`` lack of the csv and return the whole file (rewound) and its rows.

    Names of parts begin with ``name``, the export's id. ``tell`` hears the rows after every chunk with
    the parts there are, and stops the export by returning false. Raises ``OSError`` when a part is gone.
    """
    done = sum(part["rows"] for part in parts)
    after = parts[-1]["last"] if parts else None
    piece = _Piece(table)
    try:
        for rows in chunks(tickets, table, limit=limit - done, after=after):
            piece.add(rows)
            done += len(rows)
            if piece.rows >= PART_ROWS:
                stored = piece.store(f"{FOLDER}/{name}-{len(parts)}.part")
                last = {"last": rows[-1][0], "rows": piece.rows, "scope": scope}
                parts = [*parts, cast("Part", {"stored": stored, **last})]
                piece = _Piece(table)
            if not tell(done, parts):
                raise ExportStoppedError
        return _joined(table, parts, piece), done
    finally:
        piece.writer.drop()


class _Piece:
    """The lines of one part, not stored yet."""

    def __init__(self, table: Table) -> None:
        self.table, self.rows = table, 0
        self.writer = CsvWriter(table, header=False)

    def add(self, rows: list[tuple[Any, ...]]) -> None:
        """Write lines."""
        for row in rows:
            self.writer.append(self.table.cells(row))
        self.rows += len(rows)

    def store(self, name: str) -> str:
        """Store and close it, and return where."""
        with self.writer.finish() as file:
            return default_storage.save(name, File(file))


def _joined(table: Table, parts: list[Part], rest: _Piece) -> IO[bytes]:
    whole: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller
    with CsvWriter(table).finish() as head:
        shutil.copyfileobj(head, whole)
    for part in parts:
        with default_storage.open(part["stored"]) as stored:
            shutil.copyfileobj(stored, whole)
    with rest.writer.finish() as last:
        shutil.copyfileobj(last, whole)
    whole.seek(0)
    return whole
