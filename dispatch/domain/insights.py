"""Keeping what a refresh found, and letting people say that they do not want to read a finding again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.domain.audit import record_audit
from dispatch.enums import AuditAction
from dispatch.models import Insight, Staff
from xiangcun.lib.errors import ConflictError, InvalidInputError

REVIVES_WITHIN = timedelta(days=14)
"""A finding that comes back so soon is the same one: a dismissal holds, and it is not new again."""
REASON_MAX = 200
_FACTS = (
    "kind",
    "text",
    "advice",
    "strength",
    "certainty",
    "scope",
    "figures",
    "evidence",
    "category_id",
    "department_id",
)
_FIELDS = tuple(name.removesuffix("_id") for name in _FACTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a refresh found now: the columns of ``Insight`` of that name, meaning and shape as there."""

    kind: str
    key: str
    text: str
    advice: str
    strength: float
    certainty: str
    scope: dict[str, Any]
    figures: dict[str, Any]
    evidence: list[dict[str, Any]] = field(default_factory=list)
    category_id: int | None = None
    department_id: int | None = None


def keep_insights(found: Iterable[Finding], *, kinds: Collection[str], now: datetime) -> int:
    """Store what was found of ``kinds`` and end the living rows that were not; return how many live.

    Of a key one row lives, so two refreshes at once cannot double: the row locks make them take turns,
    and where neither found a row the unique key makes the later one fail (``IntegrityError``).
    """
    wanted = {finding.key: finding for finding in found}
    with transaction.atomic():
        living = Insight.objects.select_for_update().filter(kind__in=kinds, ended_at__isnull=True)
        rows = {row.key: row for row in living.order_by("pk")}
        ended = [row for key, row in rows.items() if key not in wanted]
        for row in ended:
            row.ended_at = now
        Insight.objects.bulk_update(ended, ["ended_at"])
        rows |= _former(wanted.keys() - rows.keys(), now=now)
        fresh: list[Insight] = []
        changed: list[Insight] = []
        for key, finding in wanted.items():
            row = rows.get(key) or Insight(key=key, first_seen=now)
            _tell(row, finding, now=now)
            (changed if row.pk else fresh).append(row)
        Insight.objects.bulk_update(changed, [*_FIELDS, "last_seen", "ended_at"])
        Insight.objects.bulk_create(fresh)
    return len(wanted)


def dismiss_insight(insight: Insight, *, reason: str, user: Staff, now: datetime) -> None:
    """Stop showing a finding as long as it lives, with who, when and why.

    Raises ``InvalidInputError`` without a reason, ``ConflictError`` when somebody was there before or
    it has ended.
    """
    reason = reason.replace("\x00", "").strip()
    if not reason:
        raise InvalidInputError.of_field("reason", "required", _("请写明不再提示的原因"))
    if len(reason) > REASON_MAX:
        raise InvalidInputError.of_field("reason", "too_long", _("原因不能超过 %d 字") % REASON_MAX)
    _change(
        insight,
        was_dismissed=False,
        user=user,
        now=now,
        reason=_("不再提示：%s") % reason,
        dismissed_at=now,
        dismissed_by=user,
        dismissed_reason=reason,
    )


def restore_insight(insight: Insight, *, user: Staff, now: datetime) -> None:
    """Show a dismissed finding again; raises ``ConflictError`` when it is shown or has ended."""
    _change(
        insight,
        was_dismissed=True,
        user=user,
        now=now,
        reason=_("恢复提示"),
        dismissed_at=None,
        dismissed_by=None,
        dismissed_reason="",
    )


def _change(
    insight: Insight,
    *,
    was_dismissed: bool,
    user: Staff,
    now: datetime,
    reason: str,
    **values: Any,
) -> None:
    with transaction.atomic():
        rows = Insight.objects.filter(
            pk=insight.pk, ended_at__isnull=True, dismissed_at__isnull=not was_dismissed
        )
        if rows.update(**values) != 1:
            raise ConflictError(
                "insight_changed", _("这一条已经结束，或刚刚被别人改动，请刷新页面")
            )
        record_audit(
            AuditAction.SETTINGS_CHANGED,
            actor=user,
            now=now,
            reason=reason,
            data={"insight": insight.pk, "key": insight.key},
        )


def _former(keys: Collection[str], *, now: datetime) -> dict[str, Insight]:
    """Return the latest ended row of each key that ended a short while ago."""
    recent = Insight.objects.select_for_update().filter(
        key__in=keys, ended_at__gte=now - REVIVES_WITHIN
    )
    return {row.key: row for row in recent.order_by("ended_at", "pk")}


def _tell(row: Insight, finding: Finding, *, now: datetime) -> None:
    for name in _FACTS:
        setattr(row, name, getattr(finding, name))
    row.last_seen, row.ended_at = now, None
