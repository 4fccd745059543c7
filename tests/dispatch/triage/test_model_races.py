"""Two of everything at the same moment: trainings, promotions, a rollback under running triage."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection

from dispatch.domain.actors import SYSTEM
from dispatch.domain.learning import LEXICON, mark_broken, promote_version
from dispatch.domain.seeding import seed_township
from dispatch.enums import ModelAction, ModelStatus
from dispatch.models import ModelChange, ModelVersion, Ticket, TriageRun
from dispatch.queries.classifiers import champion_version
from dispatch.triage import reference
from dispatch.triage.pipeline import run_triage
from dispatch.triage.training import train_classifier
from dispatch.triage.versions import roll_back
from reports.domain.seeding import SeedMode
from tests.dispatch.decisions import decide_many, make_version
from tests.dispatch.factories import NOW, make_cast, make_report
from tests.dispatch.triage.conftest import forget_everything
from xiangcun.lib.errors import ConflictError

DAY = timedelta(days=1)
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("model_folder")]


def at_once(works: Sequence[Callable[[], object]]) -> list[object]:
    """Run everything at the same moment; return what each returned or raised, in order."""
    barrier = threading.Barrier(len(works))
    outcomes: list[object] = [None] * len(works)

    def run(place: int, work: Callable[[], object]) -> None:
        try:
            barrier.wait()
            outcomes[place] = work()
        except Exception as error:  # noqa: BLE001 - whatever it is, the assertions show it
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=row) for row in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_two_trainings_at_once_make_one_version(
    model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = make_cast()
    last = decide_many(cast, 60)
    # A cache that is away claims to have added: only the table is left to keep them apart.
    monkeypatch.setattr(cache, "add", lambda *_args, **_options: True)
    outcomes = at_once([lambda: train_classifier(now=last + DAY)] * 2)
    assert [row for row in outcomes if isinstance(row, Exception)] == []
    version = ModelVersion.objects.get()
    assert champion_version() == version
    assert [path.name for path in model_folder.iterdir()] == [version.file]
    assert ModelChange.objects.count() == 1


def test_two_trainings_with_the_lock_do_the_work_once(model_folder: Path) -> None:
    last = decide_many(make_cast(), 60)
    outcomes = at_once([lambda: train_classifier(now=last + DAY)] * 2)
    assert [row for row in outcomes if isinstance(row, Exception)] == []
    assert ModelVersion.objects.count() == 1


def test_one_version_promoted_twice_at_once_is_promoted_once() -> None:
    row = make_version()
    work = lambda: promote_version(row.pk, actor=SYSTEM, reason="测试", now=NOW)  # noqa: E731
    outcomes = at_once([work] * 4)
    assert sum(isinstance(found, ConflictError) for found in outcomes) == 3
    assert ModelChange.objects.count() == 1
    assert champion_version() == row


def test_two_versions_promoted_at_once_leave_one_champion() -> None:
    rows = [make_version(extra=extra) for extra in "一二三"]
    works = [
        lambda pk=row.pk: promote_version(pk, actor=SYSTEM, reason="测试", now=NOW, seen=LEXICON)
        for row in rows
    ]
    outcomes = at_once(works)
    assert sum(isinstance(found, ConflictError) for found in outcomes) == 2
    assert ModelVersion.objects.filter(status=ModelStatus.CHAMPION).count() == 1


def test_many_workers_that_find_a_broken_file_record_it_once() -> None:
    row = make_version()
    promote_version(row.pk, actor=SYSTEM, reason="测试", now=NOW)
    outcomes = at_once([lambda: mark_broken(row.pk, reason="损坏", now=NOW)] * 4)
    assert sorted(map(bool, outcomes)) == [False, False, False, True]
    assert ModelChange.objects.filter(action=ModelAction.FALL).count() == 1


def test_a_rollback_while_triage_runs_loses_no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "CHECK_SECONDS", 0.0)
    forget_everything()
    seed_township(mode=SeedMode.FILL, folder=None, say=lambda _line: None)
    lead = make_cast().lead
    rows = [make_version(extra=extra) for extra in "一二"]
    for row in rows:
        promote_version(row.pk, actor=SYSTEM, reason="测试", now=NOW)
    reports = [make_report(text=f"村口垃圾没人清运{turn}") for turn in range(12)]

    def triage(part: Sequence[int]) -> None:
        for pk in part:
            run_triage(pk, now=NOW)

    halves = [[row.pk for row in reports[start::2]] for start in (0, 1)]
    outcomes = at_once(
        [
            lambda: triage(halves[0]),
            lambda: triage(halves[1]),
            lambda: roll_back(actor=lead, reason="派错多", now=NOW),
        ]
    )
    forget_everything()
    assert [row for row in outcomes if isinstance(row, Exception)] == []
    assert champion_version() == rows[0]
    assert TriageRun.objects.count() == len(reports)
    assert Ticket.objects.exists()
    used = set(TriageRun.objects.values_list("model_version", flat=True))
    assert used <= {row.version for row in rows}
