"""Where a figure leads to. A wall has no links; who may not open tickets has none to them."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from dispatch.summary.behind import OVER, behind_url
from dispatch.summary.cockpit.sights import Sight
from dispatch.summary.kinds import Kind
from dispatch.summary.ratios import FIGURES
from dispatch.summary.scopes import Scope

PLACEHOLDERS = ("{first}", "{last}")


def figure_link(code: str, scope: Scope, sight: Sight) -> str | None:
    """Return the list behind a figure."""
    return None if sight.kiosk else behind_url(code, scope)


def base_link(code: str, scope: Scope, sight: Sight) -> str | None:
    """Return the list of what a share is a share of, ``None`` for what is no share."""
    if sight.kiosk or FIGURES[code].kind is not Kind.PERCENT:
        return None
    return behind_url(code, scope, OVER)


def days_link(code: str, scope: Scope, sight: Sight) -> str | None:
    """Return the list behind a figure with ``{first}`` and ``{last}`` where the days belong."""
    link = figure_link(code, scope, sight)
    if link is None:
        return None
    for day, name, placeholder in zip(
        (scope.first, scope.last), ("first", "last"), PLACEHOLDERS, strict=True
    ):
        link = link.replace(f"{name}={day.isoformat()}", f"{name}={placeholder}", 1)
    return link


def list_link(sight: Sight, **params: object) -> str | None:
    """Return the console's list of tickets under these filters (``None`` values are left out)."""
    if sight.kiosk or not sight.cases:
        return None
    query = urlencode({name: value for name, value in params.items() if value is not None})
    return f"{reverse('admin:dispatch_ticket_changelist')}?{query}"


def ticket_link(sight: Sight, ticket_id: int) -> str | None:
    """Return the page of a ticket."""
    if sight.kiosk or not sight.cases:
        return None
    return reverse("admin:dispatch_ticket_change", args=(ticket_id,))


def only(ids: frozenset[int] | None) -> int | None:
    """Return the one id of a set, for a list that can be narrowed to one place only."""
    return next(iter(ids)) if ids is not None and len(ids) == 1 else None
