from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.domain import retention
from reports.domain.access import record_access
from reports.domain.guardians import ask_guardian
from reports.domain.photo_processing import process_photo
from reports.domain.photos import store_photo
from reports.domain.retention import RULES, run_retention
from reports.enums import AccessKind, AccessReason, PublicStatus
from reports.models import (
    AccessRecord,
    ContentCheck,
    Disposal,
    GuardianRequest,
    PhoneCode,
    Photo,
    Report,
    Resident,
)
from tests.factories import NOW, make_photo, make_report, make_resident, make_token, make_update
from tests.reports.pictures import jpeg, upload

pytestmark = pytest.mark.django_db

ENDED = {"public_status": PublicStatus.CLOSED}


def days(number: int) -> Any:
    return NOW - timedelta(days=number)


def ended(age: int, **extra: Any) -> Report:
    return make_report(make_resident(), closed_at=days(age), **ENDED, **extra)


def gone(name: str) -> int:
    return run_retention(now=NOW, only=[name])[name]


def test_it_works_and_leaves_a_tombstone() -> None:
    old, young = ended(91, contact_phone="13800000000"), ended(89, contact_phone="13800000001")
    still = make_report(make_resident(), contact_phone="13800000002", updated_at=days(500))
    assert run_retention(now=NOW, dry_run=True)["contact_phones"] == 1
    assert not Disposal.objects.exists()
    assert gone("contact_phones") == 1
    phones = dict(Report.objects.values_list("pk", "contact_phone"))
    assert phones == {old.pk: "", young.pk: "13800000001", still.pk: "13800000002"}
    [stone] = Disposal.objects.all()
    assert (stone.rule, stone.count, stone.refs) == ("contact_phones", 1, [str(old.pk)])
    assert gone("contact_phones") == 0


@pytest.mark.parametrize("status", [PublicStatus.REJECTED, PublicStatus.WITHDRAWN])
def test_what_ended_without_a_closing_counts_from_its_last_change(status: str) -> None:
    make_report(make_resident(), public_status=status, contact_phone="1", updated_at=days(91))
    make_report(make_resident(), public_status=status, contact_phone="1", updated_at=days(89))
    assert gone("contact_phones") == 1


def test_batches_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for _ in range(5):
        ended(91, contact_phone="13800000000")
    assert gone("contact_phones") == 5
    assert list(Disposal.objects.order_by("id").values_list("count", flat=True)) == [2, 2, 1]


def test_originals_of_ended_cases_go_and_pictures_stay() -> None:
    photo, _new = store_photo(upload(jpeg(gps=True)), resident=None, now=NOW)
    process_photo(photo.pk, now=NOW)
    Photo.objects.update(claimed_at=NOW)
    photo.refresh_from_db()
    original = photo.original
    report = ended(181)
    make_update(report).photos.add(photo)
    assert gone("photo_originals") == 1
    photo.refresh_from_db()
    assert (photo.original, photo.exif_lat) == ("", None)
    assert not default_storage.exists(original)
    assert default_storage.exists(photo.renditions["1600"])


def test_a_photo_of_a_case_under_way_stays_whole() -> None:
    photo = make_photo(claimed_at=NOW, status="ready")
    ended(200).photos.add(photo)
    make_report(make_resident()).photos.add(photo)
    make_photo(claimed_at=NOW, status="ready")
    assert gone("photo_originals") == 0


def aged(age: int, **extra: Any) -> Resident:
    resident = make_resident(**extra)
    Resident.objects.filter(pk=resident.pk).update(created_at=days(age))
    return resident


def erased() -> set[int]:
    return set(Resident.objects.filter(erased_at__isnull=False).values_list("pk", flat=True))


def test_accounts_that_nobody_uses_are_erased() -> None:
    idle, young, signed_in, busy, recent = (aged(age) for age in (731, 729, 731, 731, 731))
    make_token(signed_in)
    old = {"submitted_at": days(800), "updated_at": days(800)}
    make_report(idle, public_status=PublicStatus.CLOSED, closed_at=days(800), **old)
    make_report(busy, public_status=PublicStatus.PROCESSING, **old)
    make_report(recent, public_status=PublicStatus.CLOSED, submitted_at=days(10))
    assert gone("idle_residents") == 1
    assert erased() == {idle.pk}
    assert young.pk not in erased()


def test_a_child_without_a_guardian_is_forgotten() -> None:
    alone, waiting, allowed, young = (aged(31, age_band="child") for _ in range(4))
    ask_guardian(waiting, now=NOW)
    Resident.objects.filter(pk=allowed.pk).update(guardian_at=NOW)
    Resident.objects.filter(pk=young.pk).update(created_at=days(1))
    assert gone("children") == 1
    assert erased() == {alone.pk}


def test_a_report_that_met_the_erasure_is_cut_off_too() -> None:
    resident = make_resident()
    report = make_report(resident, contact_phone="13800000000")
    Resident.objects.filter(pk=resident.pk).update(
        openid=None, nickname="", phone="", erased_at=NOW
    )
    assert gone("leftovers") == 1
    report.refresh_from_db()
    assert (report.resident, report.contact_phone) == (None, "")


def test_looks_and_dead_requests_go_in_their_time() -> None:
    for age in (364, 366):
        record_access(
            [ended(1)], what=AccessKind.UNMASK, who="坐席", department="", now=days(age),
            reason=AccessReason.OTHER,
        )  # fmt: skip
    ask_guardian(make_resident(age_band="child"), now=days(15))
    ask_guardian(make_resident(age_band="child"), now=days(13))
    assert gone("access_log") == 1
    assert gone("guardian_requests") == 1
    assert (AccessRecord.objects.count(), GuardianRequest.objects.count()) == (1, 1)


def test_the_command_counts_and_clears() -> None:
    ended(91, contact_phone="13800000000")
    out = StringIO()
    call_command("retention", "--dry-run", stdout=out)
    assert "已办结上报的联系电话（contact_phones）：到期 1" in out.getvalue()
    assert len(out.getvalue().splitlines()) == len(RULES)
    call_command("retention", "--rule", "contact_phones", stdout=out)
    assert out.getvalue().splitlines()[-1] == "已办结上报的联系电话（contact_phones）：已清除 1"


def test_counting_changes_nothing() -> None:
    ended(91, contact_phone="13800000000")
    with CaptureQueriesContext(connection) as queries:
        run_retention(now=NOW, dry_run=True)
    assert len(queries) == len(RULES)
    assert all(query["sql"].startswith("SELECT") for query in queries)


def test_what_the_hourly_sweeps_left_goes_at_night() -> None:
    person = make_resident()
    for age in (2, 0):
        PhoneCode.objects.create(
            resident=person, phone_hash="a", code_hash="b", created_at=days(age), expires_at=NOW
        )
    old = make_report(person, submitted_at=days(31), sender_device="d" * 32)
    young = make_report(person, submitted_at=days(29), sender_device="d" * 32)
    assert (gone("phone_codes"), gone("sender_digests")) == (1, 1)
    digests = dict(Report.objects.values_list("pk", "sender_device"))
    assert digests == {old.pk: "", young.pk: "d" * 32}
    assert (gone("phone_codes"), gone("sender_digests")) == (0, 0)


def test_verdicts_about_long_ended_cases_go() -> None:
    old, young = ended(181), ended(179)
    for report in (old, young):
        ContentCheck.objects.create(
            report=report, state="passed", next_at=NOW, created_at=days(181)
        )
    assert gone("content_checks") == 1
    assert ContentCheck.objects.get().report == young
