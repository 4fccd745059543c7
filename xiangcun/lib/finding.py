"""What a guide is found by: its words, and how its names sound, in full and by initials.

Written with the row, in three lines: title, other names, the rest. A word in Chinese is looked for
anywhere; letters and digits only where a syllable, a word or a number begins, so that 「sbk」 finds
社保卡 and 「ang」 does not find everything with 方 or 上.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import import_module
from typing import Any

MOST_SYLLABLES = 40
MOST_TERMS = 8
LONGEST_QUERY = 40
_RUN = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")
_LATIN = re.compile(r"[a-z0-9]+")
_NAME_BREAK = re.compile(r"[、，,；;\s（）()/·]+")
# What people write around the thing they look for; the longest first.
_FILLERS = re.compile(
    r"我想要?|我要|请问|怎么样?|如何|在哪里?|哪里|去哪儿?|到哪里?|需要|什么|多少|可以|能不能|吗|呢|的|办理|要带"
)
# What one does with it: people write it before or behind the thing, so that it is a term of its own.
_VERBS = re.compile(r"(补办|申请|登记|领取|缴费|挂失|查询|预约|报销|认证|换证|年检|报名)")


def search_text(*, title: str, synonyms: str, rest: Iterable[str]) -> str:
    """Return what goes into ``Guide.search``."""
    names = [name for name in _NAME_BREAK.split(synonyms) if name]
    others = " ".join(rest)
    return "\n".join(
        (
            _named([title]),
            _named(names),
            " ".join((*_plain(others).split(), *_LATIN.findall(_plain(others)))),
        )
    )


def terms_of(query: str) -> tuple[str, ...]:
    """Return what has to stand in ``Guide.search``, all of it; empty when there is nothing to look for.

    Questions lose their filling (「怎么补办社保卡」), unless there is nothing else in them.
    """
    plain = _plain(query)[:LONGEST_QUERY].replace("'", "").replace("’", "")
    bare = _VERBS.sub(r" \1 ", _FILLERS.sub(" ", plain))
    runs = _RUN.findall(bare) or _RUN.findall(plain)
    return tuple(f" {run}" if run.isascii() else run for run in dict.fromkeys(runs))[:MOST_TERMS]


def rank_of(search: str, terms: Sequence[str]) -> int:
    """Return 0 when the title has all terms, 1 when title and other names do, else 2."""
    so_far = ""
    for rank, line in enumerate(search.split("\n")):
        so_far += line
        if all(term in so_far for term in terms):
            return rank
    return 2


def pairs_of(query: str) -> frozenset[str]:
    """Return the neighbouring characters of what was not found, for :func:`likeness`."""
    text = "".join(_RUN.findall(_FILLERS.sub("", _plain(query))))
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))


def likeness(search: str, pairs: frozenset[str]) -> float:
    """Return how many of the pairs stand in the names, 0 to 1."""
    names = "\n".join(search.split("\n", 2)[:2])
    return sum(pair in names for pair in pairs) / len(pairs) if pairs else 0.0


def initials_of(text: str) -> str:
    """Return the initials of a name, for a code that a person can remember."""
    return "".join(syllable[0] for syllable in _syllables(text))


def _named(names: Sequence[str]) -> str:
    """Return names with how they sound from each syllable on, each behind a blank."""
    parts = [" ".join(_plain(name).split()) for name in names]
    for name in names:
        syllables = _syllables(name)
        starts = range(len(syllables))
        parts.extend("".join(syllables[at:]) for at in starts)
        parts.append("")
        parts.extend("".join(one[0] for one in syllables[at:]) for at in starts)
    return " " + " ".join(dict.fromkeys(part for part in parts if part))


def _syllables(text: str) -> list[str]:
    """Return the syllables of a text; a run of letters or digits is one."""
    found: list[str] = []
    for run in _RUN.findall(_plain(text)):
        found.extend([run] if run.isascii() else _pinyin().lazy_pinyin(run, errors="ignore"))
    return found[:MOST_SYLLABLES]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower().replace("\x00", "")


@cache
def _pinyin() -> Any:
    """Return pypinyin: 60 MB and 0.4 s that only a process which writes guides should pay."""
    return import_module("pypinyin")
