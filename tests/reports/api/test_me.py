from typing import Any

import pytest

from reports.models import Photo, Report, Resident, ResidentToken
from tests.factories import NOW, make_photo, make_report, make_resident, make_token
from tests.reports.conftest import Api


@pytest.mark.django_db
def test_it_works(api: Api, zhang: Resident) -> None:
    answer = api.get("/me").json()
    assert answer["id"] == str(zhang.pk)
    assert answer["role"] == {"code": "resident", "label": "居民"}
    assert "openid" not in answer


@pytest.mark.django_db
def test_it_changes_what_is_given_and_leaves_the_rest(api: Api, zhang: Resident) -> None:
    answer = api.put("/me", {"phone": "+86 138-0000-0000"})
    assert answer.status_code == 200
    zhang.refresh_from_db()
    assert (zhang.phone, zhang.nickname) == ("13800000000", "张三")
    assert api.put("/me", {"phone": "", "nickname": "老张\u200b"}).json()["nickname"] == "老张"


@pytest.mark.django_db
def test_it_dates_a_consent(api: Api, zhang: Resident) -> None:
    first = api.put("/me", {"consent_version": "2026-11"}).json()
    assert first["consented_at"]
    again = api.put("/me", {"consent_version": "2026-11"}).json()
    assert again["consented_at"] == first["consented_at"]
    assert api.put("/me", {"consent_version": ""}).json()["consented_at"] is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("phone", "12345", "phone_invalid"),
        ("phone", "１３８００００００００", "phone_invalid"),
        ("phone", 13800000000, "wrong_type"),
        ("phone", None, "required"),
        ("nickname", "字" * 41, "too_long"),
        ("nickname", ["a"], "wrong_type"),
        ("consent_version", True, "wrong_type"),
    ],
)
def test_it_validates_every_field(api: Api, field: str, value: Any, code: str) -> None:
    answer = api.put("/me", {field: value})
    assert answer.status_code == 400
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [(field, code)]


@pytest.mark.django_db
@pytest.mark.parametrize("phone", ["0571-82980000", "(0571)8298 0000", "13800000000"])
def test_it_takes_landlines_and_mobiles(api: Api, phone: str) -> None:
    assert api.put("/me", {"phone": phone}).status_code == 200


@pytest.mark.django_db
def test_it_erases_the_person_and_keeps_the_case(api: Api) -> None:
    zhang = Resident.objects.get()
    zhang.phone = "13800000000"
    zhang.save()
    report = make_report(zhang, contact_phone="13800000000")
    photo = make_photo(zhang, claimed_at=NOW)
    assert api.delete("/me").status_code == 204
    assert api.get("/me").status_code == 401
    zhang.refresh_from_db()
    assert (zhang.openid, zhang.phone, zhang.nickname) == (None, "", "")
    assert zhang.erased_at
    kept = Report.objects.get()
    assert (kept.pk, kept.resident_id, kept.contact_phone) == (report.pk, None, "")
    assert kept.text == report.text
    assert Photo.objects.get(pk=photo.pk).resident_id is None
    assert not ResidentToken.objects.exists()


@pytest.mark.django_db
def test_it_erases_nobody_else(api: Api, li: Resident) -> None:
    make_report(li)
    api.delete("/me")
    assert Report.objects.get().resident == li


@pytest.mark.django_db
def test_it_is_a_new_person_after_an_erasure(nobody: Api) -> None:
    first = nobody.post("/session", {"code": "dev:张三"}).json()
    Api(first["token"]).delete("/me")
    second = nobody.post("/session", {"code": "dev:张三"})
    assert second.status_code == 201
    assert second.json()["resident"]["id"] != first["resident"]["id"]


@pytest.mark.django_db
def test_it_erases_two_people_with_the_same_client_id_and_photo() -> None:
    for _ in range(2):
        person = make_resident()
        make_report(person, client_id="8c0e7d2c-9d4b-4a2e-8f66-0f6f6a3b9f10")
        make_photo(person, sha256="a" * 64)
        assert Api(make_token(person)).delete("/me").status_code == 204
    assert Report.objects.filter(resident=None).count() == 2
