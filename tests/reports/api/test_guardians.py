from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from reports.models import Consent, GuardianRequest, Report, Resident
from tests.factories import make_report, make_resident, make_token
from tests.reports.conftest import Api, report_body

pytestmark = pytest.mark.django_db


@pytest.fixture
def child(api: Api, zhang: Resident) -> Resident:
    assert api.put("/me", {"age_band": "child"}).status_code == 200
    zhang.refresh_from_db()
    return zhang


def code_of(api: Api) -> str:
    answer = api.post("/me/guardian")
    assert answer.status_code == 201
    return str(answer.json()["code"])


def decide(guardian: Api, code: str, *, agree: bool = True) -> Any:
    return guardian.post(f"/guardian/{code}", {"agree": agree, "relation": "parent"})


@pytest.fixture
def guardian(other: Api) -> Api:
    other.put("/me", {"age_band": "adult"})
    return other


def test_it_works(api: Api, child: Resident, guardian: Api, li: Resident) -> None:
    assert api.get("/me").json()["guardian"] == "needed"
    code = code_of(api)
    assert api.get("/me/guardian").json()["state"] == "waiting"
    assert code_of(api) == code
    shown = guardian.get(f"/guardian/{code.lower()}")
    assert shown.json()["state"] == "waiting"
    assert set(shown.json()) == {"state", "texts", "expires_at"}
    assert decide(guardian, code).json() == {"state": "confirmed"}
    assert decide(guardian, code).json() == {"state": "confirmed"}
    me = api.get("/me").json()
    assert (me["guardian"], me["age_band"]["code"]) == ("confirmed", "child")
    assert api.get("/me/guardian").json()["state"] == "confirmed"
    assert api.put("/me", {"nickname": "小明"}).status_code == 200
    [line] = Consent.objects.filter(kind="guardian")
    assert (line.resident, line.how, line.granted) == (child, "guardian", True)
    assert GuardianRequest.objects.get().guardian == li
    assert not api.post("/reports", report_body()).json()["unlinked"]


def test_nothing_that_names_a_child_is_kept_before(api: Api, child: Resident) -> None:
    assert child.nickname == ""
    for field in ({"nickname": "小明"}, {"phone": "13800000000"}):
        refused = api.put("/me", field)
        assert (refused.status_code, refused.json()["code"]) == (409, "guardian_needed")
    assert api.put("/me", {"nickname": ""}).status_code == 200


def test_saying_child_drops_what_was_kept(api: Api, zhang: Resident) -> None:
    api.put("/me", {"phone": "13800000000"})
    report = make_report(zhang, contact_phone="13800000000")
    api.put("/me", {"age_band": "child"})
    zhang.refresh_from_db()
    report.refresh_from_db()
    assert (zhang.phone, zhang.nickname, report.contact_phone) == ("", "", "")


def test_a_hazard_is_taken_all_the_same(api: Api, child: Resident) -> None:
    answer = api.post("/reports", report_body(text="电线掉下来冒火花", contact_phone="13800000000"))
    assert (answer.status_code, answer.json()["unlinked"]) == (201, True)
    report = Report.objects.get()
    assert (report.resident, report.anonymous, report.contact_phone) == (None, True, "")
    assert not Consent.objects.filter(resident=child).exists()


def test_a_child_does_not_grow_up_by_a_tap(api: Api, child: Resident) -> None:
    refused = api.put("/me", {"age_band": "adult"})
    assert (refused.status_code, refused.json()["code"]) == (409, "age_band_fixed")
    assert api.put("/me", {"age_band": "child"}).status_code == 200


def test_only_a_grown_up_of_their_own_account_may_agree(
    api: Api, child: Resident, other: Api, li: Resident
) -> None:
    code = code_of(api)
    assert decide(api, code).json()["code"] == "guardian_same_person"
    assert decide(other, code).json()["code"] == "guardian_too_young"
    guest = make_resident("", openid=f"guest:{'0' * 64}", age_band="adult")
    assert decide(Api(make_token(guest)), code).json()["code"] == "guardian_unverified"
    other.put("/me", {"age_band": "teen"})
    assert decide(other, code).status_code == 409
    assert GuardianRequest.objects.get().state == "waiting"


def test_a_guardian_may_refuse(api: Api, child: Resident, guardian: Api) -> None:
    code = code_of(api)
    assert decide(guardian, code, agree=False).json() == {"state": "refused"}
    assert decide(guardian, code).status_code == 404
    assert api.get("/me/guardian").json()["state"] == "needed"
    assert code_of(api) != code


def test_taking_it_back_erases_the_childs_account(api: Api, child: Resident, guardian: Api) -> None:
    code = code_of(api)
    decide(guardian, code)
    stranger = make_resident("王五", age_band="adult")
    refused = decide(Api(make_token(stranger)), code, agree=False)
    assert refused.json()["code"] == "guardian_another"
    assert decide(guardian, code, agree=False).json() == {"state": "refused"}
    child.refresh_from_db()
    assert child.erased_at
    assert api.get("/me").status_code == 401


def test_a_code_dies(api: Api, child: Resident, guardian: Api) -> None:
    code = code_of(api)
    GuardianRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert decide(guardian, code).json()["code"] == "guardian_code_unknown"
    assert api.get("/me/guardian").json()["state"] == "needed"
    assert guardian.get("/guardian/K7MP2QXR").status_code == 404


def test_who_is_grown_up_needs_nobody(api: Api) -> None:
    refused = api.post("/me/guardian")
    assert (refused.status_code, refused.json()["code"]) == (409, "guardian_not_needed")
    assert api.get("/me/guardian").json()["state"] == "not_needed"
