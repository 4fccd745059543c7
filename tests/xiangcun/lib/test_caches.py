"""A cache that may die."""

import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings

from xiangcun.lib import caches
from xiangcun.lib.caches import ForgivingRedisCache, LockedFileCache


def free_port() -> int:
    """Return a port of this machine where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def dead_cache() -> ForgivingRedisCache:
    return ForgivingRedisCache(f"redis://127.0.0.1:{free_port()}/0", {})


def test_it_works_as_an_empty_cache_while_redis_is_away(dead_cache: ForgivingRedisCache) -> None:
    assert dead_cache.get("key", "default") == "default"
    assert caches.BREAKER.is_open
    assert dead_cache.add("key", 1) is True
    assert dead_cache.incr("key") == 1
    dead_cache.set("key", 1)
    dead_cache.set_many({"key": 1})
    dead_cache.delete_many(["key"])
    assert dead_cache.get_many(["key"]) == {}
    assert dead_cache.has_key("key") is False
    assert dead_cache.touch("key") is False
    assert dead_cache.delete("key") is False


def test_it_touches_a_dead_redis_once_in_a_pause(dead_cache: ForgivingRedisCache) -> None:
    caches.BREAKER.trip()
    asked: list[int] = []
    assert caches.attempt(lambda: asked.append(1), None) is None
    assert asked == []


def test_it_counts_in_files(tmp_path: Path) -> None:
    store = LockedFileCache(str(tmp_path / "cache"), {})
    with pytest.raises(ValueError, match="no such key"):
        store.incr("key")
    assert store.add("key", 1, timeout=100) is True
    assert store.add("key", 5) is False
    assert store.incr("key", 2) == 3
    assert store.get("key") == 3


@pytest.mark.parametrize(("timeout", "low", "high"), [(86_400, 86_000, 86_400), (None, None, None)])
def test_it_keeps_the_expiry_while_it_counts(
    tmp_path: Path, timeout: int | None, low: int | None, high: int | None
) -> None:
    store = LockedFileCache(str(tmp_path), {"TIMEOUT": 5})
    store.add("key", 1, timeout=timeout)
    store.incr("key")
    left = store._seconds_left("key", None)
    if low is None or high is None:
        assert left is None
    else:
        assert left is not None
        assert low < left <= high


def test_it_adds_once_whoever_races(tmp_path: Path) -> None:
    def add(number: int) -> bool:
        return LockedFileCache(str(tmp_path), {}).add("key", number)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, range(40))) == 1


@pytest.mark.parametrize("engine", ["redis" if settings.REDIS_URL else "file"])
def test_it_counts_what_is_there_and_keeps_its_expiry(engine: str, tmp_path: Path) -> None:
    store = (
        ForgivingRedisCache(settings.REDIS_URL, {"KEY_PREFIX": f"{settings.REDIS_PREFIX}-count"})
        if engine == "redis"
        else LockedFileCache(str(tmp_path), {})
    )
    store.delete("key")
    with pytest.raises(ValueError, match="no such key"):
        store.incr("key")
    store.set("key", 3, timeout=100)
    assert (store.incr("key"), store.incr("key", 5), store.get("key")) == (4, 9, 9)
    if isinstance(store, ForgivingRedisCache):
        client = store._cache.get_client()
        client.script_flush()
        assert store.incr("key", -9) == 0
        assert 90 < client.ttl(store.make_key("key")) <= 100
    store.delete("key")


@pytest.mark.parametrize("engine", ["redis" if settings.REDIS_URL else "file"])
def test_it_clears_its_own_keys_only(engine: str, tmp_path: Path) -> None:
    ours, theirs = (
        ForgivingRedisCache(
            settings.REDIS_URL, {"KEY_PREFIX": f"{settings.REDIS_PREFIX}-{name}", "TIMEOUT": 60}
        )
        if engine == "redis"
        else LockedFileCache(str(tmp_path / name), {})
        for name in ("ours", "theirs")
    )
    ours.set("a", 1)
    theirs.set("a", 2)
    ours.clear()
    assert (ours.get("a"), theirs.get("a")) == (None, 2)
    theirs.clear()
