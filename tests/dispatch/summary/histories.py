"""Random office histories, every step through the real door; and a workday that makes each figure."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from dispatch.domain.actors import SYSTEM, Actor, resident_actor
from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import available_actions, perform
from dispatch.domain.opening import Assessment, attach_report, open_ticket
from dispatch.enums import Outcome, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import Ticket
from reports.enums import Urgency
from reports.models import Category, Grid
from tests.dispatch.factories import (
    NOW,
    Cast,
    fields_for,
    make_category,
    make_grid,
    make_report,
    make_resident,
)
from xiangcun.lib.errors import DomainError

# Left to chance alone a ticket hardly ever gets to its end.
_ONWARD = (
    Act.DISPATCH,
    Act.ACCEPT,
    Act.FINISH,
    Act.VERIFY,
    Act.RATE,
    Act.CLOSE_UNRATED,
    Act.REPORT_BACK,
)
# What is hardly ever both possible and drawn, and moves figures about.
_RARE = (
    Act.UNMERGE,
    Act.REOPEN,
    Act.GRANT_EXTENSION,
    Act.GRANT_SUSPENSION,
    Act.RESUME,
    Act.SPLIT,
    Act.RETURN,
)


class Office:
    """A township at work: ``run`` opens, attaches and moves tickets at random."""

    def __init__(self, cast: Cast, *, seed: int) -> None:
        self.cast = cast
        self.random = random.Random(seed)
        self.now = NOW
        self.categories: list[Category | None] = [
            None,
            cast.category,
            make_category("0301", name="道路破损"),
        ]
        self.grids: list[Grid | None] = [None, cast.grid, make_grid("330114007201001")]

    def run(self, steps: int, *, between: Callable[[datetime], object]) -> None:
        """Take ``steps`` steps, hours apart; ``between`` is called after each with the moment."""
        for _ in range(steps):
            self.now += timedelta(minutes=self.random.randint(1, 900))
            roll = self.random.random()
            if roll < 0.2 or not Ticket.objects.exists():
                self._open()
            elif roll < 0.25:
                self._attach()
            else:
                self._act()
            between(self.now)

    def _open(self) -> None:
        resident = make_resident(f"r{self.random.randint(1, 5)}")
        said = self.now - timedelta(hours=self.random.choice([0, 0, 30]))
        report = make_report(resident=resident, now=said)
        category = self.random.choice(self.categories)
        lead = (
            self.random.choice([None, self.cast.sanitation, self.cast.enforcement])
            if category
            else None
        )
        found = Assessment(
            urgency=Urgency.P2,
            category=category,
            grid=self.random.choice(self.grids),
            lead=lead,
            queue_reason="把握不足",
        )
        open_ticket(report, found, now=self.now)

    def _attach(self) -> None:
        ticket = self.random.choice(
            list(Ticket.objects.filter(status=TicketStatus.ASSESSING)) or [None]
        )
        if ticket is not None:
            attach_report(make_report(now=self.now), ticket, now=self.now)

    def _act(self) -> None:
        ticket = self.random.choice(list(Ticket.objects.order_by("pk")))
        choices = [
            (actor, row.action)
            for actor in self._actors(ticket)
            for row in available_actions(ticket, actor, now=self.now)
            if row.action != Act.UNMASK  # it counts nothing and wants a telephone
        ]
        if self.random.random() < 0.15:
            choices = [choice for choice in choices if choice[1] in _RARE] or choices
        elif self.random.random() < 0.6:
            choices = [choice for choice in choices if choice[1] in _ONWARD] or choices
        if not choices:
            return
        actor, action = self.random.choice(choices)
        try:
            perform(ticket.pk, action, actor=actor, now=self.now, fields=self._fields(action))
        except DomainError:
            return

    def _actors(self, ticket: Ticket) -> list[Actor]:
        cast = self.cast
        residents = [
            resident_actor(pk) for pk in ticket.ticket_reports.values_list("report_id", flat=True)
        ]
        staff = [
            cast.dispatcher,
            cast.lead,
            cast.verifier,
            cast.handler,
            cast.head,
            cast.outsider,
            cast.outsider_head,
        ]
        return [*staff, *residents, SYSTEM]

    def _fields(self, action: Act) -> Fields:
        others = list(
            Ticket.objects.filter(status__in=[TicketStatus.ASSESSING, TicketStatus.HANDLING])
        )
        target = self.random.choice(others) if others and action == Act.MERGE else None
        return replace(
            fields_for(action, self.cast, now=self.now, target=target),
            category=self.random.choice(self.categories[1:]),
            lead_department=self.random.choice([self.cast.sanitation, self.cast.enforcement]),
            outcome=self.random.choice(list(Outcome)),
            solved=self.random.random() < 0.7,
            score=self.random.randint(1, 5),
        )
