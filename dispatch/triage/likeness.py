"""Whether a new report and an open ticket are the same matter: words, place and category weighed."""

from __future__ import annotations

from dataclasses import dataclass

from xiangcun.lib.similarity import Print, likeness, places_agree

WORDS_SHARE, NEAR_SHARE, CATEGORY_SHARE = 0.6, 0.25, 0.15
SUGGESTED = 0.40
"""Score from which the desk is shown a ticket of the same category."""
NEIGHBOUR_WORDS = 0.6
"""A ticket of another category is shown only when the words are nearly the same."""
OTHER_PLACE = 0.5
"""What is left of the words when the texts name different places, numbers or buildings."""
SURE_WORDS = 0.7
SURE_DISTANCE_M = 30.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """One open ticket beside a new report; ``words`` and ``score`` are 0–1, ``distance_m`` metres.

    ``same_place`` is what the texts say (``None``: nothing that can be compared), not the map.
    """

    words: float
    same_place: bool | None
    distance_m: float
    radius_m: float
    same_category: bool

    @property
    def score(self) -> float:
        """Return how likely the two are one matter."""
        near = max(0.0, 1.0 - self.distance_m / self.radius_m) if self.radius_m > 0 else 0.0
        words = self.words * (OTHER_PLACE if self.same_place is False else 1.0)
        return (
            WORDS_SHARE * words
            + NEAR_SHARE * near * bool(words)
            + CATEGORY_SHARE * self.same_category
        )

    @property
    def is_suggested(self) -> bool:
        """Whether the desk should look at it."""
        if self.same_category:
            return self.score >= SUGGESTED
        return self.words >= NEIGHBOUR_WORDS and self.same_place is not False

    @property
    def is_repetition(self) -> bool:
        """Whether these are the same words about the same place; the caller knows day and danger."""
        near = self.distance_m <= min(SURE_DISTANCE_M, self.radius_m)
        return (
            near
            and self.same_category
            and self.same_place is not False
            and self.words >= SURE_WORDS
        )


def compare(
    new: Print, old: Print, *, distance_m: float, radius_m: float, same_category: bool
) -> Comparison:
    """Compare a new report's text with one of a ticket's."""
    return Comparison(
        likeness(new, old), places_agree(new, old), distance_m, radius_m, same_category
    )
