"""Lookups that the ORM lacks."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, IntegerField, Lookup
from django.db.models.lookups import GreaterThanOrEqual


class AtLeast(GreaterThanOrEqual):
    """``count__at_least=2``: ``>=`` with the number written into the statement.

    SQLite uses a partial index only when it reads the index's own condition in the statement; a
    parameter is not that.
    """

    lookup_name = "at_least"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the comparison; the number is an ``int`` and nothing else."""
        left, params = self.process_lhs(compiler, connection)
        return f"{left} >= {int(self.rhs):d}", tuple(params)


class Filled(Lookup):
    """``card__filled=True``: not empty, written without a parameter for the same reason."""

    lookup_name = "filled"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the comparison with the empty string."""
        left, params = self.process_lhs(compiler, connection)
        return f"{left} > ''" if self.rhs else f"{left} = ''", tuple(params)


IntegerField.register_lookup(AtLeast)
CharField.register_lookup(Filled)
