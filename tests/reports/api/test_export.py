import io
import json
import uuid
import zipfile
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from reports.domain.photo_processing import process_photo
from reports.enums import PublicStatus
from reports.models import Rating, Resident
from tests.factories import NOW, make_photo, make_report, make_update
from tests.reports.conftest import Api, report_body
from tests.reports.pictures import jpeg, upload


def write_history(person: Resident) -> None:
    report = make_report(person, public_status=PublicStatus.CLOSED)
    report.photos.add(make_photo(person))
    make_update(report).photos.add(make_photo())
    Rating.objects.create(report=report, solved=True, score=5, comment="很快", at=NOW)


@pytest.mark.django_db
def test_it_works(api: Api, zhang: Resident, li: Resident) -> None:
    write_history(zhang)
    make_report(li)
    answer = api.get("/me/export", format="json")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json()
    assert body["resident"]["nickname"] == "张三"
    [report] = body["reports"]
    assert report["timeline"][0]["text"] == "已派单"
    assert report["ratings"][0]["score"] == 5
    assert len(body["photos"]) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 3])
def test_it_costs_the_same_for_many_reports(
    rows: int, api: Api, zhang: Resident, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        write_history(zhang)
    with django_assert_num_queries(20):
        assert len(api.get("/me/export", format="json").json()["reports"]) == rows


def unzip(answer: Any) -> zipfile.ZipFile:
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/zip"
    assert answer.streaming
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


@pytest.mark.django_db
def test_it_is_an_archive_with_the_photos(api: Api, zhang: Resident, li: Resident) -> None:
    sent = api.upload("/photos", {"file": upload(jpeg())}).json()
    process_photo(uuid.UUID(sent["id"]), now=NOW)
    lost = make_photo(zhang, status="ready", renditions={"1600": "photos/gone.jpg"})
    api.post("/reports", report_body(text="我的话", photos=[sent["id"]]))
    make_report(li, text="别人的话")
    make_photo(li)
    answer = api.get("/me/export")
    assert "attachment" in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "no-store"
    archive = unzip(answer)
    assert archive.testzip() is None
    assert archive.namelist() == [
        "说明.txt", "profile.json", "reports.json", "consents.json", "access_log.json",
        "photo_details.json", "content_checks.json", "messages.json", "subscriptions.json",
        "message_settings.json", "topic_supports.json", "poll_votes.json",
        "volunteer.json",
        "points.json",
        "redemptions.json",
        "patrols.json",
        f"photos/{sent['id']}.jpg",
    ]  # fmt: skip
    assert archive.read(f"photos/{sent['id']}.jpg")[:2] == b"\xff\xd8"
    [report] = json.loads(archive.read("reports.json"))
    assert report["text"] == "我的话"
    assert json.loads(archive.read("profile.json"))["resident"]["nickname"] == "张三"
    assert {row["kind"] for row in json.loads(archive.read("consents.json"))} >= {
        "photo",
        "privacy",
    }
    assert json.loads(archive.read("access_log.json")) == []
    details = {row["id"] for row in json.loads(archive.read("photo_details.json"))}
    assert details == {sent["id"], str(lost.pk)}
    assert "别人的话" not in archive.read("reports.json").decode()


@pytest.mark.django_db
def test_it_holds_one_chunk_of_many_reports(
    api: Api, zhang: Resident, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        write_history(zhang)
    with django_assert_num_queries(20):
        assert len(json.loads(unzip(api.get("/me/export")).read("reports.json"))) == 3


@pytest.mark.django_db
def test_it_is_nobody_elses(nobody: Api) -> None:
    assert nobody.get("/me/export").status_code == 401
