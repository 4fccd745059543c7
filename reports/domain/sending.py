"""Messages that shall not leave the house: what example residents were told."""

from __future__ import annotations

from django.db.models import F

from reports.models import ResidentMessage


def settle_messages(door: str) -> int:
    """Mark as spread what people who came through ``door`` were told; return how many messages.

    They stay in the inboxes; nothing is sent by WeChat or as a text message.
    """
    waiting = ResidentMessage.objects.filter(
        spread_at__isnull=True, resident__openid__startswith=door
    )
    keys = list(waiting.values_list("pk", flat=True))
    return ResidentMessage.objects.filter(pk__in=keys).update(spread_at=F("created_at"))
