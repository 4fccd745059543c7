"""The small cast of the office's tests, and tickets brought to a state through the real door."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from django.contrib.auth.hashers import make_password

from dispatch.domain.actors import SYSTEM, Actor, resident_actor, staff_actor
from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import perform
from dispatch.domain.opening import Assessment, open_ticket
from dispatch.enums import Outcome, RejectReason, ReturnReason, Role, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import Department, Membership, Staff, Ticket
from reports.enums import CoordinateSystem, LocationSource, Publication, ReportKind, Urgency
from reports.models import Category, Grid, Photo, Report, Resident

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Shanghai
PASSWORD = "correct-horse-battery-1"


def make_department(
    code: str = "sanitation", *, name: str = "环卫所", **extra: object
) -> Department:
    """Return the department of that code, made when missing."""
    found = Department.objects.filter(code=code).first()
    return found or Department.objects.create(
        code=code, **{"name": name, "short_name": name, **extra}
    )


@cache
def _hashed() -> str:
    """Return the password as stored: hashing it for each of thousands of accounts takes a minute."""
    return make_password(PASSWORD)


def make_staff(username: str, role: Role, department: Department) -> Staff:
    """Return an account with one seat."""
    user = Staff.objects.filter(username=username).first()
    if user is None:
        user = Staff.objects.create(
            username=username, is_staff=True, display_name=username, password=_hashed()
        )
        Membership.objects.create(user=user, department=department, role=role)
    else:
        Membership.objects.get_or_create(user=user, department=department, role=role)
    return user


def make_category(code: str = "0401", *, name: str = "暴露/积存垃圾", **extra: object) -> Category:
    """Return a leaf category with its parent."""
    found = Category.objects.filter(code=code).first()
    if found is not None:
        return found
    parent = Category.objects.get_or_create(code=code[:2], defaults={"name": f"大类{code[:2]}"})[0]
    values = {"name": name, "parent": parent, "public_default": True, **extra}
    return Category.objects.create(code=code, **values)


def make_grid(code: str = "330114007200001") -> Grid:
    """Return a square grid around 30.31 N 120.50 E."""
    ring = [[120.49, 30.30], [120.51, 30.30], [120.51, 30.32], [120.49, 30.32], [120.49, 30.30]]
    values = {
        "name": "示例网格",
        "village_code": code[:12],
        "village_name": "临江村",
        "polygon": {"type": "Polygon", "coordinates": [ring]},
    }
    return Grid.objects.get_or_create(code=code, defaults=values)[0]


def make_resident(name: str = "alice") -> Resident:
    """Return a resident of that dev name."""
    return Resident.objects.get_or_create(openid=f"dev:{name}", defaults={"nickname": name})[0]


def make_report(
    *,
    text: str = "垃圾好几天没人清运",
    resident: Resident | None = None,
    now: datetime = NOW,
    **extra: object,
) -> Report:
    """Return a report that nobody has triaged yet."""
    values: dict[str, object] = {
        "number": f"XC261124-{uuid.uuid4().hex[:6].upper()}",
        "resident": resident or make_resident(),
        "client_id": uuid.uuid4(),
        "body_hash": "0" * 64,
        "kind": ReportKind.PROBLEM,
        "text": text,
        "lat": 30.31,
        "lng": 120.50,
        "raw_lat": 30.31,
        "raw_lng": 120.50,
        "coord_type": CoordinateSystem.WGS84,
        "accuracy_m": 10.0,
        "location_source": LocationSource.GPS,
        "submitted_at": now,
        "updated_at": now,
        "publication": Publication.CLEAR,
        "allowed_actions": ["supplement", "withdraw"],
    }
    return Report.objects.create(**{**values, **extra})


def make_photo(*, resident: Resident | None = None, now: datetime = NOW) -> Photo:
    """Return a photo row (no file behind it)."""
    return Photo.objects.create(
        resident=resident,
        sha256=uuid.uuid4().hex * 2,
        mime="image/jpeg",
        size=1,
        width=4,
        height=3,
        original="none",
        created_at=now,
    )


@dataclass(frozen=True)
class Cast:
    """Everybody a story needs; the departments are ``sanitation`` and ``enforcement``."""

    room: Department
    sanitation: Department
    enforcement: Department
    dispatcher: Actor
    lead: Actor
    verifier: Actor
    handler: Actor
    head: Actor
    outsider: Actor
    outsider_head: Actor
    category: Category
    grid: Grid

    def staff(self, role: Role) -> Actor:
        """Return the actor who holds ``role`` for sanitation's tickets."""
        return {
            Role.DISPATCHER: self.dispatcher,
            Role.LEAD: self.lead,
            Role.VERIFIER: self.verifier,
            Role.HANDLER: self.handler,
            Role.HEAD: self.head,
        }[role]


def make_cast() -> Cast:
    """Build the cast once a test."""
    room = make_department("command-room", name="综合信息指挥室", is_command_room=True)
    sanitation = make_department()
    enforcement = make_department("enforcement", name="综合行政执法队")
    return Cast(
        room=room,
        sanitation=sanitation,
        enforcement=enforcement,
        dispatcher=staff_actor(make_staff("dispatcher", Role.DISPATCHER, room)),
        lead=staff_actor(make_staff("lead", Role.LEAD, room)),
        verifier=staff_actor(make_staff("verifier", Role.VERIFIER, room)),
        handler=staff_actor(make_staff("sanitation", Role.HANDLER, sanitation)),
        head=staff_actor(make_staff("sanitation_head", Role.HEAD, sanitation)),
        outsider=staff_actor(make_staff("enforcement", Role.HANDLER, enforcement)),
        outsider_head=staff_actor(make_staff("enforcement_head", Role.HEAD, enforcement)),
        category=make_category(),
        grid=make_grid(),
    )


def fields_for(
    action: Act, cast: Cast, *, now: datetime = NOW, target: Ticket | None = None
) -> Fields:
    """Return input that every guard of ``action`` accepts on a fresh ticket of sanitation."""
    return Fields(
        note="情况说明",
        public_text="给居民的话",
        reject_reason=RejectReason.NOT_OUR_AREA if action == Act.REJECT else None,
        return_reason=ReturnReason.NOT_OUR_DUTY if action == Act.RETURN else None,
        suggested_department=cast.enforcement if action == Act.RETURN else None,
        category=cast.category,
        urgency=Urgency.P2,
        lead_department=cast.sanitation,
        target_ticket=target,
        external_number="QT-1",
        outcome=Outcome.SOLVED,
        new_due=now + timedelta(days=30),
        review_at=(now + timedelta(days=30)).date(),
        reply_due=now + timedelta(days=2),
        departments=(cast.enforcement,) if action == Act.SPLIT else (),
        task="清理现场的广告牌" if action == Act.SPLIT else "",
        solved=True,
        score=5,
    )


_WAY = {
    TicketStatus.ASSESSING: (),
    TicketStatus.NEED_INFO: ((Act.ASK, Role.DISPATCHER),),
    TicketStatus.REJECTED: ((Act.REJECT, Role.LEAD),),
    TicketStatus.ESCALATED: ((Act.ESCALATE, Role.LEAD),),
    TicketStatus.DISPATCHED: ((Act.DISPATCH, Role.DISPATCHER),),
}
_WAY[TicketStatus.HANDLING] = (*_WAY[TicketStatus.DISPATCHED], (Act.ACCEPT, Role.HANDLER))
_WAY[TicketStatus.SUSPENDED] = (
    *_WAY[TicketStatus.HANDLING],
    (Act.REQUEST_SUSPENSION, Role.HEAD),
    (Act.GRANT_SUSPENSION, Role.LEAD),
)
_WAY[TicketStatus.HANDLED] = (*_WAY[TicketStatus.HANDLING], (Act.FINISH, Role.HANDLER))
_WAY[TicketStatus.AWAITING_RATING] = (*_WAY[TicketStatus.HANDLED], (Act.VERIFY, Role.VERIFIER))
_WAY[TicketStatus.CLOSED] = (*_WAY[TicketStatus.AWAITING_RATING], (Act.CLOSE_UNRATED, Role.SYSTEM))
_WAY[TicketStatus.ARCHIVED] = (*_WAY[TicketStatus.CLOSED], (Act.ARCHIVE, Role.SYSTEM))
_WAY[TicketStatus.WITHDRAWN] = ((Act.WITHDRAW, Role.RESIDENT),)
_WAY[TicketStatus.MERGED] = ((Act.MERGE, Role.DISPATCHER),)


def make_ticket(
    status: TicketStatus = TicketStatus.ASSESSING,
    *,
    cast: Cast,
    report: Report | None = None,
    now: datetime = NOW,
) -> Ticket:
    """Open a ticket and walk it to ``status``, every step through ``perform``."""
    report = report or make_report(now=now)
    ticket = open_ticket(
        report, Assessment(urgency=Urgency.P2, grid=cast.grid, queue_reason="把握不足"), now=now
    )
    target = make_ticket(cast=cast, now=now) if status == TicketStatus.MERGED else None
    for action, role in _WAY[status]:
        if role == Role.SYSTEM:
            actor = SYSTEM
        elif role == Role.RESIDENT:
            actor = resident_actor(report.pk)
        else:
            actor = cast.staff(role)
        ticket = perform(
            ticket.pk,
            action,
            actor=actor,
            now=now,
            fields=fields_for(action, cast, now=now, target=target),
        )
    ticket.refresh_from_db()
    return ticket
