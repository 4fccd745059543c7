"""The rules under watch: their hits counted, their faults noted with the time they were found."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from dispatch.domain.rule_hits import fold_rule_hits, store_rule_faults
from dispatch.triage.reference import read_drafts
from dispatch.triage.rule_checks import find_faults, read_known

logger = logging.getLogger(__name__)


def watch_rules(*, now: datetime) -> None:
    """Fold the hits and note the faults; doing it again changes nothing."""
    counted = fold_rule_hits()
    messages = {pk: fault.message for pk, fault in current_faults().items()}
    changed = store_rule_faults(messages, now=now)
    if counted or changed:
        logger.info("rules_watched", extra={"runs": counted, "faults_changed": changed})


@dataclass(frozen=True, slots=True)
class RuleState:
    """What is wrong with a rule (Chinese), and whether triage skips it for that."""

    message: str
    skipped: bool


def current_faults() -> dict[int, RuleState]:
    """Return rule id → what is wrong, for the active rules that have a fault (five queries)."""
    known = read_known()
    found = {draft.id: find_faults(draft, known) for draft in read_drafts()}
    return {
        pk: RuleState(
            "；".join(dict.fromkeys(fault.message for fault in faults)),
            skipped=any(fault.fatal for fault in faults),
        )
        for pk, faults in found.items()
        if faults
    }
