"""``manage.py seed_township``: reference data, and demo accounts when asked for."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from dispatch.domain.demo_staff import seed_demo_staff
from dispatch.domain.demo_voices import seed_demo_voices
from dispatch.domain.seeding import seed_township
from dispatch.queries.offices import offices
from reports.domain.demo_volunteers import seed_demo_volunteers
from reports.domain.guide_demo import seed_demo_guides
from reports.domain.seeding import SeedMode, seed_demo_population


class Command(BaseCommand):
    """Idempotent; rows an operator edited stay as they are unless ``--reset``."""

    help = "载入街道基础数据：分类、网格、部门、分工、日历、时限、规则、词库"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what may be asked for."""
        parser.add_argument(
            "--data", type=Path, help="本街道的数据文件夹，其中同名文件优先于自带文件"
        )
        parser.add_argument(
            "--add", action="store_true", help="补上新版本自带而表中没有的词语和规则"
        )
        parser.add_argument("--reset", action="store_true", help="用自带数据覆盖已修改的行")
        parser.add_argument("--demo", action="store_true", help="建立演示账号，口令写入数据文件夹")

    def handle(self, **options: Any) -> None:
        """Seed, and name the file with the demo password."""
        mode = (
            SeedMode.RESET
            if options["reset"]
            else SeedMode.ADD
            if options["add"]
            else SeedMode.FILL
        )
        say = self.stdout.write if options["verbosity"] else _say_nothing
        seed_township(mode=mode, folder=options["data"], say=say)
        if options["demo"]:
            path = seed_demo_staff(reset=options["reset"], folder=options["data"])
            say(f"演示账号与口令：{path}")
            if count := seed_demo_voices(now=timezone.now()):
                say(f"示例话题和投票：{count} 个（虚构，仅供演示）")
            if count := seed_demo_population():
                say(f"示例常住人口：{count} 个网格（虚构，仅供演示）")
            guides, bulletins = seed_demo_guides(
                offices(), folder=options["data"], now=timezone.now()
            )
            if guides or bulletins:
                say(f"示例便民服务：{guides} 条，示例公告：{bulletins} 条（虚构，仅供演示）")
            if count := seed_demo_volunteers(now=timezone.now()):
                say(f"示例志愿者：{count} 人，另有示例兑换物品和巡查任务")


def _say_nothing(_line: str) -> None:
    """Take a line of progress that nobody wants to read."""
