from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch.domain.lifecycle import perform
from dispatch.enums import TicketAction, TicketStatus
from dispatch.models import Ticket
from dispatch.queries.access import current_tickets, visible_tickets
from tests.dispatch.factories import Cast, fields_for, make_report, make_resident, make_ticket

Browser = Callable[[str], Client]

ROOM = {"dispatcher", "lead", "verifier", "auditor"}
OWN = {"sanitation", "sanitation_head"}
OTHER = {"enforcement", "enforcement_head"}
NO_CASES = {"administrator", "security"}
NO_GRIDS = {"gridworker"}
EVERYBODY = sorted(ROOM | OWN | OTHER | NO_CASES | NO_GRIDS)
RULES = (
    "reports_category",
    "dispatch_routingrule",
    "dispatch_handlinglimit",
    "dispatch_categoryduty",
    "dispatch_lexiconterm",
    "dispatch_dangerterm",
    "dispatch_calendarday",
)
RECORDS = ("reports_report", "dispatch_triagerun", "dispatch_ticketevent")


def url_of(ticket: Ticket) -> str:
    return reverse("admin:dispatch_ticket_change", args=(ticket.pk,))


@pytest.mark.parametrize("username", EVERYBODY)
def test_it_works(browser: Browser, cast: Cast, username: str) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=timezone.now())
    client = browser(username)

    listing = client.get(reverse("admin:dispatch_ticket_changelist"))
    page = client.get(url_of(ticket))
    form = client.get(reverse("admin:dispatch_ticket_action", args=(ticket.pk, "note")))

    assert listing.status_code == (403 if username in NO_CASES else 200)
    assert page.status_code == (200 if username in ROOM | OWN else 404)
    may_note = username in (ROOM | OWN) - {"auditor"}
    expected = 200 if may_note else 302 if username == "auditor" else 404
    assert form.status_code == expected
    assert client.get(reverse("admin:index")).status_code == 200


@pytest.mark.parametrize("username", EVERYBODY)
def test_it_opens_settings_and_records_by_role(browser: Browser, username: str) -> None:
    client = browser(username)
    for page in RULES:
        shown = client.get(reverse(f"admin:{page}_changelist")).status_code
        added = client.get(reverse(f"admin:{page}_add")).status_code
        assert shown == (200 if username in {"administrator", "lead", "auditor"} else 403), page
        # Days change on the calendar's own page, where their effect on deadlines is shown first.
        may_add = username == "administrator" and page != "dispatch_calendarday"
        assert added == (200 if may_add else 403), page
    for page in RECORDS:
        shown = client.get(reverse(f"admin:{page}_changelist")).status_code
        assert shown == (200 if username in ROOM else 403), page
        assert client.get(reverse(f"admin:{page}_add")).status_code == 403, page


@pytest.mark.parametrize("action", [TicketAction.DISPATCH, TicketAction.MERGE])
@pytest.mark.parametrize("username", EVERYBODY)
def test_it_forbids_bulk_to_all_but_the_dispatching(
    browser: Browser, username: str, action: TicketAction
) -> None:
    shown = browser(username).get(reverse("admin:dispatch_ticket_bulk", args=(action,)))
    assert shown.status_code == (200 if username in {"dispatcher", "lead"} else 403)


def test_it_forbids_strangers(client: Client, cast: Cast) -> None:
    ticket = make_ticket(cast=cast)
    for url in (
        reverse("admin:dispatch_ticket_changelist"),
        url_of(ticket),
        reverse("admin:dispatch_ticket_action", args=(ticket.pk, "dispatch")),
        reverse("admin:dispatch_ticket_bulk", args=("dispatch",)),
    ):
        response = client.get(url)
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("admin:login"))


def test_it_forbids_adding_changing_and_deleting_tickets(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(cast=cast)
    for username in ("dispatcher", "lead", "administrator"):
        client = browser(username)
        assert client.get(reverse("admin:dispatch_ticket_add")).status_code == 403
        gone = client.post(
            reverse("admin:dispatch_ticket_delete", args=(ticket.pk,)), {"post": "yes"}
        )
        assert gone.status_code in {403, 404, 302}
    assert Ticket.objects.filter(pk=ticket.pk).exists()


def test_a_former_department_reads_but_has_no_queue_and_no_buttons(
    browser: Browser, cast: Cast
) -> None:
    now = timezone.now()
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast, now=now)
    perform(
        ticket.pk,
        TicketAction.RETURN,
        actor=cast.head,
        now=now,
        fields=fields_for(TicketAction.RETURN, cast, now=now),
    )
    page = browser("sanitation_head").get(url_of(ticket))

    assert page.status_code == 200
    assert page.context["actions"] == []
    assert list(visible_tickets(cast.head)) == [ticket]
    assert not current_tickets(cast.head).exists()
    assert not visible_tickets(cast.outsider).exists()


PHONE, NICKNAME, OPENID = "13812345678", "绰号甲乙丙", "dev:o-very-secret"


@pytest.fixture
def told(cast: Cast) -> Ticket:
    """A ticket of sanitation whose resident left every kind of identity, in the text as well."""
    resident = make_resident("o-very-secret")
    resident.nickname, resident.phone = NICKNAME, PHONE
    resident.save()
    report = make_report(
        text=f"垃圾没人管，请打 {PHONE} 找我",
        resident=resident,
        contact_phone=PHONE,
        address=f"村口，电话{PHONE}",
    )
    return make_ticket(TicketStatus.HANDLING, cast=cast, report=report, now=timezone.now())


@pytest.mark.parametrize("username", sorted(OWN))
def test_a_department_reads_no_identity(browser: Browser, told: Ticket, username: str) -> None:
    client = browser(username)
    pages = [
        client.get(url_of(told)),
        client.get(reverse("admin:dispatch_ticket_action", args=(told.pk, "note"))),
        client.get(f"{reverse('admin:dispatch_ticket_changelist')}?queue=handling"),
        client.get(f"{reverse('admin:dispatch_ticket_changelist')}?q={told.number}"),
        client.get(reverse("admin:index")),
    ]
    for page in pages:
        assert page.status_code == 200
        html = page.content.decode()
        assert not [word for word in (PHONE, NICKNAME, OPENID, "o-very-secret") if word in html]
    assert "联系电话" not in pages[0].content.decode()


@pytest.mark.parametrize("username", sorted(ROOM))
def test_the_command_room_reads_the_masked_phone_only(
    browser: Browser, told: Ticket, username: str
) -> None:
    report = told.ticket_reports.get().report
    for url in (url_of(told), reverse("admin:reports_report_change", args=(report.pk,))):
        html = browser(username).get(url).content.decode()
        assert "138****5678" in html
        assert not [word for word in (PHONE, NICKNAME, OPENID) if word in html]


def test_a_confidential_matter_hides_the_reporter_from_everybody(
    browser: Browser, told: Ticket
) -> None:
    Ticket.objects.filter(pk=told.pk).update(confidential=True)
    report = told.ticket_reports.get().report
    page = browser("lead").get(url_of(told)).content.decode()
    record = browser("lead").get(reverse("admin:reports_report_change", args=(report.pk,)))

    assert "<dt>联系电话</dt>" not in page
    assert "保密事项" in page
    assert "保密事项，不显示" in record.content.decode()
