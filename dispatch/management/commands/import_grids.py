"""``manage.py import_grids FILE``: check a township's map and put it to use."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from dispatch.domain.grid_imports import check_import, confirm_import, discard_import, start_import
from dispatch.models import GridImport
from dispatch.triage.regrid import Move, count_moves, notes_on
from reports.domain.grid_map import MapPlan, plan_map
from reports.domain.gridfiles.checking import CheckedFile, ReadOptions
from reports.domain.gridfiles.systems import AUTO, SYSTEM_NAMES
from reports.queries.places import map_version
from xiangcun.lib.errors import DomainError
from xiangcun.lib.geo import CoordType

_KINDS = {"new": "新增", "changed": "修改", "same": "不变", "back": "重新启用", "gone": "停用"}


class Command(BaseCommand):
    """The same checks and the same record as the page of the console. Exit 1: nothing was imported."""

    help = "导入网格和地标（GeoJSON）：检查、列出影响，无错误时在一个事务里生效"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what may be asked for."""
        parser.add_argument("file", type=Path, help="GeoJSON 文件")
        systems = [AUTO, *CoordType]
        parser.add_argument(
            "--coord-type", choices=systems, default=AUTO, help="文件的坐标系，默认与现有辖区比对"
        )
        parser.add_argument("--dry-run", action="store_true", help="只检查，不导入")
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument("--replace", action="store_true", help="文件里没有的网格停用")
        mode.add_argument("--merge", action="store_true", help="只新增和修改文件里的网格（默认）")
        parser.add_argument("--code-field", default="", help="网格编码所在的列")
        parser.add_argument("--name-field", default="", help="网格名称所在的列")
        parser.add_argument("--village-field", default="", help="村社名称所在的列")

    def handle(self, **options: Any) -> None:
        """Check, report, and apply unless there are errors or only a look was asked for."""
        now = timezone.now()
        try:
            data = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"读不到文件：{options['file']}") from error
        try:
            row = start_import(
                data, user=None, file_name=options["file"].name, options=_options(options), now=now
            )
            version = map_version()
            if not self._report(row) or options["dry_run"]:
                discard_import(row.pk, user=None)
                return
            confirm_import(row.pk, user=None, version=version, now=now)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write("已导入")

    def _report(self, row: GridImport) -> bool:
        """Print what was found; refuse a file with errors."""
        checked = check_import(row, now=row.created_at)
        plan = plan_map(checked, replace=row.options["replace"])
        moves = count_moves(checked, plan) if checked.grids else []
        for line in (*_lines(checked, plan, moves), *notes_on(checked, plan)):
            self.stdout.write(line)
        if checked.errors:
            discard_import(row.pk, user=None)
            raise CommandError(f"有 {len(checked.errors)} 处错误，没有导入")
        return True


def _options(options: dict[str, Any]) -> ReadOptions:
    columns = {
        "code": options["code_field"],
        "name": options["name_field"],
        "village_name": options["village_field"],
    }
    return ReadOptions(
        coord_type=options["coord_type"], replace=options["replace"], columns=columns
    )


def _lines(checked: CheckedFile, plan: MapPlan, moves: Iterable[Move]) -> Iterable[str]:
    for number, fault in enumerate(checked.faults, start=1):
        yield f"{number}. [{'错误' if fault.is_error else '提醒'}] {fault.message}（{fault.code}）"
    counts = "，".join(f"{label} {plan.count(kind)}" for kind, label in _KINDS.items())
    marks = f"地标新增 {plan.landmarks_new}，更新 {plan.landmarks_changed}"
    yield f"坐标系：{SYSTEM_NAMES[checked.coord_type]}；网格{counts}；{marks}"
    for move in moves:
        place = f"{move.old or '未定位'} → {move.new or '网格以外'}"
        yield f"在办工单 {move.count} 件的位置：{place}（工单保留原网格）"
