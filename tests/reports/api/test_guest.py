"""A browser without WeChat: a guest by a secret, and what becomes of the guest at a login."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from reports.domain.consents import take_consent
from reports.domain.joining import relations, sweep_absorbed
from reports.enums import ConsentKind
from reports.models import Consent, Photo, Report, Resident, ResidentToken
from tests.factories import make_photo, make_report
from tests.reports.conftest import Api

DEVICE = "a1" * 32


def guest_of(nobody: Api, device: str = DEVICE) -> Resident:
    answer = nobody.post("/session", {"device": device})
    assert answer.status_code == 201
    return Resident.objects.get(pk=answer.json()["resident"]["id"])


@pytest.mark.django_db
def test_it_works(nobody: Api) -> None:
    answer = nobody.post("/session", {"device": DEVICE})
    assert answer.status_code == 201
    body = answer.json()
    assert (body["resident"]["guest"], body["resident"]["phone_verified"]) == (True, False)
    assert Api(body["token"]).get("/me").json()["id"] == body["resident"]["id"]


@pytest.mark.django_db
def test_it_knows_the_same_browser_again_and_keeps_no_secret(nobody: Api) -> None:
    assert guest_of(nobody) == guest_of(nobody)
    assert guest_of(nobody, "b2" * 32) != guest_of(nobody)
    assert not Resident.objects.filter(openid__contains=DEVICE).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("device", ["a", "A1" * 32, "g1" * 32, "a1" * 31, " "])
def test_it_refuses_what_is_no_secret(nobody: Api, device: str) -> None:
    assert nobody.post("/session", {"device": device}).status_code == 400
    assert not Resident.objects.exists()


@pytest.mark.django_db
def test_it_may_be_switched_off(nobody: Api, settings: Settings) -> None:
    settings.GUEST_LOGIN = False
    answer = nobody.post("/session", {"device": DEVICE})
    assert (answer.status_code, answer.json()["code"]) == (403, "guest_login_off")
    assert nobody.get("/session/options").json()["guest"] is False


@pytest.mark.django_db
def test_a_login_brings_the_guests_reports_along(nobody: Api) -> None:
    guest = guest_of(nobody)
    report = make_report(guest)
    make_photo(guest)
    answer = nobody.post("/session", {"code": "dev:张三", "device": DEVICE})
    assert answer.status_code == 201
    listed = Api(answer.json()["token"]).get("/reports").json()["items"]
    assert [row["number"] for row in listed] == [report.number]
    guest.refresh_from_db()
    assert (guest.openid, guest.is_active) == (None, False)
    assert not Photo.objects.filter(resident=guest).exists()
    # The secret is used up: who finds this browser later sees an empty guest.
    assert guest_of(nobody) not in {guest, Resident.objects.get(nickname="张三")}


@pytest.mark.django_db
def test_what_both_have_gives_way(nobody: Api) -> None:
    zhang_id = nobody.post("/session", {"code": "dev:张三"}).json()["resident"]["id"]
    zhang = Resident.objects.get(pk=zhang_id)
    guest = guest_of(nobody)
    key = uuid.uuid4()
    make_report(zhang, client_id=key)
    make_report(guest, client_id=key)
    make_photo(zhang, sha256="0" * 64)
    twice = make_photo(guest, sha256="0" * 64)
    once = make_photo(guest)
    assert nobody.post("/session", {"code": "dev:张三", "device": DEVICE}).status_code == 201
    assert Report.objects.filter(resident=zhang).count() == 2
    twice.refresh_from_db()
    once.refresh_from_db()
    assert (twice.resident, once.resident) == (None, zhang)


@pytest.mark.django_db
def test_a_login_fills_in_what_the_person_has_told_before(nobody: Api) -> None:
    guest = guest_of(nobody)
    Resident.objects.filter(pk=guest.pk).update(phone="13800000000", nickname="老张")
    body = nobody.post("/session", {"code": "dev:张三", "device": DEVICE}).json()
    assert (body["resident"]["phone"], body["resident"]["nickname"]) == ("13800000000", "张三")


@pytest.mark.django_db
def test_consents_live_on(nobody: Api) -> None:
    guest = guest_of(nobody)
    take_consent(guest, ConsentKind.LOCATION, now=timezone.now())
    nobody.post("/session", {"code": "dev:张三", "device": DEVICE})
    zhang = Resident.objects.get(nickname="张三")
    assert zhang.consents.get("location")
    assert Consent.objects.filter(resident=zhang, kind="location", granted=True).exists()
    assert not Consent.objects.filter(granted=False).exists()


@pytest.mark.django_db
def test_a_grid_officer_is_not_taken_along(nobody: Api) -> None:
    guest = guest_of(nobody)
    Resident.objects.filter(pk=guest.pk).update(role="grid")
    report = make_report(guest)
    nobody.post("/session", {"code": "dev:张三", "device": DEVICE})
    report.refresh_from_db()
    assert report.resident == guest


@pytest.mark.django_db
def test_a_blocked_guest_does_not_slip_through_by_a_login(nobody: Api) -> None:
    guest = guest_of(nobody)
    Resident.objects.filter(pk=guest.pk).update(is_active=False)
    answer = nobody.post("/session", {"device": DEVICE})
    assert (answer.status_code, answer.json()["code"]) == (403, "account_disabled")
    report = make_report(guest)
    nobody.post("/session", {"code": "dev:张三", "device": DEVICE})
    report.refresh_from_db()
    assert report.resident == guest


@pytest.mark.django_db(transaction=True)
def test_logins_at_once_bring_everything_along_once(nobody: Api) -> None:
    guest = guest_of(nobody)
    report = make_report(guest)

    def log_in(_: int) -> int:
        try:
            body = {"code": "dev:张三", "device": DEVICE}
            return int(Api().post("/session", body).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(log_in, range(4))) == {201}
    report.refresh_from_db()
    assert report.resident is not None
    assert report.resident.nickname == "张三"


@pytest.mark.django_db
def test_a_report_on_its_way_is_brought_after(nobody: Api) -> None:
    guest = guest_of(nobody)
    zhang_id = nobody.post("/session", {"code": "dev:张三", "device": DEVICE}).json()["resident"][
        "id"
    ]
    # The request had read the guest's token before the login and inserts after it.
    late = make_report(guest)
    now = timezone.now()
    assert sweep_absorbed(now=now) == 1
    late.refresh_from_db()
    assert late.resident_id == int(zhang_id)
    # Within the hour it stays watched, afterwards the tombstone forgets who it was.
    assert sweep_absorbed(now=now + timedelta(minutes=61)) == 1
    guest.refresh_from_db()
    assert guest.absorbed_by is None
    assert sweep_absorbed(now=now + timedelta(minutes=62)) == 0


@pytest.mark.django_db
def test_an_erasure_cuts_the_tombstone_off(nobody: Api) -> None:
    guest = guest_of(nobody)
    token = nobody.post("/session", {"code": "dev:张三", "device": DEVICE}).json()["token"]
    guest.refresh_from_db()
    assert guest.absorbed_by is not None
    assert Api(token).delete("/me").status_code == 204
    guest.refresh_from_db()
    assert guest.absorbed_by is None


def test_every_key_to_a_resident_is_moved() -> None:
    """Also one that a later table declares without a way back."""
    keys = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model is Resident
    }
    moved = {(relation.related_model, relation.field.name) for relation in relations()}
    assert moved == keys - {(ResidentToken, "user")}
    assert len(moved) >= 4


@pytest.mark.django_db
def test_the_options_tell_the_ways(nobody: Api) -> None:
    answer = nobody.get("/session/options")
    assert answer.json() == {
        "guest": True,
        "wechat_h5": None,
        "dev": True,
        "sms": False,
        "wechat_phone": False,
    }
    assert answer.headers["Cache-Control"] == "no-store"
    assert not answer.cookies


@pytest.mark.django_db
def test_a_login_tells_whom_it_brought_along(nobody: Api) -> None:
    guest = guest_of(nobody)
    assert nobody.post("/session", {"code": "dev:李四"}).json()["formerly"] == []
    opened = nobody.post("/session", {"code": "dev:张三", "device": DEVICE}).json()
    assert opened["formerly"] == [str(guest.pk)]
