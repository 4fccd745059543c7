"""An action somebody wants to perform, before anybody has said yes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dispatch.domain.actors import Actor, Seat
from dispatch.domain.fields import Fields
from dispatch.domain.transitions import Transition
from dispatch.models import Ticket


@dataclass(frozen=True, slots=True)
class Attempt:
    """An action with everything a guard or an effect may look at."""

    ticket: Ticket
    transition: Transition
    actor: Actor
    seat: Seat
    fields: Fields
    now: datetime
