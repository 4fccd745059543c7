"""The standard replies: set by leads and administrators, offered on the forms of actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from dispatch.console.list_fields import OfficeForm
from dispatch.console.people import READS_CASES, OfficeAdmin
from dispatch.domain.standard_replies import (
    FROM_FORM,
    PLACEHOLDERS,
    TEXT_MAX,
    actions_with_texts,
    check_reply,
    values_of,
)
from dispatch.enums import Role, TicketAction
from dispatch.models import StandardReply, Ticket
from dispatch.queries.standard_replies import replies_for
from xiangcun.lib.errors import InvalidInputError

SETS_REPLIES = frozenset({Role.LEAD, Role.ADMINISTRATOR})


class ReplyForm(OfficeForm):
    """Refuses placeholders that nobody would fill."""

    text = forms.CharField(
        label=_("内容"),
        max_length=TEXT_MAX,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6, "maxlength": TEXT_MAX}),
        help_text=_("可以用的占位符：%s。发送前经办人可以修改。")
        % "、".join(f"{{{name}}}" for name in PLACEHOLDERS),
    )

    class Meta:
        model = StandardReply
        fields = ("name", "action", "field", "category", "text", "order", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "action" in self.fields:
            choices = [(row.value, row.label) for row in actions_with_texts()]
            self.fields["action"].choices = [("", _("请选择")), *choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Check box and placeholders together."""
        data = super().clean() or {}
        try:
            check_reply(
                action=data.get("action", ""),
                field=data.get("field", ""),
                text=data.get("text", ""),
            )
        except InvalidInputError as error:
            for row in error.errors:
                if not self.has_error(row.field):
                    self.add_error(row.field, row.message)
        return data


@admin.register(StandardReply)
class StandardReplyAdmin(OfficeAdmin):
    form = ReplyForm
    readers = READS_CASES
    writers = SETS_REPLIES
    deletable = True
    list_display = ("name", "action", "category", "field", "excerpt", "order", "is_active")
    list_filter = ("action", "is_active")
    list_select_related = ("category",)
    search_fields = ("name",)
    autocomplete_fields = ("category",)
    fields = ("name", "action", "field", "category", "text", "order", "is_active")

    @admin.display(description=_("内容"))
    def excerpt(self, reply: StandardReply) -> str:
        return Truncator(reply.text).chars(40)


def picker(ticket: Ticket, action: TicketAction | str) -> dict[str, Any] | None:
    """Return the replies for a form and what fills their placeholders; ``None`` when there is none."""
    rows = replies_for(ticket, action)
    if not rows:
        return None
    return {
        "replies": [{"name": row.name, "field": row.field, "text": row.text} for row in rows],
        "values": values_of(ticket, now=timezone.now()),
        "form": dict(FROM_FORM),
    }
