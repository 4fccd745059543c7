"""What the calls about volunteers answer: plain dictionaries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import segno

from reports.api.answers import Answer, choice, moment
from reports.domain.point_expiry import ends_on, expiring_soon
from reports.domain.points import day_of, earned_on
from reports.domain.redeem_codes import code_of, shown_code
from reports.domain.volunteers import refusal_of
from reports.models import (
    Patrol,
    PatrolSignup,
    PointsEntry,
    Redemption,
    Resident,
    Reward,
    Volunteer,
)
from reports.queries.point_rules import Rank, point_rules
from reports.volunteer_enums import PatrolState, PointsKind, RedemptionState, SignupState
from xiangcun.lib.geo import CoordType, from_wgs84

CAPPED = "今日已达上限"
CAPPED_PARTLY = "今日已近上限，按剩余部分计"


def rules_answer() -> Answer:
    """Show what earns how much."""
    rules = point_rules()
    return {
        "report": rules.report,
        "duplicate": rules.duplicate,
        "urgent_extra": rules.urgency_extra.get("P1", 0),
        "danger_extra": rules.urgency_extra.get("P0", 0),
        "patrol": rules.patrol,
        "daily_cap": rules.daily_cap,
        "expiry_months": rules.expiry_months,
        "pickup_days": rules.pickup_days,
        "ranks": [{"name": rank.name, "from": rank.earned} for rank in rules.ranks],
    }


def membership_answer(resident: Resident, volunteer: Volunteer | None, *, now: datetime) -> Answer:
    """Show whether the person is a volunteer, or why they cannot become one."""
    refusal = None if volunteer else refusal_of(resident)
    return {
        "joined": volunteer is not None,
        "refusal": {"code": refusal.code, "message": refusal.message} if refusal else None,
        "volunteer": _volunteer(volunteer, now=now) if volunteer else None,
        "rules": rules_answer(),
    }


def _volunteer(row: Volunteer, *, now: datetime) -> Answer:
    rules, ending = point_rules(), expiring_soon(row.pk, now=now)
    after = rules.next_rank(row.earned)
    return {
        **volunteer_line(row),
        "today": earned_on(row.pk, day_of(now)),
        "rank": _rank(rules.rank_of(row.earned)),
        "next_rank": _rank(after) if after else None,
        "expiring": {"points": ending[0], "on": ends_on(ending[1]).isoformat()} if ending else None,
    }


def _rank(rank: Rank) -> Answer:
    return {"level": rank.level, "name": rank.name, "from": rank.earned}


def entry_answer(row: PointsEntry) -> Answer:
    """Show a line of the ledger; ``note`` says why it is what it is."""
    return {
        "id": str(row.pk),
        "at": moment(row.at),
        "kind": choice(PointsKind, row.kind),
        "points": row.amount,
        "note": _note(row),
        "report": row.report.number if row.report else None,
    }


def _note(row: PointsEntry) -> str:
    if row.is_capped:
        return CAPPED_PARTLY if row.amount else CAPPED
    return row.reason


def reward_answer(row: Reward, *, taken: int) -> Answer:
    """Show a reward; ``left`` is how many more this person may have."""
    return {
        "id": str(row.pk),
        "name": row.name,
        "note": row.note,
        "points": row.points,
        "stock": row.stock,
        "person_limit": row.person_limit,
        "left": max(0, row.person_limit - taken),
        "valid_to": row.valid_to.isoformat(),
        "pickup_place": row.pickup_place,
    }


def redemption_answer(row: Redemption) -> Answer:
    """Show a redemption; the code only while it is good for something."""
    waiting = row.state == RedemptionState.RESERVED
    code = code_of(row.salt) if waiting else None
    return {
        "id": str(row.pk),
        "reward": row.reward.name,
        "points": row.cost,
        "state": choice(RedemptionState, row.state),
        "code": shown_code(code) if code else None,
        "qr": segno.make(code, error="m", micro=False).svg_data_uri(scale=6) if code else None,
        "pickup_place": row.reward.pickup_place,
        "at": moment(row.at),
        "expires_at": moment(row.expires_at),
        "settled_at": moment(row.settled_at),
    }


def patrol_answer(row: Any, *, kind: CoordType) -> Answer:
    """Show a patrol of ``patrols_for``; the point in the coordinate system that was asked for."""
    patrol: Patrol = row
    lat, lng = from_wgs84(patrol.lat, patrol.lng, kind)
    own: PatrolSignup | None = next(iter(row.own), None)
    return {
        "id": str(patrol.pk),
        "title": patrol.title,
        "place": patrol.place_text,
        "look_for": patrol.look_for,
        "grid": patrol.grid.name if patrol.grid else None,
        "lat": round(lat, 6),
        "lng": round(lng, 6),
        "radius_m": patrol.radius_m,
        "starts_at": moment(patrol.starts_at),
        "ends_at": moment(patrol.ends_at),
        "places": patrol.places,
        "places_left": max(0, patrol.places - row.taken),
        "state": choice(PatrolState, patrol.state),
        "posted_by": patrol.posted_by,
        "points": point_rules().patrol,
        "signup": signup_answer(own, sent=getattr(own, "sent", 0)) if own else None,
    }


def signup_answer(row: PatrolSignup, *, sent: int) -> Answer:
    """Show how far the person is with a patrol; ``reports`` is how many they sent from it."""
    return {
        "state": choice(SignupState, row.state),
        "joined_at": moment(row.joined_at),
        "checked_in_at": moment(row.in_at),
        "checked_out_at": moment(row.out_at),
        "note": row.note,
        "reports": sent,
    }


def volunteer_line(row: Volunteer) -> Answer:
    """Show the row for the export of a person's data."""
    return {
        "number": row.number,
        "nickname": row.nickname,
        "adult": row.adult,
        "joined_at": moment(row.joined_at),
        "points": row.balance,
        "earned": row.earned,
    }


def signup_line(row: PatrolSignup) -> Answer:
    """Show a sign-up for the export, with the positions that are still kept."""
    return {
        "patrol": row.patrol.title,
        "place": row.patrol.place_text,
        "starts_at": moment(row.patrol.starts_at),
        **signup_answer(row, sent=len(row.reports.all())),
        "check_in_position": _position(row.in_lat, row.in_lng),
        "check_out_position": _position(row.out_lat, row.out_lng),
    }


def _position(lat: float | None, lng: float | None) -> Answer | None:
    return None if lat is None or lng is None else {"lat": lat, "lng": lng, "coord_type": "wgs84"}
