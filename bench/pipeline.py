"""The whole pipeline with a learned model: reports/s of one core, memory, time to load the model.

``python bench/pipeline.py [--json]``. The township's 60 categories, a model trained on 3,000 messages
made of the lexicon's words and put to use, reports of 200 characters at points of the township.
"decided" is every step of ``pipeline.STEPS`` with its reads; "settled" also the ticket, its ledger, the
resident's view and the run, committed. On PostgreSQL where it can be reached, else on SQLite. The
processor time is this process's; the database's own is printed beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._stack import cpu_seconds, database_processes, setup_django, stack
from scripts.run_tests import POSTGRES, reachable

REPORTS = 600
WARM = 60
LEARNED = 3000
LENGTH = 200
AROUND = (
    "你好，我是村里的居民，向你们反映一下，",
    "这个事情有一段时间了，给大家的生活带来很多不方便，",
    "之前也有邻居打过电话，还没有看到有人来处理，",
    "请有关部门尽快派人来现场看一看，给我们一个答复，谢谢。",
)


def message(words: list[str], chance: random.Random) -> str:
    """Return a complaint of about 200 characters around some words of one category."""
    said = "，".join(chance.sample(words, min(4, len(words))))
    text = f"{said}。{''.join(AROUND)}{said}，"
    while len(text) < LENGTH:
        text += chance.choice(AROUND)
    return text[:LENGTH]


def prepare() -> list[int]:
    """Promote a trained model and send the reports; return their ids."""
    from django.utils import timezone  # noqa: PLC0415 - after django.setup

    from bench.flow import grid_points  # noqa: PLC0415
    from dispatch.domain.actors import SYSTEM  # noqa: PLC0415
    from dispatch.domain.learning import NewVersion, promote_version, record_version  # noqa: PLC0415
    from dispatch.enums import ModelStatus  # noqa: PLC0415
    from dispatch.triage.learned import Example, Targets, train  # noqa: PLC0415
    from dispatch.triage.leaves import read_leaves  # noqa: PLC0415
    from dispatch.triage.vault import store_model  # noqa: PLC0415
    from reports.domain.drafts import Draft, Location  # noqa: PLC0415
    from reports.domain.intake import submit_report  # noqa: PLC0415
    from reports.enums import LocationSource, ReportKind  # noqa: PLC0415
    from reports.models import Resident  # noqa: PLC0415
    from xiangcun.lib.geo import CoordType  # noqa: PLC0415

    chance, now, leaves = random.Random(1), timezone.now(), read_leaves()
    words = {leaf.code: [term for term, weight in leaf.terms if weight > 0] for leaf in leaves}
    codes = [code for code, found in words.items() if found]
    examples = [
        Example(message(words[code], chance), code) for code in chance.choices(codes, k=LEARNED)
    ]
    model = train(examples, leaves, targets=Targets())
    file, sha256 = store_model(model)
    new = NewVersion(
        version=model.version, file=file, sha256=sha256, fingerprint="0" * 64, learned_until=now,
        status=ModelStatus.CHALLENGER, examples=LEARNED, metrics={}, targets={}, comparison={}, reason="",
    )  # fmt: skip
    version, _fresh = record_version(new, now=now)
    promote_version(version.pk, actor=SYSTEM, reason="基准测试", now=now)
    ids = []
    for index, (lat, lng) in enumerate(grid_points(REPORTS + WARM)):
        if index % 40 == 0:
            resident = Resident.objects.create(openid=f"bench-{uuid.uuid4()}")
        place = Location(lat=lat, lng=lng, coord_type=CoordType.WGS84, source=LocationSource.GPS)
        draft = Draft(
            client_id=uuid.uuid4(), kind=ReportKind.PROBLEM, location=place,
            text=message(words[chance.choice(codes)], chance),
        )  # fmt: skip
        ids.append(submit_report(resident, draft, now=timezone.now()).record.report.pk)
    return ids


def timed(job: Callable[[int], object], ids: list[int]) -> dict[str, float]:
    """Run the job over the reports; return reports/s and processor milliseconds."""
    database = database_processes()
    before, wall, cpu = cpu_seconds(database), time.perf_counter(), time.process_time()
    for report_id in ids:
        job(report_id)
    used, took = time.process_time() - cpu, time.perf_counter() - wall
    other = cpu_seconds(database) - before
    return {
        "per_core": round(len(ids) / used, 1),
        "per_second": round(len(ids) / took, 1),
        "cpu_ms": round(1000 * used / len(ids), 2),
        "database_cpu_ms": round(1000 * other / len(ids), 2),
    }


def measure() -> dict[str, Any]:
    """Return the figures of this process's database."""
    from django.db import connection  # noqa: PLC0415 - after django.setup
    from django.utils import timezone  # noqa: PLC0415

    from dispatch.models import TriageRun  # noqa: PLC0415
    from dispatch.queries.untriaged import untriaged_report  # noqa: PLC0415
    from dispatch.triage.pipeline import build_context, decide, run_triage  # noqa: PLC0415
    from dispatch.triage.reference import current_reference, forget_reference  # noqa: PLC0415

    ids = prepare()
    began = time.perf_counter()
    forget_reference()
    current_reference()
    loaded = time.perf_counter() - began

    def only_decide(report_id: int) -> None:
        found = untriaged_report(report_id)
        if found is not None:
            decide(build_context(found, now=timezone.now()), current_reference())

    for report_id in ids[:WARM]:
        run_triage(report_id, now=timezone.now())
    decided = timed(only_decide, ids[WARM:])
    settled = timed(lambda report_id: run_triage(report_id, now=timezone.now()), ids[WARM:])
    runs = TriageRun.objects.all()
    return {
        "engine": connection.vendor,
        "model": runs.latest("pk").model_version,
        "dispatched": runs.filter(decision="dispatched").count(),
        "queued": runs.exclude(decision="dispatched").count(),
        "decided": decided,
        "settled": settled,
        "load_ms": round(1000 * loaded),
        "memory_mb": round(psutil.Process().memory_info().rss / 1e6),
    }


def figures() -> dict[str, Any]:
    """Measure on PostgreSQL if it is there, else in a data folder of its own."""
    if reachable(os.environ.get("TEST_DATABASE_URL", POSTGRES), 5432):
        with stack() as running:
            setup_django(running.environment)
            return measure()
    with tempfile.TemporaryDirectory(prefix="xiangcun-bench-") as folder:
        setup_django({"XIANGCUN_DATA": folder, "DJANGO_SETTINGS_MODULE": "xiangcun.settings"})
        from django.core.management import call_command  # noqa: PLC0415 - after django.setup

        call_command("migrate", verbosity=0)
        call_command("seed_township", stdout=open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - nobody reads it
        return measure()


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = figures()
    for name in ("decided", "settled"):
        row = found[name]
        print(
            f"{name}: {row['per_core']:.0f} reports/s of one core ({row['cpu_ms']} ms, the database's "
            f"own {row['database_cpu_ms']} ms; by the clock {row['per_second']:.0f}/s)"
        )
    print(
        f"{found['engine']}, {found['model']}: {found['dispatched']} dispatched, {found['queued']} for people; "
        f"reference and model loaded in {found['load_ms']} ms, process {found['memory_mb']} MB"
    )
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
