"""The ticket as the one door takes it: locked, with category and lead department.

Every step of every ticket begins with it. Composing that wide statement anew cost as much as the rest
of the step, so it is composed once; what it depends on are two rows by key.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, models

from dispatch.models import Department, Ticket
from reports.models import Category
from xiangcun.lib.rows import RowQuery

M = TypeVar("M", bound=models.Model)


def _columns(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]  # noqa: SLF001 - the documented meta API


def _by_key(model: type[M], rows: Callable[[], models.QuerySet[M]]) -> Callable[[int], M | None]:
    names = _columns(model)
    query = RowQuery(lambda: rows().filter(pk=0).values_list(*names))

    def read(key: int) -> M | None:
        values: list[Any] | None = query.first(key)
        return model.from_db(DEFAULT_DB_ALIAS, names, values) if values else None

    return read


_ticket = _by_key(Ticket, Ticket.objects.select_for_update)
_category = _by_key(Category, Category.objects.all)
_department = _by_key(Department, Department.objects.all)


def locked_ticket(ticket_id: int) -> Ticket | None:
    """Return the ticket, its row locked until the end of the transaction; ``None`` without one.

    ``category`` and ``lead_department`` are read along. Three statements at most.
    """
    ticket = _ticket(ticket_id)
    if ticket is None:
        return None
    if ticket.category_id is not None:
        ticket.category = _category(ticket.category_id)
    if ticket.lead_department_id is not None:
        ticket.lead_department = _department(ticket.lead_department_id)
    return ticket
