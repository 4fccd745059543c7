"""Who gets briefs, and sending a signed one to them: through the outbox, once each.

Colleagues have it in their inbox, and by mail as each of them wishes; a mailbox outside of the house
gets the issue's overview as text, since its owner cannot follow a link into the console.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from dispatch.domain.actors import Actor
from dispatch.domain.audit import record_audit
from dispatch.domain.brief_names import brief_url, title_of
from dispatch.domain.brief_steps import EDITS, READS_BRIEFS
from dispatch.domain.notifications import notify_staff
from dispatch.enums import (
    AuditAction,
    BriefKind,
    BriefStatus,
    NotificationChannel,
    NotificationKind,
    NotificationState,
)
from dispatch.models import Brief, BriefSubscriber, ChannelSetting, Membership, Notification, Staff
from dispatch.models.notifications import OUTBOUND
from dispatch.queries.briefs import latest_version
from xiangcun.lib.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from xiangcun.lib.text import clean_text

MAX_SUBSCRIBERS = 200
NAME_MAX = 40


def add_subscriber(
    *,
    user_id: int | None,
    email: str,
    name: str,
    kinds: Iterable[str],
    actor: Actor,
    now: datetime,
) -> BriefSubscriber:
    """Enter a colleague who may read briefs, or else a mail address."""
    _check_role(actor)
    wanted = _checked_kinds(kinds)
    row = BriefSubscriber(kinds=wanted, added_by=actor.user, added_at=now)
    if user_id is not None:
        row.user = _reader(user_id)
    else:
        row.email, row.name = _checked_email(email), clean_text(name)[:NAME_MAX]
    try:
        with transaction.atomic():
            if BriefSubscriber.objects.count() >= MAX_SUBSCRIBERS:
                raise ConflictError("too_many", f"订阅最多 {MAX_SUBSCRIBERS} 个")
            row.save(force_insert=True)
            _audit(row, "subscribe", actor, now)
    except IntegrityError:
        raise ConflictError("subscribed_already", "已经在订阅名单里") from None
    return row


def remove_subscriber(pk: int, *, actor: Actor, now: datetime) -> None:
    """Strike out one line of the list."""
    _check_role(actor)
    with transaction.atomic():
        row = BriefSubscriber.objects.select_related("user").filter(pk=pk).first()
        if row is None:
            raise NotFoundError("subscriber_not_found", "名单里没有这一条，可能已被删除")
        _audit(row, "unsubscribe", actor, now)
        row.delete()


def send_briefs(*, now: datetime) -> int:
    """Send every signed issue that is not sent; return how many were. Twice at once sends once."""
    waiting = Brief.objects.filter(status=BriefStatus.PUBLISHED, sent_at__isnull=True)
    return sum(_send(pk, now=now) for pk in list(waiting.values_list("pk", flat=True)[:50]))


def tell_withdrawn(brief: Brief, *, why: str, now: datetime) -> None:
    """Tell whom the issue was sent to that it does not count any more; what waits is not sent."""
    key = _key(brief)
    sent = Notification.objects.filter(key__startswith=f"{key}/", kind=NotificationKind.BRIEF)
    sent.filter(channel=NotificationChannel.EMAIL, state__in=OUTBOUND).update(
        state=NotificationState.SKIPPED, reason=_("简报已撤回")
    )
    text = _("%(brief)s已撤回，请勿使用：%(why)s") % {"brief": title_of(brief), "why": why}
    people = set(sent.filter(user__isnull=False).values_list("user_id", flat=True))
    notify_staff(
        NotificationKind.BRIEF,
        users=[pk for pk in people if pk is not None],
        ticket=None,
        text=text,
        now=now,
        url=brief_url(brief),
        key=f"{key}/withdrawn",
    )
    addresses = set(sent.exclude(address="").values_list("address", flat=True))
    _mail(brief, sorted(addresses), text, text, "withdrawn", now)


def _send(brief_id: int, *, now: datetime) -> int:
    """Write the deliveries and mark the issue in one transaction; the row lock makes it one sender."""
    with transaction.atomic():
        brief = Brief.objects.select_for_update().get(pk=brief_id)
        if brief.status != BriefStatus.PUBLISHED or brief.sent_at is not None:
            return 0
        rows = [
            row for row in BriefSubscriber.objects.select_related("user") if brief.kind in row.kinds
        ]
        people = _still_readers(row.user_id for row in rows if row.user_id)
        text = _("%s已签发，请查阅") % title_of(brief)
        notify_staff(
            NotificationKind.BRIEF, users=people, ticket=None, text=text, now=now,
            url=brief_url(brief), key=_key(brief),
        )  # fmt: skip
        addresses = [row.email for row in rows if row.email]
        mailed = _mail(brief, addresses, text, _body(brief), "mail", now)
        brief.sent_at = now
        if people or mailed:
            brief.status = BriefStatus.SENT
        brief.save()
        data = {
            "brief": brief.pk, "step": "send", "version": brief.version,
            "people": len(people), "addresses": mailed,
        }  # fmt: skip
        record_audit(AuditAction.BRIEF, actor=None, now=now, data=data, username="system")
    return 1


def _mail(
    brief: Brief, addresses: Iterable[str], subject: str, body: str, what: str, now: datetime
) -> int:
    setting = ChannelSetting.objects.filter(kind=NotificationChannel.EMAIL, is_active=True).first()
    if setting is None or not settings.EMAIL_ENABLED:
        return 0
    written = [
        Notification(
            key=f"{_key(brief)}/{what}/{address}"[:120],
            kind=NotificationKind.BRIEF,
            channel=NotificationChannel.EMAIL,
            setting=setting,
            address=address,
            text=subject,
            body=body,
            state=NotificationState.QUEUED,
            not_before=now,
            created_at=now,
        )
        for address in addresses
    ]
    Notification.objects.bulk_create(written, ignore_conflicts=True)
    return len(written)


def _body(brief: Brief) -> str:
    version = latest_version(brief)
    context = {
        "heading": version.snapshot.content["heading"],
        "title": title_of(brief),
        "overview": version.blocks.get("overview", ""),
        "signature": version.signature,
        "signed_on": version.signed_on,
        "code": version.snapshot.sha256[:16],
    }
    return render_to_string("notifications/brief.txt", context).strip()


def _key(brief: Brief) -> str:
    return f"brief/{brief.pk}/{brief.round}"


def _reader(user_id: int) -> Staff:
    user = Staff.objects.filter(pk=user_id, is_active=True).first()
    if user is None or not _still_readers([user_id]):
        raise InvalidInputError.of_field(
            "user",
            "not_a_reader",
            "这个账号没有查看简报的岗位（指挥室、街道领导、审计员、部门负责人）",
        )
    return user


def _still_readers(user_ids: Iterable[int]) -> list[int]:
    """Return who of them may read a signed brief now."""
    seats = Membership.objects.filter(
        user__in=list(user_ids), role__in=READS_BRIEFS, is_active=True,
        user__is_active=True, department__is_active=True,
    )  # fmt: skip
    return sorted(set(seats.values_list("user_id", flat=True)))


def _checked_kinds(kinds: Iterable[str]) -> list[str]:
    wanted = [kind.value for kind in BriefKind if kind.value in set(kinds)]
    if not wanted:
        raise InvalidInputError.of_field("kinds", "required", "请至少选一种简报")
    return wanted


def _checked_email(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise InvalidInputError.of_field("email", "invalid", "请填写正确的邮箱地址") from None
    if len(address) > 80:  # noqa: PLR2004 - leaves room in the key of the outbox
        raise InvalidInputError.of_field("email", "too_long", "邮箱地址太长")
    return address


def _check_role(actor: Actor) -> None:
    if not actor.roles & EDITS:
        raise NotAllowedError("role_not_allowed", "订阅名单由指挥室坐席或值班领导管理")


def _audit(row: BriefSubscriber, step: str, actor: Actor, now: datetime) -> None:
    data = {"step": step, "subscriber": row.pk, "user": row.user_id, "kinds": row.kinds}
    record_audit(AuditAction.BRIEF, actor=actor.user, now=now, data=data)
