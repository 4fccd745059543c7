"""``manage.py metrics_table``: the dictionary of figures as Markdown, for docs/metrics.md."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from dispatch.summary.dictionary import document


class Command(BaseCommand):
    """Print the dictionary."""

    help = "打印指标说明（Markdown，即 docs/metrics.md 的全文）"

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(document(), ending="")
