from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dispatch.console.ticket_page import INTERNAL_ACTIONS
from dispatch.domain.actors import staff_actor
from dispatch.domain.lifecycle import available_actions, perform
from dispatch.domain.opening import attach_report
from dispatch.enums import TicketAction, TicketStatus
from dispatch.models import Staff, Ticket, TriageRun
from reports.enums import PhotoStatus
from reports.models import ReportPhoto
from tests.dispatch.factories import (
    Cast,
    fields_for,
    make_photo,
    make_report,
    make_resident,
    make_ticket,
)

Browser = Callable[[str], Client]


def page_of(client: Client, ticket: Ticket) -> str:
    response = client.get(reverse("admin:dispatch_ticket_change", args=(ticket.pk,)))
    assert response.status_code == 200
    return response.content.decode()


def make_run(ticket: Ticket) -> TriageRun:
    return TriageRun.objects.create(
        report=ticket.ticket_reports.get().report,
        ticket=ticket,
        at=timezone.now(),
        decision="queued",
        reason="分类把握不足",
        confidence=0.4,
        steps=[{"step": "classify", "ok": False, "reason": "两类相近", "data": {}}],
        candidates=[
            {
                "category": "0401",
                "name": "暴露/积存垃圾",
                "confidence": 0.4,
                "department": "环卫所",
                "words": ["垃圾"],
            }
        ],
    )


def test_it_works(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(cast=cast, now=timezone.now())
    make_run(ticket)
    html = page_of(browser("dispatcher"), ticket)

    for words in (
        "待研判",
        "垃圾好几天没人清运",
        "30.310000",
        "手机定位",
        "示例网格",
        "立案",
        "两类相近",
    ):
        assert words in html
    assert "<b>暴露/积存垃圾</b><small>环卫所 · 把握 40%" in html


@pytest.mark.parametrize(
    "username",
    ["dispatcher", "lead", "verifier", "auditor", "sanitation", "sanitation_head", "enforcement"],
)
@pytest.mark.parametrize("status", list(TicketStatus))
def test_its_buttons_are_exactly_the_available_actions(
    browser: Browser, cast: Cast, status: TicketStatus, username: str
) -> None:
    now = timezone.now()
    ticket = make_ticket(status, cast=cast, now=now)
    response = browser(username).get(reverse("admin:dispatch_ticket_change", args=(ticket.pk,)))
    if response.status_code == 404:
        assert username.startswith(("sanitation", "enforcement"))
        return
    actor = staff_actor(Staff.objects.get(username=username))
    allowed = {row.action for row in available_actions(ticket, actor, now=now)} - INTERNAL_ACTIONS
    assert {row["action"] for row in response.context["actions"]} == allowed
    html = response.content.decode()
    assert {action for action in TicketAction if f'data-action="{action}"' in html} == allowed
    client = browser(username)
    for action in allowed:
        form = client.get(reverse("admin:dispatch_ticket_action", args=(ticket.pk, action)))
        assert form.status_code == 200, action


def test_it_shows_no_raw_codes(browser: Browser, cast: Cast) -> None:
    now = timezone.now()
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast, now=now)
    for action, actor in (
        (TicketAction.RETURN, cast.head),
        (TicketAction.DISPATCH, cast.dispatcher),
        (TicketAction.ACCEPT, cast.handler),
        (TicketAction.REQUEST_EXTENSION, cast.head),
    ):
        fields = fields_for(action, cast, now=now)
        ticket = perform(ticket.pk, action, actor=actor, now=now, fields=fields)
    response = browser("lead").get(reverse("admin:dispatch_ticket_change", args=(ticket.pk,)))
    shown = response.content.decode().split('id="xc-actions"')[1]
    text = shown.split("xc-columns")[1].split("</script>")[-1]

    for words in ("不属于本单位职责", "综合行政执法队", "退单", "建议单位"):
        assert words in shown
    assert (
        response.context["pending"][0][0],
        response.context["pending"][1][1],
    ) == ("申请延期至", "情况说明")
    for code in (
        "not_our_duty",
        "need_info",
        "request_extension",
        "wgs84",
        "internal",
        "work_hours",
    ):
        assert code not in text


def test_it_masks_contacts_wherever_they_were_typed(browser: Browser, cast: Cast) -> None:
    now = timezone.now()
    report = make_report(text="打我电话13912345678", address="13912345678 号楼")
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, report=report, now=now)
    fields = fields_for(TicketAction.NOTE, cast, now=now)
    fields = type(fields)(note="居民电话 13912345678")
    perform(ticket.pk, TicketAction.NOTE, actor=cast.dispatcher, now=now, fields=fields)
    for username in ("dispatcher", "sanitation"):
        html = page_of(browser(username), ticket)
        assert "13912345678" not in html
        assert "139****5678" in html


def test_it_says_what_is_wrong_with_a_photo(browser: Browser, cast: Cast) -> None:
    resident = make_resident()
    ticket = make_ticket(cast=cast)
    report = ticket.ticket_reports.get().report
    for order, status in enumerate(PhotoStatus):
        photo = make_photo(resident=resident)
        photo.status = status
        photo.save()
        ReportPhoto.objects.create(report=report, photo=photo, order=order)
    html = page_of(browser("dispatcher"), ticket)
    assert "照片处理中" in html
    assert "照片损坏，无法显示" in html
    assert html.count("/media/photos/") == 2  # thumbnail and large of the one that is ready


def test_originals_go_to_the_command_room_only(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=timezone.now())
    other = make_ticket(TicketStatus.HANDLING, cast=cast, now=timezone.now())
    photo = make_photo(resident=make_resident())
    ReportPhoto.objects.create(report=ticket.ticket_reports.get().report, photo=photo)
    url = reverse("admin:dispatch_ticket_original", args=(ticket.pk, photo.pk))
    elsewhere = reverse("admin:dispatch_ticket_original", args=(other.pk, photo.pk))

    for username in ("dispatcher", "lead", "verifier"):
        given = browser(username).get(url)
        assert given.status_code == 302
        assert "/media/photos/" in given["Location"]
        assert browser(username).get(elsewhere).status_code == 403
    for username, status in (("auditor", 403), ("sanitation", 403), ("enforcement", 404)):
        assert browser(username).get(url).status_code == status
    assert "原图" not in page_of(browser("sanitation"), ticket)


def test_a_department_reads_no_title_of_a_ticket_it_may_not_see(
    browser: Browser, cast: Cast
) -> None:
    now = timezone.now()
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast, now=now)
    secret = make_ticket(cast=cast, report=make_report(text="别的单位的秘密事项"), now=now)
    fields = fields_for(TicketAction.MERGE, cast, now=now, target=secret)
    perform(ticket.pk, TicketAction.MERGE, actor=cast.dispatcher, now=now, fields=fields)

    assert "别的单位的秘密事项" not in page_of(browser("sanitation"), ticket)
    assert "别的单位的秘密事项" in page_of(browser("dispatcher"), ticket)


@pytest.mark.parametrize("username", ["dispatcher", "sanitation"])
def test_it_takes_the_same_queries_for_1_and_3_reports(
    browser: Browser, cast: Cast, username: str
) -> None:
    now = timezone.now()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=now)
    make_run(ticket)
    client = browser(username)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            resident = make_resident(f"neighbour{more}")
            report = make_report(resident=resident, now=now)
            photo = make_photo(resident=resident)
            ReportPhoto.objects.create(report=report, photo=photo)
            attach_report(report, ticket, now=now)
            make_ticket(TicketStatus.HANDLING, cast=cast, now=now + timedelta(minutes=1))
        page_of(client, ticket)
        with CaptureQueriesContext(connection) as queries:
            page_of(client, ticket)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("pk", ["999999", "abc", "9" * 30, "-1"])
def test_it_handles_addresses_typed_by_hand(browser: Browser, pk: str) -> None:
    assert browser("dispatcher").get(f"/admin/dispatch/ticket/{pk}/change/").status_code == 404
