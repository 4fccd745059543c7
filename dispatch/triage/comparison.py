"""Champion against challenger on the same held-out slice of the township's own decisions.

Fair means: in order of time, the newest decisions are held out; the challenger has not seen them,
and neither has the champion (only decisions after its own training count; the lexicon has seen
none). Only tickets that a person decided are the examination: an automatic dispatch that went well
is the champion's own opinion. It must not get worse at those either, so they have a veto.
The rule of promotion and its price are in docs/adr/0017.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dispatch.queries.labels import Label
from dispatch.triage.classifier import Classifier
from dispatch.triage.learned import Example, evaluate
from reports.enums import ReportKind

HELD_OUT_SHARE = 0.2
HELD_OUT_LEAST = 40
P_VALUE = 0.05
Z_ONE_SIDED = 1.6448536269514722
"""The 95 % point of the normal distribution: every bound here is one-sided."""
LENGTHS = ((0, 30, "30 字以内"), (31, 60, "31–60 字"), (61, 10**9, "60 字以上"))

Figures = dict[str, object]


@dataclass(frozen=True, slots=True)
class Split:
    """Labels to train the challenger on, those held out, and the quiet successes of the same time."""

    known: tuple[Label, ...]
    held_out: tuple[Label, ...]
    handled: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """``wins`` is true only for a clear win; ``reason`` is Chinese, ``figures`` plain JSON."""

    wins: bool
    reason: str
    figures: Figures = field(default_factory=dict)

    @property
    def compared(self) -> bool:
        """Whether there was enough to compare on."""
        return bool(self.figures)


@dataclass(slots=True)
class _Tally:
    """Counts of a paired comparison."""

    count: int = 0
    champion: int = 0
    challenger: int = 0
    only_champion: int = 0
    only_challenger: int = 0

    def add(self, *, champion: bool, challenger: bool) -> None:
        self.count += 1
        self.champion += champion
        self.challenger += challenger
        self.only_champion += champion and not challenger
        self.only_challenger += challenger and not champion


def split(labels: Sequence[Label], *, since: datetime | None) -> Split | None:
    """Hold out the newest fifth, at least 40, of the tickets that people decided after ``since``.

    ``labels`` are in order of time. ``None`` when fewer than 40 of the newest are later than
    ``since`` (what the champion has seen, or a person's own choice of classifier).
    """
    decided = [label for label in labels if label.by_person]
    size = max(HELD_OUT_LEAST, math.ceil(HELD_OUT_SHARE * len(decided)))
    held_out = [label for label in decided[-size:] if since is None or label.at > since]
    if len(held_out) < HELD_OUT_LEAST:
        return None
    start = held_out[0].at
    tickets = {label.ticket_id for label in held_out}
    known = tuple(row for row in labels if row.at < start and row.ticket_id not in tickets)
    handled = tuple(row for row in labels if row.at >= start and not row.by_person)
    return Split(known, tuple(held_out), handled)


def waiting_reason(labels: Sequence[Label], *, since: datetime | None) -> str:
    """Say how many decisions are there when they are too few."""
    fresh = sum(label.by_person and (since is None or label.at > since) for label in labels)
    return f"新的人工判定只有 {fresh} 件，满 {HELD_OUT_LEAST} 件后再与现用版本对比"


def compare(
    champion: Classifier, challenger: Classifier, parts: Split, *, active: Collection[str]
) -> Verdict:
    """Let both answer as triage would, and say who is better and how sure that is."""
    people = _count(champion, challenger, parts.held_out, active)
    quiet = _count(champion, challenger, parts.handled, active)
    p_better = sign_test(people.only_challenger, people.only_champion)
    p_worse = sign_test(quiet.only_champion, quiet.only_challenger)
    figures: Figures = {
        "held_out": people.count,
        "trained_on": len(parts.known),
        "first": parts.held_out[0].at.isoformat(),
        "last": parts.held_out[-1].at.isoformat(),
        "champion": _figures(champion, people.champion, parts.held_out),
        "challenger": _figures(challenger, people.challenger, parts.held_out),
        "only_challenger": people.only_challenger,
        "only_champion": people.only_champion,
        "p_value": round(p_better, 6),
        "difference": difference(people.only_challenger, people.only_champion, people.count),
        "by_length": _by_length(champion, challenger, parts.held_out, active),
        "handled": {
            "count": quiet.count,
            "only_challenger": quiet.only_challenger,
            "only_champion": quiet.only_champion,
            "p_value": round(p_worse, 6),
        },
    }
    wins, reason = _judge(people, quiet, p_better=p_better, p_worse=p_worse)
    return Verdict(wins, reason, figures)


def _judge(people: _Tally, quiet: _Tally, *, p_better: float, p_worse: float) -> tuple[bool, str]:
    score = (
        f"同一批 {people.count} 件人工判定：新版本对 {people.challenger} 件，"
        f"现用版本对 {people.champion} 件"
    )
    if p_better > P_VALUE:
        return False, f"{score}，没有明显胜出，不替换"
    if p_worse <= P_VALUE:
        return False, (
            f"{score}；但在 {quiet.count} 件已办结的自动派单上，新版本多错 "
            f"{quiet.only_champion - quiet.only_challenger} 件，不替换"
        )
    return True, f"{score}，明显胜出"


def answer(classifier: Classifier, label: Label, active: Collection[str]) -> str:
    """Return the category triage would propose for the ticket's first report ("" for none)."""
    saying = label.sayings[0]
    hints = (f"[{ReportKind(saying.kind).label}]",)
    ranked = classifier.rank(saying.text, hints=hints, chosen=saying.chosen)
    return next((row.code for row in ranked if row.code in active), "")


def as_examples(labels: Iterable[Label]) -> list[Example]:
    """Return training examples; the reports of a ticket share its weight and stay together."""
    return [
        Example(saying.text, row.code, row.weight / len(row.sayings), f"ticket-{row.ticket_id}")
        for row in labels
        for saying in row.sayings
    ]


def sign_test(better: int, worse: int) -> float:
    """Return the one-sided exact p-value that ``better`` of the differing pairs came by chance."""
    total = better + worse
    ways = sum(math.comb(total, hits) for hits in range(better, total + 1))
    return float(ways / 2**total)


def wilson(right: int, count: int, *, z: float = Z_ONE_SIDED) -> tuple[float, float]:
    """Return the Wilson bounds of a share; (0, 1) when there is nothing to count."""
    if not count:
        return 0.0, 1.0
    share, z2 = right / count, z * z
    centre = share + z2 / (2 * count)
    spread = z * math.sqrt(share * (1 - share) / count + z2 / (4 * count * count))
    scale = 1 + z2 / count
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def difference(better: int, worse: int, count: int) -> dict[str, float]:
    """Return the difference of the accuracies with its bounds, given how many pairs differ."""
    differing = better + worse
    lower, upper = wilson(better, differing)
    scale = differing / count if count else 0.0
    return {
        "value": round((better - worse) / count if count else 0.0, 4),
        "lower": round((2 * lower - 1) * scale, 4),
        "upper": round((2 * upper - 1) * scale, 4),
    }


def _count(
    champion: Classifier,
    challenger: Classifier,
    labels: Iterable[Label],
    active: Collection[str],
) -> _Tally:
    tally = _Tally()
    for label in labels:
        tally.add(
            champion=answer(champion, label, active) == label.code,
            challenger=answer(challenger, label, active) == label.code,
        )
    return tally


def _figures(classifier: Classifier, right: int, labels: Sequence[Label]) -> Figures:
    """Accuracy as triage works; the rest as ``evaluate`` measures it, from the words alone."""
    lower, upper = wilson(right, len(labels))
    firsts = [Example(row.sayings[0].text, row.code) for row in labels]
    more = evaluate(classifier, firsts)
    return {
        **{
            name: more[name]
            for name in ("macro_f1", "top2", "auto_share", "auto_accuracy")
            if name in more
        },
        "version": classifier.version,
        "right": right,
        "accuracy": round(right / len(labels), 4),
        "lower": round(lower, 4),
        "upper": round(upper, 4),
    }


def _by_length(
    champion: Classifier,
    challenger: Classifier,
    labels: Sequence[Label],
    active: Collection[str],
) -> list[Figures]:
    """Return the same comparison by the length of the text: short ones are the hard ones."""
    rows: list[Figures] = []
    for least, most, name in LENGTHS:
        part = [row for row in labels if least <= len(row.sayings[0].text) <= most]
        tally = _count(champion, challenger, part, active)
        rows.append(
            {
                "name": name,
                "count": tally.count,
                "champion": tally.champion,
                "challenger": tally.challenger,
            }
        )
    return rows
