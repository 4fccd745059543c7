"""Volunteers in the console: nicknames and numbers only, taking back, rewards, handing over, patrols."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from dispatch.domain.audit import verify_audit
from dispatch.enums import AuditAction
from dispatch.models import AuditRecord
from reports.domain.points import Verified, pay_reports
from reports.domain.redeem_codes import code_of
from reports.domain.rewards import redeem
from reports.models import Patrol, PatrolSignup, PointsEntry, Redemption, Reward
from reports.volunteer_enums import RedemptionState, SignupState
from tests.dispatch.console.conftest import Browser
from tests.factories import make_report, make_resident
from tests.volunteering import (
    check_ledger,
    give_points,
    make_patrol,
    make_reward,
    make_signup,
    make_volunteer,
)

PHONE = "13800000000"


def acts() -> list[str]:
    rows = AuditRecord.objects.filter(action=AuditAction.VOLUNTEERS).order_by("seq")
    assert list(verify_audit()) == []
    return [row.data["act"] for row in rows]


def paid_entry() -> PointsEntry:
    volunteer = make_volunteer(make_resident("赵六", phone=PHONE))
    report = make_report(volunteer.resident)
    verified = [Verified(report.pk, first=True, urgency="P2")]
    return pay_reports(verified, now=timezone.now())[0]


def test_staff_see_a_nickname_and_a_number(browser: Browser) -> None:
    entry = paid_entry()
    person, report = entry.volunteer, entry.report
    assert report is not None
    for name in ("dispatcher", "auditor"):
        client = browser(name)
        pages = [
            client.get(reverse("volunteers")).content.decode(),
            client.get(reverse("volunteer", args=[person.pk])).content.decode(),
        ]
        assert all("王阿姨" in page and person.number in page for page in pages)
        assert not any(PHONE in page or "赵六" in page or report.number in page for page in pages)
    lead = browser("lead").get(reverse("volunteer", args=[person.pk])).content.decode()
    assert report.number in lead
    assert PHONE not in lead
    found = browser("lead").get(reverse("volunteers"), {"q": "没有这个人"}).content.decode()
    assert "没有找到" in found


def test_the_lead_takes_back_with_a_reason_and_once(browser: Browser) -> None:
    entry = paid_entry()
    url = reverse("points-reverse", args=[entry.pk])
    assert browser("dispatcher").post(url, {"reason": "查实为恶意编造"}).status_code == 403
    lead = browser("lead")
    lead.post(url, {"reason": "短"})
    assert acts() == []
    for _again in range(2):
        assert lead.post(url, {"reason": "查实为恶意编造"}).status_code == 302
    assert acts() == ["扣回积分"]
    check_ledger(entry.volunteer)
    assert entry.volunteer.balance == 0
    page = lead.get(reverse("volunteer", args=[entry.volunteer.pk])).content.decode()
    assert "已扣回" in page
    assert "这条积分已经扣回过" in page


@pytest.mark.parametrize("amount", ["", "x", "1.5", "9" * 40, "٣", "0", "--5"])
def test_a_correction_that_is_none_changes_nothing(browser: Browser, amount: str) -> None:
    volunteer = make_volunteer()
    url = reverse("volunteer-correct", args=[volunteer.pk])
    body = {"amount": amount, "reason": "活动现场补记", "token": "t"}
    assert browser("lead").post(url, body).status_code == 302
    assert not PointsEntry.objects.exists()


def test_a_correction_is_booked_once_and_audited(browser: Browser) -> None:
    volunteer, lead = make_volunteer(), browser("lead")
    url = reverse("volunteer-correct", args=[volunteer.pk])
    body = {"amount": "-5", "reason": "登记有误，更正", "token": "t"}
    for _again in range(2):
        lead.post(url, body)
    check_ledger(volunteer)
    assert (volunteer.balance, acts()) == (-5, ["更正积分"])


def test_a_reward_is_put_on_the_shelf_and_changed(browser: Browser) -> None:
    dispatcher = browser("dispatcher")
    body: dict[str, Any] = {
        "name": "毛巾", "note": "", "points": "20", "stock": "5", "person_limit": "1",
        "valid_to": "2027-12-31", "pickup_place": "便民服务中心", "is_active": "on",
    }  # fmt: skip
    assert dispatcher.post(reverse("reward-new"), body).status_code == 302
    reward = Reward.objects.get()
    volunteer = make_volunteer()
    give_points(volunteer, 20)
    redeem(volunteer, reward.pk, client_id=uuid.uuid4(), now=timezone.now())
    url = reverse("reward", args=[reward.pk])
    # The form was opened before somebody redeemed one: its stock would give the thing back.
    late = dispatcher.post(url, {**body, "version": "0", "stock": "5"})
    assert late.status_code == 400
    assert "刚有人兑换" in late.content.decode()
    version = Reward.objects.get().version
    assert dispatcher.post(url, {**body, "version": version, "stock": "9"}).status_code == 302
    assert Reward.objects.get().stock == 9
    for change in (
        {"points": "0"},
        {"stock": "-1"},
        {"name": ""},
        {"valid_to": "x"},
        {"person_limit": "999"},
    ):
        assert dispatcher.post(reverse("reward-new"), {**body, **change}).status_code == 400
    assert acts() == ["新增兑换物品", "修改兑换物品"]
    assert "毛巾" in browser("auditor").get(reverse("rewards")).content.decode()


def test_the_counter_hands_over_once(browser: Browser) -> None:
    volunteer, dispatcher, url = make_volunteer(), browser("dispatcher"), reverse("reward-counter")
    give_points(volunteer, 20)
    row = redeem(volunteer, make_reward().pk, client_id=uuid.uuid4(), now=timezone.now())
    code = code_of(row.salt)
    assert dispatcher.get(url).status_code == 200
    found = dispatcher.post(url, {"code": f"{code[:5]} {code[5:].lower()}"})
    assert "毛巾" in found.content.decode()
    assert Redemption.objects.get().state == RedemptionState.RESERVED
    assert dispatcher.post(url, {"code": code, "hand": "1"}).status_code == 302
    assert Redemption.objects.get().state == RedemptionState.HANDED_OVER
    again = dispatcher.post(url, {"code": code, "hand": "1"})
    assert (again.status_code, "已经用过" in again.content.decode()) == (409, True)
    for wrong in ("", "0000000000", "\x00", code[:-1], "兑换码兑换码兑换码兑"):
        assert dispatcher.post(url, {"code": wrong}).status_code == 400
    assert acts() == ["核销兑换"]


def test_a_patrol_is_posted_walked_and_confirmed(browser: Browser) -> None:
    dispatcher, day = browser("dispatcher"), timezone.localdate() + timedelta(days=1)
    body: dict[str, Any] = {
        "title": "夜间巡查", "place_text": "临江村一带", "look_for": "路灯、井盖", "day": day.isoformat(),
        "start": "19:00", "end": "20:30", "places": "4", "lat": "30.31", "lng": "120.5", "radius_m": "300",
        "grid": "",
    }  # fmt: skip
    assert dispatcher.post(reverse("patrol-new"), body).status_code == 302
    patrol = Patrol.objects.get()
    assert timezone.localtime(patrol.starts_at).hour == 19
    wrong: list[dict[str, str]] = [
        {"end": "18:00"}, {"lat": ""}, {"grid": "99999"}, {"places": "0"}, {"day": "2020-01-01"},
        {"radius_m": "1"}, {"lat": "nan"}, {"title": ""},
    ]  # fmt: skip
    for change in wrong:
        assert dispatcher.post(reverse("patrol-new"), {**body, **change}).status_code == 400, change
    volunteer = make_volunteer()
    signup = make_signup(patrol, volunteer)
    url = reverse("signup-settle", args=[signup.pk])
    dispatcher.post(url, {"came": "1"})
    assert PatrolSignup.objects.get().state == SignupState.JOINED
    PatrolSignup.objects.update(state=SignupState.CHECKED_IN, in_at=timezone.now())
    for _again in range(2):
        dispatcher.post(url, {"came": "1"})
    check_ledger(volunteer)
    assert volunteer.balance == 15
    page = dispatcher.get(reverse("patrol", args=[patrol.pk])).content.decode()
    assert "已确认" in page
    assert "王阿姨" in page
    dispatcher.post(reverse("patrol-cancel", args=[patrol.pk]))
    assert "已取消" in browser("auditor").get(reverse("patrols")).content.decode()
    assert acts() == ["发布巡查", "确认巡查", "取消巡查"]


def test_a_cancelled_patrol_is_told(browser: Browser) -> None:
    now = timezone.now()
    patrol = make_patrol(starts_at=now, ends_at=now + timedelta(hours=1))
    volunteer = make_volunteer()
    make_signup(patrol, volunteer)
    browser("lead").post(reverse("patrol-cancel", args=[patrol.pk]))
    assert volunteer.resident is not None
    texts = list(volunteer.resident.messages.values_list("text", flat=True))
    assert texts == ["您报名的巡查“夜间巡查”已取消，不用前往。"]


def test_the_list_leaves_as_a_workbook_without_formulas(browser: Browser) -> None:
    make_volunteer(nickname="=1+1")
    answer = browser("auditor").post(reverse("volunteer-export"))
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:3] == ("编号", "称呼", "加入日期")
    assert rows[1][1] == "'=1+1"
    record = AuditRecord.objects.get(action=AuditAction.EXPORT)
    assert record.data == {"what": "志愿者积分", "rows": 1}
