"""The audit trail: every line sealed and counted, so that changing or removing one shows."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from dispatch.domain.audit import record_audit, verify_audit
from dispatch.enums import AuditAction, AuditOutcome, Role
from dispatch.models import AuditHead, AuditRecord, LedgerIsAppendOnlyError
from tests.dispatch.factories import NOW, make_department, make_staff

pytestmark = pytest.mark.django_db


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _write(count: int) -> list[AuditRecord]:
    user = make_staff("security", Role.SECURITY, make_department("room", is_command_room=True))
    return [
        record_audit(
            AuditAction.SEAT_CHANGED,
            actor=user,
            now=NOW,
            reason=f"调岗 {n}",
            data={"n": n, "x": 1.5},
        )
        for n in range(count)
    ]


def test_it_works() -> None:
    first, second = _write(2)
    assert (first.seq, second.seq) == (1, 2)
    assert second.prev_hash == first.seal
    assert second.username == "security"
    assert second.roles == "安全管理员"
    assert list(verify_audit()) == []


def test_an_empty_trail_is_whole() -> None:
    assert list(verify_audit()) == []


def test_a_failed_sign_in_has_a_name_and_no_account() -> None:
    record = record_audit(
        AuditAction.SIGN_IN_FAILED,
        actor=None,
        now=NOW,
        outcome=AuditOutcome.REFUSED,
        username="no\x00body" + "x" * 200,
        address="203.0.113.9",
    )
    assert record.username.startswith("nobody")
    assert len(record.username) == 150
    assert list(verify_audit()) == []


def test_a_line_is_neither_saved_twice_nor_deleted() -> None:
    (record,) = _write(1)
    with pytest.raises(LedgerIsAppendOnlyError):
        record.save()
    with pytest.raises(LedgerIsAppendOnlyError):
        record.delete()


@pytest.mark.parametrize(
    ("sql", "faults"),
    [
        ("UPDATE dispatch_auditrecord SET reason = '改' WHERE seq = 2", [(2, "内容与校验码不符")]),
        (
            "DELETE FROM dispatch_auditrecord WHERE seq = 2",
            [(2, "缺少审计记录"), (3, "与前一条记录不衔接")],
        ),
        ("DELETE FROM dispatch_auditrecord WHERE seq = 3", [(2, "末尾记录与总数不符")]),
        ("DELETE FROM dispatch_auditrecord", [(0, "末尾记录与总数不符")]),
        ("DELETE FROM dispatch_audithead", [(3, "末尾记录与总数不符")]),
    ],
)
def test_tampering_shows(sql: str, faults: list[Any]) -> None:
    _write(3)
    _run(sql)
    assert list(verify_audit()) == faults


def test_moving_the_end_back_without_the_key_shows() -> None:
    records = _write(3)
    _run("DELETE FROM dispatch_auditrecord WHERE seq = 3")
    AuditHead.objects.update(count=2, seal=records[1].seal)
    assert list(verify_audit()) == [(2, "总数与校验码不符")]
