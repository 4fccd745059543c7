import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from dispatch.receivers import carry_over
from reports.domain.actions import act
from reports.domain.progress import Progress, project, start_next_round
from reports.enums import PublicStatus, ResidentAction
from reports.models import Rating, Report, ReportUpdate, Resident
from reports.signals import resident_acted
from tests.factories import NOW, make_photo, make_report, make_resident, make_token
from tests.reports.conftest import Api
from xiangcun.lib.errors import ConflictError

EVERY = [str(action) for action in ResidentAction]
Hear = Callable[[Callable[..., None]], None]
GOOD: dict[str, dict[str, Any]] = {
    "supplement": {"text": "又多了一堆"},
    "withdraw": {"reason": "已经清理"},
    "urge": {"text": "快一点"},
    "rate": {"solved": True, "score": 5, "comment": "很快"},
    "reopen": {"reason": "又出现了"},
    "ask_lead": {"text": "两次都没有解决"},
}


def path_of(report: Report, action: str) -> str:
    return f"/reports/{report.number}/{action.replace('_', '-')}"


@pytest.fixture(autouse=True)
def hear() -> Iterator[Hear]:
    """Let a test be the office; the real one has tests of its own."""
    resident_acted.disconnect(dispatch_uid="dispatch.carry_over")
    ears: list[Callable[..., None]] = []

    def listen(ear: Callable[..., None]) -> None:
        ears.append(ear)
        resident_acted.connect(ear, weak=False)

    yield listen
    for ear in ears:
        resident_acted.disconnect(ear)
    resident_acted.connect(carry_over, dispatch_uid="dispatch.carry_over")


@pytest.fixture
def report(zhang: Resident) -> Report:
    return make_report(zhang, allowed_actions=EVERY)


@pytest.mark.django_db
@pytest.mark.parametrize("action", list(ResidentAction))
def test_it_works(api: Api, report: Report, hear: Hear, action: ResidentAction) -> None:
    heard: list[Any] = []

    def office(report: Report, action: str, payload: Any, now: Any, **_: object) -> None:
        assert connection.in_atomic_block
        heard.append((report.pk, action, dict(payload)))
        project([report.pk], Progress(status=PublicStatus.PROCESSING), now=now)

    hear(office)
    answer = api.post(path_of(report, action), GOOD[action])
    assert answer.status_code == 200
    shown = answer.json()
    assert shown["status"]["code"] == "processing"
    assert shown["allowed_actions"] == []
    assert (shown["timeline"][-1]["kind"], shown["timeline"][-1]["status"]["code"]) == (
        action.value,
        "processing",
    )
    [(report_id, heard_action, payload)] = heard
    assert (report_id, heard_action) == (report.pk, action)
    assert GOOD[action].items() <= payload.items()


@pytest.mark.django_db
@pytest.mark.parametrize("action", list(ResidentAction))
def test_it_forbids_what_is_not_allowed_now(
    api: Api, zhang: Resident, action: ResidentAction
) -> None:
    report = make_report(zhang, allowed_actions=[], public_status=PublicStatus.CLOSED)
    answer = api.post(path_of(report, action), GOOD[action])
    assert (answer.status_code, answer.json()["code"]) == (409, "action_not_allowed")
    assert "已办结" in answer.json()["message"]
    assert not ReportUpdate.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("action", list(ResidentAction))
def test_it_forbids_anothers_report(
    other: Api, nobody: Api, report: Report, action: ResidentAction
) -> None:
    path = path_of(report, action)
    assert other.post(path, GOOD[action]).status_code == 404
    assert nobody.post(path, GOOD[action]).status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize("action", list(ResidentAction))
def test_it_undoes_everything_when_the_office_refuses(
    api: Api, report: Report, hear: Hear, action: ResidentAction
) -> None:
    def office(**_: object) -> None:
        raise ConflictError("ticket_moved", "工单刚刚有了变化，请刷新")

    hear(office)
    answer = api.post(path_of(report, action), GOOD[action])
    assert (answer.status_code, answer.json()["code"]) == (409, "ticket_moved")
    report.refresh_from_db()
    assert report.last_urged_on is None
    assert not ReportUpdate.objects.exists()
    assert not Rating.objects.exists()


@pytest.mark.django_db
def test_it_supplements_with_photos(api: Api, report: Report, zhang: Resident) -> None:
    photo = make_photo(zhang)
    answer = api.post(f"/reports/{report.number}/supplement", {"photos": [str(photo.pk)]})
    line = answer.json()["timeline"][-1]
    assert line["text"] == "补充了照片"
    assert [shown["id"] for shown in line["photos"]] == [str(photo.pk)]
    photo.refresh_from_db()
    assert photo.claimed_at


@pytest.mark.django_db
def test_it_forbids_a_supplement_with_anothers_photo(
    api: Api, report: Report, li: Resident
) -> None:
    body = {"text": "看", "photos": [str(make_photo(li).pk)]}
    answer = api.post(f"/reports/{report.number}/supplement", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "photo_not_found")
    assert not ReportUpdate.objects.exists()


@pytest.mark.django_db
def test_it_urges_once_a_local_day(api: Api, report: Report) -> None:
    assert api.post(f"/reports/{report.number}/urge").status_code == 200
    again = api.post(f"/reports/{report.number}/urge", {})
    assert (again.status_code, again.json()["code"]) == (409, "urged_today")
    tomorrow = timezone.now() + timedelta(days=1)
    act(report, ResidentAction.URGE, payload={}, now=tomorrow)


@pytest.mark.django_db
def test_it_counts_the_day_in_shanghai(report: Report) -> None:
    evening = NOW.replace(hour=15, minute=59)  # 23:59 there
    act(report, ResidentAction.URGE, payload={}, now=evening)
    urged = act(report, ResidentAction.URGE, payload={}, now=evening + timedelta(minutes=1))
    assert urged.last_urged_on == evening.date() + timedelta(days=1)


@pytest.mark.django_db
def test_it_rates_each_round_once(api: Api, report: Report) -> None:
    path = f"/reports/{report.number}/rate"
    assert api.post(path, GOOD["rate"]).json()["timeline"][-1]["text"] == "评价：已解决，5 分。很快"
    again = api.post(path, GOOD["rate"])
    assert (again.status_code, again.json()["code"]) == (409, "already_rated")
    start_next_round([report.pk])
    assert api.post(path, {"solved": False, "score": 1}).status_code == 200
    rounds = Rating.objects.order_by("round").values_list("round", "solved", "score")
    assert list(rounds) == [(0, True, 5), (1, False, 1)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("action", "body", "field", "code"),
    [
        ("supplement", {}, "text", "required"),
        ("supplement", {"text": "x" * 2001}, "text", "too_long"),
        ("supplement", {"photos": [1]}, "photos[0]", "wrong_type"),
        ("withdraw", {"reason": "x" * 501}, "reason", "too_long"),
        ("urge", {"text": []}, "text", "wrong_type"),
        ("rate", {"score": 5}, "solved", "required"),
        ("rate", {"solved": "true", "score": 5}, "solved", "wrong_type"),
        ("rate", {"solved": True, "score": 0}, "score", "too_small"),
        ("rate", {"solved": True, "score": 6}, "score", "too_large"),
        ("rate", {"solved": True, "score": 4.5}, "score", "wrong_type"),
        ("rate", {"solved": True, "score": True}, "score", "wrong_type"),
        ("reopen", {}, "reason", "required"),
        ("reopen", {"reason": " "}, "reason", "required"),
    ],
)
def test_it_validates_every_field(
    api: Api, report: Report, action: str, body: dict[str, Any], field: str, code: str
) -> None:
    answer = api.post(path_of(report, action), body)
    assert answer.status_code == 400
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [(field, code)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("action", [ResidentAction.URGE, ResidentAction.RATE])
def test_it_lets_one_of_several_at_once_win(action: ResidentAction) -> None:
    resident = make_resident()
    report = make_report(resident, allowed_actions=EVERY)
    token = make_token(resident)

    def send(_: int) -> int:
        try:
            answer = Api(token).post(path_of(report, action), GOOD[action])
            return int(answer.status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(send, range(4)))
    assert statuses == [200, 409, 409, 409]
    assert ReportUpdate.objects.count() == 1


def test_a_supplement_sent_again_is_the_same_one(
    api: Api, report: Report, zhang: Resident, hear: Hear
) -> None:
    heard: list[Any] = []
    hear(lambda **given: heard.append(dict(given["payload"])))
    photo = make_photo(zhang)
    body = {"client_id": str(uuid.uuid4()), "text": "又多了一堆", "photos": [str(photo.pk)]}
    path = f"/reports/{report.number}/supplement"
    first = api.post(path, body)
    Report.objects.update(allowed_actions=[])  # whatever has become of the case meanwhile
    again = api.post(path, body)
    assert (first.status_code, again.status_code) == (200, 200)
    assert len(again.json()["timeline"]) == len(first.json()["timeline"])
    assert ReportUpdate.objects.filter(report=report, kind="supplement").count() == 1
    assert len(heard) == 1
    assert "client_id" not in heard[0]
    others: list[dict[str, Any]] = [{"text": "别的"}, {"photos": []}]
    for changed in others:
        other = api.post(path, {**body, **changed})
        assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    assert api.post(path, {**body, "client_id": "x"}).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_a_supplement_sent_at_once_is_one() -> None:
    person = make_resident()
    report = make_report(person, allowed_actions=EVERY)
    photo = make_photo(person)
    token = make_token(person)
    body = {"client_id": str(uuid.uuid4()), "text": "又多了一堆", "photos": [str(photo.pk)]}

    def send(_number: int) -> int:
        try:
            answer = Api(token).post(f"/reports/{report.number}/supplement", body)
            return int(answer.status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        assert list(pool.map(send, range(5))) == [200] * 5
    assert ReportUpdate.objects.filter(report=report, kind="supplement").count() == 1
