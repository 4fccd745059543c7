"""The calendar page: what it shows, who may set what, and that nothing changes unconfirmed."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import Workbook

from dispatch.domain.calendar import DayWish, set_days
from dispatch.domain.calendar_files import TEMPLATE
from dispatch.domain.calendar_rounds import recompute_dues
from dispatch.enums import CalendarDayType, TicketStatus
from dispatch.models import CalendarChange, CalendarDay, Staff
from dispatch.queries.calendar import forget_calendar
from tests.dispatch.factories import NOW, Cast, make_ticket

Browser = Callable[[str], Client]
SETTERS = ("lead", "administrator")
READERS = ("dispatcher", "verifier", "auditor", "sanitation", "sanitation_head")
TYPHOON = {"first": "2026-11-25", "last": "2026-11-26", "kind": "closure", "name": "台风停工"}
NOTICE = "日期,类型,名称\n2027-01-01,放假,元旦\n2027-01-03,上班,元旦调休上班\n2027-05-01,放假,劳动节\n2027-10-01,放假,国庆节\n"


@pytest.fixture(autouse=True)
def announced(db: None) -> None:
    day = date(2026, 10, 1)
    CalendarDay.objects.create(date=day, type=CalendarDayType.HOLIDAY, name="国庆节")
    forget_calendar()


def page(client: Client, year: int) -> str:
    return client.get(reverse("calendar"), {"year": year}).content.decode()


def test_it_works(browser: Browser) -> None:
    text = page(browser("lead"), 2026)
    assert "2026-10-01 星期四 节假日 国庆节" in text
    assert "08:30–12:00、13:30–17:30" in text
    assert 'id="cal-provisional"' not in text
    assert text.count('class="cal-month"') == 12


def test_a_year_nobody_announced_is_provisional_everywhere(browser: Browser) -> None:
    text = page(browser("sanitation"), 2027)
    assert "2027 年放假安排尚未公布" in text
    assert text.count("<small>暂定</small>") == 12
    assert "2027-01-01 星期五 节假日 暂定" in text


@pytest.mark.parametrize("year", ["", "x", "0000", "9999", "１９９９", "-1"])
def test_it_forgives_any_year(browser: Browser, year: str) -> None:
    assert browser("lead").get(reverse("calendar"), {"year": year}).status_code == 200


@pytest.mark.parametrize("username", READERS)
def test_readers_look_and_set_nothing(browser: Browser, username: str) -> None:
    client = browser(username)
    text = page(client, 2026)
    assert "cal-form" not in text
    assert "data-day" not in text
    assert (
        client.post(reverse("calendar-days"), {**TYPHOON, "decision": "confirm"}).status_code == 403
    )
    assert client.get(reverse("calendar-import")).status_code == 403
    assert CalendarChange.objects.count() == 0


@pytest.mark.parametrize("name", ["calendar", "calendar-template", "calendar-progress"])
def test_strangers_see_nothing(browser: Browser, name: str) -> None:
    Staff.objects.create(username="seatless", is_staff=True)
    assert browser("seatless").get(reverse(name)).status_code == 403
    assert Client().get(reverse(name)).status_code == 302


@pytest.mark.parametrize("username", SETTERS)
def test_a_typhoon_is_previewed_then_saved(browser: Browser, cast: Cast, username: str) -> None:
    make_ticket(TicketStatus.HANDLING, cast=cast)
    client = browser(username)
    preview = client.post(reverse("calendar-days"), TYPHOON).content.decode()
    assert "将影响 1 件在办工单" in preview
    assert "2026-11-25 星期三，现为上班" in preview
    assert CalendarChange.objects.count() == 0
    done = client.post(reverse("calendar-days"), {**TYPHOON, "decision": "confirm"})
    assert done["Location"] == f"{reverse('calendar')}?year=2026"
    change = CalendarChange.objects.get()
    assert change.actor is not None
    assert change.actor.username == username
    assert CalendarDay.objects.filter(type=CalendarDayType.CLOSURE).count() == 2
    forget_calendar()
    assert "2026-11-25 星期三 停工 台风停工" in page(client, 2026)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"first": "2026-13-01"}, "日期"),
        ({"last": "2026-11-01"}, "结束日期不能早于开始日期"),
        ({"name": ""}, "请填写名称"),
        ({"kind": "party"}, "选择"),
        ({"last": "2027-11-01"}, "一次最多设置"),
    ],
)
def test_it_refuses_with_a_sentence(browser: Browser, wrong: dict[str, str], says: str) -> None:
    answer = browser("lead").post(
        reverse("calendar-days"), {**TYPHOON, **wrong, "decision": "confirm"}
    )
    assert answer.status_code in {400, 422}
    assert says in answer.content.decode()
    assert CalendarChange.objects.count() == 0


def test_the_log_shows_old_and_new_to_whom_may_read(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    wish = DayWish(date(2026, 11, 25), date(2026, 11, 26), CalendarDayType.CLOSURE, "台风停工")
    change = set_days(wish, user=cast.lead.user, now=NOW)
    recompute_dues(change.pk, now=NOW)
    url = reverse("calendar-change", args=(change.pk,))
    text = browser("lead").get(url).content.decode()
    assert ticket.number in text
    assert "推后" in text
    ticket_page = (
        browser("lead")
        .get(reverse("admin:dispatch_ticket_change", args=(ticket.pk,)))
        .content.decode()
    )
    assert "期限重算" in ticket_page
    assert ticket.number not in browser("administrator").get(url).content.decode()
    assert browser("sanitation").get(url).status_code == 403
    assert browser("lead").get(reverse("calendar-change", args=(change.pk + 1,))).status_code == 404
    progress = browser("lead").get(reverse("calendar-progress")).json()
    assert progress["open"] == [{"id": change.pk, "status": "等待复核", "moved": 1}]


def sheet(rows: list[tuple[str | date, ...]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", NOTICE.encode("utf-8-sig")),
        ("a.csv", NOTICE.encode("gb18030")),
        ("a.csv", NOTICE.replace(",", "\t").encode()),
        ("a.xlsx", sheet([("日期", "类型", "名称"), (date(2027, 1, 1), "放假", "元旦"), ("2027-01-03", "makeup", "班"), ("2027年5月1日", "holiday", "五一"), ("2027/10/1", "休", "国庆")])),
        ("a.json", json.dumps({"days": [{"date": "2027-01-01", "type": "holiday", "name": "元旦"}, {"date": "2027-01-03", "type": "makeup", "name": "班"}, {"date": "2027-05-01", "type": "holiday", "name": "五一"}, {"date": "2027-10-01", "type": "holiday", "name": "国庆"}]}).encode()),
    ],
)  # fmt: skip
def test_a_notice_is_previewed_in_every_format(browser: Browser, name: str, data: bytes) -> None:
    client = browser("administrator")
    form = {"file": SimpleUploadedFile(name, data), "source": "国办发明电〔2026〕7号"}
    answer = client.post(reverse("calendar-import"), form)
    text = answer.content.decode()
    assert answer.status_code == 200, text
    assert "2027 年：4 天" in text
    assert CalendarChange.objects.count() == 0


def test_a_confirmed_notice_announces_the_year(browser: Browser) -> None:
    client = browser("administrator")
    preview = client.post(reverse("calendar-import"), {"text": NOTICE})
    kept = preview.context["reading"].as_csv()
    done = client.post(
        reverse("calendar-import"), {"text": kept, "source": "文号", "decision": "confirm"}
    )
    assert done.status_code == 302
    assert CalendarDay.objects.filter(date__year=2027, confirmed=True, source="文号").count() == 4
    forget_calendar()
    assert "尚未公布" not in page(client, 2027)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2027-02-30,放假,元旦", "第 1 行：日期“2027-02-30”无法识别"),
        ("2027-01-01,过节,元旦", "第 1 行：类型“过节”无法识别"),
        ("2027-01-01,放假,", "缺少名称"),
        ("2027-01-01,放假,元旦\n2027-01-01,放假,元旦", "第 2 行：2027-01-01 与第 1 行重复"),
        ("2027-01-01,放假,元旦\n2028-01-01,放假,元旦", "一个文件只能是一年"),
        ("2027-01-04,上班,班", "不是周末"),
        ("日期,类型,名称", "没有任何日期"),
    ],
)
def test_faults_stand_by_line_and_nothing_is_written(
    browser: Browser, text: str, says: str
) -> None:
    answer = browser("lead").post(reverse("calendar-import"), {"text": text, "decision": "confirm"})
    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert CalendarChange.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.xlsx", b"PK\x03\x04nonsense"), ("a.json", b"{"), ("a.csv", b"\xff\xff\x00"), ("a.json", b'{"days": [1]}'), ("a.csv", b"x" * 300_000)],
)  # fmt: skip
def test_rubbish_is_refused(browser: Browser, name: str, data: bytes) -> None:
    answer = browser("lead").post(
        reverse("calendar-import"), {"file": SimpleUploadedFile(name, data)}
    )
    assert answer.status_code in {400, 422}
    assert CalendarChange.objects.count() == 0


def test_the_template_reads_as_a_notice(browser: Browser) -> None:
    answer = browser("lead").get(reverse("calendar-template"))
    assert answer.content.decode("utf-8-sig") == TEMPLATE
    form = {"file": SimpleUploadedFile("calendar-template.csv", answer.content)}
    assert browser("lead").post(reverse("calendar-import"), form).status_code == 200


def test_a_due_date_that_rests_on_a_guessed_year_says_so(browser: Browser, cast: Cast) -> None:
    late = NOW.replace(month=12, day=30)
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=late)
    url = reverse("admin:dispatch_ticket_change", args=(ticket.pk,))
    assert "办理期限（暂定，放假安排未公布）" in browser("lead").get(url).content.decode()


def test_queries_do_not_grow_with_the_log(browser: Browser, cast: Cast) -> None:
    client = browser("lead")
    counts = []
    for day in (1, 2, 3):
        wish = DayWish(date(2026, 12, day), date(2026, 12, day), CalendarDayType.CLOSURE, "停")
        set_days(wish, user=cast.lead.user, now=NOW)
        if day != 2:
            forget_calendar()
            with CaptureQueriesContext(
                connection,
            ) as queries:
                page(client, 2026)
            counts.append(len(queries))
    assert counts[0] == counts[1]
