"""Who must not see a ticket, because it complains of that very person."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from dispatch.models.staff import Staff
from dispatch.models.tickets import Ticket


class Recusal(models.Model):
    """A member of staff whom the residents of a ticket complain of 回避; ``domain.recusals`` writes it.

    The row takes the ticket out of everything that person sees, in whatever seat.
    """

    ticket = models.ForeignKey(
        Ticket, models.CASCADE, related_name="recusals", verbose_name=_("工单")
    )
    user = models.ForeignKey(
        Staff, models.CASCADE, related_name="recusals", verbose_name=_("工作人员")
    )
    why = models.CharField(_("原因"), max_length=40)
    found_at = models.DateTimeField(_("发现时间"))

    class Meta:
        verbose_name = _("回避")
        verbose_name_plural = _("回避")
        constraints = [
            models.UniqueConstraint(fields=["user", "ticket"], name="recusal_once"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.user_id}"
