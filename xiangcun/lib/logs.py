"""Logging: JSON lines for machines, plain lines for a terminal, personal data masked in both.

Code logs event names and ids only. The redaction here is the last defence, for an exception text of
a library or a careless line: it masks what looks like a mobile number, an identity card number or a
WeChat openid, and the values of keys that carry secrets.
"""

from __future__ import annotations

import logging
import re
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from xiangcun.lib.requestid import current_request_id

MASK = "***"
SECRET_KEYS = re.compile(
    r"(?i)(?P<key>\b(?:openid|unionid|session_key|js_code|access_token|token|secret|password|"
    r"authorization|phone|mobile|contact_phone|device|sms_code|nickname)\b[\"']?\s*[=:]\s*"
    r"(?:bearer\s+)?[\"']?)"
    r"(?P<value>[^\s\"',&;})]+)"
)
# 11 digits of a Chinese mobile number, 18 characters of an identity card, not part of a longer run.
MOBILE = re.compile(r"(?<![\w.])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![\w])")
IDENTITY_CARD = re.compile(r"(?<!\w)\d{17}[\dXx](?!\w)")
# WeChat openids are 28 characters and begin with "o"; a uuid or a digest is lower case hex only.
OPENID = re.compile(r"(?<![\w-])o(?=[\w-]*[A-Z_-])[\w-]{27}(?![\w-])")
# What PostgreSQL quotes of a row it refused: names and words, which nothing else here would recognise.
ROW_OF_DATABASE = re.compile(r"(?<=DETAIL:)[^\n]*(?:Key|Failing row)[^\n]*")
PATTERNS = (ROW_OF_DATABASE, MOBILE, IDENTITY_CARD, OPENID)
TERMINAL_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def redact(text: str) -> str:
    """Return the text with everything that looks personal or secret replaced by ``***``."""
    text = SECRET_KEYS.sub(lambda match: match["key"] + MASK, text)
    for pattern in PATTERNS:
        text = pattern.sub(MASK, text)
    return text


class TerminalFormatter(logging.Formatter):
    """One readable line, redacted after formatting so that tracebacks are covered as well."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the formatted, redacted line."""
        return redact(super().format(record))


class RedactingJsonFormatter(JsonFormatter):
    """One JSON object per line, redacted value by value so that the JSON stays whole."""

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Redact every text value of the record, the traceback included."""
        return {
            key: redact(value) if isinstance(value, str) else value
            for key, value in super().process_log_record(log_data).items()
        }


class RequestIdFilter(logging.Filter):
    """Give every record a ``request_id``: the current request's, or ``-`` outside of one."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Never drops a record."""
        if not hasattr(record, "request_id"):
            record.request_id = current_request_id() or "-"
        return True


def logging_settings(*, json: bool, level: str) -> dict[str, Any]:
    """Return ``LOGGING``: one handler on stderr for everything."""
    formatter: dict[str, Any] = {"()": TerminalFormatter, "format": TERMINAL_FORMAT}
    if json:
        formatter = {
            "()": RedactingJsonFormatter,
            "format": "%(levelname)s %(name)s %(message)s %(request_id)s %(process)d",
            "rename_fields": {"levelname": "level", "name": "logger", "message": "event"},
            "timestamp": "at",
            "json_ensure_ascii": False,
        }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": RequestIdFilter}},
        "formatters": {"line": formatter},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["request_id"],
            },
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own handlers go away: everything passes the one redacting formatter.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            # A 404 or a 400 of a client is no event of ours; 5xx are errors and stay.
            "django.request": {"level": "ERROR"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "PIL": {"level": "WARNING"},
            # It warns of each retry with the whole query, WeChat's secret and codes included.
            "urllib3": {"level": "ERROR"},
            "celery": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
            "kombu": {"level": "WARNING"},
        },
    }
