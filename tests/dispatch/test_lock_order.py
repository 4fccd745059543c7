"""Residents and staff at the same case at the same time: one waits, nobody meets a deadlock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connections

from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import perform
from dispatch.enums import TicketAction as Act
from dispatch.enums import TicketStatus
from dispatch.models import TicketEvent
from reports.domain.actions import act
from reports.enums import ResidentAction
from tests.dispatch.factories import NOW, make_cast, make_report, make_resident, make_ticket
from xiangcun.lib.errors import ConflictError

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 8


def together(*jobs: Callable[[], object]) -> list[str]:
    """Run the jobs at once; return "done", the refusal's code or the error's name of each."""
    barrier = threading.Barrier(len(jobs))
    outcomes = [""] * len(jobs)

    def run(index: int) -> None:
        barrier.wait()
        try:
            jobs[index]()
            outcomes[index] = "done"
        except ConflictError as refused:
            outcomes[index] = refused.code
        except Exception as error:  # noqa: BLE001 - what a test wants to see
            outcomes[index] = type(error).__name__
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_signing_and_urging_both_happen() -> None:
    cast = make_cast()
    for index in range(ROUNDS):
        report = make_report(resident=make_resident(f"r{index}"))
        ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast, report=report)
        outcomes = together(
            partial(perform, ticket.pk, Act.ACCEPT, actor=cast.handler, now=NOW),
            partial(act, report, ResidentAction.URGE, payload={"text": ""}, now=NOW),
        )
        assert outcomes == ["done", "done"]


def test_verifying_and_supplementing_leave_a_whole_ledger() -> None:
    cast = make_cast()
    for index in range(ROUNDS):
        report = make_report(resident=make_resident(f"r{index}"))
        ticket = make_ticket(TicketStatus.HANDLED, cast=cast, report=report)
        report.refresh_from_db()
        payload = {"text": "补充一句", "photos": []}
        outcomes = together(
            partial(perform, ticket.pk, Act.VERIFY, actor=cast.verifier, now=NOW),
            partial(act, report, ResidentAction.SUPPLEMENT, payload=payload, now=NOW),
        )
        assert outcomes[0] == "done"
        assert outcomes[1] in {"done", "action_not_allowed"}
        seqs = list(TicketEvent.objects.filter(ticket=ticket).values_list("seq", flat=True))
        assert seqs == list(range(1, len(seqs) + 1))


def test_a_double_tap_rates_once() -> None:
    cast = make_cast()
    report = make_report()
    make_ticket(TicketStatus.AWAITING_RATING, cast=cast, report=report)
    payload = {"solved": True, "score": 5, "comment": ""}
    tap = partial(act, report, ResidentAction.RATE, payload=payload, now=NOW)
    outcomes = together(tap, tap)
    assert set(outcomes) <= {"done", "already_rated", "action_not_allowed"}
    assert outcomes.count("done") == 1


def test_reopening_and_a_note_do_not_lock_each_other_out() -> None:
    cast = make_cast()
    for index in range(ROUNDS):
        report = make_report(resident=make_resident(f"r{index}"))
        ticket = make_ticket(TicketStatus.HANDLING, cast=cast, report=report)
        outcomes = together(
            partial(
                perform,
                ticket.pk,
                Act.NOTE,
                actor=cast.dispatcher,
                now=NOW,
                fields=Fields(note="已联系"),
            ),
            partial(act, report, ResidentAction.URGE, payload={"text": ""}, now=NOW),
        )
        assert outcomes == ["done", "done"]
