from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from reports.domain.checks import BACK_OFF, check_content, sweep_content_checks
from reports.enums import CheckState, PhotoStatus, Publication
from reports.models import ContentCheck, Report, ReportPhoto, Resident
from tests.factories import NOW, make_photo, make_report, make_resident
from xiangcun.lib import wechat
from xiangcun.lib.wechat.push import deliver

pytestmark = pytest.mark.django_db
OPENID = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"
State = wechat.CheckState


class Platform:
    """Answers as it is told and remembers what it was asked."""

    def __init__(self) -> None:
        self.text: list[wechat.CheckState] = [State.PASS]
        self.media: list[wechat.CheckState] = [State.ACCEPTED]
        self.asked: list[tuple[str, str]] = []

    def check_text(self, content: str, *, openid: str, **_: Any) -> wechat.CheckOutcome:
        self.asked.append((content, openid))
        state = self.text.pop(0) if len(self.text) > 1 else self.text[0]
        return wechat.CheckOutcome(state=state, trace_id="t-text", label=100)

    def check_media(self, url: str, *, openid: str, **_: Any) -> wechat.CheckOutcome:
        self.asked.append((url, openid))
        state = self.media.pop(0) if len(self.media) > 1 else self.media[0]
        return wechat.CheckOutcome(state=state, trace_id=f"t-{len(self.asked)}")


@pytest.fixture
def platform(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Platform:
    settings.WECHAT_APPID, settings.WECHAT_SECRET = "wx1", "s"
    settings.PUBLIC_BASE_URL = "https://town.example"
    fake = Platform()
    monkeypatch.setattr(wechat, "api", lambda: fake)
    return fake


@pytest.fixture
def person(db: None) -> Resident:
    return make_resident("赵六", openid=OPENID)


def _waiting(person: Resident, **extra: Any) -> Report:
    return make_report(person, publication=Publication.PENDING, publishable=True, **extra)


def _gate(report: Report) -> Publication:
    report.refresh_from_db()
    return Publication(report.publication)


def test_it_works(platform: Platform, person: Resident) -> None:
    report = _waiting(person)
    check_content(report.pk, now=NOW)
    assert platform.asked == [(report.text, OPENID)]
    assert _gate(report) == Publication.CLEAR
    assert report.published_at == NOW
    check_content(report.pk, now=NOW + timedelta(hours=1))
    assert len(platform.asked) == 1


@pytest.mark.parametrize("answer", [State.REVIEW, State.RISKY, State.TOO_LATE, State.REFUSED])
def test_everything_but_a_pass_is_for_a_person(
    platform: Platform, person: Resident, answer: wechat.CheckState
) -> None:
    platform.text = [answer]
    report = _waiting(person)
    check_content(report.pk, now=NOW)
    assert _gate(report) == Publication.REVIEW
    assert report.published_at is None


def test_our_own_words_still_count(platform: Platform, person: Resident) -> None:
    report = _waiting(person, text="隔壁天天家暴")
    check_content(report.pk, now=NOW)
    assert platform.asked
    assert _gate(report) == Publication.REVIEW


def test_it_asks_again_and_gives_up(platform: Platform, person: Resident) -> None:
    platform.text = [State.RETRY]
    report = _waiting(person)
    now: datetime = NOW
    for _ in range(len(BACK_OFF) + 1):
        sweep_content_checks(now=now + timedelta(minutes=1))
        now += timedelta(minutes=31)
    assert len(platform.asked) == len(BACK_OFF) + 1
    assert _gate(report) == Publication.REVIEW
    check = ContentCheck.objects.get()
    assert check.state == CheckState.UNAVAILABLE
    assert sum(BACK_OFF) < 2 * 3600  # later the platform does not know the person any more


def test_it_waits_before_it_asks_again(platform: Platform, person: Resident) -> None:
    platform.text = [State.RETRY, State.PASS]
    report = _waiting(person)
    check_content(report.pk, now=NOW)
    check_content(report.pk, now=NOW + timedelta(seconds=BACK_OFF[0] - 1))
    assert len(platform.asked) == 1
    sweep_content_checks(now=NOW + timedelta(seconds=BACK_OFF[0]))
    assert _gate(report) == Publication.CLEAR


def test_the_sweep_finds_a_lost_bell(platform: Platform, person: Resident) -> None:
    report = _waiting(person)
    sweep_content_checks(now=NOW + timedelta(seconds=5))
    assert not platform.asked
    sweep_content_checks(now=NOW + timedelta(seconds=30))
    assert _gate(report) == Publication.CLEAR


def test_what_staff_decided_meanwhile_stays(platform: Platform, person: Resident) -> None:
    report = _waiting(person)
    platform.text = [State.RETRY, State.PASS]
    check_content(report.pk, now=NOW)
    Report.objects.filter(pk=report.pk).update(publication=Publication.WITHHELD)
    sweep_content_checks(now=NOW + timedelta(minutes=5))
    assert _gate(report) == Publication.WITHHELD


def _with_photo(person: Resident, status: PhotoStatus = PhotoStatus.READY) -> Report:
    report = _waiting(person)
    photo = make_photo(person, status=status, renditions={"1600": "k"})
    ReportPhoto.objects.create(report=report, photo=photo)
    return report


def _picture(report: Report) -> ContentCheck:
    return ContentCheck.objects.get(report=report, photo__isnull=False)


def _push(trace_id: str, suggest: str, label: int, *, errcode: int = 0) -> None:
    """Deliver what WeChat pushes, by the way it takes."""
    data = {
        "trace_id": trace_id,
        "errcode": errcode,
        "result": {"suggest": suggest, "label": label},
    }
    deliver(wechat.PushEvent("wxa_media_check", "", NOW, data))


def test_pictures_are_handed_in_and_answered_by_push(platform: Platform, person: Resident) -> None:
    report = _with_photo(person)
    check_content(report.pk, now=NOW)
    assert _gate(report) == Publication.CLEAR  # the case does not wait for its pictures
    url, openid = platform.asked[1]
    assert url.startswith("https://town.example/media/photos/")
    assert openid == OPENID
    asked = _picture(report)
    assert asked.state == CheckState.ASKED
    _push(asked.trace_id, "risky", 20001)
    assert (_picture(report).state, _picture(report).label) == (CheckState.RISKY, 20001)
    _push(asked.trace_id, "pass", 100)
    assert _picture(report).state == CheckState.RISKY  # pushed twice: the first word counts
    _push("unknown", "pass", 100)
    _push("", "pass", 100)
    assert _picture(report).state == CheckState.RISKY


def test_a_picture_that_could_not_be_fetched_is_handed_in_again(
    platform: Platform, person: Resident
) -> None:
    report = _with_photo(person)
    check_content(report.pk, now=timezone.now())
    _push(_picture(report).trace_id, "", 0, errcode=-1008)
    assert _picture(report).state == CheckState.WAITING
    sweep_content_checks(now=timezone.now() + timedelta(hours=1))
    assert _picture(report).state == CheckState.ASKED
    assert len(platform.asked) == 3


def test_a_picture_without_an_answer_is_given_up(platform: Platform, person: Resident) -> None:
    report = _with_photo(person)
    check_content(report.pk, now=NOW)
    sweep_content_checks(now=NOW + timedelta(minutes=39))
    assert _picture(report).state == CheckState.ASKED
    sweep_content_checks(now=NOW + timedelta(minutes=41))
    assert _picture(report).state == CheckState.UNAVAILABLE
    assert len(platform.asked) == 2


def test_a_picture_that_is_not_drawn_yet_waits(platform: Platform, person: Resident) -> None:
    report = _with_photo(person, PhotoStatus.PENDING)
    check_content(report.pk, now=NOW)
    assert _picture(report).state == CheckState.WAITING
    assert len(platform.asked) == 1


def test_two_workers_ask_once(platform: Platform, person: Resident) -> None:
    report = _waiting(person)
    ContentCheck.objects.create(
        report=report, next_at=NOW + timedelta(seconds=60), created_at=NOW, attempts=1
    )
    check_content(report.pk, now=NOW)  # the other one holds the lease
    assert not platform.asked
    assert _gate(report) == Publication.PENDING
