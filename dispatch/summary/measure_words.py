"""What the dictionary adds to each plain measure: its unit, its direction, its heading."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from dispatch.summary.kinds import Direction, Group

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

CASES, TIMES, POINTS = _("件"), _("次"), _("分")
_MORE, _LESS = Direction.MORE, Direction.LESS

UNITS: Mapping[str, _StrPromise] = MappingProxyType(
    dict.fromkeys(
        ("opened", "closed", "closed_timed", "closed_on_time", "closed_rated", "withdrawn", "merged",
         "thanked", "reported", "attached", "first_dispatched", "repeated", "auto_judged", "auto_right"),
        CASES,
    )
    | {"score": POINTS}
)  # fmt: skip
"""The unit of a plain measure; one that is not here counts times."""

DIRECTIONS: Mapping[str, Direction] = MappingProxyType(
    dict.fromkeys(
        ("returned", "rework", "extended", "suspended", "reopened", "urged", "supervised", "repeated"),
        _LESS,
    )
    | dict.fromkeys(
        ("closed", "closed_on_time", "finished_on_time", "solved", "satisfied", "closed_rated",
         "dispatched_on_time", "dispatch_signed", "dispatch_signed_on_time", "dispatch_responded",
         "auto_right", "thanked"),
        _MORE,
    )
)  # fmt: skip
"""Whether more of a plain measure is better; one that is not here is neither."""

GROUPS: Mapping[str, Group] = MappingProxyType(
    dict.fromkeys(
        ("dispatched", "first_dispatched", "dispatched_timed", "dispatched_on_time", "signed", "dispatch_signed",
         "dispatch_signed_on_time", "dispatch_responded", "returned", "repeated", "escalated"),
        Group.DISPATCH,
    )
    | dict.fromkeys(
        ("finished", "finished_on_time", "finished_unit", "rework", "verified", "extended", "suspended", "reopened",
         "urged", "supervised", "closed_timed", "closed_on_time"),
        Group.HANDLING,
    )
    | dict.fromkeys(("closed_rated", "rated", "solved", "satisfied", "score"), Group.RESIDENT)
    | dict.fromkeys(("auto_dispatched", "auto_judged", "auto_right"), Group.MACHINE)
)  # fmt: skip
"""Under which heading a plain measure stands; one that is not here is an amount."""
