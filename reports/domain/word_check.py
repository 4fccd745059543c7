"""The local check of a report's words before its case goes on the public map: no network, no rows.

The public never reads those words. What this holds back is a case that should not be looked at by a
village before a member of staff has thought about it: a family's trouble, an accusation by name.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from xiangcun.lib.text import strip_links

_FILE = Path(__file__).resolve().parent.parent / "data" / "publication_words.json"
_NOISE = re.compile(r"[\s\W_]+")
LINK, EXTRA = _("留有网址"), _("本地增补的词")


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Why a person should look: the group in words, and the words that were found."""

    label: str
    words: tuple[str, ...] = ()


def suspicions(text: str) -> list[Suspicion]:
    """Return what speaks against showing the case unseen; [] for most texts.

    Blanks and punctuation between the characters of a word do not hide it. A telephone number is no
    reason: many leave theirs, and nobody outside of the office will read it.
    """
    squeezed = _NOISE.sub("", text).lower()
    found = []
    for label, pattern in _groups(tuple(settings.PUBLICATION_EXTRA_WORDS)):
        words = tuple(dict.fromkeys(pattern.findall(squeezed)))
        if words:
            found.append(Suspicion(label, words))
    if strip_links(text) != text:
        found.append(Suspicion(str(LINK)))
    return found


@cache
def _groups(extra: tuple[str, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = json.loads(_FILE.read_text(encoding="utf-8"))["groups"].values()
    groups = [(row["label"], row["words"]) for row in rows]
    if extra:
        groups.append((str(EXTRA), extra))
    return tuple((label, _pattern(words)) for label, words in groups)


def _pattern(words: list[str] | tuple[str, ...]) -> re.Pattern[str]:
    """Longest first: the found word is the most telling one."""
    squeezed = {_NOISE.sub("", word).lower() for word in words} - {""}
    return re.compile("|".join(re.escape(word) for word in sorted(squeezed, key=len, reverse=True)))
