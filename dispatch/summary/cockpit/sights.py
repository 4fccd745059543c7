"""Who looks at the cockpit, and how much of it that is: a person by their seats, or a screen by its link."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from dispatch.domain.actors import Actor
from dispatch.enums import COMMAND_ROLES, Role
from dispatch.models import KioskLink
from dispatch.queries.access import Viewer
from dispatch.summary.access import readable_departments
from xiangcun.lib.errors import NotAllowedError

_READS_WORDS = COMMAND_ROLES | {Role.HEAD, Role.LEADERSHIP}


@dataclass(frozen=True, slots=True)
class Sight:
    """``departments`` and ``grids`` bound every figure (``None``: all).

    ``cases``: shows titles and comments and leads to tickets; an administrator sees figures only.
    A ``kiosk`` shows neither these nor any link. ``key`` stands for everything of it that changes an answer.
    """

    words: str
    key: str
    departments: frozenset[int] | None = None
    grids: frozenset[int] | None = None
    viewer: Viewer | None = None
    cases: bool = False
    alarms: bool = False
    kiosk: bool = False

    @property
    def is_all(self) -> bool:
        """Whether nothing bounds it."""
        return self.departments is None and self.grids is None


def sight_of(actor: Actor) -> Sight:
    """Return what a member of staff sees; raises ``not_allowed`` for who has no cockpit."""
    departments = readable_departments(actor)
    if departments is not None and not departments:
        raise NotAllowedError(
            "not_allowed", _("驾驶舱供指挥室、街道领导、管理员、审计员和部门负责人查看")
        )
    names = dict.fromkeys(
        seat.department_name
        for seat in actor.seats
        if departments is not None and seat.department_id in departments
    )
    cases = bool(actor.roles & _READS_WORDS)
    bound = "*" if departments is None else "-".join(map(str, sorted(departments)))
    # A person's own links differ by their roles; whoever is complained of sees other rows.
    own = f"u{actor.user_id}" if actor.is_recused else ""
    roles = ".".join(sorted(actor.roles))
    return Sight(
        words="、".join(names) or _("全街道"),
        key=f"staff:{bound}:{roles}:{own}",
        departments=departments,
        viewer=actor,
        cases=cases,
        alarms=bool(actor.roles & COMMAND_ROLES),
    )


def sight_of_link(link: KioskLink) -> Sight:
    """Return what a wall sees."""
    names = [str(part.name) for part in (link.department, link.grid) if part is not None]
    return Sight(
        words=" · ".join(names) or _("全街道"),
        key=f"kiosk:{link.department_id or '*'}:{link.grid_id or '*'}",
        departments=frozenset({link.department_id}) if link.department_id else None,
        grids=frozenset({link.grid_id}) if link.grid_id else None,
        kiosk=True,
    )
