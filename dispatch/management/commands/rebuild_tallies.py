"""``manage.py rebuild_tallies``: write the summary's rollups anew from the ledger."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from tqdm import tqdm

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
        """Rebuild and say how many rows there are now; a bar counts the events on a terminal."""
        with tqdm(desc="统计", unit="条", disable=None) as bar:
            rows = rebuild(Period(options["first"], options["last"]), tick=bar.update)
        self.stdout.write(f"统计已按流转记录重新生成，共 {rows} 项")
