"""The rules under watch: their hits counted, their faults noted with the time they were found."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from dispatch.domain.rule_hits import fold_rule_hits, store_rule_faults
from dispatch.triage.reference import read_drafts
from dispatch.triage.rule_checks import find_faults, make_rule, read_known
from dispatch.triage.rule_shadows import shadowing
from dispatch.triage.rules import Rule

logger = logging.getLogger(__name__)


def watch_rules(*, now: datetime) -> None:
    """Fold the hits and note the faults; doing it again changes nothing."""
    counted = fold_rule_hits()
    messages = {pk: state.message for pk, state in rule_states().items() if state.message}
    changed = store_rule_faults(messages, now=now)
    if counted or changed:
        logger.info("rules_watched", extra={"runs": counted, "faults_changed": changed})


@dataclass(frozen=True, slots=True)
class RuleState:
    """What is wrong with a rule (Chinese, "" for nothing), and whether triage skips it for that.

    ``shadowed_by`` names the earlier rule that leaves nothing to it, "" for none.
    """

    message: str
    skipped: bool
    shadowed_by: str


def rule_states() -> dict[int, RuleState]:
    """Return rule id → state of every active rule (five queries)."""
    known = read_known()
    states: dict[int, RuleState] = {}
    earlier: list[Rule] = []
    for draft in sorted(read_drafts(), key=lambda draft: (draft.order, draft.id)):
        faults, rule = find_faults(draft, known), make_rule(draft, known)
        other = shadowing(rule, earlier, known) if rule else None
        states[draft.id] = RuleState(
            "；".join(dict.fromkeys(fault.message for fault in faults)),
            skipped=any(fault.fatal for fault in faults),
            shadowed_by=other.name if other else "",
        )
        earlier += [rule] if rule else []
    return states
