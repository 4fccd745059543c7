"""``manage.py retention``: clear away what has been kept long enough, or only count it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from reports.domain.retention import RULES, run_retention


class Command(BaseCommand):
    help = "清除超过保存期限的数据（每晚自动执行）；--dry-run 只统计不清除"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="只统计，不清除")
        parser.add_argument(
            "--rule",
            action="append",
            default=[],
            choices=[rule.name for rule in RULES],
            help="只执行这一条规则，可重复",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        counts = run_retention(now=timezone.now(), dry_run=options["dry_run"], only=options["rule"])
        word = "到期" if options["dry_run"] else "已清除"
        labels = {rule.name: rule.label for rule in RULES}
        for name, count in counts.items():
            self.stdout.write(f"{labels[name]}（{name}）：{word} {count}")
