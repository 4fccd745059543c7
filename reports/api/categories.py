"""``GET /categories``: the tree, kept by clients through its ETag."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api import schemas
from reports.api.answers import tree_answer
from reports.api.base import PublicView
from reports.queries.categories import category_tree


class CategoriesView(PublicView):
    """What a report can be about."""

    throttle_scope = "public"

    @extend_schema(
        summary="事项分类",
        tags=["公开"],
        responses={200: schemas.CategoryTreeShape, 304: None, **schemas.errors(429)},
    )
    def get(self, request: Request) -> Response:
        """Return the tree, or 304 to a client that has it."""
        tree = category_tree()
        etag = f'"{tree.etag}"'
        headers = {"ETag": etag, "Cache-Control": "public, max-age=60"}
        known = request.headers.get("If-None-Match", "")
        if {etag, "*"} & {tag.strip().removeprefix("W/") for tag in known.split(",")}:
            return Response(status=304, headers=headers)
        return Response({"items": tree_answer(tree)}, headers=headers)
