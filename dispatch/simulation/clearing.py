"""Taking the examples away again: everything that hangs on example residents, and nothing else.

The ledger refuses deletion through the models, and rightly; examples were never the township's
record. So rows are deleted below the models, in one transaction: foreign keys are checked at its end
on both engines, and whatever keeps a record of its own (the audit trail) stops all of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from django.core.files.storage import default_storage
from django.db import DEFAULT_DB_ALIAS, models, transaction
from django.db.models import Q

from dispatch.models import AuditRecord, EventPhoto, Ticket, TicketReport
from dispatch.simulation.cast import DOOR
from dispatch.summary.insights.refresh import refresh_insights
from dispatch.summary.recount import rebuild
from dispatch.triage.hotspots.refresh import refresh_hotspots
from reports.models import Photo, Report, Resident
from xiangcun.lib.errors import ConflictError

_CHUNK = 500
_KEPT: tuple[type[models.Model], ...] = (AuditRecord,)
"""Sealed records of their own: rows of theirs are never deleted."""

Keys = dict[type[models.Model], set[Any]]


@dataclass(frozen=True, slots=True)
class Gone:
    """How many of each were deleted."""

    reports: int
    tickets: int
    residents: int


def clear_history(*, now: datetime) -> Gone:
    """Delete the examples, count tallies, hotspots and insights anew, and remove the photos' files at the commit.

    Raises ``ConflictError`` when a real report has joined an example's ticket, or the audit trail
    names an example.
    """
    with transaction.atomic():
        residents = set(_keys(Resident.objects.filter(openid__startswith=DOOR)))
        reports = set(_keys(Report.objects.filter(resident__openid__startswith=DOOR)))
        tickets = _tickets_of(reports)
        photos = set(_keys(Photo.objects.filter(resident__openid__startswith=DOOR)))
        photos |= _staff_photos(tickets)
        _check_nobody_else(tickets, reports)
        files = [path for keys in _chunks(photos) for path in _files(keys)]
        found = _hanging({Resident: residents, Report: reports, Ticket: tickets, Photo: photos})
        for model, keys in found.items():
            for chunk in _chunks(keys):
                rows = model._base_manager.filter(pk__in=chunk)  # noqa: SLF001 - sees hidden rows too
                rows._raw_delete(DEFAULT_DB_ALIAS)  # noqa: SLF001 - below the models
        rebuild()
        refresh_hotspots(now=now)
        refresh_insights(now=now)
        transaction.on_commit(partial(_delete_files, files))
    return Gone(len(reports), len(tickets), len(residents))


def _tickets_of(reports: set[int]) -> set[int]:
    """Return the reports' tickets, what was merged into them, their origins and their children."""
    links = TicketReport.objects.filter(report__resident__openid__startswith=DOOR)
    found = {key for pair in links.values_list("ticket", "origin_ticket") for key in pair}
    found |= {
        key
        for chunk in _chunks(reports)
        for key in Ticket.objects.filter(events__report__in=chunk).values_list("pk", flat=True)
    }
    fresh = set(found)
    while fresh:
        near = {
            key
            for chunk in _chunks(fresh)
            for key in Ticket.objects.filter(
                Q(parent__in=chunk) | Q(merged_into__in=chunk)
            ).values_list("pk", flat=True)
        }
        fresh = near - found
        found |= fresh
    return found


def _staff_photos(tickets: set[int]) -> set[Any]:
    """Return the staff's photos that only these tickets show."""
    shown = {
        key
        for chunk in _chunks(tickets)
        for key in EventPhoto.objects.filter(
            event__ticket__in=chunk, photo__resident__isnull=True
        ).values_list("photo_id", flat=True)
    }
    others = EventPhoto.objects.filter(photo__in=shown).values_list("photo_id", "event__ticket_id")
    return shown - {photo for photo, ticket in others if ticket not in tickets}


def _check_nobody_else(tickets: set[int], reports: set[int]) -> None:
    for chunk in _chunks(tickets):
        links = TicketReport.objects.filter(ticket__in=chunk).values_list("report_id", flat=True)
        if set(links) - reports:
            raise ConflictError("real_reports", "有真实上报并入了示例工单，请先撤销并案再清除")


def _hanging(roots: Keys) -> Keys:
    """Return the keys of all rows that cannot be without ``roots``; free what may be without them."""
    found: defaultdict[type[models.Model], set[Any]] = defaultdict(set)
    waiting = list(roots.items())
    while waiting:
        model, keys = waiting.pop()
        fresh = keys - found[model]
        found[model] |= fresh
        for field in _pointers(model):
            owner = field.model
            rows = {key for chunk in _chunks(fresh) for key in _pointing(field, chunk)}
            if not rows:
                continue
            if owner in _KEPT:
                raise ConflictError("audited", "审计记录里有示例工单的操作，不能清除")
            if field.remote_field.on_delete is models.SET_NULL:
                for chunk in _chunks(rows - found[owner]):
                    owner._base_manager.filter(pk__in=chunk).update(**{field.name: None})  # noqa: SLF001
            else:
                waiting.append((owner, rows))
    return dict(found)


def _pointers(model: type[models.Model]) -> list[Any]:
    """Return the foreign keys that point at ``model``, those of link tables too."""
    fields: list[Any] = model._meta.get_fields(include_hidden=True)  # noqa: SLF001 - the documented meta API
    return [
        field.field
        for field in fields
        if field.auto_created
        and (field.one_to_many or field.one_to_one)
        and field.concrete is False
    ]


def _pointing(field: Any, keys: Sequence[Any]) -> list[Any]:
    rows = field.model._base_manager.filter(**{f"{field.name}__in": keys})  # noqa: SLF001
    return list(rows.values_list("pk", flat=True))


def _keys(rows: models.QuerySet[Any]) -> list[Any]:
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _chunks(keys: Iterable[Any]) -> Iterator[list[Any]]:
    ordered = iter(sorted(keys))
    while chunk := list(islice(ordered, _CHUNK)):
        yield chunk


def _files(keys: Sequence[Any]) -> Iterator[str]:
    for photo in Photo.objects.filter(pk__in=keys).only("original", "renditions"):
        yield from (key for key in (photo.original, *photo.renditions.values()) if key)


def _delete_files(paths: Sequence[str]) -> None:
    for path in paths:
        default_storage.delete(path)
