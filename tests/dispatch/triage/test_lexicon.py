from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.triage.candidate import Candidate
from dispatch.triage.lexicon import CHOSEN_WORD, CONFIDENT, Entry, Lexicon

LEXICON = Lexicon(
    [
        Entry("0105", "煤气味", 4.0),
        Entry("0105", "煤气费", -4.0),
        Entry("0603", "煤气", 2.0),
        Entry("0603", "煤气费", 4.0),
        Entry("0401", "垃圾", 3.0),
        Entry("0401", "臭", 2.0),
        Entry("0402", "建筑垃圾", 4.0),
        Entry("0303", "路灯…不亮", 4.0),
        Entry("1006", "[表扬]", 8.0),
    ]
)


def ranked(text: str, *, hints: tuple[str, ...] = (), chosen: str = "") -> list[str]:
    return [row.code for row in LEXICON.rank(text, hints=hints, chosen=chosen)]


def test_it_works() -> None:
    best = LEXICON.rank("垃圾太多，臭", hints=(), chosen="")[0]
    assert best.code == "0401"
    assert best.words == ("垃圾", "臭")
    assert 0.6 < best.confidence < 1.0


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("有人倒建筑垃圾", ["0402"]),
        ("建筑垃圾旁边还有生活垃圾", ["0402", "0401"]),
        ("煤气费太贵", ["0603"]),
        ("一股煤气味", ["0105"]),
        ("路灯一直不亮", ["0303"]),
        ("没有认识的词", []),
        ("", []),
    ],
)
def test_the_longest_word_speaks_alone(text: str, codes: list[str]) -> None:
    assert ranked(text) == codes


def test_hints_and_the_chosen_category_are_evidence() -> None:
    assert ranked("垃圾清得很干净", hints=("[表扬]",))[0] == "1006"
    assert ranked("请看照片", chosen="0401") == ["0401"]
    assert ranked("有人倒建筑垃圾，建筑垃圾", chosen="0303") == ["0402", "0303"]
    found = LEXICON.rank("垃圾", hints=(), chosen="0401")[0]
    assert CHOSEN_WORD in found.words


def test_what_comes_late_in_a_letter_counts_less() -> None:
    early = LEXICON.rank("垃圾", hints=(), chosen="")[0]
    late = LEXICON.rank("字" * 100 + "垃圾", hints=(), chosen="")[0]
    assert late.score < early.score


def test_the_version_follows_the_words() -> None:
    other = Lexicon([Entry("0401", "垃圾", 2.0)])
    assert other.version != LEXICON.version
    assert len(LEXICON.version) <= 60


@given(st.text(max_size=300))
def test_confidences_are_shares(text: str) -> None:
    found = LEXICON.rank(text, hints=(), chosen="0401")
    assert all(0.0 <= row.confidence <= 1.0 for row in found)
    assert sum(row.confidence for row in found) <= 1.001
    assert list(found) == sorted(found, key=lambda row: (-row.score, row.code))


def test_one_line_for_all_and_a_margin_over_the_second() -> None:
    assert LEXICON.threshold("0401") == LEXICON.threshold("9999") == CONFIDENT
    assert LEXICON.stands_out(LEXICON.rank("垃圾太多，臭", hints=(), chosen=""))
    assert not LEXICON.stands_out([Candidate("a", 2.0, 0.61), Candidate("b", 1.9, 0.5)])
    found = LEXICON.rank("垃圾太多，臭", hints=(), chosen="")[0]
    assert found.weights == (3.0, 2.0)
