from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from dispatch.enums import LabelSource
from dispatch.queries.labels import Label, Saying
from dispatch.triage.comparison import (
    HELD_OUT_LEAST,
    as_examples,
    compare,
    difference,
    sign_test,
    split,
    waiting_reason,
    wilson,
)
from dispatch.triage.context import Candidate
from dispatch.triage.lexicon import Entry, Lexicon
from tests.dispatch.factories import NOW

GOOD = Lexicon([Entry("0401", "垃圾", 6.0), Entry("0103", "路灯", 6.0)])
HALF = Lexicon([Entry("0401", "垃圾", 6.0)])
ACTIVE = {"0401", "0103"}


def label(turn: int, *, source: LabelSource = LabelSource.CHOSEN, wrong: bool = False) -> Label:
    text, code = (("垃圾没人管", "0401"), ("路灯不亮", "0103"))[turn % 2]
    sayings = (Saying(text, "problem", ""),)
    other = "0103" if code == "0401" else "0401"
    return Label(turn, NOW + timedelta(minutes=turn), other if wrong else code, source, sayings)


def test_it_works() -> None:
    parts = split([label(turn) for turn in range(60)], since=None)
    assert parts is not None
    verdict = compare(HALF, GOOD, parts, active=ACTIVE, accuracy=0.98)
    assert verdict.wins
    assert verdict.figures["held_out"] == HELD_OUT_LEAST
    assert verdict.figures["trained_on"] == 20
    challenger, champion = verdict.figures["challenger"], verdict.figures["champion"]
    assert isinstance(challenger, dict)
    assert isinstance(champion, dict)
    assert (challenger["right"], champion["right"]) == (40, 20)
    assert challenger["lower"] > 0.9
    assert "明显胜出" in verdict.reason


def test_equal_is_no_win_and_worse_is_none_either() -> None:
    parts = split([label(turn) for turn in range(60)], since=None)
    assert parts is not None
    same = compare(GOOD, GOOD, parts, active=ACTIVE, accuracy=0.98)
    worse = compare(GOOD, HALF, parts, active=ACTIVE, accuracy=0.98)
    assert (same.wins, worse.wins) == (False, False)
    assert same.compared
    assert "没有明显胜出" in same.reason


def test_the_newest_are_held_out_and_no_ticket_is_on_both_sides() -> None:
    labels = [label(turn) for turn in range(300)]
    parts = split(labels, since=None)
    assert parts is not None
    assert len(parts.held_out) == 60
    assert max(row.at for row in parts.known) < parts.held_out[0].at
    assert not {row.ticket_id for row in parts.known} & {row.ticket_id for row in parts.held_out}


def test_what_the_champion_has_seen_is_no_examination() -> None:
    labels = [label(turn) for turn in range(300)]
    parts = split(labels, since=labels[254].at)
    assert parts is not None
    assert [row.ticket_id for row in parts.held_out] == list(range(255, 300))
    assert split(labels, since=labels[270].at) is None
    assert "29 件" in waiting_reason(labels, since=labels[270].at)


def test_too_few_decisions_are_not_compared() -> None:
    people = [label(turn) for turn in range(39)]
    quiet = [label(turn, source=LabelSource.HANDLED) for turn in range(50, 150)]
    assert split(people, since=None) is None
    assert split([*people, *quiet], since=None) is None


def test_quiet_successes_have_a_veto() -> None:
    people = [label(turn, wrong=turn % 2 == 1) for turn in range(60)]
    quiet = [label(turn, source=LabelSource.HANDLED) for turn in range(61, 81)]
    parts = split([*people, *quiet], since=None)
    assert parts is not None
    everything_rubbish = Lexicon([Entry("0401", "垃圾", 6.0), Entry("0401", "路灯", 6.0)])
    verdict = compare(GOOD, everything_rubbish, parts, active=ACTIVE, accuracy=0.98)
    assert not verdict.wins
    assert "自动派单" in verdict.reason


class Rash:
    """Right as often as another, and sure of everything."""

    def __init__(self, inner: Lexicon) -> None:
        self._inner = inner
        self.version = "model-rash"

    def rank(self, text: str, *, hints: tuple[str, ...], chosen: str) -> tuple[Candidate, ...]:
        return self._inner.rank(text, hints=hints, chosen=chosen)

    def threshold(self, _code: str) -> float:
        return 0.0

    def stands_out(self, candidates: Sequence[Candidate]) -> bool:
        return self._inner.stands_out(candidates)


class Careful(Rash):
    """Hardly ever sure."""

    def threshold(self, _code: str) -> float:
        return 0.9999


class Never(Rash):
    """Without any proof."""

    def threshold(self, _code: str) -> float:
        return 1.01


def test_one_that_would_send_too_much_astray_is_refused() -> None:
    labels = [label(turn, wrong=turn % 10 in {1, 5}) for turn in range(60)]
    parts = split(labels, since=None)
    assert parts is not None
    rash = compare(HALF, Rash(GOOD), parts, active=ACTIVE, accuracy=0.98)
    careful = compare(HALF, Careful(GOOD), parts, active=ACTIVE, accuracy=0.98)
    modest = compare(HALF, Rash(GOOD), parts, active=ACTIVE, accuracy=0.80)
    assert "自动派出 40 件，只对 32 件" in rash.reason
    assert "只能自动派对 0 件" in careful.reason
    assert (rash.wins, careful.wins, modest.wins) == (False, False, True)


def test_a_champion_that_sends_too_much_astray_has_no_share_to_defend() -> None:
    parts = split([label(turn) for turn in range(60)], since=None)
    assert parts is not None
    everything_rubbish = Lexicon([Entry("0401", "垃圾", 6.0), Entry("0401", "路灯", 6.0)])
    careful = compare(everything_rubbish, Careful(GOOD), parts, active=ACTIVE, accuracy=0.98)
    assert careful.wins


def test_a_category_that_is_no_leaf_any_more_is_no_answer() -> None:
    parts = split([label(turn) for turn in range(40)], since=None)
    assert parts is not None
    verdict = compare(GOOD, GOOD, parts, active={"0103"}, accuracy=0.98)
    champion = verdict.figures["champion"]
    assert isinstance(champion, dict)
    assert champion["right"] == 20


def test_the_reports_of_a_ticket_share_its_weight() -> None:
    saying = Saying("垃圾没人管", "problem", "")
    row = Label(7, NOW, "0401", LabelSource.CHOSEN, (saying, saying))
    first, second = as_examples([row])
    assert first.weight + second.weight == row.weight
    assert first.group == second.group


@pytest.mark.parametrize(
    ("better", "worse", "expected"), [(0, 0, 1.0), (5, 0, 1 / 32), (3, 3, 42 / 64), (0, 4, 1.0)]
)
def test_the_sign_test_is_exact(better: int, worse: int, expected: float) -> None:
    assert sign_test(better, worse) == pytest.approx(expected)


def test_the_bounds_hold_the_value() -> None:
    lower, upper = wilson(36, 40)
    assert 0.79 < lower < 0.9 < upper < 0.96
    assert wilson(0, 0) == (0.0, 1.0)
    gap = difference(10, 2, 40)
    assert gap["lower"] < gap["value"] == 0.2 < gap["upper"]
    assert difference(0, 0, 40)["value"] == 0.0


def test_one_that_would_leave_everything_to_people_is_refused() -> None:
    parts = split([label(turn) for turn in range(60)], since=None)
    assert parts is not None
    verdict = compare(HALF, Careful(GOOD), parts, active=ACTIVE, accuracy=0.98)
    assert not verdict.wins
    assert "只能自动派对 0 件，现用版本能派对 20 件" in verdict.reason


def test_one_that_may_dispatch_nothing_at_all_is_refused() -> None:
    parts = split([label(turn) for turn in range(60)], since=None)
    assert parts is not None
    nothing = Lexicon([Entry("0401", "水沟", 6.0)])
    idle = compare(nothing, Never(GOOD), parts, active=ACTIVE, accuracy=0.98)
    assert idle.wins
    busy = compare(nothing, Never(GOOD), parts, active=ACTIVE, accuracy=0.98, dispatching=True)
    assert not busy.wins
    assert "没有一个分类能证明可以自动派单" in busy.reason
