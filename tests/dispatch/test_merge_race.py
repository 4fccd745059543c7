"""Two dispatchers press the one-click merge of the same ticket at the same time."""

from __future__ import annotations

from functools import partial

import pytest

from dispatch.domain.fields import Fields
from dispatch.domain.hotspots import FoundHotspot, HotspotFacts, keep_hotspots
from dispatch.domain.lifecycle import perform
from dispatch.enums import TicketAction, TicketStatus
from dispatch.models import Hotspot, HotspotReport, TicketReport
from tests.dispatch.factories import NOW, make_cast, make_report, make_ticket
from tests.dispatch.test_lock_order import ROUNDS, together

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_of_two_merges_wins() -> None:
    cast = make_cast()
    for _ in range(ROUNDS):
        one, two, ticket = (make_ticket(cast=cast) for _ in range(3))
        outcomes = together(
            *(
                partial(
                    perform, ticket.pk, TicketAction.MERGE, actor=actor, now=NOW,
                    fields=Fields(target_ticket=target), expected_version=ticket.version,
                )
                for actor, target in ((cast.dispatcher, one), (cast.lead, two))
            )
        )  # fmt: skip
        assert outcomes.count("done") == 1, outcomes
        ticket.refresh_from_db()
        assert ticket.status == TicketStatus.MERGED
        assert TicketReport.objects.filter(ticket=ticket.merged_into).count() == 2
        assert ticket.events.filter(action=TicketAction.MERGE).count() == 1


def test_two_refreshes_at_once_leave_every_hotspot_once() -> None:
    reports = [make_report().pk for _ in range(3)]
    facts = HotspotFacts(
        title="路灯不亮", place_name="", category_id=None, lat=None, lng=None, radius_m=None,
        report_count=3, resident_count=3, recent_residents=3, previous_residents=0,
        growth_low=1.0, trend="unclear", day_count=1, first_at=NOW, last_at=NOW,
    )  # fmt: skip
    found = [FoundHotspot(facts, frozenset(reports))]
    for _ in range(ROUNDS):
        outcomes = together(*(partial(keep_hotspots, found, now=NOW) for _ in range(2)))
        assert "done" in outcomes
        assert set(outcomes) <= {"done", "IntegrityError"}
        assert Hotspot.objects.count() == 1
        assert HotspotReport.objects.count() == 3
