"""Answers the shells and the manifest. No cookie is set and nothing of a person is in them, so they may be kept."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page, require_safe

from reports.h5.pages import PAGES

BRAND = "#0a6b3d"
GROUND = "#f3f5f2"
# Asked again at every visit, and answered 304 while nothing changed.
_CACHE = "no-cache"


def content_policy() -> str:
    """Return the policy of the phone pages: no inline script, no inline style, nothing of another host but map tiles."""
    images = " ".join(("'self'", "data:", "blob:", *settings.MAP_TILE_ORIGINS))
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src {images}",
            # Tiles too: the service worker fetches them, and that counts as a connection.
            f"connect-src {images}",
            "worker-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def _address(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def page_config(name: str) -> dict[str, Any]:
    """Return what the scripts of a page are told: addresses, map layers, which page it is."""
    page = PAGES[name]
    names = (
        "home",
        "report",
        "mine",
        "inbox",
        "near",
        "me",
        "rights",
        "privacy",
        "guides",
        "bulletins",
        "volunteer",
        "rewards",
        "patrols",
        "patrol",
        "offline",
        "voices",
        "topic",
        "poll",
        "worker",
    )
    return {
        "page": page.name,
        "heading": page.heading,
        "urls": {key: _address(f"h5:{key}") for key in names},
        "cases": f"{reverse('h5:home')}reports/",
        "tiles": [asdict(layer) for layer in settings.MAP_TILES],
    }


@require_safe
@gzip_page
@conditional_page
def shell(request: HttpRequest, name: str, **_path: str) -> HttpResponse:
    """Answer one page's shell; a case's number is the script's to read."""
    page = PAGES[name]
    back = reverse(page.back) if page.back else ""
    response = render(
        request, page.template, {"page": page, "back": back, "config": page_config(name)}
    )
    response.headers["Content-Security-Policy"] = content_policy()
    response.headers["Cache-Control"] = _CACHE
    return response


@require_safe
def manifest(_request: HttpRequest) -> JsonResponse:
    """Answer the web app manifest: it names hashed files, so it is no static file itself."""
    home = reverse("h5:home")
    body = {
        "id": home,
        "name": "乡村小脑 报问题",
        "short_name": "乡村小脑",
        "description": "拍照报问题，看办理进展",
        "lang": "zh-CN",
        "start_url": home,
        "scope": home,
        "display": "standalone",
        "orientation": "portrait",
        "theme_color": BRAND,
        "background_color": GROUND,
        "icons": [
            {"src": static("h5/icons/icon-192.png"), "sizes": "192x192", "type": "image/png"},
            {"src": static("h5/icons/icon-512.png"), "sizes": "512x512", "type": "image/png"},
            {
                "src": static("h5/icons/maskable-512.png"),
                "sizes": "512x512",
                "type": "image/png",
                "purpose": "maskable",
            },
        ],
        "shortcuts": [
            {"name": "报问题", "url": reverse("h5:report")},
            {"name": "我的上报", "url": reverse("h5:mine")},
        ],
    }
    response = JsonResponse(
        body,
        content_type="application/manifest+json",
        json_dumps_params={"ensure_ascii": False},
    )
    response.headers["Cache-Control"] = _CACHE
    return response
