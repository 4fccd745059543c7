"""Tables of the office's world."""

from dispatch.models.alarms import Alarm, UrgencyRule
from dispatch.models.audit import AuditHead, AuditRecord
from dispatch.models.calendar import CalendarChange
from dispatch.models.hotspots import Hotspot, HotspotReport
from dispatch.models.learning import ModelChange, ModelVersion, TriageSettings
from dispatch.models.ledger import EventPhoto, LedgerIsAppendOnlyError, TicketEvent
from dispatch.models.places import GridImport
from dispatch.models.policy import (
    CalendarDay,
    CategoryDuty,
    DangerTerm,
    HandlingLimit,
    LexiconTerm,
    RoutingRule,
)
from dispatch.models.recusals import Recusal
from dispatch.models.rule_health import RuleFault, RuleHit
from dispatch.models.staff import Department, Membership, Staff
from dispatch.models.summary import Tally
from dispatch.models.tickets import Assignment, Ticket, TicketReport
from dispatch.models.triage import TriageRun

__all__ = [
    "Alarm",
    "Assignment",
    "AuditHead",
    "AuditRecord",
    "CalendarChange",
    "CalendarDay",
    "CategoryDuty",
    "DangerTerm",
    "Department",
    "EventPhoto",
    "GridImport",
    "HandlingLimit",
    "Hotspot",
    "HotspotReport",
    "LedgerIsAppendOnlyError",
    "LexiconTerm",
    "Membership",
    "ModelChange",
    "ModelVersion",
    "Recusal",
    "RoutingRule",
    "RuleFault",
    "RuleHit",
    "Staff",
    "Tally",
    "Ticket",
    "TicketEvent",
    "TicketReport",
    "TriageRun",
    "TriageSettings",
    "UrgencyRule",
]
