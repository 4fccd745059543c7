"""How alike two short Chinese texts are: shared pairs of neighbouring characters."""

from __future__ import annotations

from collections import Counter

COMPARED_CHARACTERS = 300


def bigram_similarity(left: str, right: str) -> float:
    """Return the Dice coefficient of the character bigrams, 0–1; blanks and punctuation are ignored."""
    one, two = _bigrams(left), _bigrams(right)
    total = one.total() + two.total()
    if not total:
        return 1.0 if _letters(left) == _letters(right) != "" else 0.0
    return 2.0 * (one & two).total() / total


def _letters(text: str) -> str:
    return "".join(char for char in text[:COMPARED_CHARACTERS] if char.isalnum()).lower()


def _bigrams(text: str) -> Counter[str]:
    letters = _letters(text)
    return Counter(letters[start : start + 2] for start in range(len(letters) - 1))
