"""民意 in the console: who may which step, the queue of letters, results that cannot be changed quietly."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from dispatch.domain.audit import verify_audit
from dispatch.domain.voices import freeze_due, verify_results
from dispatch.enums import AuditAction, TicketStatus
from dispatch.models import AuditRecord
from reports.domain.poll_votes import cast_vote
from reports.enums import ReportKind
from reports.models import Poll, PollOption, Report, Topic
from reports.voice_enums import PollState, ResultVisibility, TopicState
from tests.dispatch.factories import Cast, make_ticket
from tests.factories import make_report, make_resident
from tests.reports.voices import DAY, close_now, make_poll, make_topic

Browser = Callable[[str], Client]
SECRET = "我家住三组12号，张老三说的原话"


def moment(days: int) -> str:
    return f"{timezone.localtime() + timedelta(days=days):%Y-%m-%dT%H:%M}"


def letter(cast: Cast, text: str = SECRET, kind: ReportKind = ReportKind.OPINION) -> Report:
    report = make_report(make_resident(), kind=kind, text=text)
    make_ticket(TicketStatus.HANDLING, cast=cast, report=report, now=timezone.now())
    return report


def vote(poll: Poll, order: int = 1) -> None:
    key = poll.options.get(order=order).pk
    cast_vote(
        poll.pk, make_resident(), option_ids=[key], client_id=uuid.uuid4(), now=timezone.now()
    )


def test_a_topic_from_opinions_to_the_answer(browser: Browser, cast: Cast) -> None:
    one, two, praise = (
        letter(cast),
        letter(cast, "也想要长椅"),
        letter(cast, "谢谢", ReportKind.PRAISE),
    )
    dispatcher, lead = browser("dispatcher"), browser("lead")
    page = dispatcher.get(reverse("voice-letters"), {"only": "free"}).content.decode()
    assert SECRET in page
    assert praise.number not in page
    form = dispatcher.get(reverse("voice-topic-new"), {"report": [one.pk, two.pk]})
    assert form.content.decode().count('name="report"') == 2
    sent = {"title": "加长椅", "text": "礼堂门口加几张长椅。", "closes_at": moment(30)}
    made = dispatcher.post(
        reverse("voice-topic-new"), {**sent, "report": [one.pk, two.pk, praise.pk, "x"]}
    )
    topic = Topic.objects.get()
    assert made.url == reverse("voice-topic", args=(topic.pk,))  # type: ignore[attr-defined]
    assert topic.report_links.count() == 3
    assert dispatcher.post(reverse("voice-topic-publish", args=(topic.pk,))).status_code == 403
    lead.post(reverse("voice-topic-publish", args=(topic.pk,)))
    topic.refresh_from_db()
    assert topic.state == TopicState.OPEN
    public = Client().get(f"/api/v1/topics/{topic.pk}").content.decode()
    assert SECRET not in public
    assert "长椅" in public
    wrong = lead.post(reverse("voice-topic-answer", args=(topic.pk,)), {"unit": "", "reply": "好"})
    assert wrong.status_code == 400
    lead.post(
        reverse("voice-topic-answer", args=(topic.pk,)), {"unit": "文化站", "reply": "下月安装。"}
    )
    lead.post(reverse("voice-topic-close", args=(topic.pk,)))
    topic.refresh_from_db()
    assert (topic.state, topic.reply_unit) == (TopicState.CLOSED, "文化站")
    steps = AuditRecord.objects.filter(action=AuditAction.VOICE).order_by("seq")
    assert [row.data["step"] for row in steps] == ["draft", "publish", "answer", "close"]
    assert list(verify_audit()) == []


def test_more_opinions_join_a_topic(browser: Browser, cast: Cast) -> None:
    report, topic, client = letter(cast), make_topic(), browser("dispatcher")
    body = {"topic": topic.pk, "report": [report.pk, 999_999]}
    for _ in range(2):
        client.post(reverse("voice-topic-join"), body)
    assert [row.report_id for row in topic.report_links.all()] == [report.pk]
    none = client.post(reverse("voice-topic-join"), {"topic": topic.pk}, follow=True)
    assert "请先勾选意见" in none.content.decode()
    gone = client.post(
        reverse("voice-topic-join"), {"topic": "x", "report": [report.pk]}, follow=True
    )
    assert "没有这个话题" in gone.content.decode()


def test_confidential_letters_become_no_topic(browser: Browser, cast: Cast) -> None:
    report = letter(cast)
    report.ticket_report.ticket.__class__.objects.update(confidential=True)
    client = browser("lead")
    assert SECRET not in client.get(reverse("voice-letters")).content.decode()
    client.post(
        reverse("voice-topic-new"),
        {"title": "加长椅", "text": "说明", "closes_at": moment(3), "report": [report.pk]},
    )
    assert Topic.objects.get().report_links.count() == 0


GIVEN = {
    "question": "长椅放哪里", "text": "", "options": "村口\n礼堂门口\n\n河边", "max_choices": "1",
    "opens_at": "2026-01-01T08:00", "result_visibility": "after_closing",
}  # fmt: skip


def test_a_poll_is_drafted_by_one_and_published_by_another(browser: Browser, cast: Cast) -> None:
    dispatcher, lead = browser("dispatcher"), browser("lead")
    dispatcher.post(reverse("voice-poll-new"), {**GIVEN, "closes_at": moment(5)})
    poll = Poll.objects.get()
    assert [option.text for option in poll.options.all()] == ["村口", "礼堂门口", "河边"]
    assert dispatcher.post(reverse("voice-poll-publish", args=(poll.pk,))).status_code == 403
    lead.post(reverse("voice-poll-publish", args=(poll.pk,)))
    page = reverse("voice-poll", args=(poll.pk,))
    sent = {
        **GIVEN,
        "question": "长椅放在哪里好",
        "closes_at": f"{timezone.localtime(poll.closes_at):%Y-%m-%dT%H:%M}",
    }
    assert dispatcher.post(page, sent).status_code == 403
    assert lead.post(page, sent).status_code == 302
    vote(Poll.objects.get())
    late = lead.post(page, {**sent, "question": "换个问题"})
    assert (late.status_code, Poll.objects.get().question) == (400, "长椅放在哪里好")
    assert "已经有人投票" in late.content.decode()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"options": "一个"}, "2 到 12"),
        ({"options": "甲\n甲"}, "一模一样"),
        ({"max_choices": "9"}, "选项个数之间"),
        ({"closes_at": "2025-01-01T00:00"}, "截止时间要在开始时间之后"),
        ({"question": "打我电话13800000005"}, "请不要写电话"),
        ({"opens_at": "x"}, "有效的日期"),
    ],
)
def test_wrong_polls_are_told_and_kept(
    browser: Browser, cast: Cast, wrong: dict[str, str], said: str
) -> None:
    sent = {**GIVEN, "closes_at": moment(5), **wrong}
    answer = browser("dispatcher").post(reverse("voice-poll-new"), sent)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not Poll.objects.exists()


def test_the_lead_puts_off_once_and_withdraws(browser: Browser, cast: Cast) -> None:
    poll, lead = make_poll(), browser("lead")
    extend = reverse("voice-poll-extend", args=(poll.pk,))
    body = {"closes_at": moment(20), "note": "两个社没来得及通知"}
    assert browser("dispatcher").post(extend, body).status_code == 403
    assert lead.post(extend, {**body, "closes_at": moment(1)}).status_code == 400
    assert lead.post(extend, body).status_code == 302
    assert lead.post(extend, {**body, "closes_at": moment(40)}).status_code == 400
    assert "两个社没来得及通知" in Client().get(f"/api/v1/polls/{poll.pk}").content.decode()
    withdraw = reverse("voice-poll-withdraw", args=(poll.pk,))
    assert lead.post(withdraw, {"note": ""}).status_code == 400
    assert lead.post(withdraw, {"note": "选项写错了"}).status_code == 302
    assert Poll.objects.get().state == PollState.WITHDRAWN
    shown = lead.get(reverse("voice-poll", args=(poll.pk,))).content.decode()
    assert "不公布结果" in shown


def test_staff_see_no_more_than_a_voter(browser: Browser, cast: Cast) -> None:
    shut, early = make_poll(result_visibility=ResultVisibility.AFTER_CLOSING), make_poll()
    for poll in (shut, early):
        for _ in range(4):
            vote(poll, 2)
    lead = browser("lead")
    assert "工作人员也看不到" in lead.get(reverse("voice-poll", args=(shut.pk,))).content.decode()
    few = lead.get(reverse("voice-poll", args=(early.pk,)))
    assert "不到 5 人" in few.content.decode()
    assert few.context["result"].options == ()
    vote(early)
    assert lead.get(reverse("voice-poll", args=(early.pk,))).context["result"].options[1].votes == 4
    assert lead.get(reverse("voice-poll-file", args=(early.pk,))).status_code == 404


def test_a_frozen_result_is_chained_to_the_trail(browser: Browser, cast: Cast) -> None:
    poll = make_poll(question="=1+1 长椅放哪里")
    vote(poll)
    vote(poll, 2)
    assert freeze_due(now=timezone.now()) == 0
    close_now(poll)
    assert freeze_due(now=timezone.now()) == 1
    assert freeze_due(now=timezone.now()) == 0
    lead, page = browser("lead"), reverse("voice-poll", args=(poll.pk,))
    assert "与审计记录核对一致" in lead.get(page).content.decode()
    file = lead.get(reverse("voice-poll-file", args=(poll.pk,)))
    rows = list(load_workbook(io.BytesIO(file.content))["结果"].values)
    assert rows[1:] == [("村口", 1, 0.5), ("礼堂门口", 1, 0.5), ("河边", 0, 0)]
    assert AuditRecord.objects.filter(action=AuditAction.EXPORT, data__poll=poll.pk).exists()
    assert list(verify_results()) == []
    PollOption.objects.filter(poll=poll, order=3).update(votes=5)
    assert list(verify_results()) == [(poll.pk, "各项票数与投票人数对不上")]
    # Somebody who moves a vote from one option to another leaves the sum as it was.
    PollOption.objects.filter(poll=poll, order=1).update(votes=0)
    PollOption.objects.filter(poll=poll, order=3).update(votes=1)
    assert list(verify_results()) == [(poll.pk, "票数与固定的结果不符")]
    stored = Poll.objects.get()
    assert stored.result is not None
    for option, votes in zip(stored.result["options"], (0, 1, 1), strict=True):
        option["votes"] = votes
    Poll.objects.update(result=stored.result)
    assert list(verify_results()) == [(poll.pk, "结果与审计记录不符")]
    assert "结果与审计记录不符" in lead.get(page).content.decode()
    with pytest.raises(CommandError, match="1 处不符"):
        call_command("verify_ledger", stdout=io.StringIO())
    AuditRecord.objects.filter(action=AuditAction.VOICE).update(data={})
    assert list(verify_results()) == [(poll.pk, "审计记录里没有这个投票的结果")]


@pytest.mark.parametrize("who", ["verifier", "auditor"])
def test_who_only_reads(browser: Browser, cast: Cast, who: str) -> None:
    topic, poll, client = make_topic(), make_poll(), browser(who)
    for name, key in (("voice-topic", topic.pk), ("voice-poll", poll.pk)):
        url = reverse(name, args=(key,))
        page = client.get(url).content.decode()
        steps = ("publish", "answer", "close", "extend", "withdraw")
        assert not [step for step in steps if f'action="{url}{step}"' in page]
        assert client.post(url, {}).status_code == 403
    assert client.get(reverse("voice-letters")).status_code == 403


def test_lists_of_nothing_and_of_something(browser: Browser, cast: Cast) -> None:
    client = browser("lead")
    for name, empty in (("letters", "没有信件"), ("topics", "还没有话题"), ("polls", "还没有投票")):
        assert empty in client.get(reverse(f"voice-{name}")).content.decode()
    make_topic(), make_poll(now=timezone.now() - DAY)
    assert "征集支持" in client.get(reverse("voice-topics")).content.decode()
    assert "正在投票" in client.get(reverse("voice-polls")).content.decode()


@pytest.mark.parametrize("name", ["letters", "topics", "polls"])
def test_a_list_costs_the_same_for_many_rows(browser: Browser, cast: Cast, name: str) -> None:
    client, counts = browser("lead"), []
    for more in (1, 3):
        for _ in range(more):
            topic = make_topic()
            topic.report_links.create(report=letter(cast))
            make_poll()
        client.get(reverse(f"voice-{name}"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(f"voice-{name}"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
