from __future__ import annotations

import threading

import pytest
from django.db import connection

from dispatch.domain.seeding import seed_township
from dispatch.models import Ticket, TriageRun
from dispatch.triage.pipeline import run_triage
from reports.domain.seeding import SeedMode
from tests.dispatch.factories import NOW, make_report
from tests.dispatch.triage.conftest import forget_everything

RUNS = 4


@pytest.mark.django_db(transaction=True)
def test_runs_at_the_same_moment_open_one_ticket() -> None:
    forget_everything()
    seed_township(mode=SeedMode.FILL, folder=None, say=lambda _line: None)
    report = make_report(text="路灯坏了没人修")
    barrier = threading.Barrier(RUNS)
    outcomes: list[object] = []

    def work() -> None:
        try:
            barrier.wait()
            outcomes.append(run_triage(report.pk, now=NOW))
        except Exception as error:  # noqa: BLE001 - whatever it is, the assertion below shows it
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(RUNS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    forget_everything()
    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        *["NoneType"] * (RUNS - 1),
        "TriageRun",
    ]
    assert Ticket.objects.count() == TriageRun.objects.count() == 1
