"""``/media/public/<token>-<size>.jpg``: released photos, for everybody, while they are released."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
)
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reports.queries.public_links import public_file_key


@require_safe
def public_photo_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """Serve one rendition. Kept by browsers and asked about each time: a withdrawal counts at once."""
    key = public_file_key(name)
    if key is None:
        return _gone()
    etag = f'"{name.removesuffix(".jpg")}"'  # a drawing never changes under its token
    response: HttpResponseBase
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponseNotModified()
    else:
        try:
            file = default_storage.open(key, "rb")
        except FileNotFoundError:
            return _gone()
        response = FileResponse(file, content_type="image/jpeg")
        response["Content-Disposition"] = "inline"
    response["ETag"] = etag
    response["Cache-Control"] = "public, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _gone() -> HttpResponse:
    return HttpResponse(
        _("没有找到这张照片"),
        status=404,
        content_type="text/plain; charset=utf-8",
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
    )
