"""``manage.py import_reports FILE``: bring in an old hotline's spreadsheet."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from reports.domain.import_mapping import FIELDS, RowError, guess_mapping
from reports.domain.import_readers import Source, UnreadableFileError, open_source
from reports.domain.importing import ErrorFile, ImportPlan, ImportResult, import_source
from reports.enums import Channel
from xiangcun.lib.geo import CoordType

MAX_NAMESPACE = 40
LABELS = {
    "text": "诉求内容",
    "title": "标题",
    "time": "受理时间",
    "lat": "纬度",
    "lng": "经度",
    "coord_type": "坐标系",
    "address": "地址",
    "id": "编号",
    "phone": "电话",
    "kind": "诉求类型",
}


class Command(BaseCommand):
    """Import once; run again it adds only what is new. Exit 1: some rows stayed out; 2: no import."""

    help = "批量导入历史诉求（jsonl、csv、xlsx）；重复运行不会重复导入，错误的行写入错误文件"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what may be asked for."""
        parser.add_argument("file", type=Path, help="要导入的文件")
        fields = "、".join(f"{name}（{label}）" for name, label in LABELS.items())
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="字段=列名",
            help=f"指明列，可多次使用。字段：{fields}",
        )
        parser.add_argument(
            "--mapping", type=Path, help='列对应关系的 JSON 文件，例如 {"text": "诉求内容"}'
        )
        parser.add_argument("--sheet", default="", help="Excel 工作表名称，默认第一张")
        parser.add_argument(
            "--namespace",
            default="12345",
            help="编号的来源，不同来源的相同编号互不影响，默认 12345",
        )
        parser.add_argument(
            "--coord-type",
            choices=[kind.value for kind in CoordType],
            default="wgs84",
            help="没有坐标系一列时，坐标的坐标系，默认 wgs84",
        )
        parser.add_argument(
            "--channel",
            choices=Channel.values,
            default=Channel.IMPORT.value,
            help="记录的渠道，默认 import",
        )
        parser.add_argument("--errors", type=Path, help="错误文件，默认为 文件名.errors.csv")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")

    def handle(self, **options: Any) -> None:
        """Import and tell what became of the rows."""
        path: Path = options["file"]
        errors_path: Path = options["errors"] or path.with_name(f"{path.name}.errors.csv")
        if errors_path.resolve() == path.resolve():
            raise CommandError("错误文件不能就是要导入的文件", returncode=2)
        try:
            plan = _plan(options)
            source = _open(path, plan, options["sheet"])
            result = self._run(source, plan, errors_path)
        except (UnreadableFileError, RowError) as error:
            raise CommandError(str(error), returncode=2) from error
        self._tell(result, plan)
        if result.failed:
            raise CommandError(
                f"有 {result.failed} 行没有导入，原因见 {errors_path}，改好后可直接导入该文件",
                returncode=1,
            )

    def _run(self, source: Source, plan: ImportPlan, errors_path: Path) -> ImportResult:
        # ``disable=None``: no bar where nobody watches (a file, a scheduler).
        with (
            ErrorFile(errors_path, source.headers) as errors,
            tqdm(total=source.total, desc="导入", unit="行", disable=None) as bar,
        ):
            return import_source(source, plan, errors, now=timezone.now(), progress=bar.update)

    def _tell(self, result: ImportResult, plan: ImportPlan) -> None:
        columns = "，".join(f"{LABELS[name]}={header}" for name, header in result.columns.items())
        self.stdout.write(f"列对应：{columns}")
        if "lat" in result.columns and "coord_type" not in result.columns:
            self.stdout.write(f"坐标按 {plan.system} 处理；如不对，请用 --coord-type 指明")
        verb = "可新增" if plan.dry_run else "新增"
        self.stdout.write(
            f"{verb} {result.created} 条，已存在 {result.existing} 条，错误 {result.failed} 条"
        )
        if result.unlocated:
            self.stdout.write(
                f"其中 {result.unlocated} 条没有坐标，位置暂记为街道中心（误差约 5 公里）"
            )
        if plan.dry_run:
            self.stdout.write("这是试运行，没有写入任何数据")


def _open(path: Path, plan: ImportPlan, sheet: str) -> Source:
    wanted = set(plan.columns.values())

    def is_header(names: Any) -> bool:
        return wanted <= set(names) and "text" in guess_mapping(names, plan.columns)

    return open_source(path, is_header=is_header, sheet=sheet)


def _plan(options: dict[str, Any]) -> ImportPlan:
    columns: dict[str, str] = {}
    if options["mapping"]:
        try:
            columns.update(json.loads(options["mapping"].read_text(encoding="utf-8-sig")))
        except (OSError, ValueError, TypeError) as error:
            raise UnreadableFileError(f"无法读取列对应文件：{error}") from error
    columns.update(dict(pair.split("=", 1) for pair in options["map"] if "=" in pair))
    wrong = [name for name in columns if name not in FIELDS] + [
        pair for pair in options["map"] if "=" not in pair
    ]
    if wrong:
        raise RowError(f"不认识的列对应：{'、'.join(wrong)}；可用字段：{'、'.join(FIELDS)}")
    if len(options["namespace"]) > MAX_NAMESPACE:
        raise RowError(f"编号来源（--namespace）不能超过 {MAX_NAMESPACE} 个字")
    return ImportPlan(
        namespace=options["namespace"],
        columns=columns,
        system=CoordType(options["coord_type"]),
        channel=Channel(options["channel"]),
        dry_run=options["dry_run"],
    )
