"""Patrols: posting one, signing up, checking in and out, confirming."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from reports.domain.consents import take_consent
from reports.domain.messages import Facts, tell_resident
from reports.domain.patrol_places import Position, fix_in_area, middle_of_grid, rounded_fix
from reports.domain.points import lock_volunteer, pay_patrol
from reports.enums import AgeBand, ConsentKind, MessageTemplate
from reports.models import Grid, Patrol, PatrolSignup, Report, Volunteer
from reports.volunteer_enums import HOLDS_PLACE, PatrolState, SignupState
from xiangcun.lib.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError

EARLY = timedelta(minutes=30)
"""How long before the start one may check in."""
LATE = timedelta(hours=2)
"""How long after the end one may check out."""
LONGEST = timedelta(hours=12)
MOST_REPORTS = 50


@dataclass(frozen=True, slots=True)
class PatrolDraft:
    """A patrol as staff fill it in: a grid, or a WGS-84 point with a radius in metres."""

    title: str
    place_text: str
    look_for: str
    grid: Grid | None
    lat: float | None
    lng: float | None
    radius_m: int
    starts_at: datetime
    ends_at: datetime
    places: int
    posted_by: str


def post_patrol(draft: PatrolDraft, *, now: datetime) -> Patrol:
    """Post a patrol; raises ``area_required``, ``window_invalid``, ``window_past``, ``grid_unreadable``."""
    if draft.ends_at <= draft.starts_at or draft.ends_at - draft.starts_at > LONGEST:
        message = _("结束要晚于开始，一次不超过 12 小时")
        raise InvalidInputError.of_field("ends_at", "window_invalid", message)
    if draft.ends_at <= now:
        raise InvalidInputError.of_field("ends_at", "window_past", _("结束时间已经过去"))
    if draft.grid is not None:
        lat, lng, radius = middle_of_grid(draft.grid)
        draft = replace(draft, lat=lat, lng=lng, radius_m=radius)
    if draft.lat is None or draft.lng is None:
        message = _("请选一个网格，或者填写中心点的经纬度和半径")
        raise InvalidInputError.of_field("grid", "area_required", message)
    values = {name: value for name, value in asdict(draft).items() if name != "grid"}
    return Patrol.objects.create(grid=draft.grid, created_at=now, **values)


@transaction.atomic
def cancel_patrol(patrol_id: int, *, now: datetime) -> Patrol:
    """Call a patrol off and tell everybody who signed up; raises ``patrol_not_found``, ``patrol_over``."""
    patrol = _lock(patrol_id)
    if patrol.state == PatrolState.CANCELLED:
        return patrol
    if patrol.ends_at <= now:
        raise ConflictError("patrol_over", _("巡查已经结束，不能取消"))
    Patrol.objects.filter(pk=patrol.pk).update(state=PatrolState.CANCELLED)
    people = patrol.signups.filter(state=SignupState.JOINED, volunteer__resident__isnull=False)
    for key, resident_id in people.values_list("pk", "volunteer__resident"):
        facts, about = Facts(reason=patrol.title), f"patrol_cancelled/{key}"
        template = MessageTemplate.PATROL_CANCELLED
        tell_resident(resident_id, template, facts, key=about, now=now)
    patrol.state = PatrolState.CANCELLED
    return patrol


@transaction.atomic
def join_patrol(volunteer: Volunteer, patrol_id: int, *, now: datetime) -> PatrolSignup:
    """Sign up; twice is once. The patrol's row is locked: the last place goes to one.

    Raises ``patrol_not_found``, ``patrol_adults_only``, ``patrol_cancelled``, ``patrol_over``,
    ``patrol_full``.
    """
    patrol = _lock(patrol_id)
    _check_adult(volunteer)
    _check_open(patrol, now=now)
    mine = patrol.signups.filter(volunteer=volunteer).first()
    if mine is not None and mine.state != SignupState.LEFT:
        return mine
    if patrol.signups.filter(state__in=HOLDS_PLACE).count() >= patrol.places:
        raise ConflictError("patrol_full", _("名额已满，可以看看别的巡查"))
    if mine is None:
        return PatrolSignup.objects.create(patrol=patrol, volunteer=volunteer, joined_at=now)
    mine.state, mine.joined_at = SignupState.JOINED, now
    mine.save(update_fields=["state", "joined_at"])
    return mine


def leave_patrol(volunteer: Volunteer, patrol_id: int) -> PatrolSignup:
    """Give the place free; raises ``not_signed_up``, ``patrol_under_way``."""
    mine = _signup(volunteer, patrol_id)
    if not _moved(mine, SignupState.JOINED, state=SignupState.LEFT):
        raise ConflictError("patrol_under_way", _("已经签到，不能退出报名"))
    return _signup_again(mine)


@transaction.atomic
def check_in(
    volunteer: Volunteer, patrol_id: int, position: Position, *, now: datetime
) -> PatrolSignup:
    """Write down that the person is there; twice is once.

    Raises ``not_signed_up``, ``patrol_cancelled``, ``patrol_over``, ``too_early``, ``consent_needed``,
    ``position_vague``, ``outside_area``.
    """
    mine = _signup(volunteer, patrol_id)
    if mine.state != SignupState.JOINED:
        return mine
    patrol = mine.patrol
    _check_open(patrol, now=now)
    if now < patrol.starts_at - EARLY:
        raise ConflictError("too_early", _("还没到时间，开始前 30 分钟内可以签到"))
    if volunteer.resident is not None:
        take_consent(volunteer.resident, ConsentKind.LOCATION, now=now)
    fix = fix_in_area(patrol, position)
    _moved(
        mine,
        SignupState.JOINED,
        state=SignupState.CHECKED_IN,
        in_at=now,
        in_lat=fix.lat,
        in_lng=fix.lng,
        in_distance_m=fix.outside_m,
    )
    return _signup_again(mine)


@transaction.atomic
def check_out(
    volunteer: Volunteer, patrol_id: int, *, note: str, position: Position | None, now: datetime
) -> PatrolSignup:
    """Write down the end, a note, and the reports sent meanwhile under one's name.

    Raises ``not_signed_up``, ``not_checked_in``, ``check_out_late``.
    """
    mine = _signup(volunteer, patrol_id)
    if mine.state in {SignupState.CHECKED_OUT, SignupState.CONFIRMED}:
        return mine
    if mine.state != SignupState.CHECKED_IN or mine.in_at is None:
        raise ConflictError("not_checked_in", _("还没有签到，不能签退"))
    if now > mine.patrol.ends_at + LATE:
        raise ConflictError("check_out_late", _("结束已超过 2 小时，请联系指挥室"))
    fix = rounded_fix(mine.patrol, position) if position else None
    changed = _moved(
        mine,
        SignupState.CHECKED_IN,
        state=SignupState.CHECKED_OUT,
        out_at=now,
        out_lat=fix.lat if fix else None,
        out_lng=fix.lng if fix else None,
        note=note,
    )
    if changed:
        sent = Report.objects.filter(resident=volunteer.resident_id, anonymous=False)
        during = sent.filter(submitted_at__gte=mine.in_at, submitted_at__lte=now).order_by("pk")
        mine.reports.set(during[:MOST_REPORTS])
    return _signup_again(mine)


@transaction.atomic
def confirm_signup(signup_id: int, *, now: datetime) -> PatrolSignup:
    """Say that the patrol was walked and pay for it, once.

    Raises ``signup_not_found``, ``not_checked_in``, ``signup_confirmed``.
    """
    mine = _staff_signup(signup_id)
    volunteer = lock_volunteer(mine.volunteer_id)
    if not _moved(
        mine, SignupState.CHECKED_IN, SignupState.CHECKED_OUT, state=SignupState.CONFIRMED
    ):
        if _signup_again(mine).state == SignupState.CONFIRMED:
            raise ConflictError("signup_confirmed", _("已经确认过了，积分不会重复记"))
        raise ConflictError("not_checked_in", _("这位志愿者没有签到，不能确认"))
    if volunteer is not None:
        pay_patrol(volunteer, mine.pk, now=now)
    return _signup_again(mine)


def mark_no_show(signup_id: int, *, now: datetime) -> PatrolSignup:
    """Count who did not come; nothing follows from it. Raises ``signup_not_found``, ``patrol_running``."""
    mine = _staff_signup(signup_id)
    if now < mine.patrol.ends_at:
        raise ConflictError("patrol_running", _("巡查还没有结束"))
    if not _moved(mine, SignupState.JOINED, state=SignupState.NO_SHOW):
        raise ConflictError("signup_changed", _("这位志愿者已签到或已退出"))
    return _signup_again(mine)


def _lock(patrol_id: int) -> Patrol:
    patrol = Patrol.objects.select_for_update(no_key=True).filter(pk=patrol_id).first()
    if patrol is None:
        raise NotFoundError("patrol_not_found", _("没有这次巡查"))
    return patrol


def _check_adult(volunteer: Volunteer) -> None:
    age = volunteer.resident.age_band if volunteer.resident else ""
    if not volunteer.adult or age not in {"", AgeBand.ADULT}:
        raise NotAllowedError("patrol_adults_only", _("巡查只请满 18 周岁的志愿者参加"))


def _check_open(patrol: Patrol, *, now: datetime) -> None:
    if patrol.state == PatrolState.CANCELLED:
        raise ConflictError("patrol_cancelled", _("这次巡查已经取消"))
    if now >= patrol.ends_at:
        raise ConflictError("patrol_over", _("这次巡查已经结束"))


def _signup(volunteer: Volunteer, patrol_id: int) -> PatrolSignup:
    rows = PatrolSignup.objects.select_related("patrol__grid")
    mine = rows.filter(patrol=patrol_id, volunteer=volunteer).first()
    if mine is None or mine.state == SignupState.LEFT:
        raise NotFoundError("not_signed_up", _("您没有报名这次巡查"))
    return mine


def _staff_signup(signup_id: int) -> PatrolSignup:
    rows = PatrolSignup.objects.select_related("patrol", "volunteer")
    mine = rows.filter(pk=signup_id).first()
    if mine is None:
        raise NotFoundError("signup_not_found", _("没有这条报名"))
    return mine


def _signup_again(mine: PatrolSignup) -> PatrolSignup:
    mine.refresh_from_db()
    return mine


def _moved(mine: PatrolSignup, *states: SignupState, **changes: object) -> bool:
    """Change the row if it is still in one of these states."""
    rows = PatrolSignup.objects.filter(pk=mine.pk, state__in=states)
    return bool(rows.update(**changes))
