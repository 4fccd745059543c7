#!/usr/bin/env python3
"""Draw every page of the mini program in every state: ``miniprogram_pictures.py FOLDER [NAME …]``.

Named states are also put side by side into ``miniprogram.png`` (the client's README shows one). WeChat's own compiler reads the WXML, Chromium draws what comes of it. A look, not a proof: the tools and
the phone have the last word.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402

from tests.e2e.township import PHONE_SCREEN, running_chromium  # noqa: E402
from tests.nodejs import find_node  # noqa: E402


def main(arguments: list[str]) -> int:
    """Write one PNG a state into the folder."""
    out = Path(arguments[0])
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running_chromium() as browser:
        draw = ROOT / "tests/clients/miniprogram/draw.js"
        subprocess.run([find_node(), str(draw), folder], check=True)
        page = browser.new_page(viewport=PHONE_SCREEN)  # type: ignore[arg-type]
        for file in sorted(Path(folder).glob("*.html")):
            if len(arguments) == 1 or file.stem in arguments[1:]:
                page.goto(file.as_uri())
                page.screenshot(path=out / f"{file.stem}.png")
                wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
                print(f"{file.stem}{': wider than the screen' if wide else ''}")
    if len(arguments) > 1:
        join_pictures([out / f"{name}.png" for name in arguments[1:]], out / "miniprogram.png")
    return 0


def join_pictures(files: list[Path], target: Path) -> None:
    """Put pictures of one size side by side, with a little room between."""
    pictures = [Image.open(file) for file in files]
    step = PHONE_SCREEN["width"] + 16
    joined = Image.new("RGB", (step * len(pictures) - 16, PHONE_SCREEN["height"]), "white")
    for at, picture in enumerate(pictures):
        joined.paste(picture, (at * step, 0))
    joined.quantize(128).save(target, optimize=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
