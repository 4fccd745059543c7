"""Seals of append-only rows: HMAC-SHA-256 under ``settings.LEDGER_KEY``.

Whoever can write to the database but does not hold the key cannot make one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime

from django.conf import settings


def seal_text(text: str) -> str:
    """Return the hex HMAC of ``text``."""
    return hmac.new(settings.LEDGER_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def seal_columns(row: object, names: Iterable[str]) -> str:
    """Return the hex HMAC of the named attributes of ``row``, the same before and after storing."""
    body = {name: _plain(getattr(row, name)) for name in names}
    return seal_text(json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, int | str):
        return value
    return json.loads(json.dumps(value))
