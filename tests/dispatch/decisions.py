"""Decisions of the command room, and the small models that come of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from dispatch.domain.actors import SYSTEM
from dispatch.domain.fields import Fields
from dispatch.domain.learning import NewVersion, record_version
from dispatch.domain.lifecycle import perform
from dispatch.domain.opening import Assessment, open_ticket
from dispatch.enums import ModelStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import Department, LexiconTerm, ModelVersion, Ticket
from dispatch.triage.learned import Example, Leaf, Targets, TrainedModel, train
from dispatch.triage.vault import store_model
from reports.enums import Urgency
from reports.models import Category, Report
from tests.dispatch.factories import NOW, Cast, fields_for, make_category, make_report

RUBBISH = ("垃圾桶满了没人清运", "村口垃圾堆成山", "垃圾车三天没来", "河边有人倒垃圾", "垃圾发臭了")
LAMPS = ("路灯不亮一片漆黑", "巷子里路灯坏了", "路灯一闪一闪", "晚上路灯没开", "路灯杆歪了灯灭了")
WAIT = timedelta(minutes=1)


def rubbish() -> Category:
    return make_category()


def lamps() -> Category:
    return make_category("0103", name="路灯故障")


def open_case(
    cast: Cast, text: str, *, guess: Category | None, now: datetime, **extra: object
) -> Ticket:
    """Open a ticket in the queue, with triage's guess or none."""
    report = make_report(text=text, now=now, **extra)  # type: ignore[arg-type]
    assessment = Assessment(
        urgency=Urgency.P2, category=guess, grid=cast.grid, queue_reason="把握不足"
    )
    return open_ticket(report, assessment, now=now)


def dispatch(
    ticket: Ticket, cast: Cast, category: Category, *, now: datetime, to: Department | None = None
) -> Ticket:
    """Let the dispatcher send the ticket."""
    fields = Fields(
        category=category, urgency=Urgency.P2, lead_department=to or cast.sanitation, note="派单"
    )
    return perform(ticket.pk, Act.DISPATCH, actor=cast.dispatcher, now=now, fields=fields)


def decide(
    cast: Cast, text: str, category: Category, *, now: datetime, guess: Category | None = None
) -> Ticket:
    """A ticket that a person gave its category."""
    return dispatch(open_case(cast, text, guess=guess, now=now), cast, category, now=now)


def auto_dispatch(cast: Cast, text: str, category: Category, *, now: datetime) -> Ticket:
    """A ticket that triage dispatched by itself."""
    report = make_report(text=text, now=now)
    assessment = Assessment(
        urgency=Urgency.P2, category=category, grid=cast.grid, lead=cast.sanitation
    )
    return open_ticket(report, assessment, now=now)


def close(ticket: Ticket, cast: Cast, *, now: datetime) -> Ticket:
    """Walk a dispatched ticket to its end."""
    steps = (
        (Act.ACCEPT, cast.handler),
        (Act.FINISH, cast.handler),
        (Act.VERIFY, cast.verifier),
        (Act.CLOSE_UNRATED, SYSTEM),
    )
    for action, actor in steps:
        ticket = perform(
            ticket.pk, action, actor=actor, now=now, fields=fields_for(action, cast, now=now)
        )
    return ticket


def decide_many(cast: Cast, count: int, *, start: datetime = NOW) -> datetime:
    """Decide ``count`` tickets, rubbish and lamps in turn; return the moment of the last."""
    kinds = ((RUBBISH, rubbish()), (LAMPS, lamps()))
    now = start
    for turn in range(count):
        texts, category = kinds[turn % 2]
        now = start + turn * WAIT
        decide(cast, f"{texts[turn // 2 % len(texts)]}{turn}号", category, now=now)
    return now


def teach_lexicon(terms: Iterable[tuple[str, Category]]) -> None:
    """Give the lexicon words that decide at once."""
    for term, category in terms:
        LexiconTerm.objects.create(category=category, term=term, weight=6.0)


def tiny_model(*, targets: Targets | None = None, extra: str = "") -> TrainedModel:
    """A real model of two categories; ``extra`` makes it another one."""
    leaves = [Leaf("0401", "垃圾", "04", "环境"), Leaf("0103", "路灯", "01", "设施")]
    examples = [
        Example(f"{text}{extra}{turn}", code)
        for turn in range(3)
        for texts, code in ((RUBBISH, "0401"), (LAMPS, "0103"))
        for text in texts
    ]
    return train(examples, leaves, targets=targets or Targets())


def make_version(
    *,
    status: ModelStatus = ModelStatus.CHALLENGER,
    now: datetime = NOW,
    extra: str = "",
    comparison: dict[str, object] | None = None,
) -> ModelVersion:
    """A version with a real file behind it (a champion is one without ceremony)."""
    rubbish(), lamps()
    model = tiny_model(extra=extra)
    file, sha256 = store_model(model)
    new = NewVersion(
        version=model.version,
        file=file,
        sha256=sha256,
        fingerprint=f"{extra}{model.version}"[:64],
        status=status,
        learned_until=now,
        examples=30,
        metrics={"cv_accuracy": 0.926, "auto_share": 0.74, "examples": 30},
        targets={"accuracy": 0.98, "level": 0.95},
        comparison=comparison or {},
        reason="测试版本",
    )
    row, _fresh = record_version(new, now=now)
    if status in {ModelStatus.CHAMPION, ModelStatus.RETIRED}:
        ModelVersion.objects.filter(pk=row.pk).update(promoted_at=now)
        row.refresh_from_db()
    return row


def first_report(ticket: Ticket) -> Report:
    return ticket.ticket_reports.get().report
