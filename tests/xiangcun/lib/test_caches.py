"""A cache that may die."""

import socket

import pytest

from xiangcun.lib import caches
from xiangcun.lib.breaker import Breaker
from xiangcun.lib.caches import ForgivingRedisCache


@pytest.fixture
def dead_cache() -> ForgivingRedisCache:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return ForgivingRedisCache(f"redis://127.0.0.1:{port}/0", {})


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


def test_it_tries_again_after_the_pause() -> None:
    now = [100.0]
    breaker = Breaker(2.0, clock=lambda: now[0])
    states = [breaker.is_open]
    breaker.trip()
    states.append(breaker.is_open)
    now[0] += 2.0
    states.append(breaker.is_open)
    breaker.trip()
    breaker.reset()
    states.append(breaker.is_open)
    assert states == [False, True, False, False]
