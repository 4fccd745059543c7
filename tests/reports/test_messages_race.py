"""Workers side by side: a message is spread once, a letter goes out once, a consent counts once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import close_old_connections, connection

from reports.domain.message_outbox import deliver_messages
from reports.domain.message_spreading import spread_messages
from reports.domain.messages import Facts, tell_residents
from reports.domain.subscriptions import record_choice, record_use
from reports.enums import MessageTemplate
from reports.models import MessageDelivery, ResidentMessage
from reports.queries.messages import balances
from tests.factories import NOW, make_report, make_resident
from tests.reports.messaging import IDS, SOON, Carrier, states, subscribe, tell, use_wechat

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 4


@pytest.fixture(autouse=True)
def _wechat(settings: Any) -> None:
    use_wechat(settings)


def at_once(work: Callable[[], object]) -> None:
    """Run the same work in several threads that begin together."""
    barrier = threading.Barrier(WORKERS)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            barrier.wait(5)
            work()
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=run) for _worker in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []


def test_each_message_is_spread_once() -> None:
    people = [make_resident(f"居民{index}") for index in range(5)]
    for person in people:
        subscribe(person)
        tell(person)
    at_once(lambda: spread_messages(now=NOW))
    assert states() == [("wechat", "queued")] * 5
    assert not ResidentMessage.objects.filter(spread_at=None).exists()


def test_each_letter_goes_out_once() -> None:
    people = [make_resident(f"居民{index}") for index in range(5)]
    for person in people:
        subscribe(person, times=3)
        tell(person)
        tell(person)
    spread_messages(now=NOW)
    carrier = Carrier()
    at_once(lambda: deliver_messages("wechat", now=SOON, senders={"wechat": carrier}))
    assert sorted(letter.newest.resident_id for letter in carrier.letters) == [
        person.pk for person in people
    ]
    assert set(MessageDelivery.objects.values_list("state", "attempts")) == {("sent", 1)}
    assert set(balances([person.pk for person in people]).values()) == {2}


def test_telling_twice_at_once_tells_once() -> None:
    report = make_report(make_resident())
    at_once(
        lambda: tell_residents([report.pk], MessageTemplate.RESUMED, Facts(), key="same", now=NOW)
    )
    assert ResidentMessage.objects.count() == 1


def test_a_consent_heard_at_once_from_both_sides_counts_once() -> None:
    person = make_resident()
    at_once(lambda: record_choice(person, accepted=[IDS["result"]], now=NOW))
    assert balances([person.pk])[person.pk, IDS["result"]] == 1
    at_once(lambda: record_use(person.pk, IDS["result"], key=f"u{threading.get_ident()}", now=NOW))
    assert balances([person.pk])[person.pk, IDS["result"]] == 0
    record_choice(person, accepted=[IDS["result"]], now=SOON)
    assert balances([person.pk])[person.pk, IDS["result"]] == 1
