"""Statements whose text never changes: compiled by the ORM once, not once a request.

Compiling costs more CPU than running a one-row statement, so the few statements of every report go
through here. The SQL is the ORM's own, the driver and the query log are Django's; only the
compiling is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.models.expressions import RawSQL
from django.db.models.sql import InsertQuery


@dataclass(frozen=True, slots=True)
class _Insert:
    sql: str
    fields: tuple[models.Field[Any, Any], ...]


_inserts: dict[tuple[type[models.Model], str, str], _Insert] = {}


def insert_row(instance: models.Model, *, using: str = DEFAULT_DB_ALIAS) -> None:
    """Insert a new instance and set its primary key, as ``save(force_insert=True)`` would.

    For plain models with an automatic key and plain values; no signals are sent. Raises what
    ``save`` raises, ``IntegrityError`` above all.
    """
    connection = connections[using]
    if not connection.features.can_return_columns_from_insert:  # SQLite before 3.35
        instance.save(force_insert=True, using=using)
        return
    insert = _insert_for(type(instance), using)
    with transaction.mark_for_rollback_on_error(using), connection.cursor() as cursor:
        cursor.execute(insert.sql, _values(insert, instance, connection))
        (instance.pk,) = cursor.fetchone()
    _mark_saved(instance, using)


def insert_pair(
    parent: models.Model, child: models.Model, *, link: str, using: str = DEFAULT_DB_ALIAS
) -> None:
    """Insert ``parent`` and the ``child`` whose foreign key ``link`` names it: both or neither.

    PostgreSQL does it in one statement, its own transaction: three round trips less. Inside of a
    transaction, and on SQLite, it is two inserts. Otherwise as :func:`insert_row`.
    """
    connection = connections[using]
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        with transaction.atomic(using):
            insert_row(parent, using=using)
            setattr(child, link, parent)
            insert_row(child, using=using)
        return
    first, second = _insert_for(type(parent), using), _insert_for(type(child), using, link)
    values = [*_values(first, parent, connection), *_values(second, child, connection)]
    with connection.cursor() as cursor:
        cursor.execute(f'WITH "parent" ("id") AS ({first.sql}) {second.sql}', values)
        child.pk, parent.pk = cursor.fetchone()
    setattr(child, link, parent)
    _mark_saved(parent, using)
    _mark_saved(child, using)


def update_row(
    instance: models.Model,
    names: tuple[str, ...],
    *,
    where: Mapping[str, Any],
    using: str = DEFAULT_DB_ALIAS,
) -> bool:
    """Write the fields ``names`` of ``instance`` if its row still has the values ``where``.

    Names are attribute names (``category_id``); ``None`` in ``where`` means IS NULL. False when the
    row has changed or gone, and then nothing is written. No signals, as in ``QuerySet.update``.
    """
    connection, fields = connections[using], _fields_of(type(instance))
    where = {"id": instance.pk, **where}
    guards = tuple((name, value is None) for name, value in where.items())
    given = [(fields[name], getattr(instance, name)) for name in names]
    given += [(fields[name], value) for name, value in where.items() if value is not None]
    values = [field.get_db_prep_save(value, connection=connection) for field, value in given]
    with transaction.mark_for_rollback_on_error(using), connection.cursor() as cursor:
        cursor.execute(_update_sql(type(instance), names, guards, using), values)
        return bool(cursor.rowcount == 1)


@lru_cache(maxsize=64)
def _update_sql(
    model: type[models.Model],
    names: tuple[str, ...],
    guards: tuple[tuple[str, bool], ...],
    using: str,
) -> str:
    """Return the statement: names of our own models and columns, every value a parameter."""
    quote, fields = connections[using].ops.quote_name, _fields_of(model)
    columns = {name: quote(str(field.column)) for name, field in fields.items()}
    changes = ", ".join(f"{columns[name]} = %s" for name in names)
    conditions = " AND ".join(
        f"{columns[name]} {'IS NULL' if is_null else '= %s'}" for name, is_null in guards
    )
    table = quote(model._meta.db_table)  # noqa: SLF001 - the documented model _meta API
    return f"UPDATE {table} SET {changes} WHERE {conditions}"  # noqa: S608 - see above


@lru_cache(maxsize=64)
def _fields_of(model: type[models.Model]) -> dict[str, models.Field[Any, Any]]:
    return {field.attname: field for field in model._meta.concrete_fields}  # noqa: SLF001 - as above


def _values(insert: _Insert, instance: models.Model, connection: Any) -> list[Any]:
    return [
        field.get_db_prep_save(field.pre_save(instance, add=True), connection=connection)
        for field in insert.fields
    ]


def _mark_saved(instance: models.Model, using: str) -> None:
    state = instance._state  # noqa: SLF001 - the documented home of ``adding`` and ``db``
    state.adding, state.db = False, using


def _insert_for(model: type[models.Model], using: str, link: str = "") -> _Insert:
    """Return the statement; two threads may both compile it, to the same text."""
    insert = _inserts.get((model, using, link))
    if insert is None:
        options = model._meta  # noqa: SLF001 - the documented model _meta API
        fields = [field for field in options.concrete_fields if not field.primary_key]
        blank, linked = model(), [field for field in fields if field.name == link]
        for field in linked:
            setattr(blank, field.attname, RawSQL('(SELECT "id" FROM "parent")', ()))
        query = InsertQuery(model)
        query.insert_values(fields, [blank])
        compiler = query.get_compiler(using)
        compiler.returning_fields = [options.pk, *linked]
        given = tuple(field for field in fields if field not in linked)
        insert = _inserts[model, using, link] = _Insert(compiler.as_sql()[0][0], given)
    return insert


def _plain(value: Any, connection: Any) -> Any:
    """Return a parameter as the column holds it: a moment in the database's form, a choice as text."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value.value if isinstance(value, Enum) else value


@dataclass(frozen=True, slots=True)
class _Select:
    sql: str
    converters: tuple[tuple[int, Any, Any], ...]


class RowQuery:
    """A ``values_list`` query compiled once; only its parameters differ between calls.

    ``rows`` returns the query with any parameters of the right types in the right order.
    """

    def __init__(self, rows: Callable[[], models.QuerySet[Any, Any]]) -> None:
        self._rows = rows
        self._selects: dict[str, _Select] = {}

    def first(self, *params: Any, using: str = DEFAULT_DB_ALIAS) -> list[Any] | None:
        """Return the values of the first row, ``None`` when there is none."""
        return next(iter(self.all(*params, using=using)), None)

    def all(self, *params: Any, using: str = DEFAULT_DB_ALIAS) -> list[list[Any]]:
        """Return the values of every row; cut the query itself to have fewer."""
        connection = connections[using]
        select = self._selects.get(using) or self._compile(using)
        with connection.cursor() as cursor:
            cursor.execute(select.sql, [_plain(value, connection) for value in params])
            rows = [list(row) for row in cursor.fetchall()]
        for index, converters, expression in select.converters:
            for row in rows:
                for convert in converters:
                    row[index] = convert(row[index], expression, connection)
        return rows

    def _compile(self, using: str) -> _Select:
        rows = self._rows()
        # A model's own ordering is no wish of the caller's and would cost a sort.
        if not rows.query.order_by:
            rows = rows.order_by()
        compiler = rows.query.get_compiler(using)
        sql, _params = compiler.as_sql()
        found = compiler.get_converters([column for column, _sql, _alias in compiler.select])
        converters = tuple((index, *found[index]) for index in sorted(found))
        select = self._selects[using] = _Select(sql, converters)
        return select
