"""One thing that leaves the house: the messages of one person on one channel, put into one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from django.conf import settings

from reports.domain.message_words import (
    MANY,
    MANY_SUBJECT,
    PLAIN_SUBJECT,
    WORDS,
    Facts,
)
from reports.enums import MessageTemplate as Tmpl
from reports.models import ResidentMessage
from xiangcun.lib.workdays import SHANGHAI

OFFICE = "综合信息指挥室"
INBOX_PATH = "/h5/inbox"
_TIPS: Mapping[Tmpl, str] = MappingProxyType(
    {
        Tmpl.NEED_INFO: "请在 3 天内补充情况",
        Tmpl.REPLIED: "请查看答复并评价",
        Tmpl.REJECTED: "请查看说明和去向",
        Tmpl.REMIND_INFO: "明天到期，请补充情况",
        Tmpl.REMIND_RATING: "明天到期，请您评价",
        Tmpl.PRAISED: "谢谢您的表扬",
    }
)
_TIP, _MANY_TIP = "点击查看办理进展", "点击查看全部进展"


@dataclass(frozen=True, slots=True)
class Letter:
    """Messages of one person, oldest first, at most one a report."""

    messages: Sequence[ResidentMessage]

    @property
    def newest(self) -> ResidentMessage:
        """What is shown when only one fits."""
        return self.messages[-1]

    @property
    def number(self) -> str:
        """The number of the newest message's report."""
        return self.newest.report.number if self.newest.report else ""

    def text(self) -> str:
        """Return the text of a text message."""
        if len(self.messages) > 1:
            return MANY.format(count=len(self.messages))
        return f"{self.newest.text}编号 {self.number}" if self.number else self.newest.text

    def url(self) -> str:
        """Return where to read on; "" when the township has told no address of its own."""
        return f"{settings.PUBLIC_BASE_URL}{INBOX_PATH}" if settings.PUBLIC_BASE_URL else ""

    def page(self) -> str:
        """Return the mini program's page that shows the newest message's report."""
        return str(settings.WECHAT_MESSAGE_PAGE.replace("{number}", self.number))

    def fields(self) -> dict[str, str | datetime]:
        """Return the fields of WeChat's template as the settings map them, uncut."""
        template = Tmpl(self.newest.template)
        subscription = WORDS[template].subscription
        wanted = settings.WECHAT_TEMPLATES[str(subscription)]["fields"] if subscription else {}
        values = self._values(template)
        return {field: values[source] for field, source in wanted.items()}

    def _values(self, template: Tmpl) -> dict[str, str | datetime]:
        facts = Facts(**{k: v for k, v in self.newest.facts.items() if k != "due"})
        many = len(self.messages) > 1
        subject = facts.category or PLAIN_SUBJECT
        return {
            "subject": MANY_SUBJECT.format(count=len(self.messages)) if many else subject,
            "number": self.number or "-",
            "status": str(template.label),
            "department": facts.department or OFFICE,
            "time": self.newest.created_at.astimezone(SHANGHAI),
            "tip": _MANY_TIP if many else _TIPS.get(template, _TIP),
        }


def put_together(messages: Sequence[ResidentMessage]) -> Letter:
    """Return the letter of these messages (not empty): the newest of every report."""
    latest = {message.report_id or -message.pk: message for message in _by_age(messages)}
    return Letter(_by_age(list(latest.values())))


def _by_age(messages: Sequence[ResidentMessage]) -> list[ResidentMessage]:
    return sorted(messages, key=lambda message: message.pk)
