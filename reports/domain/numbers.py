"""Report numbers: readable over the phone, impossible to enumerate."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from zoneinfo import ZoneInfo

# Crockford's base 32: no I, L, O, U, so nothing is misread and no word appears by chance.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_LENGTH = 6
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
_NUMBER = re.compile(r"[0-9A-Z-]{1,20}", re.ASCII)
_TOWNSHIP_ZONE = ZoneInfo("Asia/Shanghai")


def new_number(*, now: datetime) -> str:
    """Return a fresh number such as ``XC261124-7K3M9Q``: the local date and 30 random bits.

    Unguessable, not unique by itself: the caller retries when the unique constraint refuses it.
    """
    tail = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return f"XC{now.astimezone(_TOWNSHIP_ZONE):%y%m%d}-{tail}"


def normalize_number(text: str) -> str:
    """Return the number a person meant who typed lower case or a letter for a digit.

    Returns "" for what cannot be a number at all; a NUL would not even reach PostgreSQL.
    """
    head, dash, tail = text.strip().upper().partition("-")
    number = head + dash + tail.translate(_MISREAD)
    return number if _NUMBER.fullmatch(number) else ""
