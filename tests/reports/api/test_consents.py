from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from reports.enums import ConsentHow, PublicStatus
from reports.models import Consent, ConsentLogIsAppendOnlyError, NoticeText, Report, Resident
from reports.queries.consents import consents_of, has_consent, has_refused
from reports.queries.notices import current_notice
from tests.factories import NOW, make_report
from tests.reports.conftest import Api

pytestmark = pytest.mark.django_db


def answer(api: Api, **consents: Any) -> Any:
    return api.put("/me/consents", {"version": current_notice().version, "consents": consents})


def states(body: dict[str, Any]) -> dict[str, str]:
    return {row["kind"]: row["state"] for row in body["items"]}


def test_it_works(api: Api, zhang: Resident) -> None:
    first = api.get("/me/consents").json()
    assert first["needs_answer"]
    assert set(states(first).values()) == {"unasked"}
    body = answer(api, privacy=True, publication=False).json()
    assert not body["needs_answer"]
    assert (states(body)["privacy"], states(body)["publication"]) == ("given", "refused")
    assert api.get("/me/consents").json() == body
    assert has_consent(zhang.pk, "privacy")
    assert has_refused(zhang.pk, "publication")
    assert not has_consent(zhang.pk, "phone")
    assert not has_refused(zhang.pk, "phone")
    assert consents_of([zhang.pk], "publication") == {zhang.pk: False}
    assert api.get("/me").json()["consent_version"] == current_notice().version


def test_nobody_has_agreed_to_nothing() -> None:
    assert not has_consent(None, "privacy")
    assert not has_refused(None, "privacy")


def test_it_keeps_every_answer_with_its_words(api: Api, zhang: Resident) -> None:
    answer(api, phone=True)
    answer(api, phone=False)
    lines = list(Consent.objects.order_by("id"))
    assert [line.granted for line in lines] == [True, False]
    [kept] = NoticeText.objects.all()
    assert {line.text_hash for line in lines} == {kept.text_hash}
    assert kept.body == current_notice().body
    with pytest.raises(ConsentLogIsAppendOnlyError):
        lines[0].save()
    with pytest.raises(ConsentLogIsAppendOnlyError):
        lines[0].delete()
    page = api.get("/me/consents/history").json()
    assert [(row["kind"], row["granted"], row["how"]) for row in page["items"]] == [
        ("phone", False, "given"),
        ("phone", True, "given"),
    ]


def test_other_figures_are_other_words(api: Api, settings: Settings) -> None:
    answer(api, privacy=True)
    settings.CONTACT_PHONE_DAYS = 45
    answer(api, privacy=True)
    assert NoticeText.objects.count() == 2
    assert "45 天" in str(NoticeText.objects.latest("id").body)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"version": "2026-12", "consents": {"guardian": True}}, "unknown_consent"),
        ({"version": "2026-12", "consents": {"horoscope": True}}, "unknown_consent"),
        ({"version": "2026-12", "consents": {"phone": "yes"}}, "wrong_type"),
        ({"version": "2026-12", "consents": {}}, "required"),
        ({"version": "2026-12", "consents": []}, "wrong_type"),
        ({"version": "2026-12"}, "required"),
        ({"consents": {"phone": True}}, "required"),
    ],
)
def test_it_validates(api: Api, body: dict[str, Any], code: str) -> None:
    refused = api.put("/me/consents", body)
    assert refused.status_code == 400
    assert [error["code"] for error in refused.json()["errors"]] == [code]
    assert not Consent.objects.exists()


def test_it_wants_the_words_in_force(api: Api) -> None:
    refused = api.put("/me/consents", {"version": "2020-01", "consents": {"privacy": True}})
    assert (refused.status_code, refused.json()["code"]) == (409, "notice_outdated")
    assert not Consent.objects.exists()


def test_taking_back_the_phone_deletes_it(
    api: Api, other: Api, zhang: Resident, li: Resident
) -> None:
    api.put("/me", {"phone": "13800000000"})
    mine, theirs = make_report(zhang, contact_phone="13800000001"), make_report(li)
    Report.objects.filter(pk=theirs.pk).update(contact_phone="13800000002")
    answer(api, phone=False)
    zhang.refresh_from_db()
    assert zhang.phone == ""
    assert Report.objects.get(pk=mine.pk).contact_phone == ""
    assert Report.objects.get(pk=theirs.pk).contact_phone == "13800000002"
    refused = api.put("/me", {"phone": "13800000000"})
    assert (refused.status_code, refused.json()["code"]) == (403, "consent_needed")
    assert refused.json()["errors"][0]["field"] == "consents.phone"
    answer(api, phone=True)
    assert api.put("/me", {"phone": "13800000000"}).status_code == 200


def test_refusing_publication_takes_the_cases_off_the_list(
    api: Api, nobody: Api, zhang: Resident
) -> None:
    make_report(zhang, published_at=NOW, public_status=PublicStatus.PROCESSING)
    assert len(nobody.get("/public/reports").json()["items"]) == 1
    answer(api, publication=False)
    assert nobody.get("/public/reports").json()["items"] == []


def test_a_phone_put_down_unasked_is_noted_as_implied(api: Api) -> None:
    api.put("/me", {"phone": "13800000000"})
    api.put("/me", {"phone": "13800000001"})
    [line] = Consent.objects.all()
    assert (line.kind, line.granted, line.how) == ("phone", True, ConsentHow.IMPLIED)
    row = next(row for row in api.get("/me/consents").json()["items"] if row["kind"] == "phone")
    assert (row["state"], row["needs_answer"]) == ("given", True)


def test_the_version_of_older_clients_is_a_line_too(api: Api) -> None:
    api.put("/me", {"consent_version": "2026-11"})
    api.put("/me", {"consent_version": ""})
    lines = Consent.objects.order_by("id").values_list("version", "granted", "text_hash")
    assert lines[0] == ("2026-11", True, "")
    assert [granted for _version, granted, _hash in lines] == [True, False]


def test_the_notice_is_public_and_cached(client: Client) -> None:
    first = client.get("/api/v1/privacy/notice")
    body = first.json()
    assert (first.status_code, body["version"]) == (200, current_notice().version)
    assert "{" not in str(body["sections"]).replace("{'", "")
    assert {row["kind"] for row in body["consents"]} == {
        "privacy", "location", "photo", "phone", "publication", "notices", "volunteer",
    }  # fmt: skip
    again = client.get("/api/v1/privacy/notice", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304


def test_history_pages_cost_the_same(
    api: Api, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        answer(api, phone=True)
    for limit in (1, 3):
        with django_assert_num_queries(2):
            assert len(api.get("/me/consents/history", limit=limit).json()["items"]) == limit
    with django_assert_num_queries(2):
        api.get("/me/consents")
