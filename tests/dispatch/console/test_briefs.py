"""The pages of a brief: what somebody wrote is never lost, signed is signed, files only for readers."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from dispatch.domain.brief_files import claim_file, keep_file
from dispatch.domain.briefs import move_brief, submit_brief
from dispatch.enums import AuditAction, BriefStep
from dispatch.models import AuditRecord, Brief, BriefSubscriber
from dispatch.queries.briefs import latest_version
from tests.dispatch.console.conftest import Browser
from tests.dispatch.factories import Cast, make_ticket
from tests.dispatch.summary.brief_stage import IN_WEEK, MONDAY, edit, rated, signed, weekly


def form(brief: Brief, **blocks: str) -> dict[str, Any]:
    texts = {**latest_version(brief).blocks, **blocks}
    return {"version": brief.version, **{f"block-{key}": text for key, text in texts.items()}}


def test_a_page_that_is_older_is_refused_and_keeps_the_text(cast: Cast, browser: Browser) -> None:
    rated(cast, text="路灯坏了", result="已修好")
    brief = weekly()
    old = form(brief, advice="我写了半天的建议")
    edit(brief, cast.lead, advice="别人先保存的")
    page = browser("dispatcher").post(reverse("brief-edit", args=(brief.pk,)), old)
    assert page.status_code == 409
    assert "别人已改过这期简报（现在是第 2 版）" in page.content.decode()
    assert "我写了半天的建议" in page.content.decode()
    assert latest_version(Brief.objects.get()).blocks["advice"] == "别人先保存的"


def test_text_is_kept_when_the_brief_was_submitted_meanwhile(cast: Cast, browser: Browser) -> None:
    brief = weekly()
    old = form(brief, advice="我写了半天的建议")
    submit_brief(brief.pk, version=1, actor=cast.lead, now=MONDAY)
    page = browser("dispatcher").post(reverse("brief-edit", args=(brief.pk,)), old)
    assert page.status_code == 409
    assert "现在是“待签发”，不能修改" in page.content.decode()
    assert "我写了半天的建议" in page.content.decode()
    assert "xb-unsaved" in page.content.decode()


def test_saving_ticking_and_what_is_wrong_stand_at_their_box(cast: Cast, browser: Browser) -> None:
    rated(cast, text="路灯坏了", result="已修好")
    brief = weekly()
    client, url = browser("dispatcher"), reverse("brief-edit", args=(brief.pk,))
    long = client.post(url, form(brief, overview="字" * 2001))
    assert long.status_code == 400
    assert "不能超过 2000 字，现在 2001 字" in long.content.decode()
    saved = client.post(url, {**form(brief, advice="甲" + "\r\n乙"), "ticked": ["case-1"]})
    assert saved.status_code == 302
    version = latest_version(Brief.objects.get())
    assert (version.blocks["advice"], set(version.ticks)) == ("甲\n乙", {"case-1"})
    assert version.edited == ["advice"]  # line ends of a browser are no change


def test_taking_figures_again_shows_what_changed(cast: Cast, browser: Browser) -> None:
    brief = weekly()
    make_ticket(cast=cast, now=IN_WEEK)
    client = browser("dispatcher")
    step = {"step": "refresh", "version": 1}
    assert client.post(reverse("brief-step", args=(brief.pk,)), step).status_code == 302
    page = client.get(reverse("brief-changes", args=(brief.pk, 2))).content.decode()
    for text in ("受理量", "0 件", "1 件", "一、基本情况"):
        assert text in page
    assert client.get(reverse("brief-version", args=(brief.pk, 1))).status_code == 200
    assert client.post(reverse("brief-step", args=(brief.pk,)), step).status_code == 409
    wrong = {"step": "build", "version": 2}
    assert client.post(reverse("brief-step", args=(brief.pk,)), wrong).status_code == 404


def test_a_head_reads_what_is_signed_and_stands_and_nothing_else(
    cast: Cast, browser: Browser, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    brief = signed(cast)
    file = latest_version(brief).files.get(format="pdf")
    claimed = claim_file(file.pk, now=MONDAY)
    assert claimed is not None
    keep_file(claimed, b"%PDF-1.7", now=MONDAY)
    head, url = browser("sanitation_head"), reverse("brief-file", args=(file.pk,))
    page = head.get(reverse("brief", args=(brief.pk,))).content.decode()
    assert "版本记录" not in page
    assert "撤回" not in page
    assert head.get(reverse("brief-version", args=(brief.pk, 1))).status_code == 404
    answer = head.get(url)
    assert b"".join(answer) == b"%PDF-1.7"
    assert answer["Content-Disposition"].startswith("attachment")
    assert AuditRecord.objects.filter(action=AuditAction.BRIEF, data__step="download").count() == 1
    assert browser("sanitation").get(url).status_code == 403

    how: dict[str, Any] = {
        "version": brief.version,
        "why": "有误",
        "actor": cast.lead,
        "now": MONDAY,
    }
    move_brief(brief.pk, BriefStep.WITHDRAW, **how)
    assert head.get(url).status_code == 404
    assert head.get(reverse("brief", args=(brief.pk,))).status_code == 404
    file.refresh_from_db()
    default_storage.delete(file.stored)
    gone = browser("dispatcher").get(url, follow=True)
    assert "文件已不在，请重新生成" in gone.content.decode()


def test_drafting_by_hand_leads_to_the_one_issue(cast: Cast, browser: Browser) -> None:
    client, url = browser("dispatcher"), reverse("brief-new")
    today = timezone.localdate().isoformat()
    made = client.post(url, {"kind": "day", "day": today})
    assert client.post(url, {"kind": "day", "day": today})["Location"] == made["Location"]
    for wrong in ({}, {"kind": "year", "day": today}, {"kind": "day", "day": "2999-01-01"}):
        assert client.post(url, wrong)["Location"] == reverse("briefs")
    assert Brief.objects.count() == 1


def test_subscribers_come_and_go(cast: Cast, browser: Browser) -> None:
    client, url = browser("dispatcher"), reverse("brief-subscribers")
    bad = client.post(url, {"email": "no mail", "kinds": ["day"], "name": "区信访局"})
    assert bad.status_code == 400
    assert "请填写正确的邮箱地址" in bad.content.decode()
    assert "区信访局" in bad.content.decode()
    assert client.post(url, {"email": "a@example.org", "kinds": ["day"]}).status_code == 302
    row = BriefSubscriber.objects.get()
    client.post(reverse("brief-unsubscribe", args=(row.pk,)))
    assert not BriefSubscriber.objects.exists()


def test_the_list_asks_as_often_for_three_as_for_one(
    cast: Cast, browser: Browser, django_assert_max_num_queries: Any
) -> None:
    signed(cast)
    client, asked = browser("dispatcher"), []
    for day in (1, 2, 3):
        with django_assert_max_num_queries(40) as seen:
            assert client.get(reverse("briefs")).status_code == 200
        asked.append(len(seen))
        date = IN_WEEK.date().replace(day=day)
        Brief.objects.create(
            kind="day", first=date, last=date, year=2026, serial=day, created_at=MONDAY,
            editor=cast.lead.user, signer=cast.lead.user, signed_at=MONDAY,
        )  # fmt: skip
    assert asked[1] == asked[2]
