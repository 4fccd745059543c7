"""``/patrols``: signing up, checking in where and when it is, checking out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from reports.domain.patrols import confirm_signup, mark_no_show
from reports.domain.retention import run_retention
from reports.enums import AgeBand
from reports.models import Patrol, PatrolSignup, Resident, Volunteer
from reports.volunteer_enums import PatrolState, SignupState
from tests.factories import make_report, make_resident
from tests.reports.api.test_schema import check_answer, generate
from tests.reports.conftest import Api
from tests.volunteering import check_ledger, make_patrol, make_signup, make_volunteer
from xiangcun.lib.errors import ConflictError
from xiangcun.lib.geo import from_wgs84

HERE = {"lat": 30.3105, "lng": 120.5005, "coord_type": "wgs84", "accuracy": 12}
FAR = {**HERE, "lat": 30.33}


@pytest.fixture
def volunteer(zhang: Resident) -> Volunteer:
    return make_volunteer(zhang)


@pytest.fixture
def patrol(db: None) -> Patrol:
    now = timezone.now()
    return make_patrol(starts_at=now - timedelta(minutes=10), ends_at=now + timedelta(hours=2))


def test_it_works(api: Api, volunteer: Volunteer, patrol: Patrol, zhang: Resident) -> None:
    path, schema = f"/patrols/{patrol.pk}", generate()
    check_answer(schema, "get", "/patrols", api.get("/patrols"))
    joined = api.post(f"{path}/join")
    check_answer(schema, "post", "/patrols/{key}/join", joined)
    assert (joined.json()["signup"]["state"]["label"], joined.json()["places_left"]) == (
        "已报名",
        2,
    )
    inside = api.post(f"{path}/check-in", HERE)
    check_answer(schema, "post", "/patrols/{key}/check-in", inside)
    assert inside.json()["signup"]["state"]["code"] == "checked_in"
    make_report(zhang, submitted_at=timezone.now())
    make_report(zhang, submitted_at=timezone.now(), anonymous=True)
    done = api.post(f"{path}/check-out", {"note": "一盏灯不亮，已上报", "position": FAR})
    check_answer(schema, "post", "/patrols/{key}/check-out", done)
    assert done.json()["signup"]["reports"] == 1
    signup = PatrolSignup.objects.get()
    assert (signup.in_lat, signup.in_lng, signup.in_distance_m) == (30.3105, 120.5005, 0)
    confirm_signup(signup.pk, now=timezone.now())
    with pytest.raises(ConflictError, match="signup_confirmed"):
        confirm_signup(signup.pk, now=timezone.now())
    check_ledger(volunteer)
    assert volunteer.balance == 15
    check_answer(schema, "get", "/me/export", api.get("/me/export", format="json"))


def test_outside_is_said_with_the_distance(api: Api, volunteer: Volunteer, patrol: Patrol) -> None:
    make_signup(patrol, volunteer)
    refused = api.post(f"/patrols/{patrol.pk}/check-in", FAR)
    assert (refused.status_code, refused.json()["code"]) == (409, "outside_area")
    assert "1.9 公里" in refused.json()["message"]
    assert 1900 < refused.json()["details"]["distance_m"] < 2000
    assert PatrolSignup.objects.get().in_at is None


def test_the_phones_map_system_is_minded(api: Api, volunteer: Volunteer, patrol: Patrol) -> None:
    """The same place in GCJ-02 numbers lies 500 m away when taken for WGS-84."""
    make_signup(patrol, volunteer)
    edge = (30.3125, 120.5)
    lat, lng = from_wgs84(*edge, "gcj02")
    moved = {"lat": lat, "lng": lng, "coord_type": "gcj02", "accuracy": 5}
    assert api.post(f"/patrols/{patrol.pk}/check-in", moved).status_code == 200
    signup = PatrolSignup.objects.get()
    assert (signup.in_lat, signup.in_lng) == edge


def test_a_position_within_its_accuracy_is_taken_and_a_vague_one_is_not(
    api: Api, volunteer: Volunteer, patrol: Patrol
) -> None:
    make_signup(patrol, volunteer)
    beyond = {**HERE, "lat": 30.3137}  # some 110 m outside of the circle
    path = f"/patrols/{patrol.pk}/check-in"
    assert api.post(path, {**beyond, "accuracy": 20}).json()["code"] == "outside_area"
    assert api.post(path, {**beyond, "accuracy": 5000}).json()["code"] == "position_vague"
    assert api.post(path, {**beyond, "accuracy": 100}).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"lat": 91},
        {"lng": "x"},
        {"coord_type": "mars"},
        {"accuracy": -1},
        {"lat": None},
        {"accuracy": None},
    ],
)
def test_it_validates(
    api: Api, volunteer: Volunteer, patrol: Patrol, change: dict[str, Any]
) -> None:
    make_signup(patrol, volunteer)
    assert api.post(f"/patrols/{patrol.pk}/check-in", {**HERE, **change}).status_code == 400
    assert PatrolSignup.objects.get().in_at is None


def test_time_and_state_are_minded(api: Api, volunteer: Volunteer) -> None:
    now = timezone.now()
    later = make_patrol(starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=2))
    over = make_patrol(starts_at=now - timedelta(hours=2), ends_at=now - timedelta(hours=1))
    off = make_patrol(starts_at=now, ends_at=now + timedelta(hours=1), state=PatrolState.CANCELLED)
    for patrol, code in ((later, "too_early"), (over, "patrol_over"), (off, "patrol_cancelled")):
        make_signup(patrol, volunteer)
        assert api.post(f"/patrols/{patrol.pk}/check-in", HERE).json()["code"] == code
    stranger = make_patrol(starts_at=now, ends_at=now + timedelta(hours=1))
    assert api.post(f"/patrols/{stranger.pk}/check-in", HERE).json()["code"] == "not_signed_up"
    assert api.post(f"/patrols/{later.pk}/check-out", {}).json()["code"] == "not_checked_in"
    assert api.post("/patrols/999999/join").status_code == 404
    assert api.post("/patrols/x/join").status_code == 404


def test_leaving_gives_the_place_to_another(
    api: Api, other: Api, volunteer: Volunteer, li: Resident
) -> None:
    make_volunteer(li)
    now = timezone.now()
    patrol = make_patrol(starts_at=now, ends_at=now + timedelta(hours=1), places=1)
    path = f"/patrols/{patrol.pk}"
    assert api.post(f"{path}/join").status_code == 200
    assert api.post(f"{path}/join").status_code == 200
    assert other.post(f"{path}/join").json()["code"] == "patrol_full"
    assert api.post(f"{path}/leave").json()["signup"]["state"]["code"] == "left"
    assert other.post(f"{path}/join").status_code == 200
    assert api.post(f"{path}/join").json()["code"] == "patrol_full"


def test_patrols_are_for_adults_and_volunteers(
    api: Api, other: Api, volunteer: Volunteer, patrol: Patrol, zhang: Resident
) -> None:
    assert other.post(f"/patrols/{patrol.pk}/join").json()["code"] == "not_a_volunteer"
    Resident.objects.filter(pk=zhang.pk).update(age_band=AgeBand.TEEN)
    refused = api.post(f"/patrols/{patrol.pk}/join")
    assert (refused.status_code, refused.json()["code"]) == (403, "patrol_adults_only")
    assert not PatrolSignup.objects.exists()


def test_the_list_costs_the_same_for_three_as_for_one(
    api: Api,
    volunteer: Volunteer,
    patrol: Patrol,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_signup(patrol, volunteer)
    with django_assert_num_queries(4):
        assert len(api.get("/patrols").json()["items"]) == 1
    for _number in range(2):
        another = make_patrol(starts_at=patrol.starts_at, ends_at=patrol.ends_at)
        make_signup(another, make_volunteer(make_resident()))
    with django_assert_num_queries(4):
        assert len(api.get("/patrols").json()["items"]) == 3
    assert [row["id"] for row in api.get("/patrols", mine="1").json()["items"]] == [str(patrol.pk)]


def test_who_did_not_come_is_counted_and_nothing_else(volunteer: Volunteer, patrol: Patrol) -> None:
    signup = make_signup(patrol, volunteer)
    with pytest.raises(ConflictError, match="patrol_running"):
        mark_no_show(signup.pk, now=timezone.now())
    mark_no_show(signup.pk, now=patrol.ends_at)
    with pytest.raises(ConflictError, match="not_checked_in"):
        confirm_signup(signup.pk, now=patrol.ends_at)
    check_ledger(volunteer)
    assert (volunteer.balance, PatrolSignup.objects.get().state) == (0, SignupState.NO_SHOW)


def test_positions_go_after_thirty_days(volunteer: Volunteer, patrol: Patrol) -> None:
    now = timezone.now()
    make_signup(
        patrol, volunteer, state=SignupState.CHECKED_IN, in_at=now, in_lat=30.31, in_lng=120.5,
        in_distance_m=0,
    )  # fmt: skip
    run_retention(now=now + timedelta(days=29), only=["patrol_positions"])
    assert PatrolSignup.objects.get().in_lat == 30.31
    run_retention(now=now + timedelta(days=31), only=["patrol_positions"])
    signup = PatrolSignup.objects.get()
    assert (signup.in_lat, signup.in_lng, signup.in_distance_m) == (None, None, None)
    assert signup.in_at == now
