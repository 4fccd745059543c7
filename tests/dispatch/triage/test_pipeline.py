from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from dispatch.domain.triaging import settle_report
from dispatch.enums import TicketAction, TicketStatus
from dispatch.models import Department, RoutingRule, Ticket, TicketReport, TriageRun
from dispatch.queries.untriaged import untriaged_report
from dispatch.tasks import sweep_untriaged, triage_report
from dispatch.triage import pipeline
from dispatch.triage.context import StepResult, TriageContext
from dispatch.triage.pipeline import run_triage
from dispatch.triage.reference import Reference, forget_reference
from dispatch.triage.sweep import sweep_untriaged as sweep
from reports.domain.progress import mark_triaged
from reports.enums import PublicStatus, ReportKind, ResidentRole, Urgency
from reports.models import Category
from tests.dispatch.factories import NOW, make_report, make_resident

pytestmark = pytest.mark.usefixtures("township")


def triage(text: str, **extra: object) -> TriageRun:
    report = make_report(text=text, **extra)  # type: ignore[arg-type]
    run = run_triage(report.pk, now=NOW)
    assert run is not None
    return run


def test_it_works() -> None:
    run = triage("路边垃圾堆成山，臭得不行，好几天没人清理")
    ticket = run.ticket
    report = run.report
    report.refresh_from_db()
    assert run.decision == "dispatched"
    assert ticket.status == TicketStatus.DISPATCHED
    assert ticket.auto_dispatched
    assert ticket.category is not None
    assert ticket.category.code == "0401"
    assert ticket.lead_department is not None
    assert ticket.lead_department.code == "sanitation"
    assert ticket.grid is not None
    assert ticket.due_at is not None
    assert report.public_status == PublicStatus.PROCESSING
    assert report.department_name == "环境卫生管理所"
    assert report.triaged_at == NOW
    assert [row["step"] for row in run.steps] == [name for name, _ in pipeline.STEPS]
    assert all(row["reason"] for row in run.steps)
    assert run.candidates[0]["category"] == "0401"
    assert run.candidates[0]["department"] == "环境卫生管理所"
    assert run.model_version.startswith("lexicon-")


def test_it_queues_what_it_is_unsure_of() -> None:
    run = triage("这个事情你们到底管不管")
    assert run.decision == "queued"
    assert run.ticket.status == TicketStatus.ASSESSING
    assert "分类" in run.ticket.queue_reason
    assert run.ticket.lead_department is None


def test_it_shows_the_prompt_of_mortal_danger() -> None:
    run = triage("三楼一股煤气味，头晕得厉害")
    run.report.refresh_from_db()
    assert run.ticket.urgency == Urgency.P0
    assert "119" in run.report.safety_prompt
    assert run.ticket.due_at == NOW + timedelta(hours=2)


def test_it_is_done_once() -> None:
    report = make_report(text="路灯坏了没人修")
    assert run_triage(report.pk, now=NOW) is not None
    assert run_triage(report.pk, now=NOW) is None
    triage_report(report.pk)
    assert TriageRun.objects.count() == 1
    assert Ticket.objects.count() == 1


def test_it_leaves_a_withdrawn_report_alone() -> None:
    report = make_report(text="路灯坏了没人修")
    mark_triaged(report.pk, now=NOW)
    assert run_triage(report.pk, now=NOW) is None
    assert not Ticket.objects.exists()


def test_it_handles_a_missing_report() -> None:
    assert run_triage(4711, now=NOW) is None


def broken(_context: TriageContext, _reference: Reference) -> StepResult:
    raise ValueError("张三 13800000000")


@pytest.mark.parametrize("place", range(len(pipeline.STEPS)))
def test_a_broken_step_sends_the_report_to_the_command_room(
    place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = list(pipeline.STEPS)
    steps[place] = (steps[place][0], broken)
    monkeypatch.setattr(pipeline, "STEPS", tuple(steps))
    run = triage("路边垃圾堆成山，臭得不行")
    assert run.decision == "failed"
    assert run.error == f"{steps[place][0]}: ValueError"
    assert run.ticket.status == TicketStatus.ASSESSING
    assert "ValueError" in run.ticket.queue_reason
    assert "13800000000" not in run.ticket.queue_reason + str(run.steps)


def test_a_dispatch_that_fails_sends_the_report_to_the_command_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settle = settle_report

    def fail_first(*args: object, **options: object) -> object:
        monkeypatch.setattr(pipeline, "settle_report", settle)
        raise RuntimeError

    monkeypatch.setattr(pipeline, "settle_report", fail_first)
    run = triage("路边垃圾堆成山，臭得不行")
    assert (run.decision, run.error) == ("failed", "settle: RuntimeError")
    assert run.ticket.status == TicketStatus.ASSESSING


def test_an_unreachable_database_leaves_the_report_to_the_sweep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unreachable(*_args: object, **_options: object) -> None:
        raise OperationalError

    report = make_report(text="路灯坏了没人修")
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "settle_report", unreachable)
        with pytest.raises(OperationalError):
            run_triage(report.pk, now=NOW)
        assert sweep(now=NOW + timedelta(minutes=1)) == 0
    assert sweep(now=NOW + timedelta(minutes=1)) == 1


def test_the_sweep_finds_what_no_bell_brought() -> None:
    old = make_report(text="路灯坏了没人修", now=NOW - timedelta(seconds=30))
    fresh = make_report(text="井盖不见了", now=NOW)
    assert sweep(now=NOW + timedelta(seconds=1)) == 1
    assert TicketReport.objects.get().report_id == old.pk
    sweep_untriaged()
    assert TicketReport.objects.filter(report=fresh).exists()


def test_a_very_sure_duplicate_is_joined() -> None:
    first = triage("路口井盖不见了，太危险")
    second = triage(
        "路口的井盖不见了，太危险了", resident=make_resident("bob"), lat=30.31005, lng=120.50005
    )
    assert second.decision == "attached"
    assert second.ticket == first.ticket
    first.ticket.refresh_from_db()
    assert first.ticket.report_count == 2
    assert first.ticket.events.filter(action=TicketAction.ATTACH).exists()
    second.report.refresh_from_db()
    assert second.report.triaged_at is not None
    assert second.report.public_status == PublicStatus.PROCESSING


@pytest.mark.parametrize(
    ("text", "lat", "hours"),
    [
        ("路口井盖不见了，太危险", 30.3103, 0),  # 33 m away
        ("井盖松动，晚上车一压咣当响", 30.31, 0),
        ("路口井盖不见了，太危险", 30.31, 26),
    ],
)
def test_a_doubtful_duplicate_is_only_suggested(text: str, lat: float, hours: int) -> None:
    first = triage("路口井盖不见了，太危险")
    later = NOW + timedelta(hours=hours)
    report = make_report(text=text, resident=make_resident("bob"), lat=lat, now=later)
    second = run_triage(report.pk, now=later)
    assert second is not None
    assert second.decision == "dispatched"
    assert second.ticket != first.ticket
    step = next(row for row in second.steps if row["step"] == "duplicates")
    assert step["data"]["suggestions"][0]["ticket"] == first.ticket.number


def test_private_matters_are_never_joined_unasked() -> None:
    first = triage("我爸想问养老保险能不能补缴")
    second = triage("我爸想问养老保险能不能补缴", resident=make_resident("bob"))
    assert first.ticket != second.ticket
    assert second.decision == "dispatched"


def test_the_resident_may_join_a_case() -> None:
    first = triage("路口井盖不见了，太危险")
    second = triage("我也看到了", resident=make_resident("bob"), join_number=first.report.number)
    assert second.decision == "attached"
    assert second.ticket == first.ticket


def test_a_far_away_case_cannot_be_joined() -> None:
    first = triage("路口井盖不见了，太危险")
    second = triage(
        "我也看到了", resident=make_resident("bob"), lat=30.325, join_number=first.report.number
    )
    assert second.ticket != first.ticket


def test_the_same_words_by_the_same_resident_are_joined() -> None:
    first = triage("我爸想问养老保险能不能补缴")
    second = triage("我爸想问养老保险能不能补缴")
    assert second.ticket == first.ticket


def test_praise_goes_to_the_command_room_and_raises_no_alarm() -> None:
    run = triage("感谢消防员，三楼着火了及时赶到", kind=ReportKind.PRAISE)
    assert run.ticket.category is not None
    assert run.ticket.category.code == "1006"
    assert run.ticket.urgency == Urgency.P3


def test_confidential_categories_make_confidential_tickets() -> None:
    run = triage("棋牌室里天天聚众赌博，有人抽头")
    assert run.ticket.confidential
    run.report.refresh_from_db()
    assert run.report.published_at is None


def test_the_chosen_category_is_evidence_not_the_truth() -> None:
    garbage = Category.objects.get(code="0401")
    vague = triage("就是照片上这个样子，麻烦处理", chosen_category=garbage)
    assert vague.ticket.category == garbage
    clear = triage("路口井盖不见了，窨井敞着口", chosen_category=garbage)
    assert clear.ticket.category is not None
    assert clear.ticket.category.code == "0302"


def test_what_was_added_before_triage_counts() -> None:
    report = make_report(text="就是照片上这个样子")
    report.updates.create(at=NOW, kind="supplement", status="received", text="路口井盖不见了")
    run = run_triage(report.pk, now=NOW)
    assert run is not None
    assert run.ticket.category is not None
    assert run.ticket.category.code == "0302"


def test_channel_and_role_reach_the_rules() -> None:
    police = Department.objects.get(code="police")
    RoutingRule.objects.create(
        name="网格员手机上报", order=1, lead=police, channels=["h5"], roles=["grid"]
    )
    forget_reference()
    officer = make_resident("officer")
    officer.role = ResidentRole.GRID
    officer.save()
    text = "路边垃圾堆成山，臭得不行，好几天没人清理"
    ticket = triage(text, resident=officer, channel="h5").ticket
    assert ticket.lead_department == police
    other = triage(text, channel="h5", lat=30.3, lng=120.48).ticket
    assert other.lead_department != police


def test_a_complaint_is_not_given_to_a_ticket_of_those_complained_of() -> None:
    first = triage("路口井盖不见了，太危险")
    lead = first.ticket.lead_department
    assert lead is not None
    text = f"路口井盖不见了，太危险，投诉{lead.short_name}"
    second = triage(text, resident=make_resident("bob"), join_number=first.report.number)
    assert second.ticket != first.ticket
    assert second.ticket.lead_department is None
    assert f"对{lead.name}的投诉" in second.ticket.queue_reason
    again = triage(text, resident=make_resident("bob"), join_number=second.report.number)
    assert again.ticket == second.ticket


def test_reading_a_report_stays_one_query(django_assert_num_queries: Any) -> None:
    report = make_report(text="路灯坏了没人修")
    with django_assert_num_queries(1):
        found = untriaged_report(report.pk)
        assert found is not None
        assert pipeline.build_context(found, now=NOW).reporter_role == ResidentRole.RESIDENT
