from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.enums import TicketStatus
from dispatch.models import RoutingRule, Ticket
from dispatch.triage.regrid import Move, count_moves, notes_on
from reports.domain.grid_map import known_grids, plan_map
from reports.domain.gridfiles.checking import CheckedFile, ReadOptions, check_file
from reports.models import Grid
from tests.dispatch.factories import Cast, make_cast, make_department, make_grid, make_ticket
from tests.reports.domain.gridfiles.maps import VILLAGE, collection, feature

pytestmark = pytest.mark.django_db
# make_grid's square is 330114007200001 from 120.49/30.30 to 120.51/30.32; the tickets lie at 30.31/120.50.
WEST = [[120.49, 30.30], [120.499, 30.30], [120.499, 30.32], [120.49, 30.32], [120.49, 30.30]]
EAST = [[120.499, 30.30], [120.51, 30.30], [120.51, 30.32], [120.499, 30.32], [120.499, 30.30]]


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def checked(*rows: dict[str, object]) -> CheckedFile:
    return check_file(
        collection(*rows), ReadOptions(coord_type="wgs84", replace=True), known_grids()
    )


def moves(found: CheckedFile) -> list[Move]:
    return count_moves(found, plan_map(found, replace=True))


def test_it_works(cast: Cast) -> None:
    tickets = [make_ticket(cast=cast), make_ticket(cast=cast)]
    found = checked(feature(1, [WEST]), feature(2, [EAST], name="东网格"))
    assert moves(found) == [Move("示例网格", "东网格", 2)]
    assert moves(checked(feature(1, [WEST]))) == []  # the nearest grid is still the same
    Ticket.objects.filter(pk=tickets[0].pk).update(status=TicketStatus.CLOSED)
    assert moves(found) == [Move("示例网格", "东网格", 1)]
    assert set(Ticket.objects.values_list("grid", flat=True)) == {cast.grid.pk}


def test_a_ticket_may_fall_out_of_the_map_or_into_it(cast: Cast) -> None:
    ticket = make_ticket(cast=cast)
    far = [[x + 0.05, y] for x, y in EAST]
    assert moves(checked(feature(3, [far]))) == [Move("示例网格", "", 1)]
    Ticket.objects.filter(pk=ticket.pk).update(grid=None)
    assert moves(checked(feature(1, [EAST]))) == [Move("", "网格1", 1)]


def test_one_query_for_all_tickets(cast: Cast) -> None:
    found = checked(feature(1, [WEST]), feature(2, [EAST]))
    plan = plan_map(found, replace=True)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            count_moves(found, plan)
        return len(queries)

    make_ticket(cast=cast)
    one = cost()
    for _ in range(3):
        make_ticket(cast=cast)
    assert cost() == one


def test_it_says_what_hangs_on_the_grids() -> None:
    make_grid()
    Grid.objects.get_or_create(
        code="330114007201001",
        defaults={
            "name": "旧网格",
            "village_code": "330114007201",
            "village_name": "前峰村",
            "polygon": {"type": "Polygon", "coordinates": [[[x + 0.02, y] for x, y in EAST]]},
        },
    )
    rule = {"lead": make_department(), "order": 1}
    RoutingRule.objects.create(name="前峰村夜间", grids=["330114007201"], **rule)
    RoutingRule.objects.create(name="临江村夜间", grids=[VILLAGE], **rule)
    found = checked(feature(1, [WEST]))
    notes = notes_on(found, plan_map(found, replace=True))
    assert len(notes) == 2
    assert "临江村（330114007200）" in notes[0]
    assert "“前峰村夜间”" in notes[1]
    make_department("village_linjiang", name="临江村", village_code=VILLAGE)
    assert len(notes_on(found, plan_map(found, replace=False))) == 0
