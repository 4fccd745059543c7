from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import perform
from dispatch.enums import LabelSource, RejectReason, ReturnReason
from dispatch.enums import TicketAction as Act
from dispatch.models import Ticket
from dispatch.queries.labels import WEIGHTS, read_labels, routing_labels
from reports.domain.privacy import erase_resident
from reports.enums import UpdateKind
from reports.models import Category, ReportUpdate
from tests.dispatch.decisions import (
    auto_dispatch,
    close,
    decide,
    dispatch,
    first_report,
    lamps,
    open_case,
    rubbish,
)
from tests.dispatch.factories import NOW, Cast, make_cast, make_resident, make_ticket

DAY = timedelta(days=1)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def give_back(ticket: Ticket, cast: Cast, *, reason: ReturnReason) -> Ticket:
    fields = Fields(return_reason=reason, note="不归我们管")
    return perform(ticket.pk, Act.RETURN, actor=cast.head, now=NOW, fields=fields)


def sources() -> list[tuple[str, LabelSource]]:
    return [(label.code, label.source) for label in read_labels()]


def test_it_works(cast: Cast) -> None:
    decide(cast, "路灯不亮", lamps(), guess=rubbish(), now=NOW)
    decide(cast, "垃圾没人管", rubbish(), guess=None, now=NOW + DAY)
    decide(cast, "垃圾很多", rubbish(), guess=rubbish(), now=NOW + 2 * DAY)
    corrected, chosen, confirmed = read_labels()
    assert (corrected.code, corrected.source) == ("0103", LabelSource.CORRECTED)
    assert (chosen.code, chosen.source) == ("0401", LabelSource.CHOSEN)
    assert (confirmed.code, confirmed.source) == ("0401", LabelSource.CONFIRMED)
    assert corrected.weight == chosen.weight > confirmed.weight
    assert [corrected.sayings[0].text, corrected.at] == ["路灯不亮", NOW]
    assert corrected.by_person


def test_an_auto_dispatch_counts_once_it_is_closed(cast: Cast) -> None:
    ticket = auto_dispatch(cast, "垃圾没人管", rubbish(), now=NOW)
    assert read_labels() == []
    close(ticket, cast, now=NOW + DAY)
    (label,) = read_labels()
    assert (label.code, label.source, label.at) == ("0401", LabelSource.HANDLED, NOW + DAY)
    assert label.weight == WEIGHTS[LabelSource.HANDLED]
    assert not label.by_person


def test_a_returned_ticket_gives_the_new_category(cast: Cast) -> None:
    ticket = auto_dispatch(cast, "路灯不亮", rubbish(), now=NOW)
    give_back(ticket, cast, reason=ReturnReason.WRONG_CATEGORY)
    assert read_labels() == []
    dispatch(ticket, cast, lamps(), now=NOW, to=cast.enforcement)
    assert sources() == [("0103", LabelSource.CORRECTED)]


def test_a_category_that_was_refused_is_no_label_until_the_next_dispatch(cast: Cast) -> None:
    ticket = decide(cast, "路灯不亮", rubbish(), now=NOW)
    assert sources() == [("0401", LabelSource.CHOSEN)]
    give_back(ticket, cast, reason=ReturnReason.WRONG_CATEGORY)
    assert read_labels() == []


def test_another_department_alone_is_counted_and_is_no_example(cast: Cast) -> None:
    ticket = auto_dispatch(cast, "垃圾没人管", rubbish(), now=NOW)
    give_back(ticket, cast, reason=ReturnReason.NOT_OUR_DUTY)
    dispatch(ticket, cast, rubbish(), now=NOW, to=cast.enforcement)
    assert read_labels() == []
    (row,) = routing_labels(first=NOW - DAY, last=NOW + DAY)
    assert (row.from_department_id, row.to_department_id) == (
        cast.sanitation.pk,
        cast.enforcement.pk,
    )
    assert row.category_id == rubbish().pk
    assert routing_labels(first=NOW + DAY, last=NOW + 2 * DAY) == []


def test_a_person_s_category_outlives_another_department(cast: Cast) -> None:
    ticket = decide(cast, "垃圾没人管", rubbish(), now=NOW)
    give_back(ticket, cast, reason=ReturnReason.NOT_OUR_DUTY)
    dispatch(ticket, cast, rubbish(), now=NOW + DAY, to=cast.enforcement)
    assert sources() == [("0401", LabelSource.CHOSEN)]


def test_rejected_and_merged_tickets_give_none(cast: Cast) -> None:
    target = open_case(cast, "垃圾没人管", guess=None, now=NOW)
    for action, fields in (
        (Act.REJECT, Fields(reject_reason=RejectReason.NOT_A_CASE, note="无", public_text="无")),
        (Act.MERGE, Fields(target_ticket=target, note="同一件")),
    ):
        ticket = decide(cast, "垃圾没人管", rubbish(), now=NOW)
        give_back(ticket, cast, reason=ReturnReason.NOT_OUR_DUTY)
        perform(ticket.pk, action, actor=cast.lead, now=NOW, fields=fields)
    assert read_labels() == []
    dispatch(target, cast, rubbish(), now=NOW)
    (label,) = read_labels()
    assert len(label.sayings) == 2  # the merged ticket's report is the target's now


def test_it_reads_the_report_s_own_words_only(cast: Cast) -> None:
    ticket = decide(cast, "垃圾没人管，电话13812345678", rubbish(), now=NOW)
    report = first_report(ticket)
    ReportUpdate.objects.create(
        report=report, at=NOW, status="processing", kind=UpdateKind.SUPPLEMENT, text="路灯也坏了"
    )
    (label,) = read_labels()
    assert "路灯" not in label.sayings[0].text
    assert "13812345678" not in label.sayings[0].text


def test_the_anonymous_and_the_erased_give_none(cast: Cast) -> None:
    leaver = make_resident("leaver")
    hidden = open_case(cast, "垃圾没人管", guess=None, now=NOW, anonymous=True)
    gone = open_case(cast, "垃圾没人管", guess=None, now=NOW, resident=leaver)
    imported = open_case(cast, "垃圾没人管", guess=None, now=NOW, source_key=uuid.uuid4().hex)
    for ticket in (hidden, gone, imported):
        dispatch(ticket, cast, rubbish(), now=NOW)
    type(first_report(imported)).objects.filter(pk=first_report(imported).pk).update(resident=None)
    erase_resident(leaver, now=NOW)
    assert [label.ticket_id for label in read_labels()] == [imported.pk]


def test_a_category_that_is_switched_off_gives_none(cast: Cast) -> None:
    decide(cast, "垃圾没人管", rubbish(), now=NOW)
    Category.objects.filter(code="0401").update(is_active=False)
    assert read_labels() == []


def test_it_looks_at_the_latest_only_and_at_batches_alike(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets = [decide(cast, "垃圾没人管", rubbish(), now=NOW) for _ in range(4)]
    make_ticket(cast=cast)
    monkeypatch.setattr("dispatch.queries.labels.BATCH", 2)
    assert [row.ticket_id for row in read_labels()] == [ticket.pk for ticket in tickets]
    assert [row.ticket_id for row in read_labels(limit=3)] == [row.pk for row in tickets[1:]]


def test_it_takes_the_same_queries_for_1_and_3_tickets(cast: Cast) -> None:
    counts = []
    for more in (1, 2):
        for _ in range(more):
            decide(cast, "垃圾没人管", rubbish(), now=NOW)
        with CaptureQueriesContext(connection) as queries:
            read_labels()
        counts.append(len(queries))
    assert counts[0] == counts[1]
