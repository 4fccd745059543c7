from __future__ import annotations

import pytest
from pytest_django import Settings

from reports.domain.word_check import suspicions


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("隔壁天天家暴，打老婆", "家暴"),
        ("隔壁天天家 。 暴", "家暴"),
        ("村干部贪污修路的钱", "贪污"),
        ("加 V 领红包", "加v"),
        ("这帮王八蛋又不扫地", "王八蛋"),
    ],
)
def test_it_works(text: str, word: str) -> None:
    assert word in {found for row in suspicions(text) for found in row.words}


@pytest.mark.parametrize(
    "text",
    [
        "村口的垃圾堆了三天，没有人清运",
        "路灯坏了，晚上小孩老人走路不安全，请打 13800000000 联系我",
        "残疾人坡道被车占了",
        "建筑废物堆在河边",
        "污水井盖没了，怕有人掉下去",
        "",
    ],
)
def test_common_reports_raise_no_suspicion(text: str) -> None:
    """A telephone number is none either: nobody but the office reads the words."""
    assert suspicions(text) == []


def test_links_and_the_townships_own_words(settings: Settings) -> None:
    assert suspicions("详情看 www.example.com/a") != []
    assert suspicions("老王家的事") == []
    settings.PUBLICATION_EXTRA_WORDS = ["老王家"]
    assert suspicions("老王家的事")[0].words == ("老王家",)
