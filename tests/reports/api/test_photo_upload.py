from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from reports.models import Photo, Resident
from tests.factories import make_resident, make_token
from tests.reports.conftest import Api
from tests.reports.pictures import bomb, encoded, jpeg, truncated, upload


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_it_works(api: Api, zhang: Resident, media: Path) -> None:
    answer = api.upload("/photos", {"file": upload(jpeg(gps=True))})
    assert answer.status_code == 201
    photo = Photo.objects.get()
    assert answer.json() == {
        "id": str(photo.pk),
        "status": "pending",
        "width": 48,
        "height": 64,
        "url": None,
        "thumbnail_url": None,
        "failure": None,
    }
    assert photo.resident == zhang
    assert photo.mime == "image/jpeg"
    assert photo.exif_lat == pytest.approx(30.31)
    assert photo.taken_at is not None
    assert [path.relative_to(media).as_posix() for path in files_in(media)] == [photo.original]
    assert photo.original == f"photos/{photo.pk.hex[:2]}/{photo.pk}/original.jpg"


@pytest.mark.django_db
def test_it_knows_the_same_bytes_again(api: Api, other: Api, media: Path) -> None:
    first = api.upload("/photos", {"file": upload(jpeg())})
    again = api.upload("/photos", {"file": upload(jpeg(), "renamed.png", "image/png")})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert len(files_in(media)) == 1
    assert other.upload("/photos", {"file": upload(jpeg())}).json()["id"] != first.json()["id"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "mime"), [("PNG", "image/png"), ("WEBP", "image/webp"), ("HEIF", "image/heic")]
)
def test_it_takes_what_phones_make(api: Api, kind: str, mime: str) -> None:
    answer = api.upload("/photos", {"file": upload(encoded(kind), "p.jpg", "image/jpeg")})
    assert answer.status_code == 201
    assert Photo.objects.get().mime == mime


@pytest.mark.django_db
def test_it_takes_a_truncated_photo_and_lets_the_worker_find_out(api: Api) -> None:
    assert api.upload("/photos", {"file": upload(truncated())}).status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "photo_empty"),
        (b"<html><script>alert(1)</script></html>", "photo_type_unsupported"),
        (b"GIF89a" + b"\0" * 40, "photo_type_unsupported"),
        (b"\xff\xd8\xff" + b"\0" * 40, "photo_broken"),
        (bomb(), "photo_too_many_pixels"),
    ],
    ids=["empty", "html", "gif", "header-only", "bomb"],
)
def test_it_validates_the_bytes(api: Api, media: Path, data: bytes, code: str) -> None:
    answer = api.upload("/photos", {"file": upload(data)})
    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert not Photo.objects.exists()
    assert not files_in(media)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "photo_missing"),
        ({"file": "text"}, "photo_missing"),
        ({"photo": upload(jpeg())}, "photo_missing"),
        ({"file": [upload(jpeg()), upload(jpeg("blue"))]}, "photo_single"),
        ({"file": upload(jpeg()), "more": upload(jpeg("blue"))}, "photo_single"),
    ],
    ids=["nothing", "text", "other-name", "two", "two-names"],
)
def test_it_validates_the_form(api: Api, fields: dict[str, Any], code: str) -> None:
    answer = api.upload("/photos", fields)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == code


@pytest.mark.django_db
def test_it_refuses_a_file_beyond_ten_megabytes(api: Api, media: Path) -> None:
    answer = api.upload("/photos", {"file": upload(jpeg() + b"\0" * (10 * 1024 * 1024))})
    assert (answer.status_code, answer.json()["code"]) == (413, "photo_too_large")
    assert answer.json()["errors"][0]["field"] == "file"
    assert not Photo.objects.exists()
    assert not files_in(media)


@pytest.mark.django_db
def test_it_refuses_a_huge_body_by_its_length(api: Api) -> None:
    answer = api.client.generic(
        "POST",
        "/api/v1/photos",
        b"--x",
        content_type="multipart/form-data; boundary=x",
        headers=api.headers,
        CONTENT_LENGTH=str(2_000_000_000),
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "photo_too_large")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("multipart/form-data", b"--x", 400),
        ("multipart/form-data; boundary=x", b"garbage", 400),
        ("application/json", b"{}", 415),
        ("image/jpeg", jpeg(), 415),
    ],
)
def test_it_validates_the_content_type(
    api: Api, content_type: str, body: bytes, status: int
) -> None:
    answer = api.raw("/photos", body, content_type)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/json"


def test_it_forbids_strangers(db: None, nobody: Api) -> None:
    assert nobody.upload("/photos", {"file": upload(jpeg())}).status_code == 401


@pytest.mark.django_db(transaction=True)
def test_it_keeps_one_row_and_one_file_of_uploads_at_once(media: Path) -> None:
    token = make_token(make_resident())
    data = jpeg("green", size=(600, 400))

    def send(_: int) -> tuple[int, str]:
        try:
            answer = Api(token).upload("/photos", {"file": upload(data)})
            return answer.status_code, str(answer.json()["id"])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(8)))
    assert len({photo_id for _status, photo_id in answers}) == 1
    assert sorted(status for status, _id in answers) == [200] * 7 + [201]
    assert Photo.objects.count() == 1
    assert len(files_in(media)) == 1
