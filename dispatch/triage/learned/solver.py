"""The only module that loads scikit-learn and scipy; a process that merely reads models never imports it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize
from sklearn.svm import LinearSVC

Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]

PENALTY = 1.0
CLASS_WEIGHTS = (0.3, 5.0)
BASE_GAIN = 0.3
"""A gram spread evenly over the categories keeps this much; one that stands in a single one gets 1.3."""
CENTRE_STRENGTH = 3.0
TWO = 2
"""With two categories scikit-learn keeps one row for both."""


def count_matrix(
    rows: Sequence[Mapping[str, float]], index: Mapping[str, int]
) -> sparse.csr_matrix:
    """Return (rows, grams) with 1 + log of the counts."""
    starts: list[int] = [0]
    columns: list[int] = []
    values: list[float] = []
    for row in rows:
        known = [(index[gram], count) for gram, count in row.items() if gram in index]
        columns.extend(at for at, _ in known)
        values.extend(count for _, count in known)
        starts.append(len(columns))
    data = 1.0 + np.log(np.array(values, dtype=np.float32))
    shape = (len(rows), len(index))
    return sparse.csr_matrix((data, np.array(columns, dtype=np.int32), starts), shape=shape)


def gram_scale(matrix: sparse.csr_matrix, labels: Ints, *, real: int, classes: int) -> Doubles:
    """Return what each gram weighs: rareness among the first ``real`` rows times how one-sided it is."""
    seen = matrix[:real]
    spread = np.bincount(seen.indices, minlength=matrix.shape[1])
    rareness = np.log((1.0 + real) / (1.0 + spread)) + 1.0 if real else np.ones(matrix.shape[1])
    present = matrix.copy()
    present.data = np.ones_like(present.data)
    sizes = np.maximum(np.bincount(labels, minlength=classes), 1)[:, None]
    member = sparse.csr_matrix(
        (np.ones(len(labels)), (labels, np.arange(len(labels)))), shape=(classes, len(labels))
    )
    rates = (member @ present).toarray() / sizes + 0.5 / max(len(labels), 1)
    rates /= rates.sum(axis=0)
    entropy = -(rates * np.log(rates)).sum(axis=0) / np.log(max(classes, 2))
    return np.asarray(rareness * (BASE_GAIN + 1.0 - entropy), dtype=np.float64)


def unit_rows(matrix: sparse.csr_matrix, scale: Doubles) -> sparse.csr_matrix:
    """Weigh the grams and bring each row to length one."""
    scaled = matrix @ sparse.diags(scale)
    lengths = np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1.0
    return sparse.csr_matrix(sparse.diags(1.0 / lengths) @ scaled)


def fit_margins(
    rows: sparse.csr_matrix, labels: Ints, weights: Doubles, *, classes: int, seed: int
) -> tuple[Doubles, Doubles]:
    """Return (grams, classes) and (classes,): one-against-the-rest linear support vectors.

    A class without a row keeps a constant margin of −1.
    """
    coefficients = np.zeros((rows.shape[1], classes))
    bias = np.full(classes, -1.0)
    present = np.unique(labels)
    if len(present) < TWO:
        bias[present] = 1.0
        return coefficients, bias
    mass = np.bincount(labels, weights=weights, minlength=classes)
    share = mass.sum() / (len(present) * np.maximum(mass, 1e-9))
    balance = {int(k): float(np.clip(share[k], *CLASS_WEIGHTS)) for k in present}
    fitted = LinearSVC(C=PENALTY, class_weight=balance, random_state=seed, tol=1e-3, max_iter=2000)
    fitted.fit(rows, labels, sample_weight=weights)
    if len(present) == TWO:
        coefficients[:, present] = np.stack([-fitted.coef_[0], fitted.coef_[0]], axis=1)
        bias[present] = [-fitted.intercept_[0], fitted.intercept_[0]]
    else:
        coefficients[:, fitted.classes_] = fitted.coef_.T
        bias[fitted.classes_] = fitted.intercept_
    return coefficients, bias


def fit_blend(
    scores: Sequence[Doubles], labels: Ints, weights: Doubles, centre: Sequence[float]
) -> Doubles:
    """Return one factor per score matrix (rows, classes) such that their softmax is calibrated.

    Likeliest factors for the labels, drawn towards ``centre``: with few labels the centre decides, with
    many the labels do; so the lexicon's say falls as labels come in.
    """
    start = np.log(np.asarray(centre, dtype=np.float64))
    rows = np.arange(len(labels))

    def loss(logs: Doubles) -> float:
        logits = blend(scores, np.exp(logs))
        logits = logits - logits.max(axis=1, keepdims=True)
        odds = logits[rows, labels] - np.log(np.exp(logits).sum(axis=1))
        return float(-(weights * odds).sum() + CENTRE_STRENGTH * ((logs - start) ** 2).sum())

    if not len(labels):
        return np.exp(start)
    found = minimize(loss, start, method="Nelder-Mead", options={"maxiter": 300, "xatol": 1e-3})
    return np.asarray(np.exp(found.x), dtype=np.float64)


def blend(scores: Sequence[Doubles], factors: Sequence[float] | Doubles) -> Doubles:
    """Return the weighted sum of the score matrices."""
    total = np.zeros_like(scores[0])
    for score, factor in zip(scores, factors, strict=True):
        total = total + score * factor
    return total
