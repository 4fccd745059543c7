"""The form 办件单: what is on it, who gets it, and that printing leaves a trace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import perform
from dispatch.enums import AuditAction, TicketAction, TicketStatus
from dispatch.models import AuditRecord, Ticket
from reports.enums import PhotoStatus
from reports.models import Photo, ReportPhoto
from tests.dispatch.factories import Cast, fields_for, make_photo, make_report, make_ticket
from xiangcun.lib.errors import FontMissingError

Browser = Callable[[str], Client]


def make_here(status: TicketStatus, cast: Cast, **report: Any) -> Ticket:
    now = timezone.now()
    return make_ticket(status, cast=cast, now=now, report=make_report(now=now, **report))


def page(client: Client, ticket: Ticket) -> str:
    response = client.get(reverse("ticket-print", args=(ticket.pk,)))
    assert response.status_code == 200
    return response.content.decode()


def pdf(client: Client, ticket: Ticket) -> bytes:
    response = client.get(reverse("ticket-print-pdf", args=(ticket.pk,)))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert "no-store" in response["Cache-Control"]
    return response.content


def texts(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    try:
        return [sheet.get_textpage().get_text_range() for sheet in document]
    finally:
        document.close()


def flat(content: bytes) -> str:
    return "".join("".join(texts(content)).split())


def give_photo(ticket: Ticket, settings: Any, tmp_path: Path) -> Photo:
    settings.MEDIA_ROOT = str(tmp_path)
    drawn = BytesIO()
    Image.new("RGB", (480, 360), (90, 140, 110)).save(drawn, "JPEG")
    photo = make_photo(now=timezone.now())
    photo.renditions = {"480": default_storage.save("r.jpg", ContentFile(drawn.getvalue()))}
    photo.status = PhotoStatus.READY
    photo.save()
    report = ticket.ticket_reports.get().report
    ReportPhoto.objects.create(report=report, photo=photo, order=0)
    return photo


def test_it_works(browser: Browser, cast: Cast) -> None:
    ticket = make_here(
        TicketStatus.AWAITING_RATING,
        cast,
        text="垃圾没人清，电话 13812345678",
        address="临江路 8 号",
    )
    html = page(browser("dispatcher"), ticket)
    for words in (
        "综合信息指挥室事项办理单",
        ticket.number,
        "微信小程序",
        "大类04 / 暴露/积存垃圾",
        "P2 一般",
        "临江路 8 号；临江村 示例网格",
        "138****5678",
        "环卫所",
        "办理期限",
        "给居民的话",
        "核查通过",
        "领导批示",
        "流转记录",
    ):
        assert words in html, words
    assert "13812345678" not in html
    assert "sanitation" in html

    drawn = flat(pdf(browser("dispatcher"), ticket))
    for words in ("综合信息指挥室事项办理单", ticket.number, "138****5678", "领导批示", "第1页共"):
        assert words in drawn, words


def test_its_typeface_is_embedded(browser: Browser, cast: Cast) -> None:
    content = pdf(browser("lead"), make_here(TicketStatus.HANDLING, cast))
    assert b"/FontFile2" in content
    assert b"NotoSansSC" in content
    assert len(content) < 100_000


def test_printing_is_audited(browser: Browser, cast: Cast) -> None:
    ticket = make_here(TicketStatus.HANDLING, cast)
    client = browser("sanitation")
    page(client, ticket)
    pdf(client, ticket)
    records = AuditRecord.objects.filter(action=AuditAction.PRINT)
    assert [row.data["form"] for row in records.order_by("seq")] == ["page", "pdf"]
    assert {(row.actor, row.ticket, row.address) for row in records} == {
        (cast.handler.user, ticket, "127.0.0.1")
    }


@pytest.mark.parametrize(
    ("username", "status"),
    [
        ("dispatcher", 200),
        ("lead", 200),
        ("verifier", 200),
        ("auditor", 200),
        ("sanitation", 200),
        ("sanitation_head", 200),
        ("enforcement", 404),
        ("enforcement_head", 404),
        ("administrator", 404),
    ],
)
def test_it_is_for_who_may_read_the_ticket(
    browser: Browser, cast: Cast, username: str, status: int
) -> None:
    ticket = make_here(TicketStatus.HANDLING, cast)
    client = browser(username)
    for name in ("ticket-print", "ticket-print-pdf"):
        assert client.get(reverse(name, args=(ticket.pk,))).status_code == status
    many = client.get(reverse("ticket-print-many"), {"ids": str(ticket.pk)})
    assert many.status_code == status
    assert AuditRecord.objects.filter(action="print").exists() == (status == 200)


def test_it_wants_a_login(client: Client, cast: Cast) -> None:
    ticket = make_here(TicketStatus.HANDLING, cast)
    assert client.get(reverse("ticket-print-pdf", args=(ticket.pk,))).status_code == 302


def test_a_department_reads_no_contact(browser: Browser, cast: Cast) -> None:
    ticket = make_here(TicketStatus.HANDLING, cast, contact_phone="13912345678")
    assert "139****5678" in page(browser("dispatcher"), ticket)
    html = page(browser("sanitation"), ticket)
    assert "5678" not in html
    assert "由指挥室联系" in html
    assert "5678" not in flat(pdf(browser("sanitation"), ticket))


def test_a_confidential_matter_shows_nobody(browser: Browser, cast: Cast) -> None:
    ticket = make_here(TicketStatus.HANDLING, cast, contact_phone="13912345678")
    Ticket.objects.filter(pk=ticket.pk).update(confidential=True)
    for username in ("lead", "sanitation"):
        html = page(browser(username), ticket)
        assert "保密件" in html
        assert "5678" not in html
        drawn = flat(pdf(browser(username), ticket))
        assert "保密件" in drawn
        assert "5678" not in drawn


def test_internal_notes_are_not_printed(browser: Browser, cast: Cast) -> None:
    ticket = make_here(TicketStatus.HANDLING, cast)
    perform(
        ticket.pk,
        TicketAction.NOTE,
        actor=cast.dispatcher,
        now=timezone.now(),
        fields=Fields(note="@sanitation 私下说一句"),
    )
    assert "私下说一句" not in page(browser("dispatcher"), ticket)
    assert "私下说一句" not in flat(pdf(browser("dispatcher"), ticket))


def test_markup_in_texts_is_text(browser: Browser, cast: Cast) -> None:
    ticket = make_here(TicketStatus.HANDLING, cast, text="<b>粗</b> & <br/> <para>", address="<i>")
    assert "&lt;b&gt;粗" in page(browser("lead"), ticket)
    assert "<b>粗</b>&<br/><para>" in flat(pdf(browser("lead"), ticket))


def test_long_texts_go_on_overleaf(browser: Browser, cast: Cast) -> None:
    words = "，".join(f"第{number}处垃圾没人清运" for number in range(110))
    long = (words + "\n" * 150 + "x" * 300)[:2000]
    ticket = make_here(TicketStatus.DISPATCHED, cast, text=long)
    fields = replace(fields_for(TicketAction.SUPERVISE, cast, now=timezone.now()), note="长" * 2000)
    perform(ticket.pk, TicketAction.SUPERVISE, actor=cast.lead, now=timezone.now(), fields=fields)
    sheets = texts(pdf(browser("lead"), ticket))
    assert len(sheets) > 2
    drawn = "".join("".join(sheets).split())
    assert "第109处垃圾没人清运" in drawn
    assert drawn.count("x") == 300
    assert drawn.count("长") == 2000
    for index, sheet in enumerate(sheets):
        assert f"第{index + 1}页共{len(sheets)}页" in "".join(sheet.split())


def test_no_line_begins_with_a_comma(browser: Browser, cast: Cast) -> None:
    text = "".join(f"{'垃圾' * (number % 9 + 1)}，" for number in range(120))
    ticket = make_here(TicketStatus.HANDLING, cast, text=text)
    lines = [line for sheet in texts(pdf(browser("lead"), ticket)) for line in sheet.splitlines()]
    assert sum("垃圾，" in line for line in lines) > 5
    assert not [line for line in lines if line.startswith("，")]


def test_rare_characters_are_told_of(browser: Browser, cast: Cast) -> None:
    ticket = make_here(TicketStatus.HANDLING, cast, text="𠮷家的龘字招牌要掉了")
    drawn = flat(pdf(browser("lead"), ticket))
    assert "〓家的龘字招牌要掉了" in drawn
    assert "U+20BB7" in drawn


def test_photos_are_the_clean_renditions(
    browser: Browser, cast: Cast, settings: Any, tmp_path: Path
) -> None:
    ticket = make_here(TicketStatus.HANDLING, cast)
    bare = len(pdf(browser("lead"), ticket))
    photo = give_photo(ticket, settings, tmp_path)
    content = pdf(browser("lead"), ticket)
    assert len(content) > bare + 500
    assert "上报照片" in flat(content)
    assert ".480." in page(browser("lead"), ticket)

    default_storage.delete(photo.renditions["480"])
    assert "照片无法读取" in flat(pdf(browser("lead"), ticket))


def test_a_selection_is_one_file(browser: Browser, cast: Cast) -> None:
    tickets = [make_here(TicketStatus.HANDLING, cast) for _number in range(3)]
    foreign = make_here(TicketStatus.ASSESSING, cast)
    ids = ",".join(str(row.pk) for row in [*tickets, foreign])
    response = browser("sanitation").get(reverse("ticket-print-many"), {"ids": ids})
    drawn = flat(response.content)
    assert all(row.number in drawn for row in tickets)
    assert foreign.number not in drawn
    assert AuditRecord.objects.filter(action="print").count() == 3
    assert drawn.count("第1页共1页") == 3


def test_a_selection_is_chosen_in_the_list(browser: Browser, cast: Cast) -> None:
    ticket = make_here(TicketStatus.HANDLING, cast)
    data = {"action": "print_selected", "_selected_action": [str(ticket.pk)]}
    url = f"{reverse('admin:dispatch_ticket_changelist')}?queue=handling"
    for username in ("sanitation", "dispatcher"):
        response = browser(username).post(url, data)
        assert response["Location"] == f"{reverse('ticket-print-many')}?ids={ticket.pk}"


def test_a_selection_has_a_limit(browser: Browser, cast: Cast) -> None:
    ids = ",".join(str(number) for number in range(1, 60))
    response = browser("lead").get(reverse("ticket-print-many"), {"ids": ids}, follow=True)
    assert "一次最多打印 50 件" in response.content.decode()


@pytest.mark.parametrize("ids", ["", "abc", "1,2,x", "9" * 40, "\x00"])
def test_a_selection_of_nonsense_is_not_found(browser: Browser, ids: str) -> None:
    assert browser("lead").get(reverse("ticket-print-many"), {"ids": ids}).status_code == 404


def test_without_its_typeface_it_says_so(
    browser: Browser, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = make_here(TicketStatus.HANDLING, cast)

    def refuse(_sheets: object) -> bytes:
        raise FontMissingError("font_missing", "没有安装打印字体")

    monkeypatch.setattr("dispatch.console.print_pdf.draw_sheets", refuse)
    response = browser("lead").get(reverse("ticket-print-pdf", args=(ticket.pk,)), follow=True)
    assert "没有安装打印字体" in response.content.decode()


def test_its_queries_do_not_grow(browser: Browser, cast: Cast) -> None:
    ticket = make_here(TicketStatus.HANDLING, cast)
    client, counts = browser("sanitation"), []
    for _round in range(2):
        page(client, ticket)
        with CaptureQueriesContext(connection) as queries:
            page(client, ticket)
        counts.append(len(queries))
        for _row in range(3):
            now = timezone.now()
            perform(
                ticket.pk,
                TicketAction.NOTE,
                actor=cast.lead,
                now=now,
                fields=Fields(note="@sanitation 看"),
            )
    assert counts[0] == counts[1]
