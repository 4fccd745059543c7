"""What goes into learning: messages with their category, the tree's leaves, and what is aimed at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """A message and the leaf it belongs to.

    ``text`` is as residents write: a title line and the letter, or just a sentence or two. Examples of
    one ``group`` (copies of the same matter) never stand on both sides of a fold; "" is a group of its own.
    """

    text: str
    code: str
    weight: float = 1.0
    group: str = ""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A category that can be assigned, with its lexicon: ``terms`` are (word, points), −8 to 8."""

    code: str
    name: str
    parent_code: str
    parent_name: str
    terms: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Targets:
    """What dispatching unasked must reach: ``accuracy`` 0–1, sure at confidence ``level`` (one-sided)."""

    accuracy: float = 0.98
    level: float = 0.95


class ModelFault(Exception):  # noqa: N818 - what is wrong with a file, not with the program
    """A model that cannot be used: ``code`` for machines, ``message`` in Chinese for the office."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
