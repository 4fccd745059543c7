"""What a classifier is: text in, ranked leaf categories out.

The first implementation is the keyword lexicon; a learned model takes its place behind the same
two members, and ``version`` tells in every ``TriageRun`` which one spoke.
"""

from __future__ import annotations

from typing import Protocol

from dispatch.triage.context import Candidate


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
