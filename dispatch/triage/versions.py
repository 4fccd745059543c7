"""Putting versions to use by hand: the file is tried before anything is changed."""

from __future__ import annotations

import logging
from datetime import datetime

from dispatch.domain.actors import Actor
from dispatch.domain.learning import (
    check_may_manage,
    forget_file,
    mark_broken,
    promote_version,
    prunable_versions,
    use_lexicon,
)
from dispatch.enums import ModelAction
from dispatch.models import ModelVersion
from dispatch.queries.classifiers import previous_version
from dispatch.triage.learned import ModelFault
from dispatch.triage.vault import fetch_model, remove_file
from xiangcun.lib.errors import ConflictError, NotFoundError

logger = logging.getLogger(__name__)


def enable_version(
    version_id: int,
    *,
    actor: Actor,
    reason: str,
    now: datetime,
    seen: int | None = None,
    action: ModelAction = ModelAction.ENABLE,
) -> ModelVersion:
    """Put a version to use once its file has been read from end to end."""
    check_may_manage(actor)
    version = ModelVersion.objects.filter(pk=version_id).first()
    if version is None:
        raise NotFoundError("model_not_found", "没有这个模型版本")
    if version.file:
        _try_file(version, now=now)
    return promote_version(
        version.pk, actor=actor, reason=reason, now=now, action=action, seen=seen
    )


def roll_back(
    *, actor: Actor, reason: str, now: datetime, seen: int | None = None
) -> ModelVersion | None:
    """Return to the version before this one; to the lexicon (``None``) when there was none."""
    target = previous_version()
    if target is None:
        use_lexicon(actor=actor, reason=reason, now=now, action=ModelAction.ROLL_BACK, seen=seen)
        return None
    return enable_version(
        target.pk, actor=actor, reason=reason, now=now, seen=seen, action=ModelAction.ROLL_BACK
    )


def prune_files() -> int:
    """Delete the files of old versions; their rows and figures stay. Return how many went."""
    gone = 0
    for version in prunable_versions():
        # The name goes first: a file nobody names is harmless, a name without a file is a fault.
        if forget_file(version.pk):
            remove_file(version.file)
            gone += 1
    if gone:
        logger.info("model_files_pruned count=%s", gone)
    return gone


def _try_file(version: ModelVersion, *, now: datetime) -> None:
    try:
        fetch_model(version)
    except ModelFault as fault:
        mark_broken(version.pk, reason=fault.message, now=now)
        message = f"{version.version} 不能启用：{fault.message}"
        raise ConflictError("model_unusable", message) from fault
    except Exception as error:  # a boundary: any storage, any fault, and a person waits for words
        logger.warning("model_unreachable version=%s", version.version)
        raise ConflictError("storage_away", "模型存储暂时无法读取，请稍后再试") from error
