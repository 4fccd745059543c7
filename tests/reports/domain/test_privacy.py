"""After an erasure no table of the database knows the person, and nobody fills them in again."""

from __future__ import annotations

import pytest
from django.db import connection

from dispatch.enums import TicketStatus
from reports.domain.privacy import Profile, erase_resident, update_profile
from reports.models import Photo, Report, Resident
from tests.dispatch.factories import make_cast, make_ticket
from tests.factories import NOW, make_photo, make_report, make_resident, make_token

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
    report = make_report(person, contact_phone=PHONE)
    report.photos.add(make_photo(person, claimed_at=NOW))
    make_photo(person)
    make_ticket(TicketStatus.CLOSED, cast=make_cast(), report=report)
    make_token(person)
    assert tables_that_know(OPENID, UNIONID, NICKNAME, PHONE)
    erase_resident(person, now=NOW)
    assert tables_that_know(OPENID, UNIONID, NICKNAME, PHONE) == set()
    assert not Photo.objects.filter(resident=person).exists()
    assert Report.objects.get(pk=report.pk).text == report.text


def test_it_does_not_fill_in_an_erased_person(person: Resident) -> None:
    erase_resident(person, now=NOW)
    update_profile(person, Profile(nickname=NICKNAME, phone=PHONE), now=NOW)
    assert tables_that_know(NICKNAME, PHONE) == set()


def test_it_erases_twice(person: Resident) -> None:
    erase_resident(person, now=NOW)
    erase_resident(person, now=NOW)
    assert not Resident.objects.get().is_active
