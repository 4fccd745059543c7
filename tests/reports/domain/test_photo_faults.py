"""What a failing disk and two processes at the same moment may do to photos."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from pytest_django import Settings

from reports.domain.photo_processing import LEASE, process_photo, sweep_pending_photos
from reports.domain.photos import store_photo, sweep_orphan_photos
from reports.enums import PhotoStatus
from reports.models import Photo, Resident
from tests.factories import NOW
from tests.reports.pictures import encoded, jpeg, upload


class FullDisk(FileSystemStorage):
    """Has room for originals and the largest rendition, not for the next one."""

    def _save(self, name: str, content: Any) -> str:
        if name.endswith("/480.jpg"):
            raise OSError(28, "No space left on device")
        return str(super()._save(name, content))  # type: ignore[misc]  # the stubs lack the hook


def use_storage(settings: Settings, backend: type[FileSystemStorage]) -> None:
    path = f"{backend.__module__}.{backend.__qualname__}"
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": path}}


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.django_db
def test_it_leaves_no_half_set_of_renditions(
    settings: Settings, zhang: Resident, media: Path
) -> None:
    use_storage(settings, FullDisk)
    photo = store_photo(upload(jpeg()), resident=zhang, now=NOW)[0]
    with pytest.raises(OSError, match="No space"):
        process_photo(photo.pk, now=NOW)
    assert files_in(media) == {photo.original}
    photo.refresh_from_db()
    assert (photo.status, photo.renditions) == (PhotoStatus.PENDING, {})
    use_storage(settings, FileSystemStorage)
    assert sweep_pending_photos(now=NOW + LEASE * 2) == 1
    photo.refresh_from_db()
    assert photo.renditions["480"].endswith("/480.jpg")


@pytest.mark.django_db
def test_it_marks_a_heic_that_was_cut_off(zhang: Resident, media: Path) -> None:
    # The picture itself is whole, so the decoder alone would not notice.
    cut = encoded("HEIF") + (1000).to_bytes(4, "big") + b"mdat" + bytes(10)
    photo = store_photo(upload(cut), resident=zhang, now=NOW)[0]
    assert process_photo(photo.pk, now=NOW)
    photo.refresh_from_db()
    assert (photo.status, photo.renditions) == (PhotoStatus.BROKEN, {})
    assert files_in(media) == {photo.original}


@pytest.mark.django_db
def test_it_draws_a_heic_with_a_trailer_of_the_phone(zhang: Resident) -> None:
    photo = store_photo(upload(encoded("HEIF") + b"SEFT" * 9), resident=zhang, now=NOW)[0]
    process_photo(photo.pk, now=NOW)
    photo.refresh_from_db()
    assert photo.status == PhotoStatus.READY


@pytest.mark.django_db
def test_it_sweeps_on_past_a_photo_that_fails(settings: Settings, zhang: Resident) -> None:
    use_storage(settings, FullDisk)
    for colour in ("red", "blue"):
        store_photo(upload(jpeg(colour)), resident=zhang, now=NOW)
    assert sweep_pending_photos(now=NOW + LEASE) == 0
    assert list(Photo.objects.values_list("attempts", flat=True)) == [1, 1]


@pytest.mark.django_db(transaction=True)
def test_it_answers_with_a_photo_that_exists_while_orphans_are_swept(zhang: Resident) -> None:
    def run(task: str) -> Photo | None:
        try:
            if task == "upload":
                return store_photo(upload(jpeg()), resident=zhang, now=NOW)[0]
            sweep_orphan_photos(now=NOW)
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(2) as pool:
        for _round in range(8):
            store_photo(upload(jpeg()), resident=zhang, now=NOW)
            Photo.objects.update(created_at=NOW - timedelta(hours=25))
            photo, _swept = pool.map(run, ("upload", "sweep"))
            assert photo is not None
            kept = Photo.objects.get()
            assert kept == photo
            assert default_storage.exists(kept.original)


@pytest.mark.django_db(transaction=True)
def test_it_draws_once_when_two_workers_start_together(zhang: Resident, media: Path) -> None:
    photo = store_photo(upload(jpeg()), resident=zhang, now=NOW)[0]

    def draw(_: int) -> bool:
        try:
            return process_photo(photo.pk, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(draw, range(4))) == [False, False, False, True]
    photo.refresh_from_db()
    assert files_in(media) == {photo.original, *photo.renditions.values()}
