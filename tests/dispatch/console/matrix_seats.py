"""The seats of the matrix, its rows' shape and the stage its addresses name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dispatch.models import Alarm, Hotspot, RoutingRule, Ticket
from reports.models import Photo, Report

ROOM = frozenset({"dispatcher", "lead", "verifier", "auditor"})
OWN = frozenset({"sanitation", "sanitation_head"})
OTHER = frozenset({"enforcement", "enforcement_head"})
HELPING = frozenset({"water"})
ON_SITE = frozenset({"gridworker"})
OTHER_GRID = frozenset({"gridworker2"})
# A handler of another department whose account carries Django's superuser flag.
FLAGGED = frozenset({"flagged"})
ADMINISTRATOR, SECURITY = frozenset({"administrator"}), frozenset({"security"})
# A leader of the township: looks at everything that is not confidential, handles nothing.
LEADER = frozenset({"leader"})
_UNITS = OWN | OTHER | HELPING | ON_SITE | OTHER_GRID | FLAGGED
STAFF = ROOM | _UNITS | ADMINISTRATOR | SECURITY | LEADER
ANONYMOUS = frozenset({"nobody"})
EVERYBODY = STAFF | ANONYMOUS
NOBODY: frozenset[str] = frozenset()

LEAD = frozenset({"lead"})
DISPATCHING = frozenset({"dispatcher", "lead"})
HAS_QUEUE = STAFF - ADMINISTRATOR - SECURITY - LEADER
SEES_CASE = ROOM | OWN | HELPING | ON_SITE
OPENS_CASE = SEES_CASE | LEADER
RULES = ADMINISTRATOR | LEAD | {"auditor"}
PEOPLE = RULES | SECURITY
MODELS = ROOM | ADMINISTRATOR
FIGURES = ROOM | ADMINISTRATOR | LEADER | {"sanitation_head", "enforcement_head"}
READS_DRAFTS = DISPATCHING | {"auditor"} | LEADER
READS_BRIEFS = READS_DRAFTS | {"verifier", "sanitation_head", "enforcement_head"}
QUALITY = DISPATCHING | {"auditor"} | ADMINISTRATOR

ABSENT = 987_654_321
"""An id without a row: the admin sends who may look back to the list, and refuses everybody else."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The rows that addresses name."""

    ticket: Ticket
    report: Report
    photo: Photo
    alarm: Alarm
    hotspot: Hotspot
    rule: RoutingRule
    event_id: int
    account_id: int
    version_id: int
    brief_id: int


@dataclass(frozen=True, slots=True)
class Page:
    """One URL: who may, with which arguments and query, by which method."""

    name: str
    may: frozenset[str]
    args: Callable[[Stage], tuple[Any, ...]] = lambda _stage: ()
    query: str = ""
    method: str = "get"
