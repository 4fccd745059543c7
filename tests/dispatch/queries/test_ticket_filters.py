from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dispatch.domain.actors import Actor, staff_actor
from dispatch.enums import Role, TicketStatus
from dispatch.models import Staff, Ticket
from dispatch.queries.counting import capped_counts
from dispatch.queries.saved_filters import shown_filters
from dispatch.queries.ticket_filters import (
    PRESETS,
    WATCHED,
    matching_tickets,
    presets_for,
    read_box,
    read_circle,
    read_params,
)
from tests.dispatch.factories import Cast, make_cast, make_category, make_report, make_ticket

pytestmark = pytest.mark.django_db
Browser = Callable[[str], Client]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def town(cast: Cast) -> dict[str, Ticket]:
    """Tickets that differ in whatever a filter looks at."""
    now = timezone.now()
    made = {
        "fresh": make_ticket(cast=cast, now=now),
        "handling": make_ticket(TicketStatus.HANDLING, cast=cast, now=now),
        "late": make_ticket(TicketStatus.HANDLING, cast=cast, now=now - timedelta(days=40)),
        "closed": make_ticket(TicketStatus.CLOSED, cast=cast, now=now - timedelta(days=3)),
        "far": make_ticket(
            cast=cast, report=make_report(lat=30.35, lng=120.55, text="路灯坏了", now=now), now=now
        ),
    }
    Ticket.objects.filter(pk=made["handling"].pk).update(
        return_count=2, urge_count=1, reopen_count=1, supervised_at=now, urgency="P0"
    )
    # What is over does not count, however often it was returned.
    Ticket.objects.filter(pk=made["closed"].pk).update(
        return_count=3, urge_count=2, reopen_count=1, supervised_at=now
    )
    for name in ("handling", "far"):
        Ticket.objects.filter(pk=made[name].pk).update(next_due_at=now + timedelta(days=5))
    today = timezone.localtime(now).replace(hour=23, minute=59, second=59)
    Ticket.objects.filter(pk=made["fresh"].pk).update(next_due_at=today, auto_dispatched=True)
    return made


@pytest.mark.parametrize(
    "params",
    [
        {"queue": "all"},
        {"queue": "overdue"},
        {"queue": "handling", "urgency__exact": "P0"},
        {"queue": "all", "status__exact": "closed"},
        {"queue": "all", "status__exact": "nonsense"},
        {"queue": "all", "auto_dispatched__exact": "1"},
        {"queue": "all", "auto_dispatched__exact": "0"},
        {"queue": "all", "top": "PARENT"},
        {"queue": "all", "top": "nonsense"},
        {"queue": "all", "lead_department__id__exact": "LEAD"},
        {"queue": "all", "lead_department__id__exact": "0"},
        {"queue": "all", "grid__id__exact": "GRID"},
        {"queue": "all", "opened_at_from": "TODAY"},
        {"queue": "all", "opened_at_to": "2001-01-01"},
        {"queue": "all", "opened_at_from": "2026-02-31"},
        {"queue": "all", "box": "30.30,120.49,30.32,120.51"},
        {"queue": "all", "box": "nonsense"},
        {"queue": "all", "near": "30.35,120.55,200"},
        {"queue": "all", "near": "30.35,120.55,nan"},
        {"q": "路灯"},
        {"queue": "handled", "q": "路灯"},
        {},
        *({"queue": "all", "only": code} for code in WATCHED),
        {"queue": "all", "only": "nonsense"},
    ],
)
@pytest.mark.parametrize("username", ["dispatcher", "sanitation", "enforcement"])
def test_page_and_data_agree(cast: Cast, params: dict[str, str], username: str) -> None:
    town(cast)
    names = {
        "PARENT": str(cast.category.parent_id),
        "LEAD": str(cast.sanitation.pk),
        "GRID": str(cast.grid.pk),
        "TODAY": f"{timezone.localtime():%Y-%m-%d}",
    }
    params = {name: names.get(value, value) for name, value in params.items()}
    user = Staff.objects.get(username=username)
    client = Client()
    client.force_login(user)
    page = client.get(f"{reverse('admin:dispatch_ticket_changelist')}?{urlencode(params)}")
    assert page.status_code == 200
    shown = {row.pk for row in page.context["cl"].result_list}
    found = matching_tickets(staff_actor(user), read_params(params), now=timezone.now())
    assert shown == set(found.values_list("pk", flat=True))


def numbers(viewer: Actor, **params: str) -> set[str]:
    rows = matching_tickets(viewer, params, now=timezone.now())
    return set(rows.values_list("number", flat=True))


def test_watched_work_is_present_work(cast: Cast) -> None:
    made = town(cast)
    for code in ("returned", "urged", "reopened", "supervised"):
        assert numbers(cast.dispatcher, queue="all", only=code) == {made["handling"].number}
        assert numbers(cast.handler, queue="all", only=code) == {made["handling"].number}
        assert numbers(cast.outsider, queue="all", only=code) == set()
    assert numbers(cast.dispatcher, queue="all", only="overdue") == {made["late"].number}
    assert numbers(cast.dispatcher, queue="all", only="today") == {made["fresh"].number}
    assert numbers(cast.handler, queue="all", only="today") == set()


def test_places(cast: Cast) -> None:
    made = town(cast)
    assert numbers(cast.dispatcher, queue="all", near="30.35,120.55,100") == {made["far"].number}
    assert numbers(cast.dispatcher, queue="all", near="30.3510,120.55,100") == set()
    assert numbers(cast.dispatcher, queue="all", near="30.3510,120.55,120") == {made["far"].number}
    assert numbers(cast.outsider, queue="all", near="30.35,120.55,100") == set()
    for text in ("", "1,2,3", "1,2,3,x", "2,1,1,2", "inf,0,1,1", "-91,0,1,1", "1,2,3,4,5"):
        assert read_box(text) is None
    for text in ("", "1,2", "91,0,10", "30,120,0", "30,120,5001", "30,120,-5", "30,120,nan"):
        assert read_circle(text) is None


def test_it_reads_only_what_filters() -> None:
    raw = {"queue": "all", "q": " 路灯 ", "p": "3", "o": "1", "top": "", "only": "x" * 81}
    assert read_params(raw) == {"queue": "all", "q": "路灯"}


def test_presets_follow_the_role() -> None:
    assert {code for code, _name, _roles in PRESETS} <= set(WATCHED)
    room = dict(presets_for(frozenset({Role.DISPATCHER})))
    unit = dict(presets_for(frozenset({Role.HANDLER})))
    assert "全部超期" in room
    assert "退单两次以上" in room
    assert "我的超期" in unit
    assert "退单两次以上" not in unit
    assert presets_for(frozenset({Role.ADMINISTRATOR})) == []
    both = [name for name, _params in presets_for(frozenset({Role.HANDLER, Role.LEAD}))]
    assert len(both) == len(set(both))


def test_many_counts_are_one_query_and_stop_at_the_cap(cast: Cast) -> None:
    for _ in range(4):
        make_ticket(cast=cast)
    rows = Ticket.objects.all()
    with CaptureQueriesContext(connection) as queries:
        found = capped_counts(
            {"all": rows, "none": rows.none(), "P0": rows.filter(urgency="P0")}, cap=3
        )
    assert len(queries) == 1
    assert found == {"all": 3, "none": 0, "P0": 0}
    assert capped_counts({}, cap=3) == {}
    assert capped_counts({"none": rows.none()}, cap=3) == {"none": 0}


def test_the_strip_takes_two_queries_for_1_and_3_filters(cast: Cast) -> None:
    make_category()
    town(cast)
    user = cast.dispatcher.user
    assert user is not None
    counts = []
    for index in (1, 2, 3):
        user.saved_filters.create(
            name=f"筛选{index}",
            params={"queue": "all", "urgency__exact": "P0"},
            updated_at=timezone.now(),
        )
        with CaptureQueriesContext(connection) as queries:
            rows = shown_filters(
                cast.dispatcher,
                user_id=user.pk,
                roles=frozenset({Role.DISPATCHER}),
                now=timezone.now(),
            )
        counts.append(len(queries))
        assert [row.count for row in rows if row.pk] == [1] * index
    assert counts == [2, 2, 2]


def test_a_grid_officer_gets_the_filters_of_who_works_on_tickets() -> None:
    names = [name for name, _params in presets_for(frozenset({Role.GRID}))]
    assert names == [name for name, _params in presets_for(frozenset({Role.HANDLER}))]
    assert "退单两次以上" not in names
