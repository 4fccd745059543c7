"""``manage.py verify_ledger``: prove that ledger and audit trail are what was written."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dispatch.domain.audit import audit_end, verify_audit
from dispatch.domain.ledger import verify
from dispatch.domain.voices import verify_results


class Command(BaseCommand):
    """Print every fault and exit 1 when there is one."""

    help = "核对流转记录和审计记录的校验链"

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run the check over the whole ledger, then over the audit trail."""
        faults = 0
        for fault in verify():
            faults += 1
            self.stdout.write(f"{fault.ticket_number} 第 {fault.seq} 条：{fault.what}")
        for seq, what in verify_audit():
            faults += 1
            self.stdout.write(f"审计记录 第 {seq} 条：{what}")
        for poll_id, what in verify_results():
            faults += 1
            self.stdout.write(f"投票 {poll_id}：{what}")
        if faults:
            raise CommandError(f"流转记录和审计记录有 {faults} 处不符")
        self.stdout.write("流转记录和审计记录完整，未发现改动")
        count, seal = audit_end()
        self.stdout.write(f"审计记录共 {count} 条，末条校验码 {seal or '无'}；请抄存，下次核对")
