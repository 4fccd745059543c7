"""Conflict of interest: whom a text complains of, so that it does not go to that very one.

A reading of Chinese clauses, deliberately simple: a department (or its people, or the cadres of the
village the report lies in) is complained of when it stands as the object of a complaining verb, as
the one who does what only an office does wrong, or as the one the deed is done by. Its name alone,
as the place, as the addressee or as the one who shall help, is no complaint. Doubt costs a look of
the command room; a miss would give the case to those it is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from dispatch.domain import complaint_words as words
from dispatch.models import Department, Ticket
from dispatch.queries.parties import Party, read_parties, reported_words

_CLAUSE = re.compile(r"[^，,。！？!?；;：:\n]+")
_SENTENCE_END = re.compile(r"[。！？!?；;\n]")
_GAP = 14
_TOGETHER = frozenset("和与跟、及")
_OFFICE_VICE, _COLLUSION, _ANYBODYS, _KIN_DEED = (
    re.compile(part)
    for part in (words.OFFICE_VICE, words.COLLUSION, words.ANYBODYS_VICE, words.KIN_DEED)
)
_ANY_VICE = re.compile(f"{words.OFFICE_VICE}|{words.COLLUSION}|{words.ANYBODYS_VICE}")
_KIN = re.compile(words.KIN)
_BARE_VICE = re.compile(rf"{words.LEAD_IN.pattern}(?:{words.OFFICE_VICE}|{words.COLLUSION})")
_NEXT_CLAUSE = re.compile(rf"{words.LEAD_IN.pattern}(?P<vice>{words.OFFICE_VICE})")


class Why(StrEnum):
    """Why a party counts as complained of; the values are shown."""

    OBJECT = "被投诉或举报"
    CONDUCT = "被指履职问题"
    KIN = "涉及其人员或家属"


class _Kind(StrEnum):
    UNIT = "unit"
    VILLAGE = "village"
    PERSON = "person"
    CADRE = "cadre"


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    kind: _Kind
    departments: frozenset[int]


class ComplaintReader:
    """Finds whom a text complains of; built once for a set of parties, then pure."""

    def __init__(self, parties: Iterable[Party]) -> None:
        self._units: dict[str, set[int]] = {}
        self._people: dict[str, set[int]] = {}
        self._villages: dict[str, set[int]] = {}
        self._by_village: dict[str, set[int]] = {}
        for party in parties:
            names = self._villages if party.village_code else self._units
            for name in party.names:
                names.setdefault(name, set()).add(party.department_id)
            for name in party.people:
                self._people.setdefault(name, set()).add(party.department_id)
            if party.village_code:
                self._by_village.setdefault(party.village_code, set()).add(party.department_id)
        self._find_unit = _any_of([*self._units, *self._people])
        self._find_village = _any_of(self._villages)
        tail = rf"(?:的|村|社区|居)?(?:里的?)?{words.CADRE_TAIL}|村长"
        self._find_tail = re.compile(tail)

    def complaints(self, text: str, *, village_code: str = "") -> Mapping[int, Why]:
        """Return department id → why, for everybody the text complains of.

        ``village_code`` (12 digits) is the village of the report's grid: whose 村书记 is meant.
        """
        if words.TRIGGER.search(text) is None:
            return {}
        mentions = sorted(self._mentions(text, village_code), key=lambda row: row.start)
        found: dict[int, Why] = {}
        before: tuple[_Mention, Why] | None = None
        for mention in mentions:
            why = _judge(text, mention, mentions) or _beside(text, mention, before)
            before = (mention, why) if why else None
            for department_id in mention.departments if why else ():
                found.setdefault(department_id, why)  # type: ignore[arg-type]  # why is not None here
        return found

    def named(self, text: str, *, village_code: str = "") -> frozenset[int]:
        """Return the ids of all the text names, whatever it says of them."""
        mentions = self._mentions(text, village_code)
        return frozenset().union(*(mention.departments for mention in mentions))

    def _mentions(self, text: str, village_code: str) -> Iterator[_Mention]:
        for match in self._find_unit.finditer(text):
            name = match.group()
            kind = _Kind.UNIT if name in self._units else _Kind.PERSON
            named = self._units.get(name, set()) | self._people.get(name, set())
            yield _Mention(match.start(), match.end(), kind, frozenset(named))
        taken: list[tuple[int, int]] = []
        for match in self._find_village.finditer(text):
            owners = frozenset(self._villages[match.group()])
            tail = self._find_tail.match(text, match.end())
            end, kind = (tail.end(), _Kind.CADRE) if tail else (match.end(), _Kind.VILLAGE)
            taken.append((match.start(), end))
            yield _Mention(match.start(), end, kind, owners)
        own = frozenset(self._by_village.get(village_code, ()))
        for match in words.CADRE.finditer(text) if own else ():
            if words.ELSEWHERE.search(text, max(0, match.start() - 3), match.start()):
                continue
            if not any(start <= match.start() < end for start, end in taken):
                yield _Mention(match.start(), match.end(), _Kind.CADRE, own)


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern of all names, the longest first; one that fits nowhere for none."""
    ordered = sorted(names, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, ordered)) if ordered else r"(?!)")


def _judge(text: str, mention: _Mention, mentions: list[_Mention]) -> Why | None:
    clause = next(
        match for match in _CLAUSE.finditer(text) if match.start() <= mention.start < match.end()
    )
    left = text[clause.start() : mention.start]
    right = text[mention.end : max(clause.end(), mention.end)]
    if words.PLACE.match(right) or words.CHANNEL.match(right) or words.PRETENDED.search(left):
        return None
    if mention.kind is _Kind.VILLAGE:
        return _judge_village(text, left, right, clause.end())
    if _is_object(left, right) or (
        words.AIMED_LEFT.search(left) and words.AIMED_RIGHT.match(right)
    ):
        return Why.OBJECT
    if words.ASKED.search(left) or words.DENIED.search(left):
        return None
    if _is_culprit(text, mention, left, right, mentions) or _in_next_clause(text, clause.end()):
        return Why.CONDUCT
    if mention.kind in {_Kind.PERSON, _Kind.CADRE} and _is_kin(right):
        return Why.KIN
    return None


def _beside(text: str, mention: _Mention, before: tuple[_Mention, Why] | None) -> Why | None:
    """Whether this person is named in one breath with one complained of: 举报甲和乙."""
    if before is None or {mention.kind, before[0].kind} != {_Kind.PERSON}:
        return None
    return before[1] if text[before[0].end : mention.start] in _TOGETHER else None


def _judge_village(text: str, left: str, right: str, clause_end: int) -> Why | None:
    """A village's bare name mostly says where: only 投诉+name alone or name+vice at once counts."""
    if not right.strip() and _is_object(left, text[clause_end + 1 :]):
        return Why.OBJECT
    if not words.ASKED.search(left) and _BARE_VICE.match(right):
        return Why.CONDUCT
    return None


def _is_object(left: str, right: str) -> bool:
    match = words.OBJECT_LEFT.search(left)
    if match is None or words.DENIED.search(left, 0, match.start()):
        return False
    told_to = words.TOLD_TO.search(left) is not None
    return not (told_to and words.IN_VAIN.match(right))


def _is_culprit(
    text: str, mention: _Mention, left: str, right: str, mentions: list[_Mention]
) -> bool:
    if words.PASSIVE_LEFT.search(left) and words.PASSIVE_RIGHT.match(right):
        return True
    if re.search(rf"(?:{_ANY_VICE.pattern})的(?:这个|那个|就是|是)?$", left):
        return True
    following = [
        row
        for row in mentions
        if row.start >= mention.end and text[mention.end : row.start] not in _TOGETHER
    ]
    reach = min((row.start for row in following), default=len(text)) - mention.end
    went_to = words.WENT_TO.search(left) is not None
    rules = (
        (_OFFICE_VICE, (words.FIGHTING, words.OTHERS), True),
        (_COLLUSION, (words.HANDLING,), not went_to),
        (_ANYBODYS, (words.HANDLING, words.OTHERS), not went_to),
    )
    return any(_does(right, vice, blocks, reach) for vice, blocks, applies in rules if applies)


def _does(
    right: str, vice: re.Pattern[str], blocks: tuple[re.Pattern[str], ...], reach: int
) -> bool:
    """Whether the one before ``right`` does what ``vice`` describes, nobody else in between."""
    match = vice.search(right)
    if match is None or match.start() > min(_GAP, reach):
        return False
    gap = right[: match.start()]
    if words.DENIED_VICE.search(gap) or any(block.search(gap) for block in blocks):
        return False
    return words.OF_ANOTHER.match(right, match.end()) is None


def _in_next_clause(text: str, clause_end: int) -> bool:
    """Whether the next clause of the same sentence goes on about them: …三次，每次都推诿."""
    if clause_end >= len(text) or _SENTENCE_END.match(text, clause_end):
        return False
    following = _CLAUSE.match(text, clause_end + 1)
    match = _NEXT_CLAUSE.match(following.group()) if following else None
    return (
        match is not None
        and following is not None
        and (words.OF_ANOTHER.match(following.group(), match.end()) is None)
    )


def _is_kin(right: str) -> bool:
    match = _KIN.match(right)
    return match is not None and bool(_KIN_DEED.search(right, match.end(), match.end() + _GAP))


def neutral_department(
    department: Department, complained: Mapping[int, Why], departments: Mapping[int, Department]
) -> Department | None:
    """Return who may look into a complaint about ``department``: as set there, else the command room."""
    chosen = departments.get(department.conflict_department_id or 0)
    if chosen is not None and chosen.is_active and chosen.pk not in complained:
        return chosen
    return next(
        (row for row in departments.values() if row.is_command_room and row.is_active), None
    )


def complaints_in_text(text: str, ticket: Ticket) -> Mapping[int, Why]:
    """Return department id → why, for what somebody writes about ``ticket`` (no query for most)."""
    if not words.TRIGGER.search(text):
        return {}
    village_code = ticket.grid.village_code if ticket.grid else ""
    return ComplaintReader(read_parties()).complaints(text, village_code=village_code)


def complaints_in_ticket(ticket: Ticket) -> Mapping[int, Why]:
    """Return department id → why, over everything the ticket's residents wrote.

    Two queries; two or three more for a text that has complaining words at all.
    """
    texts = reported_words(ticket.pk)
    if not any(words.TRIGGER.search(text) for text in texts):
        return {}
    reader = ComplaintReader(read_parties())
    village_code = ticket.grid.village_code if ticket.grid else ""
    found: dict[int, Why] = {}
    for text in texts:
        found = {**reader.complaints(text, village_code=village_code), **found}
    return found
