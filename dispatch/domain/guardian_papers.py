"""A guardian's signed paper at the office's window: a code is written down, nobody is looked up."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from dispatch.domain.actors import Actor
from dispatch.domain.audit import record_audit
from dispatch.enums import AuditAction, AuditOutcome, Role
from reports.domain.guardians import confirm_on_paper
from xiangcun.lib.errors import DomainError, InvalidInputError, NotAllowedError

REGISTERS_PAPERS = frozenset({Role.DISPATCHER, Role.LEAD})


def register_paper(code: str, *, checked: bool, actor: Actor, now: datetime) -> None:
    """Confirm the request of ``code`` by paper; audited, a wrong code as well.

    ``checked`` says that the person at the window saw the guardian's document and signature. Whose
    request it is, is shown to no member of staff. Raises ``guardian_code_unknown``.
    """
    if not any(seat.role in REGISTERS_PAPERS for seat in actor.seats):
        raise NotAllowedError("role_not_allowed", "监护人同意书由指挥室坐席和值班领导登记")
    if not checked:
        raise InvalidInputError.of_field("checked", "required", "请先核对证件和签名，再勾选确认")
    try:
        with transaction.atomic():
            request = confirm_on_paper(code, now=now)
            record_audit(
                AuditAction.GUARDIAN, actor=actor.user, now=now, data={"request": request.pk}
            )
    except DomainError as error:
        record_audit(
            AuditAction.GUARDIAN,
            actor=actor.user,
            now=now,
            outcome=AuditOutcome.REFUSED,
            data={"code": error.code},
        )
        raise
