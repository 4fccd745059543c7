"""What the console shows of children, cards, supervision, photos of a result and suspensions."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from dispatch.console.after_photos import distance_text
from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import perform
from dispatch.domain.timers import deal_cards
from dispatch.enums import TicketAction as Act
from dispatch.enums import TicketStatus
from dispatch.models import EventPhoto, Ticket
from reports.domain.photos import store_photo
from reports.models import Category, Photo
from tests.dispatch.domain.test_splitting import split
from tests.dispatch.factories import Cast, fields_for, make_report, make_ticket

Browser = Callable[[str], Client]


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def page_of(ticket: Ticket) -> str:
    return reverse("admin:dispatch_ticket_change", args=(ticket.pk,))


def do(ticket: Ticket, action: Act) -> str:
    return reverse("admin:dispatch_ticket_action", args=(ticket.pk, action))


# --- children


def test_both_sides_show_each_other(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=timezone.now())
    (child,) = split(ticket, cast, now=timezone.now())
    parent_page = browser("dispatcher").get(page_of(ticket)).content.decode()
    assert child.number in parent_page
    assert page_of(child) in parent_page
    child_page = browser("dispatcher").get(page_of(child)).content.decode()
    assert "拆除占道的广告牌" in child_page
    assert page_of(ticket) in child_page


def test_a_childs_department_reads_its_task_and_not_the_residents_words(
    browser: Browser, cast: Cast
) -> None:
    report = make_report(text="我家门口臭得睡不着觉")
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, report=report, now=timezone.now())
    (child,) = split(ticket, cast, now=timezone.now())
    client = browser("enforcement")
    for url in (page_of(child), do(child, Act.ACCEPT)):
        page = client.get(url).content.decode()
        assert "拆除占道的广告牌" in page
        assert "臭得睡不着觉" not in page
        assert report.number not in page
        assert page_of(ticket) not in page
    assert client.get(page_of(ticket)).status_code == 404


def test_the_lead_department_sees_where_its_children_stand_and_opens_none(
    browser: Browser, cast: Cast
) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=timezone.now())
    (child,) = split(ticket, cast, now=timezone.now())
    page = browser("sanitation").get(page_of(ticket)).content.decode()
    assert child.number in page
    assert page_of(child) not in page
    assert browser("sanitation").get(page_of(child)).status_code == 404


def test_a_finished_parent_says_what_it_waits_for(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=timezone.now())
    split(ticket, cast, now=timezone.now())
    perform(
        ticket.pk, Act.FINISH, actor=cast.handler, now=timezone.now(),
        fields=fields_for(Act.FINISH, cast),
    )  # fmt: skip
    client = browser("verifier")
    page = client.get(page_of(ticket)).content.decode()
    assert "还有 1 张子工单没有核查通过" in page
    assert do(ticket, Act.VERIFY) not in page
    ticket.refresh_from_db()
    refused = client.post(do(ticket, Act.VERIFY), {"version": ticket.version})
    assert refused.status_code == 409
    assert "子工单没有核查通过" in refused.content.decode()


def test_children_are_no_duplicates_nearby(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=timezone.now())
    other = make_ticket(cast=cast, now=timezone.now())
    (child,) = split(ticket, cast, now=timezone.now())
    assert page_of(child) not in browser("dispatcher").get(page_of(other)).content.decode()
    assert page_of(other) not in browser("dispatcher").get(page_of(child)).content.decode()


@pytest.mark.parametrize("department", ["nobody", "999999"])
def test_a_department_that_is_none_is_refused(
    browser: Browser, cast: Cast, department: str
) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=timezone.now())
    data = {"version": ticket.version, "departments": [department], "task": "清运"}
    response = browser("dispatcher").post(do(ticket, Act.SPLIT), data)
    assert response.status_code == 400
    assert not Ticket.objects.filter(parent=ticket).exists()


def test_more_children_cost_no_more_queries(browser: Browser, cast: Cast) -> None:
    now = timezone.now()
    one, three = (make_ticket(TicketStatus.HANDLING, cast=cast, now=now) for _ in range(2))
    split(one, cast, now=now)
    for _ in range(3):
        split(three, cast, now=now)
    client = browser("lead")
    for ticket in (one, three):  # the first look also notes what has been seen
        client.get(page_of(ticket))
    counts = []
    for ticket in (one, three):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(page_of(ticket)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


# --- cards, supervision, referrals


def test_the_list_and_the_page_show_the_card(browser: Browser, cast: Cast) -> None:
    now = timezone.now()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=now - timedelta(days=30))
    deal_cards(now=now)
    page = browser("sanitation_head").get(page_of(ticket)).content.decode()
    assert "红牌" in page
    assert "报部门负责人" in page
    listed = browser("lead").get(reverse("admin:dispatch_ticket_changelist"), {"queue": "handling"})
    assert "红牌" in listed.content.decode()


def test_a_supervision_is_shown_to_who_must_answer_until_it_is(
    browser: Browser, cast: Cast
) -> None:
    now = timezone.now()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=now)
    fields = Fields(note="为何三天未到场", reply_due=now + timedelta(hours=1))
    ticket = perform(ticket.pk, Act.SUPERVISE, actor=cast.lead, now=now, fields=fields)
    client = browser("sanitation_head")
    for url in (page_of(ticket), do(ticket, Act.ANSWER_SUPERVISION)):
        assert "为何三天未到场" in client.get(url).content.decode()
    listing = reverse("admin:dispatch_ticket_changelist")
    assert ticket.number in client.get(listing, {"queue": "supervised"}).content.decode()
    Ticket.objects.filter(pk=ticket.pk).update(supervise_due_at=now - timedelta(hours=1))
    assert "督办逾期未回复" in client.get(page_of(ticket)).content.decode()
    data = {"version": ticket.version, "note": "今天已清"}
    assert client.post(do(ticket, Act.ANSWER_SUPERVISION), data).status_code == 302
    assert page_of(ticket) not in client.get(listing, {"queue": "supervised"}).content.decode()
    assert "督办已回复" in client.get(page_of(ticket)).content.decode()


def test_the_rejection_form_knows_where_to_send_people(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(cast=cast, now=timezone.now())
    page = browser("dispatcher").get(do(ticket, Act.REJECT)).content.decode()
    assert "xc-referrals" in page
    assert "12388" in page


# --- photos of the result


def jpeg(*, north_m: float | None) -> SimpleUploadedFile:
    """Return a photo taken so far north of the factory's reports (30.31 N 120.50 E)."""
    exif = Image.Exif()
    if north_m is not None:
        lat = 30.31 + north_m / 111_195
        minutes = (lat - 30) * 60
        exif[0x8825] = {1: "N", 2: (30, int(minutes), (minutes % 1) * 60), 3: "E", 4: (120, 30, 0)}
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "JPEG", exif=exif.tobytes())
    return SimpleUploadedFile(f"{uuid.uuid4().hex}.jpg", out.getvalue(), "image/jpeg")


@pytest.mark.parametrize(
    ("north_m", "words", "warned"),
    [
        (30, "拍摄地点距上报位置约 30 米", False),
        (850, "拍摄地点距上报位置约 850 米，请核对", True),
        (2500, "拍摄地点距上报位置约 2.5 公里，请核对", True),
        (None, "照片没有定位信息，无法核对地点", True),
    ],
)
def test_finishing_tells_how_far_off_the_photo_was_taken_and_blocks_nothing(
    browser: Browser, cast: Cast, north_m: float | None, words: str, *, warned: bool
) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=timezone.now())
    data = {
        "version": ticket.version,
        "outcome": "solved",
        "public_text": "已清运",
        "photos": [jpeg(north_m=north_m)],
    }
    client = browser("sanitation")
    response = client.post(do(ticket, Act.FINISH), data, follow=True)
    assert response.redirect_chain
    ticket.refresh_from_db()
    assert ticket.status == TicketStatus.HANDLED
    told = [str(message) for message in response.context["messages"]]
    assert any(words in message for message in told) == warned
    assert words in browser("verifier").get(page_of(ticket)).content.decode()


def test_the_distance_is_the_staffs_alone(client: Client, cast: Cast) -> None:
    """The resident gets the photo, not the point."""
    report = make_report(now=timezone.now())
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, report=report, now=timezone.now())
    photo, _new = store_photo(jpeg(north_m=850), resident=None, now=timezone.now())
    for action, actor in ((Act.FINISH, cast.handler), (Act.VERIFY, cast.verifier)):
        fields = Fields(outcome="solved", public_text="已清运", photos=(photo.pk,))  # type: ignore[arg-type]
        fields = fields if action == Act.FINISH else Fields()
        perform(ticket.pk, action, actor=actor, now=timezone.now(), fields=fields)
    update = report.updates.order_by("-id")[0]
    assert list(update.photos.all()) == [photo]
    assert "850" not in update.text
    assert not any("拍摄地点" in row.text for row in report.updates.all())
    event = ticket.events.get(action=Act.FINISH)
    assert EventPhoto.objects.filter(event=event, photo=photo).exists()
    assert "exif" not in str(event.data)


def test_half_a_point_is_no_point() -> None:
    assert distance_text(Photo(exif_lat=30.0), (30.0, 120.0))[1]


# --- what is on hold


def test_the_list_of_suspensions_says_why_since_when_and_until_when(
    browser: Browser, cast: Cast
) -> None:
    now = timezone.now()
    old = make_ticket(TicketStatus.SUSPENDED, cast=cast, now=now - timedelta(days=31))
    new = make_ticket(TicketStatus.SUSPENDED, cast=cast, now=now)
    url = reverse("suspensions")
    page = browser("lead").get(url).content.decode()
    assert page.index(old.number) < page.index(new.number)
    assert "已到复核日期" in page
    assert "情况说明" in page
    assert do(old, Act.EXTEND_SUSPENSION) in page
    assert do(old, Act.RESUME) in page
    assert new.review_at is not None
    month = browser("lead").get(url, {"month": f"{new.review_at:%Y-%m}"}).content.decode()
    assert new.number in month
    assert (old.number in month) == (f"{old.review_at:%Y-%m}" == f"{new.review_at:%Y-%m}")


@pytest.mark.parametrize("month", ["2026-13", "x", "2026-11-01", "0000-00", "9999-12", "'"])
def test_a_month_that_is_none_lists_all(browser: Browser, cast: Cast, month: str) -> None:
    ticket = make_ticket(TicketStatus.SUSPENDED, cast=cast, now=timezone.now())
    response = browser("lead").get(reverse("suspensions"), {"month": month})
    assert response.status_code == 200
    assert (ticket.number in response.content.decode()) == (month != "9999-12")


def test_suspensions_are_scoped(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.SUSPENDED, cast=cast, now=timezone.now())
    url = reverse("suspensions")
    for name, sees in (("sanitation_head", True), ("auditor", True), ("enforcement", False)):
        page = browser(name).get(url)
        assert page.status_code == 200
        assert (ticket.number in page.content.decode()) == sees
    assert (
        do(ticket, Act.EXTEND_SUSPENSION)
        not in browser("sanitation_head").get(url).content.decode()
    )
    assert browser("administrator").get(url).status_code == 403
    assert Client().get(url).status_code == 302


def test_more_suspensions_cost_no_more_queries(browser: Browser, cast: Cast) -> None:
    client, url = browser("lead"), reverse("suspensions")
    counts = []
    for more in (1, 2):
        for _ in range(more):
            make_ticket(TicketStatus.SUSPENDED, cast=cast, now=timezone.now())
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_an_upgrade_watches_what_was_open_before(cast: Cast) -> None:
    tickets = [
        make_ticket(status, cast=cast, now=timezone.now())
        for status in (TicketStatus.HANDLING, TicketStatus.SUSPENDED, TicketStatus.ASSESSING)
    ]
    wanted = [ticket.wake_at for ticket in tickets]
    Ticket.objects.update(wake_at=None)
    for expected in (2, 0):
        out = io.StringIO()
        call_command("watch_deadlines", stdout=out)
        assert f"已补 {expected} 张" in out.getvalue()
    for ticket, moment in zip(tickets, wanted, strict=True):
        ticket.refresh_from_db()
        assert ticket.wake_at == moment


def test_the_form_says_when_photos_are_a_must(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=timezone.now())
    client = browser("sanitation")
    assert "照片（选填）" in client.get(do(ticket, Act.FINISH)).content.decode()
    Category.objects.update(after_photo_required=True)
    page = client.get(do(ticket, Act.FINISH)).content.decode()
    assert "临时处置的必须上传" in page
    assert "照片（选填）" not in page
