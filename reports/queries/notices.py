"""The privacy notice 隐私说明 in force: its words are a file of the version, its figures are settings."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

_FOLDER = Path(__file__).resolve().parent.parent / "data" / "privacy"
_FIGURES = {
    "office": "PRIVACY_OFFICE",
    "phone": "PRIVACY_PHONE",
    "address": "PRIVACY_ADDRESS",
    "photo_days": "PHOTO_ORIGINAL_DAYS",
    "contact_days": "CONTACT_PHONE_DAYS",
    "idle_days": "IDLE_RESIDENT_DAYS",
    "guardian_days": "GUARDIAN_DAYS",
    "access_days": "ACCESS_LOG_DAYS",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as it is shown: ``body`` is JSON, ``text_hash`` the SHA-256 of its words.

    ``asked_since`` is the last version with a change that residents must be asked about again.
    """

    version: str
    asked_since: str
    text_hash: str
    body: dict[str, Any]

    @property
    def titles(self) -> dict[str, str]:
        """What each consent is called, in the order of the page."""
        return {row["kind"]: row["title"] for row in self.body["consents"]}


def current_notice() -> Notice:
    """Return the notice in force, with the figures of the present settings."""
    return _notice(tuple(str(getattr(settings, name)) for name in _FIGURES.values()))


@lru_cache(maxsize=8)
def _notice(figures: tuple[str, ...]) -> Notice:
    files = [json.loads(path.read_text("utf-8")) for path in sorted(_FOLDER.glob("*.json"))]
    raw = files[-1]
    values = dict(zip(_FIGURES, figures, strict=True))
    body = {
        name: _filled(raw[name], values)
        for name in ("version", "effective_on", "title", "summary", "sections", "consents")
    }
    body["contact"] = {name: values[name] for name in ("office", "phone", "address")}
    words = json.dumps(body, ensure_ascii=False, sort_keys=True)
    body["text_hash"] = hashlib.sha256(words.encode()).hexdigest()
    asked = [file["version"] for file in files if file["material"]]
    return Notice(raw["version"], asked[-1], body["text_hash"], body)


def _filled(part: Any, values: dict[str, str]) -> Any:
    """Put the figures into every text of a part."""
    if isinstance(part, str):
        return part.format_map(values)
    if isinstance(part, list):
        return [_filled(item, values) for item in part]
    return {name: _filled(item, values) for name, item in part.items()}
