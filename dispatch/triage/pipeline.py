"""The pipeline: ordered steps over one report, a decision, and its carrying out.

A step that fails loses no report: what is known goes to the command room with the failure as the
reason. Only a database that cannot be reached makes the run fail as a whole; the sweep comes back.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, InterfaceError, OperationalError

from dispatch.domain.alerts import Alert
from dispatch.domain.opening import Assessment
from dispatch.domain.triaging import is_settled, settle_report
from dispatch.models import TriageRun
from dispatch.queries.untriaged import UntriagedReport, untriaged_report
from dispatch.triage.context import Candidate, Decision, Outcome, StepResult, TriageContext
from dispatch.triage.reference import Reference, current_reference
from dispatch.triage.steps import (
    classify,
    confirm_place,
    duplicates,
    locate,
    prioritise,
    route,
    screen,
)
from reports.enums import ReportKind, ResidentRole, Urgency
from reports.models import Report
from reports.queries.township import is_placed

logger = logging.getLogger(__name__)

Step = tuple[str, Callable[[TriageContext, Reference], StepResult]]
STEPS: tuple[Step, ...] = (
    (screen.NAME, screen.run),
    (locate.NAME, locate.run),
    (classify.NAME, classify.run),
    (prioritise.NAME, prioritise.run),
    (duplicates.NAME, duplicates.run),
    (confirm_place.NAME, confirm_place.run),
    (route.NAME, route.run),
)
_REASON_LENGTH = 300
AUTO_DISPATCH_OFF = "自动派单已关闭"


def run_triage(report_id: int, *, now: datetime) -> TriageRun | None:
    """Triage the report once and for all; ``None`` when there was nothing left to do."""
    started = time.perf_counter()
    found = untriaged_report(report_id)
    if found is None:
        return None
    reference = current_reference()
    decision = decide(build_context(found, now=now), reference)
    try:
        return _settle(found.report, decision, reference, started=started)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever went wrong, the command room gets the report
        if isinstance(error, IntegrityError) and is_settled(report_id):
            return None
        failed = _fail(decision.context, decision.results, "settle", error)
        return _settle(found.report, failed, reference, started=started)


def build_context(found: UntriagedReport, *, now: datetime) -> TriageContext:
    """Put together everything about the report that the steps look at."""
    report = found.report
    return TriageContext(
        report_id=report.pk,
        text="\n".join([report.text, *found.supplements]),
        own_words=report.text,
        kind=ReportKind(report.kind),
        lat=report.lat,
        lng=report.lng,
        submitted_at=report.submitted_at,
        now=now,
        # Nothing that triage writes down may tie an anonymous report to another of the same person.
        resident_id=None if report.anonymous else report.resident_id,
        chosen_code=found.chosen_code,
        join_number=report.join_number,
        accuracy_m=report.accuracy_m,
        photo_count=found.photo_count,
        channel=report.channel,
        reporter_role=ResidentRole.RESIDENT if report.anonymous else found.reporter_role,
        address=report.address,
        location_source=report.location_source,
        urgent=report.urgent,
        placed=is_placed(report.location_source, report.accuracy_m),
        restricted=report.sender_restricted,
    )


def decide(context: TriageContext, reference: Reference) -> Decision:
    """Run the steps in order; they read, and write nothing."""
    results: list[StepResult] = []
    for name, step in STEPS:
        try:
            result = step(context, reference)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001 - a broken step must not lose the report
            known = _weigh_anyway(context, results, reference)
            return _fail(known, tuple(results), name, error)
        results.append(result)
        context = result.context
    holds = [result.reason for result in results if not result.ok]
    if not reference.auto_dispatch:
        holds.append(AUTO_DISPATCH_OFF)
    if context.attach_to is not None:
        reason = next(row.reason for row in results if row.step == duplicates.NAME)
        return Decision(Outcome.ATTACHED, reason, context, tuple(results))
    if holds:
        return Decision(Outcome.QUEUED, "；".join(holds), context, tuple(results))
    return Decision(Outcome.DISPATCHED, results[-1].reason, context, tuple(results))


def _weigh_anyway(
    context: TriageContext, results: list[StepResult], reference: Reference
) -> TriageContext:
    """Look for mortal danger although an earlier step broke: the alarm must not depend on it."""
    if any(result.step == prioritise.NAME for result in results):
        return context
    try:
        result = prioritise.run(context, reference)
    except Exception:  # the first error is the one that is told
        logger.exception("triage_urgency_unknown", extra={"report": context.report_id})
        return context
    results.append(result)
    return result.context


def _alert(context: TriageContext) -> Alert | None:
    """Return what rings the command room, ``None`` below P0."""
    if context.urgency != Urgency.P0:
        return None
    return Alert(Urgency.P0, context.urgency_reason, context.hazard, context.report_id)


def _fail(
    context: TriageContext, results: tuple[StepResult, ...], step: str, error: Exception
) -> Decision:
    """Describe the failure by its type: an exception's words may quote the report."""
    name = type(error).__name__
    logger.error(
        "triage_step_failed", extra={"report": context.report_id, "step": step}, exc_info=error
    )
    failed = StepResult(step, context, f"出错：{name}", ok=False)
    reason = f"系统研判出错（{step}：{name}），请人工研判"
    return Decision(Outcome.FAILED, reason, context, (*results, failed), error=f"{step}: {name}")


def _settle(
    report: Report, decision: Decision, reference: Reference, *, started: float
) -> TriageRun | None:
    context, dispatched = decision.context, decision.outcome is Outcome.DISPATCHED
    assessment = Assessment(
        urgency=context.urgency,
        category=context.category,
        grid=context.grid,
        lead=context.lead if dispatched else None,
        assisting=context.assisting if dispatched else (),
        queue_reason="" if dispatched else decision.reason,
        location_flag=context.location_flag,
        note=f"系统研判：{decision.reason}" if dispatched else "",
        alert=_alert(context),
        kind=context.kind if context.is_letter else ReportKind.PROBLEM,
        placed=context.placed,
    )
    run = TriageRun(
        at=context.now,
        decision=decision.outcome,
        reason=decision.reason[:_REASON_LENGTH],
        confidence=context.confidence,
        model_version=reference.classifier.version,
        steps=[result.as_row() for result in decision.results],
        candidates=[_candidate_row(row, reference) for row in context.candidates],
        error=decision.error[:_REASON_LENGTH],
        duration_ms=round((time.perf_counter() - started) * 1000),
    )
    attach_to = context.attach_to if decision.outcome is Outcome.ATTACHED else None
    return settle_report(report, assessment, run, attach_to=attach_to, now=context.now)


def _candidate_row(candidate: Candidate, reference: Reference) -> dict[str, object]:
    duty = reference.duties.get(candidate.code)
    return {
        "category": candidate.code,
        "name": reference.categories[candidate.code].name,
        "confidence": candidate.confidence,
        "department": duty.lead.name if duty else "",
        "words": list(candidate.words),
        "weights": list(candidate.weights),
    }
