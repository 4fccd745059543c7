"""The ledger of points: the only place that writes a line, and the rules of what earns.

A line and the counters of its volunteer are one transaction under the volunteer's row lock. Locks are
taken in one order everywhere: ticket, resident, volunteer (by id), then redemption, reward, signup.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from reports.domain.messages import Facts, tell_resident
from reports.enums import MessageTemplate
from reports.models import PointsEntry, Report, Volunteer
from reports.queries.point_rules import point_rules
from reports.volunteer_enums import EARNING, PointsKind
from xiangcun.lib.errors import ConflictError, InvalidInputError, NotFoundError
from xiangcun.lib.seals import seal_columns, seal_text
from xiangcun.lib.workdays import SHANGHAI

logger = logging.getLogger(__name__)

MIN_REASON, MOST_CORRECTED = 4, 1000
SEALED = (
    "volunteer_id", "seq", "at", "day", "kind", "amount", "nominal", "reason", "key", "reverses_id",
    "prev_hash",
)  # fmt: skip
_MINUS = frozenset({PointsKind.REVERSAL})


@dataclass(frozen=True, slots=True)
class Verified:
    """A report that was found to be true; ``first`` unless others had reported the same before."""

    report_id: int
    first: bool
    urgency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a line of the ledger says; ``about`` names the one thing it is for, in any words."""

    kind: PointsKind
    amount: int
    about: str
    reason: str = ""
    report_id: int | None = None
    reverses: PointsEntry | None = None
    day: date | None = None


def day_of(now: datetime) -> date:
    """Return the day in Shanghai: the day of the cap."""
    return now.astimezone(SHANGHAI).date()


def lock_volunteer(volunteer_id: int) -> Volunteer | None:
    """Lock and read an active volunteer; ``None`` for one who left."""
    rows = Volunteer.objects.select_for_update(no_key=True)
    return rows.filter(pk=volunteer_id, left_at__isnull=True).first()


def pay_reports(verified: Sequence[Verified], *, now: datetime) -> list[PointsEntry]:
    """Pay the volunteers among those who reported, each once, and each report once in its life.

    Called in the transaction of the verification, under the ticket's lock. An anonymous report is
    nobody's. Who has several reports in the case is paid for the first of them. Return the new lines.
    """
    by_report = {row.report_id: row for row in verified}
    # A volunteer who left is nobody's any more, so whoever is found here is active.
    found = Report.objects.filter(
        pk__in=by_report, anonymous=False, resident__volunteers__isnull=False
    )
    owners: dict[int, int] = {}
    for report_id, owner in found.order_by("pk").values_list("pk", "resident__volunteers"):
        owners.setdefault(owner, report_id)
    rules, paid = point_rules(), []
    for owner in sorted(owners):
        row = by_report[owners[owner]]
        kind = PointsKind.REPORT_VERIFIED if row.first else PointsKind.DUPLICATE_VERIFIED
        # What a danger is worth more goes to whoever told of it first.
        extra = rules.urgency_extra.get(row.urgency, 0) if row.first else 0
        nominal = (rules.report if row.first else rules.duplicate) + extra
        about = f"report/{row.report_id}"
        entry = _earn(
            owner,
            Line(kind=kind, amount=nominal, about=about, report_id=row.report_id),
            now=now,
        )
        paid += [entry] if entry else []
    return paid


def pay_patrol(volunteer: Volunteer, signup_id: int, *, now: datetime) -> PointsEntry | None:
    """Pay for a confirmed patrol, once; the volunteer is locked by the caller."""
    line = Line(kind=PointsKind.PATROL, amount=point_rules().patrol, about=f"patrol/{signup_id}")
    return _earn(volunteer.pk, line, now=now)


@transaction.atomic
def reverse_entry(entry_id: int, *, reason: str, now: datetime) -> PointsEntry:
    """Take back what one line earned, no more; the person is told and reads ``reason``.

    Raises ``entry_not_found``, ``entry_not_earned``, ``entry_reversed``, ``reason_too_short``.
    """
    reason = _checked_reason(reason)
    found = PointsEntry.objects.filter(pk=entry_id).only("volunteer_id").first()
    volunteer = lock_volunteer(found.volunteer_id) if found else None
    if found is None or volunteer is None:
        raise NotFoundError("entry_not_found", _("没有这条积分记录，或本人已退出"))
    entry = PointsEntry.objects.get(pk=entry_id)
    if entry.kind not in EARNING or entry.amount <= 0:
        raise ConflictError("entry_not_earned", _("这条记录没有得到积分，不能扣回"))
    if PointsEntry.objects.filter(reverses=entry).exists():
        raise ConflictError("entry_reversed", _("这条积分已经扣回过"))
    line = Line(
        kind=PointsKind.REVERSAL,
        amount=-entry.amount,
        about=f"reverse/{entry.pk}",
        reason=reason,
        report_id=entry.report_id,
        reverses=entry,
    )
    written = append_line(volunteer, line, now=now)
    _tell(volunteer, MessageTemplate.POINTS_TAKEN, f"{entry.amount} 分", written, now=now)
    return written


@transaction.atomic
def correct_points(
    volunteer_id: int, *, amount: int, reason: str, token: str, now: datetime
) -> PointsEntry:
    """Add or take points by hand; ``token`` of the form makes sending it twice one correction.

    Raises ``volunteer_not_found``, ``amount_invalid``, ``reason_too_short``, ``entry_repeated``.
    """
    reason = _checked_reason(reason)
    if amount == 0 or abs(amount) > MOST_CORRECTED:
        message = _("请填写 1 到 %d 之间的分数，扣分写负数") % MOST_CORRECTED
        raise InvalidInputError.of_field("amount", "amount_invalid", message)
    volunteer = lock_volunteer(volunteer_id)
    if volunteer is None:
        raise NotFoundError("volunteer_not_found", _("没有这位志愿者，或本人已退出"))
    line = Line(
        kind=PointsKind.CORRECTION,
        amount=amount,
        about=f"correct/{volunteer_id}/{token}",
        reason=reason,
    )
    if is_booked(line.about):
        raise ConflictError("entry_repeated", _("这次更正已经记过了"))
    return append_line(volunteer, line, now=now)


def is_booked(about: str) -> bool:
    """Whether there is a line about this thing already, whoever's."""
    return PointsEntry.objects.filter(key=_key(about)).exists()


def append_line(
    volunteer: Volunteer, line: Line, *, now: datetime, nominal: int | None = None
) -> PointsEntry:
    """Write a line and move the counters; the caller holds the volunteer's lock."""
    entry = PointsEntry(
        volunteer=volunteer,
        seq=volunteer.version + 1,
        at=now,
        day=line.day or day_of(now),
        kind=line.kind,
        amount=line.amount,
        nominal=line.amount if nominal is None else nominal,
        reason=line.reason,
        key=_key(line.about),
        report_id=line.report_id,
        reverses=line.reverses,
        prev_hash=volunteer.ledger_head or _genesis(volunteer),
    )
    entry.hash = seal_columns(entry, SEALED)
    entry.save()
    volunteer.version = entry.seq
    volunteer.ledger_head = entry.hash
    volunteer.balance += entry.amount
    if line.kind in EARNING or line.kind in _MINUS:
        volunteer.earned += entry.amount
    elif line.kind == PointsKind.JOINED_IN:
        volunteer.earned += entry.nominal
    volunteer.save(update_fields=["version", "ledger_head", "balance", "earned"])
    return entry


def earned_on(volunteer_id: int, day: date) -> int:
    """Return how many points count against the cap of ``day``; taking some back frees nothing."""
    rows = PointsEntry.objects.filter(volunteer=volunteer_id, day=day, kind__in=EARNING)
    return rows.aggregate(sum=Sum("amount"))["sum"] or 0


def ledger_faults(volunteer: Volunteer) -> list[str]:
    """Return what is wrong with a ledger: gaps, broken seals, counters that are not the sum."""
    faults, previous, balance = [], _genesis(volunteer), 0
    rows = list(PointsEntry.objects.filter(volunteer=volunteer).order_by("seq"))
    for number, entry in enumerate(rows, 1):
        if entry.seq != number or entry.prev_hash != previous:
            faults.append(f"第 {entry.seq} 条与前一条不衔接")
        if entry.hash != seal_columns(entry, SEALED):
            faults.append(f"第 {entry.seq} 条内容与校验码不符")
        previous, balance = entry.hash, balance + entry.amount
    if balance != volunteer.balance or len(rows) != volunteer.version:
        faults.append("可用积分与流水合计不符")
    if rows and rows[-1].hash != volunteer.ledger_head:
        faults.append("末尾记录与志愿者不符")
    return faults


def _earn(volunteer_id: int, line: Line, *, now: datetime) -> PointsEntry | None:
    """Write an earning within what the day's cap leaves; ``None`` when it was written before."""
    with transaction.atomic():
        volunteer = lock_volunteer(volunteer_id)
        if volunteer is None or is_booked(line.about):
            return None
        left = max(0, point_rules().daily_cap - earned_on(volunteer.pk, day_of(now)))
        nominal = line.amount
        given = Line(
            kind=line.kind,
            amount=min(nominal, left),
            about=line.about,
            report_id=line.report_id,
        )
        try:
            with transaction.atomic():
                return append_line(volunteer, given, now=now, nominal=nominal)
        except IntegrityError:  # somebody else's transaction paid for the same thing a moment ago
            logger.info("points_paid_already volunteer=%s", volunteer.pk)
            return None


def _tell(
    volunteer: Volunteer,
    template: MessageTemplate,
    words: str,
    entry: PointsEntry,
    *,
    now: datetime,
) -> None:
    if volunteer.resident_id is not None:
        facts, key = Facts(reason=words), f"{template}/{entry.pk}"
        tell_resident(volunteer.resident_id, template, facts, key=key, now=now)


def _checked_reason(reason: str) -> str:
    reason = reason.strip().replace("\x00", "")
    if not MIN_REASON <= len(reason) <= PointsEntry.REASON_MAX:
        message = _("请写明理由，%d 到 %d 个字") % (MIN_REASON, PointsEntry.REASON_MAX)
        raise InvalidInputError.of_field("reason", "reason_too_short", message)
    return reason


def _key(about: str) -> str:
    return seal_text(f"points/{about}")


def _genesis(volunteer: Volunteer) -> str:
    return seal_text(f"points/{volunteer.number}")
