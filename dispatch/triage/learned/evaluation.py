"""How good a classifier is on messages it has not seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dispatch.triage.classifier import Classifier
from dispatch.triage.learned.shapes import Example

BINS = 15


def evaluate(classifier: Classifier, examples: Sequence[Example]) -> dict[str, float]:
    """Return accuracy, macro_f1, ece, top2, auto_share and auto_accuracy (all 0–1), and the count.

    ``auto_*`` follow the classifier's own rule for dispatching unasked; with nothing dispatched the
    accuracy of it is 0.
    """
    truth: list[str] = []
    answers: list[str] = []
    confidence: list[float] = []
    seconds = autos = autos_right = 0
    for example in examples:
        ranked = classifier.rank(example.text, hints=(), chosen="")
        best = ranked[0] if ranked else None
        truth.append(example.code)
        answers.append(best.code if best else "")
        confidence.append(best.confidence if best else 0.0)
        seconds += example.code in [row.code for row in ranked[:2]]
        if (
            best
            and best.confidence >= classifier.threshold(best.code)
            and classifier.stands_out(ranked)
        ):
            autos += 1
            autos_right += best.code == example.code
    total = max(len(truth), 1)
    right = np.array([one == other for one, other in zip(truth, answers, strict=True)], dtype=bool)
    return {
        "examples": float(len(truth)),
        "accuracy": float(right.sum()) / total,
        "macro_f1": macro_f1(truth, answers),
        "ece": calibration_error(np.array(confidence), right),
        "top2": seconds / total,
        "auto_share": autos / total,
        "auto_accuracy": autos_right / autos if autos else 0.0,
    }


def class_f1(truth: Sequence[str], answers: Sequence[str]) -> dict[str, float]:
    """Return the F1 of each category that occurs in ``truth``."""
    result: dict[str, float] = {}
    pairs = list(zip(truth, answers, strict=True))
    for code in sorted(set(truth)):
        hits = sum(one == other == code for one, other in pairs)
        said = sum(other == code for _, other in pairs)
        meant = sum(one == code for one, _ in pairs)
        result[code] = 2 * hits / (said + meant)
    return result


def macro_f1(truth: Sequence[str], answers: Sequence[str]) -> float:
    """Return the mean F1 over the categories that occur in ``truth``."""
    found = class_f1(truth, answers)
    return sum(found.values()) / len(found) if found else 0.0


def calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Return the expected calibration error over ``BINS`` bins of equal width."""
    if not len(confidence):
        return 0.0
    places = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [
        abs(float(right[places == place].mean()) - float(confidence[places == place].mean()))
        * int((places == place).sum())
        for place in range(BINS)
        if (places == place).any()
    ]
    return sum(gaps) / len(confidence)
