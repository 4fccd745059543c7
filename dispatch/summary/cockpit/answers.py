"""Answers that many screens ask for: one of them builds it, all of them get it, and its mark says what changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.core.cache import cache

from dispatch.summary.cockpit.filters import FIELDS, Params
from dispatch.summary.cockpit.sights import Sight

FRESH_SECONDS = 4
_KEPT_SECONDS = 60
Answer = tuple[str, str]
"""A JSON body and its mark (a quoted ETag)."""


def kept_key(what: str, params: Params, sight: Sight, *more: str) -> str:
    """Return a name for the answer to these parameters as this sight gets it."""
    asked = [(name, params.get(name, "")) for name in FIELDS]
    text = repr((what, asked, sight.key, more))
    return f"cockpit:{what}:{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def kept_answer(
    key: str, build: Callable[[], Answer], *, now: datetime, seconds: int = FRESH_SECONDS
) -> Answer:
    """Return what is kept under ``key`` while it is fresh; of many who find it stale one builds it anew."""
    kept: tuple[float, str, str] | None = cache.get(key)
    moment = now.timestamp()
    if kept is not None and 0 <= moment - kept[0] < seconds:
        return kept[1], kept[2]
    if kept is not None and not cache.add(f"{key}:building", 1, timeout=seconds):
        return kept[1], kept[2]  # somebody else is at it
    body, mark = build()
    cache.set(key, (moment, body, mark), timeout=max(_KEPT_SECONDS, 2 * seconds))
    return body, mark


def json_answer(data: Mapping[str, Any]) -> Answer:
    """Return the JSON of ``data`` and a mark of everything in it but ``as_of``: the same numbers are the same answer."""
    told = {name: value for name, value in data.items() if name != "as_of"}
    mark = hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return body, f'"{mark[:32]}"'
