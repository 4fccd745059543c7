"""What the sidebar shows to whom, and the badge of a demonstration."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from dispatch.console.bulletin_views import READS_BULLETINS
from dispatch.console.hotspot_views import READS_HOTSPOTS
from dispatch.console.open_data_views import READS_OPEN_DATA
from dispatch.console.people import (
    DISPATCHES,
    OPENS_CASES,
    READS_AUDIT,
    READS_CASES,
    READS_MODELS,
    READS_PEOPLE,
    READS_QUALITY,
    READS_RULES,
    SETS_RULES,
    actor_of,
    has_role,
)
from dispatch.console.posters import PRINTS_POSTERS
from dispatch.console.token_views import READS_TOKENS
from dispatch.domain.brief_steps import READS_BRIEFS
from dispatch.domain.channel_settings import RESENDS
from dispatch.domain.demo_staff import FILE_NAME
from dispatch.domain.guides import KEEPS_GUIDES
from dispatch.domain.kiosks import GIVES_LINKS
from dispatch.domain.restricting import READS_RESTRICTIONS
from dispatch.domain.voices import READS_VOICES
from dispatch.domain.volunteer_office import READS as READS_VOLUNTEERS
from dispatch.enums import COMMAND_ROLES, Role
from dispatch.summary.access import readable_departments


def is_staff(request: HttpRequest) -> bool:
    """Whether the person may be here at all."""
    return bool(request.user.is_active and request.user.is_staff)


def reads_cases(request: HttpRequest) -> bool:
    """Whether the person has a queue."""
    return has_role(request, READS_CASES)


def opens_cases(request: HttpRequest) -> bool:
    """Whether the person may look at tickets."""
    return has_role(request, OPENS_CASES)


def has_tray(request: HttpRequest) -> bool:
    """Whether work lands on the person's own desk: a department's people, with a queue."""
    return reads_cases(request) and bool(actor_of(request).department_ids)


def dispatches(request: HttpRequest) -> bool:
    """Whether the person works at the triage desk."""
    return has_role(request, DISPATCHES)


def reads_records(request: HttpRequest) -> bool:
    """Whether the person reads the command room's records."""
    return has_role(request, COMMAND_ROLES)


def reads_hotspots(request: HttpRequest) -> bool:
    """Whether the person reads what many people report."""
    return has_role(request, READS_HOTSPOTS)


def gives_kiosk_links(request: HttpRequest) -> bool:
    """Whether the person opens the cockpit to a screen on a wall."""
    return has_role(request, GIVES_LINKS)


def reads_quality(request: HttpRequest) -> bool:
    """Whether the person reads how good triage was."""
    return has_role(request, READS_QUALITY)


def reads_people(request: HttpRequest) -> bool:
    """Whether the person sees who works here."""
    return has_role(request, READS_PEOPLE)


def reads_audit(request: HttpRequest) -> bool:
    """Whether the person sees what colleagues did with the system."""
    return has_role(request, READS_AUDIT)


def reads_figures(request: HttpRequest) -> bool:
    """Whether the person has a page of figures."""
    departments = readable_departments(actor_of(request))
    return departments is None or bool(departments)


def reads_briefs(request: HttpRequest) -> bool:
    """Whether the person reads the office's briefs."""
    return has_role(request, READS_BRIEFS)


def reads_rules(request: HttpRequest) -> bool:
    """Whether the person sees settings."""
    return has_role(request, READS_RULES | SETS_RULES)


def reads_restrictions(request: HttpRequest) -> bool:
    """Whether the person sees who may not send for a while."""
    return has_role(request, READS_RESTRICTIONS)


def reads_voices(request: HttpRequest) -> bool:
    """Whether the person reads topics and polls."""
    return has_role(request, READS_VOICES)


def reads_volunteers(request: HttpRequest) -> bool:
    """Whether the person sees volunteers, rewards and patrols."""
    return has_role(request, READS_VOLUNTEERS)


def reads_calendar(request: HttpRequest) -> bool:
    """Whether the person looks at the working calendar."""
    return has_role(request, READS_CASES | READS_RULES | SETS_RULES)


def keeps_guides(request: HttpRequest) -> bool:
    """Whether the person keeps 便民服务."""
    return has_role(request, KEEPS_GUIDES)


def reads_bulletins(request: HttpRequest) -> bool:
    """Whether the person reads or writes 公告."""
    return has_role(request, READS_BULLETINS)


def prints_posters(request: HttpRequest) -> bool:
    """Whether the person prints posters of the grids."""
    return has_role(request, PRINTS_POSTERS)


def reads_models(request: HttpRequest) -> bool:
    """Whether the person sees what classifies."""
    return has_role(request, READS_MODELS)


def keeps_sign_ins(request: HttpRequest) -> bool:
    """Whether the person unlocks accounts and takes sessions away."""
    return has_role(request, frozenset({Role.SECURITY}))


def resends(request: HttpRequest) -> bool:
    """Whether the person sees what could not be sent."""
    return has_role(request, RESENDS)


def sets_channels(request: HttpRequest) -> bool:
    """Whether the person fills in the robots' addresses."""
    return has_role(request, SETS_RULES)


def reads_open_data(request: HttpRequest) -> bool:
    """Whether the person sees which months are public."""
    return has_role(request, READS_OPEN_DATA)


def reads_tokens(request: HttpRequest) -> bool:
    """Whether the person sees who reads from outside."""
    return has_role(request, READS_TOKENS)


def environment(_request: HttpRequest) -> list[str] | None:
    """Mark an installation that runs on demonstration accounts."""
    demo = (Path(settings.DATA_DIR) / FILE_NAME).exists()
    return [_("示例数据"), "warning"] if demo else None
