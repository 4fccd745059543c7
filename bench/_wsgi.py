"""The product's application with two bare views beside it, to be measured in the same server."""

from __future__ import annotations

import json
import os
import uuid
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from psycopg_pool import ConnectionPool

from xiangcun.wsgi import application  # isort: skip - Django first

from django.conf import settings
from django.urls import include

from xiangcun.lib import bell

# Kept connections, as many as the product may have: one a thread would be more than PostgreSQL takes.
POOL = ConnectionPool(os.environ["DATABASE_URL"], min_size=1, max_size=16, open=False)

INSERT_REPORT = """
INSERT INTO reports_report (number, resident_id, client_id, body_hash, kind, channel, text, anonymous,
  contact_phone, join_number, lat, lng, raw_lat, raw_lng, coord_type, accuracy_m, location_source, address,
  submitted_at, public_status, urgent, urgency, department_name, safety_prompt, allowed_actions, reopen_count, updated_at)
VALUES (%s, %s, %s, %s, 'problem', 'miniprogram', %s, false, '', '', %s, %s, %s, %s, 'gcj02', 12, 'gps', '',
  %s, 'received', false, '', '', '', %s, 0, %s) RETURNING id"""
INSERT_UPDATE = """
INSERT INTO reports_reportupdate (report_id, at, kind, status, text, department_name)
VALUES (%s, %s, 'submitted', 'received', %s, '')"""


@csrf_exempt
def empty(_request: HttpRequest) -> HttpResponse:
    """(a) Nothing but Django."""
    return HttpResponse(b"")


@csrf_exempt
def raw(request: HttpRequest) -> JsonResponse:
    """(b) The same rows through raw psycopg on a kept connection, and the same bell."""
    body = json.loads(request.body)
    now = datetime.now(UTC)
    location = body["location"]
    number = f"XC{now:%y%m%d}-{uuid.uuid4().hex[:11]}"
    point = (location["lat"], location["lng"])
    POOL.open()
    with POOL.connection() as connection:
        row = connection.execute(
            INSERT_REPORT,
            (
                number,
                1,
                body["client_id"],
                "0" * 64,
                body["text"],
                *point,
                *point,
                now,
                '["supplement","withdraw"]',
                now,
            ),
        ).fetchone()
        connection.execute(INSERT_UPDATE, (row[0], now, "已收到"))
    bell.ring("dispatch.triage_report", row[0])
    return JsonResponse({"number": number}, status=201)


urlpatterns = [
    path("bench/empty", empty),
    path("bench/raw", raw),
    path("", include("xiangcun.urls")),
]
settings.ROOT_URLCONF = __name__
__all__ = ["application"]
