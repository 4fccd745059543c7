"""``/healthz`` (this process answers) and ``/readyz`` (everything behind it works)."""

from __future__ import annotations

import shutil
import time
import uuid
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu import Queue

from xiangcun.heartbeat import STALE_SECONDS, heartbeat_age
from xiangcun.lib import health
from xiangcun.lib.health import Outcome

MIN_FREE_BYTES = 500 * 1024 * 1024


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer 200: the process is up. Touches nothing, so that a dead database restarts no web."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """Answer 200 or 503 with the parts: ``{status, failing, degraded, checks: {name: {…}}}``.

    ``status`` is ok, degraded or fail. Degraded is 200: a part that has a substitute must not take
    the service out of rotation, residents can still report.
    """
    results = health.run_checks()
    failing = [result.name for result in results if not result.outcome.ok]
    degraded = [row.name for row in results if row.outcome.ok and row.outcome.degraded]
    body = {
        "status": "fail" if failing else "degraded" if degraded else "ok",
        "failing": failing,
        "degraded": degraded,
        "checks": {
            result.name: {
                "ok": result.outcome.ok,
                "degraded": result.outcome.degraded,
                "label": str(result.label),
                "message": str(result.outcome.message),
                "ms": result.milliseconds,
            }
            for result in results
        },
    }
    return JsonResponse(
        body, status=503 if failing else 200, json_dumps_params={"ensure_ascii": False}
    )


def check_database() -> Outcome:
    """Ask the database for a row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return Outcome(True)


def check_broker() -> Outcome:
    """Open a fresh connection to the broker and look at the queue."""
    with current_app.connection_for_write() as broker:
        Queue(settings.CELERY_TASK_DEFAULT_QUEUE, channel=broker.default_channel).queue_declare()
    return Outcome(True)


def check_worker() -> Outcome:
    """Look for a fresh heartbeat."""
    age = heartbeat_age(time.time())
    if age is None:
        return Outcome(False, _("后台处理进程没有心跳"))
    if age > STALE_SECONDS:
        return Outcome(
            False, _("后台处理进程已有 %(seconds)d 秒没有心跳") % {"seconds": round(age)}
        )
    return Outcome(True)


def check_storage() -> Outcome:
    """Write a small file to the photo storage, read it back and delete it."""
    content = uuid.uuid4().bytes
    name = default_storage.save(f"readyz/{uuid.uuid4().hex}", ContentFile(content))
    try:
        with default_storage.open(name) as stored:
            same = stored.read() == content
    finally:
        default_storage.delete(name)
    return Outcome(same, "" if same else _("照片存储读回的内容不一致"))


def check_disk() -> Outcome:
    """Look at the free space of the data folder's disk."""
    free = shutil.disk_usage(Path(settings.DATA_DIR)).free
    if free >= MIN_FREE_BYTES:
        return Outcome(True)
    return Outcome(False, _("数据盘只剩 %(megabytes)d MB") % {"megabytes": free // 1024 // 1024})


health.register("database", gettext_lazy("数据库"), check_database)
health.register("broker", gettext_lazy("消息队列"), check_broker)
health.register("worker", gettext_lazy("后台处理"), check_worker)
health.register("storage", gettext_lazy("照片存储"), check_storage)
health.register("disk", gettext_lazy("磁盘空间"), check_disk)
