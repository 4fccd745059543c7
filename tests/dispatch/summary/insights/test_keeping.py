"""Keeping findings: one living row a key, whatever happens at once; and who reads which."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from dispatch.domain.actors import Actor, Seat
from dispatch.domain.insights import (
    Finding,
    dismiss_insight,
    keep_insights,
    restore_insight,
)
from dispatch.enums import AuditAction, InsightKind, Role
from dispatch.models import AuditRecord, Department, Insight
from dispatch.summary.insights import current
from reports.models import Category
from tests.dispatch.factories import NOW, Cast, make_cast, make_category
from xiangcun.lib.errors import ConflictError, InvalidInputError

pytestmark = pytest.mark.django_db
KINDS = (InsightKind.SLOW_STEP,)


def finding(key: str = "slow:1", **extra: Any) -> Finding:
    values: dict[str, Any] = {
        "kind": InsightKind.SLOW_STEP,
        "key": key,
        "text": "城建办的工单从派单到签收平均 9.5 小时",
        "advice": "",
        "strength": 0.5,
        "certainty": "high",
        "scope": {},
        "figures": {},
    }
    return Finding(**{**values, **extra})


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def seat(role: Role, department: Department | None = None) -> Actor:
    pk = department.pk if department else 1
    return Actor(seats=(Seat(role, pk, "x"),))


def test_it_works() -> None:
    assert keep_insights([finding(), finding("slow:2", strength=0.9)], kinds=KINDS, now=NOW) == 2
    assert [view.strength for view in current()] == [0.9, 0.5]
    assert keep_insights([finding(strength=0.7)], kinds=KINDS, now=NOW + timedelta(hours=1)) == 1
    assert [view.strength for view in current()] == [0.7]
    assert Insight.objects.get(key="slow:2").ended_at == NOW + timedelta(hours=1)


def test_other_kinds_stay() -> None:
    keep_insights([finding()], kinds=KINDS, now=NOW)
    keep_insights([], kinds=(InsightKind.LATE_QUEUE,), now=NOW)
    assert len(current()) == 1


def test_two_living_rows_of_a_key_cannot_be() -> None:
    keep_insights([finding()], kinds=KINDS, now=NOW)
    row = Insight.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_a_dismissal_has_a_reason_and_a_trail(cast: Cast) -> None:
    keep_insights([finding()], kinds=KINDS, now=NOW)
    row, user = Insight.objects.get(), cast.lead.user
    assert user is not None
    for reason in ("", "  \x00", "长" * 201):
        with pytest.raises(InvalidInputError):
            dismiss_insight(row, reason=reason, user=user, now=NOW)
    dismiss_insight(row, reason="已安排专人", user=user, now=NOW)
    assert current() == []
    with pytest.raises(ConflictError):
        dismiss_insight(row, reason="再来一次", user=user, now=NOW)
    record = AuditRecord.objects.get(action=AuditAction.SETTINGS_CHANGED)
    assert (record.actor, record.reason) == (user, "不再提示：已安排专人")
    restore_insight(row, user=user, now=NOW)
    assert len(current()) == 1
    with pytest.raises(ConflictError):
        restore_insight(row, user=user, now=NOW)


def test_who_reads_what(cast: Cast) -> None:
    secret = make_category("0202", name="涉赌线索", confidential=True)
    keep_insights(
        [
            finding("open"),
            finding("secret", category_id=secret.pk),
            finding("own", department_id=cast.sanitation.pk),
            finding("own secret", category_id=secret.pk, department_id=cast.sanitation.pk),
        ],
        kinds=KINDS,
        now=NOW,
    )
    keys = dict(Insight.objects.values_list("pk", "key"))

    def read(viewer: Actor | None) -> set[str]:
        return {keys[view.pk] for view in current(50, viewer)}

    everything = set(keys.values())
    for role in (Role.DISPATCHER, Role.LEAD, Role.VERIFIER, Role.AUDITOR):
        assert read(seat(role)) == everything
    for viewer in (None, seat(Role.LEADERSHIP), seat(Role.ADMINISTRATOR)):
        assert read(viewer) == {"open", "own"}
    assert read(seat(Role.HEAD, cast.sanitation)) == {"own"}
    assert read(seat(Role.HEAD, cast.enforcement)) == set()
    for role in (Role.HANDLER, Role.GRID, Role.SECURITY):
        assert read(seat(role, cast.sanitation)) == set()
    Category.objects.filter(pk=secret.pk).update(confidential=False)
    assert read(None) == everything


def test_reading_is_one_query_and_plain_data(cast: Cast) -> None:
    for count in (1, 3):
        keep_insights([finding(f"slow:{n}") for n in range(count)], kinds=KINDS, now=NOW)
        with CaptureQueriesContext(connection) as queries:
            views = current(10, seat(Role.LEAD))
        assert (len(views), len(queries)) == (count, 1)
    data = json.loads(json.dumps(views[0].as_data(links=False)))
    assert data["certainty_label"] == "把握较大"
    assert data["links"] == []


def test_what_the_caller_narrows(cast: Cast) -> None:
    keep_insights(
        [finding(), finding("own", department_id=cast.sanitation.pk)], kinds=KINDS, now=NOW
    )
    own = frozenset({cast.sanitation.pk})
    assert len(current(department_ids=own)) == 1
    assert len(current(kinds=[InsightKind.LATE_QUEUE])) == 0
    assert len(current(1)) == 1
