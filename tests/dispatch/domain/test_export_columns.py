"""Who may take which column, and what a confidential ticket shows."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from dispatch.domain.actors import Actor, Seat
from dispatch.domain.export_columns import (
    COLUMNS,
    Reach,
    check_columns,
    columns_for,
    reach_of,
    table_for,
)
from dispatch.domain.export_sheet import write_sheet
from dispatch.enums import ExportFormat, Role, TicketStatus
from dispatch.models import Ticket
from tests.dispatch.factories import NOW, Cast, make_cast, make_report, make_ticket
from xiangcun.lib.errors import InvalidInputError, NotAllowedError

ALL_KEYS = {column.key for column in COLUMNS}
TEXTS = {"title", "result_text"}
PLACE = {"grid_name", "grid_code", "village_name"}


def seat(*roles: Role, department: int = 1) -> Actor:
    return Actor(seats=tuple(Seat(role, department, "") for role in roles))


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.RESIDENT, Role.SYSTEM}])
def test_every_role_has_its_columns(role: Role) -> None:
    missing = {
        Role.LEADERSHIP: TEXTS,
        Role.GRID: {"result_text"},
        Role.ADMINISTRATOR: ALL_KEYS,
        Role.SECURITY: ALL_KEYS,
    }.get(role, set())
    assert {column.key for column in columns_for(seat(role))} == ALL_KEYS - missing
    own = {key for key in ALL_KEYS if reach_of(seat(role), key) == Reach.OWN}
    assert own == ({"result_text"} if role in {Role.HANDLER, Role.HEAD} else set())


def test_of_two_seats_the_farther_reaches() -> None:
    assert reach_of(seat(Role.GRID, Role.HANDLER), "result_text") == Reach.OWN
    assert reach_of(seat(Role.HANDLER, Role.AUDITOR), "result_text") == Reach.ALL
    assert reach_of(Actor(), "number") == Reach.NONE


def test_a_choice_is_checked() -> None:
    lead = seat(Role.LEAD)
    assert check_columns(["status", "number"], actor=lead) == ["number", "status"]
    assert check_columns([], actor=lead) == []
    with pytest.raises(InvalidInputError, match="export_column_unknown"):
        check_columns(["contact_phone"], actor=lead)
    with pytest.raises(NotAllowedError, match="export_column_denied"):
        check_columns(["number", "result_text"], actor=seat(Role.GRID))
    late = table_for(seat(Role.GRID), now=NOW, keys=["number", "result_text"])
    assert [column.key for column in late.columns] == ["number"]


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def written(actor: Actor, form: str = ExportFormat.CSV, **filters: Any) -> list[dict[str, str]]:
    file, _rows = write_sheet(
        Ticket.objects.filter(**filters),
        table=table_for(actor, now=NOW, header_keys=True),
        form=form,
        limit=99,
        progress=lambda _rows: True,
    )
    with file:
        text = file.read().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_results_are_the_department_s_own(cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.HANDLED, cast=cast)
    Ticket.objects.update(result_text="已清运")
    assert written(cast.handler)[0]["result_text"] == "已清运"
    assert written(cast.dispatcher)[0]["result_text"] == "已清运"
    outsider = written(cast.outsider)[0]  # read as an assistant or a former department
    assert (outsider["number"], outsider["result_text"]) == (ticket.number, "")
    Ticket.objects.update(lead_department=None)
    assert written(cast.handler)[0]["result_text"] == ""


def test_a_confidential_ticket_shows_no_words_and_departments_no_place(cast: Cast) -> None:
    make_ticket(TicketStatus.HANDLED, cast=cast)
    Ticket.objects.update(confidential=True, result_text="已处理", title="举报某人")
    for actor in (cast.lead, cast.dispatcher, cast.handler):
        row = written(actor)[0]
        assert {row[key] for key in TEXTS} == {""}
        assert {bool(row[key]) for key in PLACE} == {actor.is_command_room}
        assert row["category_code"] == "0401"


def test_csv_is_what_rfc_4180_says(cast: Cast) -> None:
    nasty = '=HYPERLINK("http://x","点我"),\n第二行，电话 13812345678'
    ticket = make_ticket(cast=cast, report=make_report())
    Ticket.objects.update(title=nasty)
    table = table_for(cast.lead, now=NOW, keys=["number", "title"])
    file, _rows = write_sheet(
        Ticket.objects.all(),
        table=table,
        form=ExportFormat.CSV,
        limit=9,
        progress=lambda _rows: True,
    )
    with file:
        raw = file.read()
    assert raw.startswith("\ufeff工单编号,摘要\r\n".encode())
    assert b"13812345678" not in raw
    lines = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True))
    masked = nasty.replace("13812345678", "138****5678")
    assert lines == [["工单编号", "摘要"], [ticket.number, f"'{masked}"]]
    assert raw.endswith(b'"\r\n')


def test_the_document_names_the_columns() -> None:
    text = (Path(settings.BASE_DIR) / "docs" / "exports.md").read_text("utf-8")
    told = [
        tuple(cell.strip(" `") for cell in line.strip("|").split("|"))
        for line in text.splitlines()
        if line.startswith("| `")
    ]
    assert told == [(c.key, c.title, c.meaning) for c in COLUMNS]
