from __future__ import annotations

import pytest

from dispatch.triage.dangers import find_dangers
from dispatch.triage.steps import classify
from tests.dispatch.triage.phrases import DANGERS, PHRASES
from tests.dispatch.triage.shipped import context, reference


@pytest.mark.parametrize(("text", "urgency"), DANGERS)
def test_danger_words_and_their_traps(text: str, urgency: str) -> None:
    found = find_dangers(text, reference().dangers)
    assert (str(found[0].urgency) if found else "") == urgency, [row.term for row in found]


def test_it_finds_the_category_of_what_people_type() -> None:
    wrong = []
    for text, code in PHRASES:
        found = classify.run(context(text), reference()).context.candidates
        if not found or found[0].code != code:
            wrong.append((text, code, [(row.code, row.words[:3]) for row in found[:2]]))
    assert len(wrong) <= len(PHRASES) * 0.05, wrong


def test_it_is_seldom_sure_of_a_wrong_category() -> None:
    results = [(text, code, classify.run(context(text), reference())) for text, code in PHRASES]
    sure = [(text, code, result) for text, code, result in results if result.ok]
    wrong = [
        (text, code, result.reason)
        for text, code, result in sure
        if result.context.candidates[0].code != code
    ]
    assert len(sure) >= len(PHRASES) * 0.6, len(sure)
    assert len(wrong) <= len(sure) * 0.03, wrong


def test_every_category_has_words() -> None:
    spoken = {code for _, code in PHRASES}
    assert spoken == set(reference().categories)
