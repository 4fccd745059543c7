"""The Celery application; all of its settings are the ``CELERY_…`` ones of ``settings.py``."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiangcun.settings")

app = Celery("xiangcun")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect(dispatch_uid="xiangcun.connections_before")
@task_postrun.connect(dispatch_uid="xiangcun.connections_after")
def give_connections_back(sender: Any, **_kwargs: Any) -> None:
    """Return the connection to the pool, or drop it when the database went away.

    A task that runs inside its caller (eager) must not close what the caller is using.
    """
    if not sender.request.is_eager:
        close_old_connections()
