"""Classify: which leaf category, how sure, and which words decided."""

from __future__ import annotations

from dataclasses import replace

from dispatch.triage.context import Candidate, StepResult, TriageContext
from dispatch.triage.reference import Reference

NAME = "classify"
CONFIDENT = 0.6
LIKELY = 0.35
"""Below this the guess is not even shown to the resident."""
MARGIN = 0.15


def run(context: TriageContext, reference: Reference) -> StepResult:
    """Rank the categories. Not confident enough, or two nearly as likely: a person decides."""
    hints = (f"[{context.kind.label}]",)
    ranked = reference.classifier.rank(context.text, hints=hints, chosen=context.chosen_code)
    candidates = tuple(row for row in ranked if row.code in reference.categories)
    if not candidates:
        return StepResult(NAME, context, "没有可判断分类的词语", ok=False)
    best = candidates[0]
    category = reference.categories[best.code] if best.confidence >= LIKELY else None
    found = replace(context, candidates=candidates, category=category, confidence=best.confidence)
    data = {"candidates": [_as_data(row) for row in candidates[:2]]}
    name = reference.categories[best.code].name
    words = "、".join(best.words[:4])
    if _is_sure(candidates):
        return StepResult(NAME, found, f"{name}（{words}）", data=data)
    others = " / ".join(reference.categories[row.code].name for row in candidates[:2])
    reason = f"分类把握不足（{best.confidence:.0%}）：{others}"
    return StepResult(NAME, found, reason, ok=False, data=data)


def _is_sure(candidates: tuple[Candidate, ...]) -> bool:
    second = candidates[1].confidence if len(candidates) > 1 else 0.0
    return candidates[0].confidence >= CONFIDENT and candidates[0].confidence - second >= MARGIN


def _as_data(candidate: Candidate) -> dict[str, object]:
    return {
        "category": candidate.code,
        "score": candidate.score,
        "confidence": candidate.confidence,
        "words": list(candidate.words),
    }
