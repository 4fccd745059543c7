"""``manage.py watch_deadlines``: let time look at tickets that were open before there were cards.

Run once after the upgrade; again it changes nothing.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from dispatch.domain.timers import watch_unwatched


class Command(BaseCommand):
    """Set the next look of every ticket that should have one and has none."""

    help = "为升级前已在办的工单补上红黄牌和挂账复核的计时（可重复执行）"

    def handle(self, *_args: Any, **_options: Any) -> None:
        count = watch_unwatched(now=timezone.now())
        self.stdout.write(f"已补 {count} 张工单")
