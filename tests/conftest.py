"""Fixtures of the whole suite. The cast (residents, staff) lives in the conftest of each app."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from redis import Redis

from dispatch.queries.calendar import forget_calendar
from dispatch.queries.limits import forget_limits
from reports.queries.blocks import forget_blocks
from xiangcun.lib import bell, caches
from xiangcun.lib.drf import throttling

CI = os.environ.get("CI", "").lower() in {"1", "true"}
SHARED_MISSING = "shared data folder is missing"
BOTH_ENGINES = frozenset({"test_matrix.py", "test_anonymity.py", "test_markup.py"})


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real complaints and photos, or skip: it is no part of this repository."""
    default = Path(settings.BASE_DIR).parent / "shared"
    folder = Path(os.environ.get("XIANGCUN_SHARED", str(default))) / "data"
    if not folder.is_dir():
        pytest.skip(SHARED_MISSING)
    return folder


@pytest.fixture(autouse=True)
def _fresh_process_state() -> None:
    """No test inherits a throttle counter, kept rows or the memory of a broker that was down."""
    caches.BREAKER.reset()
    bell.BELL.reset()
    throttling.TAB.forget()
    forget_calendar()
    forget_limits()
    forget_blocks()
    cache.clear()


@pytest.fixture(scope="session", autouse=True)
def _redis_left_clean() -> Iterator[None]:
    """Remove the keys of this test process: nobody consumes the bells that tests ring."""
    yield
    if settings.REDIS_URL:
        with Redis.from_url(settings.REDIS_URL) as redis:
            for key in redis.scan_iter(f"{settings.REDIS_PREFIX}:*"):
                redis.delete(key)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs with one engine: what asks no database, and the words and rights of the console's pages.

    Every page of it is opened with each engine by the seats of the matrix, and in a browser with SQLite.
    """
    for item in items:
        asks = {"db", "transactional_db"}.intersection(getattr(item, "fixturenames", ()))
        page = item.path.parent.name == "console" and item.path.name not in BOTH_ENGINES
        if page or not (asks or item.get_closest_marker("django_db")):
            item.add_marker(pytest.mark.once)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With ``CI=true`` a skipped test is a failed one; only missing shared data may skip."""
    report = yield
    if CI and report.skipped and SHARED_MISSING not in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and CI skips nothing"
    return report
