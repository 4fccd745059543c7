"""The order of the routing rules: moved one place, numbered in tens."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from dispatch.models import RoutingRule
from xiangcun.lib.errors import NotFoundError

STEP = 10


def move_rule(rule_id: int, *, up: bool, now: datetime) -> RoutingRule:
    """Swap the rule with its neighbour and number all rules anew; the first cannot rise further.

    ``updated_at`` of what changed makes every worker read the rules again within seconds. Raises
    ``NotFoundError``.
    """
    with transaction.atomic():
        rows = list(RoutingRule.objects.select_for_update().order_by("order", "pk"))
        at = next((place for place, row in enumerate(rows) if row.pk == rule_id), None)
        if at is None:
            raise NotFoundError("rule_not_found", "没有这条派单规则，可能刚被删除")
        other = at - 1 if up else at + 1
        if 0 <= other < len(rows):
            rows[at], rows[other] = rows[other], rows[at]
        changed = []
        for place, row in enumerate(rows, start=1):
            if row.order != place * STEP:
                row.order, row.updated_at = place * STEP, now
                changed.append(row)
        RoutingRule.objects.bulk_update(changed, ["order", "updated_at"])
    return next(row for row in rows if row.pk == rule_id)
