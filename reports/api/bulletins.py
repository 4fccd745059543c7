"""公告 for everybody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api import guide_schemas, schemas
from reports.api.base import PublicView, validated
from reports.api.guide_answers import bulletin_answer, bulletin_line
from reports.api.kept import kept_answer
from reports.queries.bulletins import Key, bulletin_page, key_of, public_bulletin
from xiangcun.lib.drf.cursors import decode_cursor, encode_cursor, invalid_cursor

_TAGS = ["公开"]
KEPT_SECONDS = 30


class BulletinsView(PublicView):
    """The list."""

    throttle_scope = "public"

    @extend_schema(
        operation_id="bulletins_list",
        summary="公告：紧急的、置顶的在前，然后由新到旧",
        tags=_TAGS,
        parameters=[guide_schemas.BulletinQuery],
        responses={200: guide_schemas.BulletinPageShape, 304: None, **schemas.errors(400, 429)},
    )
    def get(self, request: Request) -> Response:
        """List a page."""
        query = validated(guide_schemas.BulletinQuery, request.query_params)
        limit = query["limit"]
        rows = bulletin_page(after=_key(query["cursor"]), limit=limit, now=timezone.now())
        shown = rows[:limit]
        cursor = _cursor(shown[-1]) if len(rows) > limit else None
        body = {"items": [bulletin_line(row) for row in shown], "next_cursor": cursor}
        return kept_answer(request, body, seconds=KEPT_SECONDS)


class BulletinView(PublicView):
    """One bulletin."""

    throttle_scope = "public"

    @extend_schema(
        operation_id="bulletin_read",
        summary="一条公告",
        tags=_TAGS,
        responses={200: guide_schemas.BulletinShape, 304: None, **schemas.errors(404, 429)},
    )
    def get(self, request: Request, bulletin_id: int) -> Response:
        """Show all of it."""
        row = public_bulletin(bulletin_id, now=timezone.now())
        return kept_answer(request, bulletin_answer(row), seconds=KEPT_SECONDS)


def _cursor(row: Any) -> str:
    urgent, pinned, at, pk = key_of(row)
    return encode_cursor([urgent, pinned, at.isoformat(), pk])


def _key(cursor: str) -> Key | None:
    values = decode_cursor(cursor, int, int, str, int)
    if values is None:
        return None
    try:
        at = datetime.fromisoformat(values[2])
    except ValueError as error:
        raise invalid_cursor() from error
    if at.tzinfo is None or not 0 <= values[3] < 2**63:
        raise invalid_cursor()
    return values[0], values[1], at, values[3]
