"""What each member of staff has seen, and where a colleague named them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from dispatch.models.ledger import TicketEvent
from dispatch.models.staff import Staff
from dispatch.models.tickets import Ticket


class TicketSeen(models.Model):
    """Up to which ``version`` a person knows a ticket; no row means never opened.

    A ticket's version is the number of its events, so that one number says whether anything happened
    since. Rows only grow in ``version``: a slow page never makes read what came after it unread.
    """

    user = models.ForeignKey(Staff, models.CASCADE, related_name="+", verbose_name=_("工作人员"))
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+", verbose_name=_("工单"))
    version = models.PositiveIntegerField(_("已读版本"))
    at = models.DateTimeField(_("已读时间"))

    class Meta:
        verbose_name = _("已读记录")
        verbose_name_plural = _("已读记录")
        constraints = [
            models.UniqueConstraint(fields=["user", "ticket"], name="ticket_seen_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.ticket_id} {self.version}"


class NoteMention(models.Model):
    """One person named in one internal note. ``seq`` is the note's line in the ledger.

    Unread as long as the person's ``TicketSeen`` has not reached ``seq``: nothing to keep in step.
    """

    event = models.ForeignKey(
        TicketEvent, models.PROTECT, related_name="mentions", verbose_name=_("流转记录")
    )
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="+", verbose_name=_("工单"))
    seq = models.PositiveIntegerField(_("序号"))
    user = models.ForeignKey(
        Staff, models.PROTECT, related_name="mentions", verbose_name=_("被提到的人")
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("备注提到")
        verbose_name_plural = _("备注提到")
        constraints = [
            models.UniqueConstraint(fields=["event", "user"], name="note_mention_once"),
        ]
        indexes = [models.Index(fields=["user", "-id"], name="note_mention_inbox")]

    def __str__(self) -> str:
        return f"{self.event_id} @{self.user_id}"
