"""What people do in the console, step by step, by what they read on the screen."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect

from bench._client import ApiClient

SignIn = Callable[..., Page]
PATIENCE_SECONDS = 45


def make_photo(path: Path, colour: str) -> Path:
    """Draw a phone-sized JPEG with an orientation and a comment to be removed."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "private words"
    Image.new("RGB", (1200, 900), colour).save(path, "JPEG", exif=exif)
    return path


def wait_for(
    client: ApiClient, number: str, done: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    """Read the report until ``done``."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        status, report = client.call("GET", f"/api/v1/reports/{number}")
        assert status == 200
        if done(report):
            return dict(report)
        assert time.monotonic() < until, report
        time.sleep(0.2)


def find_ticket(page: Page, number: str) -> None:
    """Search for a report's number and open its ticket."""
    page.goto(f"/admin/dispatch/ticket/?q={number}")
    page.locator("#result_list tbody a").first.click()
    expect(page.locator(".xc-page")).to_be_visible()


def find_new_ticket(page: Page, number: str) -> None:
    """Open the ticket of a report that was sent a moment ago, once triage has made it."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        page.goto(f"/admin/dispatch/ticket/?q={number}")
        if page.locator("#result_list tbody a").count():
            break
        assert time.monotonic() < until
        time.sleep(0.3)
    find_ticket(page, number)


def press(page: Page, action: str, **fields: str) -> None:
    """Press a button of the ticket page, fill in its form and send it."""
    page.click(f"#xc-actions a[data-action={action}]")
    for name, value in fields.items():
        field = page.locator(f"#xc-form [name={name}]")
        kind = field.first.evaluate("e => e.tagName + ':' + e.type")
        if kind.startswith("SELECT"):
            field.select_option(value)
        elif kind.endswith(":file"):
            field.last.set_input_files(value)
        else:
            field.fill(value)
    page.click("#xc-submit")
    expect(page.locator("#xc-actions")).to_be_visible()


def status_of(page: Page) -> str:
    return page.locator("#xc-status").inner_text().strip()


def dispatch_to(page: Page, *, category: str, department: str) -> None:
    """Fill in the dispatch form by what a person reads."""
    page.click("#xc-actions a[data-action=dispatch]")
    for name, words in (("category", category), ("lead_department", department)):
        field = page.locator(f"#xc-form select[name={name}]")
        value = field.locator("option", has_text=words).first.get_attribute("value")
        # Searchable selects hide the native element behind their own box.
        field.evaluate(
            "(e, v) => { e.value = v; e.dispatchEvent(new Event('change', {bubbles: true})) }",
            value,
        )
    # The usual assisting departments were proposed with the category; this case needs none.
    page.locator("#xc-form select[name=assisting]").evaluate(
        "e => { for (const o of e.options) o.selected = false }"
    )
    page.locator("#xc-form select[name=urgency]").evaluate(
        "e => { e.value = 'P2'; e.dispatchEvent(new Event('change', {bubbles: true})) }"
    )
    page.click("#xc-submit")
    expect(page.locator("#xc-actions")).to_be_visible()
    assert status_of(page) == "待签收"
