from __future__ import annotations

import pytest

from dispatch.triage.learned.explain import Wording
from dispatch.triage.learned.text import count_grams, split_title
from dispatch.triage.learned.words import Cutter, find_words


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("标题\n正文", "标题"),
        ("路灯坏了。已经三天了。", "路灯坏了。"),
        ("只有一句", "只有一句"),
        ("", ""),
        ("字" * 100, "字" * 60),
    ],
)
def test_the_title_is_the_first_line_or_sentence(text: str, title: str) -> None:
    assert split_title(text)[0] == title
    assert "".join(split_title(text)) == text


def test_grams_are_characters_and_pairs_within_a_stretch() -> None:
    counts = count_grams("路灯，ＫＴＶ 3号\n路灯")
    assert counts == {"路": 5, "灯": 5, "路灯": 5, "ktv": 4, "号": 4}


def test_words_are_found_in_the_messages_and_cut_out_again() -> None:
    texts = [f"{one}蝴蝶{two}" for one in "红黄蓝绿" for two in "飞来去走"] * 3
    texts += ["山间云雾缭绕风光无限好" for _ in range(90)]
    found = find_words(texts, ["路灯…不亮", "一"])
    assert {"蝴蝶", "路灯", "不亮"} <= set(found)
    cutter = Cutter(tuple(found), tuple(found.values()))
    assert cutter.cut("看见蝴蝶和路灯") == ["看", "见", "蝴蝶", "和", "路灯"]


def test_weights_come_together_in_words_as_they_were_written() -> None:
    wording = Wording("KTV旁路灯不亮", Cutter(("路灯", "不亮"), (5, 5)))
    found = wording.weigh(
        {"ktv": 0.5, "路": 0.2, "路灯": 1.0, "不亮": 0.3, "灯不": 9.0}, {"旁": 0.1}
    )
    assert found == [("路灯", 1.2), ("KTV", 0.5), ("不亮", 0.3), ("旁", 0.1)]


def test_of_a_word_and_its_part_only_the_stronger_is_named() -> None:
    wording = Wording("建筑垃圾", Cutter((), ()))
    assert wording.weigh({}, {"建筑垃圾": 2.0, "垃圾": 1.0, "别的": -1.0}) == [("建筑垃圾", 2.0)]
