from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from dispatch.console.action_forms import BUILDERS
from dispatch.console.ticket_page import INTERNAL_ACTIONS
from dispatch.domain.fields import LABELS
from dispatch.domain.lifecycle import perform
from dispatch.domain.workflow import TRANSITIONS
from dispatch.enums import Role, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import Ticket
from reports.models import Photo
from tests.dispatch.factories import Cast, fields_for, make_photo, make_ticket

Browser = Callable[[str], Client]
NOBODY = {Role.RESIDENT, Role.SYSTEM}


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def url_of(ticket: Ticket, action: str) -> str:
    return reverse("admin:dispatch_ticket_action", args=(ticket.pk, action))


def jpeg(name: str = "after.jpg") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def full_input(cast: Cast, ticket: Ticket, target: Ticket) -> dict[str, Any]:
    now = timezone.localtime()
    return {
        "version": ticket.version,
        "note": "情况说明",
        "public_text": "给居民的话",
        "reject_reason": "not_our_area",
        "return_reason": "not_our_duty",
        "category": cast.category.pk,
        "urgency": "P2",
        "lead_department": cast.sanitation.pk,
        "assisting": [cast.enforcement.pk],
        "suggested_department": cast.enforcement.pk,
        "target_ticket": target.number,
        "external_number": "QT-1",
        "outcome": "solved",
        "new_due": f"{now + timedelta(days=30):%Y-%m-%dT%H:%M}",
        "review_at": f"{now + timedelta(days=30):%Y-%m-%d}",
        "reply_due": f"{now + timedelta(days=2):%Y-%m-%dT%H:%M}",
        "departments": [cast.enforcement.pk],
        "task": "清理现场的广告牌",
    }


STORY = [
    (TicketStatus.ASSESSING, Act.ASK, "dispatcher"),
    (TicketStatus.ASSESSING, Act.REJECT, "dispatcher"),
    (TicketStatus.ASSESSING, Act.MERGE, "dispatcher"),
    (TicketStatus.ASSESSING, Act.DISPATCH, "dispatcher"),
    (TicketStatus.ASSESSING, Act.ESCALATE, "lead"),
    (TicketStatus.ESCALATED, Act.REPORT_BACK, "lead"),
    (TicketStatus.ESCALATED, Act.TAKE_BACK, "lead"),
    (TicketStatus.MERGED, Act.UNMERGE, "dispatcher"),
    (TicketStatus.DISPATCHED, Act.ACCEPT, "sanitation"),
    (TicketStatus.DISPATCHED, Act.RETURN, "sanitation_head"),
    (TicketStatus.HANDLING, Act.REQUEST_EXTENSION, "sanitation_head"),
    (TicketStatus.HANDLING, Act.REQUEST_SUSPENSION, "sanitation_head"),
    (TicketStatus.HANDLING, Act.FINISH, "sanitation"),
    (TicketStatus.SUSPENDED, Act.RESUME, "lead"),
    (TicketStatus.HANDLED, Act.REWORK, "verifier"),
    (TicketStatus.HANDLED, Act.VERIFY, "verifier"),
    (TicketStatus.CLOSED, Act.REOPEN, "lead"),
    (TicketStatus.HANDLING, Act.SUPERVISE, "lead"),
    (TicketStatus.HANDLING, Act.SPLIT, "dispatcher"),
    (TicketStatus.SUSPENDED, Act.EXTEND_SUSPENSION, "lead"),
    (TicketStatus.HANDLING, Act.NOTE, "sanitation"),
]


@pytest.mark.parametrize(("status", "action", "username"), STORY)
def test_it_works(
    browser: Browser, cast: Cast, status: TicketStatus, action: Act, username: str
) -> None:
    now = timezone.now()
    ticket, target = make_ticket(status, cast=cast, now=now), make_ticket(cast=cast, now=now)
    response = browser(username).post(url_of(ticket, action), full_input(cast, ticket, target))

    assert response.status_code == 302
    assert response["Location"] == reverse("admin:dispatch_ticket_change", args=(ticket.pk,))
    stored = Ticket.objects.get(pk=ticket.pk)
    assert stored.version == ticket.version + 1
    event = stored.events.order_by("-seq").first()
    assert event is not None
    assert (event.action, str(event.actor)) == (action, username)


@pytest.mark.parametrize(
    ("request_action", "answer"),
    [
        (Act.REQUEST_EXTENSION, Act.GRANT_EXTENSION),
        (Act.REQUEST_EXTENSION, Act.DENY_EXTENSION),
        (Act.REQUEST_SUSPENSION, Act.GRANT_SUSPENSION),
        (Act.REQUEST_SUSPENSION, Act.DENY_SUSPENSION),
    ],
)
def test_a_lead_answers_a_request(
    browser: Browser, cast: Cast, request_action: Act, answer: Act
) -> None:
    now = timezone.now()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=now)
    fields = fields_for(request_action, cast, now=now)
    ticket = perform(ticket.pk, request_action, actor=cast.head, now=now, fields=fields)
    data = {"version": ticket.version, "note": "同意"}
    assert browser("lead").post(url_of(ticket, answer), data).status_code == 302
    assert Ticket.objects.get(pk=ticket.pk).pending_request is None


def test_every_action_of_a_person_has_its_fields() -> None:
    for row in TRANSITIONS:
        if row.roles - NOBODY and row.action not in INTERNAL_ACTIONS:
            assert {*row.required, *row.optional} - set(BUILDERS) <= {"solved", "score"}, row.action
    assert set(BUILDERS) <= set(LABELS)


@pytest.mark.parametrize(
    ("status", "action", "username", "changes", "field"),
    [
        (TicketStatus.ASSESSING, Act.DISPATCH, "dispatcher", {"category": ""}, "category"),
        (TicketStatus.ASSESSING, Act.DISPATCH, "dispatcher", {"category": "x"}, "category"),
        (TicketStatus.ASSESSING, Act.DISPATCH, "dispatcher", {"category": "999999"}, "category"),
        (TicketStatus.ASSESSING, Act.DISPATCH, "dispatcher", {"urgency": "P9"}, "urgency"),
        (TicketStatus.ASSESSING, Act.DISPATCH, "dispatcher", {"assisting": ["y"]}, "assisting"),
        (TicketStatus.ASSESSING, Act.MERGE, "dispatcher", {"target_ticket": "无"}, "target_ticket"),
        (TicketStatus.ASSESSING, Act.REJECT, "dispatcher", {"public_text": " "}, "public_text"),
        (
            TicketStatus.ASSESSING,
            Act.ASK,
            "dispatcher",
            {"public_text": "长" * 2001},
            "public_text",
        ),
        (
            TicketStatus.DISPATCHED,
            Act.RETURN,
            "sanitation_head",
            {"return_reason": "zz"},
            "return_reason",
        ),
        (
            TicketStatus.HANDLING,
            Act.REQUEST_EXTENSION,
            "sanitation_head",
            {"new_due": "明天"},
            "new_due",
        ),
        (
            TicketStatus.HANDLING,
            Act.REQUEST_EXTENSION,
            "sanitation_head",
            {"new_due": "2020-01-01T00:00"},
            "new_due",
        ),
        (
            TicketStatus.HANDLING,
            Act.REQUEST_SUSPENSION,
            "sanitation_head",
            {"review_at": "2099-01-01"},
            "review_at",
        ),
        (TicketStatus.HANDLING, Act.FINISH, "sanitation", {"outcome": ""}, "outcome"),
        (TicketStatus.HANDLING, Act.NOTE, "sanitation", {"version": ""}, "version"),
        (TicketStatus.HANDLING, Act.NOTE, "sanitation", {"kept_photos": "q"}, "kept_photos"),
    ],
)
def test_it_validates_input(
    browser: Browser,
    cast: Cast,
    status: TicketStatus,
    action: Act,
    username: str,
    changes: dict[str, Any],
    field: str,
) -> None:
    now = timezone.now()
    ticket, target = make_ticket(status, cast=cast, now=now), make_ticket(cast=cast, now=now)
    data = {**full_input(cast, ticket, target), **changes}
    response = browser(username).post(url_of(ticket, action), data)

    assert response.status_code == 400
    assert field in response.context["form"].errors
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version


def test_it_validates_a_lead_that_assists_itself(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(cast=cast, now=timezone.now())
    data = {**full_input(cast, ticket, ticket), "assisting": [cast.sanitation.pk]}
    response = browser("dispatcher").post(url_of(ticket, Act.DISPATCH), data)
    assert response.status_code == 400
    assert "主办单位不能同时是协办单位" in response.content.decode()


@pytest.mark.parametrize(
    ("username", "action", "status"),
    [
        ("sanitation", Act.DISPATCH, 404),
        ("enforcement", Act.NOTE, 404),
        ("auditor", Act.DISPATCH, 403),
        ("verifier", Act.DISPATCH, 403),
        ("dispatcher", Act.ESCALATE, 403),
        ("dispatcher", Act.ATTACH, 404),
        ("dispatcher", "nonsense", 404),
        ("dispatcher", Act.ACCEPT, 409),
    ],
)
def test_it_forbids_what_is_not_this_persons(
    browser: Browser, cast: Cast, username: str, action: str, status: int
) -> None:
    ticket = make_ticket(cast=cast, now=timezone.now())
    target = make_ticket(cast=cast, now=timezone.now())
    response = browser(username).post(url_of(ticket, action), full_input(cast, ticket, target))
    assert response.status_code == status
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version


def test_the_loser_of_a_race_reads_what_happened(browser: Browser, cast: Cast) -> None:
    now = timezone.now()
    ticket = make_ticket(cast=cast, now=now)
    stale = full_input(cast, ticket, ticket)
    perform(
        ticket.pk,
        Act.NOTE,
        actor=cast.lead,
        now=now,
        fields=type(fields_for(Act.NOTE, cast))(note="我来办"),
    )
    response = browser("dispatcher").post(url_of(ticket, Act.DISPATCH), stale)
    html = response.content.decode()

    assert response.status_code == 409
    assert "刚被其他人处理过" in html
    assert "我来办" in html
    assert reverse("admin:dispatch_ticket_change", args=(ticket.pk,)) in html
    assert 'id="xc-form"' not in html


def test_a_button_that_has_gone_says_so(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast, now=timezone.now())
    for send in ("get", "post"):
        response = getattr(browser("dispatcher"), send)(url_of(ticket, Act.DISPATCH))
        assert response.status_code == 409
        assert "工单当前为“待签收”，不能派单" in response.content.decode()


def test_two_presses_do_it_once(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=timezone.now())
    data = full_input(cast, ticket, ticket)
    client = browser("sanitation")
    assert client.post(url_of(ticket, Act.NOTE), data).status_code == 302
    assert client.post(url_of(ticket, Act.NOTE), data).status_code == 409
    assert ticket.events.filter(action=Act.NOTE).count() == 1


def test_photos_are_stored_and_kept_when_refused(browser: Browser, cast: Cast) -> None:
    cast.category.after_photo_required = True
    cast.category.save()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=timezone.now())
    url, client = url_of(ticket, Act.FINISH), browser("sanitation")
    data = {"version": ticket.version, "outcome": "solved", "public_text": "好了"}

    bare = client.post(url, data)
    assert bare.status_code == 400
    assert "须上传办理后的照片" in bare.content.decode()

    late = client.post(url, {**data, "version": 1, "photos": [jpeg("a.jpg"), jpeg("b.jpg")]})
    assert late.status_code == 409
    kept = late.context["form"].data["kept_photos"]
    assert Photo.objects.filter(resident=None).count() == 2

    done = client.post(url, {**data, "kept_photos": kept})
    assert done.status_code == 302
    event = ticket.events.order_by("-seq").first()
    assert event is not None
    assert event.event_photos.count() == 2


def test_it_refuses_files_that_are_no_photos(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=timezone.now())
    url, client = url_of(ticket, Act.FINISH), browser("sanitation")
    data = {"version": ticket.version, "outcome": "explained", "public_text": "好了"}
    for files in (
        [SimpleUploadedFile("x.jpg", b"not a photo", "image/jpeg")],
        [SimpleUploadedFile("x.jpg", b"", "image/jpeg")],
        [jpeg() for _ in range(10)],
    ):
        response = client.post(url, {**data, "photos": files})
        assert response.status_code == 400
        assert response.context["form"].errors["photos"]
    assert Ticket.objects.get(pk=ticket.pk).status == TicketStatus.HANDLING


def test_it_refuses_the_photo_of_a_resident(browser: Browser, cast: Cast) -> None:
    from tests.dispatch.factories import make_resident

    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=timezone.now())
    theirs = make_photo(resident=make_resident())
    data = {"version": ticket.version, "outcome": "explained", "public_text": "好了"}
    for pk in (theirs.pk, uuid.uuid4()):
        response = browser("sanitation").post(
            url_of(ticket, Act.FINISH), {**data, "kept_photos": str(pk)}
        )
        assert response.status_code == 400
        assert "照片不存在或已过期" in response.content.decode()


def test_dispatch_starts_from_the_candidate_and_its_duty(browser: Browser, cast: Cast) -> None:
    from dispatch.models import CategoryDuty
    from tests.dispatch.console.test_ticket_page import make_run

    ticket = make_ticket(cast=cast, now=timezone.now())
    make_run(ticket)
    duty = CategoryDuty.objects.create(category=cast.category, lead=cast.sanitation)
    duty.assisting.add(cast.enforcement)
    for query in ("", "?candidate=0", "?candidate=7", "?candidate=x"):
        form = browser("dispatcher").get(url_of(ticket, Act.DISPATCH) + query).context["form"]
        assert form.initial["category"] == cast.category.pk
        assert form.initial["lead_department"] == cast.sanitation.pk
        assert form.initial["assisting"] == [cast.enforcement.pk]
    missing = browser("dispatcher").get(f"{url_of(ticket, Act.DISPATCH)}?candidate=2")
    assert missing.context["form"].initial["category"] is None
