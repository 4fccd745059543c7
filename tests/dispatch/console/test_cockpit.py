"""The cockpit: who may, what it says, what it refuses, what it costs."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dispatch.models import Membership, Recusal, Staff
from reports.models import Grid
from tests.dispatch.console.cockpit_stage import (
    COMMENT,
    PHONE,
    SECRET_CATEGORY,
    SECRET_TITLE,
    TITLE,
    Town,
    build_town,
    grow,
)
from tests.dispatch.console.conftest import Browser
from tests.dispatch.factories import Cast

JSON_NAMES = ("cockpit-data", "cockpit-live", "cockpit-map")
ALLOWED = {
    "dispatcher", "lead", "verifier", "auditor", "administrator", "leader", "sanitation_head",
    "enforcement_head",
}  # fmt: skip
REFUSED = {"sanitation", "enforcement", "security", "gridworker"}


@pytest.fixture
def town(cast: Cast) -> Town:
    return build_town(cast)


def ask(client: Client, name: str = "cockpit-data", **query: str | int) -> Any:
    response = client.get(reverse(name), query)
    assert response.status_code == 200, response.content.decode()
    return json.loads(response.content)


def value(figures: list[dict[str, Any]], code: str) -> Any:
    return next(figure["value"] for figure in figures if figure["code"] == code)


def test_it_works(town: Town, browser: Browser) -> None:
    data = ask(browser("lead"))
    assert value(data["tiles"], "opened") == 4
    assert value(data["tiles"], "in_hand") == 3
    assert data["overdue"]["count"] == 2
    assert data["overdue"]["confidential"] == 1
    assert [row["days"] for row in data["overdue"]["rows"]] == [3]
    assert data["overdue"]["rows"][0]["title"].startswith(TITLE)
    assert PHONE not in json.dumps(data)
    assert [row["text"] for row in data["satisfaction"]["comments"]] == [f"{COMMENT}，138****5678"]
    assert data["hotspots"][0]["recent"] == 2
    assert data["tree"][0]["children"][0]["name"] == town.cast.category.name
    assert value(data["dimensions"][0]["figures"], "opened") == 3
    assert data["heat"]["total"] == 4
    assert {row["name"] for row in data["league"]["rows"]} == {"环卫所"}
    today = next(p for p in data["trend"]["points"] if p["key"] == data["filters"]["date"])
    assert today["values"]["opened"] == 4


def test_today_tells_what_happened_and_nobody_is_in_it(town: Town, browser: Browser) -> None:
    data = ask(browser("lead"), "cockpit-live")
    codes = ["opened", "dispatched", "closed", "in_hand", "overdue", "alarms", "rated"]
    assert [figure["code"] for figure in data["figures"]] == codes
    assert value(data["figures"], "alarms") == 1
    assert value(data["figures"], "overdue") == 2
    assert value(data["figures"], "rated") == 1
    assert data["events"]
    told = json.dumps(data, ensure_ascii=False)
    assert SECRET_CATEGORY not in told
    assert TITLE not in told
    first = data["events"][0]
    assert first["text"] == " ".join(
        [first["time"], "临江村", "暴露/积存垃圾", first["action_words"], "环卫所"]
    )


def test_the_map_has_grids_and_says_when_nobody_knows_the_population(
    town: Town, browser: Browser
) -> None:
    client = browser("lead")
    data = ask(client, "cockpit-map")
    (feature,) = data["features"]
    assert feature["geometry"]["type"] == "Polygon"
    told = feature["properties"]
    assert (told["open"], told["overdue"], told["opened"]) == (3, 2, 4)
    assert (told["per_1000"], told["per_1000_words"]) == (None, "人口未登记")
    Grid.objects.filter(pk=town.cast.grid.pk).update(population=800)
    told = ask(client, "cockpit-map")["features"][0]["properties"]
    assert (told["per_1000"], told["per_1000_small"]) == (5.0, False)
    assert told["links"]["tickets"].endswith(f"?queue=all&grid__id__exact={town.cast.grid.pk}")


@pytest.mark.parametrize("username", sorted(ALLOWED))
def test_it_opens_to_those_who_lead(town: Town, browser: Browser, username: str) -> None:
    client = browser(username)
    for name in ("cockpit", "cockpit-wall", *JSON_NAMES):
        assert client.get(reverse(name)).status_code == 200, name


@pytest.mark.parametrize("username", sorted(REFUSED))
def test_it_forbids_everybody_else(cast: Cast, browser: Browser, username: str) -> None:
    client = browser(username)
    for name in ("cockpit", "cockpit-wall"):
        page = client.get(reverse(name))
        assert page.status_code == 403
    for name in JSON_NAMES:
        response = client.get(reverse(name))
        assert response.status_code == 403
        assert response.json()["message"].startswith("驾驶舱供")


def test_a_stranger_is_sent_to_sign_in(db: None) -> None:
    assert Client().get(reverse("cockpit"))["Location"].startswith("/admin/login/")
    for name in JSON_NAMES:
        response = Client().get(reverse(name))
        assert (response.status_code, response.json()["code"]) == (401, "not_signed_in")


def test_a_head_sees_the_own_department_only(town: Town, browser: Browser) -> None:
    client = browser("enforcement_head")
    data = ask(client)
    assert data["viewer"]["scope"] == "departments"
    assert value(data["tiles"], "opened") == 0
    assert data["league"]["rows"] == []
    assert data["overdue"]["count"] == 0
    assert data["hotspots"] == []
    assert data["satisfaction"]["comments"] == []
    assert "环卫所" not in json.dumps(data, ensure_ascii=False)
    wrong = client.get(reverse("cockpit-data"), {"department": town.cast.sanitation.pk})
    assert wrong.status_code == 400
    own = ask(browser("sanitation_head"))
    assert value(own["tiles"], "opened") == 3  # what nobody dispatched is no department's
    # The hotspot's sentence may quote a report that is not theirs: one of its tickets is undispatched.
    assert own["hotspots"] == []
    assert {cell["rank"] for row in own["league"]["rows"] for cell in row["cells"].values()} == {
        None
    }


def test_an_administrator_sees_figures_and_no_words(town: Town, browser: Browser) -> None:
    data = ask(browser("administrator"))
    assert data["overdue"]["count"] == 2
    assert data["overdue"]["rows"] == []
    told = json.dumps(data, ensure_ascii=False)
    assert TITLE not in told
    assert COMMENT not in told
    assert "/admin/dispatch/ticket/" not in told


def test_who_is_complained_of_reads_nothing_of_it(town: Town, browser: Browser) -> None:
    user = Staff.objects.get(username="lead")
    for ticket in town.tickets:
        Recusal.objects.create(ticket=ticket, user=user, why="点名", found_at=town.now)
    data = ask(browser("lead"))
    assert data["overdue"]["rows"] == []
    assert data["satisfaction"]["comments"] == []
    assert data["hotspots"] == []


def test_nothing_of_a_confidential_matter_is_told(town: Town, browser: Browser) -> None:
    for username in ("lead", "leader"):
        for name in JSON_NAMES:
            assert SECRET_TITLE not in json.dumps(ask(browser(username), name), ensure_ascii=False)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"period": "decade"}, "period"),
        ({"date": "gestern"}, "date"),
        ({"date": "0001-01-01"}, "date"),
        ({"date": "2099-01-01"}, "date"),
        ({"period": "custom", "first": "2026-11-01"}, "last"),
        ({"period": "custom", "first": "2026-11-09", "last": "2026-11-01"}, "first"),
        ({"period": "custom", "first": "2024-11-01", "last": "2026-11-01"}, "first"),
        ({"department": "999999"}, "department"),
        ({"grid": "1e3"}, "grid"),
        ({"category": "9" * 40}, "category"),
        ({"dimension": "luck"}, "dimension"),
        ({"dimension": "tr\x00avel"}, "dimension"),
    ],
)
def test_it_validates_the_filters(
    town: Town, browser: Browser, query: dict[str, str], field: str
) -> None:
    client = browser("lead")
    for name in ("cockpit-data", "cockpit-map"):
        response = client.get(reverse(name), query)
        assert response.status_code == 400
        body = response.json()
        assert (body["code"], body["errors"][0]["field"]) == ("invalid_input", field)
        assert body["message"]
        assert body["request_id"] is not None


def test_it_filters_and_says_so(town: Town, browser: Browser) -> None:
    client, cast = browser("lead"), town.cast
    day = timezone.localdate(town.now).isoformat()
    for query, opened in (
        ({"period": "day"}, 4),
        ({"period": "year", "date": day}, 4),
        ({"period": "custom", "first": "2026-01-01", "last": "2026-01-31"}, 0),
        ({"department": cast.sanitation.pk}, 3),
        ({"category": cast.category.parent_id}, 3),
        ({"grid": cast.grid.pk}, 4),
        ({"dimension": "travel"}, 3),
    ):
        data = ask(client, **query)
        assert value(data["tiles"], "opened") == opened, query
        again = ask(client, **dict(parse_qsl(data["filters"]["query"])))
        assert again["filters"] == data["filters"]
    said = ask(client, department=cast.sanitation.pk, dimension="travel")["filters"]["words"]
    assert "环卫所" in said
    assert "维度：行" in said


def test_a_tile_leads_to_exactly_its_rows(town: Town, browser: Browser) -> None:
    client = browser("lead")
    data = ask(client)
    for figure in data["tiles"]:
        page = client.get(figure["behind"])
        assert page.status_code == 200, figure["code"]
    late = client.get(data["overdue"]["behind"])
    assert late.context["cl"].result_count == data["overdue"]["count"]
    live = ask(client, "cockpit-live")
    for figure in live["figures"]:
        assert client.get(figure["behind"]).status_code == 200, figure["code"]
    for point in ("opened", "tickets", "overdue", "open"):
        link = ask(client, "cockpit-map")["features"][0]["properties"]["links"][point]
        assert client.get(link).status_code == 200, point


def test_a_line_of_the_trend_leads_to_its_day(town: Town, browser: Browser) -> None:
    line = ask(browser("lead"))["trend"]["figures"][0]
    query = dict(parse_qsl(urlsplit(line["behind"]).query))
    assert (query["first"], query["last"]) == ("{first}", "{last}")


def test_nobody_is_ranked_on_few_cases(town: Town, browser: Browser) -> None:
    league = ask(browser("lead"))["league"]
    cells = [cell for row in league["rows"] for cell in row["cells"].values()]
    assert league["minimum"] == 10
    assert {cell["rank"] for cell in cells} == {None}
    assert any(cell["small"] for cell in cells)


def test_the_same_numbers_are_not_sent_twice(town: Town, browser: Browser) -> None:
    client = browser("lead")
    for name in JSON_NAMES:
        first = client.get(reverse(name))
        assert "private" in first["Cache-Control"]
        again = client.get(reverse(name), headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    before = client.get(reverse("cockpit-live"))["ETag"]
    cache.clear()
    town.tickets[1].alarms.update(acknowledged_at=town.now, acknowledged_by=Staff.objects.first())
    changed = client.get(reverse("cockpit-live"), headers={"If-None-Match": before})
    assert changed.status_code == 200


def test_ten_screens_cost_one(town: Town, browser: Browser) -> None:
    client = browser("lead")
    client.get(reverse("cockpit-live"))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get(reverse("cockpit-live"))
    about = [
        q["sql"] for q in asked if "ticket" in q["sql"] or "tally" in q["sql"] or "cube" in q["sql"]
    ]
    assert about == []


@pytest.mark.parametrize("name", JSON_NAMES)
def test_the_number_of_queries_does_not_grow(town: Town, browser: Browser, name: str) -> None:
    client = browser("lead")
    ask(client, name)
    counts = []
    for times in (0, 3):
        grow(town, times=times)
        cache.clear()
        ask(client, name)  # borders are read and kept
        if name == "cockpit-live":
            cache.clear()
        with CaptureQueriesContext(connection) as asked:
            ask(client, name)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 45


def test_a_seat_taken_away_closes_it_at_once(town: Town, browser: Browser) -> None:
    client = browser("leader")
    assert client.get(reverse("cockpit-live")).status_code == 200
    Membership.objects.filter(user__username="leader").update(is_active=False)
    assert client.get(reverse("cockpit-live")).status_code == 403
