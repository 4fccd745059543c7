"""Training from the township's own decisions: read, hold out, compare, keep, perhaps promote.

Doing it twice changes nothing: a lock keeps two from working at once, and the fingerprint of the
data (unique in the table) keeps the same data from becoming two versions whatever the lock does.
No transaction is open while a model is trained.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache

from dispatch.domain.actors import SYSTEM
from dispatch.domain.learning import LEXICON, NewVersion, adopt_targets, record_version
from dispatch.enums import ModelStatus
from dispatch.models import ModelVersion
from dispatch.queries.classifiers import (
    champion_version,
    dispatches_unasked,
    last_personal_change,
    triage_settings,
    version_trained_on,
)
from dispatch.queries.labels import Label, read_labels
from dispatch.triage.classifier import Classifier
from dispatch.triage.comparison import Verdict, as_examples, compare, split, waiting_reason
from dispatch.triage.learned import Leaf, ModelFault, Targets, TrainedModel, train
from dispatch.triage.leaves import read_leaves
from dispatch.triage.reference import read_lexicon
from dispatch.triage.vault import fetch_model, remove_file, store_model
from dispatch.triage.versions import enable_version, prune_files
from xiangcun.lib.errors import ConflictError

logger = logging.getLogger(__name__)

LOCK_KEY = "dispatch:training"
TASK_SECONDS = 15 * 60
LOCK_SECONDS = TASK_SECONDS + 60
SEED = 0
RESTORED = "原模型文件损坏，已用同样的数据重新生成"


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training came to: the version (``None``: none was made), Chinese words, promoted or not."""

    version: ModelVersion | None
    reason: str
    promoted: bool = False


@dataclass(frozen=True, slots=True)
class _Material:
    """Everything a training reads, once."""

    labels: tuple[Label, ...]
    leaves: tuple[Leaf, ...]
    targets: Targets
    champion: ModelVersion | None

    def fingerprint(self, labels: Sequence[Label]) -> str:
        """Return the hash of what a model trained on ``labels`` depends on."""
        examples = sorted(as_examples(labels), key=lambda row: (row.group, row.text))
        body = [
            [asdict(row) for row in examples],
            [asdict(row) for row in self.leaves],
            asdict(self.targets),
            SEED,
        ]
        text = json.dumps(body, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def train_classifier(*, now: datetime, promote: bool = True) -> Trained:
    """Train on what people have decided so far; ``promote`` puts a clear winner to use at once."""
    token = uuid.uuid4().hex
    if not cache.add(LOCK_KEY, token, timeout=LOCK_SECONDS):
        return Trained(None, "另一次训练正在进行")
    try:
        result = _train(_read_material(), now=now, promote=promote)
        prune_files()
    finally:
        if cache.get(LOCK_KEY) == token:
            cache.delete(LOCK_KEY)
    version = result.version.version if result.version else ""
    logger.info("training_done version=%s promoted=%s", version, result.promoted)
    return result


def _read_material() -> _Material:
    policy = triage_settings()
    return _Material(
        labels=tuple(read_labels()),
        leaves=read_leaves(),
        targets=Targets(accuracy=policy.accuracy, level=policy.level),
        champion=champion_version(),
    )


def _train(material: _Material, *, now: datetime, promote: bool) -> Trained:
    if not material.leaves:
        return Trained(None, "还没有启用的事项分类，无法训练")
    champion = material.champion
    if champion is not None and champion.targets != asdict(material.targets):
        return _retarget(material, champion, now=now, promote=promote)
    fingerprint = material.fingerprint(material.labels)
    known = version_trained_on(fingerprint)
    if known is not None and known.status != ModelStatus.BROKEN:
        return Trained(known, "没有新的判定，不需要重新训练")
    fell = known is not None and known.fell_at is not None
    verdict = Verdict(wins=True, reason=RESTORED) if fell else _examine(material)
    lost = verdict.compared and not verdict.wins
    status = ModelStatus.REJECTED if lost else ModelStatus.CHALLENGER
    model = _fit(material, material.labels)
    row, fresh = _keep(material, model, material.labels, verdict, status=status, now=now)
    if known is not None and known.file != row.file:
        remove_file(known.file)
    if not (fresh and verdict.wins and promote):
        return Trained(row, verdict.reason if fresh else "同样的数据已训练过")
    return _promote(row, champion, verdict.reason, now=now)


def _retarget(
    material: _Material, champion: ModelVersion, *, now: datetime, promote: bool
) -> Trained:
    """Fit the champion's thresholds to new targets: the same labels, so the same answers.

    No comparison stands in the way: nothing is classified differently, only what may be dispatched
    unasked changes, and that is what the operator asked for.
    """
    until = champion.learned_until
    labels = [row for row in material.labels if until is not None and row.at <= until]
    reason = (
        f"按新的要求重新计算自动派单门槛：准确率不低于 {material.targets.accuracy:.1%}，"
        f"把握程度 {material.targets.level:.1%}"
    )
    row = version_trained_on(material.fingerprint(labels))
    if row is None or not row.file:
        verdict = Verdict(wins=True, reason=reason, figures=dict(champion.comparison))
        model = _fit(material, labels)
        row, _fresh = _keep(
            material, model, labels, verdict, status=ModelStatus.CHALLENGER, now=now
        )
    if row.pk == champion.pk:
        adopt_targets(row.pk, asdict(material.targets))
        return Trained(row, reason)
    return _promote(row, champion, reason, now=now) if promote else Trained(row, reason)


def _examine(material: _Material) -> Verdict:
    """Train on the older decisions and let the newest judge between challenger and champion."""
    seen = material.champion.learned_until if material.champion else None
    chosen = last_personal_change()
    since = max((moment for moment in (seen, chosen) if moment is not None), default=None)
    parts = split(material.labels, since=since)
    if parts is None:
        return Verdict(wins=False, reason=waiting_reason(material.labels, since=since))
    active = {leaf.code for leaf in material.leaves}
    return compare(
        _opponent(material),
        _fit(material, parts.known),
        parts,
        active=active,
        accuracy=material.targets.accuracy,
        dispatching=dispatches_unasked(parts.held_out[0].at),
    )


def _opponent(material: _Material) -> Classifier:
    """Return what classifies now; the lexicon too when the champion's file is of no use."""
    if material.champion is not None:
        try:
            return fetch_model(material.champion).for_leaves(material.leaves)
        except ModelFault as fault:
            logger.warning("champion_unusable code=%s", fault.code)
    return read_lexicon()


def _fit(material: _Material, labels: Sequence[Label]) -> TrainedModel:
    return train(as_examples(labels), material.leaves, targets=material.targets, seed=SEED)


def _keep(
    material: _Material,
    model: TrainedModel,
    labels: Sequence[Label],
    verdict: Verdict,
    *,
    status: ModelStatus,
    now: datetime,
) -> tuple[ModelVersion, bool]:
    """Store file and row; the loser of a race takes its file away again."""
    file, sha256 = store_model(model)
    new = NewVersion(
        version=model.version,
        file=file,
        sha256=sha256,
        fingerprint=material.fingerprint(labels),
        status=status,
        learned_until=max((row.at for row in labels), default=None),
        examples=len(labels),
        metrics=plain_json(model.metrics),
        targets=asdict(material.targets),
        comparison=plain_json(verdict.figures),
        reason=verdict.reason,
    )
    row, fresh = record_version(new, now=now)
    if not fresh:
        remove_file(file)
    return row, fresh


def _promote(
    row: ModelVersion, champion: ModelVersion | None, reason: str, *, now: datetime
) -> Trained:
    """Put the winner to use, unless a person changed what is in use while it was trained."""
    seen = champion.pk if champion else LEXICON
    try:
        promoted = enable_version(row.pk, actor=SYSTEM, reason=reason, now=now, seen=seen)
    except ConflictError as refusal:
        logger.warning("model_not_promoted version=%s code=%s", row.version, refusal.code)
        return Trained(row, f"{reason}；未启用：{refusal.message}")
    return Trained(promoted, reason, promoted=True)


def plain_json(value: Any) -> Any:
    """Return figures as every database stores them: numbers of a library as floats, NaN as null."""
    if isinstance(value, dict) or hasattr(value, "items"):
        return {str(key): plain_json(row) for key, row in value.items()}
    if isinstance(value, list | tuple):
        return [plain_json(row) for row in value]
    if value is None or isinstance(value, str | bool | int):
        return value
    try:
        number = float(value)
    except (TypeError, ValueError):
        return str(value)
    return number if math.isfinite(number) else None
