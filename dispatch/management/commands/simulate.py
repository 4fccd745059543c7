"""``manage.py simulate``: a believable past for a demo township, through the real workflow."""

from __future__ import annotations

import gc
import logging
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from dispatch.simulation.clearing import clear_history
from dispatch.simulation.guarding import check_place
from dispatch.simulation.history import simulate
from xiangcun.lib.errors import DomainError

MOST_DAYS, MOST_REPORTS = 1100, 1_000_000


class Command(BaseCommand):
    """Refuses where real reports are, and in production mode always."""

    help = "生成示例历史：按季节、节假日、天气和时段，把若干天的上报和办理过程演一遍（仅供演示）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what may be asked for."""
        parser.add_argument("--days", type=int, default=365, help="多少天，到现在为止")
        parser.add_argument("--reports", type=int, default=20_000, help="大约多少件上报")
        parser.add_argument("--seed", type=int, default=1, help="同一个数得到同样的故事")
        parser.add_argument("--force", action="store_true", help="已有其他上报时也生成")
        parser.add_argument("--clear", action="store_true", help="删除全部示例上报及其工单")

    def handle(self, **options: Any) -> None:
        """Simulate, or take the examples away again."""
        if not (1 <= options["days"] <= MOST_DAYS and 1 <= options["reports"] <= MOST_REPORTS):
            raise CommandError(
                f"--days 须在 1 到 {MOST_DAYS} 之间，--reports 须在 1 到 {MOST_REPORTS} 之间"
            )
        try:
            check_place(force=options["force"], clearing=options["clear"])
            line = _clear() if options["clear"] else _simulate(options)
        except DomainError as error:
            raise CommandError(error.message) from error
        if options["verbosity"]:
            self.stdout.write(line)


def _clear() -> str:
    gone = clear_history(now=timezone.now())
    return f"已删除示例上报 {gone.reports} 件、工单 {gone.tickets} 张、居民 {gone.residents} 人"


def _simulate(options: dict[str, Any]) -> str:
    with (
        _in_haste(),
        tqdm(
            total=options["reports"], unit="件", desc="示例历史", disable=not options["verbosity"]
        ) as bar,
    ):
        told = simulate(
            days=options["days"], reports=options["reports"], seed=options["seed"],
            until=timezone.now(), tick=bar.update,
        )  # fmt: skip
    refused = sum(told.refusals.values())
    return f"已生成示例上报 {told.reports} 件、工单 {told.tickets} 张；流程不允许而放弃的操作 {refused} 次"


@contextmanager
def _in_haste() -> Iterator[None]:
    """Spare twenty thousand log lines about examples, and a tenth of the time that looking for rings costs."""
    level, often = logging.root.manager.disable, gc.get_threshold()
    logging.disable(logging.INFO)
    gc.set_threshold(50_000, 20, 50)
    try:
        yield
    finally:
        logging.disable(level)
        gc.set_threshold(*often)
