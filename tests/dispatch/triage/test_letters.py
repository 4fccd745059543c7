"""Where letters go: filed under their kind, to whom knows the subject, never to a place."""

from __future__ import annotations

import pytest

from dispatch.enums import TicketStatus
from dispatch.models import TriageRun
from dispatch.triage.pipeline import run_triage
from reports.enums import LocationSource, ReportKind, Urgency
from tests.dispatch.factories import NOW, make_report, make_resident

pytestmark = pytest.mark.usefixtures("township")
NOWHERE = {"location_source": LocationSource.TEXT, "accuracy_m": 6000.0}


def triage(text: str, kind: ReportKind, **extra: object) -> TriageRun:
    report = make_report(text=text, kind=kind, **{**NOWHERE, **extra})  # type: ignore[arg-type]
    run = run_triage(report.pk, now=NOW)
    assert run is not None
    run.report.refresh_from_db()
    return run


@pytest.mark.parametrize(
    ("kind", "text", "code", "lead"),
    [
        (ReportKind.OPINION, "建议多办一些活动，让大家都能参加", "1004", "command"),
        (ReportKind.CONSULTATION, "请问周末你们上不上班", "1005", "public_service"),
        (ReportKind.CONSULTATION, "路灯不亮，路灯坏了，请问谁来修", "1005", "construction"),
        (ReportKind.PRAISE, "感谢大家的辛苦付出", "1006", "command"),
        (ReportKind.PRAISE, "表扬环卫所的师傅，天天把路扫得干干净净", "1006", "sanitation"),
        (ReportKind.PRAISE, "环卫所和派出所配合得真好，点赞", "1006", "command"),
    ],
)
def test_it_works(kind: ReportKind, text: str, code: str, lead: str) -> None:
    run = triage(text, kind)
    ticket = run.ticket
    assert run.decision == "dispatched", run.reason
    assert (ticket.kind, ticket.placed, ticket.grid) == (kind, False, None)
    assert ticket.category is not None
    assert ticket.lead_department is not None
    assert (ticket.category.code, ticket.lead_department.code) == (code, lead)
    assert run.report.promised_at == ticket.due_at
    assert run.report.published_at is None


def test_a_letter_that_tells_of_danger_is_a_problem_for_a_person() -> None:
    run = triage("建议管管电线，刚才电线断了掉在路上冒火花", ReportKind.OPINION)
    assert run.decision == "queued"
    assert run.ticket.kind == ReportKind.PROBLEM
    assert run.ticket.urgency == Urgency.P0


def test_an_opinion_about_a_unit_does_not_go_to_it() -> None:
    run = triage("投诉环卫所态度恶劣，敷衍了事", ReportKind.OPINION)
    lead = run.ticket.lead_department
    assert lead is None or lead.code != "sanitation"


def test_letters_of_one_middle_are_not_alike() -> None:
    first = triage("建议在公交站加装座椅，老人等车累", ReportKind.OPINION)
    second = triage(
        "建议在公交站加装座椅，老人等车累", ReportKind.OPINION, resident=make_resident("bob")
    )
    assert first.ticket_id != second.ticket_id


def test_a_problem_known_by_its_address_waits_for_a_person() -> None:
    run = triage("垃圾堆了三天没人清运", ReportKind.PROBLEM, address="张家桥头第三家")
    assert (run.decision, run.ticket.status) == ("queued", TicketStatus.ASSESSING)
    assert run.ticket.grid is None
    assert "张家桥头第三家" in run.ticket.location_flag
    again = triage(
        "垃圾堆了三天没人清运",
        ReportKind.PROBLEM,
        address="李家桥头",
        resident=make_resident("bob"),
    )
    assert again.ticket_id != run.ticket_id


def test_what_a_restricted_sender_says_is_checked_first() -> None:
    report = make_report(text="路边垃圾堆成山，臭得不行，好几天没人清理", sender_restricted=True)
    run = run_triage(report.pk, now=NOW)
    assert run is not None
    assert run.decision == "queued"
    assert "限制名单" in run.reason
