"""Guides and bulletins for tests, written through the domain."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from reports.domain.bulletins import BulletinWords, create_bulletin, publish_bulletin
from reports.domain.guide_fields import Office, Township, read_guide
from reports.domain.guides import create_guide, publish_guide
from reports.domain.seeding import SeedMode, seed_dimensions
from reports.models import Bulletin, Guide
from reports.queries.township import Circle
from tests.factories import NOW

TOWNSHIP = Township(
    {"公共服务办公室": Office("public_service", "公共服务办公室"), "环卫所": Office("sanitation", "环卫所")},
    Circle(30.31, 120.5, 4000.0),
)  # fmt: skip
CARD = {
    "title": "社保卡补办",
    "synonyms": "市民卡、医保卡",
    "dimensions": "便",
    "summary": "卡丢了、坏了都可以补办",
    "address": "示例路 1 号便民中心 3 号窗口",
    "lat": "30.3245",
    "lng": "120.4865",
    "phones": "窗口 0571-0000 0001；咨询 0571-0000 0002",
    "week": "周一至周五 8:30-12:00，13:30-17:30",
    "documents": "本人身份证\n一寸照片",
    "fee": "免费",
    "time_limit": "当场办结",
    "department": "公共服务办公室",
}


def make_guide(*, now: datetime = NOW, shown: bool = True, **typed: Any) -> Guide:
    """Store a guide from what somebody types; the defaults are a card to be had at an office."""
    seed_dimensions(mode=SeedMode.FILL)
    guide = create_guide(read_guide({**CARD, **typed}, TOWNSHIP), now=now)
    return publish_guide(guide.pk, now=now) if shown else guide


def make_bulletin(*, now: datetime = NOW, shown: bool = True, **words: Any) -> Bulletin:
    """Store a bulletin; shown from an hour ago on."""
    row = create_bulletin(bulletin_words(now=now, **words), drafted_by="dispatcher", now=now)
    return publish_bulletin(row.pk, published_by="lead", now=now) if shown else row


def bulletin_words(*, now: datetime = NOW, **words: Any) -> BulletinWords:
    """Return what a bulletin says."""
    values = {
        "title": "示例停水通知",
        "body": "明天 8:00 至 17:00 检修管道，请提前储水。\n\n抢修电话 0571-0000 0003。",
        "source": "水务站",
        "publish_at": now - timedelta(hours=1),
        "expire_at": None,
        **words,
    }
    return BulletinWords(**values)
