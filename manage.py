#!/usr/bin/env python
"""Django's command line for this project."""

from __future__ import annotations

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> int:
    """Run one management command; a configuration fault is told in plain words, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiangcun.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.stderr.write(f"配置错误 / configuration error:\n{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
