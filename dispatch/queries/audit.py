"""Who may read which lines of the audit trail."""

from __future__ import annotations

from django.db.models import QuerySet

from dispatch.enums import AuditAction, Role
from dispatch.models import AuditRecord
from dispatch.queries.access import Viewer

SECURITY_ACTIONS = (
    AuditAction.SIGN_IN,
    AuditAction.SIGN_IN_FAILED,
    AuditAction.LOCKED_OUT,
    AuditAction.UNLOCKED,
    AuditAction.SIGN_OUT,
    AuditAction.IDLE_LOGOUT,
    AuditAction.PASSWORD_CHANGED,
    AuditAction.SECOND_FACTOR_SET,
    AuditAction.SECOND_FACTOR_RESET,
    AuditAction.SESSION_REVOKED,
    AuditAction.ACCOUNT_CHANGED,
    AuditAction.SEAT_CHANGED,
)
"""What the security officer answers for; none of it tells of a case."""


def readable_records(viewer: Viewer) -> QuerySet[AuditRecord]:
    """Return the lines ``viewer`` may read: all for the auditor, sign-ins and seats for security."""
    rows = AuditRecord.objects.all()
    if Role.AUDITOR in viewer.roles:
        return rows
    if Role.SECURITY in viewer.roles:
        return rows.filter(action__in=SECURITY_ACTIONS)
    return rows.none()
