"""Answers that are the same for everybody: with a mark, so that who has them is told so in 304."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response


def kept_answer(request: Request, body: Any, *, seconds: int) -> Response:
    """Return ``body`` to be kept for ``seconds``, or 304 to a client whose copy is the same."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, default=str)
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": f"public, max-age={seconds}"}
    known = request.headers.get("If-None-Match", "")
    if {etag, "*"} & {tag.strip().removeprefix("W/") for tag in known.split(",")}:
        return Response(status=304, headers=headers)
    return Response(body, headers=headers)
