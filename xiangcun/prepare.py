"""What a start needs before the processes: schema, demo township, static files; safe to repeat."""

from __future__ import annotations

import os
import sys

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command, get_commands


def main() -> int:
    """Prepare this data folder; 2 when the configuration is wrong."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiangcun.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        sys.stderr.write(f"配置错误 / configuration error:\n{error}\n")
        return 2
    call_command("migrate", verbosity=0, interactive=False)
    if "seed_township" in get_commands() and not settings.PRODUCTION:
        call_command("seed_township", demo=True, verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
