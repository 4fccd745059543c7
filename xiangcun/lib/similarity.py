"""How alike two short Chinese reports are: the first sentence, the whole, and the places they name.

Characters in pairs instead of words: no dictionary knows a village's names. What every complaint says
("请尽快处理") is taken out first, a long body counts less than the opening, and two texts that name
different things of one kind (3 幢 and 5 幢, 三丰村 and 临江村) contradict each other whatever else
they share.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

COMPARED_CHARACTERS = 300
LEAD_CHARACTERS = 40
_MIN_LEAD = 3
_LEAD_SHARE = 0.6
"""The opening's part of the likeness; the rest is the whole text's."""

_SENTENCE = re.compile(r"[。！？!?；;\n]+")
_BOILERPLATE = re.compile(
    r"尊敬的|各位|领导|书记|您好|你好|请问|请求|请|希望|麻烦|有关部门|相关部门|政府|尽快|赶紧|及时|马上|处理一下|"
    r"处理|解决一下|解决|管一管|管管|来人|派人|看看|反映|投诉|举报|咨询|关于|问题|情况|谢谢|感谢|非常|实在|"
    r"一直|已经|现在|最近|今天|昨天|我们|我家|这里|这边|那边|那里|附近|了|的|呢|吧|啊"
)
_NUMBERS = "0-9零〇一二两三四五六七八九十百"
_UNITS = "号楼|号门|幢|栋|单元|村民小组|小组|组|队|弄|楼|室|号|路公交"
_NUMBERED = re.compile(rf"([{_NUMBERS}]{{1,5}})({_UNITS})")
_NAMED_KINDS = "小区|花园|家园|公寓|苑|大道|路|街|巷|社区|村|镇|乡|学院|大学|中学|小学|幼儿园|医院|公司|集团|广场|市场|公园|大桥|桥"
_NAMED = re.compile(rf"(?=({_NAMED_KINDS}))")
_NAME_WINDOW = 6
_BEFORE_NAME = re.compile(
    r"[a-z]\d*[市区县]|[^\u4e00-\u9fff]|[省市区县在对的是和与到从去往把被了]|关于|投诉|反映|咨询|请求|建议|举报"
)
_NO_NAME = re.compile(
    r"(?:我们|本|该|这个|那个|整个|某|一个|几个|每个|其他|附近|多个|全|同|各|邻|隔壁|"
    r"道|马|公|水泥|走|农|居民|住宅|政府|老旧|新建|门口|小|大|一条|这条|那条|过|修)$"
)
_DIGITS = str.maketrans("零〇一二两三四五六七八九", "001223456789")

Names = dict[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Print:
    """What of a text is compared: pairs of its opening and of the whole, and the things it names."""

    lead: frozenset[str]
    whole: frozenset[str]
    numbered: Names
    named: Names


@lru_cache(maxsize=2048)
def print_of(text: str) -> Print:
    """Return what is compared of ``text``; kept, as the same tickets are looked at again and again."""
    text = text[:COMPARED_CHARACTERS]
    return Print(
        lead=pairs_of(first_sentence(text)),
        whole=pairs_of(text),
        numbered=numbered_places(text),
        named=named_places(text),
    )


def likeness(left: Print, right: Print) -> float:
    """Return 0–1: 1 for the same words, about 0.3 for the same matter told differently."""
    lead = _overlap(left.lead, right.lead)
    whole = _overlap(left.whole, right.whole)
    return max(_LEAD_SHARE * lead + (1 - _LEAD_SHARE) * whole, whole)


def same_opening(left: Print, right: Print) -> float:
    """Return 0–1 for how much of both openings is the same, counting what either has alone.

    Unlike :func:`likeness` a short text inside a long one is not alike: where only one of the two is
    known to whoever asks, two characters would be enough to find out whether a name is in the other.
    """
    size = len(left.lead) + len(right.lead)
    return 2 * len(left.lead & right.lead) / size if size else 0.0


def places_agree(left: Print, right: Print) -> bool | None:
    """Whether both texts name the same thing; ``None`` when nothing they name can be compared."""
    numbers = _compare_numbers(left.numbered, right.numbered)
    names = compare_names(left.named, right.named)
    if numbers is False or names is False:
        return False
    return True if numbers or names else None


def letters_of(text: str) -> str:
    """Return the letters and digits of ``text`` in small letters, without blanks and punctuation."""
    return "".join(char for char in text if char.isalnum()).lower()


def first_sentence(text: str) -> str:
    """Return the opening of a report, at most ``LEAD_CHARACTERS``: what it is about is said there."""
    lead = ""
    for part in _SENTENCE.split(text):
        lead += part.strip()
        if len(pairs_of(lead)) >= _MIN_LEAD:
            break
    return lead[:LEAD_CHARACTERS]


def substance_of(text: str) -> str:
    """Return ``text`` without what every complaint says."""
    return _BOILERPLATE.sub("", text)


def pairs_of(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring characters left after taking out what every complaint says."""
    kept = letters_of(substance_of(text)) or letters_of(text)
    pairs = frozenset(kept[start : start + 2] for start in range(len(kept) - 1))
    return pairs or frozenset(filter(None, [kept]))


def numbered_places(text: str) -> Names:
    """Return numbers by unit, e.g. ``{"幢": {"3"}}``; Chinese numerals below eleven become digits."""
    found: dict[str, set[str]] = {}
    for number, unit in _NUMBERED.findall(text):
        plain = number.translate(_DIGITS) if len(number) == 1 else number
        found.setdefault(unit, set()).add("10" if plain == "十" else plain)
    return {unit: frozenset(numbers) for unit, numbers in found.items()}


def named_places(text: str) -> Names:
    """Return the names before a word like 小区, 路 or 学院, by that word; their ends count."""
    text = letters_of(text)
    found: dict[str, set[str]] = {}
    for match in _NAMED.finditer(text):
        stem = text[max(0, match.start() - _NAME_WINDOW) : match.start()]
        name = _BEFORE_NAME.split(stem)[-1]
        if len(name) > 1 and not _NO_NAME.search(name):
            found.setdefault(match[1], set()).add(name)
    return {kind: frozenset(names) for kind, names in found.items()}


def compare_names(left: Names, right: Names) -> bool | None:
    """Whether some name agrees (its last two characters do); ``None`` without a kind in common."""
    kinds = left.keys() & right.keys()
    if not kinds:
        return None
    return any(
        {name[-2:] for name in left[kind]} & {name[-2:] for name in right[kind]} for kind in kinds
    )


def _compare_numbers(left: Names, right: Names) -> bool | None:
    units = left.keys() & right.keys()
    if not units:
        return None
    return all(left[unit] & right[unit] for unit in units)


def _overlap(left: frozenset[str], right: frozenset[str]) -> float:
    """Mix Dice with the share of the shorter: a short text inside a long one is much alike."""
    shared = len(left & right)
    if not shared:
        return 0.0
    dice = 2 * shared / (len(left) + len(right))
    return (dice + shared / min(len(left), len(right))) / 2
