"""Places in the text, through the whole pipeline."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.domain.seeding import seed_township
from dispatch.enums import TicketStatus
from dispatch.models import TriageRun
from dispatch.queries.untriaged import untriaged_report
from dispatch.triage import reference
from dispatch.triage.pipeline import build_context, decide, run_triage
from dispatch.triage.reference import current_reference
from reports.domain.seeding import SeedMode
from reports.models import Grid, Landmark
from tests.dispatch.factories import NOW, make_report
from tests.dispatch.triage.place_phrases import LINJIANG, QIANFENG

pytestmark = pytest.mark.usefixtures("township")
GARBAGE = "路边垃圾堆成山，臭得不行，好几天没人清理"


def triage(text: str, point: tuple[float, float], **extra: object) -> TriageRun:
    report = make_report(text=text, lat=point[0], lng=point[1], **extra)  # type: ignore[arg-type]
    run = run_triage(report.pk, now=NOW)
    assert run is not None
    return run


def step(run: TriageRun, name: str) -> dict[str, object]:
    return next(row for row in run.steps if row["step"] == name)


def test_it_works() -> None:
    run = triage(f"前峰村{GARBAGE}", LINJIANG)
    assert run.decision == "queued"
    assert run.ticket.status == TicketStatus.ASSESSING
    assert "文字提到“前峰村”，但位置在“临江村”" in run.ticket.location_flag
    assert "承办单位会因此不同，请核实地点" in run.ticket.queue_reason
    data = step(run, "locate")["data"]
    assert data["contradiction"]["name"] == "前峰村"  # type: ignore[index]
    assert not step(run, "confirm_place")["ok"]
    # The grid stays that of the point: a person decides.
    assert run.ticket.grid is not None
    assert run.ticket.grid.village_name == "临江村"


def test_what_fits_is_dispatched_as_before() -> None:
    run = triage(f"前峰村{GARBAGE}", QIANFENG)
    assert run.decision == "dispatched"
    assert run.ticket.location_flag == ""
    assert run.reason == step(run, "route")["reason"]


def test_the_address_is_looked_at() -> None:
    run = triage(GARBAGE, LINJIANG, address="前进街道前峰村3组")
    assert "地址写的是“前峰村”" in run.ticket.location_flag


def test_it_asks_the_database_nothing() -> None:
    report = make_report(text=f"前峰村{GARBAGE}", lat=LINJIANG[0], lng=LINJIANG[1])
    found = untriaged_report(report.pk)
    assert found is not None
    context, known = build_context(found, now=NOW), current_reference()
    plain = make_report(text=GARBAGE, lat=LINJIANG[0], lng=LINJIANG[1])
    found_plain = untriaged_report(plain.pk)
    assert found_plain is not None
    decide(context, known)

    def cost(which: object) -> int:
        with CaptureQueriesContext(connection) as queries:
            decide(which, known)  # type: ignore[arg-type]
        return len(queries)

    assert cost(context) == cost(build_context(found_plain, now=NOW))


def test_an_edited_landmark_is_known_without_a_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "CHECK_SECONDS", 0.0)
    assert current_reference().places.find("老油坊旁边") == ()
    mark = Landmark.objects.create(name="老油坊", lat=QIANFENG[0], lng=QIANFENG[1])
    assert len(current_reference().places.find("老油坊旁边")) == 1
    assert "“老油坊”" in triage(f"老油坊门口{GARBAGE}", LINJIANG).ticket.location_flag
    mark.delete()
    assert current_reference().places.find("老油坊旁边") == ()


def test_seeding_again_brings_no_replaced_grid_back() -> None:
    Grid.objects.filter(village_name="前峰村").update(is_active=False)
    Landmark.objects.exclude(name="示例湿地公园").delete()
    seed_township(mode=SeedMode.FILL, folder=None, say=lambda _line: None)
    assert not Grid.objects.filter(village_name="前峰村", is_active=True).exists()
    assert Landmark.objects.count() == 1
    seed_township(mode=SeedMode.ADD, folder=None, say=lambda _line: None)
    assert Landmark.objects.count() == 6
