"""``manage.py verify_tallies``: compare the summary's tallies with a recount of the ledger."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dispatch.summary.recount import find_differences


class Command(BaseCommand):
    """Print every cell that differs and exit 1 when there is one."""

    help = "核对统计与流转记录是否一致"

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Compare every cell."""
        differences = find_differences()
        for difference in differences:
            cell, stored, counted = difference.cell, difference.stored, difference.counted
            self.stdout.write(
                f"{cell.day} {cell.metric}：统计为 {stored[0]}，流转记录为 {counted[0]}（{cell}）"
            )
        if differences:
            raise CommandError(
                f"统计有 {len(differences)} 项不符，可运行 manage.py rebuild_tallies 重新生成"
            )
        self.stdout.write("统计与流转记录一致")
