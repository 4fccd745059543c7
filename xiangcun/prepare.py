"""What a start needs before the processes: schema, demo township, static files; safe to repeat.

A data folder that is made just now also gets three months of example history, through the real
workflow and in one transaction: interrupted, it is made anew at the next start. A marker beside the
database says that it is still to come, so that a folder somebody works in is never filled.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command, get_commands
from django.db import connection

from xiangcun.lib.env import env_bool

HISTORY_MARK = ".history-to-come"
HISTORY_DAYS, HISTORY_REPORTS = 90, 360
COLLECT = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]


def main() -> int:
    """Prepare this data folder; 2 when the configuration is wrong."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiangcun.settings")
    try:
        django.setup()
        wanted = env_bool("XIANGCUN_DEMO_HISTORY", default=True) and not settings.PRODUCTION
    except ImproperlyConfigured as error:
        sys.stderr.write(f"配置错误 / configuration error:\n{error}\n")
        return 2
    mark = Path(settings.DATA_DIR) / HISTORY_MARK
    if wanted and not connection.introspection.table_names():
        mark.touch()
    call_command("migrate", verbosity=0, interactive=False)
    if "seed_township" in get_commands() and not settings.PRODUCTION:
        call_command("seed_township", demo=True, verbosity=0)
    # Packing the pages' files needs no database: a second core does it meanwhile.
    with subprocess.Popen(COLLECT, cwd=settings.BASE_DIR) as packing:  # noqa: S603 - our own fixed command
        if mark.exists():
            if wanted:
                _make_history()
            mark.unlink()
    return packing.returncode


def _make_history() -> None:
    """Fill the new township; one that cannot be filled starts empty."""
    sys.stdout.write(
        "→ 生成三个月的示例历史，约二十秒（XIANGCUN_DEMO_HISTORY=0 可关闭）"
        " / making three months of example history\n"
    )
    sys.stdout.flush()
    try:
        call_command("simulate", days=HISTORY_DAYS, reports=HISTORY_REPORTS, seed=1)
    except CommandError as error:
        sys.stderr.write(f"示例历史没有生成 / no example history: {error}\n")


if __name__ == "__main__":
    sys.exit(main())
