"""Who sends: repeated words, restricted senders, letters without a place."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from reports.domain import danger
from reports.domain.blocks import Restriction, block_network, block_sender, lift_block
from reports.domain.senders import forget_senders, sender_of
from reports.enums import BlockReason, PublicStatus, SenderKind
from reports.models import Grid, Report, Resident
from tests.dispatch.factories import make_grid
from tests.factories import make_resident, make_token
from tests.reports.conftest import Api, report_body
from xiangcun.lib.errors import DomainError

pytestmark = pytest.mark.django_db

PHONE = "7F3C5D0A-0000-4000-8000-000000000001"
DANGER = "电线掉下来了，有人触电"


@pytest.fixture(autouse=True)
def _reader() -> Iterator[None]:
    """Let one word be dangerous; the office's reader has tests of its own."""
    kept = danger._Readers.reader
    danger.read_with(lambda text: "触电" in text)
    yield
    danger._Readers.reader = kept


def send(api: Api, *, device: str = "", **changes: Any) -> Any:
    extra = {"HTTP_X_DEVICE_ID": device} if device else {}
    return api.post("/reports", report_body(**changes), **extra)


def restriction(days: int = 1) -> Restriction:
    until = timezone.now() + timedelta(days=days)
    return Restriction(reason=BlockReason.SPAM, until=until, note="一天四十件")


# Repeated words -----------------------------------------------------------------------------------


def test_the_same_words_within_a_day_name_the_earlier_report(api: Api) -> None:
    first = send(api).json()
    again = send(api, text="村口的垃圾堆了三天，没有人清运！")
    assert (again.status_code, again.json()["code"]) == (409, "repeated_report")
    details = again.json()["details"]
    assert details["number"] == first["number"]
    assert details["status"] == {"code": "received", "label": "已受理"}
    assert details["allowed_actions"] == ["supplement", "withdraw"]
    assert first["number"] in again.json()["message"]


def test_the_resident_may_insist_under_the_same_client_id(api: Api) -> None:
    send(api)
    key = str(uuid.uuid4())
    assert send(api, client_id=key).status_code == 409
    assert send(api, client_id=key, repeat_ok=True).status_code == 201
    assert send(api, client_id=key).status_code == 200
    assert send(api, client_id=key, repeat_ok=True).status_code == 200
    assert Report.objects.count() == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "路灯坏了两盏，晚上看不见路"},
        {"location": {"lat": 30.32, "lng": 120.5, "coord_type": "wgs84", "source": "gps"}},
    ],
)
def test_another_matter_or_place_is_no_repetition(api: Api, changes: dict[str, Any]) -> None:
    send(api)
    assert send(api, **changes).status_code == 201


@pytest.mark.parametrize("status", [PublicStatus.CLOSED, PublicStatus.REJECTED])
def test_what_has_ended_may_be_said_again(api: Api, status: PublicStatus) -> None:
    send(api)
    Report.objects.update(public_status=status)
    assert send(api).status_code == 201


def test_a_day_later_it_may_be_said_again(api: Api) -> None:
    send(api)
    Report.objects.update(submitted_at=timezone.now() - timedelta(hours=25))
    assert send(api).status_code == 201


def test_danger_is_never_a_repetition(api: Api) -> None:
    assert [send(api, text=DANGER).status_code for _ in range(2)] == [201, 201]


def test_another_account_of_the_same_phone_learns_no_number(api: Api) -> None:
    first = send(api, device=PHONE).json()["number"]
    other = Api(make_token(make_resident("李四")))
    answer = send(other, device=PHONE.lower())
    assert (answer.status_code, answer.json()["code"]) == (409, "repeated_report")
    assert answer.json()["details"]["number"] is None
    assert first not in answer.content.decode()
    assert send(other).status_code == 201  # without the hint they are two neighbours


def test_a_device_that_is_no_uuid_is_ignored(api: Api) -> None:
    assert send(api, device="'; drop table--").status_code == 201
    assert Report.objects.get().sender_device == ""


# Restricted senders -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(SenderKind)[:3])
def test_a_restricted_sender_reads_why_and_until_when(api: Api, kind: SenderKind) -> None:
    send(api, device=PHONE)
    block_sender(Report.objects.get(), [kind], restriction(), now=timezone.now())
    answer = send(api, device=PHONE, text="另一件完全不同的事情")
    assert (answer.status_code, answer.json()["code"]) == (403, "sender_blocked")
    details = answer.json()["details"]
    assert details["reason_code"] == "spam"
    assert details["until"].endswith("+08:00")
    assert details["phone"] in answer.json()["message"]


def test_danger_is_heard_from_a_restricted_sender_and_marked(api: Api) -> None:
    send(api)
    block_sender(Report.objects.get(), [SenderKind.RESIDENT], restriction(), now=timezone.now())
    assert send(api, text=DANGER).status_code == 201
    assert Report.objects.latest("id").sender_restricted


def test_a_broken_reader_of_danger_turns_nobody_away(api: Api) -> None:
    send(api)
    block_sender(Report.objects.get(), [SenderKind.RESIDENT], restriction(), now=timezone.now())

    def fail(_text: str) -> bool:
        raise RuntimeError

    danger.read_with(fail)
    assert send(api, text="另一件完全不同的事情").status_code == 201


def test_a_restricted_sender_keeps_the_rights_over_their_own_report(api: Api) -> None:
    number = send(api).json()["number"]
    block_sender(Report.objects.get(), [SenderKind.RESIDENT], restriction(), now=timezone.now())
    added = api.post(f"/reports/{number}/supplement", {"text": "还是没人来"})
    assert (added.status_code, added.json()["code"]) == (403, "sender_blocked")
    assert api.get(f"/reports/{number}").status_code == 200
    assert api.post(f"/reports/{number}/withdraw", {}).status_code == 200


def test_what_was_sent_before_the_restriction_is_answered_again(api: Api) -> None:
    body = report_body()
    api.post("/reports", body)
    block_sender(Report.objects.get(), [SenderKind.RESIDENT], restriction(), now=timezone.now())
    assert api.post("/reports", body).status_code == 200


def test_a_restriction_ends_by_itself_and_by_being_lifted(api: Api) -> None:
    send(api)
    [block] = block_sender(
        Report.objects.get(), [SenderKind.RESIDENT], restriction(), now=timezone.now()
    )
    assert send(api, text="另一件完全不同的事情").status_code == 403
    lift_block(block.pk, note="申诉成立", now=timezone.now())
    assert send(api, text="另一件完全不同的事情").status_code == 201
    with pytest.raises(DomainError) as refused:
        lift_block(block.pk, note="再来一次", now=timezone.now())
    assert refused.value.code == "block_over"


def test_erasing_oneself_is_no_way_around_a_restriction(nobody: Api) -> None:
    def sign_in(name: str = "屡次乱报") -> Api:
        return Api(nobody.post("/session", {"code": f"dev:{name}"}).json()["token"])

    first = sign_in()
    report = Report.objects.get(number=send(first).json()["number"])
    [block] = block_sender(report, [SenderKind.RESIDENT], restriction(), now=timezone.now())
    assert first.delete("/me").status_code == 204
    block.refresh_from_db()
    assert len(block.account) == 32
    again = sign_in()
    assert send(again, text="换个号再来").json()["code"] == "sender_blocked"
    block.refresh_from_db()
    assert block.account == ""
    # Nobody else is meant, and lifted is lifted.
    assert send(sign_in("别人")).status_code == 201
    lift_block(block.pk, note="说明清楚了", now=timezone.now())
    assert again.delete("/me").status_code == 204
    assert send(sign_in(), text="好好上报").status_code == 201


def test_the_digest_of_an_erased_account_goes_with_its_restriction(nobody: Api) -> None:
    person = Api(nobody.post("/session", {"code": "dev:屡次乱报"}).json()["token"])
    report = Report.objects.get(number=send(person).json()["number"])
    [block] = block_sender(report, [SenderKind.RESIDENT], restriction(2), now=timezone.now())
    person.delete("/me")
    kept = []
    for later in (timedelta(days=1), timedelta(days=2, minutes=1)):
        forget_senders(now=timezone.now() + later)
        block.refresh_from_db()
        kept.append(bool(block.account))
    assert kept == [True, False]


@pytest.mark.parametrize(
    ("address", "status"), [("203.0.113.9", 403), ("203.0.114.9", 201), ("2001:db8::1", 201)]
)
def test_a_network_is_restricted(api: Api, address: str, status: int) -> None:
    block_network("203.0.113.7/24", restriction(), now=timezone.now())
    assert api.post("/reports", report_body(), REMOTE_ADDR=address).status_code == status


@pytest.mark.parametrize(
    ("network", "code"),
    [
        ("nonsense", "network_invalid"),
        ("10.0.0.0/8", "network_too_wide"),
        ("::/0", "network_too_wide"),
    ],
)
def test_a_network_that_is_none_or_too_wide_is_refused(network: str, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        block_network(network, restriction(), now=timezone.now())
    assert refused.value.code == code


def test_an_address_is_restricted_for_a_week_at_most(api: Api) -> None:
    send(api)
    with pytest.raises(DomainError):
        block_sender(
            Report.objects.get(), [SenderKind.ADDRESS], restriction(days=8), now=timezone.now()
        )


# Digests ------------------------------------------------------------------------------------------


def test_digests_tell_no_address_and_join_an_ipv6_household() -> None:
    one = sender_of(device=PHONE, address="2001:db8:1:2::1")
    other = sender_of(device=PHONE, address="2001:db8:1:2:ffff::9")
    assert one.address == other.address
    assert one.address != sender_of(device="", address="2001:db8:1:3::1").address
    assert "2001" not in one.address
    assert len(one.device) == len(one.address) == 32
    assert sender_of(device="", address="").address == ""


def test_digests_are_emptied_after_a_month(api: Api, zhang: Resident) -> None:
    send(api, device=PHONE)
    send(api, device=PHONE, text="路灯坏了两盏，晚上看不见路")
    old = Report.objects.earliest("id")
    Report.objects.filter(pk=old.pk).update(submitted_at=timezone.now() - timedelta(days=31))
    assert forget_senders(now=timezone.now()) == 1
    old.refresh_from_db()
    assert (old.sender_device, old.sender_address) == ("", "")
    assert Report.objects.latest("id").sender_device


def test_erasing_oneself_empties_them_at_once(api: Api) -> None:
    send(api, device=PHONE)
    assert api.delete("/me").status_code == 204
    report = Report.objects.get()
    assert (report.resident_id, report.sender_device, report.sender_address) == (None, "", "")


# Places -------------------------------------------------------------------------------------------


@pytest.fixture
def township() -> Grid:
    return make_grid()


@pytest.mark.usefixtures("township")
@pytest.mark.parametrize("kind", ["opinion", "consultation", "praise"])
@pytest.mark.parametrize("given", [{"location": None}, {}])
def test_a_letter_needs_no_place(api: Api, kind: str, given: dict[str, Any]) -> None:
    body = report_body(kind=kind)
    del body["location"]
    answer = api.post("/reports", {**body, **given})
    assert answer.status_code == 201
    assert answer.json()["location"] is None
    assert "15 个工作日" in answer.json()["timeline"][0]["text"] or kind == "praise"
    row = Report.objects.get()
    assert (row.location_source, round(row.lat, 2)) == ("text", 30.31)


@pytest.mark.usefixtures("township")
def test_a_problem_may_be_told_by_its_address(api: Api) -> None:
    by_words = {"source": "text", "address": "张家桥头第三家"}
    answer = send(api, location=by_words)
    assert answer.status_code == 201
    shown = answer.json()["location"]
    assert (shown["source"], shown["address"]) == ("text", "张家桥头第三家")
    assert shown["accuracy"] >= 1000


@pytest.mark.usefixtures("township")
@pytest.mark.parametrize(
    ("location", "field"),
    [
        (None, "location"),
        ({"source": "text"}, "location.address"),
        ({"source": "gps"}, "location.lat"),
        ({"source": "text", "lat": 30.31, "coord_type": "wgs84"}, "location.lng"),
    ],
)
def test_a_problem_without_any_place_is_asked_for_it(
    api: Api, location: dict[str, Any] | None, field: str
) -> None:
    answer = send(api, location=location)
    assert answer.status_code == 400
    assert field in {error["field"] for error in answer.json()["errors"]}


def test_without_grids_a_point_is_needed(api: Api) -> None:
    answer = send(api, kind="opinion", location=None)
    assert (answer.status_code, answer.json()["code"]) == (400, "location_required")
