"""``/subscriptions``: what to ask for at which tap, and taking the answer down."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from reports.models import Resident, SubscriptionGrant
from tests.factories import NOW
from tests.reports.api.test_schema import check_answer, generate
from tests.reports.conftest import Api
from tests.reports.messaging import IDS, use_wechat

P, A, R = IDS["progress"], IDS["ask"], IDS["result"]
NOTHING = {"templates": [], "moments": {"submit": [], "supplement": [], "rate": [], "reopen": []}}


@pytest.fixture
def _wechat(settings: Any) -> None:
    use_wechat(settings)


@pytest.mark.usefixtures("_wechat")
def test_it_works(api: Api, zhang: Resident) -> None:
    answer = api.get("/subscriptions/templates")
    assert answer.json() == {
        "templates": [
            {"id": P, "key": "progress", "title": "办理进度提醒", "left": 0},
            {"id": A, "key": "ask", "title": "补充材料提醒", "left": 0},
            {"id": R, "key": "result", "title": "办结评价提醒", "left": 0},
        ],
        "moments": {"submit": [R, A, P], "supplement": [R, A], "rate": [P], "reopen": [R, P]},
    }
    answer = api.post("/subscriptions", {"accepted": [R], "rejected": [A], "banned": [P]})
    assert answer.status_code == 200
    assert [row["left"] for row in answer.json()["templates"]] == [0, 0, 1]
    assert SubscriptionGrant.objects.count() == 3
    check_answer(generate(), "post", "/subscriptions", answer)


@pytest.mark.usefixtures("_wechat")
def test_a_tap_sent_twice_counts_once(
    api: Api, zhang: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    for _turn in range(2):
        answer = api.post("/subscriptions", {"accepted": [R]})
    assert answer.json()["templates"][2]["left"] == 1


def test_nothing_to_ask_for_without_wechat(api: Api, zhang: Resident) -> None:
    assert api.get("/subscriptions/templates").json() == NOTHING


@pytest.mark.usefixtures("_wechat")
def test_a_browsers_guest_has_nothing_to_subscribe_to(api: Api, zhang: Resident) -> None:
    Resident.objects.update(openid="guest:" + "0" * 64)
    assert api.get("/subscriptions/templates").json() == NOTHING


@pytest.mark.usefixtures("_wechat")
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"accepted": ["somebody_elses"]}, "unknown_template"),
        ({"banned": ["somebody_elses"]}, "unknown_template"),
        ({"accepted": R}, "invalid_input"),
        ({"accepted": [R] * 11}, "invalid_input"),
        ({"accepted": [1]}, "invalid_input"),
    ],
)
def test_it_validates(api: Api, zhang: Resident, body: Any, code: str) -> None:
    answer = api.post("/subscriptions", body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not SubscriptionGrant.objects.exists()


def test_it_forbids_strangers(nobody: Api) -> None:
    assert nobody.get("/subscriptions/templates").status_code == 401
    assert nobody.post("/subscriptions", {"accepted": []}).status_code == 401
