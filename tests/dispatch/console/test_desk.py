"""The triage desk: list, case, decisions as fragments, who may, who is too late."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dispatch.domain.claims import CLAIM_TIME, claim_ticket
from dispatch.domain.lifecycle import perform
from dispatch.enums import Role, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import CategoryDuty, Staff, StandardReply, Ticket, TicketClaim
from tests.dispatch.factories import Cast, fields_for, make_report, make_staff, make_ticket
from tests.dispatch.summary.judged import do, lamps, triaged

Browser = Callable[[str], Client]


@pytest.fixture
def case(cast: Cast) -> Ticket:
    """A case triage was unsure of; both candidates have a duty."""
    opened = triaged(cast, auto=False, now=timezone.now(), confidence=0.6)
    CategoryDuty.objects.create(category=cast.category, lead=cast.sanitation)
    CategoryDuty.objects.create(category=lamps(), lead=cast.enforcement)
    return opened


def person(username: str) -> Staff:
    return Staff.objects.get(username=username)


def open_case(client: Client, ticket: Ticket, **data: object) -> Any:
    return client.post(reverse("desk-open", args=(ticket.pk,)), data)


def press(client: Client, ticket: Ticket, action: str, **data: object) -> Any:
    return client.post(reverse("desk-action", args=(ticket.pk, action)), data)


def dispatch_data(cast: Cast, ticket: Ticket, **extra: object) -> dict[str, object]:
    return {
        "version": ticket.version, "candidate": 1, "category": cast.category.pk,
        "urgency": "P2", "lead_department": cast.sanitation.pk, **extra,
    }  # fmt: skip


def test_it_works(browser: Browser, cast: Cast, case: Ticket) -> None:
    client = browser("dispatcher")
    page = client.get(reverse("desk"))
    assert page.status_code == 200
    assert page.context["first_case"] == case.pk
    assert page.context["waiting"] == "1"
    said = open_case(client, case).json()
    assert (said["state"], said["number"], said["version"]) == ("mine", case.number, case.version)
    assert 'data-candidate="1"' in said["html"]
    assert TicketClaim.objects.get(ticket=case).staff == person("dispatcher")

    second = make_ticket(cast=cast, now=timezone.now())
    done = press(client, case, "dispatch", **dispatch_data(cast, case))
    assert done.status_code == 200
    assert done.json() == {"message": f"{case.number}：派单成功", "next": second.pk}
    case.refresh_from_db()
    assert case.status == TicketStatus.DISPATCHED
    assert case.events.get(action=Act.DISPATCH).data["triage"]["pressed"] == 1
    assert not TicketClaim.objects.filter(ticket=case).exists()


@pytest.mark.parametrize(
    "username", ["verifier", "sanitation", "sanitation_head", "auditor", "administrator"]
)
def test_it_forbids_other_roles(browser: Browser, cast: Cast, case: Ticket, username: str) -> None:
    client = browser(username)
    assert client.get(reverse("desk")).status_code == 403
    assert client.get(reverse("desk-list")).status_code == 403
    assert open_case(client, case).status_code == 403
    for view in ("desk-beat", "desk-leave", "desk-take"):
        assert client.post(reverse(view, args=(case.pk,))).status_code == 403
    answer = press(client, case, "dispatch", **dispatch_data(cast, case))
    assert answer.status_code == 403
    assert Ticket.objects.get(pk=case.pk).status == TicketStatus.ASSESSING
    assert not TicketClaim.objects.exists()


def test_it_sends_strangers_to_the_login(case: Ticket) -> None:
    assert Client().get(reverse("desk")).status_code == 302
    assert open_case(Client(), case).status_code == 302


def test_a_form_from_elsewhere_is_refused(cast: Cast, case: Ticket) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("dispatcher"))
    assert press(client, case, "dispatch", **dispatch_data(cast, case)).status_code == 403
    assert Ticket.objects.get(pk=case.pk).status == TicketStatus.ASSESSING


def test_reading_never_claims(browser: Browser, case: Ticket) -> None:
    client = browser("dispatcher")
    client.get(reverse("desk"), {"case": case.pk})
    assert client.get(reverse("desk-open", args=(case.pk,))).status_code == 405
    assert not TicketClaim.objects.exists()


def test_the_second_reads_and_decides_nothing(browser: Browser, cast: Cast, case: Ticket) -> None:
    make_staff("dispatcher2", Role.DISPATCHER, cast.room)
    open_case(browser("dispatcher"), case)
    client = browser("dispatcher2")
    said = open_case(client, case).json()
    assert said["state"] == "held"
    assert "dispatcher 正在研判" in said["html"]
    assert "data-candidate" not in said["html"]
    assert "dispatcher 正在研判" in client.get(reverse("desk-list")).json()["html"]
    assert client.get(reverse("desk")).context["first_case"] == 0
    answer = press(client, case, "dispatch", **dispatch_data(cast, case))
    assert answer.status_code == 409
    assert answer.json()["claimed"] is True
    assert "dispatcher 正在研判" in answer.json()["message"]
    assert Ticket.objects.get(pk=case.pk).status == TicketStatus.ASSESSING


def test_a_claim_that_ran_out_is_free(browser: Browser, cast: Cast, case: Ticket) -> None:
    past = timezone.now() - CLAIM_TIME
    claim_ticket(case.pk, staff=person("lead"), now=past)
    assert open_case(browser("dispatcher"), case).json()["state"] == "mine"


def test_the_next_case_gives_up_the_last(browser: Browser, cast: Cast, case: Ticket) -> None:
    other = make_ticket(cast=cast)
    client = browser("dispatcher")
    open_case(client, case)
    open_case(client, other, leave=case.pk)
    assert TicketClaim.objects.get().ticket == other
    client.post(reverse("desk-leave", args=(other.pk,)))
    assert not TicketClaim.objects.exists()


def test_the_loser_reads_who_did_what(browser: Browser, cast: Cast, case: Ticket) -> None:
    client = browser("dispatcher")
    open_case(client, case)
    now = timezone.now()
    fields = fields_for(Act.DISPATCH, cast, now=now)
    perform(case.pk, Act.DISPATCH, actor=cast.lead, now=now, fields=fields)
    answer = press(client, case, "dispatch", **dispatch_data(cast, case))
    assert answer.status_code == 409
    clock = f"{timezone.localtime(now):%H:%M}"
    assert answer.json()["message"] == f"lead {clock} 已派给 环卫所"
    assert answer.json()["decided"] is True
    assert case.events.filter(action=Act.DISPATCH).count() == 1
    said = open_case(client, case).json()
    assert said["state"] == "decided"
    assert f"lead {clock} 已派给 环卫所" in said["html"]
    beat = client.post(reverse("desk-beat", args=(case.pk,))).json()
    assert beat["decided"] is True


@pytest.mark.parametrize(
    ("action", "told"),
    [
        (Act.REJECT, "已不予受理（"),
        (Act.ASK, "已要求居民补充"),
        (Act.MERGE, "已并入 GD"),
        (Act.ESCALATE, "已上报区级"),
    ],
)
def test_every_way_off_the_desk_is_told(
    browser: Browser, cast: Cast, case: Ticket, action: Act, told: str
) -> None:
    target = make_ticket(cast=cast) if action == Act.MERGE else None
    actor = cast.lead if action == Act.ESCALATE else cast.dispatcher
    fields = fields_for(action, cast, target=target)
    perform(case.pk, action, actor=actor, now=timezone.now(), fields=fields)
    assert told in open_case(browser("lead"), case).json()["html"]


def test_a_change_under_ones_hands_is_told_and_nothing_is_lost(
    browser: Browser, cast: Cast, case: Ticket
) -> None:
    client = browser("dispatcher")
    open_case(client, case)
    fields = fields_for(Act.NOTE, cast)
    perform(case.pk, Act.NOTE, actor=cast.lead, now=timezone.now(), fields=fields)
    answer = press(client, case, "dispatch", **dispatch_data(cast, case))
    assert answer.status_code == 409
    said = answer.json()
    assert (said["decided"], said["claimed"]) == (False, False)
    assert "备注：情况说明" in said["message"]
    beat = client.post(reverse("desk-beat", args=(case.pk,))).json()
    assert (beat["mine"], beat["version"]) == (True, case.version + 1)


def test_the_forms_bring_what_the_tickets_page_brings(browser: Browser, case: Ticket) -> None:
    client = browser("dispatcher")
    StandardReply.objects.create(
        name="请补位置", action="ask", field="public_text", text="请补充位置"
    )
    html = client.get(reverse("desk-action", args=(case.pk, "ask"))).json()["html"]
    assert 'id="xc-replies"' in html
    assert json.loads(html.split('id="xc-replies" type="application/json">')[1].split("<")[0])
    html = client.get(reverse("desk-action", args=(case.pk, "reject"))).json()["html"]
    assert 'id="xd-referrals"' in html


def test_it_validates_inline(browser: Browser, cast: Cast, case: Ticket) -> None:
    client = browser("dispatcher")
    answer = press(client, case, "reject", version=case.version)
    assert answer.status_code == 400
    assert "请填写不予受理原因" in answer.json()["html"]
    wrong = press(client, case, "merge", version=case.version, target_ticket="GD000000-XXXXX")
    assert wrong.status_code == 400
    assert "没有编号为" in wrong.json()["html"]
    itself = press(client, case, "merge", version=case.version, target_ticket=case.number)
    assert itself.status_code == 400
    assert "xc-error" in itself.json()["html"]
    assert press(client, case, "dispatch", version="x").status_code == 400
    assert Ticket.objects.get(pk=case.pk).version == case.version


@pytest.mark.parametrize("action", ["attach", "detach", "nonsense"])
def test_it_handles_actions_nobody_presses(browser: Browser, case: Ticket, action: str) -> None:
    assert press(browser("lead"), case, action, version=1).status_code == 404


def test_it_handles_a_case_that_is_none(browser: Browser, case: Ticket) -> None:
    client = browser("dispatcher")
    assert client.post(reverse("desk-open", args=(10**9,))).status_code == 404
    assert client.post(reverse("desk-beat", args=(10**9,))).status_code == 404
    assert client.get(reverse("desk"), {"case": "9" * 40}).context["first_case"] == case.pk
    assert client.get(reverse("desk-list"), {"after": "x", "rows": "-3"}).status_code == 200


def test_a_role_that_may_not_reads_why(browser: Browser, cast: Cast, case: Ticket) -> None:
    answer = press(
        browser("dispatcher"), case, "escalate", version=case.version, external_number="1"
    )
    assert answer.status_code == 400
    assert "您的岗位不能" in answer.json()["html"]


def test_the_lead_takes_over(browser: Browser, cast: Cast, case: Ticket) -> None:
    open_case(browser("dispatcher"), case)
    client = browser("lead")
    assert "data-take" in open_case(client, case).json()["html"]
    url = reverse("desk-take", args=(case.pk,))
    empty = client.post(url, {"reason": " "})
    assert empty.status_code == 400
    assert "接手理由" in empty.json()["message"]
    assert client.post(url, {"reason": "情况紧急"}).json()["state"] == "mine"
    lost = browser("dispatcher").post(reverse("desk-beat", args=(case.pk,))).json()
    assert lost["mine"] is False
    assert "lead 正在研判" in lost["held"]


def test_a_dispatcher_does_not_take_over(browser: Browser, cast: Cast, case: Ticket) -> None:
    open_case(browser("lead"), case)
    client = browser("dispatcher")
    assert "data-take" not in open_case(client, case).json()["html"]
    answer = client.post(reverse("desk-take", args=(case.pk,)), {"reason": "我来"})
    assert answer.status_code == 403


def test_contacts_are_masked_and_history_is_counts(
    browser: Browser, cast: Cast, case: Ticket
) -> None:
    report = make_report(text="请回电 13812345678", contact_phone="13812345678")
    ticket = make_ticket(cast=cast, report=report)
    html = open_case(browser("dispatcher"), ticket).json()["html"]
    assert "13812345678" not in html
    assert "近 12 个月上报" in html
    Ticket.objects.filter(pk=ticket.pk).update(confidential=True)
    secret = open_case(browser("dispatcher"), ticket).json()["html"]
    assert "近 12 个月上报" not in secret
    assert "联系电话" not in secret


def test_a_returned_case_is_not_one_press_away(browser: Browser, cast: Cast, case: Ticket) -> None:
    do(case, cast, Act.DISPATCH, Act.RETURN, now=timezone.now())
    html = open_case(browser("dispatcher"), case).json()["html"]
    assert "data-incomplete" in html
    assert "退单 1 次" in html
    assert "最近一次操作" in html


def test_a_note_keeps_the_case_open(browser: Browser, case: Ticket) -> None:
    client = browser("dispatcher")
    open_case(client, case)
    done = press(client, case, "note", version=case.version, note="已电话核实")
    assert done.json()["next"] == case.pk
    assert TicketClaim.objects.get(ticket=case).staff == person("dispatcher")


def test_the_queues_lead_to_the_desk(browser: Browser, case: Ticket) -> None:
    for username, shown in (("dispatcher", True), ("lead", True), ("verifier", False)):
        client = browser(username)
        for page in (reverse("admin:index"), reverse("admin:dispatch_ticket_changelist")):
            html = client.get(page).content.decode()
            assert ("data-desk" in html) is shown
            assert (f'href="{reverse("desk")}"' in html) is shown


def queries_of(job: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as caught:
        job()
    return len(caught)


def test_the_list_takes_the_same_queries_for_one_row_and_three(
    browser: Browser, cast: Cast, case: Ticket
) -> None:
    client = browser("dispatcher")
    lead = person("lead")
    claim_ticket(case.pk, staff=lead, now=timezone.now())
    client.get(reverse("desk-list"))
    one = queries_of(lambda: client.get(reverse("desk-list")))
    for _ in range(2):
        claim_ticket(make_ticket(cast=cast).pk, staff=lead, now=timezone.now())
    assert queries_of(lambda: client.get(reverse("desk-list"))) == one


def test_the_case_takes_the_same_queries_for_one_neighbour_and_three(
    browser: Browser, cast: Cast, case: Ticket
) -> None:
    client = browser("dispatcher")
    make_ticket(cast=cast, now=timezone.now())
    open_case(client, case)
    one = queries_of(lambda: open_case(client, case))
    for _ in range(2):
        make_ticket(cast=cast, now=timezone.now() - timedelta(hours=1))
    assert queries_of(lambda: open_case(client, case)) == one


@pytest.mark.parametrize("username", ["dispatcher", "lead"])
def test_the_desk_leads_to_the_full_number(browser: Browser, cast: Cast, username: str) -> None:
    told = make_ticket(cast=cast, report=make_report(contact_phone="13812345678"))
    client = browser(username)
    text = open_case(client, told).content.decode()
    assert text.count("data-contact=") == 1
    assert "13812345678" not in text
    assert "data-contact=" not in open_case(client, make_ticket(cast=cast)).content.decode()
    # Somebody else has it open: it is to be read, not worked on.
    other = browser({"lead": "dispatcher", "dispatcher": "lead"}[username])
    assert "data-contact=" not in open_case(other, told).content.decode()
