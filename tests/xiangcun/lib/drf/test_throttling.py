"""Throttles count exactly, say when to come back, and never shut the door when the cache is away."""

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

from tests.xiangcun.lib.test_caches import free_port
from xiangcun.lib.drf import throttling
from xiangcun.lib.drf.throttling import CounterThrottle

ENGINES = ["locmem", "file", *(["redis"] if project_settings.REDIS_URL else [])]


class Throttle(CounterThrottle):
    THROTTLE_RATES = {"three": "3/day", "free": None}


class View(APIView):
    authentication_classes: Any = []
    permission_classes: Any = []
    throttle_classes: Any = [Throttle]
    throttle_scope: str | None = "three"

    def get(self, request: object) -> Response:
        return Response({})


def use_cache(settings: Settings, backend: str, location: str) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": backend,
            "LOCATION": location,
            "KEY_PREFIX": f"{settings.REDIS_PREFIX}:count",
        }
    }


@pytest.fixture(params=ENGINES)
def _engine(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Iterator[None]:
    backend, location = {
        "locmem": ("django.core.cache.backends.locmem.LocMemCache", str(tmp_path)),
        "file": ("xiangcun.lib.caches.LockedFileCache", str(tmp_path / "cache")),
        "redis": ("xiangcun.lib.caches.ForgivingRedisCache", project_settings.REDIS_URL),
    }[request.param]
    use_cache(settings, backend, location)
    cache.delete_many(["count"])
    yield
    cache.delete_many(["count"])


def get(
    view: type[APIView] = View, address: str = "10.0.0.1", forwarded: str = "", user: Any = None
) -> Any:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR=address)
    if user is not None:
        force_authenticate(request, user=user)
    return view.as_view()(request)


def statuses(count: int, **options: Any) -> list[int]:
    return [get(**options).status_code for _ in range(count)]


@pytest.fixture
def _isolated(settings: Settings, tmp_path: Path) -> None:
    use_cache(settings, "django.core.cache.backends.locmem.LocMemCache", str(tmp_path))


@pytest.mark.usefixtures("_isolated")
def test_it_works() -> None:
    assert statuses(5) == [200, 200, 200, 429, 429]


@pytest.mark.usefixtures("_isolated")
def test_it_tells_addresses_apart() -> None:
    assert statuses(4, address="10.0.0.1")[-1] == 429
    assert statuses(1, address="10.0.0.2") == [200]


@pytest.mark.usefixtures("_isolated")
def test_it_tells_people_apart_behind_one_address() -> None:
    first, second = (SimpleNamespace(pk=pk, is_authenticated=True) for pk in (1, 2))
    assert statuses(4, user=first) == [200, 200, 200, 429]
    assert statuses(1, user=second) == [200]
    assert statuses(1, user=first, address="10.9.9.9") == [429]


@pytest.mark.usefixtures("_isolated")
def test_it_believes_only_our_own_proxies(settings: Settings) -> None:
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    forged = [f"1.2.3.{number}, 9.9.9.9" for number in range(4)]
    assert [get(forwarded=value).status_code for value in forged] == [200, 200, 200, 429]
    assert get(forwarded="8.8.8.8").status_code == 200


@pytest.mark.usefixtures("_isolated")
def test_it_ignores_forwarded_addresses_without_a_proxy(settings: Settings) -> None:
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 0}
    found = [get(forwarded=f"1.2.3.{number}").status_code for number in range(4)]
    assert found == [200, 200, 200, 429]


@pytest.mark.usefixtures("_isolated")
@pytest.mark.parametrize("scope", [None, "free"])
def test_it_leaves_a_view_without_a_rate_alone(scope: str | None) -> None:
    view = type("Free", (View,), {"throttle_scope": scope})
    assert statuses(5, view=view) == [200] * 5


@pytest.mark.usefixtures("_isolated")
def test_it_says_honestly_when_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=86_400.0 * 20_000 + 86_000.5)
    monkeypatch.setattr(throttling, "time", SimpleNamespace(time=lambda: clock.now))
    assert statuses(3) == [200] * 3

    refused = get()
    seconds = int(refused.headers["Retry-After"])
    assert (refused.status_code, refused.data["code"]) == (429, "too_many_requests")
    assert seconds == 400

    clock.now += seconds - 1
    assert get().status_code == 429
    clock.now += 1
    assert get().status_code == 200


@pytest.mark.usefixtures("_engine")
def test_it_counts_each_request_once_under_concurrency() -> None:
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda _number: throttling._count("count", 600, 1), range(200)))
    assert sorted(counts) == list(range(1, 201))


def test_it_lets_everybody_pass_while_redis_is_away(settings: Settings) -> None:
    use_cache(
        settings, "xiangcun.lib.caches.ForgivingRedisCache", f"redis://127.0.0.1:{free_port()}/0"
    )
    assert statuses(6) == [200] * 6


def test_it_lets_everybody_pass_while_the_folder_is_unusable(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    use_cache(settings, "xiangcun.lib.caches.LockedFileCache", str(tmp_path / "file" / "cache"))
    assert statuses(6) == [200] * 6


def calls_of_the_cache(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    told: list[int] = []
    counted = throttling._count

    def count(key: str, seconds: int, more: int) -> int:
        told.append(more)
        return counted(key, seconds, more)

    monkeypatch.setattr(throttling, "_count", count)
    return told


@pytest.mark.usefixtures("_isolated")
def test_a_large_limit_is_told_to_the_cache_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    told, tab = calls_of_the_cache(monkeypatch), throttling.Tab()
    assert all(tab.allows("part", 60, 40) for _ in range(9))
    assert told == [3, 3, 3]


@pytest.mark.usefixtures("_isolated")
def test_two_processes_pass_at_most_their_slack_beyond_the_limit() -> None:
    tabs = [throttling.Tab(), throttling.Tab()]
    passed = sum(tab.allows("both", 60, 40) for _ in range(60) for tab in tabs)
    assert 40 <= passed <= 40 + 2 * 2
    assert not any(tab.allows("both", 60, 40) for tab in tabs)


@pytest.mark.usefixtures("_isolated")
def test_a_full_window_stays_full_without_asking_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tab = throttling.Tab()
    while tab.allows("full", 60, 20):
        pass
    told = calls_of_the_cache(monkeypatch)
    assert not tab.allows("full", 60, 20)
    assert told == []


@pytest.mark.usefixtures("_isolated")
def test_a_tab_does_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling.Tab, "MOST_KEYS", 5)
    tab = throttling.Tab()
    for index in range(50):
        assert tab.allows(f"key-{index}", 60, 100)
    assert len(tab._untold) <= 6
