"""Pages by key and not by offset: stable while rows arrive, as fast on page 1,000 as on page 1."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ValidationError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from xiangcun.lib.drf.cursors import invalid_cursor

if TYPE_CHECKING:
    from rest_framework.views import APIView

_BASE64 = re.compile(r"[A-Za-z0-9+/]{2,}={0,2}")


class KeysetPagination(CursorPagination):
    """Body ``{"items": […], "next_cursor": "…" | null}``; a broken cursor is ``invalid_cursor``.

    Set ``ordering`` in a subclass; end it with a unique column.
    """

    page_size = 20
    page_size_query_param = "limit"
    max_page_size = 100
    cursor_query_param = "cursor"
    ordering: Any = ("-id",)

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        """Return one page; a cursor whose position the column cannot hold is not ours either."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, ValidationError) as error:
            if self.cursor_query_param not in request.query_params:
                raise
            raise invalid_cursor() from error

    def decode_cursor(self, request: Request) -> Any:
        """Return the position; ``InvalidInputError`` for a cursor that is not ours."""
        given = request.query_params.get(self.cursor_query_param, "")
        if given and not _BASE64.fullmatch(given):
            # The decoder skips what is no base64 and would answer the first page once more.
            raise invalid_cursor()
        try:
            cursor = super().decode_cursor(request)
        except (NotFound, ValueError) as error:
            raise invalid_cursor() from error
        if cursor and "\0" in str(cursor.position or ""):
            raise invalid_cursor()
        return cursor

    def get_paginated_response(self, data: Any) -> Response:
        """Wrap one page."""
        return Response({"items": data, "next_cursor": self.next_cursor()})

    def next_cursor(self) -> str | None:
        """Return the opaque cursor of the next page, ``None`` on the last."""
        link = self.get_next_link()
        query = parse_qs(urlsplit(link).query) if link else {}
        return query.get(self.cursor_query_param, [None])[0]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe the body for OpenAPI."""
        return {
            "type": "object",
            "required": ["items", "next_cursor"],
            "properties": {
                "items": schema,
                "next_cursor": {"type": "string", "nullable": True},
            },
        }
