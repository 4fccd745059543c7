import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from reports.enums import Channel, PublicStatus
from reports.models import Category, Photo, Report, Resident
from reports.queries.blocks import block_of
from reports.queries.categories import category_tree
from reports.signals import report_submitted
from tests.factories import NOW, make_category, make_photo, make_report
from tests.reports.conftest import Api, report_body
from xiangcun.lib.geo import distance_m, from_wgs84

pytestmark = pytest.mark.django_db


def test_it_works(api: Api, zhang: Resident, garbage: Category) -> None:
    photos = [make_photo(zhang), make_photo(zhang)]
    ids = [str(photo.pk) for photo in reversed(photos)]
    body = report_body(category="0401", photos=ids, contact_phone="138 0000 0000")
    answer = api.post("/reports", body)
    assert answer.status_code == 201
    report = Report.objects.get()
    shown = answer.json()
    assert shown["number"] == report.number
    assert shown["status"] == {"code": "received", "label": "已受理"}
    assert shown["category"] == {"code": "0401", "name": "暴露/积存垃圾"}
    assert [photo["id"] for photo in shown["photos"]] == ids
    assert shown["allowed_actions"] == ["supplement", "withdraw"]
    assert [line["kind"] for line in shown["timeline"]] == ["submitted"]
    assert shown["submitted_at"].endswith("+08:00")
    assert (report.resident, report.contact_phone, report.anonymous) == (
        zhang,
        "13800000000",
        False,
    )
    assert report.channel == Channel.MINIPROGRAM
    assert Photo.objects.filter(claimed_at__isnull=False).count() == 2
    assert api.get(f"/reports/{report.number}").json() == shown


def test_it_works_with_the_least(api: Api) -> None:
    body = report_body()
    for name in ("accuracy", "address"):
        del body["location"][name]
    del body["kind"]
    answer = api.post("/reports", body)
    assert answer.status_code == 201
    assert answer.json()["category"] is None


def test_it_tells_the_office_after_the_commit(
    api: Api, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    told: list[int] = []

    def hear(report_id: int, **_: object) -> None:
        told.append(report_id)

    report_submitted.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            api.post("/reports", report_body())
    finally:
        report_submitted.disconnect(hear)
    assert told == [Report.objects.get().pk]


def test_it_survives_an_office_that_does_not_listen(
    api: Api, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError

    report_submitted.connect(fail)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            assert api.post("/reports", report_body()).status_code == 201
    finally:
        report_submitted.disconnect(fail)


def test_it_answers_a_repeated_request_with_the_same_report(api: Api, zhang: Resident) -> None:
    photo = make_photo(zhang)
    body = report_body(photos=[str(photo.pk)])
    first = api.post("/reports", body)
    body["client_id"] = body["client_id"].upper()
    body["text"] += "\u200b"
    again = api.post("/reports", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Report.objects.count() == 1


def test_it_answers_a_repeated_request_whose_category_is_gone(api: Api, garbage: Category) -> None:
    body = report_body(category="0401")
    first = api.post("/reports", body)
    Category.objects.update(is_active=False)
    make_category("0402")
    assert category_tree().leaf("0401") is None
    again = api.post("/reports", body)
    assert again.status_code == 200
    assert again.json()["number"] == first.json()["number"]


def test_it_forbids_another_body_under_the_same_client_id(api: Api) -> None:
    body = report_body()
    api.post("/reports", body)
    answer = api.post("/reports", {**body, "text": "别的事"})
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_conflict")


def test_it_lets_two_people_use_the_same_client_id(api: Api, other: Api) -> None:
    body = report_body()
    assert api.post("/reports", body).status_code == 201
    assert other.post("/reports", body).status_code == 201


@pytest.mark.parametrize("coord_type", ["wgs84", "gcj02", "bd09"])
def test_it_keeps_the_raw_place_and_the_canonical_one(api: Api, coord_type: str) -> None:
    lat, lng = from_wgs84(30.31, 120.5, coord_type)
    place = {"lat": lat, "lng": lng, "coord_type": coord_type, "source": "picked"}
    assert api.post("/reports", report_body(location=place)).status_code == 201
    report = Report.objects.get()
    assert (report.raw_lat, report.raw_lng, report.coord_type) == (lat, lng, coord_type)
    assert distance_m(report.lat, report.lng, 30.31, 120.5) < 0.01


def test_it_knows_a_grid_officer(api: Api, zhang: Resident) -> None:
    zhang.role = "grid"
    zhang.save()
    api.post("/reports", report_body())
    assert Report.objects.get().channel == Channel.GRID


def test_it_keeps_emoji_and_drops_what_is_invisible(api: Api) -> None:
    answer = api.post("/reports", report_body(text="  路灯\u200b坏了😡\x07\r\n请修  "))
    assert answer.json()["text"] == "路灯坏了😡\n请修"


def test_it_joins_an_open_public_case(api: Api, li: Resident) -> None:
    case = make_report(li, published_at=NOW)
    answer = api.post("/reports", report_body(join=case.number.lower()))
    assert answer.status_code == 201
    assert answer.json()["join"] == case.number


@pytest.mark.parametrize(
    "state",
    [{"published_at": None}, {"published_at": NOW, "public_status": PublicStatus.CLOSED}],
)
def test_it_forbids_joining_anything_else(api: Api, li: Resident, state: dict[str, Any]) -> None:
    case = make_report(li, **state)
    for number in (case.number, "XC000000-000000"):
        answer = api.post("/reports", report_body(join=number))
        assert (answer.status_code, answer.json()["code"]) == (400, "join_not_found")


def test_it_validates_the_category(api: Api) -> None:
    make_category("0401", photo_required=True)
    make_category("0402", is_active=False)
    for code in ("04", "0402", "9999", "\\d"):
        answer = api.post("/reports", report_body(category=code))
        assert (answer.status_code, answer.json()["code"]) == (400, "category_unknown")
    answer = api.post("/reports", report_body(category="0401"))
    assert (answer.status_code, answer.json()["code"]) == (400, "photo_required")
    assert api.post("/reports", report_body(category="0401", kind="opinion")).status_code == 201


def test_it_forbids_anothers_photo(api: Api, li: Resident) -> None:
    answer = api.post("/reports", report_body(photos=[str(make_photo(li).pk)]))
    assert (answer.status_code, answer.json()["code"]) == (400, "photo_not_found")
    assert answer.json()["errors"][0]["field"] == "photos[0]"
    assert not Report.objects.exists()


def test_it_takes_a_photo_again(api: Api, zhang: Resident) -> None:
    photo = str(make_photo(zhang).pk)
    for _ in range(2):
        body = report_body(photos=[photo], repeat_ok=True)
        assert api.post("/reports", body).status_code == 201


@pytest.mark.parametrize(
    ("lat", "lng"), [(48.85, 2.35), (-30.0, 120.0), (0.0, 0.0), (30.31, -120.5), (120.5, 30.31)]
)
def test_it_validates_that_the_place_is_here(api: Api, lat: float, lng: float) -> None:
    place = {"lat": lat, "lng": lng, "coord_type": "wgs84", "source": "gps"}
    answer = api.post("/reports", report_body(location=place))
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] in {"location_out_of_range", "too_large"}


def place(**changes: Any) -> dict[str, Any]:
    return {"location": {**report_body()["location"], **changes}}


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"client_id": None}, "client_id", "required"),
        ({"client_id": 7}, "client_id", "wrong_type"),
        ({"client_id": "x"}, "client_id", "wrong_type"),
        ({"kind": "rant"}, "kind", "unknown_choice"),
        ({"kind": 1}, "kind", "wrong_type"),
        ({"kind": []}, "kind", "wrong_type"),
        ({"text": ""}, "text", "required"),
        ({"text": " \u200b\u3000 "}, "text", "required"),
        ({"text": "字" * 2001}, "text", "too_long"),
        ({"text": 5}, "text", "wrong_type"),
        ({"text": True}, "text", "wrong_type"),
        ({"text": ["a"]}, "text", "wrong_type"),
        ({"location": None}, "location", "required"),
        ({"location": []}, "location", "invalid"),
        (place(lat="30.3"), "location.lat", "wrong_type"),
        (place(lat=True), "location.lat", "wrong_type"),
        (place(lat=None), "location.lat", "required"),
        (place(lat=91), "location.lat", "too_large"),
        (place(lng=-181), "location.lng", "too_small"),
        (place(lng=10**400), "location.lng", "too_large"),
        (place(coord_type="utm"), "location.coord_type", "unknown_choice"),
        (place(source=None), "location.source", "required"),
        (place(accuracy=-1), "location.accuracy", "too_small"),
        (place(accuracy=100_001), "location.accuracy", "too_large"),
        (place(address="路" * 201), "location.address", "too_long"),
        ({"category": 401}, "category", "wrong_type"),
        ({"photos": "x"}, "photos", "wrong_type"),
        ({"photos": {}}, "photos", "wrong_type"),
        ({"photos": ["x"]}, "photos[0]", "wrong_type"),
        ({"photos": [5]}, "photos[0]", "wrong_type"),
        ({"photos": [str(uuid.uuid4()) for _ in range(10)]}, "photos", "too_long"),
        ({"photos": [str(uuid.UUID(int=1))] * 2}, "photos", "photo_repeated"),
        ({"anonymous": "yes"}, "anonymous", "wrong_type"),
        ({"anonymous": 1}, "anonymous", "wrong_type"),
        ({"contact_phone": "110"}, "contact_phone", "phone_invalid"),
        ({"join": {}}, "join", "wrong_type"),
    ],
)
def test_it_validates_every_field(api: Api, change: dict[str, Any], field: str, code: str) -> None:
    answer = api.post("/reports", report_body(**change))
    assert answer.status_code == 400
    error = answer.json()
    assert [(e["field"], e["code"]) for e in error["errors"]] == [(field, code)]
    assert error["message"]
    assert error["request_id"]


def test_it_takes_2000_characters(api: Api) -> None:
    assert api.post("/reports", report_body(text="路" * 2000)).status_code == 201


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"null", 400),
        (b'"x"', 400),
        (b"\xff\xfe", 400),
        (b'{"location": {"lat": NaN}}', 400),
        (b'{"location": {"lat": 1e999}}', 400),
        (b'{"text": "\\ud800"}', 400),
        (b"[" * 60_000, 400),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, 400),
        (b'{"text": "' + b"x" * 300_000 + b'"}', 413),
    ],
)
def test_it_validates_what_is_no_good_json(api: Api, body: bytes, status: int) -> None:
    answer = api.raw("/reports", body)
    assert answer.status_code == status
    assert b'"request_id"' in answer.content


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "multipart/form-data", ""]
)
def test_it_validates_the_content_type(api: Api, content_type: str) -> None:
    answer = api.raw("/reports", b"{}", content_type)
    assert answer.status_code in {400, 415}
    assert answer["Content-Type"] == "application/json"


def test_it_forbids_strangers(nobody: Api) -> None:
    assert nobody.post("/reports", report_body()).status_code == 401


def count_statements(api: Api, body: dict[str, Any]) -> int:
    """Count the statements of one request, transaction brackets aside."""
    with CaptureQueriesContext(connection) as queries:
        assert api.post("/reports", body).status_code == 201
    brackets = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return sum(not query["sql"].startswith(brackets) for query in queries)


@pytest.mark.parametrize(("photos", "statements"), [(0, 4), (1, 7), (9, 7)])
def test_it_costs_few_statements(
    api: Api, zhang: Resident, garbage: Category, photos: int, statements: int
) -> None:
    category_tree()
    zhang.consents = dict.fromkeys(("privacy", "location", "photo"), True)
    zhang.save()
    block_of(resident_id=None, device="", address_digest="", address="", now=timezone.now())
    ids = [str(make_photo(zhang).pk) for _ in range(photos)]
    assert count_statements(api, report_body(category="0401", photos=ids)) == statements


def test_it_keeps_the_residents_own_mark(api: Api) -> None:
    body = report_body(urgent=True)
    answer = api.post("/reports", body)
    assert (answer.status_code, answer.json()["urgent"]) == (201, True)
    assert Report.objects.get().urgent
    assert Report.objects.get().urgency == ""
    assert api.post("/reports", body).status_code == 200
    changed = api.post("/reports", {**body, "urgent": False})
    assert changed.status_code == 409


@pytest.mark.parametrize("mark", ["yes", 1, None, []])
def test_it_takes_truth_for_the_mark_and_nothing_else(api: Api, mark: object) -> None:
    assert api.post("/reports", report_body(urgent=mark)).status_code == 400
