"""Today, polled by many screens: a few indexed queries, once in some seconds for all of them."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.enums import TicketAction as Act
from dispatch.queries.cockpit import EventRow, Where, day_events, overdue_counts, unheard_alarms
from dispatch.summary.cockpit.answers import json_answer, kept_answer, kept_key
from dispatch.summary.cockpit.filters import Params, Places, read_places
from dispatch.summary.cockpit.links import list_link, only
from dispatch.summary.cockpit.names import Names, load_names
from dispatch.summary.cockpit.overdue import overdue_link, where_of
from dispatch.summary.cockpit.shapes import Live, LiveEvent, Shown
from dispatch.summary.cockpit.showing import figure_of, plain_count
from dispatch.summary.cockpit.sights import Sight
from dispatch.summary.cockpit.timeline import WEEKDAYS
from dispatch.summary.metrics import OPENED
from dispatch.summary.periods import PeriodKind, period_of
from dispatch.summary.ratios import IN_HAND
from dispatch.summary.reading import read_total
from dispatch.summary.scopes import Scope
from reports.enums import Urgency

MOST_EVENTS = 12
_TODAY = {
    OPENED: gettext_lazy("今日受理"),
    "dispatched": gettext_lazy("今日派单"),
    "closed": gettext_lazy("今日办结"),
    IN_HAND: gettext_lazy("在办"),
}
_WORDS = {
    Act.OPEN: gettext_lazy("已受理"),
    Act.DISPATCH: gettext_lazy("已派单"),
    Act.ACCEPT: gettext_lazy("已签收"),
    Act.FINISH: gettext_lazy("已办理"),
    Act.VERIFY: gettext_lazy("核查通过"),
    Act.RATE: gettext_lazy("居民已评价"),
    Act.CLOSE_UNRATED: gettext_lazy("已办结"),
    Act.REOPEN: gettext_lazy("重新办理"),
    Act.ESCALATE: gettext_lazy("已上报区级"),
}


def live_answer(params: Params, sight: Sight, *, now: datetime) -> tuple[str, str]:
    """Return the body and its mark; raises ``invalid_input`` for places that are none."""

    def build() -> tuple[str, str]:
        names = load_names()
        return json_answer(build_live(read_places(params, names, sight), names, sight, now=now))

    today = timezone.localdate(now).isoformat()
    return kept_answer(kept_key("live", params, sight, today), build, now=now)


def build_live(places: Places, names: Names, sight: Sight, *, now: datetime) -> Live:
    """Count today (five queries)."""
    today = timezone.localdate(now)
    scope = places.scope(period_of(PeriodKind.DAY, today), sight, names)
    where = where_of(scope)
    since = timezone.make_aware(datetime.combine(today, time.min)) - timedelta(hours=12)
    return {
        "as_of": timezone.localtime(now).isoformat(timespec="seconds"),
        "day": today.isoformat(),
        "day_words": _("%(month)d 月 %(day)d 日 %(weekday)s")
        % {"month": today.month, "day": today.day, "weekday": WEEKDAYS[today.weekday()]},
        "figures": _figures(scope, where, sight, now=now),
        "events": [_event(row) for row in day_events(where, since=since, limit=MOST_EVENTS)],
    }


def _figures(scope: Scope, where: Where, sight: Sight, *, now: datetime) -> list[Shown]:
    total = read_total(scope)
    figures = [_named(figure_of(code, total, scope, sight), name) for code, name in _TODAY.items()]
    overdue = sum(row.number for row in overdue_counts(where, now=now))
    figures.append(
        plain_count(
            "overdue",
            _("超期"),
            overdue,
            overdue_link(where, sight),
            _("现在已过当前期限、还没有办完的工单，含子工单；暂停计时的不算。"),
        )
    )
    figures.append(
        plain_count(
            "alarms",
            _("特急未知悉"),
            unheard_alarms(where),
            _alarm_link(where, sight),
            _("特急警报响铃后，指挥室还没有点“我已知悉”的。"),
        )
    )
    figures.append(_named(figure_of("rated", total, scope, sight), _("今日评价")))
    return figures


def _named(figure: Shown, name: str | Promise) -> Shown:
    figure["name"] = str(name)
    return figure


def _alarm_link(where: Where, sight: Sight) -> str | None:
    if sight.kiosk:
        return None
    if sight.alarms:
        return reverse("admin:dispatch_alarm_changelist")
    return list_link(
        sight,
        queue="all",
        urgency__exact=str(Urgency.P0),
        grid__id__exact=only(where.grids),
    )


def _event(row: EventRow) -> LiveEvent:
    local = timezone.localtime(row.at)
    words = str(_WORDS[Act(row.action)])
    said: dict[str, str] = {
        "time": f"{local:%H:%M}",
        "village": row.village or "",
        "category": row.category or _("待分类事项"),
        "action_words": words,
        "department": row.department or "",
    }
    return {
        "id": row.pk,
        "at": local.isoformat(timespec="seconds"),
        "time": said["time"],
        "village": said["village"],
        "category": said["category"],
        "action": row.action,
        "action_words": words,
        "department": said["department"],
        "text": " ".join(filter(None, said.values())),
    }
