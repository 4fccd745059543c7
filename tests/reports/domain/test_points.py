"""The ledger of points: append only, sealed, taken back, expired, carried over."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from reports.domain.joining import absorb
from reports.domain.point_expiry import (
    ends_on,
    expire_points,
    expiring_soon,
    last_day_gone,
    left_of,
)
from reports.domain.points import (
    Line,
    Verified,
    append_line,
    correct_points,
    ledger_faults,
    pay_reports,
    reverse_entry,
)
from reports.domain.redeem_codes import ALPHABET, code_of, new_salt, read_code
from reports.domain.retention import run_retention
from reports.domain.reward_ends import expire_redemptions
from reports.domain.rewards import find_redemption, hand_over, redeem
from reports.domain.volunteer_ends import end_volunteer
from reports.models import (
    PointsEntry,
    PointsLedgerIsAppendOnlyError,
    Redemption,
    ResidentMessage,
    Volunteer,
)
from reports.queries.point_rules import point_rules
from reports.volunteer_enums import PointsKind, RedemptionState
from tests.factories import NOW, make_report, make_resident
from tests.volunteering import check_ledger, give_points, make_reward, make_volunteer
from xiangcun.lib.errors import ConflictError, DomainError

pytestmark = pytest.mark.django_db
YEARS = timedelta(days=2 * 366)


def earn(volunteer: Volunteer, *, now: object = NOW, urgency: str = "P2") -> PointsEntry:
    report = make_report(volunteer.resident)
    return pay_reports([Verified(report.pk, first=True, urgency=urgency)], now=now)[0]  # type: ignore[arg-type]


def test_a_line_is_never_changed_or_deleted() -> None:
    entry = give_points(make_volunteer(), 5)
    entry.amount = 500
    with pytest.raises(PointsLedgerIsAppendOnlyError):
        entry.save()
    with pytest.raises(PointsLedgerIsAppendOnlyError):
        entry.delete()


def test_a_change_behind_our_back_shows() -> None:
    volunteer = make_volunteer()
    give_points(volunteer, 5)
    entry = give_points(volunteer, 7)
    check_ledger(volunteer)
    PointsEntry.objects.filter(pk=entry.pk).update(amount=70)
    assert ledger_faults(volunteer) == ["第 2 条内容与校验码不符", "可用积分与流水合计不符"]
    PointsEntry.objects.filter(pk=entry.pk).update(amount=7)
    PointsEntry.objects.filter(seq=1).delete()
    assert ledger_faults(volunteer)


def test_the_database_refuses_a_line_beyond_the_rule() -> None:
    volunteer = make_volunteer()
    line = Line(kind=PointsKind.PATROL, amount=20, about="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        append_line(volunteer, line, now=NOW, nominal=10)


def test_taking_back_is_one_line_and_is_told() -> None:
    volunteer = make_volunteer()
    entry = earn(volunteer)
    written = reverse_entry(entry.pk, reason="查实为故意编造", now=NOW)
    assert (written.amount, written.reverses) == (-10, entry)
    check_ledger(volunteer)
    assert (volunteer.balance, volunteer.earned) == (0, 0)
    message = ResidentMessage.objects.get(resident=volunteer.resident)
    assert "扣回 10 分" in message.text
    assert "编造" not in message.text
    with pytest.raises(ConflictError, match="entry_reversed"):
        reverse_entry(entry.pk, reason="查实为故意编造", now=NOW)
    with pytest.raises(ConflictError, match="entry_not_earned"):
        reverse_entry(written.pk, reason="查实为故意编造", now=NOW)


def test_what_was_spent_may_be_owed() -> None:
    volunteer = make_volunteer()
    entry = earn(volunteer, urgency="P0")
    redeem(volunteer, make_reward().pk, client_id=uuid.uuid4(), now=NOW)
    reverse_entry(entry.pk, reason="查实为故意编造", now=NOW)
    check_ledger(volunteer)
    assert volunteer.balance == -20


@pytest.mark.parametrize(
    ("amount", "reason"), [(0, "补记积分"), (1001, "补记积分"), (5, "补"), (5, "")]
)
def test_a_correction_says_why_and_is_bounded(amount: int, reason: str) -> None:
    volunteer = make_volunteer()
    with pytest.raises(DomainError):
        correct_points(volunteer.pk, amount=amount, reason=reason, token="a", now=NOW)
    assert not PointsEntry.objects.exists()


def test_a_form_sent_twice_corrects_once() -> None:
    volunteer = make_volunteer()
    correct_points(volunteer.pk, amount=5, reason="补记积分", token="a", now=NOW)
    with pytest.raises(ConflictError, match="entry_repeated"):
        correct_points(volunteer.pk, amount=5, reason="补记积分", token="a", now=NOW)
    check_ledger(volunteer)
    assert volunteer.balance == 5


def test_the_oldest_points_end_first() -> None:
    volunteer = make_volunteer()
    give_points(volunteer, 30)
    redeem(volunteer, make_reward(points=20).pk, client_id=uuid.uuid4(), now=NOW)
    give_points(volunteer, 8, now=NOW + timedelta(days=100))
    assert expire_points(now=NOW + YEARS) == 1
    assert expire_points(now=NOW + YEARS) == 0
    check_ledger(volunteer)
    assert volunteer.balance == 8
    assert PointsEntry.objects.get(kind=PointsKind.EXPIRY).amount == -10


def test_a_redemption_given_back_is_no_new_point() -> None:
    volunteer, reward = make_volunteer(), make_reward(valid_to=date(2030, 1, 1))
    give_points(volunteer, 20)
    redeem(volunteer, reward.pk, client_id=uuid.uuid4(), now=NOW + YEARS - timedelta(days=40))
    assert expire_redemptions(now=NOW + YEARS) == 1
    assert expire_redemptions(now=NOW + YEARS) == 0
    reward.refresh_from_db()
    assert reward.stock == 3
    assert expire_points(now=NOW + YEARS) == 1
    check_ledger(volunteer)
    assert volunteer.balance == 0
    texts = ResidentMessage.objects.filter(template="reward_expired").values_list("text", flat=True)
    assert list(texts) == ["您兑换的“毛巾”没有领取，已取消，积分已经退回。"]


def test_it_is_told_thirty_days_before_and_once() -> None:
    volunteer = make_volunteer()
    give_points(volunteer, 20)
    soon = NOW + timedelta(days=710)
    expire_points(now=soon)
    expire_points(now=soon)
    message = ResidentMessage.objects.get()
    assert message.text.startswith("您有 20 分志愿者积分将在 2028年11月25日 00:00 到期")
    assert expiring_soon(volunteer.pk, now=soon) == (20, date(2026, 11, 24))
    assert expire_points(now=NOW + timedelta(days=731)) == 0
    assert expire_points(now=NOW + timedelta(days=732)) == 1
    assert left_of(volunteer.pk, up_to=date(2026, 11, 23)) == 0


def test_the_last_day_minds_short_months() -> None:
    for number in range(1500):
        day = date(2026, 1, 1) + timedelta(days=number)
        assert last_day_gone(ends_on(day)) >= day
        assert last_day_gone(ends_on(day) - timedelta(days=1)) < day
    assert last_day_gone(date(2028, 2, 29)) == date(2026, 2, 27)
    assert last_day_gone(date(2028, 3, 1)) == date(2026, 2, 28)


def test_two_accounts_of_one_person_keep_the_cap() -> None:
    old, kept = make_volunteer(make_resident("甲")), make_volunteer(make_resident("乙"))
    for _number in range(3):
        earn(old)
        earn(kept)
    give_points(old, 7)
    row = redeem(old, make_reward(points=5).pk, client_id=uuid.uuid4(), now=NOW)
    assert old.resident is not None
    assert kept.resident is not None
    assert absorb(old.resident, kept.resident, now=NOW)
    for volunteer in (old, kept):
        check_ledger(volunteer)
    assert old.left_at is not None
    assert (kept.balance, kept.earned) == (30 + 2, 30)
    row.refresh_from_db()
    assert row.volunteer == kept


def test_with_one_volunteer_among_two_accounts_the_row_moves() -> None:
    volunteer, other = make_volunteer(make_resident("甲")), make_resident("乙")
    earn(volunteer)
    assert volunteer.resident is not None
    assert absorb(volunteer.resident, other, now=NOW)
    check_ledger(volunteer)
    assert (volunteer.resident, volunteer.left_at, volunteer.balance) == (other, None, 10)


def test_tombstones_go_after_three_years() -> None:
    volunteer = make_volunteer()
    earn(volunteer)
    redeem(volunteer, make_reward(points=5).pk, client_id=uuid.uuid4(), now=NOW)
    assert volunteer.resident_id is not None
    end_volunteer(volunteer.resident_id, NOW)
    run_retention(now=NOW + timedelta(days=1000), only=["volunteer_ledgers"])
    assert Volunteer.objects.exists()
    run_retention(now=NOW + timedelta(days=1100), only=["volunteer_ledgers"])
    assert not Volunteer.objects.exists()
    assert not PointsEntry.objects.exists()
    assert not Redemption.objects.exists()


def test_who_leaves_and_comes_back_is_not_paid_again() -> None:
    volunteer = make_volunteer()
    resident = volunteer.resident
    report = make_report(resident)
    verified = [Verified(report.pk, first=True, urgency="P2")]
    assert len(pay_reports(verified, now=NOW)) == 1
    end_volunteer(resident.pk, NOW)  # type: ignore[union-attr]
    make_volunteer(resident)
    assert pay_reports(verified, now=NOW) == []


def test_ranks_follow_what_was_ever_earned() -> None:
    rules = point_rules()
    assert [rules.rank_of(points).name for points in (0, 49, 50, 2500, 9999)] == [
        "见习", "见习", "一星", "五星", "五星",
    ]  # fmt: skip
    assert rules.next_rank(9999) is None


def test_a_code_is_read_however_it_is_typed_and_a_slip_is_found() -> None:
    code = code_of(new_salt())
    assert read_code(f" {code[:5].lower()}-{code[5:]} ") == code
    for place in range(len(code)):
        for wrong in ALPHABET.replace(code[place], ""):
            assert read_code(code[:place] + wrong + code[place + 1 :]) is None
    assert read_code("0000000000") is None
    assert read_code("兑换码") is None


def test_a_code_is_good_once() -> None:
    volunteer = make_volunteer()
    give_points(volunteer, 20)
    row = redeem(volunteer, make_reward().pk, client_id=uuid.uuid4(), now=NOW)
    code = code_of(row.salt)
    assert code not in {row.code_hash, row.salt}
    assert find_redemption(code, now=NOW) == row
    late = NOW + timedelta(days=31)
    with pytest.raises(ConflictError, match="code_expired"):
        find_redemption(code, now=late)
    assert hand_over(row.pk, now=NOW).state == RedemptionState.HANDED_OVER
    with pytest.raises(ConflictError, match="code_used"):
        hand_over(row.pk, now=NOW)
    with pytest.raises(ConflictError, match="code_used"):
        find_redemption(code, now=NOW)
    assert expire_redemptions(now=late) == 0
    check_ledger(volunteer)
    assert volunteer.balance == 0
