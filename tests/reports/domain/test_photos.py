import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

from reports.domain.photo_processing import (
    LEASE,
    MAX_ATTEMPTS,
    process_photo,
    sweep_pending_photos,
)
from reports.domain.photos import claim_photos, store_photo, sweep_orphan_photos
from reports.enums import PhotoStatus
from reports.models import Photo, Resident
from reports.tasks import process_photo as process_photo_task
from tests.factories import NOW, make_photo, make_report
from tests.reports.pictures import encoded, jpeg, truncated, upload
from xiangcun.lib.errors import InvalidInputError

pytestmark = pytest.mark.django_db


def stored(resident: Resident | None, data: bytes | None = None) -> Photo:
    return store_photo(upload(data or jpeg()), resident=resident, now=NOW)[0]


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_it_draws_the_renditions_once(zhang: Resident, media: Path) -> None:
    photo = stored(zhang, jpeg(gps=True))
    assert process_photo(photo.pk, now=NOW)
    assert not process_photo(photo.pk, now=NOW)
    photo.refresh_from_db()
    assert photo.status == PhotoStatus.READY
    assert set(photo.renditions) == {"1600", "480", "160"}
    assert files_in(media) == {photo.original, *photo.renditions.values()}


def test_it_is_wired_to_its_task(zhang: Resident) -> None:
    photo = stored(zhang)
    process_photo_task(str(photo.pk))
    photo.refresh_from_db()
    assert photo.status == PhotoStatus.READY


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "HEIF"])
def test_it_draws_every_format(zhang: Resident, kind: str) -> None:
    photo = stored(zhang, encoded(kind))
    assert process_photo(photo.pk, now=NOW)
    assert Photo.objects.get().status == PhotoStatus.READY


def test_it_marks_a_broken_photo(zhang: Resident) -> None:
    photo = stored(zhang, truncated())
    assert process_photo(photo.pk, now=NOW)
    photo.refresh_from_db()
    assert photo.status == PhotoStatus.BROKEN
    assert "损坏" in photo.failure


def test_it_marks_a_photo_whose_file_is_lost(zhang: Resident) -> None:
    photo = make_photo(zhang)
    assert process_photo(photo.pk, now=NOW)
    assert Photo.objects.get().failure == "照片文件丢失"


def test_it_lets_one_worker_in(zhang: Resident) -> None:
    photo = stored(zhang)
    Photo.objects.update(attempted_at=NOW - LEASE / 2, attempts=1)
    assert not process_photo(photo.pk, now=NOW)
    assert process_photo(photo.pk, now=NOW + LEASE)


def test_it_gives_up_on_a_photo_that_kills_its_worker(zhang: Resident) -> None:
    photo = stored(zhang)
    Photo.objects.update(attempts=MAX_ATTEMPTS, attempted_at=NOW - LEASE * 2)
    assert process_photo(photo.pk, now=NOW)
    assert Photo.objects.get().status == PhotoStatus.BROKEN


def test_it_sweeps_photos_whose_bell_was_lost(zhang: Resident) -> None:
    fresh, old = stored(zhang), stored(zhang, jpeg("blue"))
    broken = stored(zhang, truncated())
    Photo.objects.exclude(pk=fresh.pk).update(created_at=NOW - timedelta(seconds=11))
    assert sweep_pending_photos(now=NOW) == 2
    statuses = dict(Photo.objects.values_list("pk", "status"))
    assert statuses == {fresh.pk: "pending", old.pk: "ready", broken.pk: "broken"}
    assert sweep_pending_photos(now=NOW) == 0


def test_it_sweeps_orphans_after_a_day(zhang: Resident, media: Path) -> None:
    orphan, young = stored(zhang), stored(zhang, jpeg("blue"))
    claimed, afters = stored(zhang, jpeg("lime")), stored(None, jpeg("gold"))
    process_photo(orphan.pk, now=NOW)
    Photo.objects.exclude(pk=young.pk).update(created_at=NOW - timedelta(hours=25))
    claim_photos([claimed.pk], resident=zhang, now=NOW)
    claim_photos([afters.pk], resident=None, now=NOW)
    with transaction.atomic():
        assert sweep_orphan_photos(now=NOW) == 1
    assert set(Photo.objects.all()) == {young, claimed, afters}


@pytest.mark.django_db(transaction=True)
def test_it_deletes_the_files_of_an_orphan(zhang: Resident, media: Path) -> None:
    orphan = stored(zhang)
    process_photo(orphan.pk, now=NOW)
    Photo.objects.update(created_at=NOW - timedelta(hours=25))
    assert sweep_orphan_photos(now=NOW) == 1
    assert files_in(media) == set()


def test_it_keeps_an_orphan_that_is_sent_again(zhang: Resident) -> None:
    photo = stored(zhang)
    Photo.objects.update(created_at=NOW - timedelta(hours=25))
    assert store_photo(upload(jpeg()), resident=zhang, now=NOW) == (photo, False)
    assert sweep_orphan_photos(now=NOW) == 0


def test_it_claims_for_the_owner_and_keeps_the_first_moment(zhang: Resident) -> None:
    photo = make_photo(zhang)
    claim_photos([photo.pk], resident=zhang, now=NOW)
    claim_photos([photo.pk], resident=zhang, now=NOW + timedelta(days=1))
    photo.refresh_from_db()
    assert photo.claimed_at == NOW


def test_it_forbids_anothers_photo_and_a_missing_one(zhang: Resident, li: Resident) -> None:
    mine, hers, missing = make_photo(zhang), make_photo(li), uuid.uuid4()
    with pytest.raises(InvalidInputError) as caught:
        claim_photos([mine.pk, hers.pk, missing], resident=zhang, now=NOW)
    assert caught.value.code == "photo_not_found"
    assert [error.field for error in caught.value.errors] == ["photos[1]", "photos[2]"]
    with pytest.raises(InvalidInputError):
        claim_photos([mine.pk], resident=None, now=NOW)


def test_it_keeps_a_photo_of_a_report(zhang: Resident) -> None:
    photo = make_photo(zhang, created_at=NOW - timedelta(days=9), claimed_at=NOW)
    make_report(zhang).photos.add(photo)
    assert sweep_orphan_photos(now=NOW) == 0


def test_it_draws_the_phone_photos(zhang: Resident, shared_data: Path) -> None:
    outcomes = {}
    for path in sorted((shared_data / "photos").iterdir()):
        photo = stored(zhang, path.read_bytes())
        process_photo(photo.pk, now=NOW)
        photo.refresh_from_db()
        outcomes[path.name] = photo.status
    broken = {name for name, status in outcomes.items() if status == PhotoStatus.BROKEN}
    assert broken <= {"corrupted.jpg"}
    assert len(outcomes) >= 18
