"""Who a token belongs to: read in every request of a resident, so in one prepared statement."""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS

from reports.models import Resident, ResidentToken
from xiangcun.lib.rows import RowQuery

_TOKEN = ("digest", "expiry", "user_id")
_COLUMNS = Resident._meta.concrete_fields  # noqa: SLF001 - the documented model _meta API
_RESIDENT = tuple(column.attname for column in _COLUMNS)
_BY_DIGEST = RowQuery(
    lambda: ResidentToken.objects.filter(pk="").values_list(
        *_TOKEN, *(f"user__{name}" for name in _RESIDENT)
    )
)


def find_token(digest: str) -> ResidentToken | None:
    """Return the token of this digest with its resident, expired or not; ``None`` for no such token.

    Never kept in the process: a log-out counts from the next request on.
    """
    row = _BY_DIGEST.first(digest)
    if row is None:
        return None
    token: ResidentToken = ResidentToken.from_db(DEFAULT_DB_ALIAS, _TOKEN, row[: len(_TOKEN)])
    token.user = Resident.from_db(DEFAULT_DB_ALIAS, _RESIDENT, row[len(_TOKEN) :])
    return token
