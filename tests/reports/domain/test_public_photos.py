from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks

from reports.domain.photo_processing import process_photo
from reports.domain.photos import store_photo
from reports.domain.public_photos import (
    discard_drawing,
    draw_photo,
    release_drawing,
    withdraw_photo,
)
from reports.domain.publication import withhold
from reports.enums import PublicPhotoKind
from reports.models import Photo, PublicPhoto, Resident
from reports.queries.public_links import public_photo_path
from tests.factories import NOW, make_photo, make_report
from tests.reports.conftest import Api
from tests.reports.pictures import jpeg, upload
from xiangcun.lib.errors import ConflictError
from xiangcun.lib.redaction import Rectangle

pytestmark = pytest.mark.django_db
ALL = Rectangle(0.0, 0.0, 1.0, 1.0)


@pytest.fixture
def photo(zhang: Resident, media: Path) -> Photo:
    stored, _created = store_photo(upload(jpeg("red", gps=True)), resident=zhang, now=NOW)
    process_photo(stored.pk, now=NOW)
    stored.refresh_from_db()
    return stored


def _release(photo: Photo, reports: list[int], *rectangles: Rectangle) -> PublicPhoto:
    drawing = draw_photo(photo, rectangles)
    kind = PublicPhotoKind.BEFORE
    return release_drawing(photo, drawing, reports, kind=kind, now=NOW)


def _bytes(answer: object) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def _status(client: Client, path: str) -> int:
    """Look at a link to its end: a file left open is a warning."""
    answer = client.get(path)
    if answer.streaming:
        assert _bytes(answer)
    return answer.status_code


def test_it_works(photo: Photo, zhang: Resident, nobody: Api, client: Client) -> None:
    report = make_report(zhang, published_at=NOW)
    [before] = nobody.get("/public/reports").json()["items"]
    assert before["photos"] == []
    _release(photo, [report.pk], ALL)
    [item] = nobody.get("/public/reports").json()["items"]
    [shown] = item["photos"]
    assert shown["kind"] == "before"
    assert shown["url"].startswith("http://testserver/media/public/")
    answer = client.get(shown["url"])
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "public, no-cache"
    data = _bytes(answer)
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    assert picture.size == (shown["width"], shown["height"]) == (48, 64)
    assert max(picture.tobytes()) < 70  # all painted over
    assert b"SecretPhone" not in data
    again = client.get(shown["url"], headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304
    assert _status(client, shown["thumbnail_url"]) == 200


def test_the_original_is_left_alone(photo: Photo, zhang: Resident) -> None:
    with default_storage.open(photo.original) as file:
        before = file.read()
    _release(photo, [make_report(zhang).pk], ALL)
    with default_storage.open(photo.original) as file:
        assert file.read() == before
    photo.refresh_from_db()
    with default_storage.open(photo.renditions["1600"]) as file:
        assert Image.open(file).convert("RGB").getpixel((10, 10))[0] > 200  # type: ignore[index]


def test_other_rectangles_kill_the_earlier_link(
    photo: Photo,
    zhang: Resident,
    client: Client,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    report = make_report(zhang, published_at=NOW)
    first = public_photo_path(_release(photo, [report.pk]).token, "1280")
    old = list(PublicPhoto.objects.get(photo=photo).renditions.values())
    assert _status(client, first) == 200
    with django_capture_on_commit_callbacks(execute=True):
        second = _release(photo, [report.pk], ALL)
    assert _status(client, first) == 404
    assert _status(client, public_photo_path(second.token, "1280")) == 200
    assert not any(default_storage.exists(key) for key in old)
    assert second.rectangles == [[0.0, 0.0, 1.0, 1.0]]


def test_a_withdrawn_photo_is_gone_at_once(
    photo: Photo,
    zhang: Resident,
    client: Client,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    one, two = make_report(zhang, published_at=NOW), make_report(zhang, published_at=NOW)
    public = _release(photo, [one.pk, two.pk])
    path, keys = public_photo_path(public.token, "320"), list(public.renditions.values())
    assert withdraw_photo(photo.pk, report_ids=[one.pk], now=NOW)
    assert _status(client, path) == 200  # it still stands with the other case
    with django_capture_on_commit_callbacks(execute=True):
        assert withdraw_photo(photo.pk, now=NOW)
    assert _status(client, path) == 404
    assert not any(default_storage.exists(key) for key in keys)
    assert not withdraw_photo(photo.pk, now=NOW)


def test_a_case_taken_away_takes_its_photos_along(
    photo: Photo, zhang: Resident, client: Client
) -> None:
    report = make_report(zhang, published_at=NOW)
    path = public_photo_path(_release(photo, [report.pk]).token, "1280")
    withhold(report.pk, now=NOW)
    assert _status(client, path) == 404


@pytest.mark.parametrize(
    "name",
    [
        "x",
        "0" * 32 + "-1280.jpg",
        "../../secret",
        "0" * 32 + "-1600.jpg",
        "0" * 31 + "\u0661-320.jpg",
    ],
)
def test_no_other_name_opens_a_file(client: Client, name: str) -> None:
    assert _status(client, f"/media/public/{name}") == 404


def test_a_photo_that_is_not_drawn_yet_waits(zhang: Resident) -> None:
    with pytest.raises(ConflictError) as caught:
        draw_photo(make_photo(zhang), [])
    assert caught.value.code == "photo_not_ready"


def test_a_discarded_drawing_leaves_nothing(photo: Photo) -> None:
    drawing = draw_photo(photo, [])
    assert all(default_storage.exists(key) for key in drawing.keys.values())
    discard_drawing(drawing)
    assert not any(default_storage.exists(key) for key in drawing.keys.values())
