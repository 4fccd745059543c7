"""Which classifier is in use, what was before, and what the operator asks of it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max, QuerySet

from dispatch.enums import ModelAction, ModelStatus
from dispatch.models import ModelChange, ModelVersion, TriageRun, TriageSettings
from dispatch.models.learning import SETTINGS_PK

PERSONAL = (ModelAction.ENABLE, ModelAction.ROLL_BACK, ModelAction.SWITCH_OFF)


def triage_settings() -> TriageSettings:
    """Return the operator's settings, the defaults where nobody has saved any."""
    return TriageSettings.objects.filter(pk=SETTINGS_PK).first() or TriageSettings(pk=SETTINGS_PK)


def champion_version() -> ModelVersion | None:
    """Return the version in use; ``None`` means the lexicon classifies."""
    return ModelVersion.objects.filter(status=ModelStatus.CHAMPION).first()


def previous_version() -> ModelVersion | None:
    """Return what rolling back leads to: the version that was replaced last and still has a file."""
    rows = ModelVersion.objects.filter(status=ModelStatus.RETIRED).exclude(file="")
    return rows.order_by("-promoted_at", "-pk").first()


def fallen_version() -> ModelVersion | None:
    """Return the champion whose file could not be used, while nothing has taken its place."""
    rows = ModelVersion.objects.filter(status=ModelStatus.BROKEN, fell_at__isnull=False)
    fallen = rows.order_by("-fell_at").first()
    return None if fallen is None or champion_version() is not None else fallen


def targets_are_stale() -> bool:
    """Whether the version in use was trained for other targets than the operator asks for now."""
    champion, policy = champion_version(), triage_settings()
    wanted = {"accuracy": policy.accuracy, "level": policy.level}
    return champion is not None and champion.targets != wanted


def version_trained_on(fingerprint: str) -> ModelVersion | None:
    """Return the version that came of exactly this data."""
    return ModelVersion.objects.filter(fingerprint=fingerprint).first()


def dispatches_unasked(since: datetime) -> bool:
    """Whether triage has dispatched any ticket by itself since the moment."""
    return TriageRun.objects.filter(at__gte=since, decision="dispatched").exists()


def last_personal_change() -> datetime | None:
    """Return when a person last decided what classifies: only newer evidence may overrule them."""
    rows = ModelChange.objects.filter(action__in=PERSONAL, actor__isnull=False)
    found: datetime | None = rows.aggregate(latest=Max("at"))["latest"]
    return found


def changes_of(version: ModelVersion | None = None, *, limit: int = 10) -> QuerySet[ModelChange]:
    """Return the latest changes (of one version), with who and what."""
    rows = ModelChange.objects.select_related("actor", "version", "previous").order_by("-pk")
    return (rows if version is None else rows.filter(version=version))[:limit]
