"""How often each routing rule decided: read from the triage runs, afterwards, each run once.

Triage writes no counter, so that two reports that meet the same rule never wait for each other. A run
carries ``hits_counted``, set in the transaction that adds what it counts; workers take disjoint runs
(PostgreSQL: ``SKIP LOCKED``; SQLite has a single writer). See docs/adr/0020-routing-rules.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from dispatch.models import RoutingRule, RuleFault, RuleHit, TriageRun

BATCH = 500
MAX_BATCHES = 40
ROUTE_STEP, ATTACHED = "route", "attached"
_FAULT_LENGTH, _REASON_LENGTH = 300, 200

Cell = tuple[int, date]


@dataclass(slots=True)
class _Count:
    """What one batch adds to a rule's day."""

    hits: int = 0
    skips: int = 0
    hit_at: datetime | None = None
    skipped_at: datetime | None = None
    reason: str = ""


def fold_rule_hits(*, batches: int = MAX_BATCHES) -> int:
    """Count until nothing waits, at most ``batches`` times; return how many runs were counted."""
    total = 0
    for _ in range(batches):
        folded = _fold_batch()
        total += folded
        if folded < BATCH:
            break
    return total


def _fold_batch() -> int:
    waiting = TriageRun.objects.filter(hits_counted=False)
    if not waiting.exists():  # spares SQLite its write lock while nothing happens
        return 0
    with transaction.atomic():
        taken = list(
            waiting.select_for_update(skip_locked=True)
            .order_by("pk")
            .values_list("pk", "at", "decision", "steps")[:BATCH]
        )
        _add(_count((at, steps) for _, at, decision, steps in taken if decision != ATTACHED))
        TriageRun.objects.filter(pk__in=[row[0] for row in taken]).update(hits_counted=True)
    return len(taken)


def _count(runs: Iterable[tuple[datetime, Any]]) -> dict[Cell, _Count]:
    """Add up a batch. A run of an older release names its rule only; a deleted rule counts nowhere."""
    by_name = dict(RoutingRule.objects.values_list("name", "pk"))
    ids = frozenset(by_name.values())
    cells: dict[Cell, _Count] = {}
    for at, steps in runs:
        data: dict[str, Any] = next((row["data"] for row in steps if row["step"] == ROUTE_STEP), {})
        day = timezone.localtime(at).date()
        rule_id = data.get("rule_id") or by_name.get(data.get("rule", ""))
        if rule_id in ids:
            cell = cells.setdefault((rule_id, day), _Count())
            cell.hits += 1
            cell.hit_at = max(cell.hit_at or at, at)
        for skipped in data.get("skipped", ()):
            if skipped["rule_id"] in ids:
                cell = cells.setdefault((skipped["rule_id"], day), _Count())
                cell.skips += 1
                cell.skipped_at = max(cell.skipped_at or at, at)
                cell.reason = skipped["reason"][:_REASON_LENGTH]
    return cells


def _add(cells: Mapping[Cell, _Count]) -> None:
    """Add to the rows in one order, so that two workers never wait for each other in a circle."""
    rows = [RuleHit(rule_id=rule_id, day=day) for rule_id, day in sorted(cells)]
    RuleHit.objects.bulk_create(rows, ignore_conflicts=True)
    for (rule_id, day), count in sorted(cells.items()):
        changes: dict[str, Any] = {
            "hits": F("hits") + count.hits,
            "skips": F("skips") + count.skips,
        }
        if count.hit_at is not None:
            changes["hit_at"] = _latest("hit_at", count.hit_at)
        if count.skipped_at is not None:
            changes["skipped_at"] = _latest("skipped_at", count.skipped_at)
            changes["skip_reason"] = count.reason
        RuleHit.objects.filter(rule_id=rule_id, day=day).update(**changes)


def _latest(column: str, moment: datetime) -> Greatest:
    value = Value(moment, output_field=DateTimeField())
    return Greatest(Coalesce(F(column), value), value)


def store_rule_faults(messages: Mapping[int, str], *, now: datetime) -> int:
    """Note which rules are broken (id → Chinese), and forget the mended ones; return the changes.

    Nothing is written while nothing changed. ``since`` stays while the message does.
    """
    wanted = {pk: text[:_FAULT_LENGTH] for pk, text in messages.items()}
    stored = dict(RuleFault.objects.values_list("rule_id", "message"))
    gone = [pk for pk in stored if pk not in wanted]
    changed = [pk for pk, text in wanted.items() if stored.get(pk) != text]
    if not gone and not changed:
        return 0
    with transaction.atomic():
        RuleFault.objects.filter(rule_id__in=gone).delete()
        RuleFault.objects.bulk_create(
            [RuleFault(rule_id=pk, message=wanted[pk], since=now) for pk in sorted(changed)],
            update_conflicts=True,
            unique_fields=["rule"],
            update_fields=["message", "since"],
        )
    return len(gone) + len(changed)
