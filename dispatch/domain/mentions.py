"""Naming colleagues in an internal note: ``@李明 请看一下现场``.

A name is read as the longest one that somebody bears, since Chinese goes on without a blank. Nobody
is named in vain: an unknown name, an ambiguous one, or a person who may not read the ticket refuses
the note, before anything is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dispatch.domain.actors import staff_actor
from dispatch.domain.attempts import Attempt
from dispatch.domain.notifications import notify_staff
from dispatch.enums import NotificationKind, TicketAction
from dispatch.models import NoteMention, Staff, Ticket, TicketEvent
from dispatch.queries.access import visible_tickets
from dispatch.queries.mentions import people_called
from xiangcun.lib.errors import InvalidInputError

MAX_MENTIONS = 10
_NAME_MAX = 30
_SHOWN = 10
# An @ inside a mail address names nobody; a full-width one is what a Chinese keyboard gives.
_MARK = re.compile(r"(?<![A-Za-z0-9._%+-])[@＠](?=[^\s@＠])")

Data = dict[str, Any]


def mention_colleagues(attempt: Attempt) -> Data:
    """Effect of a note: find whom it names; raise ``InvalidInputError`` if one of them cannot be."""
    starts = [match.end() for match in _MARK.finditer(attempt.fields.note)]
    if not starts:
        return {}
    if len(starts) > MAX_MENTIONS:
        raise _refusal("too_many_mentions", f"一条备注最多提到 {MAX_MENTIONS} 人")
    tails = [attempt.fields.note[start : start + _NAME_MAX] for start in starts]
    named = _by_name({name for tail in tails for name in _beginnings(tail)})
    found: dict[int, str] = {}
    for tail in tails:
        name = next((name for name in _beginnings(tail) if name in named), None)
        if name is None:
            raise _refusal(
                "mention_unknown",
                f"没有叫“{tail.split()[0][:_SHOWN]}”的工作人员，请从列表里选人；不是提到人就把 @ 去掉",
            )
        found.setdefault(_the_one(named[name], name, attempt.ticket).pk, name)
    return {"mentions": [{"user": pk, "name": name} for pk, name in found.items()]}


def record_mentions(attempt: Attempt, event: TicketEvent) -> None:
    """Keep whom the written note names, and tell them; the author is told nothing."""
    if attempt.transition.action != TicketAction.NOTE:
        return
    people = {row["user"] for row in event.data.get("mentions", [])} - {attempt.actor.user_id}
    if not people:
        return
    NoteMention.objects.bulk_create(
        NoteMention(
            event=event, ticket=attempt.ticket, seq=event.seq, user_id=person, at=attempt.now
        )
        for person in sorted(people)
    )
    notify_staff(
        NotificationKind.MENTION,
        users=people,
        ticket=attempt.ticket,
        text=f"{attempt.actor.user}在备注里提到了您",
        now=attempt.now,
        key=f"mention/{event.pk}",
    )


def _beginnings(tail: str) -> Iterator[str]:
    """Yield every beginning of ``tail`` up to its first blank, the longest first."""
    word = re.split(r"\s", tail, maxsplit=1)[0]
    yield from (word[:length] for length in range(len(word), 0, -1))


def _by_name(names: set[str]) -> dict[str, list[Staff]]:
    named: dict[str, list[Staff]] = {}
    for person in people_called(names):
        for name in {person.display_name, person.username} & names:
            named.setdefault(name, []).append(person)
    return named


def _the_one(people: list[Staff], name: str, ticket: Ticket) -> Staff:
    """Return whom ``name`` means among the people who may read the ticket."""
    readers = [person for person in people if _may_read(person, ticket)]
    if not readers:
        raise _refusal("mention_no_access", f"“{name}”没有查看这张工单的权限，不能在备注里提到")
    if len(readers) > 1:
        accounts = "、".join(f"@{person.username}" for person in readers)
        raise _refusal("mention_ambiguous", f"有 {len(readers)} 位“{name}”，请改用账号：{accounts}")
    return readers[0]


def _may_read(person: Staff, ticket: Ticket) -> bool:
    return visible_tickets(staff_actor(person)).filter(pk=ticket.pk).exists()


def _refusal(code: str, message: str) -> InvalidInputError:
    return InvalidInputError.of_field("note", code, message)
