"""``/open-data/``: the months that are published, for everybody, while they are published."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dispatch.models import OpenRelease
from dispatch.summary.open_data.content import FILES
from dispatch.summary.open_data.publishing import published

SHOWN = 120
_ASK_EACH_TIME = "public, no-cache"
"""Kept by browsers and proxies and asked about each time: a withdrawal counts at once."""


@require_safe
def open_data_page(request: HttpRequest) -> HttpResponse:
    """List the months and their files."""
    months = [_month(row) for row in published().defer("content")[:SHOWN]]
    page = render(request, "open_data/list.html", {"months": months})
    return _cacheable(request, page)


@require_safe
def open_data_file(request: HttpRequest, month: str, name: str) -> HttpResponse:
    """Hand out one file of a published month."""
    day = _first_day(month) if name in FILES else None
    release = published().filter(month=day).first() if day else None
    if release is None:
        return HttpResponse(
            _("没有这个文件，或已撤下"),
            status=404,
            content_type="text/plain; charset=utf-8",
            headers={"Cache-Control": "no-store"},
        )
    _title, media_type, make = FILES[name]
    answer = HttpResponse(make(release), content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{month}-{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Access-Control-Allow-Origin"] = "*"
    return _cacheable(request, answer)


def _cacheable(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    etag = f'"{hashlib.sha256(answer.content).hexdigest()[:32]}"'
    given = request.headers.get("If-None-Match", "")
    if etag in {part.strip().removeprefix("W/") for part in given.split(",")}:
        answer = HttpResponseNotModified()
    answer["ETag"] = etag
    answer["Cache-Control"] = _ASK_EACH_TIME
    return answer


def _first_day(month: str) -> date | None:
    """Return the first day of ``2026-10``; ``None`` for anything else."""
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        return None


def _month(release: OpenRelease) -> dict[str, Any]:
    month = f"{release.month:%Y-%m}"
    return {
        "name": f"{release.month.year} 年 {release.month.month} 月",
        "version": release.version,
        "k": release.k,
        "licence": release.licence,
        "published_at": release.published_at,
        "files": [
            (title, name, reverse("open-data-file", args=(month, name)))
            for name, (title, _type, _make) in FILES.items()
        ],
    }
