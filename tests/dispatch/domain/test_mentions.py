"""Naming colleagues in a note: who is meant, who is told, what is refused."""

from __future__ import annotations

import pytest

from dispatch.domain.actors import Actor
from dispatch.domain.fields import Fields
from dispatch.domain.ledger import verify
from dispatch.domain.lifecycle import perform
from dispatch.enums import NotificationKind, Role, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import NoteMention, Notification, Staff, Ticket
from tests.dispatch.factories import NOW, Cast, make_cast, make_staff, make_ticket
from xiangcun.lib.errors import InvalidInputError

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return make_ticket(TicketStatus.HANDLING, cast=cast)


def note(ticket: Ticket, actor: Actor, text: str) -> Ticket:
    return perform(ticket.pk, Act.NOTE, actor=actor, now=NOW, fields=Fields(note=text))


def rename(username: str, name: str) -> Staff:
    person = Staff.objects.get(username=username)
    person.display_name = name
    person.save()
    return person


def test_it_works(cast: Cast, ticket: Ticket) -> None:
    person = rename("sanitation", "李明")
    note(ticket, cast.dispatcher, "@李明请看一下现场")

    mention = NoteMention.objects.get()
    assert (mention.user, mention.ticket) == (person, ticket)
    assert mention.event.note == "@李明请看一下现场"
    assert mention.event.data["mentions"] == [{"user": person.pk, "name": "李明"}]
    told = Notification.objects.get()
    assert (told.user, told.ticket, told.kind) == (person, ticket, NotificationKind.MENTION)
    assert told.text.startswith("dispatcher在备注里提到了您")
    assert list(verify()) == []


def test_the_longest_name_is_meant(cast: Cast, ticket: Ticket) -> None:
    rename("sanitation", "李明")
    longer = rename("sanitation_head", "李明明")
    note(ticket, cast.dispatcher, "请＠李明明看看")
    assert [row.user for row in NoteMention.objects.all()] == [longer]


def test_several_people_each_once(cast: Cast, ticket: Ticket) -> None:
    note(ticket, cast.handler, "@dispatcher @lead @dispatcher 请批示")
    told = set(NoteMention.objects.values_list("user__username", flat=True))
    assert told == {"dispatcher", "lead"}
    assert Notification.objects.count() == 2


def test_who_names_themselves_is_told_nothing(cast: Cast, ticket: Ticket) -> None:
    note(ticket, cast.dispatcher, "@dispatcher 记得回访")
    assert not NoteMention.objects.exists()
    assert not Notification.objects.exists()


def test_a_mail_address_names_nobody(cast: Cast, ticket: Ticket) -> None:
    note(ticket, cast.dispatcher, "材料发到 office@example.com 或者 @ 前台")
    assert not NoteMention.objects.exists()


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("@enforcement 请协助", "mention_no_access", "没有查看这张工单的权限"),
        ("@没有这个人 请看", "mention_unknown", "没有叫“没有这个人”的工作人员"),
        ("@dispatcher " * 11, "too_many_mentions", "最多提到 10 人"),
    ],
)
def test_nobody_is_named_in_vain(
    cast: Cast, ticket: Ticket, text: str, code: str, words: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        note(ticket, cast.dispatcher, text)
    assert caught.value.code == code
    assert words in caught.value.message
    assert [row.field for row in caught.value.errors] == ["note"]
    assert not NoteMention.objects.exists()
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version


def test_an_assisting_department_may_be_named(cast: Cast) -> None:
    ticket = make_ticket(cast=cast)
    perform(
        ticket.pk,
        Act.DISPATCH,
        actor=cast.dispatcher,
        now=NOW,
        fields=Fields(
            category=cast.category,
            urgency="P2",  # type: ignore[arg-type]
            lead_department=cast.sanitation,
            assisting=(cast.enforcement,),
        ),
    )
    note(ticket, cast.head, "@enforcement 请到场协助")
    assert NoteMention.objects.get().user.username == "enforcement"


def test_a_closed_account_is_unknown(cast: Cast, ticket: Ticket) -> None:
    Staff.objects.filter(username="sanitation").update(is_active=False)
    with pytest.raises(InvalidInputError, match="mention_unknown"):
        note(ticket, cast.dispatcher, "@sanitation 请看")


def test_of_two_of_one_name_the_one_who_may_read_is_meant(cast: Cast, ticket: Ticket) -> None:
    mine = rename("sanitation", "张伟")
    rename("enforcement", "张伟")
    note(ticket, cast.dispatcher, "@张伟 请看")
    assert NoteMention.objects.get().user == mine


def test_two_of_one_name_who_both_may_read_want_the_account(cast: Cast, ticket: Ticket) -> None:
    rename("sanitation", "张伟")
    rename("sanitation_head", "张伟")
    with pytest.raises(InvalidInputError, match="mention_ambiguous") as caught:
        note(ticket, cast.dispatcher, "@张伟 请看")
    assert "@sanitation、@sanitation_head" in caught.value.message
    note(ticket, cast.dispatcher, "@sanitation_head 请看")
    assert NoteMention.objects.get().user.username == "sanitation_head"


def test_an_administrator_reads_no_ticket(cast: Cast, ticket: Ticket) -> None:
    make_staff("administrator", Role.ADMINISTRATOR, cast.room)
    with pytest.raises(InvalidInputError, match="mention_no_access"):
        note(ticket, cast.dispatcher, "@administrator 请看")
