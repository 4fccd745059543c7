from __future__ import annotations

import pytest

from dispatch.triage.hotspots.clusters import Message, find_clusters, join_by_average

HERE, NEAR, FAR = (30.3100, 120.5000), (30.3110, 120.5010), (30.3300, 120.5200)
LAMPS = (
    "三丰村路灯不亮，晚上漆黑一片",
    "三丰村口路灯坏了好几天不亮",
    "路灯不亮，三丰村老人晚上不敢出门",
    "三丰村的路灯又不亮了",
)
OTHERS = ("菜场门口垃圾没人清运", "我爸养老保险怎么补缴", "河里死鱼发臭", "工地半夜打桩太吵")


def told(*titles: str, point: tuple[float, float] | None = None) -> list[Message]:
    return [Message(title, "", point) for title in titles]


def test_it_works() -> None:
    clusters = find_clusters(told(*LAMPS, *OTHERS))
    assert clusters[0] == [0, 1, 2, 3]
    assert [len(group) for group in clusters[1:]] == [1, 1, 1, 1]


def test_nothing_gives_nothing() -> None:
    assert find_clusters([]) == []
    assert find_clusters([Message("", "")]) == [[0]]
    assert find_clusters([Message("！！", "。"), Message("", "")]) == [[0], [1]]


def test_the_same_words_far_apart_are_two_matters() -> None:
    here = told("路灯不亮", "路灯坏了不亮", "路灯不亮没人修", point=HERE)
    there = told("路灯不亮", "路灯坏了不亮", "路灯不亮没人修", point=FAR)
    assert find_clusters([*here, *there])[:2] == [[0, 1, 2], [3, 4, 5]]


def test_near_points_are_one_matter() -> None:
    here, near = told("路灯不亮", point=HERE), told("路灯不亮", point=NEAR)
    assert find_clusters([*here, *near]) == [[0, 1]]


def test_a_named_place_reaches_further() -> None:
    far = (30.3210, 120.5000)  # about 1.2 km along the road
    named = [Message("建设路积水严重", "", HERE), Message("建设路积水严重没人管", "", far)]
    unnamed = [Message("积水严重", "", HERE), Message("积水严重没人管", "", far)]
    assert find_clusters(named) == [[0, 1]]
    assert find_clusters(unnamed) == [[0], [1]]


def test_names_that_differ_keep_like_words_apart() -> None:
    texts = told(
        "桂花苑电梯坏了没人修", "桂花苑电梯又坏了", "翠竹苑电梯坏了没人修", "翠竹苑电梯又坏了"
    )
    assert sorted(find_clusters(texts)) == [[0, 1], [2, 3]]


def test_the_order_of_messages_changes_nothing() -> None:
    texts = told(*LAMPS, *OTHERS)
    forwards = {frozenset(texts[index].title for index in group) for group in find_clusters(texts)}
    texts.reverse()
    backwards = {frozenset(texts[index].title for index in group) for group in find_clusters(texts)}
    assert forwards == backwards
    assert find_clusters(texts) == find_clusters(list(texts))


@pytest.mark.parametrize(
    ("stop", "expected"),
    [(0.5, [[0, 1], [2]]), (0.2, [[0, 1, 2]]), (0.95, [[0], [1], [2]])],
)
def test_groups_are_joined_by_their_average(stop: float, expected: list[list[int]]) -> None:
    edges = [(0, 1, 0.9), (1, 2, 0.6), (0, 2, 0.2)]
    assert join_by_average(3, edges, stop=stop) == expected


def test_a_chain_is_no_group() -> None:
    edges = [(index, index + 1, 0.5) for index in range(5)]
    assert max(len(group) for group in join_by_average(6, edges, stop=0.3)) == 2
