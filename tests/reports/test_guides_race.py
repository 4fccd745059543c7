"""Several at once: complaints are all counted, of two editors one is told, a code is given once."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import close_old_connections, connection

from reports.domain.guide_fields import read_guide
from reports.domain.guides import change_guide, create_guide, note_fault
from reports.domain.seeding import SeedMode, seed_dimensions
from reports.enums import GuideFaultKind
from reports.models import Guide, GuideFault
from tests.factories import NOW
from tests.reports.guides import CARD, TOWNSHIP, make_guide
from xiangcun.lib.errors import DomainError

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 4


def at_once(work: Callable[[], object]) -> list[str]:
    """Run the same work in several threads; return what became of each."""
    barrier = threading.Barrier(WORKERS)
    results: list[str] = []

    def run() -> None:
        try:
            barrier.wait(10)
            work()
            results.append("ok")
        except DomainError as error:
            results.append(error.code)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=run) for _worker in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(results)


def test_no_complaint_is_lost() -> None:
    guide = make_guide()
    assert at_once(lambda: note_fault(guide.pk, kind=GuideFaultKind.PHONE, now=NOW)) == ["ok"] * 4
    assert GuideFault.objects.get().count == WORKERS


def test_of_several_editors_one_is_heard_and_the_others_are_told() -> None:
    guide = make_guide()
    words = read_guide({**CARD, "title": "新名字"}, TOWNSHIP)
    said = at_once(lambda: change_guide(guide.pk, words, version=1, now=NOW))
    assert said == ["guide_changed"] * 3 + ["ok"]
    found = Guide.objects.get()
    assert (found.version, found.dimensions.count()) == (2, 1)


def test_a_code_is_given_once() -> None:
    seed_dimensions(mode=SeedMode.FILL)
    words = read_guide({**CARD, "code": "sbk-01"}, TOWNSHIP)
    assert at_once(lambda: create_guide(words, now=NOW)) == ["guide_code_taken"] * 3 + ["ok"]
    assert Guide.objects.count() == 1
