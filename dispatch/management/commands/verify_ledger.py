"""``manage.py verify_ledger``: prove that every line of every ticket is what was written."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dispatch.domain.ledger import verify


class Command(BaseCommand):
    """Print every fault and exit 1 when there is one."""

    help = "核对流转记录的校验链"

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run the check over the whole ledger."""
        faults = 0
        for fault in verify():
            faults += 1
            self.stdout.write(f"{fault.ticket_number} 第 {fault.seq} 条：{fault.what}")
        if faults:
            raise CommandError(f"流转记录有 {faults} 处不符")
        self.stdout.write("流转记录完整，未发现改动")
