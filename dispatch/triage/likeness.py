"""Whether a new report and an open ticket are the same matter: words, place and category weighed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from xiangcun.lib.similarity import likeness, places_agree, print_of

WORDS_SHARE, NEAR_SHARE, CATEGORY_SHARE = 0.6, 0.25, 0.15
SUGGESTED = 0.40
"""Score from which the desk is shown a ticket of the same category."""
NEIGHBOUR_WORDS = 0.6
"""A ticket of another category is shown only when the words are nearly the same."""
SURE_WORDS = 0.7
SURE_DISTANCE_M = 30.0
_TURNS = (
    re.compile(r"[不没未无]"),
    re.compile(r"修好|弄好|装好|换好|清理干净|打扫干净|恢复|解决了|谢谢|感谢|表扬"),
)
"""What turns a sentence round: words may be shared and the matter still be the opposite."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One open ticket beside a new report; ``words`` and ``score`` are 0–1, ``distance_m`` metres.

    ``same_place`` is what the texts say (``None``: nothing that can be compared), not the map;
    ``same_sense`` is false when one denies or thanks for what the other complains of.
    """

    words: float
    same_place: bool | None
    distance_m: float
    radius_m: float
    same_category: bool
    same_sense: bool = True

    @property
    def score(self) -> float:
        """Return how likely the two are one matter."""
        near = max(0.0, 1.0 - self.distance_m / self.radius_m) if self.radius_m > 0 else 0.0
        return (
            WORDS_SHARE * self.words
            + NEAR_SHARE * near * bool(self.words)
            + CATEGORY_SHARE * self.same_category
        )

    @property
    def is_suggested(self) -> bool:
        """Whether the desk should look at it: building 3 is not building 5."""
        if self.same_place is False:
            return False
        return self.score >= SUGGESTED if self.same_category else self.words >= NEIGHBOUR_WORDS

    @property
    def is_repetition(self) -> bool:
        """Whether these are the same words about the same place; the caller knows day and danger."""
        near = self.distance_m <= min(SURE_DISTANCE_M, self.radius_m)
        alike = self.words >= SURE_WORDS and self.same_place is not False and self.same_sense
        return near and alike and self.same_category


def compare(
    new: str, old: str, *, distance_m: float, radius_m: float, same_category: bool
) -> Comparison:
    """Compare a new report's text with one of a ticket's."""
    mine, theirs = print_of(new), print_of(old)
    return Comparison(
        likeness(mine, theirs),
        places_agree(mine, theirs),
        distance_m,
        radius_m,
        same_category,
        all(bool(turn.search(new)) == bool(turn.search(old)) for turn in _TURNS),
    )
