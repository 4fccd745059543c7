"""The triage quality pages: right figures, right people, exact lists, bad input, few queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from dispatch.console.quality_views import _share
from dispatch.enums import Role
from dispatch.enums import TicketAction as Act
from dispatch.models import Ticket
from dispatch.queries import triage_quality
from reports.models import Category
from tests.dispatch.factories import Cast, make_category, make_staff
from tests.dispatch.summary.judged import LAMPS, do, lamps, triaged

Browser = Callable[[str], Client]
PAGE, LIST, EXPORT = (
    reverse("triage-quality"),
    reverse("triage-quality-tickets"),
    reverse("triage-quality-export"),
)


@pytest.fixture
def now() -> Any:
    return timezone.now() - timedelta(hours=6)


@pytest.fixture
def story(cast: Cast, now: Any) -> dict[str, Ticket]:
    """One of each: right, wrong, undecided; and one that a person decided."""
    right = do(triaged(cast, now=now), cast, Act.ACCEPT, Act.FINISH, now=now)
    back = do(triaged(cast, now=now), cast, Act.RETURN, now=now)
    wrong = do(back, cast, Act.DISPATCH, category=lamps(), now=now + timedelta(hours=1))
    undecided = triaged(cast, now=now, version="model-0123456789")
    asked = triaged(cast, auto=False, now=now)
    do(asked, cast, Act.DISPATCH, category=lamps(), candidate=2, now=now)
    return {"right": right, "wrong": wrong, "undecided": undecided, "asked": asked}


def status_of(client: Client, url: str, query: dict[str, str] | None = None) -> int:
    """Return the status; a workbook is read to its end, which closes its file."""
    response = client.get(url, query)
    if response.streaming:
        b"".join(response.streaming_content)  # type: ignore[attr-defined]
    return response.status_code


def table(response: Any, code: str) -> dict[str, list[Any]]:
    return next(dict(rows) for found, rows in response.context["tables"] if found.code == code)


def test_it_works(browser: Browser, story: dict[str, Ticket]) -> None:
    response = browser("lead").get(PAGE)
    html = response.content.decode()
    assert response.status_code == 200
    cards = {column.code: cell.text for column, cell in response.context["cards"]}
    assert cards["opened"] == "4"
    assert (cards["right"], cards["wrong"], cards["undecided"]) == ("1", "1", "1")
    assert cards["accuracy"] == "50.0%"
    assert "9.5% – 90.5%" in html
    assert "样本少" in html
    assert list(table(response, "pair")) == ["暴露/积存垃圾 → 路灯不亮"]
    assert [cell.text for cell in table(response, "returns")["暴露/积存垃圾"]] == [
        "3",
        "1",
        "33.3%",
        "1",
    ]
    choice = [cell.text for cell in table(response, "choice")["合计"]]
    assert choice == ["1", "0", "1", "0", "0", "0.0%", "100.0%", "1"]
    assert "词表（版本 aaaa）" in html
    assert "学习模型（版本 0123456789）" in html
    assert {"chart-week", "chart-of", "chart-pair"} <= set(response.context["charts"])


def test_every_figure_leads_to_exactly_its_tickets(
    browser: Browser, story: dict[str, Ticket]
) -> None:
    client = browser("dispatcher")
    response = client.get(PAGE)
    followed = 0
    for _table, rows in response.context["tables"]:
        for _name, cells in rows:
            for cell in cells:
                if cell.url and cell.text.isdigit():
                    listed = client.get(cell.url)
                    assert listed.context["count"] == int(cell.text), cell.url
                    assert len(listed.context["rows"]) == int(cell.text)
                    followed += 1
    assert followed > 30
    wrong = client.get(LIST, {"measure": "wrong"})
    assert [row["number"] for row in wrong.context["rows"]] == [story["wrong"].number]
    html = wrong.content.decode()
    assert "自动派单、判定有误的工单（1 件）" in html
    assert story["wrong"].number in html


@pytest.mark.parametrize(
    ("query", "opened"),
    [
        ({"category": "0401"}, "4"),
        ({"category": "04"}, "4"),
        ({"category": LAMPS}, "0"),
        ({"version": "model-0123456789"}, "1"),
        ({"weeks": "4"}, "4"),
    ],
)
def test_it_filters(
    browser: Browser, story: dict[str, Ticket], query: dict[str, str], opened: str
) -> None:
    response = browser("auditor").get(PAGE, query)
    assert "以下按默认范围统计" not in response.content.decode()
    cards = {column.code: cell.text for column, cell in response.context["cards"]}
    assert cards["opened"] == opened


@pytest.mark.parametrize(
    "query",
    [
        {"weeks": "0"},
        {"weeks": "-3"},
        {"weeks": "9" * 50},
        {"weeks": "两周"},
        {"category": "9999"},
        {"category": "' or 1=1 --"},
        {"category": "04\0"},
        {"category": "垃" * 3000},
        {"version": "nonsense"},
        {"version": "\0"},
    ],
)
def test_it_validates_the_filters(
    browser: Browser, story: dict[str, Ticket], query: dict[str, str]
) -> None:
    client = browser("lead")
    for url in (PAGE, LIST, EXPORT):
        assert status_of(client, url, {**query, "measure": "opened"}) == 200
    response = client.get(PAGE, query)
    told = "以下按默认范围统计" in response.content.decode()
    assert told or query in ({"category": "04\0"}, {"version": "\0"})
    cards = {column.code: cell.text for column, cell in response.context["cards"]}
    assert cards["opened"] == "4"


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"measure": "nonsense"},
        {"measure": "opened", "group": "nonsense", "key": "x"},
        {"measure": "opened", "group": "week", "key": "2026-99-99"},
        {"measure": "opened", "group": "pair", "key": "<script>"},
        {"measure": "opened", "page": "999999999999999999999"},
        {"measure": "opened", "page": "x"},
    ],
)
def test_a_list_typed_by_hand_is_empty_or_first(
    browser: Browser, story: dict[str, Ticket], query: dict[str, str]
) -> None:
    response = browser("lead").get(LIST, query)
    assert response.status_code == 200
    assert "<script>：" not in response.content.decode()


@pytest.mark.parametrize(
    ("username", "page", "listed"),
    [
        ("dispatcher", 200, 200),
        ("lead", 200, 200),
        ("auditor", 200, 200),
        ("administrator", 200, 403),
        ("verifier", 403, 403),
        ("gridworker", 403, 403),
        ("sanitation", 403, 403),
        ("sanitation_head", 403, 403),
    ],
)
def test_it_forbids_by_role(
    browser: Browser, story: dict[str, Ticket], username: str, page: int, listed: int
) -> None:
    client = browser(username)
    response = client.get(PAGE)
    assert response.status_code == page
    assert status_of(client, EXPORT) == page
    assert client.get(LIST, {"measure": "opened"}).status_code == listed
    menu = client.get(reverse("admin:index")).content.decode()
    assert (f'href="{PAGE}"' in menu) is (page == 200)
    if page == 200:
        assert (f"{LIST}?" in response.content.decode()) is (listed == 200)


def test_it_forbids_strangers(client: Client, cast: Cast) -> None:
    for url in (PAGE, LIST, EXPORT):
        assert status_of(client, url) == 302


def test_it_says_when_there_is_nothing(browser: Browser, cast: Cast) -> None:
    html = browser("lead").get(PAGE).content.decode()
    assert "这段时间还没有系统研判的工单" in html
    assert status_of(browser("lead"), EXPORT) == 200


def test_the_workbook_says_the_same(browser: Browser, story: dict[str, Ticket]) -> None:
    Category.objects.filter(code="0401").update(name="=1+1")
    response = browser("lead").get(EXPORT)
    book = load_workbook(BytesIO(response.getvalue()))
    assert book.sheetnames == [
        "说明",
        "按周",
        "按研判的分类",
        "按模型版本",
        "人工如何选用候选",
        "退单",
        "最常改的分类",
    ]
    total = [cell.value for cell in book["按周"][2]]
    assert total[:8] == ["合计", 4, 3, 0.75, 1, 1, 1, 0.5]
    assert total[8] == pytest.approx(0.0945, abs=1e-3)
    cell = book["退单"]["A2"]
    assert (cell.data_type, cell.value) == ("s", "=1+1")


def test_a_bad_week_warns_the_lead_and_nobody_else(browser: Browser, cast: Cast, now: Any) -> None:
    for _ in range(12):
        do(triaged(cast, now=now), cast, Act.RETURN, Act.REJECT, now=now)
    response = browser("lead").get(PAGE)
    (warning,) = response.context["warnings"]
    assert "自动派单 12 件中有 12 件判定有误" in warning["text"]
    assert browser("lead").get(warning["url"]).context["count"] == 12
    assert "低于要求" in response.content.decode()
    assert "12 件判定有误" in browser("lead").get(reverse("admin:index")).content.decode()
    for username in ("dispatcher", "auditor", "sanitation_head", "administrator"):
        html = browser(username).get(reverse("admin:index")).content.decode()
        assert "件判定有误" not in html


def test_another_target_is_another_judgement(
    browser: Browser, cast: Cast, now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(triage_quality, "target_accuracy", lambda: 0.5)
    for _ in range(12):
        do(triaged(cast, now=now), cast, Act.ACCEPT, now=now)
    assert browser("lead").get(PAGE).context["warnings"] == []


def test_it_takes_the_same_queries_for_1_and_3(browser: Browser, cast: Cast, now: Any) -> None:
    client = browser("lead")
    counts = []
    for more in (1, 2):
        for number in range(more):
            code = f"05{more}{number}"
            make_category(code, name=f"小类{code}")
            ticket = triaged(cast, first=code, version=f"model-{code}", now=now)
            do(ticket, cast, Act.RETURN, Act.DISPATCH, category=lamps(), now=now)
        for url in (PAGE, f"{LIST}?measure=opened"):
            client.get(url)
            with CaptureQueriesContext(connection) as queries:
                client.get(url)
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 20


def test_not_quite_everything_never_reads_as_everything() -> None:
    assert [_share(value) for value in (0.0, 0.5, 0.99996, 1.0)] == [
        "0.0%",
        "50.0%",
        "99.9%",
        "100.0%",
    ]


def test_a_person_with_two_roles_reads_what_either_may(browser: Browser, cast: Cast) -> None:
    make_staff("sanitation_head", Role.LEAD, cast.room)
    assert browser("sanitation_head").get(PAGE).status_code == 200
