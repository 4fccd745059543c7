"""A cursor of our own: a list of plain values, for orders that no single column has.

``KeysetPagination`` follows columns. Where the key is computed (rank, metres), the list of the last
row's key is the cursor; what comes after it is greater. Same shape on the line, same error.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from xiangcun.lib.errors import InvalidInputError

_LONGEST = 400


def encode_cursor(values: Sequence[Any]) -> str:
    """Return the opaque text of some numbers, strings and nulls."""
    return base64.b64encode(json.dumps(values, separators=(",", ":")).encode()).decode()


def decode_cursor(text: str, *shape: type | tuple[type, ...]) -> list[Any] | None:
    """Return the values if they are of ``shape``, ``None`` for no cursor; else 400 ``invalid_cursor``."""
    if not text:
        return None
    if len(text) > _LONGEST:
        raise invalid_cursor()
    try:
        values = json.loads(base64.b64decode(text, validate=True), parse_constant=_refuse)
    except (ValueError, binascii.Error, RecursionError) as error:
        raise invalid_cursor() from error
    fits = isinstance(values, list) and len(values) == len(shape)
    if not fits or not all(map(_is, values, shape)):
        raise invalid_cursor()
    return list(values)


def invalid_cursor() -> InvalidInputError:
    """Return the error for a cursor that is not ours."""
    return InvalidInputError.of_field("cursor", "invalid_cursor", _("翻页标记无效，请刷新"))


def _is(value: Any, wanted: type | tuple[type, ...]) -> bool:
    return not isinstance(value, bool) and isinstance(value, wanted)


def _refuse(_constant: str) -> Any:
    raise ValueError
