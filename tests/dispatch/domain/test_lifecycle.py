"""The one door: stories, guards, clocks and races."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, connections

from dispatch.domain.actors import SYSTEM, resident_actor
from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import perform
from dispatch.domain.opening import Assessment, open_ticket
from dispatch.enums import LimitStage, LimitUnit, Outcome, Role, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import Assignment, CalendarDay, EventPhoto, HandlingLimit, TicketEvent
from dispatch.queries.calendar import forget_calendar
from reports.enums import PublicStatus, Urgency
from reports.models import Photo, Report, ReportUpdate
from tests.dispatch.factories import (
    NOW,
    fields_for,
    make_cast,
    make_category,
    make_department,
    make_photo,
    make_report,
    make_resident,
    make_ticket,
)
from xiangcun.lib.errors import ConflictError, InvalidInputError, NotAllowedError


@pytest.fixture(autouse=True)
def _fresh_calendar() -> None:
    forget_calendar()


@pytest.mark.django_db
def test_it_works() -> None:
    cast = make_cast()
    report = make_report()
    ticket = make_ticket(TicketStatus.AWAITING_RATING, cast=cast, report=report)
    perform(
        ticket.pk,
        Act.RATE,
        actor=resident_actor(report.pk),
        now=NOW,
        fields=Fields(solved=True, score=5),
    )
    report.refresh_from_db()
    assert report.public_status == PublicStatus.CLOSED
    actions = list(
        TicketEvent.objects.filter(ticket=ticket).order_by("seq").values_list("action", flat=True)
    )
    assert actions == ["open", "dispatch", "accept", "finish", "verify", "rate"]
    texts = list(ReportUpdate.objects.filter(report=report).values_list("text", flat=True))
    assert any("已派单给环卫所" in text for text in texts)
    assert any("已解决：给居民的话" in text for text in texts)


@pytest.mark.django_db
def test_it_validates_required_fields() -> None:
    cast = make_cast()
    ticket = make_ticket(cast=cast)
    with pytest.raises(InvalidInputError) as refused:
        perform(ticket.pk, Act.DISPATCH, actor=cast.dispatcher, now=NOW)
    assert {error.field for error in refused.value.errors} == {
        "category",
        "urgency",
        "lead_department",
    }
    ticket.refresh_from_db()
    assert (ticket.status, ticket.version) == (TicketStatus.ASSESSING, 1)


@pytest.mark.django_db
def test_it_forbids_other_departments() -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast)
    for actor in (cast.outsider, cast.outsider_head, cast.dispatcher):
        with pytest.raises(NotAllowedError):
            perform(ticket.pk, Act.ACCEPT, actor=actor, now=NOW)


@pytest.mark.django_db
def test_return_goes_back_and_the_third_dispatch_is_final() -> None:
    cast = make_cast()
    ticket = make_ticket(cast=cast)
    for _ in range(2):
        perform(
            ticket.pk,
            Act.DISPATCH,
            actor=cast.dispatcher,
            now=NOW,
            fields=fields_for(Act.DISPATCH, cast),
        )
        perform(
            ticket.pk, Act.RETURN, actor=cast.head, now=NOW, fields=fields_for(Act.RETURN, cast)
        )
    with pytest.raises(NotAllowedError) as refused:
        perform(
            ticket.pk,
            Act.DISPATCH,
            actor=cast.dispatcher,
            now=NOW,
            fields=fields_for(Act.DISPATCH, cast),
        )
    assert refused.value.code == "lead_only"
    perform(
        ticket.pk, Act.DISPATCH, actor=cast.lead, now=NOW, fields=fields_for(Act.DISPATCH, cast)
    )
    with pytest.raises(ConflictError) as final:
        perform(
            ticket.pk, Act.RETURN, actor=cast.head, now=NOW, fields=fields_for(Act.RETURN, cast)
        )
    assert final.value.code == "designated"
    assert Assignment.objects.filter(ticket=ticket, ended_at__isnull=True).count() == 1


@pytest.mark.django_db
def test_return_only_within_one_working_day() -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast)
    with pytest.raises(ConflictError) as late:
        perform(
            ticket.pk,
            Act.RETURN,
            actor=cast.head,
            now=NOW + timedelta(days=1, minutes=1),
            fields=fields_for(Act.RETURN, cast),
        )
    assert late.value.code == "return_window_over"


@pytest.mark.django_db
def test_extension_is_granted_by_the_lead_twice_at_most() -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    due = ticket.due_at
    for days in (20, 30):
        new_due = NOW + timedelta(days=days)
        perform(
            ticket.pk,
            Act.REQUEST_EXTENSION,
            actor=cast.head,
            now=NOW,
            fields=Fields(note="等配件", new_due=new_due),
        )
        moved = perform(ticket.pk, Act.GRANT_EXTENSION, actor=cast.lead, now=NOW)
        assert moved.due_at == moved.next_due_at == new_due != due
    with pytest.raises(ConflictError) as refused:
        perform(
            ticket.pk,
            Act.REQUEST_EXTENSION,
            actor=cast.head,
            now=NOW,
            fields=Fields(note="x", new_due=NOW + timedelta(days=40)),
        )
    assert refused.value.code == "extensions_used"
    assert Report.objects.get().promised_at == NOW + timedelta(days=30)


@pytest.mark.django_db
def test_extension_not_after_due_and_not_backwards() -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    assert ticket.due_at is not None
    with pytest.raises(ConflictError):
        perform(
            ticket.pk,
            Act.REQUEST_EXTENSION,
            actor=cast.head,
            now=ticket.due_at,
            fields=fields_for(Act.REQUEST_EXTENSION, cast, now=ticket.due_at),
        )
    with pytest.raises(InvalidInputError):
        perform(
            ticket.pk,
            Act.REQUEST_EXTENSION,
            actor=cast.head,
            now=NOW,
            fields=Fields(note="x", new_due=ticket.due_at),
        )


@pytest.mark.django_db
def test_suspension_pauses_the_unit_clock() -> None:
    cast = make_cast()
    HandlingLimit.objects.create(stage=LimitStage.HANDLE, minutes=480, unit=LimitUnit.WORK)
    ticket = make_ticket(TicketStatus.SUSPENDED, cast=cast)
    assert ticket.next_due_at is None
    assert ticket.remaining_minutes == 450  # one day of office hours
    later = NOW + timedelta(days=7)
    moved = perform(ticket.pk, Act.RESUME, actor=cast.head, now=later)
    assert moved.due_at == later + timedelta(
        days=1
    )  # one working day: Tuesday 10:00 → Wednesday 10:00
    assert moved.opened_at == NOW  # the resident clock never pauses


@pytest.mark.django_db
def test_finish_wants_the_after_photo_where_the_category_asks() -> None:
    cast = make_cast()
    cast.category.after_photo_required = True
    cast.category.save()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    with pytest.raises(InvalidInputError) as refused:
        perform(
            ticket.pk,
            Act.FINISH,
            actor=cast.handler,
            now=NOW,
            fields=Fields(outcome=Outcome.SOLVED, public_text="已清理"),
        )
    assert refused.value.code == "after_photo_required"
    photo = make_photo()
    perform(
        ticket.pk,
        Act.FINISH,
        actor=cast.handler,
        now=NOW,
        fields=Fields(outcome=Outcome.SOLVED, public_text="已清理", photos=(photo.pk,)),
    )
    assert EventPhoto.objects.get().photo_id == photo.pk
    assert Photo.objects.get(pk=photo.pk).claimed_at == NOW
    perform(ticket.pk, Act.VERIFY, actor=cast.verifier, now=NOW)
    line = ReportUpdate.objects.filter(text__contains="已清理").get()
    assert list(line.photos.all()) == [photo]


@pytest.mark.django_db
def test_explaining_needs_no_photo() -> None:
    cast = make_cast()
    cast.category.after_photo_required = True
    cast.category.save()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    moved = perform(
        ticket.pk,
        Act.FINISH,
        actor=cast.handler,
        now=NOW,
        fields=Fields(outcome=Outcome.EXPLAINED, public_text="已说明"),
    )
    assert moved.status == TicketStatus.HANDLED


@pytest.mark.django_db
def test_nobody_verifies_their_own_work() -> None:
    from dispatch.domain.actors import Actor, Seat

    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLED, cast=cast)
    both = Actor(
        user=cast.handler.user, seats=(Seat(Role.VERIFIER, cast.room.pk, "综合信息指挥室"),)
    )
    with pytest.raises(NotAllowedError) as refused:
        perform(ticket.pk, Act.VERIFY, actor=both, now=NOW)
    assert refused.value.code == "second_person"


@pytest.mark.django_db
def test_a_stale_page_is_told_so() -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast)
    perform(ticket.pk, Act.NOTE, actor=cast.dispatcher, now=NOW, fields=Fields(note="已电话联系"))
    with pytest.raises(ConflictError) as refused:
        perform(ticket.pk, Act.ACCEPT, actor=cast.handler, now=NOW, expected_version=ticket.version)
    assert refused.value.code == "ticket_changed"


@pytest.mark.django_db
def test_limits_choose_the_most_specific() -> None:
    cast = make_cast()
    HandlingLimit.objects.create(stage=LimitStage.HANDLE, minutes=480)
    HandlingLimit.objects.create(stage=LimitStage.HANDLE, category=cast.category, minutes=240)
    HandlingLimit.objects.create(
        stage=LimitStage.HANDLE,
        category=cast.category,
        grid=cast.grid,
        minutes=120,
        unit=LimitUnit.NATURAL,
    )
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast)
    assert ticket.due_at == NOW + timedelta(hours=2)


@pytest.mark.django_db
def test_due_dates_skip_holidays() -> None:
    cast = make_cast()
    CalendarDay.objects.create(
        date=(NOW + timedelta(days=1)).date(), type="holiday", name="示例假日"
    )
    HandlingLimit.objects.create(stage=LimitStage.HANDLE, minutes=480)
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast)
    assert ticket.due_at == NOW + timedelta(days=2)


@pytest.mark.django_db
def test_confidential_cases_are_not_published() -> None:
    cast = make_cast()
    secret = make_category("0202", name="诈骗线索", confidential=True)
    department = make_department("police", name="派出所")
    report = make_report()
    open_ticket(report, Assessment(urgency=Urgency.P1, category=secret, lead=department), now=NOW)
    report.refresh_from_db()
    assert report.published_at is None
    other = make_report(resident=make_resident("bob"))
    open_ticket(
        other, Assessment(urgency=Urgency.P2, category=cast.category, lead=cast.sanitation), now=NOW
    )
    other.refresh_from_db()
    assert other.published_at == NOW


def _race(*jobs: object) -> list[str]:
    """Run the jobs at the same time; return each one's outcome."""
    barrier = threading.Barrier(len(jobs))
    outcomes: list[str] = []

    def run(job: object) -> None:
        barrier.wait()
        try:
            job()  # type: ignore[operator]
            outcomes.append("won")
        except ConflictError as lost:
            outcomes.append(lost.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_one_wins() -> None:
    cast = make_cast()
    for _ in range(5):
        ticket = make_ticket(cast=cast, report=make_report(resident=make_resident("bob")))
        step = partial(perform, ticket.pk, actor=cast.dispatcher, now=NOW)
        outcomes = _race(
            partial(step, Act.DISPATCH, fields=fields_for(Act.DISPATCH, cast)),
            partial(step, Act.ASK, fields=fields_for(Act.ASK, cast)),
        )
        assert len(outcomes) == 2
        assert outcomes.count("won") == 1
        assert TicketEvent.objects.filter(ticket=ticket).count() == 2


@pytest.mark.django_db(transaction=True)
def test_crossing_merges_do_not_deadlock() -> None:
    cast = make_cast()
    one = make_ticket(cast=cast, report=make_report())
    two = make_ticket(cast=cast, report=make_report(resident=make_resident("bob")))
    outcomes = _race(
        lambda: perform(
            one.pk, Act.MERGE, actor=cast.dispatcher, now=NOW, fields=Fields(target_ticket=two)
        ),
        lambda: perform(
            two.pk, Act.MERGE, actor=cast.dispatcher, now=NOW, fields=Fields(target_ticket=one)
        ),
    )
    assert outcomes.count("won") == 1
    assert connection.vendor in {"sqlite", "postgresql"}


@pytest.mark.django_db
def test_system_dispatch_is_marked_automatic() -> None:
    cast = make_cast()
    ticket = open_ticket(
        make_report(),
        Assessment(urgency=Urgency.P2, category=cast.category, lead=cast.sanitation),
        now=NOW,
    )
    assert (ticket.status, ticket.auto_dispatched) == (TicketStatus.DISPATCHED, True)
    moved = perform(ticket.pk, Act.ACCEPT, actor=SYSTEM, now=NOW)
    assert moved.status == TicketStatus.HANDLING
