"""The Celery application; all of its settings are the ``CELERY_…`` ones of ``settings.py``."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiangcun.settings")

app = Celery("xiangcun")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
