"""Every write about the classifier in use. One row, ``TriageSettings``, makes them take turns.

Whoever changes what classifies says why, and one line of ``ModelChange`` keeps it. The file behind
a version is looked at by the caller (``dispatch.triage.versions``): files are below this layer.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from dispatch.domain.actors import Actor
from dispatch.enums import MODEL_ROLES, ModelAction, ModelStatus, Role
from dispatch.models import ModelChange, ModelVersion, TriageSettings
from dispatch.models.learning import HIGHEST, LOWEST, SETTINGS_PK
from xiangcun.lib import bell
from xiangcun.lib.errors import (
    ConflictError,
    FieldError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)

logger = logging.getLogger(__name__)

TRAINING_TASK = "dispatch.train_classifier"
REASON_MAX = 300
LEXICON = 0
"""What ``seen`` says when the lexicon was in use."""
KEPT_RETIRED = 3


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A trained model to be written down; its file is stored already."""

    version: str
    file: str
    sha256: str
    fingerprint: str
    status: ModelStatus
    learned_until: datetime | None
    examples: int
    metrics: Mapping[str, object]
    targets: Mapping[str, float]
    comparison: Mapping[str, object] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the operator's form says; both targets 0.80–0.995."""

    auto_dispatch: bool
    accuracy: float
    level: float


def check_may_manage(actor: Actor) -> None:
    """Raise unless the actor leads, administers, or is the system."""
    if not (actor.roles & MODEL_ROLES or actor.fixed_role == Role.SYSTEM):
        raise NotAllowedError("role_not_allowed", "只有值班领导和系统管理员可以更换研判模型")


def record_version(new: NewVersion, *, now: datetime) -> tuple[ModelVersion, bool]:
    """Write the version down, once: of two trainings on the same data the second gets the first's."""
    row = ModelVersion(
        version=new.version,
        file=new.file,
        sha256=new.sha256,
        fingerprint=new.fingerprint,
        status=new.status,
        trained_at=now,
        learned_until=new.learned_until,
        examples=new.examples,
        metrics=dict(new.metrics),
        comparison=dict(new.comparison),
        targets=dict(new.targets),
        reason=new.reason[:REASON_MAX],
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return _record_again(new)
    logger.info("model_recorded version=%s status=%s", row.version, row.status)
    return row, True


def _record_again(new: NewVersion) -> tuple[ModelVersion, bool]:
    """Give a version that lost its file the one just made; leave one that has its own alone."""
    with transaction.atomic():
        _lock()
        known = Q(fingerprint=new.fingerprint) | Q(version=new.version)
        row = ModelVersion.objects.filter(known).order_by("pk")[0]
        if row.file and row.status != ModelStatus.BROKEN:
            return row, False
        row.file, row.sha256, row.status = new.file, new.sha256, new.status
        row.version, row.metrics, row.reason = new.version, dict(new.metrics), new.reason
        row.save()
        return row, True


def adopt_targets(version_id: int, targets: Mapping[str, float]) -> None:
    """Record that a version fits these targets too: the same thresholds came out."""
    ModelVersion.objects.filter(pk=version_id).update(targets=dict(targets))


def promote_version(
    version_id: int,
    *,
    actor: Actor,
    reason: str,
    now: datetime,
    action: ModelAction = ModelAction.ENABLE,
    seen: int | None = None,
) -> ModelVersion:
    """Put a version to use. ``seen`` is the champion's id the actor saw (``LEXICON`` for none).

    The system (a night's training) yields to a person who switched the model off meanwhile.
    """
    check_may_manage(actor)
    reason = _reason(reason)
    with transaction.atomic():
        policy, champion = _lock(), _champion()
        _check_seen(champion, seen)
        version = ModelVersion.objects.filter(pk=version_id).first()
        if version is None:
            raise NotFoundError("model_not_found", "没有这个模型版本")
        if version.status == ModelStatus.CHAMPION:
            raise ConflictError("model_in_use", "这个版本已在使用中")
        if not version.file:
            raise ConflictError("model_pruned", "这个版本的模型文件已清理，不能启用")
        if actor.fixed_role == Role.SYSTEM and not policy.use_model:
            raise ConflictError("model_switched_off", "模型已停用，训练结果只保存、不启用")
        _step_down(champion, action, reason)
        ModelVersion.objects.filter(fell_at__isnull=False).update(fell_at=None)
        version.status, version.promoted_at, version.fell_at = ModelStatus.CHAMPION, now, None
        version.promoted_by = actor.user
        version.reason = reason
        version.save()
        TriageSettings.objects.filter(pk=SETTINGS_PK).update(use_model=True)
        _note(action, actor=actor, version=version, previous=champion, reason=reason, now=now)
        return version


def use_lexicon(
    *,
    actor: Actor,
    reason: str,
    now: datetime,
    action: ModelAction = ModelAction.SWITCH_OFF,
    seen: int | None = None,
) -> None:
    """Let the lexicon classify; after ``SWITCH_OFF`` no night puts a model to use by itself."""
    check_may_manage(actor)
    reason = _reason(reason)
    with transaction.atomic():
        policy, champion = _lock(), _champion()
        _check_seen(champion, seen)
        fallen = ModelVersion.objects.filter(fell_at__isnull=False).update(fell_at=None)
        off = action == ModelAction.SWITCH_OFF
        if champion is None and not fallen and not (off and policy.use_model):
            raise ConflictError("lexicon_in_use", "现在用的就是词表")
        _step_down(champion, action, reason)
        if off:
            TriageSettings.objects.filter(pk=SETTINGS_PK).update(use_model=False)
        _note(action, actor=actor, version=None, previous=champion, reason=reason, now=now)


def mark_broken(version_id: int, *, reason: str, now: datetime) -> bool:
    """Record that a version's file cannot be used; true for exactly one of those who found out."""
    with transaction.atomic():
        _lock()
        row = ModelVersion.objects.filter(pk=version_id).exclude(status=ModelStatus.BROKEN).first()
        if row is None:
            return False
        fell = row.status == ModelStatus.CHAMPION
        row.status, row.reason = ModelStatus.BROKEN, reason[:REASON_MAX]
        row.fell_at = now if fell else None
        row.save()
        if fell:
            _note(ModelAction.FALL, actor=None, version=None, previous=row, reason=reason, now=now)
    logger.error("model_broken version=%s fell=%s reason=%s", row.version, fell, reason)
    return True


def request_training(*, actor: Actor, reason: str, now: datetime) -> None:
    """Ring for a training now; the row says who asked."""
    check_may_manage(actor)
    with transaction.atomic():
        champion = _champion()
        _note(
            ModelAction.TRAIN,
            actor=actor,
            version=champion,
            previous=champion,
            reason=_reason(reason),
            now=now,
        )
        bell.ring_on_commit(TRAINING_TASK)


def save_wishes(wishes: Wishes, *, actor: Actor, reason: str, now: datetime) -> TriageSettings:
    """Store the operator's settings; another target is trained for at once, not at night."""
    check_may_manage(actor)
    reason = _reason(reason)
    _check_targets(wishes)
    with transaction.atomic():
        policy, champion = _lock(), _champion()
        told = _differences(policy, wishes)
        if not told:
            return policy
        stricter = (policy.accuracy, policy.level) != (wishes.accuracy, wishes.level)
        policy.auto_dispatch = wishes.auto_dispatch
        policy.accuracy, policy.level = wishes.accuracy, wishes.level
        policy.save()
        text = f"{told}。{reason}"[:REASON_MAX]
        _note(
            ModelAction.SETTINGS,
            actor=actor,
            version=champion,
            previous=champion,
            reason=text,
            now=now,
        )
        if stricter and champion is not None:
            bell.ring_on_commit(TRAINING_TASK)
        return policy


def prunable_versions() -> list[ModelVersion]:
    """Return versions whose files are no longer kept: all but the latest, the champion, its forerunners."""
    held = ModelVersion.objects.exclude(file="")
    latest = held.order_by("-trained_at", "-pk").values_list("pk", flat=True)
    retired = held.filter(status=ModelStatus.RETIRED).order_by("-promoted_at", "-pk")
    kept = {
        *latest[: settings.MODEL_FILES_KEPT],
        *retired.values_list("pk", flat=True)[:KEPT_RETIRED],
    }
    return list(held.exclude(pk__in=kept).exclude(status=ModelStatus.CHAMPION))


def forget_file(version_id: int) -> bool:
    """Take the file's name off a version before the file goes; false when it is in use by now."""
    with transaction.atomic():
        _lock()
        rows = ModelVersion.objects.filter(pk=version_id).exclude(status=ModelStatus.CHAMPION)
        return rows.update(file="") == 1


def _lock() -> TriageSettings:
    TriageSettings.objects.get_or_create(pk=SETTINGS_PK)
    return TriageSettings.objects.select_for_update().get(pk=SETTINGS_PK)


def _champion() -> ModelVersion | None:
    return ModelVersion.objects.filter(status=ModelStatus.CHAMPION).first()


def _check_seen(champion: ModelVersion | None, seen: int | None) -> None:
    if seen is not None and seen != (champion.pk if champion else LEXICON):
        raise ConflictError("model_changed", "研判模型刚被更换过，请查看后再操作")


def _step_down(champion: ModelVersion | None, action: ModelAction, reason: str) -> None:
    """A champion somebody rolled back from is no place to roll back to."""
    if champion is None:
        return
    rolled_back = action == ModelAction.ROLL_BACK
    champion.status = ModelStatus.REJECTED if rolled_back else ModelStatus.RETIRED
    if rolled_back:
        champion.reason = f"已退回：{reason}"[:REASON_MAX]
    champion.save()


def _note(
    action: ModelAction,
    *,
    actor: Actor | None,
    version: ModelVersion | None,
    previous: ModelVersion | None,
    reason: str,
    now: datetime,
) -> None:
    user = actor.user if actor else None
    ModelChange(
        at=now,
        actor=user,
        action=action,
        version=version,
        previous=previous,
        reason=reason[:REASON_MAX],
    ).save()
    logger.info(
        "model_change action=%s version=%s actor=%s",
        action,
        version.version if version else "lexicon",
        user.pk if user else None,
    )


def _reason(text: str) -> str:
    text = text.strip()
    if not text:
        raise InvalidInputError.of_field("reason", "required", "请填写原因")
    if len(text) > REASON_MAX:
        raise InvalidInputError.of_field("reason", "too_long", f"原因不能超过 {REASON_MAX} 字")
    return text


def _check_targets(wishes: Wishes) -> None:
    errors = tuple(
        FieldError(name, "out_of_range", f"{label}须在 {LOWEST:.0%} 到 {HIGHEST:.1%} 之间")
        for name, label, value in (
            ("accuracy", "准确率", wishes.accuracy),
            ("level", "把握程度", wishes.level),
        )
        if not LOWEST <= value <= HIGHEST
    )
    if errors:
        raise InvalidInputError("invalid", errors[0].message, errors=errors)


def _differences(policy: TriageSettings, wishes: Wishes) -> str:
    parts = []
    if policy.auto_dispatch != wishes.auto_dispatch:
        parts.append("开启自动派单" if wishes.auto_dispatch else "关闭自动派单")
    if policy.accuracy != wishes.accuracy:
        parts.append(f"准确率 {policy.accuracy:.3g} → {wishes.accuracy:.3g}")
    if policy.level != wishes.level:
        parts.append(f"把握程度 {policy.level:.3g} → {wishes.level:.3g}")
    return "，".join(parts)
