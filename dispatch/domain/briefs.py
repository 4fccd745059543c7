"""Every write of a brief: its issue, its versions, its way to the signature. All of it audited.

The row of the issue is locked first, the trail's end last. What was signed never changes: a correction
is a withdrawal, a new version and another signature.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from dispatch.domain.actors import Actor
from dispatch.domain.audit import record_audit
from dispatch.domain.brief_names import brief_url, title_of
from dispatch.domain.brief_sending import tell_withdrawn
from dispatch.domain.brief_steps import RULES, check_step
from dispatch.domain.notifications import write_announcement
from dispatch.enums import (
    AuditAction,
    BriefFormat,
    BriefKind,
    BriefStatus,
    BriefStep,
    NotificationKind,
    Role,
)
from dispatch.models import (
    Announcement,
    Brief,
    BriefFile,
    BriefSnapshot,
    BriefVersion,
    Membership,
    Staff,
)
from dispatch.queries.briefs import latest_version
from xiangcun.lib.bell import ring_on_commit
from xiangcun.lib.errors import (
    ConflictError,
    FieldError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from xiangcun.lib.text import clean_text, mask_contacts
from xiangcun.lib.workdays import SHANGHAI

DRAW_TASK: Final = "dispatch.draw_brief"
SEND_TASK: Final = "dispatch.send_briefs"
WHY_MAX: Final = 200
CASE: Final = "case"
BLOCK_MAX: Mapping[str, int] = {
    "overview": 2000,
    "categories": 1500,
    "problems": 4000,
    CASE: 600,
    "advice": 2000,
    "reports_to": 120,
    "copies_to": 200,
}
"""Longest text of each block in characters; the keys of cases are ``case-1``, ``case-2`` …"""


@dataclass(frozen=True, slots=True)
class Frozen:
    """What is built once: plain data, and the texts an editor starts from."""

    data: Mapping[str, Any]
    blocks: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Edit:
    """What the editor's page sends: the texts, and the cases that were looked at and found fit."""

    blocks: Mapping[str, str]
    ticked: frozenset[str]


def canonical(data: Mapping[str, Any]) -> str:
    """Return the one text of ``data``: sorted keys, no blanks, Chinese as it is."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def block_limit(key: str) -> int:
    """Return how long the block's text may be."""
    return BLOCK_MAX[CASE if is_case(key) else key]


def is_case(key: str) -> bool:
    """Whether the block is a case."""
    return key.startswith(f"{CASE}-")


def create_brief(
    kind: BriefKind, first: date, last: date, frozen: Frozen, *, user: Staff | None, now: datetime
) -> tuple[Brief, bool]:
    """Return the issue of the period and whether this call made it; a second one changes nothing."""
    try:
        with transaction.atomic():
            brief = _insert_brief(kind, first, last, user=user, now=now)
            snapshot = _freeze(brief, frozen, now=now)
            _add_version(brief, snapshot, BriefStep.BUILD, user, now=now, blocks=frozen.blocks)
            _tell_room(brief, (Role.DISPATCHER,), _("%s草稿已生成，请核对后提交签发"), "draft", now)
            _audit(brief, BriefStep.BUILD, user, now=now)
    except IntegrityError:
        found = Brief.objects.filter(kind=kind, first=first, last=last).first()
        if found is None:  # another issue took the serial between our look and our insert
            raise ConflictError("brief_busy", "另一期简报正在生成，请稍后再试") from None
        return found, False
    return brief, True


def edit_brief(
    brief_id: int, edit: Edit, *, version: int, actor: Actor, now: datetime, why: str = ""
) -> Brief:
    """Keep new texts and ticks as a version; a page older than ``version`` is refused (409)."""
    with transaction.atomic():
        brief = _locked(brief_id)
        check_step(brief, BriefStep.EDIT, actor, version=version)
        last = latest_version(brief)
        blocks = _checked(edit.blocks, last)
        edited = {key for key in blocks if blocks[key] != last.blocks[key]} | {*last.edited}
        ticks = _ticks(edit, blocks, last, actor, now)
        if blocks == last.blocks and ticks == last.ticks:
            return brief
        _add_version(
            brief, last.snapshot, BriefStep.EDIT, actor.user, now=now, blocks=blocks,
            edited=edited, ticks=ticks, why=why,
        )  # fmt: skip
        brief.editor = actor.user
        brief.save()
        changed = sorted(key for key in blocks if blocks[key] != last.blocks[key])
        _audit(brief, BriefStep.EDIT, actor.user, now=now, blocks=changed, ticked=sorted(ticks))
    return brief


def refresh_brief(
    brief_id: int, frozen: Frozen, *, version: int, actor: Actor, now: datetime
) -> Brief:
    """Freeze the figures anew; what a person wrote stays, the rest follows the new figures."""
    with transaction.atomic():
        brief = _locked(brief_id)
        check_step(brief, BriefStep.REFRESH, actor, version=version)
        last = latest_version(brief)
        snapshot = _freeze(brief, frozen, now=now)
        if snapshot.sha256 == last.snapshot.sha256:
            raise ConflictError("brief_unchanged", "数据和上次取数完全一致，没有生成新版本")
        kept = {key: text for key, text in last.blocks.items() if key in last.edited}
        blocks = {**frozen.blocks, **kept}
        # A tick is for the words that were read.
        ticks = {key: row for key, row in last.ticks.items() if blocks.get(key) == last.blocks[key]}
        _add_version(
            brief, snapshot, BriefStep.REFRESH, actor.user, now=now, blocks=blocks,
            edited=last.edited, ticks=ticks,
        )  # fmt: skip
        brief.editor = actor.user
        brief.save()
        _audit(brief, BriefStep.REFRESH, actor.user, now=now, snapshot=snapshot.sha256)
    return brief


def submit_brief(brief_id: int, *, version: int, actor: Actor, now: datetime) -> Brief:
    """Lay the issue before the leads; every case must have been found fit to print by a person."""
    with transaction.atomic():
        brief = _locked(brief_id)
        check_step(brief, BriefStep.SUBMIT, actor, version=version)
        check_cases(latest_version(brief))
        brief.status, brief.submitted_at = BriefStatus.SUBMITTED, now
        brief.save()
        key = f"submitted/{brief.version}/{now.timestamp():.0f}"
        _tell_room(brief, (Role.LEAD,), _("%s已提交，请签发"), key, now)
        _audit(brief, BriefStep.SUBMIT, actor.user, now=now)
    return brief


def sign_brief(brief_id: int, *, version: int, actor: Actor, now: datetime) -> Brief:
    """Sign and publish. Not by whoever edited last, unless there is only one lead (the record says so)."""
    with transaction.atomic():
        brief = _locked(brief_id)
        check_step(brief, BriefStep.SIGN, actor, version=version)
        last = latest_version(brief)
        check_cases(last)
        alone = brief.editor_id == actor.user_id
        if alone and _other_leads(actor):
            raise NotAllowedError("brief_own_words", "最后一次修改是您做的，请由另一位值班领导签发")
        why = _("值班领导仅一人，编辑与签发为同一人") if alone else ""
        signed = _add_version(
            brief, last.snapshot, BriefStep.SIGN, actor.user, now=now, blocks=last.blocks,
            edited=last.edited, ticks=last.ticks, why=why, signature=str(actor.user)[:30],
            signed_on=now.astimezone(SHANGHAI).date(),
        )  # fmt: skip
        brief.status, brief.signed_at, brief.signer = BriefStatus.PUBLISHED, now, actor.user
        brief.round += 1
        brief.sent_at = None
        brief.save()
        order_files(signed, now=now)
        _audit(brief, BriefStep.SIGN, actor.user, now=now, why=why, sole_lead=alone)
        ring_on_commit(SEND_TASK)
    return brief


def move_brief(
    brief_id: int, step: BriefStep, *, version: int, why: str, actor: Actor, now: datetime
) -> Brief:
    """Send back, withdraw or reopen, each with a reason."""
    with transaction.atomic():
        brief = _locked(brief_id)
        check_step(brief, step, actor, version=version)
        rule, why = RULES[step], clean_text(why)
        if rule.to is None or not rule.reason:
            raise InvalidInputError("brief_step_unknown", "没有这样的操作")
        if not why or len(why) > WHY_MAX:
            message = f"请写明{step.label}的原因，不超过 {WHY_MAX} 字"
            raise InvalidInputError.of_field("why", "reason_required", message)
        brief.status = rule.to
        if step == BriefStep.WITHDRAW:
            brief.withdrawn_at = now
            tell_withdrawn(brief, why=why, now=now)
        if step == BriefStep.REOPEN:
            last = latest_version(brief)
            _add_version(
                brief, last.snapshot, step, actor.user, now=now, blocks=last.blocks,
                edited=last.edited, ticks=last.ticks, why=why,
            )  # fmt: skip
        brief.save()
        if step == BriefStep.SEND_BACK:
            key = f"back/{brief.version}/{now.timestamp():.0f}"
            _tell_room(brief, (Role.DISPATCHER,), _("%s被退回修改"), key, now)
        _audit(brief, step, actor.user, now=now, why=why)
    return brief


def check_cases(version: BriefVersion) -> None:
    """Raise unless somebody ticked every case that is printed."""
    open_cases = [
        key for key, text in version.blocks.items() if is_case(key) and text and key not in version.ticks
    ]  # fmt: skip
    if open_cases:
        numbers = "、".join(key.partition("-")[2] for key in sorted(open_cases))
        raise InvalidInputError(
            "brief_case_unticked",
            f"典型案例 {numbers} 还没有人确认不含个人信息，请逐条核对后勾选；不用的案例请清空",
        )


def order_files(version: BriefVersion, *, now: datetime) -> list[BriefFile]:
    """Ask for the three files of a version; those that are there or under way stay as they are."""
    BriefFile.objects.bulk_create(
        [BriefFile(version=version, format=wanted, beat_at=now) for wanted in BriefFormat],
        ignore_conflicts=True,
    )
    files = list(version.files.all())
    for file in files:
        ring_on_commit(DRAW_TASK, file.pk)
    return files


def _insert_brief(
    kind: BriefKind, first: date, last: date, *, user: Staff | None, now: datetime
) -> Brief:
    issues = Brief.objects.filter(kind=kind, year=last.year)
    newest = issues.aggregate(newest=Max("serial"))["newest"] or 0
    return Brief.objects.create(
        kind=kind, first=first, last=last, year=last.year, serial=newest + 1, editor=user,
        created_at=now,
    )  # fmt: skip


def _locked(brief_id: int) -> Brief:
    brief = Brief.objects.select_for_update().filter(pk=brief_id).first()
    if brief is None:
        raise NotFoundError("brief_not_found", "没有这期简报")
    return brief


def _freeze(brief: Brief, frozen: Frozen, *, now: datetime) -> BriefSnapshot:
    """Store the figures; the issue's own number goes into them."""
    data = canonical({**frozen.data, "year": brief.year, "serial": brief.serial})
    digest = hashlib.sha256(data.encode()).hexdigest()
    return BriefSnapshot.objects.create(brief=brief, data=data, sha256=digest, taken_at=now)


def _add_version(
    brief: Brief,
    snapshot: BriefSnapshot,
    step: BriefStep,
    maker: Staff | None,
    *,
    now: datetime,
    blocks: Mapping[str, str],
    edited: Iterable[str] = (),
    **more: Any,
) -> BriefVersion:
    number = (brief.versions.aggregate(newest=Max("number"))["newest"] or 0) + 1
    brief.version = number
    return BriefVersion.objects.create(
        brief=brief, number=number, snapshot=snapshot, step=step, maker=maker, made_at=now,
        blocks=dict(blocks), edited=sorted(edited), **more,
    )  # fmt: skip


def _checked(blocks: Mapping[str, str], last: BriefVersion) -> dict[str, str]:
    """Return the texts cleaned and masked; only blocks that the version has, none too long."""
    errors, found = [], dict(last.blocks)
    for key in last.blocks.keys() & blocks.keys():
        found[key] = mask_contacts(clean_text(blocks[key]))
        if len(found[key]) > block_limit(key):
            message = f"不能超过 {block_limit(key)} 字，现在 {len(found[key])} 字"
            errors.append(FieldError(key, "too_long", message))
    if not found.get("overview"):
        errors.append(FieldError("overview", "required", "“基本情况”不能空着"))
    if errors:
        raise InvalidInputError(
            "invalid", "有内容不合要求，没有保存；请看标出的段落", errors=tuple(errors)
        )
    return found


def _ticks(
    edit: Edit, blocks: Mapping[str, str], last: BriefVersion, actor: Actor, now: datetime
) -> dict[str, Any]:
    """Return who found each case fit: whoever ticked these very words first."""
    found = {}
    for key in sorted(edit.ticked):
        if not is_case(key) or not blocks.get(key):
            continue
        same = blocks[key] == last.blocks.get(key) and key in last.ticks
        mine = {"by": actor.user_id, "name": str(actor.user), "at": now.isoformat()}
        found[key] = last.ticks[key] if same else mine
    return found


def _other_leads(actor: Actor) -> bool:
    leads = Membership.objects.filter(
        role=Role.LEAD, is_active=True, user__is_active=True, department__is_active=True
    )
    return leads.exclude(user=actor.user_id).exists()


def _tell_room(brief: Brief, roles: tuple[Role, ...], says: str, key: str, now: datetime) -> None:
    write_announcement(
        Announcement(
            key=f"brief/{brief.pk}/{key}",
            kind=NotificationKind.BRIEF,
            roles=[str(role) for role in roles],
            text=says % title_of(brief),
            url=brief_url(brief),
            created_at=now,
        )
    )


def _audit(
    brief: Brief, step: BriefStep, user: Staff | None, *, now: datetime, why: str = "", **more: Any
) -> None:
    data = {"brief": brief.pk, "step": str(step), "version": brief.version, **more}
    record_audit(
        AuditAction.BRIEF, actor=user, now=now, reason=f"{step.label}：{title_of(brief)} {why}".strip(), data=data
    )  # fmt: skip
