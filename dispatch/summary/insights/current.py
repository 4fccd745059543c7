"""Reading what was found: living findings, strongest first, for those who may know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from dispatch.domain.actors import Actor
from dispatch.enums import COMMAND_ROLES, Certainty, InsightKind, Role
from dispatch.models import Insight
from dispatch.summary.insights.evidence import url_of

_WHOLE_OFFICE = frozenset({Role.ADMINISTRATOR, Role.LEADERSHIP})
_NOT_CONFIDENTIAL = Q(category__isnull=True) | Q(category__confidential=False)


@dataclass(frozen=True, slots=True)
class Link:
    """One piece of evidence: what it shows, and where."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class InsightView:
    """A finding as it is shown; plain data all through.

    ``scope`` and ``figures`` are JSON as ``Insight`` has them; ``strength`` is 0–1.
    """

    pk: int
    kind: str
    kind_label: str
    text: str
    advice: str
    strength: float
    certainty: str
    certainty_label: str
    since: datetime
    last_seen: datetime
    scope: dict[str, Any]
    figures: dict[str, Any]
    category_id: int | None
    department_id: int | None
    links: tuple[Link, ...] = ()

    @property
    def evidence_url(self) -> str:
        """Where the figure of the sentence is taken apart, "" when nowhere."""
        return self.links[0].url if self.links else ""

    def as_data(self, *, links: bool = True) -> dict[str, Any]:
        """Return it as JSON takes it; without ``links`` for who may follow none."""
        shown = [{"label": link.label, "url": link.url} for link in self.links] if links else []
        return {
            "id": self.pk,
            "kind": self.kind,
            "kind_label": self.kind_label,
            "text": self.text,
            "advice": self.advice,
            "strength": self.strength,
            "certainty": self.certainty,
            "certainty_label": self.certainty_label,
            "since": timezone.localtime(self.since).isoformat(),
            "last_seen": timezone.localtime(self.last_seen).isoformat(),
            "scope": self.scope,
            "figures": self.figures,
            "links": shown,
        }


def current(
    limit: int = 10,
    viewer: Actor | None = None,
    *,
    kinds: Iterable[str] | None = None,
    department_ids: frozenset[int] | None = None,
) -> list[InsightView]:
    """Return the living, not dismissed findings that ``viewer`` may read, strongest first; one query.

    Without a viewer: the office at large, nothing confidential. ``department_ids`` narrows to what is
    these departments' alone.
    """
    rows = living(viewer).filter(dismissed_at__isnull=True)
    if kinds is not None:
        rows = rows.filter(kind__in=list(kinds))
    if department_ids is not None:
        rows = rows.filter(department_id__in=department_ids)
    return [view_of(row) for row in rows.order_by("-strength", "id")[:limit]]


def living(viewer: Actor | None) -> QuerySet[Insight]:
    """Return what ``viewer`` may read of the findings that have not ended, dismissed ones included."""
    rows = Insight.objects.filter(ended_at__isnull=True)
    if viewer is None:
        return rows.filter(_NOT_CONFIDENTIAL)
    roles = viewer.roles
    if roles & COMMAND_ROLES:
        return rows
    if roles & _WHOLE_OFFICE:
        return rows.filter(_NOT_CONFIDENTIAL)
    return rows.filter(_NOT_CONFIDENTIAL, department_id__in=headed_by(viewer))


def headed_by(viewer: Actor) -> frozenset[int]:
    """Return the departments that ``viewer`` is the head of."""
    return frozenset(seat.department_id for seat in viewer.seats if seat.role == Role.HEAD)


def sees_office(viewer: Actor) -> bool:
    """Whether ``viewer`` reads what is found anywhere in the township."""
    return bool(viewer.roles & (COMMAND_ROLES | _WHOLE_OFFICE))


def may_read(viewer: Actor) -> bool:
    """Whether there is anything for ``viewer`` on the page."""
    return sees_office(viewer) or bool(headed_by(viewer))


def view_of(row: Insight) -> InsightView:
    """Return the row as it is shown."""
    return InsightView(
        pk=row.pk,
        kind=row.kind,
        kind_label=str(InsightKind(row.kind).label),
        text=row.text,
        advice=row.advice,
        strength=row.strength,
        certainty=row.certainty,
        certainty_label=str(Certainty(row.certainty).label),
        since=row.first_seen,
        last_seen=row.last_seen,
        scope=row.scope,
        figures=row.figures,
        category_id=row.category_id,
        department_id=row.department_id,
        links=tuple(Link(item["label"], url_of(item)) for item in row.evidence),
    )
