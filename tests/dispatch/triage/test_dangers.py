from __future__ import annotations

import pytest

from bench.danger import danger_recall, read_phrases
from dispatch.triage.dangers import Danger, read_dangers, shipped_dangers
from reports.enums import Urgency

FIRE = Danger("着火", Urgency.P0, hazard="fire")
SMOKE = Danger("电箱…冒烟", Urgency.P0, unless=("厨房",), hazard="electric")


@pytest.mark.parametrize(
    ("text", "urgency", "why"),
    [
        ("三楼着火了", "P0", ""),
        ("没有着火", "", "否定"),
        ("不是着火 是烟花", "", "否定"),
        ("没人管 着火了", "P0", ""),
        ("去年着火过", "", "以前的事"),
        ("去年着火过，现在又着火了", "P0", ""),
        ("从上个月开始天天着火", "P0", ""),
        ("刚才着火已经扑灭了", "", "已经解决"),
        ("着火了，已经灭掉了", "", "已经解决"),
        ("着火了，请赶紧扑灭", "P0", ""),
        ("着火了扑灭了又烧", "P0", ""),
        ("着火了。上次的坑修好了", "P0", ""),
        ("万一着火怎么办", "", "只是担心或假设"),
        ("怕着火", "", "只是担心或假设"),
        ("恐怕着火了", "P0", ""),
        ("怕得要命着火了", "P0", ""),
        ("差点着火", "P1", "差点或可能"),
        ("想咨询着火了找谁", "", "咨询"),
        ("请问隔壁着火了怎么办", "P0", ""),
        ("建议多讲讲着火的处理", "", "建议"),
        ("明天着火演练几点", "", "演练或宣传"),
        ("着火的保险理赔在哪里办", "", "赔偿、报销等手续"),
        ("声音像着火一样", "", "比方"),
    ],
)
def test_the_clause_decides(text: str, urgency: str, why: str) -> None:
    reading = read_dangers(text, [FIRE])
    assert "".join(str(row.urgency) for row in reading.standing) == urgency
    if why:
        assert [row.why for row in reading.taken_back] == [why]


def test_a_negation_in_the_gap_counts_and_the_words_own_does_not() -> None:
    assert not read_dangers("电箱没有冒烟", [SMOKE]).standing
    lid = Danger("井盖…没有了", Urgency.P0)
    assert read_dangers("路口井盖昨夜没有了", [lid]).standing


def test_what_the_office_excepted_is_told() -> None:
    reading = read_dangers("厨房电箱冒烟", [SMOKE])
    assert not reading.standing
    assert reading.taken_back[0].why == "同句有“厨房”"
    assert reading.taken_back[0].said == "电箱冒烟"


def test_it_reports_the_words_as_said() -> None:
    assert read_dangers("配电箱子在冒烟", [SMOKE]).standing[0].said == "电箱子在冒烟"


@pytest.mark.parametrize("half", ["tuning", "held-out"])
def test_recall_on_what_villagers_type(half: str) -> None:
    figures = danger_recall(half)
    assert figures.recall_p0 >= 0.95, figures.misses
    assert figures.recall >= 0.9, figures.misses
    assert figures.false_alarms <= 0.05, figures.alarms


def test_half_of_the_phrases_are_traps() -> None:
    phrases = read_phrases("all")
    assert len(phrases) >= 120
    assert sum(not phrase.level for phrase in phrases) * 2 >= len(phrases)


def test_every_shipped_word_names_a_hazard() -> None:
    assert all(danger.hazard for danger in shipped_dangers())
