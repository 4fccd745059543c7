"""Who is working on which case at the triage desk right now: a row that runs out by itself."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from dispatch.models.staff import Staff
from dispatch.models.tickets import Ticket


class TicketClaim(models.Model):
    """A dispatcher's claim 正在研判. Advisory: what decides is the ticket's version.

    Past ``expires_at`` the row means nothing; ``dispatch.domain.claims`` is the only writer.
    """

    ticket = models.OneToOneField(
        Ticket, models.CASCADE, related_name="claim", verbose_name=_("工单")
    )
    staff = models.ForeignKey(
        Staff, models.CASCADE, related_name="claims", verbose_name=_("工作人员")
    )
    claimed_at = models.DateTimeField(_("开始研判"))
    expires_at = models.DateTimeField(_("失效时间"))

    class Meta:
        verbose_name = _("研判占用")
        verbose_name_plural = _("研判占用")
        indexes = [models.Index(fields=["expires_at"], name="claim_expiry")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.staff_id}"
