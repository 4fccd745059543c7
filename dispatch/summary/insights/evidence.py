"""From a stored finding to the addresses of what it counted; made when read, never stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NotRequired, TypedDict
from urllib.parse import urlencode

from django.urls import reverse

from dispatch.summary.scopes import Scope

BEHIND = "/admin/summary/behind/"


class ScopeData(TypedDict):
    """A ``Scope`` as JSON: ISO dates, lists of ids or ``None``."""

    first: str
    last: str
    category_ids: list[int] | None
    department_ids: list[int] | None
    grid_ids: list[int] | None


class Evidence(TypedDict):
    """Either a figure of a scope, or a department's queue of what comes due until a date."""

    label: str
    figure: NotRequired[str]
    scope: NotRequired[ScopeData]
    queue: NotRequired[int]
    until: NotRequired[str]


def scope_data(scope: Scope) -> ScopeData:
    """Return ``scope`` as it is stored."""
    return {
        "first": scope.first.isoformat(),
        "last": scope.last.isoformat(),
        "category_ids": _listed(scope.category_ids),
        "department_ids": _listed(scope.department_ids),
        "grid_ids": _listed(scope.grid_ids),
    }


def scope_of(data: Mapping[str, Any]) -> Scope:
    """Return the scope of stored data."""
    return Scope(
        first=date.fromisoformat(data["first"]),
        last=date.fromisoformat(data["last"]),
        category_ids=_set(data["category_ids"]),
        department_ids=_set(data["department_ids"]),
        grid_ids=_set(data["grid_ids"]),
    )


def url_of(evidence: Evidence) -> str:
    """Return the address behind a piece of evidence: the list of figures, or the list of tickets."""
    if "queue" in evidence:
        return _queue_url(evidence["queue"], evidence["until"])
    return _behind_url(evidence["figure"], scope_of(evidence["scope"]))


def _behind_url(code: str, scope: Scope) -> str:
    """Return the list of what the figure counts, narrowed as the scope is."""
    query = {"figure": code, "first": scope.first.isoformat(), "last": scope.last.isoformat()}
    places = {
        "category": scope.category_ids,
        "department": scope.department_ids,
        "grid": scope.grid_ids,
    }
    for name, ids in places.items():
        if ids is not None:
            query[name] = ",".join(map(str, sorted(ids)))
    return f"{BEHIND}?{urlencode(query, safe=',')}"


def _queue_url(department: int, until: str) -> str:
    """Return the list of the department's tickets in hand that come due until then."""
    query = {
        "lead_department__id__exact": str(department),
        "due": f"until:{until}",
    }
    return f"{reverse('admin:dispatch_ticket_changelist')}?{urlencode(query, safe=':')}"


def _listed(ids: Iterable[int] | None) -> list[int] | None:
    return None if ids is None else sorted(ids)


def _set(ids: Iterable[int] | None) -> frozenset[int] | None:
    return None if ids is None else frozenset(ids)
