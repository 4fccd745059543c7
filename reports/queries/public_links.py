"""Links to public renditions: ``/media/public/<token>-<size>.jpg``, alive while the release is.

The token is looked up in every request, so withdrawing a photo or a case kills its links at once,
whoever has kept them.
"""

from __future__ import annotations

import re

from django.urls import reverse

from reports.models import PublicPhoto

_NAME = re.compile(r"([0-9a-f]{32})-(\d{2,4})\.jpg", re.ASCII)


def public_photo_path(token: str, size: str) -> str:
    """Return the path of one size of a released photo."""
    return reverse("public-photo", args=(f"{token}-{size}.jpg",))


def public_file_key(name: str) -> str | None:
    """Return the storage key behind a link's last part; ``None`` unless it is public now (one query)."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    token, size = found.groups()
    shown = PublicPhoto.objects.filter(token=token, reports__published_at__isnull=False)
    renditions = shown.values_list("renditions", flat=True).first() or {}
    key = renditions.get(size)
    return key if isinstance(key, str) else None
