"""What travels through the pipeline. Every step gets a context and returns a richer one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from dispatch.models import Department
from dispatch.triage.candidate import Candidate
from reports.enums import LETTERS, ReportKind, ResidentRole, Urgency
from reports.models import Category, Grid

__all__ = ["Candidate", "Decision", "Lookalike", "Outcome", "StepResult", "TriageContext"]


_URGENT = frozenset({Urgency.P0, Urgency.P1})


class Outcome(StrEnum):
    """How a run ended; stored in ``TriageRun.decision``."""

    DISPATCHED = "dispatched"
    QUEUED = "queued"
    ATTACHED = "attached"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Lookalike:
    """An open ticket that may be the same matter; ``distance_m`` in metres, ``similarity`` 0–1."""

    ticket_id: int
    number: str
    distance_m: float
    similarity: float


@dataclass(frozen=True, slots=True)
class PlaceDoubt:
    """The text names another place than the point: which, how far apart (metres), whose grid that is.

    ``source`` is ``text`` or ``address``; ``likely`` is ``text`` where the point itself is vague, else
    ``unsure``; ``flag`` is the Chinese sentence that ticket and command room read.
    """

    name: str
    kind: str
    source: str
    distance_m: int
    grid: Grid | None
    likely: str
    flag: str


@dataclass(frozen=True, slots=True)
class TriageContext:
    """A report as triage sees it, and what the steps so far found out.

    ``own_words`` is the report's text alone, ``text`` also what the resident added before triage.
    ``lat``/``lng`` are WGS-84 degrees, moments aware UTC. ``category`` is the best candidate once it
    is likely enough to be shown; ``attach_to`` the ticket the report surely belongs to; ``doubt``
    what speaks against the point.
    ``urgent`` is the resident's own mark: a hint that is shown and decides nothing. Without ``placed``
    the point is but the middle of the township; ``restricted``: its sender is on the block list and
    was heard because of danger. ``subject_code`` is what a letter speaks of, where that is sure.
    """

    report_id: int
    text: str
    own_words: str
    kind: ReportKind
    lat: float
    lng: float
    submitted_at: datetime
    now: datetime
    resident_id: int | None = None
    chosen_code: str = ""
    join_number: str = ""
    accuracy_m: float | None = None
    photo_count: int = 0
    channel: str = ""
    reporter_role: str = ResidentRole.RESIDENT
    address: str = ""
    location_source: str = ""
    urgent: bool = False
    placed: bool = True
    restricted: bool = False

    subject_code: str = ""
    repeated_report_id: int | None = None
    grid: Grid | None = None
    location_flag: str = ""
    doubt: PlaceDoubt | None = None
    candidates: tuple[Candidate, ...] = ()
    category: Category | None = None
    confidence: float = 0.0
    urgency: Urgency = Urgency.P2
    hazard: str = ""
    urgency_reason: str = ""
    attach_to: int | None = None
    lookalikes: tuple[Lookalike, ...] = ()
    lead: Department | None = None
    assisting: tuple[Department, ...] = ()

    @property
    def is_letter(self) -> bool:
        """Whether it is to be answered in words: one that turned out urgent wants somebody to go."""
        return self.kind in LETTERS and self.urgency not in _URGENT


@dataclass(frozen=True, slots=True)
class StepResult:
    """What one step decided. ``ok`` is false when a person must look; ``reason`` is Chinese."""

    step: str
    context: TriageContext
    reason: str
    ok: bool = True
    data: Mapping[str, object] = field(default_factory=dict)

    def as_row(self) -> dict[str, object]:
        """Return the line of ``TriageRun.steps``."""
        return {"step": self.step, "ok": self.ok, "reason": self.reason, "data": dict(self.data)}


@dataclass(frozen=True, slots=True)
class Decision:
    """The whole outcome; ``reason`` is what the command room reads."""

    outcome: Outcome
    reason: str
    context: TriageContext
    results: tuple[StepResult, ...]
    error: str = ""
