"""The office works through ``perform`` in a process of its own: seconds instead of clicks.

Browser tests of the resident's pages need cases in many states; how staff bring them there is tested
elsewhere. Every rule of the state table holds here too.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from tests.e2e.township import ROOT, Instance, environment_of

# Models can be imported after the setup only; the worker's own file imports them at its head.
START = (
    "import django, runpy; django.setup(); "
    "runpy.run_module('tests.e2e.office_worker', run_name='__main__', alter_sys=True)"
)

Step = tuple[str, str, str, dict[str, Any]]
"""Number of a report, action, username, fields by name (codes for rows, colours for photos)."""


def office_does(instance: Instance, steps: Sequence[Step]) -> None:
    """Carry the steps out in order and wait for the end of it."""
    done = subprocess.run(
        [sys.executable, "-c", START, json.dumps(steps)],
        cwd=ROOT,
        env=environment_of(instance.data_dir),
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
