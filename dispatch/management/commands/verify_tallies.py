"""``manage.py verify_tallies``: compare the summary's rollups with a recount of the ledger."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from dispatch.summary.recount import find_differences


class Command(BaseCommand):
    """Print every sum that differs and exit 1 when there is one."""

    help = "核对统计与流转记录是否一致"

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Compare every row of every cube."""
        with tqdm(desc="核对", unit="条", disable=None) as bar:
            differences = find_differences(tick=bar.update)
        for found in differences:
            self.stdout.write(
                f"{found.key.period} {found.column}：统计为 {found.stored}，"
                f"流转记录为 {found.counted}（{found.key}）"
            )
        if differences:
            raise CommandError(
                f"统计有 {len(differences)} 项不符，可运行 manage.py rebuild_tallies 重新生成"
            )
        self.stdout.write("统计与流转记录一致")
