"""``/volunteer``, ``/points``, ``/rewards``, ``/redemptions``: joining, what it brings, leaving."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from reports.domain.redeem_codes import read_code
from reports.domain.rewards import redeem
from reports.enums import AgeBand, ResidentRole
from reports.models import Consent, PointsEntry, Redemption, Resident, Volunteer
from reports.queries.notices import current_notice
from reports.volunteer_enums import RedemptionState
from tests.factories import make_report, make_resident
from tests.reports.api.test_schema import check_answer, generate
from tests.reports.conftest import Api
from tests.volunteering import check_ledger, give_points, make_reward, make_volunteer


def joining(**changes: Any) -> dict[str, Any]:
    return {"nickname": "王阿姨", "adult": True, "version": current_notice().version, **changes}


def test_it_works(api: Api, zhang: Resident) -> None:
    before = api.get("/volunteer").json()
    assert (before["joined"], before["refusal"], before["volunteer"]) == (False, None, None)
    answer = api.post("/volunteer", joining())
    assert answer.status_code == 200
    member = answer.json()["volunteer"]
    assert (member["points"], member["rank"]["name"], member["nickname"]) == (0, "见习", "王阿姨")
    assert member["next_rank"] == {"level": 1, "name": "一星", "from": 50}
    assert api.post("/volunteer", joining(nickname="别的")).json()["volunteer"] == member
    assert Volunteer.objects.count() == 1
    assert Consent.objects.filter(resident=zhang, kind="volunteer", granted=True).count() == 1
    zhang.refresh_from_db()
    assert zhang.consents["volunteer"] is True


def test_the_answers_are_what_the_schema_says(api: Api, nobody: Api, zhang: Resident) -> None:
    schema = generate()
    check_answer(schema, "get", "/volunteer", api.get("/volunteer"))
    check_answer(schema, "post", "/volunteer", api.post("/volunteer", joining()))
    give_points(Volunteer.objects.get(), 100)
    make_reward(valid_to=timezone.localdate())
    check_answer(schema, "get", "/volunteer/rules", nobody.get("/volunteer/rules"))
    rewards = api.get("/rewards")
    check_answer(schema, "get", "/rewards", rewards)
    body = {"client_id": str(uuid.uuid4()), "reward": rewards.json()["items"][0]["id"]}
    made = api.post("/redemptions", body)
    check_answer(schema, "post", "/redemptions", made)
    check_answer(schema, "get", "/redemptions", api.get("/redemptions"))
    check_answer(schema, "get", "/points", api.get("/points"))
    check_answer(schema, "get", "/me/export", api.get("/me/export", format="json"))
    cancelled = api.delete(f"/redemptions/{made.json()['id']}")
    check_answer(schema, "delete", "/redemptions/{key}", cancelled)


def test_it_forbids_strangers(nobody: Api, api: Api) -> None:
    for path in ("/volunteer", "/points", "/rewards", "/redemptions", "/patrols"):
        assert nobody.get(path).status_code == 401
    for path in ("/points", "/redemptions"):
        refused = api.get(path)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_a_volunteer")


def test_a_browsers_guest_is_told_what_to_do(settings: Settings, api: Api, zhang: Resident) -> None:
    settings.DEV_LOGIN = False
    Resident.objects.filter(pk=zhang.pk).update(openid="guest:abc")
    refused = api.post("/volunteer", joining())
    assert (refused.status_code, refused.json()["code"]) == (403, "volunteer_unverified")
    assert "验证手机号" in refused.json()["message"]
    Resident.objects.filter(pk=zhang.pk).update(phone_verified_at=timezone.now())
    assert api.post("/volunteer", joining()).status_code == 200


def test_a_grid_officer_is_paid_otherwise(api: Api, zhang: Resident) -> None:
    Resident.objects.filter(pk=zhang.pk).update(role=ResidentRole.GRID)
    assert api.post("/volunteer", joining()).json()["code"] == "volunteer_grid_officer"


def test_a_child_waits_for_the_guardian(api: Api, zhang: Resident) -> None:
    Resident.objects.filter(pk=zhang.pk).update(age_band=AgeBand.CHILD)
    assert api.post("/volunteer", joining()).json()["code"] == "guardian_needed"
    Resident.objects.filter(pk=zhang.pk).update(guardian_at=timezone.now())
    assert api.post("/volunteer", joining()).json()["volunteer"]["adult"] is False


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"nickname": ""}, 400, "required"),
        ({"nickname": 7}, 400, "wrong_type"),
        ({"nickname": "长" * 21}, 400, "too_long"),
        ({"adult": "yes"}, 400, "wrong_type"),
        ({"version": "1999"}, 409, "notice_outdated"),
    ],
)
def test_it_validates(api: Api, change: dict[str, Any], status: int, code: str) -> None:
    refused = api.post("/volunteer", joining(**change))
    assert refused.status_code == status
    assert code in {refused.json()["code"], *(row["code"] for row in refused.json()["errors"])}
    assert not Volunteer.objects.exists()


def test_a_telephone_is_no_nickname(api: Api) -> None:
    answer = api.post("/volunteer", joining(nickname="王13800000000"))
    assert "13800000000" not in answer.json()["volunteer"]["nickname"]


def test_leaving_keeps_a_tombstone_that_names_nobody(api: Api, zhang: Resident) -> None:
    api.post("/volunteer", joining())
    volunteer = Volunteer.objects.get()
    give_points(volunteer, 50)
    reward = make_reward(stock=1)
    row = redeem(volunteer, reward.pk, client_id=uuid.uuid4(), now=timezone.now())
    assert api.delete("/volunteer").status_code == 204
    assert api.delete("/volunteer").status_code == 204
    check_ledger(volunteer)
    assert (volunteer.resident, volunteer.nickname, volunteer.balance) == (None, "", 0)
    assert not PointsEntry.objects.filter(report__isnull=False).exists()
    row.refresh_from_db()
    reward.refresh_from_db()
    assert (row.state, reward.stock) == (RedemptionState.CANCELLED, 1)
    zhang.refresh_from_db()
    assert zhang.consents["volunteer"] is False
    assert api.post("/volunteer", joining()).json()["volunteer"]["points"] == 0


def test_taking_the_consent_back_is_leaving(api: Api, zhang: Resident) -> None:
    api.post("/volunteer", joining())
    body = {"version": current_notice().version, "consents": {"volunteer": False}}
    assert api.put("/me/consents", body).status_code == 200
    assert Volunteer.objects.get().left_at is not None


def test_the_ledger_is_ones_own_and_comes_in_pages(
    api: Api, zhang: Resident, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    volunteer, stranger = make_volunteer(zhang), make_volunteer(make_resident("李四"))
    give_points(stranger, 5)
    give_points(volunteer, 1)
    with django_assert_num_queries(3):
        assert len(api.get("/points").json()["items"]) == 1
    give_points(volunteer, 2)
    give_points(volunteer, -3)
    with django_assert_num_queries(3):
        items = api.get("/points").json()["items"]
    assert [row["points"] for row in items] == [-3, 2, 1]
    page = api.get("/points", limit=2).json()
    rest = api.get("/points", limit=2, cursor=page["next_cursor"]).json()
    assert [row["points"] for row in page["items"] + rest["items"]] == [-3, 2, 1]
    assert api.get("/points", cursor="x").json()["code"] == "invalid_cursor"


def test_rewards_and_redemptions_take_as_many_queries_for_three_as_for_one(
    api: Api, zhang: Resident, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    volunteer = make_volunteer(zhang)
    give_points(volunteer, 100)
    for count in (1, 3):
        while Redemption.objects.count() < count:
            reward = make_reward()
            redeem(volunteer, reward.pk, client_id=uuid.uuid4(), now=timezone.now())
        with django_assert_num_queries(4):
            assert len(api.get("/rewards").json()["items"]) == count
        with django_assert_num_queries(3):
            assert len(api.get("/redemptions").json()["items"]) == count


def test_redeeming_twice_under_one_number_pays_once(api: Api, zhang: Resident) -> None:
    volunteer, reward = make_volunteer(zhang), make_reward()
    give_points(volunteer, 50)
    body = {"client_id": str(uuid.uuid4()), "reward": str(reward.pk)}
    one, two = api.post("/redemptions", body), api.post("/redemptions", body)
    assert one.json() == two.json()
    assert read_code(one.json()["code"]) is not None
    assert one.json()["qr"].startswith("data:image/svg+xml")
    check_ledger(volunteer)
    assert volunteer.balance == 30
    other = make_reward(name="别的")
    taken = api.post("/redemptions", {**body, "reward": str(other.pk)})
    assert taken.json()["code"] == "client_id_taken"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"points": 51}, "points_short"),
        ({"stock": 0}, "reward_sold_out"),
        ({"is_active": False}, "reward_not_found"),
        ({"valid_to": timezone.localdate() - timedelta(days=1)}, "reward_over"),
    ],
)
def test_what_cannot_be_redeemed(
    api: Api, zhang: Resident, change: dict[str, Any], code: str
) -> None:
    volunteer, reward = make_volunteer(zhang), make_reward(**change)
    give_points(volunteer, 50)
    body = {"client_id": str(uuid.uuid4()), "reward": str(reward.pk)}
    assert api.post("/redemptions", body).json()["code"] == code
    check_ledger(volunteer)
    assert volunteer.balance == 50
    assert not Redemption.objects.exists()


@pytest.mark.parametrize("reward", ["x", "-1", "9" * 30, "٣", ""])
def test_a_reward_that_is_none(api: Api, zhang: Resident, reward: str) -> None:
    make_volunteer(zhang)
    refused = api.post("/redemptions", {"client_id": str(uuid.uuid4()), "reward": reward})
    assert refused.status_code in {400, 404}


def test_a_cancelled_one_gives_points_and_thing_back_once(api: Api, zhang: Resident) -> None:
    volunteer, reward = make_volunteer(zhang), make_reward(stock=1, person_limit=1)
    give_points(volunteer, 20)
    body = {"client_id": str(uuid.uuid4()), "reward": str(reward.pk)}
    key = api.post("/redemptions", body).json()["id"]
    for _again in range(2):
        answer = api.delete(f"/redemptions/{key}").json()
        assert (answer["state"]["code"], answer["code"]) == ("cancelled", None)
    check_ledger(volunteer)
    reward.refresh_from_db()
    assert (volunteer.balance, reward.stock) == (20, 1)
    body["client_id"] = str(uuid.uuid4())
    assert api.post("/redemptions", body).status_code == 200


def test_nobody_cancels_anothers(api: Api, zhang: Resident, other: Api, li: Resident) -> None:
    volunteer = make_volunteer(zhang)
    make_volunteer(li)
    give_points(volunteer, 20)
    row = redeem(volunteer, make_reward().pk, client_id=uuid.uuid4(), now=timezone.now())
    assert other.delete(f"/redemptions/{row.pk}").status_code == 404


def test_an_erasure_ends_it(api: Api, zhang: Resident) -> None:
    volunteer = make_volunteer(zhang)
    entry = give_points(volunteer, 20)
    PointsEntry.objects.filter(pk=entry.pk).update(report=make_report(zhang))
    code = api.get("/me/erase").json()
    assert api.delete("/me").status_code in {200, 204}, code
    volunteer.refresh_from_db()
    assert (volunteer.resident_id, volunteer.nickname, volunteer.balance) == (None, "", 0)
    assert not PointsEntry.objects.filter(report__isnull=False).exists()
