"""Bringing in what a township has collected elsewhere, once, however often the file is read.

A row is known by ``Report.source_key`` (``import:<namespace>:<number or fingerprint>``), a unique
column, so that the same row in another file, or a second run, adds nothing. Rows go in by batches of
one transaction; when a batch fails its rows are tried one by one, and only the bad ones stay out.
"""

from __future__ import annotations

import csv
import logging
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any, Self

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from reports.domain.drafts import Draft, Location, hash_draft
from reports.domain.import_mapping import Entry, RowError, guess_mapping, read_entry
from reports.domain.import_readers import RawRow, Source
from reports.domain.intake import announce_report, build_report
from reports.domain.numbers import new_number
from reports.enums import Channel, LocationSource, PublicStatus, UpdateKind
from reports.models import Report, ReportUpdate
from reports.queries.township import township_centre
from xiangcun.lib.errors import DomainError
from xiangcun.lib.geo import CoordType

logger = logging.getLogger(__name__)

BATCH = 200
UNLOCATED_ACCURACY_M = 5000.0
"""A report without coordinates stands in the middle of the township, and says how far off that may be."""
_RUNS_IN_A_SPREADSHEET = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """How to read a file. ``columns`` is field → header as the operator gave it."""

    namespace: str
    columns: Mapping[str, str] = field(default_factory=dict)
    system: CoordType = CoordType.WGS84
    channel: Channel = Channel.IMPORT
    dry_run: bool = False


@dataclass(slots=True)
class ImportResult:
    """How many rows went where; ``unlocated`` are new ones placed in the township's middle."""

    created: int = 0
    existing: int = 0
    failed: int = 0
    unlocated: int = 0
    columns: dict[str, str] = field(default_factory=dict)


class ErrorFile:
    """The rows that stayed out, with the reason: to be mended and imported again as it is."""

    def __init__(self, path: Path, headers: Sequence[str]) -> None:
        self.path = path
        self._headers = [name for name in headers if name]
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, row: RawRow, reason: str) -> None:
        """Write a row; the file is made by the first one."""
        if self._file is None:
            # Excel needs the mark to see UTF-8.
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            csv.writer(self._file).writerow([_("错误原因"), _("行号"), *self._headers])
        cells = [_harmless(row.values.get(name)) for name in self._headers]
        csv.writer(self._file).writerow([reason, row.line, *cells])


def import_source(
    source: Source,
    plan: ImportPlan,
    errors: ErrorFile,
    *,
    now: datetime,
    progress: Callable[[int], object] = lambda _rows: None,
) -> ImportResult:
    """Import every row of ``source``; return what became of them.

    ``progress`` is told how many rows were done. Raises ``RowError`` when the columns make no sense
    or the township has no grids to be placed in.
    """
    result = ImportResult(columns=guess_mapping(source.headers, plan.columns))
    if "text" not in result.columns:
        raise RowError(_("没有找到诉求内容是哪一列，请用 --map text=列名 指明"))
    centre = township_centre()
    if centre is None:
        raise RowError(_("还没有网格数据，请先运行 manage.py seed_township"))
    for rows in _batches(source.rows):
        drafted: list[_Candidate] = []
        for row in rows:
            try:
                drafted.append(_candidate(row, plan, result.columns, centre=centre, now=now))
            except (RowError, DomainError) as error:
                result.failed += 1
                errors.add(row, error.message if isinstance(error, DomainError) else str(error))
        _store(drafted, plan, result, errors, now=now)
        progress(len(rows))
    logger.info(
        "reports_imported created=%s existing=%s failed=%s",
        result.created,
        result.existing,
        result.failed,
    )
    return result


@dataclass(frozen=True, slots=True)
class _Candidate:
    row: RawRow
    report: Report
    located: bool


def _candidate(
    row: RawRow,
    plan: ImportPlan,
    columns: Mapping[str, str],
    *,
    centre: tuple[float, float],
    now: datetime,
) -> _Candidate:
    entry = read_entry(row, columns, system=plan.system, now=now)
    source_key = f"import:{plan.namespace}:{entry.key}"
    draft = Draft(
        client_id=uuid.uuid5(uuid.NAMESPACE_URL, source_key),
        kind=entry.kind,
        text=entry.text,
        location=_location(entry, centre),
        contact_phone=entry.phone,
    )
    report = build_report(None, draft, None, now=now)
    report.source_key = source_key
    report.body_hash = hash_draft(draft)
    report.channel = plan.channel
    report.submitted_at = entry.at or now
    report.allowed_actions = []  # nobody can log in as the person who once called the hotline
    return _Candidate(row, report, entry.point is not None)


def _location(entry: Entry, centre: tuple[float, float]) -> Location:
    if entry.point is None:
        lat, lng = centre
        place = Location(lat=lat, lng=lng, coord_type=CoordType.WGS84, source=LocationSource.TEXT)
        return replace(place, accuracy=UNLOCATED_ACCURACY_M, address=entry.address)
    point = entry.point
    return Location(
        lat=point.lat,
        lng=point.lng,
        coord_type=point.system,
        source=LocationSource.PICKED,
        address=entry.address,
    )


def _store(
    candidates: list[_Candidate],
    plan: ImportPlan,
    result: ImportResult,
    errors: ErrorFile,
    *,
    now: datetime,
) -> None:
    """Insert what is not there yet, all at once or, if that fails, one by one."""
    fresh = _unknown(candidates)
    result.existing += len(candidates) - len(fresh)
    if not plan.dry_run:
        try:
            _insert(fresh, now=now)
        except (IntegrityError, DataError):
            fresh = [
                candidate
                for candidate in fresh
                if _insert_alone(candidate, result, errors, now=now)
            ]
    result.created += len(fresh)
    result.unlocated += sum(not candidate.located for candidate in fresh)


def _unknown(candidates: Iterable[_Candidate]) -> list[_Candidate]:
    """Leave out what is stored already, and the second of two rows of one key."""
    by_key = {
        str(candidate.report.source_key): candidate for candidate in reversed(list(candidates))
    }
    known = set(Report.objects.filter(source_key__in=by_key).values_list("source_key", flat=True))
    return [candidate for key, candidate in reversed(by_key.items()) if key not in known]


def _insert(candidates: Sequence[_Candidate], *, now: datetime) -> None:
    with transaction.atomic():
        reports = Report.objects.bulk_create([candidate.report for candidate in candidates])
        ReportUpdate.objects.bulk_create(
            _first_line(candidate, now=now) for candidate in candidates
        )
        for report in reports:
            transaction.on_commit(partial(announce_report, report.pk))


def _insert_alone(
    candidate: _Candidate, result: ImportResult, errors: ErrorFile, *, now: datetime
) -> bool:
    """Try one row of a batch that failed; False when it is there already or cannot be stored."""
    candidate.report.pk = None  # of the batch that was rolled back
    candidate.report.number = new_number(now=now)  # in case it was the number
    try:
        _insert([candidate], now=now)
    except (IntegrityError, DataError) as error:
        if Report.objects.filter(source_key=candidate.report.source_key).exists():
            result.existing += 1  # another import was faster
            return False
        result.failed += 1
        errors.add(candidate.row, _("无法写入数据库：%s") % type(error).__name__)
        return False
    return True


def _first_line(candidate: _Candidate, *, now: datetime) -> ReportUpdate:
    text = _("由批量导入登记。")
    if not candidate.located:
        text += _("原记录没有坐标，位置暂记为街道中心，误差约 5 公里。")
    return ReportUpdate(
        report=candidate.report,
        at=now,
        kind=UpdateKind.SUBMITTED,
        status=PublicStatus.RECEIVED,
        text=text,
    )


def _batches(rows: Iterator[RawRow]) -> Iterator[list[RawRow]]:
    batch: list[RawRow] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _harmless(value: Any) -> str:
    """Return a cell that a spreadsheet shows and does not run; reading it again takes the mark off."""
    text = "" if value is None else str(value)
    if not text.startswith(_RUNS_IN_A_SPREADSHEET):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text
