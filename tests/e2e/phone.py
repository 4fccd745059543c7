"""A resident's phone in the browser tests: what a person does on the report page, and what came of it."""

from __future__ import annotations

import io
import itertools
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pillow_heif
from PIL import ExifTags, Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.township import PHONE_SCREEN, Instance

HERE = {"latitude": 30.3245, "longitude": 120.4865, "accuracy": 18.0}
SENT = re.compile("已送达")
_seeds = itertools.count(1)


def photo(folder: Path, *, kind: str = "JPEG", size: tuple[int, int] = (1000, 750)) -> str:
    """Draw a photo that no other test has: the same bytes of one person are one photo."""
    seed = next(_seeds)
    noise = Image.effect_noise((size[0] // 2, size[1] // 2), 60).convert("RGB").resize(size)
    noise.paste((seed * 37 % 256, seed * 91 % 256, 80), (0, 0, 60, 60))
    path = folder / f"photo{seed}.{'heic' if kind == 'HEIF' else 'jpg'}"
    if kind == "HEIF":
        pillow_heif.from_pillow(noise).save(path, quality=60)
        return str(path)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:11:24 09:30:00"
    buffer = io.BytesIO()
    noise.save(buffer, "JPEG", quality=85, exif=exif)
    path.write_bytes(buffer.getvalue())
    return str(path)


@dataclass(frozen=True)
class Stored:
    """A report as the township has it."""

    number: str
    channel: str
    join: str
    photos: list[tuple[int, int, bool, str]]
    """Width, height, whether the time of taking is known, type."""


def stored(instance: Instance, client_id: str) -> list[Stored]:
    """Read from the database itself: every report of this client_id, with its photos in order."""
    path = f"file:{instance.data_dir / 'xiangcun.sqlite3'}?mode=ro"
    with closing(sqlite3.connect(path, uri=True, timeout=10)) as base:
        reports = base.execute(
            "select id, number, channel, join_number from reports_report where client_id = ?",
            [client_id.replace("-", "")],
        ).fetchall()
        return [
            Stored(
                number,
                channel,
                join,
                [
                    (width, height, taken is not None, mime)
                    for width, height, taken, mime in base.execute(
                        "select p.width, p.height, p.taken_at, p.mime from reports_reportphoto r"
                        " join reports_photo p on p.id = r.photo_id where r.report_id = ?"
                        ' order by r."order"',
                        [key],
                    )
                ],
            )
            for key, number, channel, join in reports
        ]


class Phone:
    """One person's browser; ``faults`` are errors of the pages."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.context = context
        self.base = base
        self.faults: list[str] = []
        self.page = self.new_page()

    def new_page(self) -> Page:
        """Open another tab, or the browser again after it was killed."""
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        return self.page

    def open(self, path: str = "/h5/report") -> Page:
        """Go to a page and wait until it can be used."""
        self.page.goto(path)
        return self.page

    def fill(self, text: str, photos: list[str]) -> None:
        """Choose photos, write the sentence, wait for the place."""
        expect(self.page.locator("#report-form")).to_be_visible()
        if photos:
            self.page.set_input_files("#report-photos input[multiple]", photos)
            expect(self.page.locator(".photo-tile .photo-open")).to_have_count(len(photos))
        self.page.fill("#report-text", text)
        expect(self.page.locator("#report-place .place-name")).to_contain_text("网格")

    def send(self) -> None:
        """Press 发送, and “something else” should near-by cases be asked about."""
        self.page.click("#report-send")
        other = self.page.get_by_role("button", name="都不是，照样发送")
        # A refusal may be back before anybody has seen the screen of sending.
        gone = self.page.locator("#report-sending:visible, #report-refusal:visible")
        expect(other.or_(gone).first).to_be_visible()
        if other.is_visible():
            other.click()

    def client_id(self) -> str:
        """Return the draft that the address names."""
        found = re.search(r"draft=([0-9a-f-]{36})", self.page.url)
        assert found, self.page.url
        return found[1]

    def wait_sent(self) -> str:
        """Wait for the number, pressing “try again” as an impatient person would."""
        done = self.page.locator("#report-sending .sending-title", has_text=SENT)
        retry = self.page.get_by_role("button", name="现在重试")
        expect(done.or_(retry).first).to_be_visible(timeout=20_000)
        if retry.is_visible():
            retry.click()
        expect(done).to_be_visible(timeout=20_000)
        return self.page.locator(".sent-number strong").inner_text()

    def until(self, script: str) -> None:
        """Wait for a condition that may be a promise; the browser's own waiting takes any for true."""
        until = time.monotonic() + 40
        while not self.page.evaluate(script):
            assert time.monotonic() < until, script
            self.page.wait_for_timeout(100)

    def agree(self) -> None:
        """Answer the sheet that comes after the first report of a visit."""
        agree = self.page.locator("dialog").get_by_role("button", name="同意", exact=True)
        agree.click()
        expect(self.page.locator("dialog")).to_have_count(0)

    def kept_offline(self) -> None:
        """Wait until the service worker has everything that opens without a line."""
        self.until(
            "async () => { const r = await navigator.serviceWorker.getRegistration('/h5/');"
            " return Boolean(r && r.active && r.active.state === 'activated'"
            " && navigator.serviceWorker.controller); }"
        )


@contextmanager
def phone_of(browser: Browser, base: str, **place: float) -> Iterator[Phone]:
    """Switch a phone on; an error in one of its pages fails the test."""
    context = browser.new_context(
        viewport=PHONE_SCREEN,  # type: ignore[arg-type]
        locale="zh-CN",
        base_url=base,
        geolocation={**HERE, **place},  # type: ignore[arg-type]
        permissions=["geolocation"],
        has_touch=True,
        is_mobile=True,
    )
    try:
        phone = Phone(context, base)
        yield phone
        assert phone.faults == []
    finally:
        context.close()
