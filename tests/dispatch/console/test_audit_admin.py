from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from dispatch.domain.audit import record_audit, verify_audit
from dispatch.enums import AuditAction, AuditOutcome, Role, TicketStatus
from dispatch.models import AuditRecord, Department, LexiconTerm, Membership, Staff, Ticket
from tests.dispatch.factories import PASSWORD, Cast, make_photo, make_staff, make_ticket

Browser = Callable[[str], Client]
LIST = "admin:dispatch_auditrecord_changelist"


def write(action: AuditAction, *, days_ago: int = 0, ticket: Ticket | None = None) -> AuditRecord:
    return record_audit(
        action,
        actor=Staff.objects.get(username="dispatcher"),
        now=timezone.now() - timedelta(days=days_ago),
        ticket=ticket,
        reason="电话 13812345678 核实",
        outcome=AuditOutcome.REFUSED,
    )


def test_it_works(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=timezone.now())
    record = write(AuditAction.UNMASK, ticket=ticket)
    client = browser("auditor")
    html = client.get(reverse(LIST)).content.decode()
    for word in ("查看联系方式", ticket.number, "被拒绝", "138****5678", "dispatcher"):
        assert word in html
    page = client.get(reverse("admin:dispatch_auditrecord_change", args=(record.pk,)))
    assert record.seal in page.content.decode()
    assert "13812345678" not in page.content.decode()


def test_nobody_changes_a_line(browser: Browser) -> None:
    record = write(AuditAction.EXPORT)
    for username in ("auditor", "security", "administrator"):
        client = browser(username)
        for name in ("change", "delete"):
            url = reverse(f"admin:dispatch_auditrecord_{name}", args=(record.pk,))
            assert client.post(url, {"post": "yes", "reason": "改"}).status_code == 403
    assert list(verify_audit()) == []


def test_security_reads_sign_ins_and_seats_only(browser: Browser, cast: Cast) -> None:
    case = write(AuditAction.UNMASK, ticket=make_ticket(cast=cast, now=timezone.now()))
    write(AuditAction.LOCKED_OUT)
    client = browser("security")
    rows = client.get(reverse(LIST)).context["cl"].result_list
    own = AuditAction.SIGN_IN
    assert [row.action for row in rows if row.action != own] == [AuditAction.LOCKED_OUT]
    hidden = client.get(reverse("admin:dispatch_auditrecord_change", args=(case.pk,)))
    assert hidden.status_code == 302


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("action__exact=export", 1),
        ("q=dispatcher", 3),
        ("q=nobody", 0),
        ("outcome__exact=ok", 0),  # but for the auditor's own sign-in
        ("at_from=2000-01-01&at_to=2000-01-02", 0),
        ("at_from=nonsense", 3),
    ],
)
def test_it_filters(browser: Browser, query: str, found: int) -> None:
    for action in (AuditAction.EXPORT, AuditAction.SIGN_IN, AuditAction.SIGN_IN):
        write(action)
    response = browser("auditor").get(f"{reverse(LIST)}?{query}")
    assert response.status_code == 200
    rows = response.context["cl"].result_list
    assert len([row for row in rows if row.username != "auditor"]) == found


def test_it_filters_by_day(browser: Browser) -> None:
    write(AuditAction.EXPORT, days_ago=3)
    write(AuditAction.EXPORT)
    day = timezone.localdate() - timedelta(days=3)
    response = browser("auditor").get(f"{reverse(LIST)}?at_from={day}&at_to={day}")
    assert [row.seq for row in response.context["cl"].result_list] == [1]


@pytest.mark.parametrize("count", [1, 3])
def test_its_queries_do_not_grow(
    browser: Browser, cast: Cast, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for _row in range(count):
        write(AuditAction.UNMASK, ticket=make_ticket(cast=cast, now=timezone.now()))
    client = browser("auditor")
    with django_assert_num_queries(QUERIES):
        assert client.get(reverse(LIST)).status_code == 200


QUERIES = 5


def last() -> AuditRecord:
    record = AuditRecord.objects.first()
    assert record is not None
    return record


def test_a_changed_rule_leaves_old_and_new(browser: Browser, cast: Cast) -> None:
    term = LexiconTerm.objects.create(term="路灯", category=cast.category, weight=1)
    client = browser("administrator")
    page = client.get(reverse("admin:dispatch_lexiconterm_change", args=(term.pk,)))
    data = {k: v for k, v in page.context["adminform"].form.initial.items() if v is not None}
    data = {**data, "term": "路灯不亮"}
    url = reverse("admin:dispatch_lexiconterm_change", args=(term.pk,))
    assert client.post(url, data).status_code == 302
    assert last().action == AuditAction.SETTINGS_CHANGED
    assert last().data["fields"]["term"] == ["路灯", "路灯不亮"]
    changed = reverse("admin:dispatch_auditrecord_change", args=(last().pk,))
    page = browser("auditor").get(changed)
    assert "：路灯 → 路灯不亮" in page.content.decode()
    assert "term：" not in page.content.decode()
    assert client.post(url, data).status_code == 302  # nothing changed, nothing written
    assert AuditRecord.objects.filter(action=AuditAction.SETTINGS_CHANGED).count() == 1
    gone = reverse("admin:dispatch_lexiconterm_delete", args=(term.pk,))
    assert client.post(gone, {"post": "yes"}).status_code == 302
    assert last().data["what"] == "deleted"
    assert list(verify_audit()) == []


def test_accounts_and_seats_are_recorded_without_secrets(browser: Browser, cast: Cast) -> None:
    seats = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    made = browser("administrator").post(
        reverse("admin:dispatch_staff_add"),
        {
            "username": "newcomer",
            "display_name": "新同事",
            "password1": PASSWORD,
            "password2": PASSWORD,
            **seats,
        },
    )
    assert made.status_code == 302
    newcomer = Staff.objects.get(username="newcomer")
    assert newcomer.must_change_password
    assert last().action == AuditAction.ACCOUNT_CHANGED
    assert PASSWORD not in str(last().data)
    assert newcomer.password not in str(last().data)
    seat = {"user": newcomer.pk, "department": cast.sanitation.pk, "role": "handler"}
    seat["is_active"] = "on"
    assert (
        browser("security").post(reverse("admin:dispatch_membership_add"), seat).status_code == 302
    )
    assert (last().action, last().username) == (AuditAction.SEAT_CHANGED, "security")
    url = reverse("admin:auth_user_password_change", args=(newcomer.pk,))
    words = {"password1": "another-Phrase-8", "password2": "another-Phrase-8"}
    assert browser("administrator").post(url, words).status_code == 403
    assert browser("security").post(url, words).status_code == 302
    assert last().action == AuditAction.PASSWORD_CHANGED


def test_exports_and_originals_are_recorded(browser: Browser, cast: Cast) -> None:
    client = browser("lead")
    for name, what in (("summary-export", "summary"), ("triage-quality-export", "triage_quality")):
        assert b"".join(client.get(reverse(name))).startswith(b"PK")
        assert (last().action, last().data["what"]) == (AuditAction.EXPORT, what)
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=timezone.now())
    photo = make_photo()
    ticket.ticket_reports.get().report.photos.add(photo, through_defaults={"order": 0})
    url = reverse("admin:dispatch_ticket_original", args=(ticket.pk, photo.pk))
    assert client.get(url).status_code == 302
    assert (last().action, last().ticket_id) == (AuditAction.ORIGINAL_PHOTO, ticket.pk)
    Ticket.objects.update(confidential=True)
    assert browser("dispatcher").get(url).status_code == 403
    assert client.get(url).status_code == 302


def test_seats_are_refused_that_defeat_the_split(browser: Browser, cast: Cast) -> None:
    client = browser("security")
    url = reverse("admin:dispatch_membership_add")
    room = Department.objects.get(is_command_room=True)

    def give(username: str, role: Role) -> str:
        user = Staff.objects.get(username=username)
        data = {"user": user.pk, "department": room.pk, "role": role, "is_active": "on"}
        response = client.post(url, data)
        assert response.status_code == 200
        return response.content.decode()

    assert "同一人不能兼任" in give("administrator", Role.AUDITOR)
    assert "不能兼任办理工单的岗位" in give("auditor", Role.DISPATCHER)
    assert "不能兼任办理工单的岗位" in give("sanitation", Role.ADMINISTRATOR)
    assert "不能变更自己的岗位" in give("security", Role.SECURITY)
    own = Membership.objects.get(user__username="security")
    for name in ("change", "delete"):
        mine = reverse(f"admin:dispatch_membership_{name}", args=(own.pk,))
        assert client.post(mine, {"post": "yes"}).status_code == 403
    page = reverse("admin:dispatch_staff_change", args=(cast.lead.user_id,))
    seats = {
        "memberships-TOTAL_FORMS": 2,
        "memberships-INITIAL_FORMS": 0,
        **{f"memberships-{n}-department": room.pk for n in (0, 1)},
        **{f"memberships-{n}-is_active": "on" for n in (0, 1)},
        "memberships-0-role": "administrator",
        "memberships-1-role": "security",
    }
    make_staff("empty", Role.LEAD, room)
    Membership.objects.filter(user__username="empty").delete()
    page = reverse("admin:dispatch_staff_change", args=(Staff.objects.get(username="empty").pk,))
    refused = client.post(page, seats)
    assert refused.status_code == 200
    assert "同一人不能兼任" in refused.content.decode()
    assert not Membership.objects.filter(user__username="empty").exists()
