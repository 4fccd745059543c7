"""Guides and bulletins of a demo township: invented, and marked 示例 wherever they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from reports.domain.bulletins import BulletinWords, create_bulletin, publish_bulletin
from reports.domain.guide_fields import Office, Township, read_guide
from reports.domain.guides import create_guide, publish_guide
from reports.domain.seeding import DATA, read_data
from reports.models import Bulletin, Grid, Guide

FILE = "guides.json"
DEMO_AUTHOR = "示例"

Row = Mapping[str, Any]


def seed_demo_guides(
    offices: Mapping[str, Office], *, folder: Path | None, now: datetime
) -> tuple[int, int]:
    """Fill a directory nobody has begun, and a notice board nobody has used; return how many of each."""
    data = read_data(FILE, shipped=DATA, folder=folder)
    guides = [] if Guide.objects.exists() else data["guides"]
    bulletins = [] if Bulletin.objects.exists() else data["bulletins"]
    with transaction.atomic():
        _guides(guides, offices, now)
        _bulletins(bulletins, now)
    return len(guides), len(bulletins)


def _guides(rows: Sequence[Row], offices: Mapping[str, Office], now: datetime) -> None:
    township = Township(offices, None)
    for row in rows:
        guide = create_guide(read_guide(row, township), now=now)
        publish_guide(guide.pk, now=now)
    Guide.objects.filter(code__in=[row["code"] for row in rows]).update(is_example=True)


def _bulletins(rows: Sequence[Row], now: datetime) -> None:
    for row in rows:
        start = now + timedelta(hours=row["from_hours"])
        grids = Grid.objects.filter(village_code=row.get("village", ""), is_active=True)
        words = BulletinWords(
            title=row["title"],
            body=row["body"],
            source=row["source"],
            publish_at=start,
            expire_at=start + timedelta(days=row["days"]),
            pinned=row.get("pinned", False),
            grids=list(grids.values_list("code", flat=True)),
            dimension=row.get("dimension", ""),
        )
        bulletin = create_bulletin(words, drafted_by=DEMO_AUTHOR, now=now)
        publish_bulletin(bulletin.pk, published_by=DEMO_AUTHOR, now=now)
        Bulletin.objects.filter(pk=bulletin.pk).update(is_example=True)
