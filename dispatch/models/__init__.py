"""Tables of the office's world."""

from dispatch.models.hotspots import Hotspot, HotspotReport
from dispatch.models.ledger import EventPhoto, LedgerIsAppendOnlyError, TicketEvent
from dispatch.models.policy import (
    CalendarDay,
    CategoryDuty,
    DangerTerm,
    HandlingLimit,
    LexiconTerm,
    RoutingRule,
)
from dispatch.models.staff import Department, Membership, Staff
from dispatch.models.summary import Tally
from dispatch.models.tickets import Assignment, Ticket, TicketReport
from dispatch.models.triage import TriageRun

__all__ = [
    "Assignment",
    "CalendarDay",
    "CategoryDuty",
    "DangerTerm",
    "Department",
    "EventPhoto",
    "HandlingLimit",
    "Hotspot",
    "HotspotReport",
    "LedgerIsAppendOnlyError",
    "LexiconTerm",
    "Membership",
    "RoutingRule",
    "Staff",
    "Tally",
    "Ticket",
    "TicketEvent",
    "TicketReport",
    "TriageRun",
]
