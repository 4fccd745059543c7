"""The real thing: the supervisor with web, workers and beat on the embedded default, and a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.township import (
    OFFICE_SCREEN,
    PHONE_SCREEN,
    Instance,
    empty_base,
    running_chromium,
    running_township,
)

# Two townships and two browsers share the machine: a screen may take a while, a test fails no sooner.
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that has gone through all migrations, to be copied."""
    return empty_base(tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory, empty: Path) -> Iterator[Instance]:
    with running_township(tmp_path_factory.mktemp("township"), empty) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with running_chromium() as chromium:
        yield chromium


@pytest.fixture
def sign_in(instance: Instance, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a browser of one's own for a member of staff; a page error fails the test."""
    contexts = []
    faults: list[str] = []

    def open_page(username: str, *, phone: bool = False) -> Page:
        context = browser.new_context(
            viewport=PHONE_SCREEN if phone else OFFICE_SCREEN,  # type: ignore[arg-type]
            locale="zh-CN",
            base_url=instance.base,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "response",
            lambda answer: (
                faults.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None
            ),
        )
        page.goto("/admin/login/?next=/admin/")
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", instance.password)
        page.click("button[type=submit]")
        page.wait_for_url("**/admin/")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []
