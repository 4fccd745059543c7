"""Recall of the danger words on phrases as villagers type them (``danger_phrases.json``).

``python bench/danger.py [--json] [--half tuning|held-out|all]``. Every second phrase is held out:
words and rules are mended on the even ones only, the figures that count are those of the odd ones.
No database and no network: what is measured is the shipped ``danger.json`` and the clause rules.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PHRASES = Path(__file__).with_name("danger_phrases.json")
HALVES = {"tuning": slice(0, None, 2), "held-out": slice(1, None, 2), "all": slice(None)}


@dataclass(frozen=True, slots=True)
class Phrase:
    """What somebody types, and the level it calls for: ``P0``, ``P1`` or "" for a trap."""

    text: str
    level: str


@dataclass(frozen=True, slots=True)
class DangerFigures:
    """Shares are 0–1.

    ``recall_p0``: P0 phrases found as P0; ``recall``: P0 and P1 phrases found as either;
    ``precision``: of all that were raised, those that deserve it; ``false_alarms``: traps
    that were raised to P0 or P1, ``false_p0`` to P0; ``over``: P1 phrases raised to P0.
    """

    phrases: int
    traps: int
    recall_p0: float
    recall: float
    precision: float
    false_alarms: float
    false_p0: float
    over: float
    misses: tuple[str, ...]
    alarms: tuple[str, ...]
    overs: tuple[str, ...]


def read_phrases(half: str = "held-out") -> tuple[Phrase, ...]:
    """Return a half of the phrases: ``tuning``, ``held-out`` or ``all``."""
    rows = json.loads(PHRASES.read_text(encoding="utf-8"))["phrases"]
    return tuple(Phrase(**row) for row in rows)[HALVES[half]]


def danger_recall(half: str = "held-out") -> DangerFigures:
    """Measure the shipped words on a half of the phrases."""
    from dispatch.triage.dangers import find_dangers, shipped_dangers  # noqa: PLC0415

    dangers = shipped_dangers()
    found = []
    for phrase in read_phrases(half):
        best = next(iter(find_dangers(phrase.text, dangers)), None)
        found.append((phrase, str(best.urgency) if best else "", best.term if best else ""))
    return figures_of(found)


def figures_of(found: Sequence[tuple[Phrase, str, str]]) -> DangerFigures:
    """Count; ``found`` has each phrase with the level it got and the word that gave it."""
    p0 = [row for row in found if row[0].level == "P0"]
    real = [row for row in found if row[0].level]
    traps = [row for row in found if not row[0].level]
    raised = [row for row in found if row[1]]
    alarms = [row for row in traps if row[1]]
    overs = [row for row in found if row[0].level == "P1" and row[1] == "P0"]
    misses = [row for row in real if not row[1] or (row[0].level == "P0" and row[1] != "P0")]
    return DangerFigures(
        phrases=len(found),
        traps=len(traps),
        recall_p0=_share(sum(got == "P0" for _, got, _ in p0), len(p0)),
        recall=_share(sum(bool(got) for _, got, _ in real), len(real)),
        precision=_share(len(raised) - len(alarms), len(raised)),
        false_alarms=_share(len(alarms), len(traps)),
        false_p0=_share(sum(got == "P0" for _, got, _ in alarms), len(traps)),
        over=_share(len(overs), len(real) - len(p0)),
        misses=tuple(_line(*row) for row in misses),
        alarms=tuple(_line(*row) for row in alarms),
        overs=tuple(_line(*row) for row in overs),
    )


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0


def _line(phrase: Phrase, got: str, term: str) -> str:
    why = f"（{term}）" if term else ""
    return f"{phrase.level or '无险情'} → {got or '无'}{why}：{phrase.text}"


def print_figures(half: str, figures: DangerFigures) -> None:
    """Print a half's figures, then what was missed and what was a false alarm."""
    real = figures.phrases - figures.traps
    print(f"danger words, {half}: {real} dangers, {figures.traps} traps")
    print(
        f"  recall P0 {figures.recall_p0:.3f}  P0+P1 {figures.recall:.3f}"
        f"  precision {figures.precision:.3f}  false alarms {figures.false_alarms:.3f}"
        f" (to P0 {figures.false_p0:.3f})  P1 raised to P0 {figures.over:.3f}"
    )
    for name, lines in (
        ("missed", figures.misses),
        ("false alarm", figures.alarms),
        ("too high", figures.overs),
    ):
        for line in lines:
            print(f"  {name}: {line}")


def main(argv: Sequence[str] | None = None) -> None:
    """Print both halves, or one; with ``--json`` the last line is one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=[*HALVES], default="")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    _prepare()
    halves = [options.half] if options.half else ["tuning", "held-out"]
    results = {half: danger_recall(half) for half in halves}
    for half, figures in results.items():
        print_figures(half, figures)
    if options.json:
        print(json.dumps({half: asdict(row) for half, row in results.items()}, ensure_ascii=False))


def _prepare() -> None:
    """Make the project importable; the words need Django's enums, not its database."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiangcun.settings")
    import django  # noqa: PLC0415 - after the path is set

    django.setup()


if __name__ == "__main__":
    main()
