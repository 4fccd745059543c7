"""What people say in the demo history: our own sentences from ``dispatch/data/simulation.json``.

Nothing here was ever said by a resident. Every report ends with the file's ``mark``, so that whoever
reads it, on the public page too, knows it for an example.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from string import Formatter
from typing import Any

from dispatch.domain.seeding import DATA

FILE_NAME = "simulation.json"
_SAYS_MORE = 0.7


@dataclass(frozen=True, slots=True)
class Topic:
    """How one leaf category is spoken of: its share, its hours and season, its sentences.

    ``where`` is ``village`` or ``community`` for what there is in one kind of place only.
    """

    code: str
    weight: float
    hours: str
    season: str
    where: str
    what: tuple[str, ...]
    more: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """Words of a place: the village's real name, and whether people live in blocks there."""

    village: str

    @property
    def is_community(self) -> bool:
        """Whether its places are blocks and gates, not groups and field paths."""
        return "社区" in self.village


@dataclass(frozen=True)
class Words:
    """The file, read once; ``raw`` holds the plain lists."""

    raw: Mapping[str, Any]
    topics: Mapping[str, Topic]

    @property
    def mark(self) -> str:
        """What ends every example."""
        return str(self.raw["mark"])

    def pick(self, dice: Random, name: str) -> Any:
        """Return one entry of the list ``name``."""
        return dice.choice(self.raw[name])

    def place(self, dice: Random, spot: Spot) -> str:
        """Return a place of the village in words."""
        kind = "community_places" if spot.is_community else "village_places"
        return spot.village + self._fill(dice, self.pick(dice, kind), {})

    def report(self, dice: Random, code: str, spot: Spot) -> str:
        """Return what somebody says about a problem of leaf ``code``."""
        topic = self.topics[code]
        more = dice.choice(topic.more) if dice.random() < _SAYS_MORE else ""
        return self._say(dice, dice.choice(topic.what), more, self.place(dice, spot))

    def about(self, dice: Random, sentences: Sequence[str], place: str) -> str:
        """Return one of ``sentences`` about a given place."""
        return self._say(dice, dice.choice(sentences), "", place)

    def result(self, dice: Random, code: str) -> str:
        """Return what a department writes when a problem of leaf ``code`` is solved."""
        return str(dice.choice(self.raw["results"][code[:2]]))

    def _say(self, dice: Random, what: str, more: str, place: str) -> str:
        parts = (self._fill(dice, part, {"place": place}) for part in (what, more))
        sentence = "，".join(part for part in parts if part)
        ask = self.pick(dice, "asks")
        return f"{sentence}，{ask}。{self.mark}" if ask else f"{sentence}。{self.mark}"

    def _fill(self, dice: Random, text: str, known: Mapping[str, str]) -> str:
        slots = self.raw["slots"]
        return "".join(
            head + (known.get(name) or dice.choice(slots[name]) if name else "")
            for head, name, _format, _conversion in Formatter().parse(text)
        )


@lru_cache(maxsize=1)
def read_words() -> Words:
    """Return the words of the file."""
    raw = json.loads((DATA / FILE_NAME).read_text(encoding="utf-8"))
    topics = {
        code: Topic(
            code,
            row["weight"],
            row["hours"],
            row["season"],
            row.get("where", ""),
            tuple(row["what"]),
            tuple(row["more"]),
        )
        for code, row in raw["categories"].items()
    }
    return Words(raw, topics)
