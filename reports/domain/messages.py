"""Telling residents, and what they do with what they were told.

``tell_residents`` runs in the office's transaction, fifty times a second at its busiest: it is one
statement for any number of reports and nothing else. By which ways a message leaves the house is
decided later (``reports.domain.message_spreading``).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from time import monotonic
from typing import Any

from django.db import connection, models, transaction

from reports.domain.message_words import Facts, render
from reports.enums import MessageTemplate
from reports.models import (
    MessagePreference,
    Report,
    Resident,
    ResidentMessage,
    SmsLog,
    SubscriptionGrant,
)
from xiangcun.lib import bell

__all__ = [
    "SPREAD_TASK",
    "Facts",
    "forget_messages",
    "mark_read",
    "tell_resident",
    "tell_residents",
]

logger = logging.getLogger(__name__)

SPREAD_TASK = "reports.spread_messages"
QUIET_SECONDS = 1.0
MOST_IDS = 100


class _LastRing:
    at = 0.0


def tell_residents(
    report_ids: Sequence[int],
    template: MessageTemplate,
    facts: Facts,
    *,
    key: str,
    now: datetime,
    urgent: bool = False,
) -> None:
    """Put one line into the inbox of everybody who sent one of these reports.

    ``key`` names the happening (up to 90 characters): telling it twice writes nothing more. Reports of
    erased residents, and those that came without one, are passed over. Needs no lock and no reading.
    """
    if not report_ids:
        return
    message = ResidentMessage(
        key=key,
        template=template,
        facts=facts.stored(),
        text=render(template, facts),
        urgent=urgent,
        created_at=now,
    )
    _insert_for_each(message, report_ids)
    transaction.on_commit(_ring_now_and_then, robust=True)


def tell_resident(
    resident_id: int, template: MessageTemplate, facts: Facts, *, key: str, now: datetime
) -> None:
    """Put a line that is about no report into one person's inbox; telling ``key`` twice writes nothing more."""
    ResidentMessage.objects.bulk_create(
        [
            ResidentMessage(
                key=key,
                resident_id=resident_id,
                template=template,
                facts=facts.stored(),
                text=render(template, facts),
                created_at=now,
            )
        ],
        ignore_conflicts=True,
    )
    transaction.on_commit(_ring_now_and_then, robust=True)


def mark_read(
    resident: Resident,
    *,
    now: datetime,
    ids: Sequence[int] | None = None,
    up_to: int | None = None,
    report_number: str | None = None,
) -> None:
    """Mark one's own messages read: these, all up to this id, or those of one report."""
    unread = ResidentMessage.objects.filter(resident=resident, read_at__isnull=True)
    if ids is not None:
        unread = unread.filter(pk__in=list(ids)[:MOST_IDS])
    if up_to is not None:
        unread = unread.filter(pk__lte=up_to)
    if report_number is not None:
        unread = unread.filter(report__number=report_number)
    unread.update(read_at=now)


def forget_messages(resident_id: int) -> None:
    """Delete all that was told to a person and how (part of an erasure, in its transaction)."""
    # Deliveries go with their messages. One that is being sent just now finds its row gone.
    ResidentMessage.objects.filter(resident_id=resident_id).delete()
    SubscriptionGrant.objects.filter(resident_id=resident_id).delete()
    MessagePreference.objects.filter(resident_id=resident_id).delete()
    SmsLog.objects.filter(resident_id=resident_id).delete()


def _insert_for_each(message: ResidentMessage, report_ids: Sequence[int]) -> None:
    """INSERT … SELECT: who sent the reports is found by the database in the same statement."""
    sql, fields = _statement(connection.vendor, len(report_ids))
    values = [
        field.get_db_prep_save(getattr(message, field.attname), connection) for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *report_ids])


@lru_cache(maxsize=32)
def _statement(vendor: str, count: int) -> tuple[str, tuple[models.Field[Any, Any], ...]]:
    """Return the statement for so many reports and the fields of its parameters.

    Values are parameters, names come from our own models; composed once, not fifty times a second.
    """
    quote = connection.ops.quote_name
    meta, source = ResidentMessage._meta, Report._meta  # noqa: SLF001 - the documented meta API
    taken = {"resident": quote("resident_id"), "report": quote("id")}
    given = tuple(
        field for field in meta.concrete_fields if not field.primary_key and field.name not in taken
    )
    columns = [quote(f"{name}_id") for name in taken] + [quote(str(row.column)) for row in given]
    values = [*taken.values(), *(_placeholder(field, vendor) for field in given)]
    marks = ", ".join(["%s"] * count)
    sql = (
        f"INSERT INTO {quote(meta.db_table)} ({', '.join(columns)})"  # noqa: S608 - see above
        f" SELECT {', '.join(values)} FROM {quote(source.db_table)}"
        f" WHERE {quote('id')} IN ({marks}) AND {quote('resident_id')} IS NOT NULL"
        f" ON CONFLICT ({quote('key')}) DO NOTHING"
    )
    return sql, given


def _placeholder(field: models.Field[Any, Any], vendor: str) -> str:
    """Return the mark of a parameter; PostgreSQL wants to know its type inside of a SELECT."""
    mark = f"CAST(%s AS {field.db_type(connection)})" if vendor == "postgresql" else "%s"
    if field.name == "key":
        return f"{mark} || '/' || CAST({connection.ops.quote_name('id')} AS varchar(20))"
    return mark


def _ring_now_and_then() -> None:
    now = monotonic()
    if now - _LastRing.at >= QUIET_SECONDS:
        _LastRing.at = now
        bell.ring(SPREAD_TASK)
