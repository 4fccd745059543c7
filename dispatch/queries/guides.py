"""Guides and bulletins as staff see them: by tab, with what residents said and what nobody has looked at."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reports.enums import Offer
from reports.models import Bulletin, Guide
from xiangcun.lib.finding import terms_of

STALE_AFTER = timedelta(days=180)
"""After so long without anybody saying that it is still so, a guide is 待核实."""
_OPEN_FAULT = Q(faults__isnull=False, faults__settled_at=None)


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of a list."""

    code: str
    label: Promise
    alarm: bool = False


GUIDE_TABS = (
    Tab("all", _("全部")),
    Tab("published", _("已发布")),
    Tab("draft", _("草稿")),
    Tab("withdrawn", _("已下架")),
    Tab("faulty", _("有人说有误"), alarm=True),
    Tab("stale", _("待核实"), alarm=True),
)
BULLETIN_TABS = (
    Tab("shown", _("正在公布")),
    Tab("coming", _("待公布")),
    Tab("draft", _("草稿")),
    Tab("over", _("已到期")),
    Tab("withdrawn", _("已撤下")),
)


def kept_guides(departments: Collection[str] | None) -> QuerySet[Guide]:
    """Return the guides of these departments (codes), ``None``: all of them."""
    rows = Guide.objects.all()
    return rows if departments is None else rows.filter(department_code__in=departments)


def stale(now: datetime) -> Q:
    """Return what is shown and was confirmed too long ago."""
    return Q(state=Offer.PUBLISHED, confirmed_at__lt=now - STALE_AFTER)


def guide_tab(
    departments: Collection[str] | None, tab: str, words: str, *, now: datetime
) -> QuerySet[Guide]:
    """Return one tab with the number of complaints (``told``), in the residents' order."""
    rows = kept_guides(departments).filter(_guide_tabs(now)[tab])
    for term in terms_of(words):
        rows = rows.filter(search__contains=term)
    told = Sum("faults__count", filter=Q(faults__settled_at=None), default=0)
    order = ("-told", "order", "pk") if tab == "faulty" else ("order", "pk")
    return rows.distinct().annotate(told=told).defer("body").order_by(*order)


def guide_tab_counts(departments: Collection[str] | None, *, now: datetime) -> dict[str, int]:
    """Count all tabs in one query."""
    counts = {
        code: Count("pk", filter=condition, distinct=True)
        for code, condition in _guide_tabs(now).items()
    }
    return dict(kept_guides(departments).aggregate(**counts))


def _guide_tabs(now: datetime) -> dict[str, Q]:
    return {
        "all": Q(),
        "published": Q(state=Offer.PUBLISHED),
        "draft": Q(state=Offer.DRAFT),
        "withdrawn": Q(state=Offer.WITHDRAWN),
        "faulty": _OPEN_FAULT,
        "stale": stale(now),
    }


def bulletin_tab(tab: str, *, now: datetime) -> QuerySet[Bulletin]:
    """Return one tab, the newest first."""
    rows = Bulletin.objects.filter(_bulletin_tabs(now)[tab]).prefetch_related("grids")
    return rows.order_by("-urgent", "-pinned", "-publish_at", "-pk")


def bulletin_tab_counts(*, now: datetime) -> dict[str, int]:
    """Count all tabs in one query."""
    tabs = _bulletin_tabs(now).items()
    return dict(Bulletin.objects.aggregate(**{code: Count("pk", filter=q) for code, q in tabs}))


def _bulletin_tabs(now: datetime) -> dict[str, Q]:
    published, over = Q(state=Offer.PUBLISHED), Q(expire_at__lte=now)
    ahead = Q(publish_at__gt=now)
    # Not ``~over``: an end that is not written is no end.
    lasting = Q(expire_at=None) | Q(expire_at__gt=now)
    return {
        "shown": published & lasting & ~ahead,
        "coming": published & lasting & ahead,
        "draft": Q(state=Offer.DRAFT),
        "over": published & over,
        "withdrawn": Q(state=Offer.WITHDRAWN),
    }
