"""``manage.py rebuild_tallies``: write the summary's tallies anew from the ledger."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from dispatch.summary.recount import Period, rebuild


class Command(BaseCommand):
    """Recount a range of days, or everything."""

    help = "按流转记录重新生成统计"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the first and the last day, both included."""
        parser.add_argument(
            "--from", dest="first", type=date.fromisoformat, help="开始日期，例如 2026-11-01"
        )
        parser.add_argument("--to", dest="last", type=date.fromisoformat, help="结束日期（含当日）")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Rebuild and say how many cells there are now."""
        cells = rebuild(Period(options["first"], options["last"]))
        self.stdout.write(f"统计已按流转记录重新生成，共 {cells} 项")
