from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.triage.learned import Leaf, TrainedModel
from dispatch.triage.learned.thresholds import NEVER
from dispatch.triage.lexicon import CHOSEN_WORD
from tests.dispatch.triage.learned.made import LEAVES, made_model


@lru_cache(maxsize=1)
def model() -> TrainedModel:
    return made_model()


def test_it_works() -> None:
    ranked = model().rank("路面坑洼，电瓶车颠簸", hints=(), chosen="")
    assert ranked[0].code == "0301"
    assert ranked[0].confidence > 0.8
    assert ranked[0].confidence >= model().threshold("0301")
    assert model().stands_out(ranked)
    assert len(ranked) == 4


def test_it_explains_with_words_of_the_text() -> None:
    text = "垃圾桶满了，臭得不行，请尽快处理"
    best = model().rank(text, hints=(), chosen="")[0]
    assert best.words
    assert len(best.words) == len(best.weights) <= 8
    assert all(word in text for word in best.words)
    assert list(best.weights) == sorted(best.weights, reverse=True)
    assert best.weights[-1] > 0
    assert "垃圾" in best.words[0]


@pytest.mark.parametrize("text", ["", "   ", "……！！", "12345", "🙂"])
def test_nothing_to_read_gives_nothing(text: str) -> None:
    assert model().rank(text, hints=(), chosen="") == ()


def test_the_chosen_category_and_hints_are_evidence() -> None:
    only = model().rank("", hints=(), chosen="0404")
    assert only[0].code == "0404"
    assert only[0].words == (CHOSEN_WORD,)
    text = "墙上有东西"
    plain = {row.code: row.confidence for row in model().rank(text, hints=(), chosen="")}
    told = {row.code: row.confidence for row in model().rank(text, hints=(), chosen="0301")}
    hinted = {row.code: row.confidence for row in model().rank(text, hints=("[举报]",), chosen="")}
    assert told["0301"] > plain["0301"]
    assert hinted["0404"] > plain["0404"]
    unknown = model().rank(text, hints=("[别的]",), chosen="9999")
    assert {row.code: row.confidence for row in unknown} == plain


def test_a_vanished_leaf_is_dropped_and_its_share_goes_to_the_others() -> None:
    less = model().for_leaves(LEAVES[1:])
    ranked = less.rank("垃圾堆在巷口，墙上小广告", hints=(), chosen="")
    assert "0401" not in [row.code for row in ranked]
    assert sum(row.confidence for row in ranked) == pytest.approx(1.0, abs=0.001)
    assert less.threshold("0303") == model().threshold("0303")
    assert less.version == model().version


def test_a_new_leaf_lives_on_its_words_and_is_never_dispatched_unasked() -> None:
    new = Leaf("0999", "救生圈缺失", "09", "公共服务", (("救生圈", 8.0),))
    more = model().for_leaves([*LEAVES, new])
    assert more.threshold("0999") == NEVER
    ranked = more.rank("河边救生圈没了", hints=(), chosen="")
    assert "0999" in [row.code for row in ranked[:2]]
    assert more.rank("路灯一直不亮", hints=(), chosen="")[0].code == "0303"


def test_an_edited_word_counts_at_once() -> None:
    edited = [replace(LEAVES[0], terms=(("蚊虫孳生", 6.0),)), *LEAVES[1:]]
    before = {row.code: row.score for row in model().rank("蚊虫孳生", hints=(), chosen="")}
    after = {
        row.code: row.score
        for row in model().for_leaves(edited).rank("蚊虫孳生", hints=(), chosen="")
    }
    assert after["0401"] > before.get("0401", -99.0)


def test_a_category_it_does_not_know_is_never_dispatched_unasked() -> None:
    assert model().threshold("9999") == NEVER


@given(st.text(max_size=300))
def test_confidences_are_shares(text: str) -> None:
    found = model().rank(text, hints=(), chosen="0401")
    assert all(0.0 <= row.confidence <= 1.0 for row in found)
    assert sum(row.confidence for row in found) <= 1.001
    assert list(found) == sorted(found, key=lambda row: -row.score)
    assert all(len(row.words) == len(row.weights) <= 8 for row in found)
