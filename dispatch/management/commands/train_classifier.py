"""``manage.py train_classifier``: what the nightly training does, by hand."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from dispatch.triage.training import train_classifier


class Command(BaseCommand):
    """Train, compare, print the verdict; put a clear winner to use only when told so."""

    help = "用指挥室的判定训练研判模型，并与现用版本对比"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--promote-if-better", action="store_true", help="对比明显胜出时立即启用"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Say which version came out and why it is or is not in use."""
        result = train_classifier(now=timezone.now(), promote=options["promote_if_better"])
        name = result.version.version if result.version else "没有产生新版本"
        state = "已启用" if result.promoted else "未启用"
        self.stdout.write(f"{name}：{result.reason}（{state}）")
