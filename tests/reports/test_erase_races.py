"""An erasure beside everything else the same person does at that moment, on another phone or in another tab."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from reports.domain import erasing
from reports.domain.erasing import sweep_leftovers
from reports.domain.joining import absorb, sweep_absorbed
from reports.domain.sessions import Credentials, open_session
from reports.models import Photo, Report, ReportUpdate, Resident, ResidentToken
from tests.factories import make_photo, make_report, make_resident, make_token
from tests.reports.conftest import Api, report_body
from tests.reports.pictures import jpeg, upload

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS, PHONE = 6, "13912340987"


def together(*works: Callable[[], object]) -> list[object]:
    """Run the works at the same moment; return what they returned, in their order."""
    barrier = threading.Barrier(len(works))
    found: list[object] = [None] * len(works)

    def run(index: int, work: Callable[[], object]) -> None:
        try:
            barrier.wait(5)
            found[index] = work()
        except BaseException as error:  # noqa: BLE001 - shown by the assertions
            found[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index, work)) for index, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def person(number: int) -> tuple[Resident, str, str]:
    """Return a resident and the tokens of two phones."""
    resident = make_resident(f"秘密{number}")
    return resident, make_token(resident), make_token(resident)


def nothing_is_left() -> None:
    assert not Report.objects.filter(resident__isnull=False).exists()
    assert not Report.objects.exclude(contact_phone="").exists()
    assert not Photo.objects.filter(resident__isnull=False).exists()
    assert not ReportUpdate.objects.filter(text__contains=PHONE).exists()
    assert not Report.objects.filter(text__contains=PHONE).exists()
    assert not ResidentToken.objects.exists()


def test_a_supplement_comes_before_the_erasure_or_not_at_all() -> None:
    for number in range(ROUNDS):
        resident, one, two = person(number)
        report = make_report(resident, allowed_actions=["supplement"])
        photo = make_photo(resident)
        words: dict[str, object] = {"text": f"打我电话{PHONE}", "photos": [str(photo.pk)]}
        path = f"/reports/{report.number}/supplement"

        def supplement(token: str = one, to: str = path, body: dict[str, object] = words) -> object:
            return Api(token).post(to, body).status_code

        said, erased = together(
            supplement,
            lambda token=two: Api(token).delete("/me").status_code,  # type: ignore[misc]
        )
        assert said in {200, 401, 404}
        assert erased == 204
    nothing_is_left()


def test_a_report_sent_during_the_erasure_is_cut_off_within_the_minute() -> None:
    for number in range(ROUNDS):
        _resident, one, two = person(number)
        body = report_body(text=f"路灯不亮，打{PHONE}", contact_phone=PHONE)
        sent, erased = together(
            lambda token=one, told=body: Api(token).post("/reports", told).status_code,  # type: ignore[misc]
            lambda token=two: Api(token).delete("/me").status_code,  # type: ignore[misc]
        )
        assert sent in {201, 401}
        assert erased == 204
    sweep_leftovers(now=timezone.now())
    nothing_is_left()


def test_what_was_written_under_a_tombstone_is_found_and_forgotten() -> None:
    """The narrowest case of the above, without luck: the row comes after the erasure."""
    resident, _one, two = person(0)
    assert Api(two).delete("/me").status_code == 204
    report = make_report(resident, text=f"打{PHONE}", contact_phone=PHONE)
    photo = make_photo(resident)
    now = timezone.now()
    assert sweep_leftovers(now=now) == 1
    nothing_is_left()
    assert not Photo.objects.filter(pk=photo.pk).exists()
    report.refresh_from_db()
    assert report.text == "打139****0987"
    assert sweep_leftovers(now=now) == 0


def test_who_became_another_is_not_forgotten_with_the_old_name() -> None:
    old, kept = make_resident("旧"), make_resident("新")
    absorb(old, kept, now=timezone.now())
    late = make_report(old)
    assert sweep_leftovers(now=timezone.now()) == 0
    assert sweep_absorbed(now=timezone.now()) == 1
    late.refresh_from_db()
    assert late.resident == kept


def test_a_photo_on_its_way_is_gone_too() -> None:
    for number in range(3):
        _resident, one, two = person(number)
        file = upload(jpeg(gps=True))
        sent, erased = together(
            lambda token=one, told=file: Api(token).upload("/photos", {"file": told}).status_code,  # type: ignore[misc]
            lambda token=two: Api(token).delete("/me").status_code,  # type: ignore[misc]
        )
        assert sent in {201, 401}
        assert erased == 204
    sweep_leftovers(now=timezone.now())
    nothing_is_left()


def test_two_phones_erase_at_once() -> None:
    for number in range(ROUNDS):
        resident, one, two = person(number)
        make_report(resident, contact_phone=PHONE)
        found = together(
            lambda token=one: Api(token).delete("/me").status_code,  # type: ignore[misc]
            lambda token=two: Api(token).delete("/me").status_code,  # type: ignore[misc]
        )
        assert set(found) <= {204, 401}
        assert 204 in found
    nothing_is_left()


def test_a_login_beside_the_erasure_is_the_old_person_gone_or_a_new_one() -> None:
    for number in range(ROUNDS):
        secret = uuid.uuid4().hex * 2
        session = open_session(Credentials(device=secret), now=timezone.now())
        make_report(session.resident)
        opened, erased = together(
            lambda device=secret: Api().post("/session", {"device": device}),  # type: ignore[misc]
            lambda token=session.token: Api(token).delete("/me").status_code,  # type: ignore[misc]
        )
        assert erased == 204
        token = opened.json()["token"]  # type: ignore[attr-defined]
        seen = Api(token).get("/reports")
        assert seen.status_code == 401 or seen.json()["items"] == []
        assert number < ROUNDS


def test_joining_beside_the_erasure_of_either_leaves_nobodys_rows() -> None:
    for number in range(ROUNDS):
        guest, guests_token, _ = person(number)
        kept, kepts_token, _ = person(100 + number)
        make_report(guest, contact_phone=PHONE)
        make_report(kept, contact_phone=PHONE)
        token = guests_token if number % 2 else kepts_token
        found = together(
            lambda a=guest, b=kept: absorb(a, b, now=timezone.now()),  # type: ignore[misc]
            lambda token=token: Api(token).delete("/me").status_code,  # type: ignore[misc]
        )
        assert not [one for one in found if isinstance(one, BaseException)]
        assert found[1] in {204, 401}
    later = timezone.now() + timedelta(minutes=1)
    sweep_absorbed(now=later)
    sweep_leftovers(now=later)
    linked = Report.objects.filter(resident__isnull=False)
    assert not linked.filter(resident__erased_at__isnull=False).exists()


def test_nobody_takes_the_offices_photos_by_being_erased() -> None:
    """A report that is nobody's has the same owner as the office's photos: none."""
    resident, one, two = person(0)
    report = make_report(resident, allowed_actions=["supplement"])
    theirs = make_photo(None)
    assert Api(two).delete("/me").status_code == 204
    body = {"text": "", "photos": [str(theirs.pk)]}
    assert Api(one).post(f"/reports/{report.number}/supplement", body).status_code == 401
    theirs.refresh_from_db()
    assert theirs.claimed_at is None


def test_a_report_that_comes_in_the_middle_of_an_erasure_is_not_cut_off_uncleaned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Cut off before its words were cleaned, nobody would ever find it again."""
    resident, _one, two = person(0)
    make_report(resident)
    late: list[Report] = []
    clean = erasing._rewrite

    def clean_and_be_overtaken(*args: object) -> None:
        clean(*args)  # type: ignore[arg-type]
        if not late:
            late.append(make_report(resident, text=f"打{PHONE}", contact_phone=PHONE))

    monkeypatch.setattr(erasing, "_rewrite", clean_and_be_overtaken)
    assert Api(two).delete("/me").status_code == 204
    late[0].refresh_from_db()
    assert late[0].resident == resident
    assert sweep_leftovers(now=timezone.now()) == 1
    nothing_is_left()
