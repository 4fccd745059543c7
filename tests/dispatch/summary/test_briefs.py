"""What a brief says: frozen, drawn to the same bytes, nobody in it who should not be."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import docx
import pypdfium2
import pytest
from openpyxl import load_workbook

from dispatch.enums import BriefFormat, BriefKind, TicketStatus
from dispatch.models import BriefVersion, LedgerIsAppendOnlyError, Ticket
from dispatch.queries.briefs import latest_version
from dispatch.summary.briefs.anonymise import anonymise, suspicions
from dispatch.summary.briefs.cases import choose_cases
from dispatch.summary.briefs.difference import changed_figures
from dispatch.summary.briefs.document import build_document
from dispatch.summary.briefs.problems import Line, advice_text, problems_text
from dispatch.summary.briefs.render import draw_version
from dispatch.summary.briefs.snapshot import build_brief, take_figures_again
from dispatch.summary.briefs.spans import Span, month_of, span_of
from tests.dispatch.factories import Cast, make_cast, make_ticket
from tests.dispatch.summary.brief_stage import IN_WEEK, MONDAY, WEEK, edit, rated, signed, weekly

pytestmark = pytest.mark.django_db
DIRTY = "村民王大伟家13812345678门口，临江村3组12号门前路灯坏了，浙A12345挡路"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def fact(version: BriefVersion, code: str) -> str:
    facts = version.snapshot.content["facts"]
    return next(str(row["text"]) for row in facts if row["code"] == code)


def test_the_three_files_are_the_same_bytes_each_time_and_say_what_the_page_says(
    cast: Cast,
) -> None:
    rated(cast, text="路灯坏了", result="已修好")
    brief = signed(cast)
    version = latest_version(brief)
    files = {wanted: draw_version(version, wanted) for wanted in BriefFormat}
    again = BriefVersion.objects.select_related("snapshot", "brief").get(pk=version.pk)
    assert {wanted: draw_version(again, wanted) for wanted in BriefFormat} == files

    paper = docx.Document(BytesIO(files[BriefFormat.DOCX]))
    headings = [row.text for row in paper.paragraphs if row.style and row.style.name == "Heading 1"]
    assert [text[:2] for text in headings] == ["一、", "二、", "三、", "四、", "五、"]
    told = "\n".join(row.text for row in paper.paragraphs)
    pages = pypdfium2.PdfDocument(files[BriefFormat.PDF])
    printed = "".join(page.get_textpage().get_text_range() for page in pages)
    printed = printed.replace("\r\n", "").replace("\n", "")
    for text in ("接诉即办周报", "2026 年第 1 期", "综合信息指挥室", "请各单位照办。", "快速办结、群众满意",
                 "2026年11月23日", "签发人", version.snapshot.sha256[:16]):  # fmt: skip
        assert text in told, text
        assert text in printed, text
    assert "草稿" not in told + printed
    assert "tblHeader" in paper.tables[0].rows[0]._tr.xml
    book = load_workbook(BytesIO(files[BriefFormat.XLSX]))
    assert {"说明", "主要指标", "按小类", "按承办单位", "按日", "突出问题"} <= set(book.sheetnames)
    assert [row.value for row in book["按小类"][2]][:2] == ["暴露/积存垃圾", 1]


def test_what_happens_later_changes_a_new_version_only(cast: Cast) -> None:
    make_ticket(TicketStatus.HANDLING, cast=cast, now=IN_WEEK)
    brief = edit(weekly(), cast.dispatcher, advice="自己写的建议")
    first = latest_version(brief)
    drawn = draw_version(first, BriefFormat.XLSX)
    make_ticket(TicketStatus.CLOSED, cast=cast, now=IN_WEEK)  # a correction of last week's books

    kept = BriefVersion.objects.select_related("snapshot", "brief").get(pk=first.pk)
    assert fact(kept, "opened") == "1 件"
    assert draw_version(kept, BriefFormat.XLSX) == drawn

    brief = take_figures_again(brief, version=brief.version, actor=cast.lead, now=MONDAY)
    fresh = latest_version(brief)
    assert (fresh.number, fact(fresh, "opened"), fact(first, "opened")) == (3, "2 件", "1 件")
    assert fresh.blocks["advice"] == "自己写的建议"
    assert "受理群众诉求 2 件" in fresh.blocks["overview"]
    changes = {row.name: (row.before, row.after) for row in changed_figures(first, fresh)}
    assert changes["受理量"] == ("1 件", "2 件")
    assert changed_figures(kept, first) == []


def test_figures_and_versions_are_written_once(cast: Cast) -> None:
    version = latest_version(weekly())
    for row in (version, version.snapshot):
        with pytest.raises(LedgerIsAppendOnlyError):
            row.save()
        with pytest.raises(LedgerIsAppendOnlyError):
            row.delete()


@pytest.mark.usefixtures("cast")
def test_a_period_without_anything_says_so_in_every_section() -> None:
    version = latest_version(weekly())
    assert version.blocks["overview"].startswith("本周（11月16日—11月22日）没有受理群众诉求")
    assert "没有可分类统计的事项" in version.blocks["categories"]
    document = build_document(version)
    assert "本期没有选登案例。" in [getattr(part, "text", "") for part in document.parts]
    assert version.snapshot.content["charts"] == []
    for wanted in BriefFormat:
        assert len(draw_version(version, wanted)) > 1000


def test_one_ticket_has_neither_a_most_nor_rows_of_nothing(cast: Cast) -> None:
    make_ticket(cast=cast, now=IN_WEEK)
    version = latest_version(weekly())
    tables = {table["code"]: table for table in version.snapshot.content["tables"]}
    assert [row["name"] for row in tables["village"]["rows"]] == ["临江村"]
    assert "从地域看，受理的有临江村（1 件）。" in version.blocks["categories"]
    assert "按期办结率" not in version.blocks["overview"]


def test_a_case_has_no_person_no_number_no_door(cast: Cast) -> None:
    rated(
        cast,
        text=DIRTY,
        result="已联系王大伟（手机13812345678）修好，住浦阳路15号2单元301室，李某某确认",
    )
    version = latest_version(weekly())
    text = version.blocks["case-1"]
    for word in ("王大伟", "138", "5678", "****", "3组", "12号", "15号", "301", "浙A"):
        assert word not in text, (word, text)
    assert "临江村" in text
    assert "路灯坏了" in text
    assert "138" not in version.snapshot.data.replace(
        version.snapshot.content["cases"][0]["number"], ""
    )


def test_confidential_matters_are_no_case_and_no_problem(cast: Cast) -> None:
    ticket = rated(cast, text="举报某人", result="已查处")
    Ticket.objects.filter(pk=ticket.pk).update(confidential=True)
    whole = rated(cast, text="路灯坏了", result="已修好")
    span: dict[str, Any] = {"since": IN_WEEK - timedelta(days=3), "until": MONDAY, "now": MONDAY}
    assert [case.ticket_id for case in choose_cases(**span, fresh=True)] == [whole.pk]
    cast.category.confidential = True
    cast.category.save()
    assert choose_cases(**span, fresh=True) == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("路灯坏了", "路灯坏了"),
        ("11月12日反映104国道坑洼", "11月12日反映104国道坑洼"),
        ("3号路灯不亮", "3号路灯不亮"),
        ("高温天气垃圾发臭", "高温天气垃圾发臭"),
        ("房东张建国把垃圾乱倒", "房东某某把垃圾乱倒"),
        ("临江村5组18号门口积水", "临江村门口积水"),
        ("江东小区3幢2单元502室漏水", "江东小区漏水"),
        ("微信abc12345找我", "找我"),
        (
            "停电2小时，小车、老房都受影响，独居老人不便",
            "停电2小时，小车、老房都受影响，独居老人不便",
        ),
        ("小王家门口积水，找老李说过", "某某家门口积水，找某某说过"),
    ],
)
def test_anonymising_hides_people_and_leaves_matters(text: str, left: str) -> None:
    assert anonymise(text) == left
    assert suspicions(left) == []


def test_advice_says_what_it_is_about() -> None:
    lines = [
        Line("rising", "甲", "去现场看看", bare=True),
        Line("other", "乙"),
        Line("rising", "丙", "去现场看看", bare=True),
        Line("overdue", "丁", "请环卫所说明原因。"),
    ]
    assert problems_text(lines).splitlines()[2] == "3．丙"
    assert advice_text(lines, []).splitlines() == [
        "1．针对突出问题第 1、3 项，去现场看看。",
        "2．请环卫所说明原因。",
    ]


def test_a_month_that_is_not_over_is_held_against_as_much_of_the_one_before() -> None:
    part = Span(BriefKind.MONTH, date(2026, 11, 1), date(2026, 11, 10))
    assert part.previous() == Span(BriefKind.MONTH, date(2026, 10, 1), date(2026, 10, 10))
    assert part.year_before() == Span(BriefKind.MONTH, date(2025, 11, 1), date(2025, 11, 10))
    assert part.before_word == "上月同期"
    whole = month_of(date(2026, 3, 5))
    assert (whole.previous().first, whole.previous().last) == (date(2026, 2, 1), date(2026, 2, 28))
    days = Span(BriefKind.WEEK, date(2026, 11, 23), date(2026, 11, 24))
    assert days.previous() == Span(BriefKind.WEEK, date(2026, 11, 16), date(2026, 11, 17))
    assert span_of(BriefKind.WEEK, date(2026, 11, 18)) == WEEK


def test_building_twice_is_once(cast: Cast) -> None:
    brief, made = build_brief(WEEK, user=None, now=MONDAY)
    again, made_again = build_brief(WEEK, user=cast.lead.user, now=MONDAY)
    assert (made, made_again, again.pk) == (True, False, brief.pk)
    assert brief.versions.count() == 1
