"""Many capped counts in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet


def capped_counts(sets: Mapping[str, QuerySet[Any]], *, cap: int) -> dict[str, int]:
    """Return key → number of rows, each counted up to ``cap``; one statement for all of them.

    Every part stops reading at ``cap`` rows, so that the cost does not grow with the table as long
    as its conditions are indexed. On PostgreSQL the values stand in the statement: a plan made for any
    value (as kept for prepared statements) finds neither partial indexes nor the rare state.
    """
    parts: list[str] = []
    params: list[Any] = []
    keys: list[str] = []
    using = next((rows.db for rows in sets.values()), "default")
    for key, rows in sets.items():
        limited = rows.order_by().values("pk")[:cap]
        try:
            sql, own = limited.query.sql_with_params()
        except EmptyResultSet:
            continue
        keys.append(key)
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) t{len(parts)})")  # noqa: S608 - the ORM's own SQL
        params += own
    found = dict.fromkeys(sets, 0)
    if parts:
        connection, statement = connections[using], f"SELECT {', '.join(parts)}"
        if connection.vendor == "postgresql":
            compose = connection.ops.compose_sql  # type: ignore[attr-defined]  # PostgreSQL's alone
            statement, params = compose(statement, params), []
        with connection.cursor() as cursor:
            cursor.execute(statement, params or None)
            found |= dict(zip(keys, cursor.fetchone(), strict=True))
    return found
