from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from reports.domain.consents import answer_consents
from reports.domain.intake import CHECK_TASK
from reports.domain.joining import absorb
from reports.domain.privacy import erase_resident
from reports.domain.progress import Progress, project, take_over
from reports.domain.publication import (
    approve,
    open_gates,
    settle_checks,
    withhold,
    write_note,
)
from reports.enums import ConsentKind, Publication, PublicPhotoKind, PublicStatus
from reports.models import PublicPhoto, Report, Resident
from reports.queries.notices import current_notice
from tests.factories import (
    NOW,
    make_photo,
    make_public_photo,
    make_report,
)
from tests.reports.conftest import Api, report_body
from xiangcun.lib import bell
from xiangcun.lib.errors import ConflictError, InvalidInputError

pytestmark = pytest.mark.django_db
SHOWN = Progress(status=PublicStatus.PROCESSING, publish=True)
LATER = NOW + timedelta(hours=1)


def _sent(api: Api, **changes: Any) -> Report:
    number = api.post("/reports", report_body(repeat_ok=True, **changes)).json()["number"]
    return Report.objects.get(number=number)


def _choose(resident: Resident, *, granted: bool, now: datetime) -> None:
    resident.refresh_from_db()
    answers = {ConsentKind.PUBLICATION: granted}
    answer_consents(resident, answers, version=current_notice().version, now=now)


def _shown(report: Report) -> bool:
    report.refresh_from_db()
    return report.published_at is not None


def test_it_works(api: Api) -> None:
    """Nothing against it: the case is public as soon as the office shows it."""
    report = _sent(api)
    assert report.publication == Publication.CLEAR
    assert not _shown(report)
    project([report.pk], SHOWN, now=NOW)
    assert _shown(report)
    project([report.pk], SHOWN, now=LATER)
    report.refresh_from_db()
    assert report.published_at == NOW  # since when, and not when last


def test_suspicious_words_wait_for_a_person(api: Api) -> None:
    report = _sent(api, text="隔壁天天家暴，垃圾也不倒")
    assert report.publication == Publication.REVIEW
    project([report.pk], SHOWN, now=NOW)
    assert not _shown(report)
    assert report.publishable
    approve(report.pk, now=LATER)
    assert _shown(report)
    assert report.published_at == LATER


def test_staff_may_have_to_see_everything(api: Api, settings: Settings) -> None:
    settings.PUBLICATION_REVIEW = "all"
    assert _sent(api).publication == Publication.REVIEW


def test_letters_are_never_public_and_never_checked(
    api: Api, zhang: Resident, settings: Settings
) -> None:
    settings.WECHAT_APPID, settings.WECHAT_SECRET = "wx1", "s"
    Resident.objects.filter(pk=zhang.pk).update(openid="o6_bmjrPTlm6_2sgVt7hMZOPfL2M")
    report = _sent(api, kind="opinion")
    assert report.publication == Publication.CLEAR
    project([report.pk], SHOWN, now=NOW)
    assert not _shown(report)
    assert not report.publishable


@pytest.mark.parametrize(
    ("openid", "anonymous", "state"),
    [
        ("o6_bmjrPTlm6_2sgVt7hMZOPfL2M", False, Publication.PENDING),
        ("o6_bmjrPTlm6_2sgVt7hMZOPfL2M", True, Publication.CLEAR),
        ("guest:" + "0" * 64, False, Publication.CLEAR),
        ("h5:o6_bmjrPTlm6_2sgVt7hMZOPfL2M", False, Publication.CLEAR),
    ],
)
def test_the_platform_is_asked_about_whom_it_knows(
    api: Api,
    zhang: Resident,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    openid: str,
    anonymous: bool,
    state: Publication,
) -> None:
    settings.WECHAT_APPID, settings.WECHAT_SECRET = "wx1", "s"
    Resident.objects.filter(pk=zhang.pk).update(openid=openid)
    rung: list[tuple[Any, ...]] = []
    monkeypatch.setattr(bell, "ring_on_commit", lambda *args: rung.append(args))
    report = _sent(api, anonymous=anonymous)
    assert report.publication == state
    asked = [args for args in rung if args[0] == CHECK_TASK]
    assert asked == ([(CHECK_TASK, report.pk)] if state == Publication.PENDING else [])


def test_checks_that_end_after_triage_publish(zhang: Resident) -> None:
    report = make_report(zhang, publication=Publication.PENDING)
    project([report.pk], SHOWN, now=NOW)
    assert not _shown(report)
    assert settle_checks(report.pk, Publication.CLEAR, now=LATER)
    assert _shown(report)
    assert not settle_checks(report.pk, Publication.REVIEW, now=LATER)
    assert _shown(report)


def test_triage_with_an_old_row_loses_no_publication(zhang: Resident) -> None:
    """The checks end between triage's reading and its writing: the sweep shows the case."""
    report = make_report(zhang, publication=Publication.PENDING)
    read_before = Report.objects.get(pk=report.pk)
    settle_checks(report.pk, Publication.CLEAR, now=NOW)
    assert take_over(read_before, SHOWN, now=NOW)
    assert not _shown(report)
    assert open_gates(now=LATER) == 1
    assert _shown(report)
    assert open_gates(now=LATER) == 0


def test_triage_with_an_old_row_publishes_nothing_closed_meanwhile(zhang: Resident) -> None:
    report = make_report(zhang)
    read_before = Report.objects.get(pk=report.pk)
    _choose(zhang, granted=False, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        take_over(read_before, SHOWN, now=NOW)
    assert not _shown(report)
    assert report.triaged_at is None  # the sweep comes back with the row of now


def test_what_staff_withheld_stays_so(zhang: Resident) -> None:
    report = make_report(zhang, published_at=NOW)
    withhold(report.pk, now=LATER)
    assert not _shown(report)
    project([report.pk], SHOWN, now=LATER)
    assert not _shown(report)
    with pytest.raises(ConflictError) as caught:
        withhold(report.pk, now=LATER)
    assert caught.value.code == "already_withheld"
    approve(report.pk, now=LATER)
    assert _shown(report)


def test_staff_cannot_publish_what_the_office_does_not_show(zhang: Resident) -> None:
    report = make_report(zhang, publication=Publication.REVIEW)
    with pytest.raises(ConflictError) as caught:
        approve(report.pk, now=NOW)
    assert caught.value.code == "publication_not_possible"


def test_a_case_that_leaves_the_office_leaves_the_public(zhang: Resident) -> None:
    report = make_report(zhang, published_at=NOW, publishable=True)
    project([report.pk], Progress(status=PublicStatus.REJECTED), now=LATER)
    assert not _shown(report)
    assert not report.publishable


def test_the_resident_decides_over_everybody(zhang: Resident, li: Resident, api: Api) -> None:
    mine, held = make_report(zhang, published_at=NOW), make_report(zhang, published_at=NOW)
    other = make_report(li, published_at=NOW)
    withhold(held.pk, now=NOW)
    public = make_public_photo(mine, make_photo(zhang))

    _choose(zhang, granted=False, now=LATER)
    assert not _shown(mine)
    assert _shown(other)
    assert not PublicPhoto.objects.filter(pk=public.pk).exists()
    with pytest.raises(ConflictError) as caught:
        approve(mine.pk, now=LATER)
    assert caught.value.code == "publication_refused"
    assert _sent(api).publication == Publication.REFUSED

    _choose(zhang, granted=True, now=LATER)
    assert _shown(mine)
    held.refresh_from_db()
    assert held.publication == Publication.WITHHELD
    assert _sent(api).publication == Publication.CLEAR


def test_the_database_keeps_the_gate(zhang: Resident) -> None:
    report = make_report(zhang, publication=Publication.REVIEW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(published_at=NOW)


def test_public_words_hold_no_contacts_and_no_links(zhang: Resident) -> None:
    report = make_report(zhang)
    note = write_note(report.pk, summary=" 村口垃圾 ", reply="见 www.example.com", now=NOW)
    assert (note.summary, note.reply) == ("村口垃圾", "见 [链接]")
    with pytest.raises(InvalidInputError) as caught:
        write_note(report.pk, summary="", reply="请打 13812345678", now=NOW)
    assert caught.value.errors[0].field == "reply"
    note.refresh_from_db()
    assert note.summary == "村口垃圾"


def test_an_erasure_takes_the_persons_photos_along(zhang: Resident, li: Resident) -> None:
    """The case stays with its neutral line: nothing in it is the person's."""
    mine, other = make_report(zhang, published_at=NOW), make_report(li, published_at=NOW)
    make_public_photo(mine, make_photo(zhang))
    result = make_public_photo(mine, make_photo(), kind=PublicPhotoKind.AFTER)
    kept = make_public_photo(other, make_photo(li))
    erase_resident(zhang, now=LATER)
    assert set(PublicPhoto.objects.all()) == {result, kept}
    assert _shown(mine)


@pytest.mark.parametrize("who", ["guest", "person"])
def test_two_rows_of_one_person_keep_the_stricter_choice(
    zhang: Resident, li: Resident, who: str
) -> None:
    hers = make_report(zhang, published_at=NOW), make_report(li, published_at=NOW)
    _choose(zhang if who == "guest" else li, granted=False, now=NOW)
    zhang.refresh_from_db()
    li.refresh_from_db()
    assert absorb(zhang, into=li, now=LATER)
    assert not any(_shown(report) for report in hers)
    assert {report.resident_id for report in hers} == {li.pk}
    assert li.publication_refused
