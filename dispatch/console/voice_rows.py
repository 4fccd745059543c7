"""Topics, polls and letters as the lists and pages show them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from dispatch.console.wording import STATUS_TONE, due_text, moment_text
from dispatch.enums import TicketStatus
from reports.domain.poll_votes import phase_of
from reports.domain.topics import takes_support
from reports.enums import ReportKind
from reports.models import Poll, Report, Topic
from reports.queries.voices import PollResult, visible_result
from reports.voice_enums import PollPhase, PollState, TopicState
from xiangcun.lib.text import mask_contacts

_TEXT = 160
_TOPIC_TONE = {TopicState.DRAFT: "", TopicState.OPEN: "info", TopicState.ANSWERED: "success"}
_PHASE_TONE = {PollPhase.OPEN: "info", PollPhase.COMING: "warning", PollPhase.WITHDRAWN: "danger"}
_DONE = (TicketStatus.CLOSED, TicketStatus.ARCHIVED, TicketStatus.REJECTED, TicketStatus.WITHDRAWN)


def letter_row(report: Report, *, now: datetime) -> dict[str, Any]:
    """Show a letter with its reply's time and the topics it stands with."""
    ticket = report.ticket_report.ticket
    status = TicketStatus(ticket.status)
    return {
        "pk": report.pk,
        "number": report.number,
        "kind": report.get_kind_display(),
        "text": Truncator(mask_contacts(report.text)).chars(_TEXT),
        "at": moment_text(report.submitted_at),
        "status": {"label": status.label, "tone": STATUS_TONE.get(status, "")},
        "due": "" if status in _DONE else due_text(ticket.due_at, now=now),
        "url": reverse("admin:dispatch_ticket_change", args=(ticket.pk,)),
        "choosable": report.kind == ReportKind.OPINION,
        "topics": [
            {"title": topic.title, "url": reverse("voice-topic", args=(topic.pk,))}
            for topic in report.topics.all()
        ],
    }


def topic_row(topic: Topic) -> dict[str, Any]:
    """Show a topic in the list."""
    return {
        "title": topic.title,
        "url": reverse("voice-topic", args=(topic.pk,)),
        "badge": topic_badge(topic),
        "support": topic.support_count,
        "letters": getattr(topic, "letters", 0),
        "opened": moment_text(topic.opens_at),
        "closes": moment_text(topic.closes_at),
    }


def topic_badge(topic: Topic) -> dict[str, str]:
    """Return the words and the tone of a topic's state."""
    state = TopicState(topic.state)
    if state == TopicState.OPEN and not takes_support(topic, now=timezone.now()):
        return {"label": _("征集结束，待答复"), "tone": "warning"}
    return {"label": str(state.label), "tone": _TOPIC_TONE.get(state, "")}


def poll_row(poll: Poll, *, now: datetime) -> dict[str, Any]:
    """Show a poll in the list."""
    return {
        "question": poll.question,
        "url": reverse("voice-poll", args=(poll.pk,)),
        "badge": poll_badge(poll, now=now),
        "voters": poll.voters,
        "options": len(poll.options.all()),
        "choices": choices_text(poll),
        "opens": moment_text(poll.opens_at),
        "closes": moment_text(poll.closes_at),
        "extended": poll.first_closes_at is not None,
    }


def poll_badge(poll: Poll, *, now: datetime) -> dict[str, str]:
    """Return the words and the tone of what a poll is now."""
    if poll.state == PollState.DRAFT:
        return {"label": str(PollState.DRAFT.label), "tone": ""}
    phase = phase_of(poll, now=now)
    return {"label": str(phase.label), "tone": _PHASE_TONE.get(phase, "success")}


def choices_text(poll: Poll) -> str:
    """Return how many somebody may choose."""
    return _("单选") if poll.max_choices == 1 else _("多选，最多 %d 项") % poll.max_choices


def office_result(poll: Poll, *, now: datetime) -> PollResult | None:
    """Return what staff may see: what any voter is shown at this moment and nothing before."""
    if poll.state == PollState.DRAFT:
        return None
    return visible_result(poll, phase=phase_of(poll, now=now), voted=True)
