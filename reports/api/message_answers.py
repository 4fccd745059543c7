"""What the calls about messages answer: plain dictionaries, built without a query."""

from __future__ import annotations

from reports.api.answers import Answer, choice, moment, status_of
from reports.domain.message_words import SUBSCRIPTION_TITLES, WORDS
from reports.domain.subscriptions import template_ids
from reports.enums import MessageTemplate
from reports.models import MessagePreference, ResidentMessage, SubscriptionGrant


def message_answer(row: ResidentMessage) -> Answer:
    """Show a message read with its report."""
    report, template = row.report, MessageTemplate(row.template)
    status = status_of(report.public_status) if report else None
    asks = WORDS[template].asks
    return {
        "id": str(row.pk),
        "at": moment(row.created_at),
        "template": choice(MessageTemplate, row.template),
        "title": str(template.label),
        "text": row.text,
        "report": {"number": report.number, "status": status} if report else None,
        "read": row.read_at is not None,
        "read_at": moment(row.read_at),
        "action": asks.value if asks else None,
    }


def subscription_line(row: SubscriptionGrant) -> Answer:
    """Show a line of the subscription ledger; the template by its title where we still know it."""
    titles = {template_id: SUBSCRIPTION_TITLES[key] for key, template_id in template_ids().items()}
    return {
        "at": moment(row.at),
        "what": str(row.get_kind_display()),
        "title": titles.get(row.template_id, row.template_id),
        "change": row.change,
    }


def preference_line(row: MessagePreference) -> Answer:
    """Show what a person switched."""
    return {"at": moment(row.changed_at), "wechat": row.wechat, "sms": row.sms}
