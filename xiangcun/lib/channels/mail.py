"""E-mail by Django's own back end; the server and its time-out are settings."""

from __future__ import annotations

import hashlib
import smtplib

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _

from xiangcun.lib.channels.base import Message, SendError, Trouble

SERVER_BUSY = frozenset({421, 450, 451, 452})
_TROUBLES: tuple[tuple[type[Exception], Trouble, str], ...] = (
    (smtplib.SMTPAuthenticationError, "refused", "邮件服务器拒绝登录，请检查账号和授权码"),
    (smtplib.SMTPSenderRefused, "refused", "邮件服务器不接受发件地址"),
    (smtplib.SMTPDataError, "unwanted", "邮件内容不被邮件服务器接受"),
    (TimeoutError, "away", "邮件服务器没有在规定时间内应答"),
    (ValueError, "unwanted", "邮件地址或内容不合规"),
)


class Mailbox:
    """One person's address."""

    def __init__(self, address: str) -> None:
        self._address = address

    def send(self, message: Message) -> None:
        """Deliver to the server; what the server does later is not known here."""
        subject = " ".join(message.subject.split())
        connection = get_connection(fail_silently=False)
        mail = EmailMessage(
            subject,
            message.text,
            to=[self._address],
            connection=connection,
            headers={"Message-ID": _message_id(message.key)} if message.key else {},
        )
        try:
            try:
                mail.send()
            finally:
                connection.close()  # Django leaves it open when the login is refused
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise _trouble(error) from None


def _message_id(key: str) -> str:
    """Return the same identifier for the same message: a second copy shows as the same mail."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{settings.EMAIL_MESSAGE_DOMAIN}>"


def _trouble(error: Exception) -> SendError:
    """Return what the failure means; server texts are dropped, they may quote addresses."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = {code for code, _text in error.recipients.values()}
        if codes <= SERVER_BUSY:
            return SendError("busy", _("邮件服务器限流，稍后再发"))
        return SendError("unwanted", _("收件地址不被邮件服务器接受"))
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code in SERVER_BUSY:
        return SendError("busy", _("邮件服务器限流，稍后再发"))
    for kind, trouble, reason in _TROUBLES:
        if isinstance(error, kind):
            return SendError(trouble, _(reason))
    return SendError("away", _("连接不上邮件服务器，或它中断了连接"))
