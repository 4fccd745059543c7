"""Settings of the public page; ``xiangcun.settings`` takes them over by name."""

from __future__ import annotations

from xiangcun.lib.env import env_choice, env_list

__all__ = ["PUBLICATION_EXTRA_WORDS", "PUBLICATION_REVIEW"]

# Whose case a member of staff must see before the public does: the suspects of the checks, or all.
PUBLICATION_REVIEW = env_choice("PUBLICATION_REVIEW", ("suspects", "all"))
PUBLICATION_EXTRA_WORDS = env_list("PUBLICATION_EXTRA_WORDS")
