"""A trained model: one matrix over characters and pairs, the lexicon beside it, a line per category.

Everything the training averaged (leaves, their parents, pseudo-documents, the temperature) is folded
into one matrix, so ranking is one sparse row times it. Needs numpy only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatch.triage.candidate import Candidate
from dispatch.triage.learned.explain import Wording
from dispatch.triage.learned.shapes import Leaf
from dispatch.triage.learned.text import count_grams
from dispatch.triage.learned.thresholds import NEVER
from dispatch.triage.learned.words import Cutter
from dispatch.triage.lexicon import TEMPERATURE, Entry, Lexicon, total_points

MAX_CANDIDATES = 5
EXPLAINED = 3
TOLD_WEIGHT = 1.0 / TEMPERATURE
"""Log-odds per lexicon point for what the resident told beside the text (kind, chosen category): as the
lexicon counts it, for no example tells what it is worth."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Parts:
    """What a model consists of, and what its file holds.

    ``weights`` is (grams, leaves) in half precision, ``scale`` (grams,) the weight of a gram within the
    message, ``bias`` (leaves,); ``slope`` the factor from margins to log-odds, ``prior`` the log-odds
    per lexicon point. ``words`` and their ``counts`` serve the explanation.
    """

    grams: tuple[str, ...]
    scale: Floats
    weights: NDArray[np.float16]
    bias: Floats
    slope: float
    prior: float
    leaves: tuple[Leaf, ...]
    words: tuple[str, ...]
    counts: tuple[int, ...]
    thresholds: Mapping[str, float]


class TrainedModel:
    """A classifier (see :class:`dispatch.triage.classifier.Classifier`) that learned from examples."""

    def __init__(self, parts: Parts, metrics: Mapping[str, object], *, version: str = "") -> None:
        self.parts = parts
        self.metrics = metrics
        self.version = version or f"model-{content_hash(parts)[:10]}"
        self._index = {gram: at for at, gram in enumerate(parts.grams)}
        self._codes = tuple(leaf.code for leaf in parts.leaves)
        self._column = {code: at for at, code in enumerate(self._codes)}
        self._lexicon = Lexicon(entries_of(parts.leaves))
        self._cutter = Cutter(parts.words, parts.counts)

    @property
    def thresholds(self) -> Mapping[str, float]:
        """By leaf code; above 1 means that the category is never dispatched unasked."""
        return self.parts.thresholds

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the leaf codes it can answer with."""
        return self._codes

    def threshold(self, code: str) -> float:
        """Return the confidence from which ``code`` may be dispatched unasked."""
        return self.parts.thresholds.get(code, NEVER)

    def stands_out(self, candidates: Sequence[Candidate]) -> bool:
        """Say yes: a calibrated confidence above its line leaves no room for a second."""
        return bool(candidates)

    def for_leaves(self, leaves: Sequence[Leaf]) -> TrainedModel:
        """Return the model for the tree as it is today, without learning anew.

        Leaves that vanished are gone and the confidences are shared among the rest; new ones live
        on their lexicon words and are never dispatched unasked; edited words count at once.
        """
        known = [self._column.get(leaf.code, -1) for leaf in leaves]
        weights = np.zeros((len(self.parts.grams), len(known)), dtype=np.float16)
        bias = np.full(len(known), -self.parts.slope, dtype=np.float32)
        for at, column in enumerate(known):
            if column >= 0:
                weights[:, at] = self.parts.weights[:, column]
                bias[at] = self.parts.bias[column]
        parts = replace(
            self.parts,
            weights=weights,
            bias=bias,
            leaves=tuple(leaves),
            thresholds={leaf.code: self.threshold(leaf.code) for leaf in leaves},
        )
        return TrainedModel(parts, self.metrics, version=self.version)

    def rank(self, text: str, *, hints: tuple[str, ...], chosen: str) -> tuple[Candidate, ...]:
        """Rank the leaves; see :class:`dispatch.triage.classifier.Classifier`."""
        grams, values, rows = self._read(text)
        terms = self._lexicon_odds(text, hints, chosen)
        if not self._codes or not (grams or terms):
            return ()
        logits = self.parts.bias + values @ rows
        for code, odds in terms.items():
            logits[self._column[code]] += odds[0]
        shares = np.exp(logits - logits.max())
        shares /= shares.sum()
        order = np.argsort(-logits, kind="stable")[:MAX_CANDIDATES]
        wording = Wording(text, self._cutter)
        found = []
        for place, column in enumerate(order):
            spoke: list[tuple[str, float]] = []
            code = self._codes[column]
            if place < EXPLAINED:
                against = rows[:, order[int(place == 0)]] if len(order) > 1 else np.float32(0)
                odds = (values * (rows[:, column] - against)).tolist()
                said = terms[code][1] if code in terms else {}
                spoke = wording.weigh(dict(zip(grams, odds, strict=True)), said)
            found.append(
                Candidate(
                    code=code,
                    score=round(float(logits[column]), 3),
                    confidence=round(float(shares[column]), 4),
                    words=tuple(word for word, _ in spoke),
                    weights=tuple(weight for _, weight in spoke),
                )
            )
        return tuple(found)

    def _read(self, text: str) -> tuple[list[str], Floats, Floats]:
        """Return the known grams, their values in the unit-length row, and their weights (grams, leaves)."""
        place = self._index.get
        known = [
            (gram, found, count)
            for gram, count in count_grams(text).items()
            if (found := place(gram)) is not None
        ]
        at = np.array([row[1] for row in known], dtype=np.int64)
        values = np.array([row[2] for row in known], dtype=np.float32)
        weighed = ((1.0 + np.log(values)) * self.parts.scale[at]).astype(np.float32)
        length = float(np.sqrt(weighed @ weighed))
        if length:
            weighed /= np.float32(length)
        return [row[0] for row in known], weighed, self.parts.weights[at].astype(np.float32)

    def _lexicon_odds(
        self, text: str, hints: tuple[str, ...], chosen: str
    ) -> dict[str, tuple[float, dict[str, float]]]:
        """Return by code the log-odds of the lexicon's words and of what the resident told, and by word."""
        odds: dict[str, tuple[float, dict[str, float]]] = {}
        for factor, found in (
            (self.parts.prior, self._lexicon.weigh(text)),
            (TOLD_WEIGHT, self._lexicon.weigh("", hints=hints, chosen=chosen)),
        ):
            for code, weights in found.items():
                if code not in self._column:
                    continue
                total, words = odds.get(code, (0.0, {}))
                spoken = {term: factor * points for points, term in weights if points > 0}
                odds[code] = total + factor * total_points(weights), words | spoken
        return odds


def entries_of(leaves: Sequence[Leaf]) -> list[Entry]:
    """Return the leaves' lexicon."""
    return [Entry(leaf.code, term, points) for leaf in leaves for term, points in leaf.terms]


def content_hash(parts: Parts) -> str:
    """Return the SHA-256 of everything that decides an answer."""
    digest = hashlib.sha256()
    for array in (parts.scale, parts.weights, parts.bias):
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update("\n".join(parts.grams).encode())
    digest.update(json.dumps(header_of(parts), ensure_ascii=False, sort_keys=True).encode())
    return digest.hexdigest()


def header_of(parts: Parts) -> dict[str, Any]:
    """Return the small parts as plain JSON."""
    return {
        "slope": parts.slope,
        "prior": parts.prior,
        "leaves": [asdict(leaf) for leaf in parts.leaves],
        "thresholds": dict(parts.thresholds),
    }
