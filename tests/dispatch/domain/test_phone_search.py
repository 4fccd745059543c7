from __future__ import annotations

import pytest

from dispatch.domain.phone_search import search_phone
from dispatch.enums import AuditAction
from dispatch.models import AuditRecord, Ticket
from dispatch.queries.ticket_search import looks_like_phone, read_phone, search_tickets
from reports.models import AccessRecord
from tests.dispatch.factories import NOW, Cast, make_cast, make_report, make_resident, make_ticket
from xiangcun.lib.errors import InvalidInputError, NotAllowedError

pytestmark = pytest.mark.django_db
PHONE = "13812345678"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def find(
    cast: Cast, typed: str = PHONE, *, who: str = "dispatcher", reason: str = "来电"
) -> list[str]:
    actor = getattr(cast, who)
    masked, rows = search_phone(typed, reason=reason, actor=actor, now=NOW, address="10.0.0.1")
    assert PHONE not in masked
    return [row.number for row in rows]


def test_it_finds_by_contact_and_by_account_and_records_it(cast: Cast) -> None:
    resident = make_resident("bob")
    resident.phone = PHONE
    resident.save()
    by_contact = make_ticket(cast=cast, report=make_report(contact_phone=PHONE))
    by_account = make_ticket(cast=cast, report=make_report(resident=resident))
    make_ticket(cast=cast, report=make_report(contact_phone="13812345679"))
    assert find(cast, " 138-1234 5678 ") == [by_account.number, by_contact.number]
    assert find(cast, "+8613812345678", who="lead") == [by_account.number, by_contact.number]
    record = AuditRecord.objects.filter(action=AuditAction.PHONE_SEARCH).earliest("seq")
    assert (record.data, record.reason) == ({"phone": "138****5678", "found": 2}, "来电")
    assert PHONE not in str(AuditRecord.objects.values())
    looked = AccessRecord.objects.filter(who="指挥室坐席").values_list("report", "what", "reason")
    theirs = {row.ticket_reports.get().report_id for row in (by_contact, by_account)}
    assert set(looked) == {(pk, "phone_search", "incoming") for pk in theirs}


def test_confidential_matters_are_left_out(cast: Cast) -> None:
    ticket = make_ticket(cast=cast, report=make_report(contact_phone=PHONE))
    Ticket.objects.filter(pk=ticket.pk).update(confidential=True)
    assert find(cast) == []


@pytest.mark.parametrize("who", ["verifier", "handler", "head", "outsider"])
def test_it_forbids_everybody_else(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowedError):
        find(cast, who=who)


@pytest.mark.parametrize("typed", ["", "1381234567", "138123456789", "1381234%", "abc", "　"])
def test_it_wants_the_whole_number(cast: Cast, typed: str) -> None:
    with pytest.raises(InvalidInputError):
        find(cast, typed)
    with pytest.raises(InvalidInputError):
        find(cast, reason=" ")
    assert not AuditRecord.objects.exists()


def test_a_number_is_not_found_in_texts(cast: Cast) -> None:
    ticket = make_ticket(cast=cast, report=make_report(text=f"路灯坏了，打我 {PHONE}，编号 12345"))
    every = Ticket.objects.all()
    for words in (PHONE, "138 1234 5678", "1381234", "812345678", "打我 138123", "138-1234"):
        assert list(search_tickets(every, words)) == []
    for words in ("路灯", "打我", "12345", "灯坏了，打"):
        assert list(search_tickets(every, words)) == [ticket]


def test_it_finds_words_of_every_report_in_a_ticket(cast: Cast) -> None:
    ticket = make_ticket(cast=cast, report=make_report(text="甲" * 100 + "水杉林 Ab%_c"))
    every = Ticket.objects.all()
    for words in ("水杉", "AB%_C", ticket.number, ticket.number[-5:], ticket.number.lower()):
        assert list(search_tickets(every, words)) == [ticket]
    for words in ("水%林", "杉_", "\x00", "'; --", "%"):
        assert list(search_tickets(every, words)) in (
            [],
            [ticket] if words in {"\x00", "%"} else [],
        )
    assert list(search_tickets(every.none(), "水杉")) == []


def test_it_knows_a_number_when_it_sees_one() -> None:
    assert read_phone("0571-82345678") == "057182345678"
    assert read_phone("82345678") == "82345678"
    assert looks_like_phone(PHONE)
    assert not looks_like_phone("GD261124-7K3M9")
    assert not looks_like_phone("路灯")
