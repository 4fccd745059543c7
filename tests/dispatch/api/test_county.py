"""The county's interface: its doors, its answers, and who is not in them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from dispatch.domain import api_tokens
from dispatch.domain.actors import staff_actor
from dispatch.enums import ApiScope, Role, TicketStatus
from dispatch.models import ApiToken, ApiUse, Hotspot, Staff, Ticket
from dispatch.summary.ratios import FIGURES
from dispatch.summary.rollup import fold_events
from reports.models import Dimension
from tests.dispatch.factories import (
    Cast,
    make_cast,
    make_category,
    make_report,
    make_resident,
    make_staff,
    make_ticket,
)

pytestmark = pytest.mark.django_db
CALLS = ("metrics", "summary", "trend", "hotspots", "tickets")
NEEDS = {
    "metrics": ApiScope.SUMMARY,
    "summary": ApiScope.SUMMARY,
    "trend": ApiScope.SUMMARY,
    "hotspots": ApiScope.HOTSPOTS,
    "tickets": ApiScope.TICKETS,
}
PHONE = "13812345678"


class Caller:
    """A county system with one token."""

    def __init__(self, row: ApiToken, token: str) -> None:
        self.row, self.token = row, token

    def get(self, name: str, headers: dict[str, str] | None = None, **query: Any) -> Any:
        sent = {"authorization": f"Bearer {self.token}", **(headers or {})}
        return Client().get(reverse(f"county:{name}"), query, headers=sent)


@pytest.fixture
def cast() -> Cast:
    people = make_cast()
    make_staff("administrator", Role.ADMINISTRATOR, people.room)
    return people


@pytest.fixture
def caller(cast: Cast) -> Callable[..., Caller]:
    def make(*scopes: str, networks: str = "") -> Caller:
        return Caller(
            *api_tokens.issue_token(
                name="区城运中心",
                scopes=scopes or ApiScope.values,
                networks=networks,
                days=30,
                actor=staff_actor(Staff.objects.get(username="administrator")),
                now=timezone.now(),
            )
        )

    return make


def tickets(
    cast: Cast, count: int = 1, status: TicketStatus = TicketStatus.HANDLING
) -> list[Ticket]:
    now = timezone.now()
    made = [
        make_ticket(
            status,
            cast=cast,
            now=now,
            report=make_report(
                text=f"王小明家门口，电话 {PHONE}", resident=make_resident("o-secret"), now=now
            ),
        )
        for _ in range(count)
    ]
    while fold_events(now=now):
        pass
    return made


@pytest.mark.parametrize("name", CALLS)
def test_a_token_with_the_scope_and_no_other_opens(
    caller: Callable[..., Caller], name: str
) -> None:
    assert caller(NEEDS[name]).get(name).status_code == 200
    others = [scope for scope in ApiScope.values if scope != NEEDS[name]]
    if name == "hotspots":
        others.remove(ApiScope.HOTSPOT_WORDS)  # it includes the hotspots
    refused = caller(*others).get(name)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert str(NEEDS[name].label) in refused.json()["message"]


def test_nothing_else_opens(cast: Cast, caller: Callable[..., Caller]) -> None:
    url = reverse("county:summary")
    client = Client()
    client.force_login(Staff.objects.get(username="administrator"))
    bare = client.get(url)
    assert (bare.status_code, bare.json()["code"]) == (401, "token_required")
    assert bare["WWW-Authenticate"] == "Bearer"
    session = client.post(
        "/api/v1/session", {"code": "dev:zhang"}, content_type="application/json"
    ).json()["token"]
    for token in (session, "county_" + "A" * 43, "x"):
        wrong = Client().get(url, headers={"authorization": f"Bearer {token}"})
        assert (wrong.status_code, wrong.json()["code"]) == (401, "token_invalid")
    for value in (f"Basic {session}", "Bearer", ""):
        assert Client().get(url, headers={"authorization": value}).status_code == 401
    own = caller()
    for path in ("/api/v1/me", "/api/v1/reports"):
        answer = Client().get(path, headers={"authorization": f"Bearer {own.token}"})
        assert answer.status_code == 401
    console = Client().get(reverse("api-tokens"), headers={"authorization": f"Bearer {own.token}"})
    assert console.status_code == 302
    for method in ("post", "put", "patch", "delete"):
        sent = getattr(Client(), method)(url, headers={"authorization": f"Bearer {own.token}"})
        assert sent.status_code == 405


def test_over_and_elsewhere(caller: Callable[..., Caller]) -> None:
    own = caller(networks="10.20.0.0/16")
    far = own.get("metrics")
    assert (far.status_code, far.json()["code"]) == (403, "network_not_allowed")
    ApiToken.objects.update(networks=[])
    assert own.get("metrics").status_code == 200
    ApiToken.objects.update(expires_at=timezone.now())
    assert own.get("metrics").json()["code"] == "token_expired"
    ApiToken.objects.update(revoked_at=timezone.now())
    assert own.get("metrics").json()["code"] == "token_revoked"
    assert ApiUse.objects.values_list("requests", "refused").get() == (4, 3)


def test_each_token_has_its_own_rate(
    caller: Callable[..., Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "xiangcun.lib.drf.throttling.CounterThrottle.get_rate", lambda _self: "2/min"
    )
    one, two = caller(), caller()
    assert [one.get("metrics").status_code for _ in range(3)] == [200, 200, 429]
    full = one.get("metrics")
    assert "操作太频繁" in full.json()["message"]
    assert int(full["Retry-After"]) > 0
    assert two.get("metrics").status_code == 200


def test_the_dictionary(caller: Callable[..., Caller]) -> None:
    items = caller().get("metrics").json()["items"]
    assert [item["code"] for item in items] == list(FIGURES)
    assert all(item["name"] and item["explanation"] for item in items)


def value(figures: list[dict[str, Any]], code: str) -> Any:
    return next(figure["value"] for figure in figures if figure["code"] == code)


@pytest.mark.parametrize(
    ("by", "code"),
    [
        ("category", "0401"),
        ("department", "sanitation"),
        ("grid", "330114007200001"),
        ("village", "330114007200"),
        ("dimension", "safe"),
    ],
)
def test_summary_breaks_down(cast: Cast, caller: Callable[..., Caller], by: str, code: str) -> None:
    dimension = Dimension.objects.get_or_create(code="safe", defaults={"name": "安"})[0]
    cast.category.dimensions.add(dimension)
    tickets(cast, 2)
    body = caller().get("summary", by=by).json()
    assert value(body["total"], "opened") == 2
    row = next(row for row in body["rows"] if row["code"] == code)
    assert row["name"]
    assert value(row["figures"], "opened") == 2
    assert value(row["figures"], "solved_rate") is None
    auto = next(figure for figure in body["total"] if figure["code"] == "auto_rate")
    assert (auto["base"], auto["small"]) == (2, True)


def test_summary_narrows(cast: Cast, caller: Callable[..., Caller]) -> None:
    make_category("0501")
    tickets(cast)
    own = caller()
    today = timezone.localdate()
    for query, opened in (
        ({"category": "04"}, 1),
        ({"category": "0401"}, 1),
        ({"category": "05"}, 0),
        ({"department": "sanitation"}, 1),
        ({"department": "enforcement"}, 0),
        ({"grid": "330114007200"}, 1),
        ({"grid": "330114007200001"}, 1),
        ({"first": today, "last": today}, 1),
        ({"period": "day"}, 1),
        ({"period": "day", "date": today - timedelta(days=1)}, 0),
    ):
        body = own.get("summary", figures="opened", **query).json()
        assert body["total"] == [{"code": "opened", "value": opened, "base": None, "small": False}]


def test_trend_has_every_day(cast: Cast, caller: Callable[..., Caller]) -> None:
    tickets(cast)
    today = timezone.localdate()
    body = (
        caller().get("trend", first=today - timedelta(days=6), last=today, figures="opened").json()
    )
    assert len(body["days"]) == 7
    assert [day["figures"][0]["value"] for day in body["days"]] == [0, 0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"period": "decade"}, "period"),
        ({"date": "yesterday"}, "date"),
        ({"date": "0001-01-01"}, "date"),
        ({"date": "9999-12-31"}, "date"),
        ({"first": "2026-01-01"}, "first"),
        ({"first": "2026-02-01", "last": "2026-01-01"}, "first"),
        ({"first": "2024-01-01", "last": "2026-01-01"}, "first"),
        ({"period": "custom"}, "first"),
        ({"category": "99"}, "category"),
        ({"category": "\x00"}, "category"),
        ({"department": "nobody"}, "department"),
        ({"grid": "1"}, "grid"),
        ({"grid": "x" * 90}, "grid"),
        ({"figures": "opened,nothing"}, "figures"),
        ({"by": "person"}, "by"),
    ],
)
def test_bad_input_is_named(
    caller: Callable[..., Caller], query: dict[str, str], field: str
) -> None:
    answer = caller().get("summary", **query)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_tickets_without_anybody(cast: Cast, caller: Callable[..., Caller]) -> None:
    shown = tickets(cast)[0]
    hidden = tickets(cast)[0]
    Ticket.objects.filter(pk=hidden.pk).update(confidential=True)
    tickets(cast, status=TicketStatus.ASSESSING)
    secret = tickets(cast)[0]
    Ticket.objects.filter(pk=secret.pk).update(category=make_category("0901", confidential=True))
    Ticket.objects.filter(pk=shown.pk).update(
        lat=30.312345, lng=120.501234, result_text="结果", title="标题"
    )
    answer = caller().get("tickets")
    item = answer.json()["items"]
    assert [row["number"] for row in item] == [shown.number]
    assert item[0]["point"] == {"lat": 30.312, "lng": 120.501}
    text = answer.content.decode()
    for word in (PHONE, "王小明", "o-secret", "30.3123", "结果", "标题", hidden.number):
        assert word not in text
    Ticket.objects.update(placed=False)
    assert caller().get("tickets").json()["items"][0]["point"] is None


def test_tickets_by_pages_in_as_many_queries(cast: Cast, caller: Callable[..., Caller]) -> None:
    own = caller()
    tickets(cast)
    own.get("tickets")  # the day's first use makes its row
    with CaptureQueriesContext(connection) as one:
        own.get("tickets")
    queries = len(one)
    made = tickets(cast, 2)
    with CaptureQueriesContext(connection) as three:
        first = own.get("tickets").json()
    assert (len(three), queries > 2) == (queries, True)
    assert len(first["items"]) == 3
    page = own.get("tickets", limit=2).json()
    rest = own.get("tickets", limit=2, cursor=page["next_cursor"]).json()
    numbers = [row["number"] for row in page["items"] + rest["items"]]
    assert len(set(numbers)) == 3
    assert rest["next_cursor"] is None
    for query in ({"cursor": "x!"}, {"status": "gone"}, {"grid": "1"}):
        assert own.get("tickets", **query).status_code == 400
    assert own.get("tickets", status="handling").json()["items"]
    assert own.get("tickets", status="closed").json()["items"] == []
    assert made[0].number in numbers


def test_hotspots_speak_only_by_scope(cast: Cast, caller: Callable[..., Caller]) -> None:
    now = timezone.now()
    figures = dict.fromkeys(
        ("report_count", "resident_count", "recent_residents", "previous_residents", "day_count"), 3
    )
    times = dict.fromkeys(("first_at", "last_at", "refreshed_at"), now)
    for category in (cast.category, make_category("0901", confidential=True)):
        Hotspot.objects.create(
            title=f"打我电话 {PHONE}", growth_low=0, trend="new", category=category,
            lat=30.312345, lng=120.501234, **figures, **times,
        )  # fmt: skip
    items = caller(ApiScope.HOTSPOTS).get("hotspots").json()["items"]
    assert [(item["title"], item["point"]) for item in items] == [
        (None, {"lat": 30.312, "lng": 120.501})
    ]
    words = caller(ApiScope.HOTSPOT_WORDS).get("hotspots").json()["items"]
    assert words[0]["title"] == "打我电话 138****5678"


@pytest.mark.parametrize("name", CALLS)
def test_the_same_is_not_sent_twice(cast: Cast, caller: Callable[..., Caller], name: str) -> None:
    tickets(cast)
    own = caller()
    first = own.get(name)
    assert first["Cache-Control"] == "private, no-cache"
    assert "Authorization" in first["Vary"]
    again = own.get(name, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert own.get(name, headers={"if-none-match": '"x"'}).status_code == 200


def test_it_stands_in_the_schema() -> None:
    generator: Any = SchemaGenerator
    schema = generator().get_schema(request=None, public=True)
    for name in CALLS:
        call = schema["paths"][f"/api/county/v1/{name}"]["get"]
        assert call["tags"] == ["县级驾驶舱"]
        assert call["security"] == [{"county": []}]
        assert set(call["responses"]) == {"200", "304", "400", "401", "403", "429"}
