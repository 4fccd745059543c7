"""Restricting a sender for a while, and lifting it; who decides is the caller's part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Network, ip_network

from django.utils.translation import gettext as _

from reports.domain.senders import account_digest
from reports.enums import BlockReason, SenderKind
from reports.models import Report, Resident, SenderBlock
from reports.queries.blocks import forget_blocks, standing_blocks
from xiangcun.lib.errors import ConflictError, InvalidInputError

LONGEST = timedelta(days=90)
LONGEST_OF_ADDRESS = timedelta(days=7)
"""An address is often shared and soon somebody else's."""
_WIDEST_V4, _WIDEST_V6 = 16, 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """Why, until when (aware), and the office's own note."""

    reason: BlockReason
    until: datetime
    note: str


def known_senders(report: Report) -> list[SenderKind]:
    """Return by what the sender of this report can be restricted."""
    found = {
        SenderKind.RESIDENT: report.resident_id is not None,
        SenderKind.DEVICE: bool(report.sender_device),
        SenderKind.ADDRESS: bool(report.sender_address),
    }
    return [kind for kind, known in found.items() if known]


def block_sender(
    report: Report, kinds: Sequence[SenderKind], restriction: Restriction, *, now: datetime
) -> list[SenderBlock]:
    """Restrict whoever sent ``report``, by each of ``kinds``; nobody learns who that is.

    Raises ``sender_unknown`` for a kind the report does not tell (any more).
    """
    known = known_senders(report)
    if not kinds or any(kind not in known for kind in kinds):
        raise InvalidInputError.of_field(
            "kinds", "sender_unknown", _("请选择限制什么；没有列出的，这件上报已查不到")
        )
    for kind in kinds:
        _check_until(kind, restriction.until, now=now)
    rows = [
        SenderBlock.objects.create(
            kind=kind,
            resident_id=report.resident_id if kind == SenderKind.RESIDENT else None,
            value=_value_of(report, kind),
            reason=restriction.reason,
            note=restriction.note,
            report=report,
            starts_at=now,
            until=restriction.until,
        )
        for kind in kinds
    ]
    forget_blocks()
    return rows


def block_network(text: str, restriction: Restriction, *, now: datetime) -> SenderBlock:
    """Restrict a network such as ``203.0.113.0/24``; raises ``network_invalid``, ``network_too_wide``."""
    try:
        network = ip_network(text.strip(), strict=False)
    except ValueError as error:
        message = _("请填写 IP 地址或网段，例如 203.0.113.0/24")
        raise InvalidInputError.of_field("network", "network_invalid", message) from error
    widest = _WIDEST_V4 if isinstance(network, IPv4Network) else _WIDEST_V6
    if network.prefixlen < widest:
        raise InvalidInputError.of_field(
            "network", "network_too_wide", _("网段太大，最大为 /%d") % widest
        )
    _check_until(SenderKind.NETWORK, restriction.until, now=now)
    block = SenderBlock.objects.create(
        kind=SenderKind.NETWORK,
        value=str(network),
        reason=restriction.reason,
        note=restriction.note,
        starts_at=now,
        until=restriction.until,
    )
    forget_blocks()
    return block


def lift_block(block_id: int, *, note: str, now: datetime) -> SenderBlock:
    """End a restriction before its time; ``block_over`` when it has ended already."""
    standing = SenderBlock.objects.filter(pk=block_id, lifted_at__isnull=True, until__gt=now)
    if not standing.update(lifted_at=now, lifted_note=note):
        raise ConflictError("block_over", _("这条限制已经解除或到期"))
    forget_blocks()
    return SenderBlock.objects.get(pk=block_id)


def remember_account(person: Resident, *, now: datetime) -> None:
    """Keep of an account that is being erased what its standing restrictions need to find it again."""
    if person.openid:
        standing = standing_blocks(now=now).filter(resident=person)
        standing.update(account=account_digest(person.openid))


def follow_account(person: Resident, *, now: datetime) -> None:
    """Let the restrictions of an erased account hold for whoever signs in with it anew."""
    left = standing_blocks(now=now).filter(account=account_digest(person.openid or ""))
    if left.update(resident=person, account=""):
        forget_blocks()


def _value_of(report: Report, kind: SenderKind) -> str:
    return {
        SenderKind.DEVICE: report.sender_device,
        SenderKind.ADDRESS: report.sender_address,
    }.get(kind, "")


def _check_until(kind: SenderKind, until: datetime, *, now: datetime) -> None:
    shared = kind in {SenderKind.ADDRESS, SenderKind.NETWORK}
    longest = LONGEST_OF_ADDRESS if shared else LONGEST
    if not now < until <= now + longest:
        message = _("%(kind)s最多限制 %(days)d 天") % {"kind": kind.label, "days": longest.days}
        raise InvalidInputError.of_field("days", "too_long", message)
