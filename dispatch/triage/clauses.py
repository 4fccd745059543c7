"""What the clause around a danger word says about it: negated, over, solved, feared, asked, rehearsed.

People type without punctuation, so a blank ends a clause as a comma does. Each rule is a pair of word
lists in plain sight; the name of the one that spoke is kept with the run and shown to the office.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from dispatch.triage.patterns import CLAUSE_ENDS, SENTENCE_ENDS

_ENDS = re.compile(f"[{re.escape(CLAUSE_ENDS)}\\s]")
_SENTENCE = re.compile(f"[{re.escape(SENTENCE_ENDS)}]")
_LIVE = "又|现在|今天|刚|还|开始|至今|一直|天天"


@dataclass(frozen=True, slots=True)
class Place:
    """A word in its clause: what stands before it, itself, after it, and the next clause.

    ``lead`` is the clause up to the last part of a word with a gap ("电箱没有|冒烟" of 电箱…冒烟).
    """

    before: str
    lead: str
    word: str
    after: str
    following: str

    @property
    def clause(self) -> str:
        """The whole clause."""
        return self.before + self.word + self.after


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a danger word does not count: ``name`` is what the office reads.

    ``lowers`` makes it one step less urgent; otherwise it is taken back.
    """

    name: str
    speaks: Callable[[Place], bool]
    lowers: bool = False


def place_of(text: str, start: int, end: int, *, tail: int = 0) -> Place:
    """Cut the clause around ``text[start:end]`` and the clause after it within the sentence.

    ``tail`` is the length of the word's last part, 0 for a word without a gap.
    """
    left = max((match.end() for match in _ENDS.finditer(text, 0, start)), default=0)
    stop = _ENDS.search(text, end)
    right = stop.start() if stop else len(text)
    following = ""
    if stop and not _SENTENCE.match(text, right):
        beyond = _ENDS.search(text, stop.end())
        following = text[stop.end() : beyond.start() if beyond else len(text)]
    lead = text[left : end - tail if tail else start]
    return Place(text[left:start], lead, text[start:end], text[end:right], following)


def find_doubt(place: Place) -> Doubt | None:
    """Return the first rule that speaks against the word, ``None`` when it stands."""
    return next((doubt for doubt in DOUBTS if doubt.speaks(place)), None)


_NOT = r"(?:没有|没|未|不是|并非|不会|不再|无|没闻到|没有闻到|闻不到|没看到|没发现|没听到)"
_NOT_BEFORE = re.compile(rf"{_NOT}(?:再|什么|任何|人|真的|发生|出现)?$")


def _is_negated(place: Place) -> bool:
    return bool(_NOT_BEFORE.search(place.before) or _NOT_BEFORE.search(place.lead))


_PAST = re.compile(
    r"去年|前年|前几[天日年]|几年前|多年前|那年|当年|早年|从前|以前(?!的)|上个?月|上次|上回|曾|小时候"
)
_LIVE_MARK = re.compile(_LIVE)


def _is_past(place: Place) -> bool:
    said = place.before + place.word
    found = _PAST.search(said)
    return bool(found and not _LIVE_MARK.search(said, found.end()))


_SOLVED = re.compile(
    r"(?:已经?|都|昨天|刚刚?|后来|现在)?"
    r"(?:修好|修复|接好|接通|装好|补好|弄好|盖好|换好|处理好|处理完|处理了|已处理|已经处理|扑灭|灭掉了|灭了"
    r"|救上来|救出来|找到了|找回|解决了|恢复了|清理掉|清理好|检查过)"
)
_UNSOLVED = re.compile(r"(?:没|未|不|请|希望|赶|快|帮|尽|时候|何时|能|要|叫)[^已]{0,3}$")


def _is_solved(place: Place) -> bool:
    for said in (place.clause, place.following):
        for match in _SOLVED.finditer(said):
            wished = _UNSOLVED.search(said[: match.start()])
            again = re.search("又|还是|不过还", said[match.end() :])
            if not wished and not again:
                return True
    return False


_FEARED = re.compile(
    r"(?:万一|要是|如果|假如|假设|一旦|倘若|(?<![可恐不])怕(?![得死人])|担心|担忧|容易|防止|避免|以免|以防|预防"
    r"|谨防|严防|迟早|早晚|搞不好|弄不好|会不会|防).{0,12}$"
)
_NEAR_MISS = re.compile(r"(?:差点|差一点|险些|可能会?|说不定).{0,6}$")
_LIKE = re.compile(r"(?<!好)像.{0,6}$")


def _is_simile(place: Place) -> bool:
    return bool(_LIKE.search(place.lead) and re.search("一样|似的|一般", place.after))


_ASKED = re.compile(r"咨询|请问|想问|问一下|问下|问问|打听|想了解|想知道|学习|怎样才能")
_PRESENT = re.compile(r"现在|正在|刚才?|一股|快来|救命|隔壁|楼道|门口|屋里|家里|我家")
_SUGGESTED = re.compile(r"(?:建议|提议|呼吁|倡议|希望(?:能|可以)?(?:装|设|加|多|办|搞)).{0,16}$")
_TALK = re.compile(
    r"演练|演习|宣传|讲座|培训|标语|海报|传单|科普|电影|电视剧|小说|新闻|话剧|知识竞赛|比赛|主题班会|公益课"
)
_CLAIM = re.compile(
    r"赔偿|理赔|保险|补助|补贴|报销|工伤|认定|医保|抚恤|案子|判刑|判决|判了|证明|手续|热线是|医药费"
)


def _is_asked(place: Place) -> bool:
    return bool(_ASKED.search(place.lead) and not _PRESENT.search(place.clause))


DOUBTS: tuple[Doubt, ...] = (
    Doubt("否定", _is_negated),
    Doubt("以前的事", _is_past),
    Doubt("已经解决", _is_solved),
    Doubt("演练或宣传", lambda place: bool(_TALK.search(place.clause))),
    Doubt("赔偿、报销等手续", lambda place: bool(_CLAIM.search(place.clause))),
    Doubt("只是担心或假设", lambda place: bool(_FEARED.search(place.lead))),
    Doubt("建议", lambda place: bool(_SUGGESTED.search(place.lead))),
    Doubt("咨询", _is_asked),
    Doubt("比方", _is_simile),
    Doubt("差点或可能", lambda place: bool(_NEAR_MISS.search(place.lead)), lowers=True),
)
