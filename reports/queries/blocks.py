"""The standing restrictions, kept in the process for some seconds: every report is held against them."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.db.models import Q, QuerySet

from reports.enums import SenderKind
from reports.models import SenderBlock

FRESH_SECONDS = 5.0
MOST_STANDING = 2000

Network = IPv4Network | IPv6Network


class _Kept:
    """The process's copy: who, which digests, which networks."""

    residents: dict[int, list[SenderBlock]] = {}
    values: dict[tuple[str, str], list[SenderBlock]] = {}
    networks: list[tuple[Network, SenderBlock]] = []
    loaded_at: float | None = None


def standing_blocks(*, now: datetime) -> QuerySet[SenderBlock]:
    """Return the restrictions that hold at ``now``, the newest first."""
    rows = SenderBlock.objects.filter(lifted_at__isnull=True, until__gt=now)
    return rows.order_by("-pk")


def forget_blocks() -> None:
    """Drop this process's copy: the next use reads the rows again."""
    _Kept.loaded_at = None


def block_of(
    *, resident_id: int | None, device: str, address_digest: str, address: str, now: datetime
) -> SenderBlock | None:
    """Return the restriction that fits this sender and ends last; no query but every few seconds.

    ``device`` and ``address_digest`` are digests, ``address`` the plain one for the networks.
    """
    _load(now)
    found = [
        *(_Kept.residents.get(resident_id, ()) if resident_id is not None else ()),
        *_Kept.values.get((SenderKind.DEVICE, device), ()),
        *_Kept.values.get((SenderKind.ADDRESS, address_digest), ()),
        *_of_networks(address),
    ]
    return max((row for row in found if row.until > now), key=lambda row: row.until, default=None)


def _load(now: datetime) -> None:
    fresh = _Kept.loaded_at is not None and time.monotonic() - _Kept.loaded_at <= FRESH_SECONDS
    if not fresh:
        _arrange(standing_blocks(now=now)[:MOST_STANDING])
        _Kept.loaded_at = time.monotonic()


def _arrange(rows: Iterable[SenderBlock]) -> None:
    _Kept.residents, _Kept.values, _Kept.networks = {}, {}, []
    for row in rows:
        if row.kind == SenderKind.RESIDENT and row.resident_id is not None:
            _Kept.residents.setdefault(row.resident_id, []).append(row)
        elif row.kind == SenderKind.NETWORK:
            _Kept.networks.append((ip_network(row.value), row))
        else:
            _Kept.values.setdefault((row.kind, row.value), []).append(row)


def _of_networks(address: str) -> list[SenderBlock]:
    if not _Kept.networks or not address:
        return []
    place = ip_address(address)
    return [row for network, row in _Kept.networks if place in network]


def listed_blocks(
    *, ended: bool, before: int | None, size: int, now: datetime
) -> list[SenderBlock]:
    """Return one row more than ``size`` restrictions, the newest first: standing or ended ones."""
    standing = Q(lifted_at__isnull=True, until__gt=now)
    rows = SenderBlock.objects.filter(~standing if ended else standing).select_related("report")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[: size + 1])
