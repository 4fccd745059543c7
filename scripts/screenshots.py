#!/usr/bin/env python3
"""Draw the pictures of README and the handbooks anew: a township, its people, a real browser.

    make screenshots

Everything on them is made up: the cases are ours and the photos are drawn. Each picture is a PNG of
at most 256 colours, so that the repository stays small.
"""

from __future__ import annotations

import random
import sys
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image, ImageDraw, ImageFilter  # noqa: E402 - after the path
from playwright.sync_api import Browser, Page  # noqa: E402

from bench._client import ApiClient, report_body  # noqa: E402
from scripts.resident_pictures import NAMES, resident_pictures  # noqa: E402
from tests.e2e.steps import find_new_ticket, press  # noqa: E402
from tests.e2e.township import (  # noqa: E402
    OFFICE_SCREEN,
    PHONE_SCREEN,
    Instance,
    running_chromium,
    running_township,
)

PICTURES = ROOT / "docs" / "pictures"
SETTLE_MS = 900

# Text, latitude, longitude, colours of the drawn photos.
CASES = (
    ("路边一大堆垃圾，堆积如山，臭气熏天，暴露垃圾没人管", 30.3100, 120.5000, ("brown", "olive")),
    ("临江村口电线杆歪了，有根电线垂下来快碰到地了，很危险", 30.3120, 120.5030, ("gray",)),
    ("路灯坏了三天，晚上接孩子看不清路", 30.3084, 120.4986, ("navy",)),
    ("有人在田里烧秸秆，烟飘进屋里了", 30.3141, 120.5062, ("orange",)),
    ("村口那条河漂着很多浮萍和塑料瓶", 30.3068, 120.5041, ("teal",)),
    ("晚上十一点还在施工，打桩声吵得老人睡不着", 30.3111, 120.4961, ()),
    ("健身广场的跑步机断了一截，小孩子还在上面玩", 30.3093, 120.5018, ("purple",)),
    ("这件事情你们到底管不管啊，都反映好多次了", 30.3105, 120.5009, ()),
    ("路边垃圾堆成山，旁边还有人在烧，烟很大", 30.3102, 120.5004, ("brown",)),
    ("沟渠堵了，一下雨水就漫到菜地里", 30.3152, 120.4990, ("green",)),
)


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: who looks at what, on which screen."""

    name: str
    username: str
    path: str
    phone: bool = False


def draw_photo(path: Path, colour: str, *, seed: int) -> Path:
    """Draw something like a street corner with heaps of ``colour``."""
    chance = random.Random(seed)  # noqa: S311 - a drawing
    picture = Image.new("RGB", (1200, 900), "lightsteelblue")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 420, 1200, 900), fill="darkseagreen")
    pen.polygon(((420, 900), (560, 420), (640, 420), (980, 900)), fill="dimgray")
    for _ in range(5):
        left = chance.randrange(0, 1000)
        pen.rectangle((left, chance.randrange(180, 300), left + 180, 430), fill="bisque")
    for _ in range(26):
        x, y, size = (
            chance.randrange(100, 1000), chance.randrange(520, 800), chance.randrange(40, 120)
        )  # fmt: skip
        pen.ellipse((x, y, x + size, y + size * 0.7), fill=colour, outline="black")
    picture.filter(ImageFilter.GaussianBlur(2)).save(path, "JPEG", quality=85)
    return path


def send_cases(instance: Instance, folder: Path) -> dict[str, str]:
    """Send every case as a resident; return text → number."""
    numbers = {}
    for index, (text, lat, lng, colours) in enumerate(CASES):
        resident = instance.resident(f"居民{index}")
        photos = [
            resident.upload(draw_photo(folder / f"{index}-{row}.jpg", colour, seed=index + row))
            for row, colour in enumerate(colours)
        ]
        body = report_body(text, lat, lng, photos=[photo["id"] for _, photo in photos])
        numbers[text] = _sent(resident, body)
    return numbers


def _sent(resident: ApiClient, body: dict[str, object]) -> str:
    status, answer = resident.call("POST", "/api/v1/reports", body)
    if status != 201:  # noqa: PLR2004 - HTTP
        raise RuntimeError(answer)
    return str(answer["number"])


def open_page(browser: Browser, instance: Instance, username: str, *, phone: bool) -> Page:
    """Sign in and return the page."""
    context = browser.new_context(
        viewport=PHONE_SCREEN if phone else OFFICE_SCREEN,  # type: ignore[arg-type]
        locale="zh-CN",
        base_url=instance.base,
    )
    page = context.new_page()
    page.goto("/admin/login/?next=/admin/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", instance.password)
    page.click("button[type=submit]")
    page.wait_for_url("**/admin/")
    return page


def take(page: Page, shot: Shot) -> None:
    """Show the page, let it settle, and store it."""
    page.goto(shot.path)
    page.wait_for_timeout(SETTLE_MS)
    keep(page, shot.name)


def keep(page: Page, name: str) -> None:
    """Store what the page shows as a small PNG."""
    raw = page.screenshot()
    picture = Image.open(BytesIO(raw)).convert("RGB")
    small = picture.quantize(colors=256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    target = PICTURES / f"{name}.png"
    small.save(target, optimize=True)
    sys.stdout.write(f"{target.relative_to(ROOT)}  {target.stat().st_size // 1024} KB\n")


def ticket_path(page: Page, number: str) -> str:
    """Return the address of the ticket that holds the report, once triage has made it."""
    find_new_ticket(page, number)
    return "/admin/" + page.url.split("?")[0].split("/admin/")[1]


def work_a_little(browser: Browser, instance: Instance, numbers: dict[str, str]) -> dict[str, str]:
    """Let a department sign one case; return name → address of the tickets to be shown."""
    room = open_page(browser, instance, "dispatcher", phone=False)
    garbage, smoke = (ticket_path(room, numbers[CASES[index][0]]) for index in (0, 3))
    head = open_page(browser, instance, "sanitation_head", phone=False)
    head.goto(garbage)
    press(head, "accept")
    head.context.close()
    # The red bar belongs on pictures of an alarm, not on every one.
    room.goto("/admin/")
    room.get_by_role("button", name="我已知悉").first.click()
    room.wait_for_timeout(SETTLE_MS)
    room.context.close()
    return {"garbage": garbage, "smoke": smoke}


def the_shots(tickets: dict[str, str]) -> tuple[Shot, ...]:
    """Return every picture of README and the handbooks."""
    finish = f"{tickets['garbage'].replace('/change/', '/')}do/finish/"
    return (
        Shot("desk", "dispatcher", "/admin/desk/"),
        Shot("queue", "dispatcher", "/admin/dispatch/ticket/?queue=all"),
        Shot("ticket", "dispatcher", tickets["garbage"]),
        Shot("map", "lead", "/admin/map/"),
        Shot("calendar", "lead", "/admin/calendar/"),
        Shot("department-phone", "sanitation", "/admin/", phone=True),
        Shot("department-ticket", "sanitation", tickets["garbage"], phone=True),
        Shot("department-finish", "sanitation", finish, phone=True),
    )


def resident_side(browser: Browser, folder: Path, wanted: set[str]) -> None:
    """Take the residents' pictures in a township of their own: theirs are the only cases there."""
    data_dir = folder / "resident"
    data_dir.mkdir()

    def draw(name: str, colour: str) -> Path:
        return draw_photo(data_dir / f"{name}.jpg", colour, seed=sum(name.encode()))

    def keep_wanted(page: Page, name: str) -> None:
        if not wanted or name in wanted:
            keep(page, name)

    with running_township(data_dir) as instance:
        resident_pictures(browser, instance, draw, keep_wanted)


def office_side(browser: Browser, data_dir: Path, wanted: set[str]) -> None:
    """Take the pictures of README and the staff's handbooks."""
    with running_township(data_dir) as instance:
        tickets = work_a_little(browser, instance, send_cases(instance, data_dir))
        for shot in the_shots(tickets):
            if wanted and shot.name not in wanted:
                continue
            page = open_page(browser, instance, shot.username, phone=shot.phone)
            take(page, shot)
            page.context.close()


def main() -> None:
    """Make the townships, let their people work a little, and take the pictures named (or all)."""
    PICTURES.mkdir(exist_ok=True)
    wanted = set(sys.argv[1:])
    with (
        tempfile.TemporaryDirectory(prefix="xiangcun-pictures-") as folder,
        running_chromium() as browser,
    ):
        if not wanted or wanted - set(NAMES):
            office_side(browser, Path(folder), wanted)
        if not wanted or wanted & set(NAMES):
            resident_side(browser, Path(folder), wanted)


if __name__ == "__main__":
    main()
