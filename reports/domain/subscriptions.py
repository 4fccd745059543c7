"""The ledger of subscribe messages: what a person agreed to, what was used of it.

WeChat allows one message for each tap on 允许 and tells nobody how many are left. So every consent and
every use is a line; the sum is what we believe. Being wrong is harmless: 43101 sets it to nothing, and
the inbox has the message anyway. A consent arrives twice, from the phone and by WeChat's push: both
carry its minute, and the key makes them one line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from reports.domain.identity import resident_of_openid
from reports.domain.message_words import SUBSCRIPTION_TITLES, Subscription
from reports.enums import GrantKind
from reports.models import Resident, SubscriptionGrant
from reports.queries.messages import balances
from xiangcun.lib.errors import InvalidInputError
from xiangcun.lib.wechat import PushEvent, subscribe_results

SAME_SECONDS = 60
MOST_LEFT = 50
"""Consents beyond this are not counted: nobody will ever be sent so many."""

_P, _A, _R = Subscription.PROGRESS, Subscription.ASK, Subscription.RESULT
MOMENTS: Mapping[str, tuple[Subscription, ...]] = MappingProxyType(
    {"submit": (_R, _A, _P), "supplement": (_R, _A), "rate": (_P,), "reopen": (_R, _P)}
)
"""Which templates to ask for at which tap; WeChat shows three at most."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A template that a person may subscribe to, and how many messages are left of it."""

    id: str
    key: Subscription
    left: int

    @property
    def title(self) -> str:
        """What the settings page calls it."""
        return SUBSCRIPTION_TITLES[self.key]


def offers_for(resident_id: int) -> list[Offer]:
    """Return the templates of the settings in the order of their keys."""
    left = balances([resident_id])
    return [
        Offer(template_id, key, left.get((resident_id, template_id), 0))
        for key, template_id in template_ids().items()
    ]


def template_ids() -> dict[Subscription, str]:
    """Return the template ids of the settings by key."""
    rows = settings.WECHAT_TEMPLATES
    return {key: str(rows[key.value]["id"]) for key in Subscription if key.value in rows}


def record_choice(
    resident: Resident,
    *,
    accepted: Sequence[str],
    rejected: Sequence[str] = (),
    banned: Sequence[str] = (),
    now: datetime,
) -> None:
    """Write what a person chose in WeChat's window; ``unknown_template`` for what is not ours."""
    ours = set(template_ids().values())
    if not ours.issuperset([*accepted, *rejected, *banned]):
        raise InvalidInputError("unknown_template", _("没有这个订阅模板，请刷新后再试"))
    with transaction.atomic():
        if not _lock(resident.pk):
            return
        for kind, ids in (
            (GrantKind.ACCEPT, accepted),
            (GrantKind.REJECT, rejected),
            (GrantKind.BAN, banned),
        ):
            for template_id in dict.fromkeys(ids):
                _note(resident.pk, template_id, kind, at=now)


def record_use(resident_id: int, template_id: str, *, key: str, now: datetime) -> None:
    """Take one off: a message was sent."""
    with transaction.atomic():
        if _lock(resident_id):
            left = _left(resident_id, template_id)
            _write(resident_id, template_id, GrantKind.USED, -min(1, left), key=key, at=now)


def record_empty(resident_id: int, template_id: str, *, key: str, now: datetime) -> None:
    """Set it to nothing: WeChat says that there is none left, or the person switched it off."""
    with transaction.atomic():
        if _lock(resident_id):
            left = _left(resident_id, template_id)
            _write(resident_id, template_id, GrantKind.EMPTY, -left, key=key, at=now)


def hear_choice(event: PushEvent) -> None:
    """Take down what WeChat says a person chose in the window; the phone says the same."""
    resident = resident_of_openid(event.openid)
    if resident is None:
        return
    ours, chosen = set(template_ids().values()), subscribe_results(event)
    record_choice(
        resident,
        accepted=[row.template_id for row in chosen if row.accepted and row.template_id in ours],
        rejected=[
            row.template_id
            for row in chosen
            if row.status in {"reject", "filter"} and row.template_id in ours
        ],
        banned=[
            row.template_id for row in chosen if row.status == "ban" and row.template_id in ours
        ],
        now=event.created_at,
    )


def hear_change(event: PushEvent) -> None:
    """Take down that a person switched messages off in WeChat's own settings."""
    resident = resident_of_openid(event.openid)
    for row in subscribe_results(event) if resident else ():
        if resident and row.accepted is False:
            stamp = int(event.created_at.timestamp())
            key = f"change/{resident.pk}/{row.template_id}/{stamp}"
            record_empty(resident.pk, row.template_id, key=key, now=event.created_at)


def hear_failure(event: PushEvent) -> None:
    """Take down that a message WeChat had accepted was not shown: the person wants none."""
    resident = resident_of_openid(event.openid)
    for row in subscribe_results(event) if resident else ():
        if resident and row.error_code not in {"", "0"}:
            key = f"sent/{row.msg_id or int(event.created_at.timestamp())}/{row.template_id}"
            record_empty(resident.pk, row.template_id, key=key, now=event.created_at)


def fold_ledger(*, before: datetime, most: int = 500) -> int:
    """Replace what is older than ``before`` by one line a person and template; return how many pairs."""
    old = SubscriptionGrant.objects.filter(at__lt=before).exclude(kind=GrantKind.CARRIED)
    pairs = list(old.order_by().values_list("resident_id", "template_id").distinct()[:most])
    for resident_id, template_id in pairs:
        with transaction.atomic():
            _lock(resident_id)
            rows = SubscriptionGrant.objects.filter(
                resident_id=resident_id, template_id=template_id, at__lt=before
            )
            left = rows.aggregate(left=Sum("change"))["left"] or 0
            rows.delete()
            key = f"carried/{resident_id}/{template_id}"
            _write(resident_id, template_id, GrantKind.CARRIED, left, key=key, at=before)
    return len(pairs)


def _note(resident_id: int, template_id: str, kind: GrantKind, *, at: datetime) -> None:
    minute = int(at.timestamp()) // SAME_SECONDS
    left = _left(resident_id, template_id)
    change = {GrantKind.ACCEPT: int(left < MOST_LEFT), GrantKind.BAN: -left}.get(kind, 0)
    key = f"{kind}/{resident_id}/{template_id}/{minute}"
    _write(resident_id, template_id, kind, change, key=key, at=at)


def _lock(resident_id: int) -> bool:
    """Let one change of a person's ledger come after the other; False for who has been erased."""
    rows = Resident.objects.select_for_update().filter(pk=resident_id, erased_at__isnull=True)
    return rows.values_list("pk", flat=True).first() is not None


def _left(resident_id: int, template_id: str) -> int:
    return balances([resident_id]).get((resident_id, template_id), 0)


def _write(
    resident_id: int, template_id: str, kind: GrantKind, change: int, *, key: str, at: datetime
) -> None:
    row = SubscriptionGrant(
        key=key, resident_id=resident_id, template_id=template_id, kind=kind, change=change, at=at
    )
    SubscriptionGrant.objects.bulk_create([row], ignore_conflicts=True)
