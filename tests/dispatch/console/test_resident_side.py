"""What the console says of letters and of residents who are not satisfied."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch.console.posters import Poster
from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import perform
from dispatch.enums import TicketAction as Act
from dispatch.enums import TicketStatus, Visibility
from dispatch.models import Ticket, TicketEvent
from reports.domain.actions import act
from reports.domain.word_check import suspicions
from reports.enums import ReportKind, ResidentAction
from reports.models import Grid
from tests.dispatch.console.test_explanation import keep_run, step
from tests.dispatch.domain.test_letters import make_letter, reply
from tests.dispatch.domain.test_remedies import REASON, close_again, report_of
from tests.dispatch.factories import Cast, fields_for, make_ticket

Browser = Callable[[str], Client]
LIST = reverse("admin:dispatch_ticket_changelist")
QUESTION = "请领导看看，电话 13800001234"


def page_of(client: Client, ticket: Ticket) -> str:
    url = reverse("admin:dispatch_ticket_change", args=(ticket.pk,))
    return client.get(url).content.decode()


def ask_the_lead(cast: Cast) -> Ticket:
    """Reopen a case twice and let its resident ask the lead."""
    now = timezone.now()
    ticket = make_ticket(TicketStatus.AWAITING_RATING, cast=cast, now=now)
    report = report_of(ticket)
    for _round in range(2):
        act(report, ResidentAction.REOPEN, payload=REASON, now=now)
        close_again(ticket, cast)
    Ticket.objects.filter(pk=ticket.pk).update(verified_at=now, status_since=now)
    act(report, ResidentAction.ASK_LEAD, payload={"text": QUESTION}, now=now + timedelta(seconds=1))
    ticket.refresh_from_db()
    return ticket


def test_who_asked_for_the_lead_stands_in_the_leads_queue(browser: Browser, cast: Cast) -> None:
    ticket = ask_the_lead(cast)
    lead = browser("lead")
    listed = lead.get(LIST, {"queue": "lead_asked"}).content.decode()
    assert ticket.number in listed
    assert 'data-queue="lead_asked"' in lead.get(reverse("admin:index")).content.decode()
    assert "居民请复核" not in browser("dispatcher").get(LIST).content.decode()

    page = page_of(lead, ticket)
    assert 'id="xc-lead-asked"' in page
    assert "请领导看看，电话 138****1234" in page
    assert "13800001234" not in page

    fields = Fields(public_text="已到现场看过，下周施工。")
    perform(ticket.pk, Act.REPLY, actor=cast.lead, now=timezone.now(), fields=fields)
    assert ticket.number not in lead.get(LIST, {"queue": "lead_asked"}).content.decode()
    assert 'id="xc-lead-asked"' not in page_of(lead, ticket)


def test_reopening_by_the_lead_answers_too(cast: Cast) -> None:
    ticket = ask_the_lead(cast)
    assert ticket.lead_asked_at is not None
    reopened = perform(
        ticket.pk, Act.REOPEN, actor=cast.lead, now=timezone.now(), fields=Fields(note="再办一次")
    )
    assert (reopened.status, reopened.lead_asked_at) == (TicketStatus.ASSESSING, None)


def test_an_appeal_says_so_on_the_desk(browser: Browser, cast: Cast) -> None:
    now = timezone.now()
    ticket = make_ticket(TicketStatus.REJECTED, cast=cast, now=now)
    act(report_of(ticket), ResidentAction.REOPEN, payload={"reason": "就在村口"}, now=now)
    ticket.refresh_from_db()
    assert ticket.queue_reason == "居民申诉：就在村口"
    assert "居民申诉：就在村口" in page_of(browser("dispatcher"), ticket)


@pytest.fixture
def letter(cast: Cast) -> Ticket:
    ticket = make_letter(cast, dispatched=True)
    return perform(ticket.pk, Act.ACCEPT, actor=cast.handler, now=timezone.now(), fields=Fields())


def test_a_letter_has_no_place_and_nothing_public(browser: Browser, letter: Ticket) -> None:
    page = page_of(browser("dispatcher"), letter)
    assert 'id="xc-nearby"' not in page
    assert "公开地图" not in page
    assert "处置中" not in page.split('class="xc-columns"')[1]
    assert "待签收 → 办理中" in page


def test_a_problem_keeps_both(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=timezone.now())
    page = page_of(browser("dispatcher"), ticket)
    assert 'id="xc-nearby"' in page
    assert "公开地图" in page
    assert "待签收 → 处置中" in page


def shown_to(ticket: Ticket) -> str:
    return TicketEvent.objects.filter(ticket=ticket, action=Act.REPLY).latest("seq").visibility


def test_a_reply_to_be_checked_is_internal_and_the_leads_is_not(cast: Cast, letter: Ticket) -> None:
    reply(letter, cast.handler)
    assert shown_to(letter) == Visibility.INTERNAL
    perform(
        letter.pk, Act.REWORK, actor=cast.lead, now=timezone.now(),
        fields=fields_for(Act.REWORK, cast),
    )  # fmt: skip
    reply(letter, cast.lead)
    assert shown_to(letter) == Visibility.REPORTER


def test_thanks_for_praise_are_out_at_once(cast: Cast) -> None:
    ticket = make_letter(cast, ReportKind.PRAISE, dispatched=True)
    perform(ticket.pk, Act.ACCEPT, actor=cast.handler, now=timezone.now(), fields=Fields())
    assert reply(ticket, cast.handler).status == TicketStatus.CLOSED
    assert shown_to(ticket) == Visibility.REPORTER


def test_why_a_praised_unit_got_the_letter(browser: Browser, cast: Cast) -> None:
    ticket = make_letter(cast, ReportKind.PRAISE, dispatched=True)
    keep_run(ticket, steps=[step("route", reason="环卫所（表扬的单位）", rule=None)])
    assert "转给来信表扬的单位：环卫所" in page_of(browser("dispatcher"), ticket)


@pytest.mark.parametrize(
    ("tab", "told"),
    [("", "需要人看一眼再决定"), ("public", "公众现在看得到"), ("refused", "居民不同意公开")],
)
def test_each_tab_of_the_review_says_what_it_lists(browser: Browser, tab: str, told: str) -> None:
    assert told in browser("lead").get(reverse("publicity"), {"tab": tab}).content.decode()


def test_an_accusation_is_looked_at_first() -> None:
    assert [row.words for row in suspicions("天天倒垃圾，书记包庇他")] == [("包庇",)]


def test_a_poster_names_the_village_once() -> None:
    assert Poster(Grid(village_name="临江村", name="临江村01"), "指挥室", "x").place == "临江村01"
    named = Poster(Grid(village_name="临江村", name="东片"), "指挥室", "x").place
    assert named == "临江村　东片"


def test_ways_that_are_not_set_up_are_named(browser: Browser) -> None:
    page = browser("lead").get(reverse("resident-messages")).content.decode()
    assert "还没有接入微信订阅消息" in page
    assert "还没有配置短信服务" in page


def test_the_sidebar_keeps_the_residents_pages_together(browser: Browser) -> None:
    groups = browser("lead").get(reverse("admin:index")).context["sidebar_navigation"]
    found = {str(group["title"]): [str(i["title"]) for i in group["items"]] for group in groups}
    assert found["居民服务"] == [
        "公开审核", "居民来信", "网格海报", "监护人同意", "居民消息", "限制名单",
    ]  # fmt: skip
    assert found["便民与志愿"] == ["便民服务", "公告", "民意话题", "投票", "志愿者"]
