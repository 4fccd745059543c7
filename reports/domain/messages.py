"""Telling residents, and what they do with what they were told.

``tell_residents`` runs in the office's transaction, fifty times a second at its busiest: it is one
statement for any number of reports and nothing else. By which ways a message leaves the house is
decided later (``reports.domain.message_spreading``).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from time import monotonic

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

__all__ = ["SPREAD_TASK", "Facts", "forget_messages", "mark_read", "tell_residents"]

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
    """INSERT … SELECT: who sent the reports is found by the database in the same statement.

    Values are parameters, names come from our own models.
    """
    quote = connection.ops.quote_name
    columns, values, params = [], [], []
    for field in ResidentMessage._meta.concrete_fields:  # noqa: SLF001 - the documented meta API
        if field.primary_key:
            continue
        columns.append(quote(str(field.column)))
        if field.name in {"resident", "report"}:
            values.append(quote("resident_id" if field.name == "resident" else "id"))
            continue
        values.append(_placeholder(field))
        params.append(field.get_db_prep_save(getattr(message, field.attname), connection))
        if field.name == "key":
            values[-1] = f"{values[-1]} || '/' || CAST({quote('id')} AS varchar(20))"
    marks = ", ".join(["%s"] * len(report_ids))
    target, source = (quote(model._meta.db_table) for model in (ResidentMessage, Report))  # noqa: SLF001 - see above
    sql = (
        f"INSERT INTO {target} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {source}"  # noqa: S608 - see above
        f" WHERE {quote('id')} IN ({marks}) AND {quote('resident_id')} IS NOT NULL"
        f" ON CONFLICT ({quote('key')}) DO NOTHING"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, *report_ids])


def _placeholder(field: models.Field[object, object]) -> str:
    """Return the mark of a parameter; PostgreSQL wants to know its type inside of a SELECT."""
    if connection.vendor != "postgresql":
        return "%s"
    return f"CAST(%s AS {field.db_type(connection)})"


def _ring_now_and_then() -> None:
    now = monotonic()
    if now - _LastRing.at >= QUIET_SECONDS:
        _LastRing.at = now
        bell.ring(SPREAD_TASK)
