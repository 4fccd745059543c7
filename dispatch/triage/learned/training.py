"""Training: examples and the category tree in, a calibrated model out.

The tree itself teaches: every leaf's name and lexicon terms are pseudo-documents, and the lexicon's
own points are a second voice. With no label at all that is the whole model; as labels come in,
out-of-fold predictions decide how much each voice counts and from where on a category is sure.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dispatch.triage.learned.evaluation import calibration_error, macro_f1
from dispatch.triage.learned.model import Parts, TrainedModel, entries_of
from dispatch.triage.learned.shapes import Example, Leaf, ModelFault, Targets
from dispatch.triage.learned.text import OPENING_CHARACTERS, count_grams, split_title
from dispatch.triage.learned.thresholds import Answers, fit_thresholds
from dispatch.triage.learned.words import find_words
from dispatch.triage.lexicon import Lexicon, total_points

if TYPE_CHECKING:
    from scipy import sparse

FOLDS = 8
COPY_WEIGHT = 0.3
"""What the title-only and opening-only copies of a message count: residents often write no more."""
NAME_POINTS = 3.0
PSEUDO_WEIGHT = 0.3
PSEUDO_WEIGHT_LABELLED = 0.1
PSEUDO_FADES_FROM = 400
"""From this many labels on, a pseudo-document's weight falls as one over their number."""
CENTRE = (2.0, 0.5, 1.0)
"""Factors of margins, lexicon points and the parents' margins before there is any label."""
RARE_FROM = (100, 1000)
"""From so many messages on, a gram must stand in two, in three of them."""
MAX_CELLS = 5_000_000
"""Grams times leaves: in half precision 10 MB."""

Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Material:
    """Everything counted once: rows are messages, then their copies, then pseudo-documents."""

    index: Mapping[str, int]
    counts: sparse.csr_matrix
    row_of: Ints
    labels: Ints
    weights: Doubles
    examples: int
    leaves: tuple[Leaf, ...]
    parent_of: Ints
    lexicon: Doubles


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned, before it is said how sure is sure enough."""

    parts: Parts
    answers: Answers
    metrics: Mapping[str, object]
    codes: tuple[str, ...]

    def model(self, targets: Targets) -> TrainedModel:
        """Return the model with the lines that reach ``targets`` on the out-of-fold answers."""
        lines = fit_thresholds(self.answers, len(self.codes), targets)
        parts = replace(self.parts, thresholds=dict(zip(self.codes, lines, strict=True)))
        right, auto = (
            self.answers.right,
            self.answers.confidence >= np.array(lines)[self.answers.best],
        )
        metrics = dict(self.metrics) | {
            "auto_share": round(float(auto.mean()), 4) if len(auto) else 0.0,
            "auto_accuracy": round(float(right[auto].mean()), 4) if auto.any() else 0.0,
            "target_accuracy": targets.accuracy,
            "target_level": targets.level,
        }
        return TrainedModel(parts, metrics)


def train(
    examples: Sequence[Example], leaves: Sequence[Leaf], *, targets: Targets, seed: int = 0
) -> TrainedModel:
    """Learn from ``examples`` (may be none; those of other codes are left out) for ``leaves`` (at least one).

    The same input and seed give the same model, byte for byte. Raises ModelFault("no_categories").
    """
    return learn(examples, leaves, seed=seed).model(targets)


def learn(examples: Sequence[Example], leaves: Sequence[Leaf], *, seed: int = 0) -> Learned:
    """Do everything of :func:`train` but the lines, which several targets can share."""
    if not leaves:
        raise ModelFault("no_categories", "分类目录是空的，无法训练")
    began = time.perf_counter()
    codes = tuple(leaf.code for leaf in leaves)
    kept = [row for row in examples if row.code in set(codes) and row.text.strip()]
    material = _prepare(kept, tuple(leaves))
    scores = _out_of_fold(material, _folds(kept, seed=seed), seed=seed)
    truth = material.labels[: len(kept)]
    factors = _fit_factors(material, scores, truth)
    parts = _assemble(material, factors, kept, seed=seed)
    answers = _answers(scores, factors, truth)
    metrics = _metrics(kept, codes, answers, parts) | {
        "dropped": len(examples) - len(kept),
        "train_seconds": round(time.perf_counter() - began, 2),
    }
    return Learned(parts, answers, metrics, codes)


def _prepare(examples: Sequence[Example], leaves: tuple[Leaf, ...]) -> _Material:
    from dispatch.triage.learned.solver import (  # noqa: PLC0415 - scikit-learn only where one trains
        count_matrix,
    )

    at = {leaf.code: place for place, leaf in enumerate(leaves)}
    parents = sorted({leaf.parent_code for leaf in leaves})
    full = [count_grams(row.text) for row in examples]
    titles = [count_grams(split_title(row.text)[0]) for row in examples]
    openings = [count_grams(row.text[:OPENING_CHARACTERS]) for row in examples]
    pseudo = _pseudo_documents(leaves)
    documents = [count_grams(text) for text, _, _ in pseudo]
    index = _choose_grams(full, documents, len(leaves))
    own = np.array([row.weight for row in examples], dtype=np.float64)
    labels = np.array([at[row.code] for row in examples], dtype=np.int64)
    weight = _pseudo_weight(len(examples))
    lexicon = Lexicon(entries_of(leaves))
    return _Material(
        index=index,
        counts=count_matrix([*full, *titles, *openings, *documents], index),
        row_of=np.concatenate([np.tile(np.arange(len(examples)), 3), np.full(len(pseudo), -1)]),
        labels=np.concatenate(
            [np.tile(labels, 3), np.array([place for _, place, _ in pseudo], dtype=np.int64)]
        ),
        weights=np.concatenate(
            [
                own,
                own * COPY_WEIGHT,
                own * COPY_WEIGHT,
                np.array([points * weight for _, _, points in pseudo]),
            ]
        ),
        examples=len(examples),
        leaves=leaves,
        parent_of=np.array([parents.index(leaf.parent_code) for leaf in leaves], dtype=np.int64),
        lexicon=np.stack([_points(lexicon, row.text, at) for row in examples])
        if examples
        else np.zeros((0, len(leaves))),
    )


def _pseudo_weight(examples: int) -> float:
    if not examples:
        return PSEUDO_WEIGHT
    return PSEUDO_WEIGHT_LABELLED * min(1.0, PSEUDO_FADES_FROM / examples)


def _pseudo_documents(leaves: Sequence[Leaf]) -> list[tuple[str, int, float]]:
    """Return (text, leaf's place, points): the names and whatever speaks for a leaf."""
    found: list[tuple[str, int, float]] = []
    for place, leaf in enumerate(leaves):
        found.append((leaf.name, place, NAME_POINTS))
        found.extend((part, place, NAME_POINTS) for part in re.split(r"[/、和及与]", leaf.name))
        found.extend(
            (term, place, points)
            for term, points in leaf.terms
            if points > 0 and not term.startswith("[")
        )
    return [row for row in found if count_grams(row[0])]


def _choose_grams(
    full: Sequence[Mapping[str, float]], documents: Sequence[Mapping[str, float]], leaves: int
) -> dict[str, int]:
    """Number the grams of the pseudo-documents and those that enough messages share."""
    least = 1 + sum(len(full) >= size for size in RARE_FROM)
    spread: Counter[str] = Counter()
    for row in full:
        spread.update(row.keys())
    chosen = dict.fromkeys(gram for row in documents for gram in row)
    room = max(MAX_CELLS // leaves - len(chosen), 0)
    common = sorted(
        (gram for gram, count in spread.items() if count >= least and gram not in chosen),
        key=lambda gram: (-spread[gram], gram),
    )
    return {gram: at for at, gram in enumerate(sorted([*chosen, *common[:room]]))}


def _points(lexicon: Lexicon, text: str, at: Mapping[str, int]) -> Doubles:
    row = np.zeros(len(at))
    for code, weights in lexicon.weigh(text).items():
        row[at[code]] = total_points(weights)
    return row


def _folds(examples: Sequence[Example], *, seed: int) -> Ints:
    """Deal the groups of each category to the folds in turn, in an order drawn from ``seed``."""
    order = np.random.default_rng(seed).permutation(len(examples))
    group_of: dict[str, int] = {}
    dealt: Counter[str] = Counter()
    folds = np.zeros(len(examples), dtype=np.int64)
    for place in order:
        row = examples[place]
        fold = group_of.get(row.group) if row.group else None
        if fold is None:
            fold = dealt[row.code] % FOLDS
            dealt[row.code] += 1
        if row.group:
            group_of[row.group] = fold
        folds[place] = fold
    return folds


def _fit(material: _Material, rows: NDArray[np.bool_], *, seed: int) -> tuple[Doubles, Any, Any]:
    """Fit leaves and, in a tree of two levels, parents on ``rows``; return scale and both fits."""
    from dispatch.triage.learned.solver import (  # noqa: PLC0415 - scikit-learn only where one trains
        fit_margins,
        gram_scale,
        unit_rows,
    )

    copies = material.row_of < 0
    copies[: material.examples] = True
    wanted = rows & copies
    real = int(rows[: material.examples].sum())
    classes = len(material.leaves)
    scale = gram_scale(material.counts[wanted], material.labels[wanted], real=real, classes=classes)
    matrix = unit_rows(material.counts[rows], scale)
    labels, weights = material.labels[rows], material.weights[rows]
    leaf_fit = fit_margins(matrix, labels, weights, classes=classes, seed=seed)
    parents = int(material.parent_of.max()) + 1
    if not 1 < parents < classes:
        return scale, leaf_fit, None
    parent_fit = fit_margins(
        matrix, material.parent_of[labels], weights, classes=parents, seed=seed
    )
    return scale, leaf_fit, parent_fit


def _out_of_fold(material: _Material, folds: Ints, *, seed: int) -> list[Doubles]:
    """Return the score matrices (examples, leaves): margins, lexicon points, parents' margins."""
    from dispatch.triage.learned.solver import (  # noqa: PLC0415 - scikit-learn only where one trains
        unit_rows,
    )

    shape = (material.examples, len(material.leaves))
    margins, above = np.zeros(shape), np.zeros(shape)
    for fold in np.unique(folds):
        held = np.flatnonzero(folds == fold)
        rows = (material.row_of < 0) | ~np.isin(material.row_of, held)
        scale, (weights, bias), parent_fit = _fit(material, rows, seed=seed)
        matrix = unit_rows(material.counts[held], scale)
        margins[held] = matrix @ weights + bias
        if parent_fit:
            above[held] = (matrix @ parent_fit[0] + parent_fit[1])[:, material.parent_of]
    return [margins, material.lexicon, above]


def _fit_factors(material: _Material, scores: Sequence[Doubles], truth: Ints) -> Doubles:
    from dispatch.triage.learned.solver import (  # noqa: PLC0415 - scikit-learn only where one trains
        fit_blend,
    )

    return fit_blend(scores, truth, material.weights[: material.examples], CENTRE)


def _assemble(
    material: _Material, factors: Doubles, examples: Sequence[Example], *, seed: int
) -> Parts:
    """Fit on everything and fold the factors into one matrix."""
    rows = np.ones(len(material.row_of), dtype=bool)
    scale, (weights, bias), parent_fit = _fit(material, rows, seed=seed)
    weights, bias = weights * factors[0], bias * factors[0]
    if parent_fit:
        weights = weights + factors[2] * parent_fit[0][:, material.parent_of]
        bias = bias + factors[2] * parent_fit[1][material.parent_of]
    terms = [term for leaf in material.leaves for term, points in leaf.terms if points > 0]
    words = find_words(
        [row.text for row in examples], [*terms, *(leaf.name for leaf in material.leaves)]
    )
    return Parts(
        grams=tuple(material.index),
        scale=scale.astype(np.float32),
        weights=weights.astype(np.float16),
        bias=bias.astype(np.float32),
        slope=round(float(factors[0]), 4),
        prior=round(float(factors[1]), 4),
        leaves=material.leaves,
        words=tuple(words),
        counts=tuple(words.values()),
        thresholds={},
    )


def _answers(scores: Sequence[Doubles], factors: Doubles, truth: Ints) -> Answers:
    from dispatch.triage.learned.solver import (  # noqa: PLC0415 - scikit-learn only where one trains
        blend,
    )

    logits = blend(scores, factors)
    logits = logits - logits.max(axis=1, keepdims=True) if len(truth) else logits
    shares = np.exp(logits)
    shares /= shares.sum(axis=1, keepdims=True) if len(truth) else 1.0
    best = shares.argmax(axis=1)
    return Answers(best=best, confidence=shares.max(axis=1), right=best == truth)


def _metrics(
    examples: Sequence[Example], codes: Sequence[str], answers: Answers, parts: Parts
) -> dict[str, object]:
    """Return what the office is told about the model; from out-of-fold answers."""
    said = [codes[place] for place in answers.best]
    total = max(len(examples), 1)
    return {
        "examples": len(examples),
        "classes": len(codes),
        "classes_with_examples": len({row.code for row in examples}),
        "cv_accuracy": round(float(answers.right.sum()) / total, 4),
        "cv_macro_f1": round(macro_f1([row.code for row in examples], said), 4),
        "ece": round(calibration_error(answers.confidence, answers.right), 4),
        "lexicon_factor": parts.prior,
        "grams": len(parts.grams),
    }
