"""``manage.py recount_supports``: hold the counters of topics to their rows."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from reports.domain.topics import recount_supports


class Command(BaseCommand):
    """Print what was wrong and put it right."""

    help = "核对话题的支持人数与支持记录，不符的改正"

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Recount topic by topic."""
        wrong = recount_supports()
        for topic, counter, rows in wrong:
            self.stdout.write(f"话题 {topic}：记为 {counter} 人，实有 {rows} 人，已改正")
        self.stdout.write(f"有 {len(wrong)} 个话题的人数不符" if wrong else "支持人数与记录一致")
