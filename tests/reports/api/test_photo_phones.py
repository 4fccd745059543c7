"""Real phone photos all the way: upload, renditions, link, bytes without metadata."""

from __future__ import annotations

import io
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from reports.domain.photo_processing import process_photo
from reports.models import Photo
from reports.queries.photo_links import photo_url
from tests.reports.conftest import Api
from tests.reports.pictures import upload


@pytest.mark.django_db
def test_it_works(api: Api, client: Client, shared_data: Path) -> None:
    for path in sorted((shared_data / "photos").iterdir()):
        # The name lies on purpose: the type is told by the bytes.
        answer = api.upload("/photos", {"file": upload(path.read_bytes(), "x.txt", "text/plain")})
        assert answer.status_code == 201, path.name
        photo = Photo.objects.get(pk=answer.json()["id"])
        process_photo(photo.pk, now=timezone.now())
        photo.refresh_from_db()
        # corrupted.jpg too: it ends properly, and but for its last rows it shows what was seen.
        assert photo.status == "ready", path.name
        look_at_renditions(client, photo)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["orientation_6.jpg", "DSCN0010.jpg", "iphone_13_pro_max.HEIC"])
def test_it_marks_a_photo_that_was_cut_off(api: Api, shared_data: Path, name: str) -> None:
    whole = (shared_data / "photos" / name).read_bytes()
    answer = api.upload("/photos", {"file": upload(whole[: len(whole) // 2])})
    assert answer.status_code == 201
    photo = Photo.objects.get()
    process_photo(photo.pk, now=timezone.now())
    photo.refresh_from_db()
    assert (photo.status, photo.renditions) == ("broken", {})
    assert photo_url(photo, 480) is None
    assert "损坏" in photo.failure


def look_at_renditions(client: Client, photo: Photo) -> None:
    for size in (1600, 480, 160):
        link = photo_url(photo, size)
        assert link is not None
        answer = client.get(urlsplit(link).path)
        content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        picture = Image.open(io.BytesIO(content))
        assert max(picture.size) <= size
        assert (picture.width > picture.height) == (photo.width > photo.height)
        assert not picture.getexif()
        assert b"Exif" not in content
        assert b"<x:xmpmeta" not in content
