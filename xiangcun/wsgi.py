"""The WSGI application that granian serves."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from xiangcun.lib.spool import SpooledBody

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiangcun.settings")

application = SpooledBody(get_wsgi_application())
