"""What a row of the rule list says: conditions in words, who works, how it fares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from dispatch.console.rule_fields import category_choices, grid_choices, readable
from dispatch.console.wording import moment_text
from dispatch.enums import DayScope
from dispatch.models import RoutingRule
from dispatch.queries.rule_hits import RuleRecord, faults_since, rule_records
from dispatch.triage.rule_watch import RuleState, rule_states
from reports.enums import Channel, ReportKind, ResidentRole, Urgency

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class RuleCard:
    """One rule, ready to be shown. ``fault`` is empty for a sound rule, ``since`` when it was found.

    ``skipped`` says that triage passes it over for its fault, ``shadowed_by`` names the earlier rule
    that leaves nothing to it.
    """

    conditions: tuple[tuple[str, str], ...]
    departments: str
    record: RuleRecord
    fault: str
    since: str
    skipped: bool = False
    shadowed_by: str = ""


@dataclass(frozen=True, slots=True)
class RuleBoard:
    """Everything the cards are made of, read once for any number of rules."""

    names: dict[str, str]
    records: dict[int, RuleRecord]
    states: dict[int, RuleState]
    since: dict[int, datetime]

    def card(self, rule: RoutingRule) -> RuleCard:
        """Return the card of a rule whose departments are loaded."""
        assisting = "、".join(row.short_name for row in rule.assisting.all())
        found, state = self.since.get(rule.pk), self.states.get(rule.pk)
        return RuleCard(
            conditions=tuple(self._conditions(rule)),
            departments=f"{rule.lead.short_name}" + (f"（协办 {assisting}）" if assisting else ""),
            record=self.records.get(rule.pk, RuleRecord()),
            fault=state.message if state else "",
            since=moment_text(found) or _("刚刚"),
            skipped=state is not None and state.skipped,
            shadowed_by=state.shadowed_by if state else "",
        )

    def _conditions(self, rule: RoutingRule) -> list[tuple[str, str]]:
        lists = (
            (_("分类"), rule.categories),
            (_("网格"), rule.grids),
            (_("紧急程度"), rule.urgencies),
            (_("渠道"), rule.channels),
            (_("身份"), rule.roles),
            (_("类型"), rule.kinds),
            (_("含"), rule.words),
            (_("同时含"), rule.words_all),
            (_("不含"), rule.words_none),
        )
        found = [(label, self._short(values)) for label, values in lists if readable(values)]
        if rule.hour_from or rule.hour_to:
            found.append((_("时间"), _hours(rule)))
        if rule.day_scope != DayScope.ANY:
            found.append((_("日期"), str(rule.get_day_scope_display())))
        return found

    def _short(self, values: object) -> str:
        words = [self.names.get(word, word) for word in readable(values)]
        more = _(" 等 %d 项") % len(words) if len(words) > _SHOWN else ""
        return "、".join(words[:_SHOWN]) + more


def _hours(rule: RoutingRule) -> str:
    start, end = rule.hour_from, rule.hour_to
    if start is None or end is None:
        return _("不完整")
    return f"{start:%H:%M}–{end:%H:%M}" + (_("（跨夜）") if start > end else "")


def read_board(*, now: datetime) -> RuleBoard:
    """Read names, hits and faults (a constant number of queries)."""
    names = {
        code: label.split(" ", 1)[-1]
        for _name, rows in [*category_choices(), *grid_choices()]
        for code, label in rows
    }
    for kind in (Channel, ResidentRole, ReportKind):
        names |= {row.value: str(row.label) for row in kind}
    names |= {row.value: f"{row.value} {row.label}" for row in Urgency}
    return RuleBoard(names, rule_records(now=now), rule_states(), faults_since())
