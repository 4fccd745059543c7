"""After an erasure no table of the database knows the person, and nobody fills them in again."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from dispatch.enums import TicketStatus
from reports.domain.consents import write_consents
from reports.domain.guardians import ask_guardian
from reports.domain.originals import strip_originals
from reports.domain.photo_processing import process_photo
from reports.domain.photos import store_photo
from reports.domain.privacy import Profile, erase_resident, update_profile
from reports.enums import ConsentHow, ConsentKind
from reports.models import Consent, GuardianRequest, Photo, Rating, Report, Resident
from tests.dispatch.factories import make_cast, make_ticket
from tests.factories import NOW, make_photo, make_report, make_resident, make_token, make_update
from tests.reports.pictures import jpeg, upload

OPENID, UNIONID, NICKNAME, PHONE = "oSecretOpenid7", "uSecretUnion7", "秘密昵称", "13900001234"


@pytest.fixture
def person(db: None) -> Resident:
    return make_resident(
        NICKNAME, openid=OPENID, unionid=UNIONID, phone=PHONE, consent_version="2026-11"
    )


def tables_that_know(*words: str) -> set[str]:
    """Return the tables with one of the words in any column of any row."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - our own table names
            for row in cursor.fetchall():
                if any(word in str(value) for value in row for word in words):
                    found.add(table)
    return found


def test_it_leaves_nothing_in_any_table(person: Resident) -> None:
    said = f"路灯坏了，我是{NICKNAME}，电话{PHONE}"
    report = make_report(person, contact_phone=PHONE, text=said, address=f"找{NICKNAME}")
    make_update(report, text=said)
    Rating.objects.create(report=report, solved=True, score=5, comment=said, at=NOW)
    report.photos.add(make_photo(person, claimed_at=NOW))
    make_photo(person)
    make_ticket(TicketStatus.CLOSED, cast=make_cast(), report=report)
    make_token(person)
    assert tables_that_know(OPENID, UNIONID, NICKNAME, PHONE)
    erase_resident(person, now=NOW)
    assert tables_that_know(OPENID, UNIONID, NICKNAME, PHONE) == set()
    assert not Photo.objects.filter(resident=person).exists()
    kept = Report.objects.get(pk=report.pk)
    assert kept.text == "路灯坏了，我是某某，电话139****1234"
    assert (kept.client_id, kept.body_hash, kept.resident) == (None, "", None)


def test_it_does_not_fill_in_an_erased_person(person: Resident) -> None:
    erase_resident(person, now=NOW)
    update_profile(person, Profile(nickname=NICKNAME, phone=PHONE), now=NOW)
    assert tables_that_know(NICKNAME, PHONE) == set()


def test_it_erases_twice(person: Resident) -> None:
    erase_resident(person, now=NOW)
    erase_resident(person, now=NOW)
    assert not Resident.objects.get().is_active


def test_the_log_ends_on_the_tombstone(person: Resident) -> None:
    answers = {ConsentKind.PHONE: True, ConsentKind.PUBLICATION: False}
    write_consents(person, answers, how=ConsentHow.GIVEN, now=NOW)
    erase_resident(person, now=NOW)
    lines = Consent.objects.filter(resident=person).order_by("id")
    assert list(lines.values_list("kind", "granted", "how")) == [
        ("phone", True, "given"),
        ("publication", False, "given"),
        ("phone", False, "erased"),
    ]
    write_consents(person, answers, how=ConsentHow.GIVEN, now=NOW)
    assert lines.count() == 3


def test_a_guardian_who_leaves_leaves_the_child(person: Resident) -> None:
    child = make_resident("小明", age_band="child")
    request = ask_guardian(child, now=NOW)
    GuardianRequest.objects.filter(pk=request.pk).update(guardian=person)
    erase_resident(person, now=NOW)
    request.refresh_from_db()
    assert request.guardian is None
    erase_resident(child, now=NOW)
    assert not GuardianRequest.objects.exists()


@pytest.mark.parametrize("drawn_first", [True, False])
def test_the_camera_is_forgotten_and_the_picture_stays(
    person: Resident, drawn_first: bool, django_capture_on_commit_callbacks: Any
) -> None:
    photo, _new = store_photo(upload(jpeg(gps=True)), resident=person, now=NOW)
    orphan, _new = store_photo(upload(jpeg(size=(30, 20))), resident=person, now=NOW)
    assert photo.exif_lat is not None
    report = make_report(person)
    report.photos.add(photo)
    Photo.objects.filter(pk=photo.pk).update(claimed_at=NOW)
    if drawn_first:
        process_photo(photo.pk, now=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        erase_resident(person, now=NOW)
    assert not Photo.objects.filter(pk=orphan.pk).exists()
    assert not default_storage.exists(orphan.original)
    photo.refresh_from_db()
    told = {photo.exif_lat, photo.exif_lng, photo.taken_at, photo.sha256 or None}
    assert told == {None}
    original = photo.original
    assert strip_originals(now=NOW) == int(drawn_first)
    if not drawn_first:
        assert default_storage.exists(original)
        process_photo(photo.pk, now=NOW)
        assert strip_originals(now=NOW) == 1
    assert strip_originals(now=NOW) == 0
    photo.refresh_from_db()
    assert photo.original == ""
    assert not default_storage.exists(original)
    with default_storage.open(photo.renditions["1600"], "rb") as file:
        assert b"Exif" not in file.read()


def test_an_original_that_cannot_be_deleted_is_tried_again(
    person: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, _new = store_photo(upload(jpeg()), resident=person, now=NOW)
    process_photo(photo.pk, now=NOW)
    Photo.objects.filter(pk=photo.pk).update(strip_at=NOW)

    def refuse(_name: str) -> None:
        raise PermissionError

    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "delete", refuse)
        assert strip_originals(now=NOW) == 0
    assert strip_originals(now=NOW) == 1
