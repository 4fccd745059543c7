"""Every page, action and JSON of the console × every role × own and other department."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from dispatch.domain.actors import staff_actor
from dispatch.domain.lifecycle import perform
from dispatch.domain.workflow import ASSISTANTS_MAY, TRANSITIONS, Transition
from dispatch.enums import (
    ON_SITE_STATUSES,
    AssignmentKind,
    Role,
    TicketAction,
    TicketStatus,
)
from dispatch.models import (
    Alarm,
    Assignment,
    Hotspot,
    Membership,
    ModelVersion,
    RoutingRule,
    Staff,
    Ticket,
)
from reports.models import ReportPhoto
from tests.dispatch.console.matrix import LEAVES, OVERRIDES, PAGES, draft_of_today, seats
from tests.dispatch.console.matrix_seats import ANONYMOUS, EVERYBODY, OWN, STAFF, Page, Stage
from tests.dispatch.factories import (
    Cast,
    fields_for,
    make_department,
    make_grid,
    make_photo,
    make_report,
    make_resident,
    make_staff,
    make_ticket,
)
from xiangcun.lib.errors import DomainError

PHONE, NICKNAME, OPENID = "13812345678", "绰号甲乙丙", "dev:o-very-secret"


def company(cast: Cast) -> None:
    """Add who the cast lacks: helpers, grid officers, and the flag that opens nothing."""
    water = make_department("water", name="水务站")
    make_staff("water", Role.HANDLER, water)
    make_staff("leader", Role.LEADERSHIP, cast.room)
    for name, grid in (("gridworker", cast.grid), ("gridworker2", make_grid("330114007201001"))):
        make_staff(name, Role.GRID, cast.room)
        Membership.objects.get(user__username=name).grids.add(grid)
    flagged = make_staff("flagged", Role.HANDLER, cast.enforcement)
    flagged.is_superuser = True
    flagged.save()


def assist(ticket: Ticket) -> None:
    Assignment.objects.create(
        ticket=ticket,
        department=make_department("water"),
        kind=AssignmentKind.ASSIST,
        assigned_at=timezone.now(),
    )


@pytest.fixture
def stage(cast: Cast) -> Stage:
    """The rows that addresses name; the resident left every kind of identity."""
    company(cast)
    now = timezone.now()
    resident = make_resident("o-very-secret")
    resident.nickname, resident.phone = NICKNAME, PHONE
    resident.save()
    report = make_report(
        text=f"垃圾没人管，请打 {PHONE} 找我",
        resident=resident,
        contact_phone=PHONE,
        address=f"村口，电话{PHONE}",
        now=now,
    )
    photo = make_photo(resident=resident)
    ReportPhoto.objects.create(report=report, photo=photo, order=0)
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, report=report, now=now)
    assist(ticket)
    event = ticket.events.first()
    assert event is not None
    figures = dict.fromkeys(
        ("report_count", "resident_count", "recent_residents", "previous_residents", "day_count"), 3
    )
    times = dict.fromkeys(("first_at", "last_at", "refreshed_at"), now)
    hotspot = Hotspot.objects.create(
        title="垃圾没人管", growth_low=0, trend="new", **figures, **times
    )
    return Stage(
        ticket=ticket,
        report=report,
        photo=photo,
        alarm=Alarm.objects.create(ticket=ticket, reason="燃气泄漏", raised_at=now),
        hotspot=hotspot,
        rule=RoutingRule.objects.create(name="示例规则", lead=cast.sanitation),
        event_id=event.pk,
        account_id=Staff.objects.get(username="enforcement").pk,
        version_id=ModelVersion.objects.create(
            version="v1", file="v1", sha256="0" * 64, fingerprint="f", trained_at=now, examples=1
        ).pk,
        brief_id=draft_of_today(now),
    )


def client_of(username: str) -> Client:
    client = Client()
    if username not in ANONYMOUS:
        client.force_login(Staff.objects.get(username=username))
    return client


def console_urls(
    resolver: URLResolver, prefix: str = "", spaces: tuple[str, ...] = ()
) -> Iterator[tuple[str, URLPattern]]:
    for part in resolver.url_patterns:
        path = prefix + str(part.pattern)
        if isinstance(part, URLResolver):
            inner = (*spaces, part.namespace) if part.namespace else spaces
            yield from console_urls(part, path, inner)
        elif path.startswith("admin/"):
            yield ":".join([*spaces, part.name or ""]), part


def test_every_url_has_its_line() -> None:
    urls = list(console_urls(get_resolver()))
    named = {name for name, _pattern in urls if not name.endswith(":")}
    told = {page.name for page in PAGES} | {LEAVES}
    assert named - told == set(), "add a line to tests/dispatch/console/matrix.py"
    assert told - named == set(), "no such URL"
    nameless = {
        getattr(pattern.callback, "__qualname__", "") for name, pattern in urls if name[-1:] == ":"
    }
    assert nameless <= {"View.as_view.<locals>.view", "AdminSite.catch_all_view", "view", ""}, (
        "give it a name"
    )


def turned_away(client: Client, page: Page, stage: Stage) -> tuple[bool, str]:
    url = reverse(page.name, args=page.args(stage))
    url += f"?{page.query.format(ticket=stage.ticket.pk)}" if page.query else ""
    response = getattr(client, page.method)(url)
    body = b"".join(response) if response.streaming else response.content
    assert response.status_code < 500
    to_login = response.status_code == 302 and response["Location"].startswith("/admin/login/")
    return response.status_code in {403, 404} or to_login, body.decode(errors="replace")


@pytest.mark.parametrize("username", seats(EVERYBODY))
def test_it_opens_to_those_of_the_table_and_to_nobody_else(stage: Stage, username: str) -> None:
    client = client_of(username)
    wrong = []
    for page in PAGES:
        refused, body = turned_away(client, page, stage)
        if refused == (username in OVERRIDES.get(page.name, page.may)):
            wrong.append(f"{page.name}: {'refused' if refused else 'open'}")
        leaks = [word for word in (PHONE, NICKNAME, OPENID) if word in body]
        assert leaks == [], page.name
    if wrong:
        pytest.fail("\n".join(wrong))


ROLES = {
    "dispatcher": Role.DISPATCHER,
    "lead": Role.LEAD,
    "verifier": Role.VERIFIER,
    "auditor": Role.AUDITOR,
    "administrator": Role.ADMINISTRATOR,
    "security": Role.SECURITY,
    "sanitation": Role.HANDLER,
    "sanitation_head": Role.HEAD,
    "enforcement": Role.HANDLER,
    "enforcement_head": Role.HEAD,
    "water": Role.HANDLER,
    "gridworker": Role.GRID,
    "gridworker2": Role.GRID,
    "flagged": Role.HANDLER,
    "leader": Role.LEADERSHIP,
}


def may(username: str, row: Transition, ticket: Ticket) -> bool:
    """Whether the table and the scope let this person take the action."""
    role = ROLES[username]
    if role not in row.roles:
        return False
    if username in OWN:
        return ticket.lead_department is not None and ticket.lead_department.code == "sanitation"
    if username == "water":
        return row.action in ASSISTANTS_MAY
    if role == Role.GRID:
        return username == "gridworker" and ticket.status in ON_SITE_STATUSES
    return role not in {Role.HANDLER, Role.HEAD}


@pytest.mark.parametrize("row", TRANSITIONS, ids=lambda row: str(row.action))
def test_an_action_is_for_its_roles_in_their_scope(cast: Cast, row: Transition) -> None:
    company(cast)
    now = timezone.now()
    status = min(row.sources)
    ticket = make_ticket(TicketStatus(status), cast=cast, now=now)
    if status not in {TicketStatus.ASSESSING, TicketStatus.NEED_INFO}:
        assist(ticket)
    ticket = Ticket.objects.select_related("lead_department").get(pk=ticket.pk)
    target = make_ticket(cast=cast, now=now) if row.action == TicketAction.MERGE else None
    fields = fields_for(row.action, cast, now=now, target=target)
    assert set(ROLES) == STAFF
    for username in ROLES:
        actor = staff_actor(Staff.objects.get(username=username))
        point, refusal = transaction.savepoint(), ""
        try:
            perform(ticket.pk, row.action, actor=actor, now=now, fields=fields)
        except DomainError as error:
            refusal = error.code
        transaction.savepoint_rollback(point)
        refused_by_role = refusal == "role_not_allowed"
        assert refused_by_role != may(username, row, ticket), (username, refusal)
        if may(username, row, ticket):
            continue
        url = reverse("admin:dispatch_ticket_action", args=(ticket.pk, str(row.action)))
        shown = client_of(username).get(url)
        assert shown.status_code in {302, 404}, (username, shown.status_code)


@pytest.mark.parametrize("username", seats(STAFF))
def test_a_seat_of_the_office_is_none_of_the_resident_api(stage: Stage, username: str) -> None:
    client = client_of(username)
    number = stage.report.number
    for name in ("me", "export", "reports", "report"):
        url = reverse(f"api:{name}", args=(number,) if name == "report" else ())
        assert client.get(url).status_code in {401, 403}, name
    for name in ("supplement", "withdraw", "urge", "rate", "reopen"):
        url = reverse(f"api:{name}", args=(number,))
        assert client.post(url, {}, content_type="application/json").status_code in {401, 403}
    public = client.get(reverse("api:public-reports")).content.decode()
    near = client.get(
        reverse("api:nearby"), {"lat": "30.31", "lng": "120.5", "coord_type": "wgs84"}
    )
    assert near.status_code == 200
    assert PHONE not in public + near.content.decode()
