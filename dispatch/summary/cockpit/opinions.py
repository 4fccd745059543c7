"""How those who answered felt; whoever did not answer is a part of their own."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.queries.cockpit import CommentRow, Where, recent_comments
from dispatch.summary.cockpit.links import figure_link, ticket_link
from dispatch.summary.cockpit.names import Names
from dispatch.summary.cockpit.shapes import Comment, Part, Satisfaction
from dispatch.summary.cockpit.showing import figure_of, known
from dispatch.summary.cockpit.sights import Sight
from dispatch.summary.ratios import Sums
from dispatch.summary.scopes import Scope
from xiangcun.lib.text import mask_contacts

RATES = ("satisfied_rate", "rating_rate", "solved_rate", "mean_score")
MOST_COMMENTS = 8
_LONGEST = 120


def build_satisfaction(
    total: Sums, where: Where, names: Names, scope: Scope, sight: Sight
) -> Satisfaction:
    """Return the parts of the ratings; comments for who may read tickets (one query)."""
    rated, satisfied = total.counts["rated"], total.counts["satisfied"]
    closed, answered = total.counts["closed"], total.counts["closed_rated"]
    rows: list[CommentRow] = []
    if sight.cases and sight.viewer is not None:
        first, end = _midnight(scope.first), _midnight(scope.last + timedelta(days=1))
        rows = recent_comments(where, sight.viewer, first=first, end=end, limit=MOST_COMMENTS)
    return {
        "parts": [
            _part(
                "satisfied",
                _("满意（4–5 分）"),
                satisfied,
                rated,
                figure_link("satisfied", scope, sight),
            ),
            _part("unsatisfied", _("不满意（1–3 分）"), rated - satisfied, rated, None),
        ],
        "unrated": _part("unrated", _("办结未评价"), closed - answered, closed, None),
        "figures": [figure_of(code, total, scope, sight) for code in known(RATES)],
        "comments": [_comment(row, names, sight) for row in rows],
    }


def _part(code: str, name: str, value: int, whole: int, behind: str | None) -> Part:
    share = value / whole if whole else 0.0
    return {"code": code, "name": name, "value": value, "share": share, "behind": behind}


def _comment(row: CommentRow, names: Names, sight: Sight) -> Comment:
    text = mask_contacts(" ".join(row.comment.split()))
    return {
        "at": timezone.localtime(row.at).isoformat(),
        "score": row.score,
        "solved": row.solved,
        "text": text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…",
        "category": names.category(row.category_id) or _("未分类"),
        "department": names.department(row.department_id),
        "behind": ticket_link(sight, row.ticket_id),
    }


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())
