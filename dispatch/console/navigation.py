"""What the sidebar shows to whom, and the badge of a demonstration."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from dispatch.console.people import (
    READS_CASES,
    READS_MODELS,
    READS_QUALITY,
    READS_RULES,
    SETS_RULES,
    has_role,
)
from dispatch.domain.demo_staff import FILE_NAME
from dispatch.enums import COMMAND_ROLES, Role


def is_staff(request: HttpRequest) -> bool:
    """Whether the person may be here at all."""
    return bool(request.user.is_active and request.user.is_staff)


def reads_cases(request: HttpRequest) -> bool:
    """Whether the person has a queue."""
    return has_role(request, READS_CASES)


def reads_records(request: HttpRequest) -> bool:
    """Whether the person reads the command room's records."""
    return has_role(request, COMMAND_ROLES)


def reads_quality(request: HttpRequest) -> bool:
    """Whether the person reads how good triage was."""
    return has_role(request, READS_QUALITY)


def reads_rules(request: HttpRequest) -> bool:
    """Whether the person sees settings."""
    return has_role(request, READS_RULES | SETS_RULES)


def reads_models(request: HttpRequest) -> bool:
    """Whether the person sees what classifies."""
    return has_role(request, READS_MODELS)


def keeps_sign_ins(request: HttpRequest) -> bool:
    """Whether the person unlocks accounts and takes sessions away."""
    return has_role(request, frozenset({Role.SECURITY}))


def environment(_request: HttpRequest) -> list[str] | None:
    """Mark an installation that runs on demonstration accounts."""
    demo = (Path(settings.DATA_DIR) / FILE_NAME).exists()
    return [_("示例数据"), "warning"] if demo else None
