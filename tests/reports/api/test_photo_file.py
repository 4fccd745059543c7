import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from dispatch.models import Staff
from reports.domain.photo_processing import process_photo
from reports.domain.photos import store_photo
from reports.models import Photo, Resident
from reports.queries.photo_links import ORIGINAL, photo_url
from tests.reports.pictures import jpeg, upload


@pytest.fixture
def photo(zhang: Resident, media: Path) -> Photo:
    now = timezone.now()
    stored, _created = store_photo(upload(jpeg(gps=True)), resident=zhang, now=now)
    process_photo(stored.pk, now=now)
    stored.refresh_from_db()
    return stored


def link(photo: Photo, size: str, *, age: timedelta = timedelta()) -> str:
    path = photo_url(photo, size, now=timezone.now() - age)
    assert path is not None
    return path


def content(answer: object) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", ["1600", "480", "160"])
def test_it_works(client: Client, photo: Photo, size: str) -> None:
    answer = client.get(link(photo, size))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["Cache-Control"].startswith("private, max-age=")
    picture = Image.open(io.BytesIO(content(answer)))
    assert picture.size == (48, 64)
    assert not picture.getexif()
    assert set(picture.info) <= {
        "jfif",
        "jfif_version",
        "jfif_unit",
        "jfif_density",
        "progressive",
        "progression",
    }


def test_it_gives_the_same_link_for_an_hour(photo: Photo) -> None:
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    links = {photo_url(photo, 480, now=hour + timedelta(minutes=m)) for m in (0, 30, 59)}
    assert len(links) == 1
    assert photo_url(photo, 480, now=hour + timedelta(hours=1)) not in links


def test_it_forbids_an_expired_link(client: Client, photo: Photo) -> None:
    answer = client.get(link(photo, "480", age=timedelta(hours=9)))
    assert answer.status_code == 410
    assert "过期" in answer.content.decode()


def test_it_forbids_a_forged_link(client: Client, photo: Photo) -> None:
    good = link(photo, "160")
    for bad in (
        good[:-1] + ("a" if good[-1] != "a" else "b"),
        good.replace(".160.", ".original."),
        good.replace(".160.", ".1600."),
        "/media/photos/x",
        "/media/photos/a.b.c:d",
        f"/media/photos/{photo.pk}",
    ):
        assert client.get(bad).status_code == 404


def test_it_shows_an_original_to_the_staff_only(client: Client, photo: Photo) -> None:
    path = link(photo, ORIGINAL)
    assert client.get(path).status_code == 403
    client.force_login(Staff.objects.create(username="dispatcher", is_staff=True))
    answer = client.get(path)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert content(answer) == jpeg(gps=True)
    assert client.get(link(photo, ORIGINAL, age=timedelta(minutes=11))).status_code == 410


def test_it_handles_a_lost_file(client: Client, photo: Photo, media: Path) -> None:
    (media / photo.renditions["160"]).unlink()
    assert client.get(link(photo, "160")).status_code == 404


def test_it_has_no_link_before_the_renditions(zhang: Resident, media: Path) -> None:
    fresh, _created = store_photo(upload(jpeg()), resident=zhang, now=timezone.now())
    assert photo_url(fresh, 480) is None


def test_it_validates_the_size(photo: Photo) -> None:
    with pytest.raises(ValueError, match="unknown photo size"):
        photo_url(photo, "99")
