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
FEWER_UNASKED = 0.5
"""A challenger must still dispatch this share of what the champion rightly dispatches unasked."""
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


@dataclass(frozen=True, slots=True)
class Answer:
    """What triage would propose ("" for nothing), and whether it would dispatch it unasked."""

    code: str = ""
    auto: bool = False


@dataclass(frozen=True, slots=True)
class _Pair:
    """What both say about one ticket."""

    label: Label
    champion: Answer
    challenger: Answer

    @property
    def champion_right(self) -> bool:
        return self.champion.code == self.label.code

    @property
    def challenger_right(self) -> bool:
        return self.challenger.code == self.label.code


@dataclass(frozen=True, slots=True)
class _Tally:
    """Counts of a paired comparison."""

    count: int
    champion: int
    challenger: int
    only_champion: int
    only_challenger: int

    @classmethod
    def of(cls, pairs: Sequence[_Pair]) -> _Tally:
        old = [pair.champion_right for pair in pairs]
        new = [pair.challenger_right for pair in pairs]
        both = sum(a and b for a, b in zip(old, new, strict=True))
        return cls(len(pairs), sum(old), sum(new), sum(old) - both, sum(new) - both)


@dataclass(frozen=True, slots=True)
class _Unasked:
    """How much would have been dispatched unasked, and how much of that rightly."""

    count: int
    right: int

    @property
    def accuracy(self) -> float | None:
        return self.right / self.count if self.count else None


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
    champion: Classifier,
    challenger: Classifier,
    parts: Split,
    *,
    active: Collection[str],
    accuracy: float,
    dispatching: bool = False,
) -> Verdict:
    """Let both answer as triage would, and say who is better and how sure that is.

    ``accuracy`` is what the operator asks of automatic dispatch (0–1); ``dispatching`` whether there
    is any of it at present.
    """
    decided = _ask(champion, challenger, parts.held_out, active)
    handled = _ask(champion, challenger, parts.handled, active)
    people, quiet = _Tally.of(decided), _Tally.of(handled)
    figures: Figures = {
        "held_out": people.count,
        "trained_on": len(parts.known),
        "first": parts.held_out[0].at.isoformat(),
        "last": parts.held_out[-1].at.isoformat(),
        "champion": _figures(champion, people.champion, [pair.champion for pair in decided], parts),
        "challenger": _figures(
            challenger, people.challenger, [pair.challenger for pair in decided], parts
        ),
        "only_challenger": people.only_challenger,
        "only_champion": people.only_champion,
        "p_value": round(sign_test(people.only_challenger, people.only_champion), 6),
        "difference": difference(people.only_challenger, people.only_champion, people.count),
        "by_length": _by_length(decided),
        "handled": {
            "count": quiet.count,
            "only_challenger": quiet.only_challenger,
            "only_champion": quiet.only_champion,
            "p_value": round(sign_test(quiet.only_champion, quiet.only_challenger), 6),
        },
    }
    score = (
        f"同一批 {people.count} 件人工判定：新版本对 {people.challenger} 件，"
        f"现用版本对 {people.champion} 件"
    )
    objection = _objection(people, quiet, [*decided, *handled], accuracy)
    if dispatching and not objection and all(challenger.threshold(code) > 1 for code in active):
        # The cases people decided cannot show it: they are the ones nobody was sure of.
        objection = "但判定还太少，没有一个分类能证明可以自动派单"
    if objection:
        return Verdict(wins=False, reason=f"{score}；{objection}，不替换", figures=figures)
    return Verdict(wins=True, reason=f"{score}，明显胜出", figures=figures)


def _objection(people: _Tally, quiet: _Tally, pairs: Sequence[_Pair], accuracy: float) -> str:
    """Return why the challenger must not replace the champion, "" when nothing speaks against it."""
    if sign_test(people.only_challenger, people.only_champion) > P_VALUE:
        return "没有明显胜出"
    if sign_test(quiet.only_champion, quiet.only_challenger) <= P_VALUE:
        more = quiet.only_champion - quiet.only_challenger
        return f"但在 {quiet.count} 件已办结的自动派单上，新版本多错 {more} 件"
    new = _unasked((pair.challenger, pair.label) for pair in pairs)
    old = _unasked((pair.champion, pair.label) for pair in pairs)
    _lower, upper = wilson(new.right, new.count)
    if upper < accuracy and (old.accuracy is None or (new.accuracy or 0.0) < old.accuracy):
        return (
            f"但新版本会自动派出 {new.count} 件，只对 {new.right} 件，达不到 {accuracy:.1%} 的要求"
        )
    # Right more often and hardly ever sure would put all of it on the command room's desk. What sends
    # too much astray itself has no share to defend.
    _lower, reached = wilson(old.right, old.count)
    if old.count and reached >= accuracy and new.right < FEWER_UNASKED * old.right:
        return f"但新版本只能自动派对 {new.right} 件，现用版本能派对 {old.right} 件"
    return ""


def _unasked(answers: Iterable[tuple[Answer, Label]]) -> _Unasked:
    sent = [answer.code == label.code for answer, label in answers if answer.auto]
    return _Unasked(len(sent), sum(sent))


def answer(classifier: Classifier, label: Label, active: Collection[str]) -> Answer:
    """Return what triage would make of the ticket's first report."""
    saying = label.sayings[0]
    hints = (f"[{ReportKind(saying.kind).label}]",)
    ranked = classifier.rank(saying.text, hints=hints, chosen=saying.chosen)
    best = next((row for row in ranked if row.code in active), None)
    if best is None:
        return Answer()
    return Answer(best.code, best.confidence >= _limit(classifier, best.code))


def _limit(classifier: Classifier, code: str) -> float:
    """Return from which confidence the category is dispatched; never, where nobody says."""
    ask = getattr(classifier, "threshold", None)
    return float(ask(code)) if callable(ask) else math.inf


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


def _ask(
    champion: Classifier,
    challenger: Classifier,
    labels: Iterable[Label],
    active: Collection[str],
) -> list[_Pair]:
    return [
        _Pair(row, answer(champion, row, active), answer(challenger, row, active)) for row in labels
    ]


def _figures(
    classifier: Classifier, right: int, answers: Sequence[Answer], parts: Split
) -> Figures:
    """Accuracy and automatic dispatch as triage works; the rest by ``evaluate``, from words alone."""
    labels = parts.held_out
    lower, upper = wilson(right, len(labels))
    more = evaluate(classifier, [Example(row.sayings[0].text, row.code) for row in labels])
    sent = _unasked(zip(answers, labels, strict=True))
    return {
        **{name: more[name] for name in ("macro_f1", "top2") if name in more},
        "version": classifier.version,
        "right": right,
        "accuracy": round(right / len(labels), 4),
        "lower": round(lower, 4),
        "upper": round(upper, 4),
        "auto_share": round(sent.count / len(labels), 4),
        "auto_accuracy": sent.accuracy,
    }


def _by_length(pairs: Sequence[_Pair]) -> list[Figures]:
    """Return the same comparison by the length of the text: short ones are the hard ones."""
    rows: list[Figures] = []
    for least, most, name in LENGTHS:
        part = [row for row in pairs if least <= len(row.label.sayings[0].text) <= most]
        tally = _Tally.of(part)
        rows.append(
            {
                "name": name,
                "count": tally.count,
                "champion": tally.champion,
                "challenger": tally.challenger,
            }
        )
    return rows
