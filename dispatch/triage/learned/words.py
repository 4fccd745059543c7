"""Words for explaining, found in the messages themselves: no dictionary is shipped or loaded.

A stretch of 2–3 characters is a word when its parts meet far oftener than by chance and it stands
beside many different neighbours; the lexicon's terms are words from the start.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from dispatch.triage.learned.text import runs_of

SHORTEST, LONGEST = 2, 3
TERM_LONGEST = 6
COHESION = 2.8
"""How many natural-log units oftener than by chance the parts meet, at the weakest joint."""
FREEDOM = 0.95
"""Entropy (nats) of the neighbours on the poorer side."""
PARTICLES = frozenset("的了着过个我你他她它们这那是在有和与及也都就到为被把让给等很")
"""Characters at whose side two words meet; a found word neither begins nor ends with one."""
EDGES = PARTICLES | {"^", "$"}
READ_CHARACTERS = 120
READ_TEXTS = 4000
"""Enough to know the words; the rest of a large training set would only cost time."""
MAX_WORDS = 20_000
LEAST = 3
MANY_TEXTS = 1000
"""A word must have been seen ``LEAST`` times, twice as often among so many messages."""
_TERM_COUNT = 5


def find_words(texts: Sequence[str], terms: Iterable[str]) -> dict[str, int]:
    """Return words with their counts, from ``texts`` and the lexicon's ``terms``."""
    counts: Counter[str] = Counter()
    for text in texts[:: len(texts) // READ_TEXTS + 1]:
        for run in runs_of(text[:READ_CHARACTERS]):
            padded = f"^{run}$"
            for size in range(1, LONGEST + 2):
                counts.update(padded[at : at + size] for at in range(len(padded) - size + 1))
    least = LEAST if len(texts) < MANY_TEXTS else 2 * LEAST
    common = {gram: count for gram, count in counts.items() if count >= least}
    total = sum(count for gram, count in common.items() if len(gram) == 1) or 1
    freedom = _freedom(counts, common)
    found = {
        gram: count
        for gram, count in common.items()
        if SHORTEST <= len(gram) <= LONGEST
        and gram[0] not in EDGES
        and gram[-1] not in EDGES
        and freedom.get(gram, 0.0) >= FREEDOM
        and _cohesion(gram, common, total) >= COHESION
    }
    kept = dict(sorted(found.items(), key=lambda row: (-row[1], row[0]))[:MAX_WORDS])
    for term in terms:
        for run in runs_of(term):
            if 1 < len(run) <= TERM_LONGEST:
                kept[run] = max(kept.get(run, 0), _TERM_COUNT)
    return kept


class Cutter:
    """Cuts a stretch of characters into the words it knows: the cheapest way, rare words cost more."""

    def __init__(self, words: Sequence[str], counts: Sequence[int]) -> None:
        total = sum(counts) + 1.0
        self._costs = {
            word: -math.log(count / total) for word, count in zip(words, counts, strict=True)
        }
        sizes: dict[str, set[int]] = defaultdict(set)
        for word in words:
            sizes[word[-1]].add(len(word))
        self._sizes = {last: tuple(sorted(found)) for last, found in sizes.items()}
        # Two single characters must cost more than the rarest word, or rare words would fall apart.
        self._unknown = 0.6 * math.log(total)

    def cut(self, run: str) -> list[str]:
        """Return the words and single characters of ``run``, in order."""
        best = [0.0] * (len(run) + 1)
        back = [0] * (len(run) + 1)
        for end, last in enumerate(run, 1):
            cheapest, start = best[end - 1] + self._unknown, end - 1
            for size in self._sizes.get(last, ()):
                cost = self._costs.get(run[end - size : end]) if size <= end else None
                if cost is not None and best[end - size] + cost < cheapest:
                    cheapest, start = best[end - size] + cost, end - size
            best[end], back[end] = cheapest, start
        parts: list[str] = []
        end = len(run)
        while end:
            parts.append(run[back[end] : end])
            end = back[end]
        return parts[::-1]


def _freedom(counts: Mapping[str, int], common: Mapping[str, int]) -> dict[str, float]:
    """Entropy of the neighbours, left or right, whichever is poorer."""
    left: dict[str, list[int]] = defaultdict(list)
    right: dict[str, list[int]] = defaultdict(list)
    for gram, count in counts.items():
        if len(gram) <= SHORTEST:
            continue
        if gram[1:] in common:
            left[gram[1:]].append(count)
        if gram[:-1] in common:
            right[gram[:-1]].append(count)
    return {
        gram: min(_entropy(left[gram]), _entropy(right[gram])) for gram in left if gram in right
    }


def _entropy(counts: Sequence[int]) -> float:
    total = sum(counts)
    return -sum(count / total * math.log(count / total) for count in counts)


def _cohesion(gram: str, common: Mapping[str, int], total: int) -> float:
    """Log ratio of the count to what chance would give, at the weakest joint."""
    return min(
        math.log(common[gram] * total / (common.get(gram[:at], 1) * common.get(gram[at:], 1)))
        for at in range(1, len(gram))
    )
