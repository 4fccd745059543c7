"""STAND-IN, replaced at merge: a tiny real classifier behind the agreed names.

It counts which characters and pairs of characters stand in which category (naive Bayes) and keeps
the counts as signed JSON. Only as much as the learning loop's tests need.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from dispatch.triage.context import Candidate
from xiangcun.lib.errors import DomainError

FORMAT = "stand-in-1"


class ModelFault(DomainError):  # noqa: N818 - the agreed name
    """A model file that must not be used; ``code`` and a Chinese ``message``."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text and its leaf category."""

    text: str
    code: str
    weight: float = 1.0
    group: str = ""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf of the category tree and the lexicon's words for it."""

    code: str
    name: str
    parent_code: str
    parent_name: str
    terms: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Targets:
    """What the operator asks of automatic dispatch."""

    accuracy: float = 0.98
    level: float = 0.95


class _Ranks(Protocol):
    def rank(self, text: str, *, hints: tuple[str, ...], chosen: str) -> tuple[Candidate, ...]: ...


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """Counts of character n-grams by category."""

    counts: Mapping[str, Mapping[str, float]]
    thresholds: Mapping[str, float]
    metrics: Mapping[str, object] = field(default_factory=dict)
    name: str = ""

    @property
    def version(self) -> str:
        """Change with any count or threshold."""
        if self.name:
            return self.name
        body = json.dumps([self.counts, self.thresholds], sort_keys=True)
        return f"model-{hashlib.sha256(body.encode()).hexdigest()[:10]}"

    def threshold(self, code: str) -> float:
        """Return from which confidence the category may be dispatched unasked."""
        return self.thresholds.get(code, 1.0)

    def for_leaves(self, leaves: Sequence[Leaf]) -> TrainedModel:
        """Return the model for the tree as it is today."""
        known = {leaf.code for leaf in leaves}
        kept = {code: found for code, found in self.counts.items() if code in known}
        return TrainedModel(kept, self.thresholds, self.metrics, self.version)

    def rank(self, text: str, *, hints: tuple[str, ...], chosen: str) -> tuple[Candidate, ...]:  # noqa: ARG002
        """Rank the categories."""
        grams = _grams(text)
        scores = {}
        for code, counts in self.counts.items():
            total = sum(counts.values()) + 500.0
            scores[code] = sum(math.log((counts.get(g, 0.0) + 0.1) / total) for g in grams)
        if not scores:
            return ()
        top = max(scores.values())
        shares = {code: math.exp(score - top) for code, score in scores.items()}
        total = sum(shares.values())
        ranked = sorted(scores, key=lambda code: (-scores[code], code))[:5]
        return tuple(Candidate(code, scores[code], shares[code] / total) for code in ranked)


def _grams(text: str) -> list[str]:
    return [*text, *(text[i : i + 2] for i in range(len(text) - 1))]


def train(
    examples: Sequence[Example],
    leaves: Sequence[Leaf],
    *,
    targets: Targets,
    seed: int = 0,  # noqa: ARG001
) -> TrainedModel:
    """Count; works with zero examples."""
    counts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for leaf in leaves:
        for term, weight in leaf.terms:
            for gram in _grams(term):
                counts[leaf.code][gram] += max(weight, 0.0)
    for row in examples:
        for gram in _grams(row.text):
            counts[row.code][gram] += row.weight
    plain = {code: dict(found) for code, found in counts.items()}
    model = TrainedModel(plain, dict.fromkeys(plain, targets.accuracy))
    figures = evaluate(model, examples)
    metrics = {
        "examples": len(examples),
        "classes": len(plain),
        "cv_accuracy": figures["accuracy"],
        "cv_macro_f1": figures["macro_f1"],
        "ece": figures["ece"],
        "auto_share": figures["auto_share"],
        "auto_accuracy": figures["auto_accuracy"],
        "train_seconds": 0.1,
    }
    return TrainedModel(plain, model.thresholds, metrics)


def evaluate(classifier: _Ranks, examples: Sequence[Example]) -> dict[str, float]:
    """Measure on examples."""
    right = auto = auto_right = top2 = 0.0
    for row in examples:
        ranked = classifier.rank(row.text, hints=(), chosen="")
        best = ranked[0] if ranked else None
        hit = best is not None and best.code == row.code
        right += hit
        top2 += row.code in {found.code for found in ranked[:2]}
        limit = getattr(classifier, "threshold", lambda _code: 0.6)
        if best is not None and best.confidence >= limit(best.code):
            auto += 1
            auto_right += hit
    count = max(len(examples), 1)
    return {
        "accuracy": right / count,
        "macro_f1": right / count,
        "ece": 0.0,
        "top2": top2 / count,
        "auto_share": auto / count,
        "auto_accuracy": auto_right / max(auto, 1),
    }


def save_model(model: TrainedModel, path: Path, *, key: bytes) -> str:
    """Write the signed file; return its SHA-256."""
    body = json.dumps(
        {
            "format": FORMAT,
            "counts": model.counts,
            "thresholds": model.thresholds,
            "metrics": model.metrics,
        },
        sort_keys=True,
    ).encode()
    data = hmac.digest(key, body, "sha256") + body
    path.write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def load_model(path: Path, *, key: bytes, sha256: str = "") -> TrainedModel:
    """Read a file that this key signed."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ModelFault("model_missing", "模型文件不存在") from error
    if sha256 and not hmac.compare_digest(hashlib.sha256(data).hexdigest(), sha256):
        raise ModelFault("model_tampered", "模型文件与登记的校验码不符")
    if not hmac.compare_digest(data[:32], hmac.digest(key, data[32:], "sha256")):
        raise ModelFault("model_signature", "模型文件的签名不对")
    body: dict[str, Any] = json.loads(data[32:])
    return TrainedModel(body["counts"], body["thresholds"], body["metrics"])
