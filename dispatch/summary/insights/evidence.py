"""From a stored finding to the addresses of what it counted; made when read, never stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NotRequired, TypedDict

from django.urls import reverse
from django.utils.translation import gettext as _

from dispatch.summary.behind import behind_url
from dispatch.summary.ratios import FIGURES
from dispatch.summary.scopes import Scope


class ScopeData(TypedDict):
    """A ``Scope`` as JSON: ISO dates, lists of ids or ``None``."""

    first: str
    last: str
    category_ids: list[int] | None
    department_ids: list[int] | None
    grid_ids: list[int] | None


class Evidence(TypedDict):
    """Either a figure of a scope, or a department's queue of what comes due soon."""

    label: str
    figure: NotRequired[str]
    scope: NotRequired[ScopeData]
    queue: NotRequired[int]


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
        return reverse("insight-queue", args=(evidence["queue"],))
    return behind_url(evidence["figure"], scope_of(evidence["scope"]))


def behind(code: str, scope: Scope, more: str = "") -> dict[str, Any]:
    """Return scope and evidence of a finding that counts ``code`` (and ``more``), as columns."""
    data = scope_data(scope)
    codes = [code, more] if more else [code]
    return {
        "scope": dict(data),
        "evidence": [
            {"label": str(FIGURES[one].name), "figure": one, "scope": data} for one in codes
        ],
    }


def queue_evidence(department: int, until: date) -> dict[str, Any]:
    """Return scope and evidence of a finding about a department's queue, as columns."""
    scope = Scope(first=until, last=until, department_ids=frozenset({department}))
    label = str(_("到期的工单"))
    return {"scope": dict(scope_data(scope)), "evidence": [{"label": label, "queue": department}]}


def _listed(ids: Iterable[int] | None) -> list[int] | None:
    return None if ids is None else sorted(ids)


def _set(ids: Iterable[int] | None) -> frozenset[int] | None:
    return None if ids is None else frozenset(ids)
