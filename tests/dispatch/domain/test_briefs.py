"""A brief's way to the signature, by everybody; who gets it; and that it is written down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from dispatch.domain.actors import Actor, staff_actor
from dispatch.domain.brief_sending import add_subscriber, remove_subscriber, send_briefs
from dispatch.domain.briefs import Edit, edit_brief, move_brief, sign_brief, submit_brief
from dispatch.enums import AuditAction, BriefStatus, BriefStep, NotificationChannel, Role
from dispatch.models import AuditRecord, Brief, ChannelSetting, Notification
from dispatch.queries.briefs import latest_version
from dispatch.summary.briefs.snapshot import take_figures_again
from tests.dispatch.factories import Cast, make_cast, make_staff, make_ticket
from tests.dispatch.summary.brief_stage import IN_WEEK, MONDAY, edit, rated, signed, weekly
from xiangcun.lib.errors import (
    ConflictError,
    DomainError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def how(brief: Brief, actor: Actor, **more: Any) -> dict[str, Any]:
    return {"version": brief.version, "actor": actor, "now": MONDAY, **more}


def take(brief: Brief, step: BriefStep, actor: Actor) -> Brief:
    if step == BriefStep.EDIT:
        return edit(brief, actor, advice="改过")
    if step == BriefStep.REFRESH:
        return take_figures_again(brief, **how(brief, actor))
    simple: dict[BriefStep, Callable[..., Brief]] = {
        BriefStep.SUBMIT: submit_brief,
        BriefStep.SIGN: sign_brief,
    }
    if step in simple:
        return simple[step](brief.pk, **how(brief, actor))
    return move_brief(brief.pk, step, why="数据有误", **how(brief, actor))


EMPTY_CASE: dict[str, Any] = {"case-1": ""}
_EDITORS, _LEAD = {"dispatcher", "lead"}, {"lead"}
WAY = (
    (BriefStep.EDIT, _EDITORS, BriefStatus.DRAFT),
    (BriefStep.SUBMIT, _EDITORS, BriefStatus.SUBMITTED),
    (BriefStep.SEND_BACK, _EDITORS, BriefStatus.DRAFT),
    (BriefStep.SUBMIT, _EDITORS, BriefStatus.SUBMITTED),
    (BriefStep.SIGN, _LEAD, BriefStatus.PUBLISHED),
    (BriefStep.WITHDRAW, _LEAD, BriefStatus.WITHDRAWN),
    (BriefStep.REOPEN, _EDITORS, BriefStatus.DRAFT),
    (BriefStep.REFRESH, _EDITORS, BriefStatus.DRAFT),
)
"""The way of an issue: at each step everybody else and every other step is refused."""


def test_each_step_is_for_its_people_in_its_state_and_is_written_down(cast: Cast) -> None:
    auditor = staff_actor(make_staff("auditor", Role.AUDITOR, cast.room))
    leader = staff_actor(make_staff("leader", Role.LEADERSHIP, cast.room))
    people = {
        "dispatcher": cast.dispatcher, "lead": cast.lead, "verifier": cast.verifier, "head": cast.head,
        "handler": cast.handler, "auditor": auditor, "leader": leader,
    }  # fmt: skip
    brief = weekly()
    for step, may, to in WAY:
        for name in people.keys() - may:
            with pytest.raises(NotAllowedError):
                take(brief, step, people[name])
        for other in {row[0] for row in WAY} - {step}:
            if (
                other in {BriefStep.EDIT, BriefStep.SUBMIT, BriefStep.REFRESH}
                and to != BriefStatus.PUBLISHED
            ):
                continue  # several are open to a draft
            if brief.status == BriefStatus.SUBMITTED and other in {
                BriefStep.SIGN,
                BriefStep.SEND_BACK,
            }:
                continue
            with pytest.raises(ConflictError):
                take(brief, other, cast.lead)
        if step == BriefStep.REFRESH:
            make_ticket(cast=cast, now=IN_WEEK)
        brief = take(brief, step, people[min(may)])
        assert brief.status == to
    steps = [
        row.data["step"]
        for row in AuditRecord.objects.filter(action=AuditAction.BRIEF).order_by("seq")
    ]
    assert steps == ["build", *(str(step) for step, _may, _to in WAY)]
    assert list(brief.versions.order_by("number").values_list("step", flat=True)) == [
        "build", "edit", "sign", "reopen", "refresh",
    ]  # fmt: skip


def test_whoever_wrote_does_not_sign_unless_there_is_nobody_else(cast: Cast) -> None:
    second = staff_actor(make_staff("lead2", Role.LEAD, cast.room))
    brief = edit(weekly(), cast.lead, advice="值班领导自己写的")
    submit_brief(brief.pk, **how(brief, cast.dispatcher))
    with pytest.raises(NotAllowedError, match="brief_own_words"):
        sign_brief(brief.pk, **how(brief, cast.lead))
    assert second.user is not None
    second.user.is_active = False
    second.user.save()
    brief = sign_brief(brief.pk, **how(brief, cast.lead))
    assert "同一人" in latest_version(brief).why
    assert AuditRecord.objects.filter(action=AuditAction.BRIEF, data__sole_lead=True).count() == 1


def test_a_second_lead_signs_what_the_first_wrote(cast: Cast) -> None:
    second = staff_actor(make_staff("lead2", Role.LEAD, cast.room))
    brief = edit(weekly(), cast.lead, advice="值班领导自己写的")
    submit_brief(brief.pk, **how(brief, cast.lead))
    brief = sign_brief(brief.pk, **how(brief, second))
    assert (latest_version(brief).signature, latest_version(brief).why) == ("lead2", "")


def test_an_older_page_changes_nothing(cast: Cast) -> None:
    brief = edit(weekly(), cast.dispatcher, advice="第一个人")
    with pytest.raises(ConflictError, match="brief_version_changed") as caught:
        edit(brief, cast.lead, version=1, advice="第二个人")
    assert caught.value.status == 409
    assert latest_version(brief).blocks["advice"] == "第一个人"
    same = edit(brief, cast.dispatcher, advice="第一个人")
    assert same.version == brief.version  # nothing new, no version


def test_texts_are_masked_and_measured(cast: Cast) -> None:
    brief = edit(weekly(), cast.dispatcher, advice="请打 13812345678")
    assert latest_version(brief).blocks["advice"] == "请打 138****5678"
    wrong: tuple[dict[str, Any], ...] = ({"advice": "字" * 2001}, {"overview": " \n"})
    for blocks in wrong:
        with pytest.raises(InvalidInputError) as caught:
            edit(brief, cast.dispatcher, **blocks)
        assert {row.field for row in caught.value.errors} == set(blocks)
    edited = edit(brief, cast.dispatcher, nosuch="x")
    assert "nosuch" not in latest_version(edited).blocks


def test_no_case_is_laid_before_the_leads_unread(cast: Cast) -> None:
    rated(cast, text="路灯坏了", result="已修好")
    brief = weekly()
    with pytest.raises(InvalidInputError, match="brief_case_unticked"):
        submit_brief(brief.pk, **how(brief, cast.dispatcher))
    brief = edit(brief, cast.dispatcher)
    ticks = latest_version(brief).ticks
    assert ticks["case-1"]["name"] == "dispatcher"
    # A tick is for the words that were read: it stays with them, and goes with other words.
    make_ticket(cast=cast, now=IN_WEEK)
    brief = take_figures_again(brief, **how(brief, cast.lead))
    assert latest_version(brief).ticks == ticks
    blocks = {**latest_version(brief).blocks, "case-1": "另一段话"}
    brief = edit_brief(brief.pk, Edit(blocks, frozenset()), **how(brief, cast.lead))
    assert latest_version(brief).ticks == {}
    brief = edit(brief, cast.lead, **EMPTY_CASE)
    assert submit_brief(brief.pk, **how(brief, cast.lead)).status == BriefStatus.SUBMITTED


def test_going_back_wants_a_reason_and_taking_figures_wants_news(cast: Cast) -> None:
    brief = signed(cast)
    for why in ("", " ", "字" * 201):
        with pytest.raises(InvalidInputError, match="reason_required"):
            move_brief(brief.pk, BriefStep.WITHDRAW, why=why, **how(brief, cast.lead))
    with pytest.raises(NotFoundError):
        submit_brief(brief.pk + 1, **how(brief, cast.lead))
    brief = take(take(brief, BriefStep.WITHDRAW, cast.lead), BriefStep.REOPEN, cast.dispatcher)
    with pytest.raises(ConflictError, match="brief_unchanged"):
        take_figures_again(brief, **how(brief, cast.lead))


def subscribe(cast: Cast, **who: Any) -> None:
    values = {"user_id": None, "email": "", "name": "", "kinds": ["week"], **who}
    add_subscriber(**values, actor=cast.dispatcher, now=MONDAY)


@pytest.fixture
def mail(settings: Any) -> None:
    settings.EMAIL_ENABLED = True
    ChannelSetting.objects.create(kind=NotificationChannel.EMAIL, name="邮件")


def sent() -> list[tuple[str, str, str]]:
    rows = Notification.objects.filter(key__startswith="brief/", channel__in=("inbox", "email"))
    return sorted((row.channel, str(row.user or row.address), row.state) for row in rows)


@pytest.mark.usefixtures("mail")
def test_a_signed_brief_goes_to_each_subscriber_once_and_again_after_a_correction(
    cast: Cast,
) -> None:
    assert cast.head.user is not None
    subscribe(cast, user_id=cast.head.user_id)
    subscribe(cast, email="Office@Example.org", name="区信访局")
    subscribe(cast, email="daily@example.org", kinds=["day"])
    brief = signed(cast)
    assert [send_briefs(now=MONDAY), send_briefs(now=MONDAY)] == [1, 0]
    assert [row[:2] for row in sent()] == [
        ("email", "office@example.org"),
        ("inbox", "sanitation_head"),
    ]
    body = Notification.objects.get(address="office@example.org").body
    assert "没有受理群众诉求" in body
    brief.refresh_from_db()
    assert brief.status == BriefStatus.SENT

    brief = take(brief, BriefStep.WITHDRAW, cast.lead)
    first = Notification.objects.filter(address="office@example.org").order_by("pk")
    assert first[0].state == "skipped"  # it had not left yet
    assert "已撤回" in first[1].text
    later = MONDAY + timedelta(hours=1)
    brief = take(brief, BriefStep.REOPEN, cast.dispatcher)
    submit_brief(brief.pk, **how(brief, cast.dispatcher, now=later))
    sign_brief(brief.pk, **how(brief, cast.lead, now=later))
    assert [send_briefs(now=later), send_briefs(now=later)] == [1, 0]
    assert len(sent()) == 6  # each: the issue, its withdrawal, the corrected issue


def test_nobody_gets_a_brief_who_may_not_read_it_any_more(cast: Cast) -> None:
    assert cast.head.user is not None
    subscribe(cast, user_id=cast.head.user_id)
    signed(cast)
    cast.head.user.memberships.update(is_active=False)
    assert send_briefs(now=MONDAY) == 1
    assert sent() == []
    assert Brief.objects.get().status == BriefStatus.PUBLISHED


def test_the_list_of_subscribers_is_checked(cast: Cast) -> None:
    wrong: tuple[dict[str, Any], ...] = (
        {"user_id": cast.handler.user_id},
        {"user_id": 987_654},
        {"email": "no mail"},
        {"email": "a@example.org", "kinds": ["year"]},
        {"email": f"{'a' * 60}@{'b' * 40}.org"},
    )
    for who in wrong:
        with pytest.raises(InvalidInputError):
            subscribe(cast, **who)
    subscribe(cast, email="a@example.org")
    with pytest.raises(ConflictError):
        subscribe(cast, email="A@example.org")
    with pytest.raises(NotAllowedError):
        remove_subscriber(1, actor=cast.verifier, now=MONDAY)
    with pytest.raises(DomainError):
        remove_subscriber(987_654, actor=cast.lead, now=MONDAY)
