"""The words that decided, marked inside a text: everything typed by anybody is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from dispatch.triage.patterns import find_spans

MIN_LETTERS = 2
"""A single character stands everywhere: marking it would explain nothing."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A word (or a pattern with ``…``) to be marked; ``tone`` is a CSS class, ``title`` says why."""

    word: str
    tone: str
    title: str


def highlight(text: str, marks: Iterable[Mark]) -> SafeString:
    """Return ``text`` escaped, line breaks kept, with every mark's places in ``<mark>``.

    Where two overlap the earlier mark wins: pass the most important ones first.
    """
    pieces: list[SafeString] = []
    reach = 0
    for start, end, mark in _spans(text, marks):
        pieces.append(_plain(text[reach:start]))
        pieces.append(
            format_html(
                '<mark class="xc-mark xc-{}" title="{}">{}</mark>',
                mark.tone,
                mark.title,
                _plain(text[start:end]),
            )
        )
        reach = end
    pieces.append(_plain(text[reach:]))
    return SafeString("".join(pieces))


def _plain(text: str) -> SafeString:
    escaped = conditional_escape(text).replace("\n", "<br>")
    return mark_safe(escaped)  # noqa: S308 - escaped on the line above


def _spans(text: str, marks: Iterable[Mark]) -> Iterator[tuple[int, int, Mark]]:
    """Yield the places to be marked, in order, none inside another."""
    kept: list[tuple[int, int, Mark]] = []
    for mark in marks:
        if len(mark.word) < MIN_LETTERS:
            continue
        for start, end in find_spans(mark.word, text):
            if all(end <= other[0] or start >= other[1] for other in kept):
                kept.append((start, end, mark))
    yield from sorted(kept, key=lambda span: span[0])
