"""What a classifier is: text in, ranked leaf categories out.

The keyword lexicon and the learned model stand behind the same members, and ``version`` tells in
every ``TriageRun`` which one spoke.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from dispatch.triage.candidate import Candidate


class Classifier(Protocol):
    """Anything that ranks the leaf categories for a text."""

    @property
    def version(self) -> str:
        """Name and content version, up to 60 characters."""

    def rank(self, text: str, *, hints: tuple[str, ...], chosen: str) -> tuple[Candidate, ...]:
        """Return candidates, best first, confidences within 0–1.

        ``hints`` are marks that stand beside the text, such as ``[表扬]`` for the kind; ``chosen`` is
        the code of the category the resident picked ("" for none): evidence, not the truth.
        """

    def threshold(self, code: str) -> float:
        """Return the confidence from which ``code`` may be dispatched unasked; above 1 means never."""

    def stands_out(self, candidates: Sequence[Candidate]) -> bool:
        """Whether the first of the (one or more) candidates is clear of the others, by the classifier's own rule."""
