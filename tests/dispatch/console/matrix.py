"""Who may open what: one line for every URL of the console. test_matrix.py holds the code to it.

A new URL fails the suite until it has its line here. ``pages`` says who may; everybody else must be
turned away (403, 404 or to the login page). Arguments are built from the ``Stage``: a ticket of
sanitation in the grid officer's grid, in which the water station assists.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet

from dispatch.enums import BriefKind
from dispatch.summary.briefs.snapshot import build_brief
from dispatch.summary.briefs.spans import Span
from tests.dispatch.console.matrix_seats import (
    ABSENT,
    ADMINISTRATOR,
    ANONYMOUS,
    DISPATCHING,
    EVERYBODY,
    FIGURES,
    HAS_QUEUE,
    LEAD,
    LEADER,
    MODELS,
    NOBODY,
    ON_SITE,
    OPENS_CASE,
    OTHER_GRID,
    PEOPLE,
    QUALITY,
    READS_BRIEFS,
    READS_DRAFTS,
    ROOM,
    RULES,
    SECURITY,
    SEES_CASE,
    STAFF,
    Page,
    Stage,
)
from tests.dispatch.console.matrix_services import services
from xiangcun.lib.workdays import SHANGHAI

_ON_EVERY_ENGINE = frozenset({"dispatcher", "sanitation", "administrator"})


def draft_of_today(now: datetime) -> int:
    """Make the day's brief and return its id."""
    day = now.astimezone(SHANGHAI).date()
    brief, _made = build_brief(Span(BriefKind.DAY, day, day), user=None, now=now)
    return brief.pk


def _rows(
    model: str,
    read: frozenset[str],
    write: frozenset[str] = NOBODY,
    delete: frozenset[str] = NOBODY,
    pk: Callable[[Stage], int] = lambda _stage: ABSENT,
) -> Iterator[Page]:
    """Yield the five pages that the admin gives every model."""
    one: Callable[[Stage], tuple[Any, ...]] = lambda stage: (pk(stage),)  # noqa: E731 - bound once
    yield Page(f"admin:{model}_changelist", read | write)
    yield Page(f"admin:{model}_add", write)
    yield Page(f"admin:{model}_change", read | write, one)
    yield Page(f"admin:{model}_history", read | write, one)
    yield Page(f"admin:{model}_delete", delete, one)


def _department(stage: Stage) -> tuple[Any, ...]:
    return (stage.ticket.lead_department_id,)


def _own() -> Iterator[Page]:
    yield Page("admin:index", STAFF)
    yield Page("admin:login", EVERYBODY)
    yield Page("admin:password_change", STAFF)
    yield Page("admin:password_change_done", STAFF)
    yield Page("admin:jsi18n", STAFF)
    yield Page("admin:search", STAFF, query="s=x")
    yield Page("admin:app_list", STAFF, lambda _stage: ("dispatch",))
    yield Page("admin:view_on_site", NOBODY, lambda _stage: (1, ABSENT))
    yield Page(
        "admin:autocomplete",
        PEOPLE,
        query="app_label=dispatch&model_name=membership&field_name=user",
    )


def _cases() -> Iterator[Page]:
    yield from _rows("dispatch_ticket", OPENS_CASE, pk=lambda stage: stage.ticket.pk)
    yield Page("admin:dispatch_ticket_bulk", DISPATCHING, lambda _stage: ("dispatch",))
    # A leader is led back to the ticket, as is everybody who may not take the action now.
    yield Page("admin:dispatch_ticket_action", OPENS_CASE, lambda stage: (stage.ticket.pk, "note"))
    yield Page(
        "admin:dispatch_ticket_original",
        DISPATCHING | {"verifier"},
        lambda stage: (stage.ticket.pk, stage.photo.pk),
    )
    yield Page(
        "admin:dispatch_ticket_contact",
        DISPATCHING,
        lambda stage: (stage.ticket.pk, stage.report.pk),
    )


def _records() -> Iterator[Page]:
    yield from _rows("reports_report", ROOM, pk=lambda stage: stage.report.pk)
    yield from _rows("dispatch_triagerun", ROOM)
    yield from _rows("dispatch_ticketevent", ROOM, pk=lambda stage: stage.event_id)
    yield from _rows("dispatch_alarm", ROOM, pk=lambda stage: stage.alarm.pk)
    yield Page("alarm-feed", ROOM)
    yield Page("alarm-acknowledge", DISPATCHING, lambda stage: (stage.alarm.pk,), method="post")
    yield Page("hotspots", ROOM | LEADER)
    yield Page("hotspot", ROOM | LEADER, lambda stage: (stage.hotspot.pk,))


def _publicity() -> Iterator[Page]:
    report: Callable[[Stage], tuple[Any, ...]] = lambda stage: (stage.report.pk,)  # noqa: E731 - bound once
    photo: Callable[[Stage], tuple[Any, ...]] = lambda stage: (stage.report.pk, stage.photo.pk)  # noqa: E731 - bound once
    yield Page("publicity", DISPATCHING)
    yield Page("publicity-report", DISPATCHING, report)
    for name in ("approve", "withhold", "words"):
        yield Page(f"publicity-{name}", DISPATCHING, report, method="post")
    yield Page("publicity-photo", DISPATCHING, photo)
    yield Page("publicity-photo-release", DISPATCHING, photo, method="post")
    yield Page("publicity-photo-withdraw", DISPATCHING, photo, method="post")
    yield Page("publicity-photo-preview", NOBODY, photo)  # nothing is released yet


def _figures() -> Iterator[Page]:
    yield Page("summary", FIGURES)
    yield Page("insights", FIGURES)
    yield Page("insight-queue", ROOM | ADMINISTRATOR | LEADER | {"sanitation_head"}, _department)
    yield Page("insight-dismiss", NOBODY, lambda _stage: (ABSENT,), method="post")
    yield Page("insight-restore", NOBODY, lambda _stage: (ABSENT,), method="post")
    yield Page("summary-export", FIGURES)
    yield Page("summary-metrics", FIGURES)
    yield Page("summary-behind", FIGURES, query="figure=opened&first=2026-11-01&last=2026-11-30")
    yield Page("kiosk-links", LEAD | ADMINISTRATOR)
    yield Page("kiosk-revoke", LEAD | ADMINISTRATOR, lambda _stage: (ABSENT,), method="post")
    yield Page("triage-quality", QUALITY)
    yield Page("triage-quality-tickets", QUALITY - ADMINISTRATOR, query="measure=opened")
    yield Page("triage-quality-export", QUALITY)


def _briefs() -> Iterator[Page]:
    brief: Callable[[Stage], tuple[Any, ...]] = lambda stage: (stage.brief_id,)  # noqa: E731 - bound once
    first: Callable[[Stage], tuple[Any, ...]] = lambda stage: (stage.brief_id, 1)  # noqa: E731 - bound once
    yield Page("briefs", READS_BRIEFS)
    yield Page("brief-new", DISPATCHING, method="post")
    yield Page("brief-subscribers", READS_DRAFTS)
    yield Page("brief-unsubscribe", DISPATCHING, lambda _stage: (ABSENT,), method="post")
    yield Page("brief", READS_DRAFTS, brief)  # the stage's is a draft
    yield Page("brief-edit", DISPATCHING, brief, method="post")
    yield Page("brief-step", NOBODY, brief, method="post")  # without a step there is none
    yield Page("brief-version", READS_DRAFTS, first)
    yield Page("brief-files", DISPATCHING, first, method="post")
    yield Page("brief-changes", NOBODY, first)  # nothing before the first version
    yield Page("brief-file", NOBODY, lambda _stage: (ABSENT,))


def _outside() -> Iterator[Page]:
    absent: Callable[[Stage], tuple[Any, ...]] = lambda _stage: (ABSENT,)  # noqa: E731 - bound once
    publishing = LEAD | ADMINISTRATOR
    yield Page("open-data-admin", publishing | {"auditor"})
    yield Page("open-data-publish", publishing, method="post")
    yield Page("open-data-correct", publishing, absent, method="post")
    yield Page("open-data-withdraw", publishing, absent, method="post")
    yield Page("api-tokens", ADMINISTRATOR | {"auditor"})
    yield Page("api-token", NOBODY, absent)
    yield Page("api-token-rotate", ADMINISTRATOR, absent, method="post")
    yield Page("api-token-revoke", ADMINISTRATOR, absent, method="post")


def _people() -> Iterator[Page]:
    yield from _rows("dispatch_department", PEOPLE, ADMINISTRATOR)
    yield from _rows("dispatch_staff", PEOPLE, ADMINISTRATOR)
    yield from _rows("dispatch_membership", PEOPLE, SECURITY, SECURITY)
    yield Page("admin:auth_user_password_change", SECURITY, lambda stage: (stage.account_id,))
    yield from _rows("dispatch_auditrecord", SECURITY | {"auditor"})


def _rules() -> Iterator[Page]:
    yield from _rows("reports_category", RULES, ADMINISTRATOR)
    yield from _rows("reports_grid", PEOPLE, ADMINISTRATOR)
    yield Page("admin:reports_grid_import_map", ADMINISTRATOR)
    yield Page("admin:reports_grid_import_preview", NOBODY, lambda _stage: (uuid.UUID(int=1),))
    yield from _rows("reports_landmark", RULES, ADMINISTRATOR, ADMINISTRATOR)
    yield from _rows("dispatch_categoryduty", RULES, ADMINISTRATOR, ADMINISTRATOR)
    yield from _rows("dispatch_routingrule", RULES, ADMINISTRATOR, ADMINISTRATOR)
    yield Page("admin:dispatch_routingrule_try_new", ADMINISTRATOR, method="post")
    yield Page("admin:dispatch_routingrule_try_order", ADMINISTRATOR, method="post")
    yield Page(
        "admin:dispatch_routingrule_try",
        ADMINISTRATOR,
        lambda stage: (stage.rule.pk,),
        method="post",
    )
    yield Page(
        "admin:dispatch_routingrule_move",
        ADMINISTRATOR,
        lambda stage: (stage.rule.pk, "up"),
        method="post",
    )
    yield from _rows("dispatch_handlinglimit", RULES, ADMINISTRATOR, ADMINISTRATOR)
    yield from _rows("dispatch_lexiconterm", RULES, ADMINISTRATOR, ADMINISTRATOR)
    yield from _rows("dispatch_dangerterm", RULES, ADMINISTRATOR, ADMINISTRATOR)
    yield from _rows("dispatch_urgencyrule", RULES, ADMINISTRATOR, ADMINISTRATOR)
    yield from _rows("dispatch_calendarday", RULES)  # changed on the calendar
    yield from _rows("dispatch_modelversion", MODELS, pk=lambda stage: stage.version_id)
    yield Page(
        "admin:dispatch_modelversion_action", ADMINISTRATOR | LEAD, lambda _stage: ("train",)
    )
    yield from _rows("dispatch_triagesettings", MODELS)


def _grid_code(stage: Stage) -> tuple[str]:
    assert stage.ticket.grid is not None
    return (stage.ticket.grid.code,)


def _tools() -> Iterator[Page]:
    ticket: Callable[[Stage], tuple[Any, ...]] = lambda stage: (stage.ticket.pk,)  # noqa: E731 - bound once
    yield Page("desk", DISPATCHING)
    yield Page("desk-list", DISPATCHING)
    yield Page("desk-take", LEAD, ticket, method="post")
    for name in ("open", "beat", "leave"):
        yield Page(f"desk-{name}", DISPATCHING, ticket, method="post")
    yield Page("desk-action", DISPATCHING, lambda stage: (stage.ticket.pk, "note"))
    yield Page("tool-filters", HAS_QUEUE)
    yield Page("tool-phone", DISPATCHING)
    yield Page("tool-place", HAS_QUEUE)
    yield Page("tool-export", HAS_QUEUE, method="post")
    yield Page("tool-exports", HAS_QUEUE)
    # One's own rows only, by POST.
    yield Page("tool-filter", HAS_QUEUE, lambda _stage: (ABSENT,))
    for name in ("job", "status", "file", "cancel"):
        job: Callable[[Stage], tuple[Any, ...]] = lambda _stage: (uuid.UUID(int=1),)  # noqa: E731 - bound once
        yield Page(f"tool-export-{name}", NOBODY, job, method="post" if name == "cancel" else "get")
    yield from _rows(
        "dispatch_standardreply", HAS_QUEUE | RULES, ADMINISTRATOR | LEAD, ADMINISTRATOR | LEAD
    )
    posters = DISPATCHING | ADMINISTRATOR
    own_grid = posters | ON_SITE
    yield Page("posters", own_grid | OTHER_GRID)
    yield Page("poster", own_grid, _grid_code)
    yield Page("poster-pdf", own_grid, _grid_code)
    yield Page("posters-of-village", own_grid, lambda stage: (_grid_code(stage)[0][:12],))
    yield Page("map", HAS_QUEUE)
    yield Page("map-data", HAS_QUEUE)
    yield Page("map-grids", HAS_QUEUE)
    yield Page("suspensions", HAS_QUEUE)
    yield Page("guardian-paper", DISPATCHING)
    yield Page("sender-blocks", LEAD | {"auditor"})
    yield Page("sender-network", LEAD)
    yield Page("sender-lift", LEAD, lambda _stage: (ABSENT,), method="post")
    yield Page("sender-block", LEAD, lambda stage: (stage.ticket.pk, stage.report.pk))
    yield Page("tray", HAS_QUEUE)
    yield Page("tray-read-all", HAS_QUEUE, method="post")
    yield Page("colleagues", SEES_CASE, ticket)
    yield Page("ticket-print", OPENS_CASE, ticket)
    yield Page("ticket-print-pdf", OPENS_CASE, ticket)
    yield Page("ticket-print-many", OPENS_CASE, query="ids={ticket}")


def _calendar_and_notices() -> Iterator[Page]:
    setting = ADMINISTRATOR | LEAD
    yield Page("calendar", HAS_QUEUE | RULES)
    yield Page("calendar-progress", HAS_QUEUE | RULES)
    yield Page("calendar-days", setting, method="post")
    yield Page("calendar-import", setting)
    yield Page("calendar-template", HAS_QUEUE | RULES)
    yield Page("calendar-change", NOBODY, lambda _stage: (ABSENT,))
    yield Page("inbox", STAFF)
    yield Page("inbox-feed", STAFF)
    yield Page("inbox-read", STAFF, method="post")
    yield Page("inbox-open", NOBODY, lambda _stage: (ABSENT,))
    yield Page("notice-preferences", STAFF)
    yield Page("outbox", setting)
    yield Page("outbox-resend", setting, method="post")
    yield Page("resident-messages", setting)
    yield Page("resident-messages-resend", setting, method="post")
    yield from _rows("dispatch_channelsetting", ADMINISTRATOR, ADMINISTRATOR)
    yield Page(
        "admin:dispatch_channelsetting_test",
        NOBODY,
        lambda _stage: (ABSENT,),
        method="post",
    )


def _sign_in() -> Iterator[Page]:
    yield Page("login", EVERYBODY)
    yield Page("second-factor", NOBODY)  # between the password and the code only
    yield Page("password_change", STAFF)
    yield Page("second-factor-bind", STAFF)
    yield Page("second-factor-codes", STAFF)
    yield Page("second-factor-replace", STAFF)
    yield Page("session-state", EVERYBODY)
    yield Page("session-continue", EVERYBODY, method="post")
    yield Page("own-sessions", STAFF)
    yield Page("sessions-revoke", STAFF, method="post")
    # One's own; anybody's for the security officer: the domain refuses in a message (test_sessions.py).
    yield Page("session-revoke", STAFF, lambda _stage: (ABSENT,), method="post")
    yield Page("sign-ins", SECURITY)
    yield Page("sign-in-unlock", SECURITY, method="post")
    yield Page("second-factor-reset", SECURITY, lambda stage: (stage.account_id,))


OVERRIDES = {
    # Whoever has a queue has a list; it shows each their own.
    "admin:dispatch_ticket_changelist": HAS_QUEUE | LEADER,
    # It only leads to the ticket's page, which refuses.
    "admin:dispatch_ticket_history": EVERYBODY - ANONYMOUS,
    # An empty redirect to the settings page, which refuses.
    "admin:dispatch_triagesettings_change": EVERYBODY - ANONYMOUS,
}
LEAVES = "admin:logout"
"""Signs the tester out; open to everybody who is signed in."""
PAGES: tuple[Page, ...] = (
    *_own(), *_cases(), *_records(), *_publicity(), *_figures(), *_briefs(), *_outside(), *_people(), *_rules(),
    *_tools(), *_calendar_and_notices(), *_sign_in(), *services(),
)  # fmt: skip


def seats(usernames: Iterable[str]) -> list[ParameterSet]:
    """Return the people as parameters; every page is opened on every engine by three of them, on one by the rest."""
    return [
        pytest.param(name, marks=[] if name in _ON_EVERY_ENGINE else [pytest.mark.once])
        for name in sorted(usernames)
    ]
