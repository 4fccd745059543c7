"""What messages say, from the templates in ``templates/notifications``.

Short, masked, and about a confidential ticket nothing but its number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from dispatch.enums import NotificationKind
from dispatch.models import Notification, Ticket
from dispatch.models.notifications import TEXT_LENGTH
from xiangcun.lib.channels import Message
from xiangcun.lib.text import mask_contacts

LINES_SHOWN = 15
SUBJECT_LENGTH = 60
_NO_MARKUP = str.maketrans("`*[]()<>#|!@", "｀＊［］（）＜＞＃｜！＠")


def line_of(says: str, ticket: Ticket | None, *, titled: bool = True) -> str:
    """Return the one line of a message: what happened, the number, and what may be said besides.

    ``titled`` is false where somebody may read along who must not know what it is about.
    """
    if ticket is None:
        return says[:TEXT_LENGTH]
    context = {
        "says": says,
        "number": ticket.number,
        "title": mask_contacts(ticket.title) if titled and not ticket.confidential else "",
        "due": ticket.next_due_at,
        "level": ticket.urgency,
    }
    return _render("line.txt", context)[:TEXT_LENGTH]


def link_of(row: Notification) -> str:
    """Return the full address of what the message is about, "" without ``PUBLIC_BASE_URL``."""
    if not settings.PUBLIC_BASE_URL:
        return ""
    path = row.url or (
        reverse("admin:dispatch_ticket_change", args=(row.ticket_id,)) if row.ticket_id else ""
    )
    return f"{settings.PUBLIC_BASE_URL}{path}" if path else ""


def message_of(rows: Sequence[Notification], *, key: str) -> Message:
    """Return one message for all rows, oldest first; a row with a body goes by itself."""
    first = rows[0]
    if first.body:
        return Message(first.text[:SUBJECT_LENGTH], first.body, first.body, first.urgent, key)
    urgent = any(row.urgent for row in rows)
    lines = [
        {
            "kind": NotificationKind(row.kind).label,
            "text": row.text,
            "markdown": _plain_markdown(row.text),
            "link": link_of(row),
        }
        for row in rows[:LINES_SHOWN]
    ]
    context = {
        "lines": lines,
        "count": len(rows),
        "more": len(rows) - len(lines),
        "urgent": urgent,
        "inbox": f"{settings.PUBLIC_BASE_URL}{reverse('inbox')}"
        if settings.PUBLIC_BASE_URL
        else "",
    }
    subject = _render("subject.txt", {**context, "first": first.text})
    return Message(
        subject[:SUBJECT_LENGTH],
        _render("message.txt", context),
        _render("message.md", context),
        urgent,
        key,
    )


def _plain_markdown(text: str) -> str:
    """Return residents' words so that they are no markup: no links, nobody called.

    The robots' dialects know no reliable escape, so the signs become their full-width forms.
    """
    return text.translate(_NO_MARKUP)


def _render(name: str, context: dict[str, Any]) -> str:
    return render_to_string(f"notifications/{name}", context).strip()
