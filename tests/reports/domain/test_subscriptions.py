"""The ledger of subscribe messages: consents heard twice count once, and it is never below nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from reports.domain.privacy import erase_resident
from reports.domain.subscriptions import (
    MOMENTS,
    MOST_LEFT,
    fold_ledger,
    hear_change,
    hear_choice,
    hear_failure,
    record_choice,
    record_empty,
    record_use,
)
from reports.models import Resident, SubscriptionGrant
from reports.queries.messages import balances
from tests.factories import NOW
from tests.reports.messaging import IDS, use_wechat
from xiangcun.lib.errors import InvalidInputError
from xiangcun.lib.wechat import PushEvent

RESULT, ASK = IDS["result"], IDS["ask"]
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _wechat(settings: Any) -> None:
    use_wechat(settings)


def left(resident: Resident, template: str = RESULT) -> int:
    return balances([resident.pk]).get((resident.pk, template), 0)


def push(
    resident: Resident, event: str, rows: list[Mapping[str, str]], *, at: datetime = NOW
) -> PushEvent:
    name = {"popup": "SubscribeMsgPopupEvent", "change": "SubscribeMsgChangeEvent"}.get(
        event, "SubscribeMsgSentEvent"
    )
    return PushEvent(
        event=f"subscribe_msg_{event}_event",
        openid=resident.openid or "",
        created_at=at,
        data={name: {"List": rows}},
    )


def test_it_works(zhang: Resident) -> None:
    record_choice(zhang, accepted=[RESULT, ASK], rejected=[IDS["progress"]], now=NOW)
    assert (left(zhang), left(zhang, ASK), left(zhang, IDS["progress"])) == (1, 1, 0)
    record_use(zhang.pk, RESULT, key="d1", now=NOW)
    record_use(zhang.pk, RESULT, key="d1", now=NOW)
    assert (left(zhang), left(zhang, ASK)) == (0, 1)


def test_phone_and_push_tell_of_the_same_tap(zhang: Resident) -> None:
    record_choice(zhang, accepted=[RESULT], now=NOW)
    hear_choice(push(zhang, "popup", [{"TemplateId": RESULT, "SubscribeStatusString": "accept"}]))
    assert left(zhang) == 1
    record_choice(zhang, accepted=[RESULT], now=NOW + MINUTE)
    assert left(zhang) == 2


def test_a_ban_and_a_switch_off_leave_nothing(zhang: Resident) -> None:
    record_choice(zhang, accepted=[RESULT, ASK], now=NOW)
    hear_choice(
        push(
            zhang,
            "popup",
            [{"TemplateId": RESULT, "SubscribeStatusString": "ban"}],
            at=NOW + MINUTE,
        )
    )
    assert left(zhang) == 0
    event = push(zhang, "change", [{"TemplateId": ASK, "SubscribeStatusString": "reject"}])
    hear_change(event)
    hear_change(event)
    assert left(zhang, ASK) == 0
    record_choice(zhang, accepted=[ASK], now=NOW + 2 * MINUTE)
    assert left(zhang, ASK) == 1


def test_a_rejection_takes_nothing_away(zhang: Resident) -> None:
    record_choice(zhang, accepted=[RESULT], now=NOW)
    record_choice(zhang, accepted=[], rejected=[RESULT], now=NOW + MINUTE)
    assert left(zhang) == 1


def test_a_message_wechat_did_not_show_empties_it(zhang: Resident) -> None:
    record_choice(zhang, accepted=[RESULT], now=NOW)
    shown = {"TemplateId": RESULT, "MsgID": "1", "ErrorCode": "0", "ErrorStatus": "success"}
    hear_failure(push(zhang, "sent", [shown]))
    assert left(zhang) == 1
    hear_failure(push(zhang, "sent", [{**shown, "MsgID": "2", "ErrorCode": "43101"}]))
    assert left(zhang) == 0


def test_it_is_never_below_nothing(zhang: Resident) -> None:
    record_use(zhang.pk, RESULT, key="a", now=NOW)
    record_empty(zhang.pk, RESULT, key="b", now=NOW)
    record_choice(zhang, accepted=[RESULT], now=NOW)
    assert left(zhang) == 1


def test_it_does_not_grow_without_end(zhang: Resident) -> None:
    for index in range(MOST_LEFT + 5):
        record_choice(zhang, accepted=[RESULT], now=NOW + index * MINUTE)
    assert left(zhang) == MOST_LEFT


def test_what_is_not_ours_is_refused_or_passed_over(zhang: Resident) -> None:
    with pytest.raises(InvalidInputError, match="unknown_template"):
        record_choice(zhang, accepted=["somebody_elses"], now=NOW)
    hear_choice(
        push(zhang, "popup", [{"TemplateId": "somebody_elses", "SubscribeStatusString": "accept"}])
    )
    stranger = Resident(openid="oNobody")
    event = [{"TemplateId": RESULT, "SubscribeStatusString": "accept"}]
    hear_choice(push(stranger, "popup", event))
    hear_change(push(stranger, "change", event))
    hear_failure(push(stranger, "sent", event))
    assert not SubscriptionGrant.objects.exists()


def test_an_erased_person_is_not_filled_in_again(zhang: Resident) -> None:
    event = push(zhang, "popup", [{"TemplateId": RESULT, "SubscribeStatusString": "accept"}])
    erase_resident(zhang, now=NOW)
    record_choice(zhang, accepted=[RESULT], now=NOW)
    record_use(zhang.pk, RESULT, key="a", now=NOW)
    record_empty(zhang.pk, RESULT, key="b", now=NOW)
    hear_choice(event)
    assert not SubscriptionGrant.objects.exists()


def test_old_lines_are_folded_into_one(zhang: Resident) -> None:
    for index in range(6):
        record_choice(zhang, accepted=[RESULT], now=NOW + index * MINUTE)
    record_use(zhang.pk, RESULT, key="u", now=NOW + 6 * MINUTE)
    assert fold_ledger(before=NOW + 4 * MINUTE) == 1
    assert left(zhang) == 5
    assert SubscriptionGrant.objects.count() == 4
    assert fold_ledger(before=NOW + 4 * MINUTE) == 0
    assert fold_ledger(before=NOW + 10 * MINUTE) == 1
    assert (left(zhang), SubscriptionGrant.objects.count()) == (5, 1)


def test_a_tap_asks_for_three_at_most() -> None:
    assert all(1 <= len(keys) <= 3 for keys in MOMENTS.values())
