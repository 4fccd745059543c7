"""The strip above the list, exports, searches and standard replies as people use them."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from dispatch.domain import exports
from dispatch.enums import AuditAction, TicketAction, TicketStatus
from dispatch.models import AuditRecord, ExportJob, SavedFilter, StandardReply, Ticket
from tests.dispatch.factories import NOW, Cast, make_report, make_ticket

Browser = Callable[[str], Client]
LIST = "admin:dispatch_ticket_changelist"
TOOLS = ("tool-filters", "tool-place", "tool-exports")


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def body(answer: Any) -> bytes:
    """Read a streamed file to its end: the test client closes it then."""
    content: bytes = b"".join(answer.streaming_content)
    return content


def page(client: Client, query: str) -> Any:
    return client.get(f"{reverse(LIST)}?{query}")


def chips(client: Client) -> dict[str, str]:
    return {
        row["name"]: row["count"] for row in page(client, "queue=all").context["bar"]["filters"]
    }


def test_the_strip_counts_for_each_role(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=timezone.now())
    Ticket.objects.filter(pk=ticket.pk).update(return_count=2, urge_count=1)
    assert chips(browser("dispatcher"))["退单两次以上"] == "1"
    unit = chips(browser("sanitation"))
    assert unit["居民催办"] == "1"
    assert "我的超期" in unit
    assert "退单两次以上" not in unit
    assert chips(browser("enforcement"))["居民催办"] == "0"


def test_a_filter_is_kept_and_used(browser: Browser, cast: Cast) -> None:
    make_ticket(cast=cast, now=timezone.now())
    client = browser("dispatcher")
    query = page(client, "queue=all&urgency__exact=P2").context["bar"]["query"]
    done = client.post(reverse("tool-filters"), {"query": query, "name": "一般事项"}, follow=True)
    assert "已保存筛选“一般事项”" in done.content.decode()
    assert chips(client)["一般事项"] == "1"
    assert "一般事项" not in chips(browser("lead"))
    row = SavedFilter.objects.get()
    change = reverse("tool-filter", args=(row.pk,))
    client.post(change, {"step": "rename", "name": "平常的"})
    assert "平常的" in client.get(reverse("tool-filters")).content.decode()
    assert (
        "没有这个筛选"
        in browser("lead").post(change, {"step": "delete"}, follow=True).content.decode()
    )
    client.post(change, {"step": "delete"})
    assert not SavedFilter.objects.exists()


def test_bad_input_to_filters_is_told(browser: Browser, cast: Cast) -> None:
    client = browser("dispatcher")
    for data in ({}, {"name": "x"}, {"query": "a=b", "name": "x"}, {"query": "queue=all"}):
        assert client.post(reverse("tool-filters"), data).status_code == 302
    done = client.post(
        reverse("tool-filters"), {"query": "queue=all", "name": "x", "shared": "1"}, follow=True
    )
    assert "只有值班领导" in done.content.decode()
    assert client.get(reverse("tool-filter", args=(1,))).status_code == 405
    assert client.post(reverse("tool-filter", args=(1,)), {"step": "x"}).status_code == 302
    assert not SavedFilter.objects.exists()


def test_who_has_no_queue_has_no_tools(browser: Browser, cast: Cast) -> None:
    client = browser("administrator")
    assert browser("gridworker").get(reverse("tool-phone")).status_code == 403
    for name in (*TOOLS, "tool-phone"):
        assert client.get(reverse(name)).status_code == 403
    assert client.post(reverse("tool-export"), {"query": "queue=all"}).status_code == 403
    job = uuid.uuid4()
    assert client.get(reverse("tool-export-job", args=(job,))).status_code == 403
    assert Client().get(reverse("tool-exports")).status_code == 302


def test_a_small_list_downloads_at_once(browser: Browser, cast: Cast) -> None:
    own = make_ticket(TicketStatus.HANDLING, cast=cast, now=timezone.now())
    make_ticket(cast=cast, now=timezone.now())
    for username, rows in (
        ("dispatcher", 2),
        ("sanitation", 1),
        ("enforcement", 0),
        ("auditor", 2),
    ):
        answer = browser(username).post(reverse("tool-export"), {"query": "queue=all"})
        assert answer["Content-Type"].endswith("spreadsheetml.sheet")
        book = load_workbook(io.BytesIO(body(answer)), read_only=True)
        assert len(list(book["工单"].iter_rows())) == rows + 1
    assert AuditRecord.objects.filter(action=AuditAction.EXPORT).count() == 4
    chosen = browser("sanitation").post(
        reverse(LIST) + "?queue=all", {"action": "export_selected", "_selected_action": [own.pk]}
    )
    assert chosen["Content-Type"].endswith("spreadsheetml.sheet")
    assert body(chosen)[:2] == b"PK"
    assert browser("dispatcher").put(reverse("tool-export")).status_code == 405
    asked = browser("dispatcher").get(reverse("tool-export"), {"query": "queue=all"})
    assert "共 2 件，马上下载" in asked.content.decode()


def test_format_and_columns_are_chosen(browser: Browser, cast: Cast) -> None:
    own = make_ticket(TicketStatus.HANDLING, cast=cast, now=timezone.now())
    client = browser("dispatcher")
    chosen = {"format": "csv", "columns": ["status", "number"], "header": "keys"}
    answer = client.post(reverse("tool-export"), {"query": "queue=all", **chosen})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert ".csv" in answer["Content-Disposition"]
    text = body(answer).decode("utf-8")
    assert text == f"\ufeffnumber,status\r\n{own.number},处置中\r\n"
    for wrong in ({"format": "exe"}, {"columns": ["phone"]}):
        refused = client.post(reverse("tool-export"), {"query": "queue=all", **wrong}, follow=True)
        assert "没有这" in refused.content.decode()
    grid = browser("gridworker")
    assert 'value="result_text"' not in grid.get(reverse("tool-export")).content.decode()
    denied = grid.post(
        reverse("tool-export"), {"query": "queue=all", "columns": ["result_text"]}, follow=True
    )
    assert "您的岗位不能导出：办理情况" in denied.content.decode()


def test_the_dialog_names_what_a_list_without_a_tab_shows(browser: Browser, cast: Cast) -> None:
    make_ticket(TicketStatus.HANDLING, cast=cast, now=timezone.now())
    client = browser("dispatcher")
    first = client.get(reverse("tool-export")).content.decode()
    assert "<h3>待研判</h3>" in first
    assert 'value="queue=assessing"' in first
    everything = client.get(reverse("tool-export"), {"query": "queue=all"}).content.decode()
    assert "<h3>全部工单</h3>" in everything
    assert "共 1 件" in everything


def test_the_page_of_one_s_exports(
    browser: Browser, cast: Cast, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "SMALL_ROWS", 0)
    make_ticket(TicketStatus.HANDLING, cast=cast, now=timezone.now())
    client = browser("dispatcher")
    assert "还没有后台导出" in client.get(reverse("tool-exports")).content.decode()
    query = f"queue=all&top={cast.category.parent_id}&q=垃圾&opened_at_from=2026-01-01"
    client.post(reverse("tool-export"), {"query": query, "format": "csv"})
    with CaptureQueriesContext(connection) as one:
        listed = client.get(reverse("tool-exports")).content.decode()
    queries = len(one)
    assert "大类04 · 2026-01-01 至 现在 立案 · 含“垃圾”" in listed
    assert "CSV" in listed
    job = ExportJob.objects.get()
    for pk in (uuid.uuid4(), uuid.uuid4()):
        job.pk = pk
        job.save(force_insert=True)
    with django_assert_num_queries(queries):
        client.get(reverse("tool-exports"))
    cancel = reverse("tool-export-cancel", args=(job.pk,))
    assert client.post(cancel, {"back": "list"})["Location"] == reverse("tool-exports")
    assert browser("lead").get(reverse("tool-exports")).content.decode().count("<tr>") == 0


def test_a_large_list_becomes_a_job(
    browser: Browser, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "SMALL_ROWS", 1)
    for _ in range(2):
        make_ticket(cast=cast, now=timezone.now())
    client = browser("dispatcher")
    answer = client.post(reverse("tool-export"), {"query": "queue=all"})
    job = ExportJob.objects.get()
    assert answer["Location"] == reverse("tool-export-job", args=(job.pk,))
    status = client.get(reverse("tool-export-status", args=(job.pk,))).json()
    assert (status["active"], status["total"], status["file_url"]) == (True, 2, "")
    file_url = reverse("tool-export-file", args=(job.pk,))
    assert "还没有生成" in client.get(file_url, follow=True).content.decode()

    exports.run_export(job.pk, clock=timezone.now)
    assert "下载文件" in client.get(answer["Location"]).content.decode()
    assert body(client.get(file_url))[:2] == b"PK"
    assert "下载" in client.get(reverse("tool-exports")).content.decode()
    for name in ("job", "status", "file"):
        url = reverse(f"tool-export-{name}", args=(job.pk,))
        assert browser("lead").get(url).status_code == 404
    cancel = reverse("tool-export-cancel", args=(job.pk,))
    assert browser("lead").post(cancel).status_code == 404
    assert client.get(cancel).status_code == 405
    assert client.post(cancel).status_code == 302
    job.refresh_from_db()
    assert job.status == "done"


def test_too_large_a_list_is_refused(
    browser: Browser, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "SMALL_ROWS", 0)
    monkeypatch.setattr(exports, "MAX_ROWS", 1)
    for _ in range(2):
        make_ticket(cast=cast, now=timezone.now())
    done = browser("lead").post(reverse("tool-export"), {"query": "queue=all"}, follow=True)
    assert "请用筛选缩小范围" in done.content.decode()
    assert not ExportJob.objects.exists()


def test_the_phone_page(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(cast=cast, report=make_report(contact_phone="13812345678"))
    url = reverse("tool-phone")
    client = browser("dispatcher")
    assert client.get(url).status_code == 200
    found = client.post(url, {"phone": "13812345678", "reason": "来电核对"})
    html = found.content.decode()
    assert ticket.number in html
    assert "138****5678" in html
    assert "13812345678" not in html
    assert client.post(url, {"phone": "1381234", "reason": "x"}).status_code == 400
    assert client.post(url, {}).status_code == 400
    for username in ("sanitation", "verifier", "auditor"):
        assert (
            browser(username).post(url, {"phone": "13812345678", "reason": "x"}).status_code == 403
        )
    assert AuditRecord.objects.filter(action=AuditAction.PHONE_SEARCH).count() == 1
    typed = page(client, "q=13812345678")
    assert list(typed.context["cl"].result_list) == []
    assert "按电话找" in typed.content.decode()


def test_the_map_leads_to_the_list(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(cast=cast, now=timezone.now())
    client = browser("dispatcher")
    shown = client.get(reverse("tool-place") + "?queue=all&near=30.31,120.5,300")
    assert shown.context["data"]["near"] == (30.31, 120.5, 300.0)
    assert client.get(reverse("tool-place") + "?near=x&box=1").status_code == 200
    near = page(client, "queue=all&near=30.31,120.5,300")
    assert [row.number for row in near.context["cl"].result_list] == [ticket.number]
    assert "300 米以内" in near.content.decode()
    assert list(page(client, "queue=all&box=30.4,120.4,30.5,120.6").context["cl"].result_list) == []
    assert "地点无法识别" in page(client, "queue=all&box=1").content.decode()


def reply_data(**changes: Any) -> dict[str, Any]:
    return {
        "name": "请补充位置",
        "action": "ask",
        "field": "public_text",
        "category": "",
        "text": "您好，{工单编号}请补充位置",
        "order": 0,
        "is_active": "on",
        **changes,
    }


def test_leads_and_administrators_set_replies(browser: Browser, cast: Cast) -> None:
    add = reverse("admin:dispatch_standardreply_add")
    bad = browser("lead").post(add, reply_data(text="您好{姓名}"))
    assert "不认识的占位符" in bad.content.decode()
    assert "没有这一栏" in browser("lead").post(add, reply_data(field="note")).content.decode()
    assert browser("lead").post(add, reply_data(action="rate")).status_code == 200
    assert not StandardReply.objects.exists()
    assert browser("lead").post(add, reply_data()).status_code == 302
    assert browser("administrator").post(add, reply_data(name="二")).status_code == 302
    for username in ("dispatcher", "sanitation", "sanitation_head", "verifier"):
        assert browser(username).post(add, reply_data(name=username)).status_code == 403
    listed = browser("lead").get(reverse("admin:dispatch_standardreply_changelist"))
    assert "请补充位置" in listed.content.decode()


def test_the_form_offers_replies_and_refuses_what_stays_open(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(cast=cast, now=NOW)
    StandardReply.objects.create(
        name="补充", action=TicketAction.ASK, field="public_text", text="{工单编号}"
    )
    url = reverse("admin:dispatch_ticket_action", args=(ticket.pk, "ask"))
    client = browser("dispatcher")
    offered = client.get(url).context["replies"]
    assert offered["replies"] == [{"name": "补充", "field": "public_text", "text": "{工单编号}"}]
    assert offered["values"]["工单编号"] == ticket.number
    data = {"version": ticket.version, "public_text": "请在{办理期限}前补充"}
    refused = client.post(url, data)
    assert refused.status_code == 400
    assert "还有没填上的内容：{办理期限}" in refused.content.decode()
    assert client.post(url, {**data, "public_text": "请补充 {路名}"}).status_code == 302
    assert Ticket.objects.get(pk=ticket.pk).status == TicketStatus.NEED_INFO
