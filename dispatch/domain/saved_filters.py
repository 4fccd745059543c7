"""Keeping filters of the ticket list: each person their own, the leads for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from dispatch.domain.actors import Actor
from dispatch.enums import Role
from dispatch.models import SavedFilter
from dispatch.queries.ticket_filters import read_params
from xiangcun.lib.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError

MAX_OWN = 20
NAME_MAX = 20


def may_share(actor: Actor) -> bool:
    """Whether this person's filters may be shown to everybody."""
    return any(seat.role == Role.LEAD for seat in actor.seats)


def save_filter(
    params: Mapping[str, str], *, name: str, is_shared: bool, actor: Actor, now: datetime
) -> SavedFilter:
    """Keep ``params`` under ``name``; a filter of that name of the same person is replaced."""
    kept = read_params(params)
    name = _checked_name(name)
    if not kept:
        raise InvalidInputError.of_field("params", "filter_empty", "没有可保存的筛选条件")
    if is_shared and not may_share(actor):
        raise NotAllowedError("lead_only", "只有值班领导可以把筛选设为全体可见")
    own = SavedFilter.objects.filter(owner=actor.user_id)
    if not own.filter(name=name).exists() and own.count() >= MAX_OWN:
        raise ConflictError("too_many_filters", f"最多保存 {MAX_OWN} 个筛选，请先删除不用的")
    last = own.aggregate(last=Max("order"))["last"] or 0
    row, _made = SavedFilter.objects.update_or_create(
        owner=actor.user,
        name=name,
        defaults={"params": kept, "is_shared": is_shared, "updated_at": now},
        create_defaults={
            "params": kept,
            "is_shared": is_shared,
            "updated_at": now,
            "order": last + 1,
        },
    )
    return row


def rename_filter(filter_id: int, *, name: str, actor: Actor, now: datetime) -> SavedFilter:
    """Give the filter another name."""
    row = _changeable(filter_id, actor)
    row.name, row.updated_at = _checked_name(name), now
    try:
        with transaction.atomic():
            row.save(update_fields=["name", "updated_at"])
    except IntegrityError as error:
        raise ConflictError("filter_name_taken", f"已有名为“{row.name}”的筛选") from error
    return row


def delete_filter(filter_id: int, *, actor: Actor) -> str:
    """Throw the filter away; return its name."""
    row = _changeable(filter_id, actor)
    row.delete()
    return row.name


def move_filter(filter_id: int, *, up: bool, actor: Actor, now: datetime) -> None:
    """Exchange places with the neighbour among the same person's filters; at the edge nothing moves."""
    row = _changeable(filter_id, actor)
    with transaction.atomic():
        rows = list(SavedFilter.objects.select_for_update().filter(owner=row.owner_id))
        here = next(index for index, other in enumerate(rows) if other.pk == row.pk)
        there = here - 1 if up else here + 1
        if 0 <= there < len(rows):
            rows[here], rows[there] = rows[there], rows[here]
        for order, other in enumerate(rows, start=1):
            other.order, other.updated_at = order, now
        SavedFilter.objects.bulk_update(rows, ["order", "updated_at"])


def _changeable(filter_id: int, actor: Actor) -> SavedFilter:
    """Return a filter this person may change: their own, and for a lead any shared one."""
    scope = Q(owner=actor.user_id)
    if may_share(actor):
        scope |= Q(is_shared=True)
    row = SavedFilter.objects.filter(scope, pk=filter_id).first()
    if row is None:
        raise NotFoundError("filter_not_found", "没有这个筛选，或它属于其他人")
    return row


def _checked_name(name: str) -> str:
    name = " ".join(name.replace("\x00", "").split())
    if not name or len(name) > NAME_MAX:
        raise InvalidInputError.of_field(
            "name", "filter_name", f"请填写筛选名称，不超过 {NAME_MAX} 字"
        )
    return name
