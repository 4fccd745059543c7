"""What a phone pays for the resident's pages: bytes, requests, and seconds on a slow line.

    .venv/bin/python bench/h5.py [--rounds 5] [--kbps 400] [--rtt 400] [--cpu 4]

A real Chromium with a phone's screen opens each page of a running township over the DevTools
protocol's network emulation (slow 3G: 400 kbit/s each way, 400 ms a round trip) and a processor
four times slower: once with nothing kept ("cold": a first visit) and once more in the same browser
("warm": the service worker and the cache have it). The unthrottled cold visit beside them shows what
the line costs. Ready is when the page has drawn, its modules have run and no task of 50 ms or more
was still to come, as Lighthouse counts time to interactive.

At the end one photo of a camera is sent by a first visitor over the same line: how many taps it takes
from the photo on, and how many seconds until the number is on the screen.
"""

from __future__ import annotations

import argparse
import io
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

from tests.e2e.township import PHONE_SCREEN, Instance, running_chromium, running_township

PAGES = {"首页": "/h5/", "报问题": "/h5/report", "我的上报": "/h5/mine", "附近": "/h5/near"}
CENTRE = {"latitude": 30.3100, "longitude": 120.5000, "accuracy": 20}
# Modules run before DOMContentLoaded: at its end every button has its listener.
READY = "() => performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd > 0"
# A page asked twice at once would be measured with its neighbour's tasks: wait until nothing runs.
SETTLE_MS = 1500
WATCH_TASKS = """
window.__tasks = [];
new PerformanceObserver(list => {
  for (const task of list.getEntries()) window.__tasks.push(task.startTime + task.duration);
}).observe({type: 'longtask', buffered: true});
"""
FIGURES = """() => {
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  const ready = performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd;
  return {
    paint: paint ? paint.startTime : ready,
    ready: Math.max(ready, paint ? paint.startTime : 0, ...window.__tasks),
  };
}"""


CAMERA = (4000, 3000)
COUNT_TAPS = (
    "addEventListener('click', e => { window.taps = (window.taps || 0) + e.isTrusted }, true)"
)


PHOTO_BYTES = """() => new Promise(done => {
  indexedDB.open("xiangcun").onsuccess = opened => {
    const all = opened.target.result.transaction("photos").objectStore("photos").getAll();
    all.onsuccess = () => done(all.result.reduce((sum, photo) => sum + photo.size, 0));
  };
})"""


@dataclass(slots=True)
class Line:
    """The line and the processor that a visit is made with."""

    kbps: int
    rtt_ms: int
    cpu: int


@dataclass(slots=True)
class Visit:
    """One visit: what went over the line (bytes as sent, compressed) and when (milliseconds)."""

    requests: int = 0
    received: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)
    paint: float = 0.0
    ready: float = 0.0


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kbps", type=int, default=400)
    parser.add_argument("--rtt", type=int, default=400)
    parser.add_argument("--cpu", type=int, default=4)
    options = parser.parse_args()
    line = Line(options.kbps, options.rtt, options.cpu)
    with (
        tempfile.TemporaryDirectory(prefix="xiangcun-bench-") as folder,
        running_township(Path(folder)) as township,
        running_chromium() as browser,
    ):
        print(f"line {line.kbps} kbit/s, {line.rtt_ms} ms round trip, CPU x{line.cpu}")
        print(f"{'page':<10}{'visit':<12}{'requests':>9}{'KB':>8}{'paint ms':>10}{'ready ms':>10}")
        for name, path in PAGES.items():
            _measure(browser, township, name, path, line, rounds=options.rounds)
        sent = [_send(browser, township, line) for _ in range(options.rounds)]
        print(f"{'photo to number':<18}{'taps':>5}{'seconds':>9}{'prepared':>9}{'KB':>7}")
        middle = [statistics.median(column) for column in zip(*sent, strict=True)]
        print(f"{'':<18}{middle[0]:>5.0f}{middle[1]:>9.1f}{middle[2]:>9.1f}{middle[3]:>7.0f}")


def _measure(
    browser: Browser, township: Instance, name: str, path: str, line: Line, *, rounds: int
) -> None:
    cold, warm, free = [], [], []
    for _ in range(rounds):
        with _phone(browser, township) as context:
            free.append(_visit(context, path, None))
        with _phone(browser, township) as context:
            cold.append(_visit(context, path, line))
            warm.append(_visit(context, path, line))
    for label, visits in (("cold", cold), ("warm", warm), ("cold, free", free)):
        _print(name, label, visits)
    kinds = sorted(cold[-1].by_kind.items(), key=lambda row: -row[1])
    print("          cold: " + ", ".join(f"{kind} {size / 1024:.1f} KB" for kind, size in kinds))


@contextmanager
def _phone(browser: Browser, township: Instance) -> Iterator[BrowserContext]:
    """A browser that has never been here."""
    context = browser.new_context(
        viewport=PHONE_SCREEN,  # type: ignore[arg-type]
        device_scale_factor=3,
        is_mobile=True,
        has_touch=True,
        locale="zh-CN",
        base_url=township.base,
        geolocation=CENTRE,  # type: ignore[arg-type]
        permissions=["geolocation"],
    )
    context.add_init_script(WATCH_TASKS)
    yield context
    context.close()


def _visit(context: BrowserContext, path: str, line: Line | None) -> Visit:
    page = context.new_page()
    session = context.new_cdp_session(page)
    visit = _listen(session)
    if line is not None:
        _slow_down(session, line)
    page.goto(path, wait_until="commit")
    page.wait_for_function(READY, timeout=60_000)
    _settle(page)
    figures = page.evaluate(FIGURES)
    visit.paint, visit.ready = figures["paint"], figures["ready"]
    page.close()
    return visit


def _send(browser: Browser, township: Instance, line: Line) -> tuple[float, float, float, float]:
    """Send a report with one photo at a first visit; return taps, seconds in all and until the photo was ready, KB."""
    with _phone(browser, township) as context:
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        _slow_down(session, line)
        page.goto("/h5/report")
        page.locator("#report-place .place-name", has_text="网格").wait_for(timeout=60_000)
        page.evaluate(COUNT_TAPS)
        photo = {"name": "camera.jpg", "mimeType": "image/jpeg", "buffer": _camera_photo()}
        began = time.monotonic()
        page.set_input_files("#report-photos input[capture]", photo)  # type: ignore[arg-type]
        page.locator(".photo-tile img").wait_for(timeout=60_000)
        prepared = time.monotonic() - began
        size = page.evaluate(PHOTO_BYTES)
        page.locator("#report-common .chip-btn").last.click()
        page.click("#report-send")
        other = page.get_by_role("button", name="都不是")
        done = page.locator(".sent-number")
        other.or_(done).first.wait_for(timeout=120_000)
        if other.is_visible():
            other.click()
        done.wait_for(timeout=120_000)
        taps = page.evaluate("window.taps")
        return taps, time.monotonic() - began, prepared, size / 1024


def _camera_photo() -> bytes:
    """Draw what a phone's camera makes: twelve megapixels and some megabytes, no two alike."""
    small = Image.effect_noise((CAMERA[0] // 8, CAMERA[1] // 8), 70)
    buffer = io.BytesIO()
    small.convert("RGB").resize(CAMERA).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def _settle(page: Page) -> None:
    page.wait_for_load_state("load")
    page.wait_for_timeout(SETTLE_MS)


def _slow_down(session: CDPSession, line: Line) -> None:
    through = line.kbps * 1000 / 8
    session.send("Emulation.setCPUThrottlingRate", {"rate": line.cpu})
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": line.rtt_ms,
            "downloadThroughput": through,
            "uploadThroughput": through,
        },
    )


def _listen(session: CDPSession) -> Visit:
    """Count what the page asks for until it is closed, the service worker's own precaching apart."""
    visit = Visit()
    kinds: dict[str, str] = {}

    def responded(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = str(event["type"])

    def finished(event: dict[str, Any]) -> None:
        size = int(event["encodedDataLength"])
        if size:
            visit.requests += 1
            visit.received += size
            kind = kinds.get(event["requestId"], "Other")
            visit.by_kind[kind] = visit.by_kind.get(kind, 0) + size

    session.send("Network.enable")
    session.on("Network.responseReceived", responded)
    session.on("Network.loadingFinished", finished)
    return visit


def _print(name: str, label: str, visits: list[Visit]) -> None:
    middle = statistics.median
    print(
        f"{name:<10}{label:<12}{middle(v.requests for v in visits):>9.0f}"
        f"{middle(v.received for v in visits) / 1024:>8.1f}"
        f"{middle(v.paint for v in visits):>10.0f}{middle(v.ready for v in visits):>10.0f}"
    )


if __name__ == "__main__":
    main()
