"""Tables of the office's world."""

from dispatch.models.alarms import Alarm, UrgencyRule
from dispatch.models.audit import AuditHead, AuditRecord
from dispatch.models.briefs import (
    Brief,
    BriefFile,
    BriefSnapshot,
    BriefSubscriber,
    BriefVersion,
)
from dispatch.models.calendar import CalendarChange
from dispatch.models.claims import TicketClaim
from dispatch.models.hotspots import Hotspot, HotspotReport
from dispatch.models.insights import Insight
from dispatch.models.kiosk import KioskLink
from dispatch.models.learning import ModelChange, ModelVersion, TriageSettings
from dispatch.models.ledger import EventPhoto, LedgerIsAppendOnlyError, TicketEvent
from dispatch.models.notifications import (
    Announcement,
    ChannelSetting,
    Notification,
    NotificationPreference,
)
from dispatch.models.outside import ApiToken, ApiUse, OpenRelease
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
from dispatch.models.sign_in import (
    FormerPassword,
    KnownAddress,
    RecoveryCode,
    SecondFactor,
    SignInAttempt,
    StaffSession,
)
from dispatch.models.staff import Department, Membership, Staff
from dispatch.models.summary import Rollup, RollupSpread
from dispatch.models.tickets import Assignment, Ticket, TicketReport
from dispatch.models.tools import ExportJob, SavedFilter, StandardReply
from dispatch.models.tray import NoteMention, TicketSeen
from dispatch.models.triage import TriageRun

__all__ = [
    "Alarm",
    "Announcement",
    "ApiToken",
    "ApiUse",
    "Assignment",
    "AuditHead",
    "AuditRecord",
    "Brief",
    "BriefFile",
    "BriefSnapshot",
    "BriefSubscriber",
    "BriefVersion",
    "CalendarChange",
    "CalendarDay",
    "CategoryDuty",
    "ChannelSetting",
    "DangerTerm",
    "Department",
    "EventPhoto",
    "ExportJob",
    "FormerPassword",
    "GridImport",
    "HandlingLimit",
    "Hotspot",
    "HotspotReport",
    "Insight",
    "KioskLink",
    "KnownAddress",
    "LedgerIsAppendOnlyError",
    "LexiconTerm",
    "Membership",
    "ModelChange",
    "ModelVersion",
    "NoteMention",
    "Notification",
    "NotificationPreference",
    "OpenRelease",
    "RecoveryCode",
    "Recusal",
    "Rollup",
    "RollupSpread",
    "RoutingRule",
    "RuleFault",
    "RuleHit",
    "SavedFilter",
    "SecondFactor",
    "SignInAttempt",
    "Staff",
    "StaffSession",
    "StandardReply",
    "Ticket",
    "TicketClaim",
    "TicketEvent",
    "TicketReport",
    "TicketSeen",
    "TriageRun",
    "TriageSettings",
    "UrgencyRule",
]
