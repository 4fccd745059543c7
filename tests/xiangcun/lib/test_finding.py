"""Finding by words, by sound and by initials."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiangcun.lib.finding import initials_of, likeness, pairs_of, rank_of, search_text, terms_of

CARD = search_text(title="社保卡补办", synonyms="市民卡、医保卡", rest=["带身份证 A4 复印件"])
BANK = search_text(title="重庆银行 ATM 取款机", synonyms="", rest=[])


def finds(search: str, query: str) -> bool:
    terms = terms_of(query)
    return bool(terms) and all(term in search for term in terms)


@pytest.mark.parametrize(
    "query",
    ["社保卡", "社保", "sbk", "SBK", "shebaoka", "she bao ka", "bb", "buban", "smk", "医保卡", "身份证", "怎么补办社保卡", "ｓｂｋ", "a4"],
)  # fmt: skip
def test_it_finds(query: str) -> None:
    assert finds(CARD, query)


@pytest.mark.parametrize("query", ["ebaoka", "aoka", "公交", "sbkx", "", "？！", "bao sbx"])
def test_it_does_not_find(query: str) -> None:
    assert not finds(CARD, query)


def test_a_character_of_several_sounds_is_read_in_its_word() -> None:
    assert finds(BANK, "chongqing")
    assert finds(BANK, "cqyh")
    assert finds(BANK, "yinhang")
    assert not finds(BANK, "zhongqing")
    assert finds(BANK, "atm")


def test_a_name_ranks_before_other_names_and_those_before_the_rest() -> None:
    assert [rank_of(CARD, terms_of(query)) for query in ("sbk", "smk", "身份证")] == [0, 1, 2]


def test_a_question_of_nothing_but_filling_is_looked_for_as_it_stands() -> None:
    assert terms_of("怎么办理") == ("怎么办理",)


def test_a_miss_has_neighbours() -> None:
    assert likeness(CARD, pairs_of("社保卡挂失")) > likeness(BANK, pairs_of("社保卡挂失"))
    assert likeness(CARD, pairs_of("")) == 0.0


def test_initials_make_a_code() -> None:
    assert initials_of("社保卡补办") == "sbkbb"


@given(st.text(max_size=80))
def test_no_text_breaks_it(text: str) -> None:
    search = search_text(title=text, synonyms=text, rest=[text])
    assert search.count("\n") == 2
    assert 0.0 <= likeness(search, pairs_of(text)) <= 1.0
    assert "\x00" not in search
