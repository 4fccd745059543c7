"""What a stranger, a neighbour or a machine tries at every path that names something of somebody."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.test import Client

from reports.domain.guardians import ask_guardian
from reports.domain.messages import Facts, tell_residents
from reports.domain.web_login import safe_path
from reports.enums import AgeBand, MessageTemplate
from reports.models import GuardianRequest, Photo, Report, Resident, ResidentMessage
from tests.factories import NOW, make_photo, make_report, make_resident, make_token
from tests.reports.conftest import Api, report_body

ACTIONS: dict[str, dict[str, Any]] = {
    "supplement": {"text": "我来补充"},
    "withdraw": {},
    "urge": {},
    "rate": {"solved": True, "score": 5},
    "reopen": {"reason": "没弄好"},
    "ask-lead": {"text": "请看看"},
}
MARK = "<img src=x onerror=alert(1)>"


@pytest.mark.django_db
@pytest.mark.parametrize("action", ACTIONS)
def test_anothers_report_is_as_unknown_as_nobodys(action: str, api: Api, li: Resident) -> None:
    theirs = make_report(li, allowed_actions=["supplement", "withdraw", "urge", "rate", "reopen"])
    answers = [
        api.post(f"/reports/{number}/{action}", ACTIONS[action])
        for number in (theirs.number, "XC261124-ZZZZZZ")
    ]
    assert [one.status_code for one in answers] == [404, 404]
    bodies = [{**one.json(), "request_id": ""} for one in answers]
    assert bodies[0] == bodies[1]
    theirs.refresh_from_db()
    assert theirs.updates.count() == 0


@pytest.mark.django_db
def test_what_is_anothers_is_neither_read_nor_taken(
    api: Api, zhang: Resident, li: Resident
) -> None:
    theirs = make_report(li, text="李四的秘密")
    photo = make_photo(li)
    tell_residents([theirs.pk], MessageTemplate.RESUMED, Facts(), key="k", now=NOW)
    message = ResidentMessage.objects.get()
    body = report_body(photos=[str(photo.pk)])
    assert api.post("/reports", body).json()["code"] == "photo_not_found"
    mine = make_report(zhang, allowed_actions=["supplement"])
    answer = api.post(f"/reports/{mine.number}/supplement", {"photos": [str(photo.pk)]})
    assert answer.json()["code"] == "photo_not_found"
    for given in (
        {"ids": [str(message.pk)]},
        {"all_before": str(2**62)},
        {"report": theirs.number},
    ):
        assert api.post("/inbox/read", given).status_code == 200
    message.refresh_from_db()
    assert message.read_at is None
    for path in ("/reports", "/inbox", "/me/export?format=json", f"/reports/{theirs.number}"):
        words = json.dumps(api.get(path).json(), ensure_ascii=False)
        assert "李四" not in words
        assert theirs.number not in words
        assert str(photo.pk) not in words
    assert Photo.objects.get(pk=photo.pk).claimed_at is None


@pytest.mark.django_db
def test_a_guardians_code_tells_no_child_and_lets_no_child_agree(nobody: Api) -> None:
    child = make_resident("小明", age_band=AgeBand.CHILD)
    code = ask_guardian(child, now=NOW).code
    GuardianRequest.objects.update(expires_at=NOW.replace(year=2100))
    stranger = Api(make_token(make_resident("路人", age_band=AgeBand.ADULT)))
    seen = stranger.get(f"/guardian/{code}")
    assert seen.status_code == 200
    assert "小明" not in seen.content.decode()
    assert str(child.pk) not in {str(value) for value in seen.json().values()}
    assert nobody.get(f"/guardian/{code}").status_code == 401
    young = make_resident("哥哥", age_band=AgeBand.TEEN)
    for person in (child, young):
        answer = Api(make_token(person)).post(f"/guardian/{code}", {"agree": True})
        assert answer.status_code == 409
    child.refresh_from_db()
    assert child.guardian_at is None


@pytest.mark.django_db
def test_a_refusal_quotes_nothing_that_was_sent(api: Api) -> None:
    """A body that is shown again as a page, or logged, must hold no markup of a stranger's."""
    answers = [
        api.get(f"/reports/{MARK}"),
        api.post("/reports", report_body(category=MARK[:4], kind=MARK)),
        api.put("/me/consents", {"version": MARK[:20], "consents": {MARK: True}}),
        api.get("/reports", cursor=MARK),
        api.get("/public/reports", bbox=MARK),
        api.post("/session", {"code": MARK}),
    ]
    for answer in answers:
        assert MARK not in answer.content.decode()
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "text/html" not in answer.headers["Content-Type"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/h5/",
        "/h5/report",
        f"/h5/reports/{MARK}",
        "/h5/me",
        "/h5/guardian",
        "/public/",
        "/h5/offline",
    ],
)
def test_no_page_for_residents_runs_what_stands_in_it(path: str) -> None:
    answer = Client().get(path, {"g": MARK, "code": MARK, "draft": MARK})
    policy = answer.headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["script-src"] == directives["style-src"] == "'self'"
    assert directives["default-src"] == "'none'"
    assert directives["base-uri"] == "'none'"
    assert directives["frame-ancestors"] == "'none'"
    assert MARK not in answer.content.decode()
    assert not answer.cookies


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/h5/", "https://evil.example/h5/", "/h5/../admin/", "/h5/%2e%2e/admin/",
        "/h5/x/%2E./admin", "/h5/./../api/v1/me", "/h5/..", "/h5/\\evil", "/h5//evil.example",
        "/admin/", "javascript:alert(1)", "/h5/\r\nSet-Cookie: a=b", "",
    ],
)  # fmt: skip
def test_the_way_back_from_wechat_leads_nowhere_else(path: str) -> None:
    assert safe_path(path) == "/h5/"


@pytest.mark.parametrize("path", ["/h5/", "/h5/mine?show=open", "/h5/report?g=33.01", "/h5/a..b"])
def test_the_way_back_leads_to_our_pages(path: str) -> None:
    assert safe_path(path) == path


@pytest.mark.django_db
def test_a_guests_secret_and_a_code_stand_in_no_log(
    nobody: Api, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "c0ffee" * 10 + "beef"
    nobody.post("/session", {"device": secret})
    nobody.post("/session", {"device": secret.upper()})

    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("storage away")

    monkeypatch.setattr("reports.domain.sessions.find_or_create", broken)
    assert nobody.post("/session", {"device": secret}).status_code == 500
    assert "storage away" in caplog.text
    assert secret not in caplog.text.lower()
    assert secret not in json.dumps(list(Resident.objects.values_list("openid", flat=True)))


@pytest.mark.django_db
def test_a_number_cannot_be_counted_up_to(api: Api) -> None:
    numbers = [
        api.post("/reports", report_body(text=f"第{index}件事")).json()["number"]
        for index in range(6)
    ]
    tails = [number.partition("-")[2] for number in numbers]
    assert len(set(tails)) == 6
    assert not any(tail.isdecimal() and int(tail) < 1000 for tail in tails)
    assert Report.objects.count() == 6
