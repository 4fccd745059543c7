"""The champion of this process: its file is read once, and again only when another is promoted.

A file that cannot be used makes the lexicon classify. The row says so once (status ``broken``),
``/readyz`` and the console say so until something else is put to use. Storage that does not answer
is another matter: the row stays as it is and the file is asked for again a little later.
"""

from __future__ import annotations

import logging
import threading
import time as clock
from datetime import datetime

from dispatch.domain.learning import mark_broken
from dispatch.enums import ModelStatus
from dispatch.models import ModelVersion, TriageSettings
from dispatch.queries.classifiers import champion_version
from dispatch.triage.learned import Leaf, ModelFault, TrainedModel
from dispatch.triage.vault import fetch_model

logger = logging.getLogger(__name__)

RETRY_SECONDS = 60.0

Key = tuple[int, str]


class _Kept:
    """The model in memory, whose it is, and the same for the tree as it is now.

    ``retry_at``: when to ask an unreachable storage again (monotonic).
    """

    lock = threading.Lock()
    key: Key | None = None
    model: TrainedModel | None = None
    leaves: tuple[Leaf, ...] = ()
    fitted: TrainedModel | None = None
    retry_at = 0.0
    told: Key | None = None


def champion_model(leaves: tuple[Leaf, ...], *, now: datetime) -> TrainedModel | None:
    """Return the model to classify with, for the tree as it is; ``None`` for the lexicon."""
    row = champion_version()
    with _Kept.lock:
        if row is None:
            _forget()
            return None
        key = (row.pk, row.sha256)
        waiting = _Kept.told == key and clock.monotonic() < _Kept.retry_at
        if _Kept.key != key and not waiting:
            _Kept.key = _Kept.model = _Kept.fitted = None
            _Kept.model = _load(row, key, now=now)
            _Kept.key = key if _Kept.model is not None else None
        if _Kept.model is not None and (_Kept.fitted is None or _Kept.leaves != leaves):
            _Kept.fitted, _Kept.leaves = _Kept.model.for_leaves(leaves), leaves
        return _Kept.fitted


def classifier_state() -> tuple[object, ...]:
    """Return what changes when another model, a failed one or other settings are to be used."""
    rows = ModelVersion.objects.filter(status=ModelStatus.CHAMPION).values_list("pk", "sha256")
    policy = TriageSettings.objects.values_list("auto_dispatch", "updated_at")
    due = 0.0 < _Kept.retry_at <= clock.monotonic()
    return (*rows, *policy, _Kept.retry_at if due else 0.0)


def forget_champion() -> None:
    """Drop this process's copy."""
    _forget()
    _Kept.told = None


def _forget() -> None:
    _Kept.key = _Kept.model = _Kept.fitted = None
    _Kept.retry_at = 0.0


def _load(row: ModelVersion, key: Key, *, now: datetime) -> TrainedModel | None:
    try:
        model = fetch_model(row)
    except ModelFault as fault:
        _Kept.retry_at = 0.0
        mark_broken(row.pk, reason=fault.message, now=now)
        return None
    except Exception as error:  # noqa: BLE001 - any storage, any fault: reports must be triaged
        if _Kept.told != key:
            logger.warning(
                "model_unreachable version=%s error=%s", row.version, type(error).__name__
            )
        _Kept.told, _Kept.retry_at = key, clock.monotonic() + RETRY_SECONDS
        return None
    _Kept.told, _Kept.retry_at = None, 0.0
    logger.info("model_loaded version=%s", row.version)
    return model
