"""Where a report comes from, in a shape that tells nobody who: keyed digests of device and address.

A phone says which device it is in ``X-Device-Id``; that is a hint, as anybody may change it. An address
may be a whole village behind one line. So neither proves anything: they help to slow down, to find a
text that is sent twice and to restrict for a while. Digests are keyed by ``SECRET_KEY``, so nobody
finds the address by trying all of them, and are emptied after 30 days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from reports.domain.danger import tells_danger
from reports.domain.message_words import moment_words
from reports.enums import BlockReason
from reports.models import Report, Resident, SenderBlock
from reports.queries.blocks import block_of
from xiangcun.lib.clients import line_of
from xiangcun.lib.errors import NotAllowedError

KEPT = timedelta(days=30)
_BATCH = 5000
_DIGEST_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Sender:
    """Device and address as digests ("" when unknown), and the plain address, which is never stored."""

    device: str = ""
    address: str = ""
    plain_address: str = ""


NOBODY = Sender()


class SenderBlockedError(NotAllowedError):
    """403 ``sender_blocked``: says why, until when and where to object."""


def sender_of(*, device: str, address: str) -> Sender:
    """Return the sender of a request; ``device`` is a UUID or "", ``address`` an IP address or ""."""
    return Sender(
        device=_digest("device", device) if device else "",
        address=_digest("address", line_of(address)) if address else "",
        plain_address=address,
    )


def account_digest(openid: str) -> str:
    """Return the keyed digest of an account."""
    return _digest("account", openid)


def _digest(what: str, value: str) -> str:
    digest = salted_hmac(f"reports.senders.{what}", value, algorithm="sha256").hexdigest()
    return digest[:_DIGEST_LENGTH]


def check_sender(resident: Resident | None, sender: Sender, *, text: str, now: datetime) -> bool:
    """Refuse a restricted sender (``sender_blocked``); return whether one was let pass for danger."""
    block = block_of(
        resident_id=resident.pk if resident else None,
        device=sender.device,
        address_digest=sender.address,
        address=sender.plain_address,
        now=now,
    )
    if block is None:
        return False
    if tells_danger(text):
        return True
    raise _blocked(block)


def _blocked(block: SenderBlock) -> SenderBlockedError:
    reason, phone = BlockReason(block.reason), settings.OFFICE_PHONE
    until = timezone.localtime(block.until)
    appeal = _(
        "如有异议，请拨打 %(phone)s 或到街道综合信息指挥室说明。险情不受限制，仍可上报。"
    ) % {"phone": phone}
    message = _("因%(reason)s，%(until)s 前不能上报。%(appeal)s") % {
        "reason": reason.label,
        "until": moment_words(until),
        "appeal": appeal,
    }
    details = {
        "reason_code": reason.value,
        "reason": str(reason.label),
        "until": until.isoformat(timespec="seconds"),
        "appeal": appeal,
        "phone": phone,
    }
    return SenderBlockedError("sender_blocked", message, details=details)


def forget_senders(*, now: datetime) -> int:
    """Empty the digests of reports older than 30 days, at most ``_BATCH``; return how many.

    Those of erased accounts go with the restriction that they were kept for.
    """
    over = SenderBlock.objects.filter(Q(until__lte=now) | Q(lifted_at__isnull=False))
    over.exclude(account="").update(account="")
    old = Report.objects.filter(submitted_at__lt=now - KEPT).exclude(sender_address="")
    ids = list(old.order_by("submitted_at").values_list("pk", flat=True)[:_BATCH])
    return Report.objects.filter(pk__in=ids).update(sender_device="", sender_address="")
