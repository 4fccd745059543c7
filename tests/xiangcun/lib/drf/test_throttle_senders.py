"""One person, one phone, one address: each counts, and a village behind one line is not one person."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as project_settings
from django.core.cache import cache
from django.test import RequestFactory
from pytest_django import Settings
from rest_framework.response import Response
from rest_framework.test import force_authenticate
from rest_framework.views import APIView

from tests.xiangcun.lib.drf.test_throttling import use_cache
from xiangcun.lib.drf import throttling
from xiangcun.lib.drf.throttling import CounterThrottle, device_of, parse_windows

PHONE = "7f3c5d0a-0000-4000-8000-000000000001"
OTHER = "7f3c5d0a-0000-4000-8000-000000000002"
ENGINES = ["file", *(["redis"] if project_settings.REDIS_URL else [])]


class Throttle(CounterThrottle):
    THROTTLE_RATES = {"three": "3/hour", "dear": "3/hour", "twice": "3/min+5/day"}
    CROWD = 4
    CROWDS = {"dear": 2}


class View(APIView):
    authentication_classes: Any = []
    permission_classes: Any = []
    throttle_classes: Any = [Throttle]
    throttle_scope = "three"

    def post(self, request: object) -> Response:
        return Response({})


@pytest.fixture(params=ENGINES, autouse=True)
def _engine(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Iterator[None]:
    backend, location = {
        "file": ("xiangcun.lib.caches.LockedFileCache", str(tmp_path / "cache")),
        "redis": ("xiangcun.lib.caches.ForgivingRedisCache", project_settings.REDIS_URL),
    }[request.param]
    use_cache(settings, backend, location)
    cache.clear()
    yield
    cache.clear()


def post(
    user: int | None = None, *, device: str = "", address: str = "10.0.0.1", view: Any = View
) -> Any:
    headers = {"X-Device-Id": device} if device else {}
    request = RequestFactory().post("/", headers=headers, REMOTE_ADDR=address)
    if user is not None:
        force_authenticate(request, user=SimpleNamespace(pk=user, is_authenticated=True))  # type: ignore[arg-type]
    return view.as_view()(request)


def test_many_accounts_on_one_phone_are_one_phone() -> None:
    found = [post(user, device=PHONE, address=f"10.0.0.{user}").status_code for user in range(5)]
    assert found == [200, 200, 200, 429, 429]
    assert post(9, device=OTHER, address="10.0.0.9").status_code == 200


def test_many_phones_of_one_person_are_one_person() -> None:
    devices = [PHONE, OTHER, "", PHONE.replace("1", "3")]
    found = [post(1, device=device).status_code for device in devices]
    assert found == [200, 200, 200, 429]


def test_a_village_behind_one_address_is_not_one_person_but_has_a_limit() -> None:
    found = [post(user).status_code for user in range(14)]
    assert found == [200] * 12 + [429] * 2
    assert post(99, address="10.0.0.2").status_code == 200


def test_a_scope_that_costs_has_a_smaller_crowd() -> None:
    view = type("Dear", (View,), {"throttle_scope": "dear"})
    assert [post(user, view=view).status_code for user in range(8)] == [200] * 6 + [429] * 2


@pytest.mark.parametrize("user", [None, 1])
def test_another_address_of_the_same_line_is_the_same_line(user: int | None) -> None:
    """An IPv6 line has 2^64 addresses: whoever is counted by each of them is not counted."""
    people = range(1, 15) if user else [None] * 5
    found = [
        post(person, address=f"2001:db8:1:2::{number:x}").status_code
        for number, person in enumerate(people, start=1)
    ]
    assert found == ([200] * 12 + [429] * 2 if user else [200] * 3 + [429] * 2)
    assert post(99, address="2001:db8:1:3::1").status_code == 200


def test_what_a_caller_claims_to_be_forwarded_for_changes_nothing() -> None:
    found = []
    for number in range(5):
        request = RequestFactory().post("/", headers={"X-Forwarded-For": f"198.51.100.{number}"})
        found.append(View.as_view()(request).status_code)
    assert found == [200] * 3 + [429] * 2


def test_the_strictest_window_decides_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    view = type("Twice", (View,), {"throttle_scope": "twice"})
    clock = SimpleNamespace(now=86_400.0 * 20_000 + 30.0)
    monkeypatch.setattr(throttling, "time", SimpleNamespace(time=lambda: clock.now))
    assert [post(1, view=view).status_code for _ in range(9)] == [200] * 3 + [429] * 6
    assert int(post(1, view=view).headers["Retry-After"]) == 30
    clock.now += 60  # knocking too fast has not cost the day
    assert [post(1, view=view).status_code for _ in range(3)] == [200, 200, 429]
    refused = post(1, view=view)
    assert (refused.status_code, refused.data["details"]) == (429, {"retry_after": 86_310})
    assert "24 小时" in refused.data["message"]


def test_it_counts_exactly_under_concurrency() -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _n: post(1, device=PHONE).status_code, range(24)))
    assert sorted(found) == [200] * 3 + [429] * 21


@pytest.mark.parametrize(
    ("given", "read"),
    [(PHONE.upper(), PHONE), ("", ""), ("x" * 5000, ""), ("{'a': 1}", ""), ("\x00", "")],
)
def test_a_device_is_a_uuid_or_nothing(given: str, read: str) -> None:
    request = RequestFactory().post("/")
    request.META["HTTP_X_DEVICE_ID"] = given
    assert device_of(request) == read


def test_windows_are_read() -> None:
    assert parse_windows("30/min+300/day") == ((30, 60), (300, 86_400))
    assert parse_windows(None) == ()
