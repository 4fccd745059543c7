"""Drafting by itself: on working mornings, once each, missed ones made up for; and the drawing's task."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.files.storage import default_storage

from dispatch.enums import BriefFileState
from dispatch.models import Brief, BriefFile, Notification
from dispatch.schedule import BEAT
from dispatch.summary.briefs import render
from dispatch.summary.briefs.schedule import draft_due_briefs
from dispatch.tasks import draw_brief_file, sweep_briefs
from tests.dispatch.factories import Cast, make_cast, make_ticket
from tests.dispatch.summary.brief_stage import MONDAY, signed

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    yield
    settings.MEDIA_ROOT = None


def drafted(now: datetime) -> list[tuple[str, str, str]]:
    return [
        (row.kind, f"{row.first:%m%d}", f"{row.last:%m%d}") for row in draft_due_briefs(now=now)
    ]


def test_a_monday_drafts_the_weekend_and_the_week_and_twice_is_once(
    cast: Cast, settings: Any
) -> None:
    settings.BRIEF_KINDS = ("day", "week")
    make_ticket(cast=cast, now=MONDAY - 4 * DAY)  # Thursday
    early = MONDAY.replace(hour=23) - DAY  # 7:00 on Monday in Shanghai
    assert drafted(early) == []
    assert drafted(MONDAY - DAY) == []  # a Sunday
    made = drafted(MONDAY)
    assert made == [("day", "1119", "1119"), ("day", "1120", "1122"), ("week", "1116", "1122")]
    assert drafted(MONDAY) == []
    assert drafted(MONDAY + timedelta(hours=5)) == []
    # The machine was off on Tuesday: Wednesday makes up for it.
    assert drafted(MONDAY + 2 * DAY) == [("day", "1123", "1123"), ("day", "1124", "1124")]
    serials = Brief.objects.filter(kind="day").order_by("first").values_list("serial", flat=True)
    assert list(serials) == [1, 2, 3, 4]


def test_nothing_is_drafted_of_days_before_the_office_began(cast: Cast) -> None:
    assert drafted(MONDAY) == []
    make_ticket(cast=cast, now=MONDAY)
    assert drafted(MONDAY) == []


def test_drawing_goes_to_the_worker_for_slow_things() -> None:
    assert configured.CELERY_TASK_ROUTES["dispatch.draw_brief"] == {"queue": "exports"}
    assert {row["task"] for row in BEAT.values()} >= {
        "dispatch.draft_briefs",
        "dispatch.sweep_briefs",
    }


def test_files_are_drawn_once_and_stored_as_their_digest_says(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = signed(cast).versions.get(step="sign")
    drawn: list[str] = []

    def draw(_version: object, wanted: str) -> bytes:
        drawn.append(wanted)
        return wanted.encode()

    monkeypatch.setattr(render, "draw_version", draw)
    for file in [*version.files.all(), *version.files.all()]:
        draw_brief_file(file.pk)
    assert sorted(drawn) == ["docx", "pdf", "xlsx"]
    for file in version.files.all():
        assert file.state == BriefFileState.DONE
        with default_storage.open(file.stored) as stored:
            content = stored.read()
        assert (file.sha256, file.size) == (hashlib.sha256(content).hexdigest(), len(content))


def test_a_drawing_that_breaks_says_so_and_one_that_died_is_begun_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = signed(cast).versions.get(step="sign").files.all()

    def broken(*_args: object) -> bytes:
        raise ValueError

    monkeypatch.setattr(render, "draw_version", broken)
    draw_brief_file(first.pk)
    first.refresh_from_db()
    assert first.state == BriefFileState.FAILED
    assert first.message.startswith("生成出错")
    files = BriefFile.objects.filter(pk__in=(second.pk, third.pk))
    files.update(state=BriefFileState.DRAWING, attempts=1, beat_at=MONDAY)
    BriefFile.objects.filter(pk=third.pk).update(attempts=3)
    sweep_briefs()
    assert [row.state for row in files.order_by("pk")] == ["waiting", "failed"]
    assert Notification.objects.count() == 0  # nobody subscribed
