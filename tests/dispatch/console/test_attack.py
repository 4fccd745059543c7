"""Doors beside the ticket's page: they must not tell more than the page does."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch.domain.actors import staff_actor
from dispatch.domain.exports import open_export, start_export
from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import perform
from dispatch.domain.notifications import notify_department
from dispatch.domain.spreading import spread_announcements
from dispatch.enums import ExportStatus, NotificationKind, TicketAction, TicketStatus
from dispatch.models import ExportJob, Membership, Notification, Recusal, Staff, Ticket
from dispatch.queries.access import visible_tickets
from dispatch.queries.ticket_filters import matching_tickets
from dispatch.queries.ticket_search import search_tickets, tickets_of_phone
from dispatch.queries.tickets import nearby_tickets
from dispatch.queries.tray import my_mentions, unread_mentions
from reports.enums import Urgency
from tests.dispatch.factories import Cast, make_report, make_resident, make_ticket
from tests.dispatch.notices import make_robot
from xiangcun.lib.errors import ConflictError

Browser = Callable[[str], Client]
LAT, LNG = 30.371234, 120.531234


def make_secret(cast: Cast) -> Ticket:
    now = timezone.now()
    report = make_report(now=now, lat=LAT, lng=LNG, address="翠堤路 8 号 3 单元")
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=now, report=report)
    Ticket.objects.filter(pk=ticket.pk).update(confidential=True)
    ticket.refresh_from_db()
    return ticket


def recuse(username: str, ticket: Ticket) -> Staff:
    user = Staff.objects.get(username=username)
    Recusal.objects.create(ticket=ticket, user=user, why="named", found_at=timezone.now())
    return user


@pytest.mark.parametrize(("who", "exact"), [("sanitation", False), ("dispatcher", True)])
def test_a_printed_confidential_matter_does_not_lead_to_its_reporter(
    browser: Browser, cast: Cast, who: str, *, exact: bool
) -> None:
    ticket = make_secret(cast)
    body = browser(who).get(reverse("ticket-print", args=(ticket.pk,))).content.decode()
    assert ("翠堤路" in body) is exact
    assert (f"{LAT:.6f}" in body) is exact
    assert f"{LAT:.3f}" in body


@pytest.mark.parametrize(("who", "exact"), [("sanitation", False), ("dispatcher", True)])
def test_the_map_board_rounds_the_point_of_a_confidential_matter(
    browser: Browser, cast: Cast, who: str, *, exact: bool
) -> None:
    make_secret(cast)
    data = json.loads(browser(who).get(reverse("map-data")).content)
    (row,) = (dict(zip(data["columns"], cells, strict=True)) for cells in data["rows"])
    expected = (round(LAT, 5), round(LNG, 5)) if exact else (round(LAT, 3), round(LNG, 3))
    assert (row["lat"], row["lng"]) == expected


def test_no_smaller_and_smaller_box_finds_a_confidential_matter(cast: Cast) -> None:
    ticket, now = make_secret(cast), timezone.now()
    for params in (
        {"queue": "all", "near": f"{LAT},{LNG},5"},
        {"queue": "all", "box": f"{LAT - 0.001},{LNG - 0.001},{LAT + 0.001},{LNG + 0.001}"},
    ):
        assert not matching_tickets(cast.handler, params, now=now).exists()
        assert list(matching_tickets(cast.dispatcher, params, now=now)) == [ticket]
    open_one = make_ticket(TicketStatus.HANDLING, cast=cast, report=make_report(lat=LAT, lng=LNG))
    assert nearby_tickets(cast.handler, ticket) == []
    assert nearby_tickets(cast.handler, open_one) == []
    assert [row.ticket for row in nearby_tickets(cast.dispatcher, open_one)] == [ticket]


def test_an_anonymous_reporter_has_no_telephone_on_paper_or_in_a_search(
    browser: Browser, cast: Cast
) -> None:
    resident = make_resident("anon")
    resident.phone = "13812345678"
    resident.save()
    report = make_report(anonymous=True, contact_phone="13812345678", resident=resident)
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, report=report)
    body = browser("lead").get(reverse("ticket-print", args=(ticket.pk,))).content.decode()
    assert "5678" not in body
    assert tickets_of_phone(visible_tickets(cast.lead), "13812345678") == []
    report.anonymous = False
    type(report).objects.filter(pk=report.pk).update(anonymous=False)
    assert tickets_of_phone(visible_tickets(cast.lead), "13812345678") == [ticket]


@pytest.mark.parametrize(
    "text", ["请打13812345678找我", "请打138 1234 5678找我", "请打138-1234-5678"]
)
def test_a_masked_number_is_not_read_out_by_searching_its_parts(cast: Cast, text: str) -> None:
    ticket = make_ticket(cast=cast, report=make_report(text=f"105号楼漏水，{text}"))
    every = visible_tickets(cast.dispatcher)
    for words in ("1381", "打1381", "81234", "34", "1234", "打138 1", "12 34", "请打138 12"):
        assert list(search_tickets(every, words)) == [], words
    for words in ("105号楼", "漏水", "105", "楼漏水，请打"):
        assert list(search_tickets(every, words)) == [ticket], words


def test_a_masked_chat_name_is_not_read_out_either(cast: Cast) -> None:
    ticket = make_ticket(cast=cast, report=make_report(text="KTV太吵，微信abcdef123"))
    every = visible_tickets(cast.dispatcher)
    for words in ("微信a", "微信ab", "cde", "f123"):
        assert list(search_tickets(every, words)) == [], words
    for words in ("ktv", "KTV太"):
        assert list(search_tickets(every, words)) == [ticket], words


def test_whoever_is_complained_of_gets_no_message_about_it(cast: Cast) -> None:
    now = timezone.now()
    ticket = make_ticket(TicketStatus.ASSESSING, cast=cast, now=now)
    spread_announcements(now=now)
    recused = recuse("sanitation", ticket)
    perform(
        ticket.pk,
        TicketAction.DISPATCH,
        actor=cast.dispatcher,
        now=now,
        fields=Fields(
            category=cast.category, urgency=Urgency(ticket.urgency), lead_department=cast.sanitation
        ),
    )
    spread_announcements(now=now)
    assert not Notification.objects.filter(user=recused).exists()


def test_a_group_that_the_recused_reads_hears_the_number_only(cast: Cast) -> None:
    now = timezone.now()
    make_robot(cast.sanitation)
    plain, theirs = (make_ticket(TicketStatus.HANDLING, cast=cast, now=now) for _ in range(2))
    recuse("sanitation", theirs)
    spread_announcements(now=now)
    notify_department(
        NotificationKind.CARD, department_id=cast.sanitation.pk, ticket=theirs,
        text="今天到期", now=now, key="said by hand",
    )  # fmt: skip
    spread_announcements(now=now)
    said = Notification.objects.exclude(setting=None).filter(key__contains="said by hand")
    assert [row.text for row in said if theirs.title in row.text] == []
    assert said.count() == 1
    texts = dict(Notification.objects.exclude(setting=None).values_list("ticket_id", "text"))
    assert theirs.number in texts[theirs.pk]
    assert theirs.title not in texts[theirs.pk]
    assert plain.title in texts[plain.pk]


def test_a_note_is_closed_to_the_dispatcher_it_turned_against(cast: Cast) -> None:
    now = timezone.now()
    ticket = make_ticket(cast=cast, now=now)
    note = Fields(note="@dispatcher 请看")
    perform(ticket.pk, TicketAction.NOTE, actor=cast.lead, now=now, fields=note)
    user = Staff.objects.get(username="dispatcher")
    assert len(my_mentions(staff_actor(user), user.pk)) == 1
    recuse("dispatcher", ticket)
    viewer = staff_actor(user)
    assert my_mentions(viewer, user.pk) == []
    assert unread_mentions(viewer, user.pk).count() == 0


@pytest.mark.parametrize("change", ["seat", "recusal"])
def test_a_file_of_wider_rights_is_not_handed_out(cast: Cast, change: str) -> None:
    now = timezone.now()
    ticket = make_ticket(cast=cast, now=now)
    user = Staff.objects.get(username="dispatcher")
    job = start_export({"queue": "all"}, total=1, actor=staff_actor(user), now=now, address="")
    stored = default_storage.save("exports/x.xlsx", ContentFile(b"x"))
    ExportJob.objects.filter(pk=job.pk).update(
        status=ExportStatus.DONE, stored=stored, expires_at=now + timedelta(hours=1)
    )
    with open_export(job.pk, actor=staff_actor(user), now=now, address="")[1] as file:
        assert file.read() == b"x"
    if change == "seat":
        Membership.objects.filter(user=user).update(role="handler", department=cast.sanitation)
    else:
        recuse("dispatcher", ticket)
    with pytest.raises(ConflictError):
        open_export(job.pk, actor=staff_actor(user), now=now, address="")


@pytest.mark.parametrize("value", ["²", "٣", "\x00", "9" * 19, "9" * 79, "-1", "x" * 3000])
@pytest.mark.parametrize(
    "name", ["top", "status__exact", "grid__id__exact", "q", "near", "p", "only"]
)
def test_no_filter_breaks_the_list(browser: Browser, cast: Cast, name: str, value: str) -> None:
    make_ticket(cast=cast)
    client = browser("lead")
    url = reverse("admin:dispatch_ticket_changelist")
    assert client.get(url, {name: value}).status_code in {200, 302, 404}
    sent = {"query": urlencode({"queue": "all", name: value})}
    answer = client.post(reverse("tool-export"), sent)
    assert answer.status_code in {200, 302}
    answer.close()
