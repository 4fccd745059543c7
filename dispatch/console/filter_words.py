"""The ticket list's parameters as people read them: "处置中 · 环卫所 · 超期"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from dispatch.enums import TicketStatus
from dispatch.models import Department
from dispatch.queries.ticket_filters import BOX, NEAR, ONLY, QUEUE, WATCHED, WORDS
from dispatch.queries.tickets import QUEUE_BY_CODE
from reports.enums import Urgency
from reports.models import Category, Grid
from xiangcun.lib.text import is_key

_TOP, _UNIT, _GRID = "top", "lead_department__id__exact", "grid__id__exact"
_NAMED: Mapping[str, type[Model]] = {_TOP: Category, _UNIT: Department, _GRID: Grid}
_FROM, _TO = "opened_at_from", "opened_at_to"


class FilterWords:
    """Words for many filters at once: their names are read in three queries, however many they are."""

    def __init__(self, filters: Iterable[Mapping[str, Any]]) -> None:
        wanted: dict[str, set[int]] = {name: set() for name in _NAMED}
        for params in filters:
            for name, ids in wanted.items():
                if is_key(value := str(params.get(name, ""))):
                    ids.add(int(value))
        self._names: dict[str, dict[int, str]] = {
            name: dict(_NAMED[name]._default_manager.filter(pk__in=ids).values_list("pk", "name"))  # noqa: SLF001 - the documented meta API
            for name, ids in wanted.items()
            if ids
        }

    def of(self, params: Mapping[str, Any]) -> str:
        """Return one filter in words; "全部工单" for none."""
        words = [word for word in self._words({k: str(v) for k, v in params.items()}) if word]
        return " · ".join(words) or _("全部工单")

    def _words(self, params: Mapping[str, str]) -> Iterable[str]:
        queue = QUEUE_BY_CODE.get(params.get(QUEUE, ""))
        if queue is not None and queue.statuses:
            yield str(queue.label)
        if params.get(ONLY) in WATCHED:
            yield WATCHED[params[ONLY]][0]
        status = params.get("status__exact", "")
        yield str(TicketStatus(status).label) if status in TicketStatus.values else ""
        urgency = params.get("urgency__exact", "")
        yield str(Urgency(urgency).label) if urgency in Urgency.values else ""
        for name in _NAMED:
            yield self._name(name, params.get(name, ""))
        yield {"1": _("自动派单"), "0": _("人工派单")}.get(
            params.get("auto_dispatched__exact", ""), ""
        )
        yield _span(params.get(_FROM, ""), params.get(_TO, ""))
        yield _("地图所选范围") if params.get(BOX) or params.get(NEAR) else ""
        yield _("含“%s”") % params[WORDS] if params.get(WORDS) else ""

    def _name(self, name: str, value: str) -> str:
        if not is_key(value):
            return ""
        return self._names.get(name, {}).get(int(value), _("（已删除的条件）"))


def _span(first: str, last: str) -> str:
    if not first and not last:
        return ""
    return _("%(first)s 至 %(last)s 立案") % {
        "first": first or _("最早"),
        "last": last or _("现在"),
    }
