"""A guardian's yes by text message: the code goes to the guardian, the child types it in."""

import re
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from pytest_django import Settings

from reports.models import Consent, GuardianRequest, PhoneCode, Resident, SmsLog
from tests.fakes.sms import FakeSms, fake_sms, use_sms
from tests.reports.conftest import Api

pytestmark = pytest.mark.django_db
PARENT = "13912345678"


@pytest.fixture
def sms(settings: Settings) -> Iterator[FakeSms]:
    with fake_sms() as server:
        use_sms(settings, server)
        yield server


@pytest.fixture
def child(api: Api, zhang: Resident) -> Resident:
    assert api.put("/me", {"age_band": "child"}).status_code == 200
    return zhang


def code_in(sms: FakeSms) -> str:
    found = re.search(r"\d{6}", str(sms.taken[-1]["text"]))
    assert found
    return found[0]


def ways(api: Api) -> list[str]:
    return [way["code"] for way in api.get("/me/guardian").json()["ways"]]


def test_it_works(api: Api, child: Resident, sms: FakeSms) -> None:
    assert "sms" in ways(api)
    sent = api.post("/me/guardian/sms", {"phone": PARENT})
    assert (sent.status_code, sent.json()) == (202, {"expires_in": 300, "retry_after": 60})
    assert (sms.taken[-1]["phone"], sms.taken[-1]["template"]) == (PARENT, "T-CODE")
    assert "监护人确认" in str(sms.taken[-1]["text"])
    body = {"phone": PARENT, "sms_code": code_in(sms), "relation": "other"}
    done = api.put("/me/guardian", body)
    assert (done.status_code, done.json()["state"]) == (200, "confirmed")
    assert api.put("/me", {"nickname": "小明"}).status_code == 200
    asked = GuardianRequest.objects.get()
    assert (asked.state, asked.relation, asked.guardian) == ("confirmed", "other", None)
    [line] = Consent.objects.filter(kind="guardian")
    assert (line.how, line.granted) == ("phone", True)
    again = api.put("/me/guardian", body)
    assert (again.status_code, again.json()["code"]) == (409, "guardian_not_needed")


def test_nothing_of_the_guardian_is_kept(api: Api, child: Resident, sms: FakeSms) -> None:
    api.post("/me/guardian/sms", {"phone": PARENT})
    api.put("/me/guardian", {"phone": PARENT, "sms_code": code_in(sms)})
    for model in (PhoneCode, GuardianRequest, SmsLog, Consent, Resident):
        assert all(PARENT not in str(row) for row in model.objects.values())


def test_a_wrong_code_confirms_nothing(api: Api, child: Resident, sms: FakeSms) -> None:
    api.post("/me/guardian/sms", {"phone": PARENT})
    right = code_in(sms)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _try in range(5):
        answer = api.put("/me/guardian", {"phone": PARENT, "sms_code": wrong})
        assert answer.json()["code"] == "sms_code_wrong"
    answer = api.put("/me/guardian", {"phone": PARENT, "sms_code": right})
    assert answer.json()["code"] == "sms_code_expired"
    child.refresh_from_db()
    assert child.needs_guardian


def test_a_code_is_good_for_one_purpose(api: Api, zhang: Resident, sms: FakeSms) -> None:
    """The child's own code, asked for before it said to be a child, is no guardian's yes."""
    api.post("/me/phone/sms", {"phone": PARENT})
    api.put("/me", {"age_band": "child"})
    answer = api.put("/me/guardian", {"phone": PARENT, "sms_code": code_in(sms)})
    assert answer.json()["code"] == "sms_code_wrong"
    cache.clear()


def test_the_limits_of_a_number_hold(api: Api, child: Resident, sms: FakeSms) -> None:
    assert api.post("/me/guardian/sms", {"phone": PARENT}).status_code == 202
    assert api.post("/me/guardian/sms", {"phone": PARENT}).status_code == 429
    assert api.post("/me/guardian/sms", {"phone": "0571123"}).status_code == 400


def test_a_grown_up_needs_nobody(api: Api, sms: FakeSms) -> None:
    answer = api.post("/me/guardian/sms", {"phone": PARENT})
    assert (answer.status_code, answer.json()["code"]) == (409, "guardian_not_needed")
    assert sms.taken == []


def test_a_service_that_sends_bare_codes_asks_nobody(
    api: Api, child: Resident, sms: FakeSms, settings: Settings
) -> None:
    """A guardian who reads "your code is" does not know what the code agrees to."""
    settings.SMS_BODY = {"phone": "{phone}", "template": "{template}", "params": "{params}"}
    assert "sms" not in ways(api)
    assert api.post("/me/guardian/sms", {"phone": PARENT}).json()["code"] == "sms_off"
    settings.SMS_TEMPLATES = {"code": "T-CODE", "guardian": "T-GUARDIAN"}
    assert "sms" in ways(api)
    assert api.post("/me/guardian/sms", {"phone": PARENT}).status_code == 202
    assert sms.taken[-1]["template"] == "T-GUARDIAN"
