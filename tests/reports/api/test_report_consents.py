"""What a report keeps of its sender depends on what they agreed to; whether it is taken does not."""

from typing import Any

import pytest

from reports.enums import LocationSource
from reports.models import Consent, Photo, Report, Resident
from tests.factories import make_photo
from tests.reports.conftest import Api, report_body
from tests.reports.pictures import jpeg, upload

pytestmark = pytest.mark.django_db


def say(zhang: Resident, **consents: bool) -> None:
    zhang.consents = consents
    zhang.save()


def send(api: Api, **changes: Any) -> Any:
    answer = api.post("/reports", report_body(repeat_ok=True, **changes))
    assert answer.status_code == 201
    return answer.json()


def kinds() -> set[tuple[str, str]]:
    return set(Consent.objects.values_list("kind", "how"))


def test_who_was_never_asked_is_noted_as_informed(api: Api, zhang: Resident) -> None:
    photo = make_photo(zhang)
    send(api, contact_phone="13800000000", photos=[str(photo.pk)])
    told = {("privacy", "implied"), ("location", "implied"), ("photo", "implied")}
    assert kinds() == told | {("phone", "implied")}
    send(api)
    assert Consent.objects.count() == 4


def test_a_place_chosen_on_the_map_is_no_location_of_a_person(api: Api) -> None:
    body = report_body()
    body["location"]["source"] = "picked"
    api.post("/reports", body)
    assert kinds() == {("privacy", "implied")}


def test_ticks_on_the_form_count_and_do_not_change_the_report(api: Api, zhang: Resident) -> None:
    say(zhang, phone=False)
    body = report_body(contact_phone="13800000000")
    ticked = api.post("/reports", {**body, "consents": ["phone"]})
    assert (ticked.status_code, ticked.json()["contact_phone"]) == (201, "13800000000")
    zhang.refresh_from_db()
    assert zhang.consents["phone"] is True
    assert api.post("/reports", body).status_code == 200


@pytest.mark.parametrize("consents", [["guardian"], ["x"], "phone", [1]])
def test_it_validates_the_ticks(api: Api, consents: Any) -> None:
    assert api.post("/reports", report_body(consents=consents)).status_code == 400


def test_a_refused_phone_is_not_kept(api: Api, zhang: Resident) -> None:
    say(zhang, phone=False)
    body = report_body(contact_phone="13800000000")
    answer = api.post("/reports", body)
    assert (answer.status_code, answer.json()["contact_phone"]) == (201, "")
    assert Report.objects.get().contact_phone == ""
    assert api.post("/reports", body).status_code == 200


def test_an_anonymous_report_keeps_no_phone(api: Api) -> None:
    assert send(api, contact_phone="13800000000", anonymous=True)["contact_phone"] == ""
    assert Report.objects.get().contact_phone == ""


def test_a_refused_place_is_known_to_a_hundred_metres(api: Api, zhang: Resident) -> None:
    say(zhang, location=False)
    body = report_body()
    body["location"] |= {"lat": 30.312345, "lng": 120.512345}
    assert api.post("/reports", body).status_code == 201
    report = Report.objects.get()
    assert (report.lat, report.lng) == (30.312, 120.512)
    assert (report.raw_lat, report.location_source) == (30.312, LocationSource.TEXT)
    assert report.accuracy_m == 100.0
    assert api.post("/reports", body).status_code == 200


def test_a_refused_photo_is_not_taken(api: Api, zhang: Resident) -> None:
    say(zhang, photo=False)
    refused = api.upload("/photos", {"file": upload(jpeg())})
    assert (refused.status_code, refused.json()["code"]) == (403, "consent_needed")
    assert not Photo.objects.exists()
    assert send(api)["photos"] == []


def test_who_refused_the_notice_is_heard_and_not_remembered(api: Api, zhang: Resident) -> None:
    photo = make_photo(zhang, taken_at="2026-11-24T00:00Z", exif_lat=30.0, exif_lng=120.0)
    say(zhang, privacy=False)
    body = report_body(contact_phone="13800000000", photos=[str(photo.pk)])
    answer = api.post("/reports", body).json()
    assert answer["unlinked"]
    assert answer["anonymous"]
    report = Report.objects.get()
    assert (report.resident, report.contact_phone) == (None, "")
    photo.refresh_from_db()
    assert (photo.resident, photo.exif_lat, photo.taken_at) == (None, None, None)
    assert photo.strip_at is not None
    assert api.get("/reports").json()["items"] == []
    assert api.get(f"/reports/{report.number}").status_code == 404
    again = api.post("/reports", body)
    assert (again.status_code, again.json()["number"]) == (200, report.number)
    assert Report.objects.count() == 1


def test_an_officer_who_stays_unnamed_has_no_channel_of_their_own(
    api: Api, zhang: Resident
) -> None:
    zhang.role = "grid"
    zhang.save()
    send(api, anonymous=True)
    send(api)
    assert set(Report.objects.values_list("anonymous", "channel")) == {
        (True, "miniprogram"),
        (False, "grid"),
    }


def test_a_body_with_a_phone_leaves_no_digest_to_guess_it_from(api: Api) -> None:
    import hashlib
    import json

    from reports.api.inputs import ReportInput, draft_of
    from reports.domain.drafts import _content, hash_draft

    data = {**report_body(contact_phone="13800000000"), "consents": []}
    serializer = ReportInput(data=data)
    serializer.is_valid(raise_exception=True)
    draft = draft_of(serializer.validated_data)
    assert draft.location is not None
    content = {**_content(draft), "location": _content(draft.location)}
    del content["urgent"]
    plain = json.dumps(
        content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str
    )
    assert hash_draft(draft) == hash_draft(draft)
    assert hash_draft(draft) != hashlib.sha256(plain.encode()).hexdigest()
