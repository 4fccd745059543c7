from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports.models import Landmark
from tests.dispatch.factories import Cast

Browser = Callable[[str], Client]
LIST, ADD = "admin:reports_landmark_changelist", "admin:reports_landmark_add"


def landmark(**changes: Any) -> dict[str, Any]:
    values = {
        "name": "示例市场",
        "aliases": "菜场、老市场",
        "lat": "30.31",
        "lng": "120.5",
        "radius_m": "100",
        "grid": "",
        "is_active": "on",
    }
    return {**values, **changes}


def errors_of(client: Client, data: dict[str, Any]) -> dict[str, list[str]]:
    response = client.post(reverse(ADD), data)
    return {} if response.status_code == 302 else dict(response.context["adminform"].form.errors)


def test_it_works(browser: Browser, cast: Cast) -> None:
    client = browser("administrator")
    assert errors_of(client, landmark(grid=cast.grid.pk)) == {}
    row = Landmark.objects.get()
    assert row.aliases == ["菜场", "老市场"]
    assert row.grid == cast.grid
    assert "菜场、老市场" in client.get(reverse(LIST)).content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "市"}, "name"),
        ({"aliases": "菜场、市"}, "aliases"),
        ({"lat": "120.5", "lng": "30.31"}, "lat"),
        ({"lat": "48.8", "lng": "2.3"}, "lat"),
        ({"lat": "x"}, "lat"),
        ({"lng": "inf"}, "lng"),
        ({"radius_m": "5"}, "radius_m"),
        ({"radius_m": "99999"}, "radius_m"),
    ],
)
def test_it_validates(browser: Browser, cast: Cast, changes: dict[str, str], field: str) -> None:
    assert field in errors_of(browser("administrator"), landmark(**changes))
    assert not Landmark.objects.exists()


def test_a_name_exists_once(browser: Browser, cast: Cast) -> None:
    client = browser("administrator")
    errors_of(client, landmark())
    assert "name" in errors_of(client, landmark())


@pytest.mark.parametrize(
    ("who", "looks"), [("lead", 200), ("auditor", 200), ("dispatcher", 403), ("sanitation", 403)]
)
def test_only_the_administrator_writes(browser: Browser, cast: Cast, who: str, looks: int) -> None:
    assert browser(who).get(reverse(LIST)).status_code == looks
    assert browser(who).post(reverse(ADD), landmark()).status_code == 403
    assert not Landmark.objects.exists()


def test_the_list_asks_a_constant_number_of_queries(browser: Browser, cast: Cast) -> None:
    client = browser("administrator")

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(LIST))
        return len(queries)

    def add(number: int) -> None:
        Landmark.objects.create(name=f"地标{number}", lat=30.31, lng=120.5, grid=cast.grid)

    add(1)
    cost()
    one = cost()
    add(2)
    add(3)
    assert cost() == one
