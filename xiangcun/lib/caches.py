"""A Redis cache that a dead Redis empties but never breaks, and a file cache that counts exactly.

The cache holds throttle counters and heartbeats, nothing that is true: when Redis is away, a
resident's report is worth more than a counter, so every call answers as an empty cache would.
"""

from __future__ import annotations

import hashlib
import logging
import pickle
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from django.core.files import locks
from redis import ConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError
from redis.retry import Retry

from xiangcun.lib.breaker import Breaker

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")
PAUSE_SECONDS = 2.0
# A request may lose this much, once per process and pause, to a Redis that does not answer.
TIMEOUT_SECONDS = 0.5
_ADD = "return redis.call('EXISTS', KEYS[1]) == 1 and redis.call('INCRBY', KEYS[1], ARGV[1])"
_ADD_SHA = hashlib.sha1(_ADD.encode()).hexdigest()  # noqa: S324 - the name Redis gives a script
# One shared breaker: the process either reaches Redis or it does not.
BREAKER = Breaker(PAUSE_SECONDS)


def attempt(call: Callable[[], Answer], otherwise: Answer) -> Answer:
    """Return the call's answer, or ``otherwise`` while Redis is away."""
    if BREAKER.is_open:
        return otherwise
    try:
        return call()
    except RedisError as error:
        BREAKER.trip()
        logger.warning("cache_unreachable error=%s", type(error).__name__)
        return otherwise


class ForgivingClient(RedisCacheClient):
    """Each call with the answer of an empty cache in reserve."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, **options)
        self._clients: dict[ConnectionPool, Redis] = {}

    def add(self, key: Any, value: Any, timeout: Any) -> bool:
        """Claim to have added: a lock nobody can take must not stop the work it guards."""
        return attempt(lambda: super(ForgivingClient, self).add(key, value, timeout), True)

    def get(self, key: Any, default: Any) -> Any:
        """Miss."""
        return attempt(lambda: super(ForgivingClient, self).get(key, default), default)

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        """Forget."""
        attempt(lambda: super(ForgivingClient, self).set(key, value, timeout), None)

    def touch(self, key: Any, timeout: Any) -> bool:
        """Miss."""
        return attempt(lambda: super(ForgivingClient, self).touch(key, timeout), False)

    def delete(self, key: Any) -> bool:
        """Miss."""
        return attempt(lambda: super(ForgivingClient, self).delete(key), False)

    def get_many(self, keys: Iterable[Any]) -> dict[Any, Any]:
        """Miss all."""
        return attempt(lambda: super(ForgivingClient, self).get_many(keys), {})

    def has_key(self, key: Any) -> bool:
        """Miss."""
        return attempt(lambda: super(ForgivingClient, self).has_key(key), False)

    def incr(self, key: Any, delta: int) -> Any:
        """Count from nothing: a throttle that cannot count lets everybody pass."""
        return attempt(lambda: self._incr(key, delta), delta)

    def set_many(self, data: Mapping[Any, Any], timeout: Any) -> None:
        """Forget all."""
        attempt(lambda: super(ForgivingClient, self).set_many(data, timeout), None)

    def delete_many(self, keys: Iterable[Any]) -> None:
        """Miss all."""
        attempt(lambda: super(ForgivingClient, self).delete_many(keys), None)

    def get_client(self, key: Any = None, *, write: bool = False) -> Redis:  # noqa: ARG002 - Django's hook
        """Keep one client a pool: threads may share it, and making one costs as much as a call."""
        pool = self._get_connection_pool(write)  # type: ignore[attr-defined]
        client = self._clients.get(pool)
        if client is None:
            client = self._client(connection_pool=pool)  # type: ignore[attr-defined]
            self._clients[pool] = client
        return client

    def _incr(self, key: Any, delta: int) -> int:
        """Add in one round trip; Django asks first, and a key that ends in between never ends."""
        client = self.get_client(key, write=True)
        try:
            value = client.evalsha(_ADD_SHA, 1, key, delta)
        except NoScriptError:
            value = client.eval(_ADD, 1, key, delta)
        if value is None:
            raise ValueError("no such key")
        return int(value)


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache over :class:`ForgivingClient`, with time-outs fit for a request."""

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = ForgivingClient
        self._options: dict[str, Any] = {
            "socket_connect_timeout": TIMEOUT_SECONDS,
            "socket_timeout": TIMEOUT_SECONDS,
            # redis-py retries three times with seconds of pause by default.
            "retry": Retry(NoBackoff(), 0),
            "health_check_interval": 30,
            **params.get("OPTIONS", {}),
        }

    def clear(self) -> None:
        """Delete this cache's keys only: the broker's messages live in the same database.

        Django's own would empty the database. Reads through the keys, so it is for tests and
        operators, not for requests.
        """
        client = self._cache.get_client(None, write=True)
        pattern = f"{self.key_prefix}:{self.version}:*"
        keys = client.scan_iter(pattern, count=1000)
        attempt(lambda: sum(client.delete(key) for key in keys), 0)


class LockedFileCache(FileBasedCache):
    """Django's file cache with an ``add`` and an ``incr`` that no thread or process can race.

    One advisory lock for the folder, held for one read and one write (some 0.2 ms): enough for the
    embedded mode on one machine, and the reason why the real thing uses Redis. On a platform
    without file locks it counts as Django does, a little too low under concurrency.
    """

    def __init__(self, folder: str, params: dict[str, Any]) -> None:
        super().__init__(folder, params)
        self._lock_path = Path(folder, "lock")

    def add(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Set unless present; true for exactly one of the callers that race."""
        with self._locked():
            return super().add(key, value, timeout, version)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Add to a number; ``ValueError`` when there is none. Keeps the expiry, as Redis does."""
        with self._locked():
            value = self.get(key, version=version)
            if value is None:
                raise ValueError("no such key")
            self.set(key, value + delta, self._seconds_left(key, version), version)
            return int(value + delta)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._lock_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._lock_path.open("ab") as file:
            locks.lock(file, locks.LOCK_EX)
            yield

    def _seconds_left(self, key: Any, version: int | None) -> float | None:
        """Read the expiry in front of the value, as Django writes it."""
        path = self._key_to_file(key, version)  # type: ignore[attr-defined]
        try:
            with Path(path).open("rb") as file:
                expiry = pickle.load(file)  # noqa: S301 - our own file in our own folder
        except (FileNotFoundError, EOFError):
            return 0
        return None if expiry is None else max(0.0, expiry - time.time())
