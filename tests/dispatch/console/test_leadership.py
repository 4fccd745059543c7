"""Leaders of the township: they look at everything that is not confidential, and handle nothing."""

from __future__ import annotations

import pytest
from django.urls import reverse

from dispatch.domain.actors import staff_actor
from dispatch.domain.lifecycle import available_actions
from dispatch.domain.seats import check_seat
from dispatch.domain.second_factor import second_factor_demanded
from dispatch.enums import Role
from dispatch.models import Recusal, Staff, Ticket
from dispatch.queries.access import may_see_contact, may_see_reporter, visible_tickets
from dispatch.queries.tickets import QUEUE_BY_CODE, queue_tickets
from tests.dispatch.console.cockpit_stage import ADDRESS, NICKNAME, OPENID, PHONE, Town, build_town
from tests.dispatch.console.conftest import Browser
from tests.dispatch.factories import Cast, make_staff
from xiangcun.lib.errors import InvalidInputError


@pytest.fixture
def town(cast: Cast) -> Town:
    return build_town(cast)


def test_a_leader_reads_tickets_without_persons(town: Town, browser: Browser) -> None:
    client = browser("leader")
    for ticket in town.tickets:
        page = client.get(reverse("admin:dispatch_ticket_change", args=(ticket.pk,)))
        assert page.status_code == 200
        body = page.content.decode()
        assert [
            w for w in (PHONE, "138****5678 联系", NICKNAME, OPENID, ADDRESS) if w in body
        ] == []
        assert page.context["actions"] == []
        printed = client.get(reverse("ticket-print", args=(ticket.pk,))).content.decode()
        assert [word for word in (PHONE, NICKNAME, ADDRESS) if word in printed] == []


def test_a_confidential_ticket_is_not_there(town: Town, browser: Browser) -> None:
    assert town.secret is not None
    client = browser("leader")
    gone = client.get(reverse("admin:dispatch_ticket_change", args=(town.secret.pk,)))
    assert gone.status_code == 404
    listed = client.get(reverse("admin:dispatch_ticket_changelist"), {"queue": "overdue"})
    assert [row.pk for row in listed.context["cl"].result_list] == [town.tickets[1].pk]


def test_a_leader_does_nothing(town: Town, browser: Browser) -> None:
    actor = staff_actor(Staff.objects.get(username="leader"))
    client = browser("leader")
    for ticket in Ticket.objects.all():
        assert available_actions(ticket, actor, now=town.now) == []
        assert not may_see_contact(actor, ticket)
        assert not may_see_reporter(actor, ticket)
    listed = client.get(reverse("admin:dispatch_ticket_changelist"), {"queue": "all"})
    assert "export_selected" not in listed.content.decode()
    assert client.post(reverse("tool-export")).status_code == 403


def test_a_leader_who_also_heads_a_unit_sees_all_and_works_there(town: Town) -> None:
    user = Staff.objects.get(username="sanitation_head")
    make_staff(user.username, Role.LEADERSHIP, town.cast.room)
    actor = staff_actor(user)
    assert (
        visible_tickets(actor).count() == Ticket.objects.count()
    )  # the secret one is sanitation's
    own = next(ticket for ticket in town.tickets if ticket.lead_department_id)
    other = next(ticket for ticket in town.tickets if not ticket.lead_department_id)
    assert may_see_reporter(actor, own)
    assert not may_see_reporter(actor, other)
    late = queue_tickets(actor, QUEUE_BY_CODE["overdue"], now=town.now)
    assert late.count() == 2


def test_who_is_complained_of_does_not_read_it(town: Town) -> None:
    user = Staff.objects.get(username="leader")
    Recusal.objects.create(ticket=town.tickets[0], user=user, why="点名", found_at=town.now)
    assert town.tickets[0] not in visible_tickets(staff_actor(user))


def test_the_seat_is_the_command_rooms_and_wants_a_second_factor(
    cast: Cast, settings: object
) -> None:
    settings.SECOND_FACTOR = True  # type: ignore[attr-defined]  # the fixture's object takes any
    assert second_factor_demanded(frozenset({Role.LEADERSHIP}))
    check_seat(Role.LEADERSHIP, cast.room)
    with pytest.raises(InvalidInputError):
        check_seat(Role.LEADERSHIP, cast.sanitation)


def test_the_sidebar_names_what_is_open(town: Town, browser: Browser) -> None:
    body = browser("leader").get(reverse("admin:index")).content.decode()
    for name in ("驾驶舱", "统计", "工单", "热点"):
        assert name in body
    for name in ("研判台", "收件箱", "大屏链接", "审计记录"):
        assert name not in body
    assert "驾驶舱" not in browser("sanitation").get(reverse("admin:index")).content.decode()


def test_the_home_page_leads_to_the_figures_whoever_has_no_queue(
    town: Town, browser: Browser
) -> None:
    for username, shown in (("leader", True), ("administrator", True), ("security", False)):
        body = browser(username).get(reverse("admin:index")).content.decode()
        assert "您的岗位没有工单队列" in body
        assert ("看数字驾驶舱" in body) is shown
        assert ("看统计" in body) is shown
