"""Classify: which leaf category, how sure, and which words decided."""

from __future__ import annotations

from dataclasses import replace

from dispatch.domain.letters import CATEGORY_CODES
from dispatch.triage.context import Candidate, StepResult, TriageContext
from dispatch.triage.reference import Reference
from reports.enums import LETTERS
from reports.models import Category

NAME = "classify"
CONFIDENT = 0.6
"""From here on the later steps build on the category (urgency, joining)."""
LIKELY = 0.35
"""Below this the guess is not even shown to the resident."""


def run(context: TriageContext, reference: Reference) -> StepResult:
    """Rank the categories. Not confident enough, or two nearly as likely: a person decides."""
    classifier = reference.classifier
    hints = (f"[{context.kind.label}]",)
    ranked = classifier.rank(context.text, hints=hints, chosen=context.chosen_code)
    candidates = tuple(row for row in ranked if row.code in reference.categories)
    if not candidates and context.kind not in LETTERS:
        return StepResult(NAME, context, "没有可判断分类的词语", ok=False)
    if context.kind in LETTERS:
        return _file_letter(context, candidates, reference)
    best = candidates[0]
    threshold = classifier.threshold(best.code)
    category = reference.categories[best.code] if best.confidence >= LIKELY else None
    found = replace(context, candidates=candidates, category=category, confidence=best.confidence)
    data = {
        "candidates": [_as_data(row) for row in candidates[:2]],
        "threshold": threshold,
        "version": classifier.version,
    }
    sure = best.confidence >= threshold and classifier.stands_out(candidates)
    reason = _explain(candidates, threshold, reference, sure=sure)
    return StepResult(NAME, found, reason, ok=sure, data=data)


def _file_letter(
    context: TriageContext, candidates: tuple[Candidate, ...], reference: Reference
) -> StepResult:
    """File a letter under its own kind, and note what it speaks of where that is sure.

    A subject that is confidential keeps its category, and its secrecy. Whatever a resident chose from
    the list is what the letter is about.
    """
    category = reference.categories.get(CATEGORY_CODES[context.kind])
    if category is None:
        return StepResult(NAME, context, "没有收来信的分类，请人工判定", ok=False)
    subject = _subject_of(context, candidates, reference)
    if subject is not None and subject.confidential:
        category = subject
    code = subject.code if subject is not None else ""
    confidence = candidates[0].confidence if candidates else 0.0
    found = replace(
        context,
        candidates=candidates,
        category=category,
        confidence=confidence,
        subject_code=code,
    )
    about = f"，涉及“{subject.name}”" if subject is not None else ""
    data = {"candidates": [_as_data(row) for row in candidates[:2]], "subject": code}
    return StepResult(NAME, found, f"来信归入“{category.name}”{about}", data=data)


def _subject_of(
    context: TriageContext, candidates: tuple[Candidate, ...], reference: Reference
) -> Category | None:
    classifier = reference.classifier
    if context.chosen_code in reference.categories:
        return reference.categories[context.chosen_code]
    if not candidates:
        return None
    best = candidates[0]
    sure = best.confidence >= classifier.threshold(best.code) and classifier.stands_out(candidates)
    return reference.categories[best.code] if sure else None


def _explain(
    candidates: tuple[Candidate, ...], threshold: float, reference: Reference, *, sure: bool
) -> str:
    """Say in plain Chinese what was found, how sure, and where the line was."""
    best = candidates[0]
    held = f"把握 {best.confidence:.0%}"
    if sure:
        name = reference.categories[best.code].name
        words = "、".join(best.words[:4])
        return f"{name}（{words}）：{held}，达到自动派单线 {threshold:.0%}"
    names = " / ".join(reference.categories[row.code].name for row in candidates[:2])
    if threshold > 1:
        return f"{held}，这一类的记录还不够，暂不自动派单：{names}"
    if best.confidence < threshold:
        return f"分类把握不足（{held}，自动派单线 {threshold:.0%}）：{names}"
    return f"两类难分（{held}）：{names}"


def _as_data(candidate: Candidate) -> dict[str, object]:
    return {
        "category": candidate.code,
        "score": candidate.score,
        "confidence": candidate.confidence,
        "words": list(candidate.words),
        "weights": list(candidate.weights),
    }
