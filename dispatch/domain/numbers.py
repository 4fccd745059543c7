"""What a new ticket is called."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.utils import timezone

from xiangcun.lib.text import mask_contacts

TITLE_LENGTH = 40
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ticket_title(text: str) -> str:
    """Return the first line of a text, contacts masked, at most ``TITLE_LENGTH`` characters."""
    line = mask_contacts(" ".join(text.split()))
    return line if len(line) <= TITLE_LENGTH else f"{line[: TITLE_LENGTH - 1]}…"


def new_ticket_number(now: datetime) -> str:
    """Return ``GD`` + local date + 5 random characters, e.g. ``GD261124-7K3M9``."""
    tail = "".join(secrets.choice(_ALPHABET) for _ in range(5))
    return f"GD{timezone.localtime(now):%y%m%d}-{tail}"
