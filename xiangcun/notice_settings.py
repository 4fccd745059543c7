"""Settings of what staff and residents are told, by which ways; ``xiangcun.settings`` takes them over by name."""

from __future__ import annotations

from xiangcun.lib.env import (
    env_bool,
    env_choice,
    env_clock_span,
    env_int,
    env_json,
    env_list,
    env_str,
    env_url,
)
from xiangcun.lib.message_config import check_names, wechat_templates

__all__ = [
    "DEFAULT_FROM_EMAIL",
    "DIGEST_ENABLED",
    "EMAIL_ENABLED",
    "EMAIL_HOST",
    "EMAIL_HOST_PASSWORD",
    "EMAIL_HOST_USER",
    "EMAIL_MESSAGE_DOMAIN",
    "EMAIL_PORT",
    "EMAIL_TIMEOUT",
    "EMAIL_USE_SSL",
    "EMAIL_USE_TLS",
    "MESSAGE_DAYS",
    "NOTIFICATION_DAYS",
    "PUBLIC_BASE_URL",
    "QUIET_HOURS",
    "QUIET_REST_DAYS",
    "RESIDENT_QUIET_HOURS",
    "SMS_BODY",
    "SMS_BUSY",
    "SMS_DAILY_NOTICES",
    "SMS_ENCODING",
    "SMS_HEADERS",
    "SMS_METHOD",
    "SMS_REFERENCE",
    "SMS_SIGN_FORM",
    "SMS_SIGN_HASH",
    "SMS_SIGN_NAME",
    "SMS_SIGN_OVER",
    "SMS_SIGN_SECRET",
    "SMS_SUCCESS",
    "SMS_TEMPLATES",
    "SMS_UNWANTED",
    "SMS_URL",
    "WEBHOOK_HOSTS",
    "WECHAT_MESSAGE_PAGE",
    "WECHAT_TEMPLATES",
]

# How staff reach this console: links in messages start with it; "" means messages without links.
public_base = env_url("PUBLIC_BASE_URL", schemes=("https", "http"))
PUBLIC_BASE_URL = public_base.geturl().rstrip("/") if public_base else ""
# Hosts that a robot's address may name; an entry with a scheme is an origin the operator vouches for.
WEBHOOK_HOSTS = env_list("WEBHOOK_HOSTS", ("qyapi.weixin.qq.com", "oapi.dingtalk.com"))
EMAIL_HOST = env_str("EMAIL_HOST")
EMAIL_ENABLED = bool(EMAIL_HOST)
EMAIL_PORT = env_int("EMAIL_PORT", 465, low=1, high=65535)
EMAIL_HOST_USER = env_str("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env_str("EMAIL_HOST_PASSWORD")
EMAIL_USE_SSL = env_bool("EMAIL_USE_SSL", default=EMAIL_PORT == 465)  # noqa: PLR2004 - the port of SMTPS
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", default=not EMAIL_USE_SSL)
EMAIL_TIMEOUT = env_int("EMAIL_TIMEOUT", 8, low=1, high=30)
DEFAULT_FROM_EMAIL = env_str("EMAIL_FROM", EMAIL_HOST_USER or "xiangcun@localhost")
EMAIL_MESSAGE_DOMAIN = DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
# Local times; between them, and on days nobody works, only P0 goes out. "" switches the default off.
QUIET_HOURS = env_clock_span("QUIET_HOURS", "21:00-07:30")
QUIET_REST_DAYS = env_bool("QUIET_REST_DAYS", default=True)
DIGEST_ENABLED = env_bool("DIGEST_ENABLED", default=True)
NOTIFICATION_DAYS = env_int("NOTIFICATION_DAYS", 180, low=7, high=3650)

# What residents are told --------------------------------------------------------------------------
# Local times; between them only what is about a P0 leaves the house. The inbox has no quiet hours.
RESIDENT_QUIET_HOURS = env_clock_span("RESIDENT_QUIET_HOURS", "21:00-08:00")
MESSAGE_DAYS = env_int("MESSAGE_DAYS", 365, low=30, high=3650)
# {"progress": {"id": "<template id>", "fields": {"thing1": "subject", …}}, "ask": …, "result": …};
# a plain string is an id with the fields below. Values: subject number status department time tip.
WECHAT_TEMPLATES = wechat_templates(env_json("WECHAT_TEMPLATES", {}))
# The mini program's page that a message opens.
WECHAT_MESSAGE_PAGE = env_str("WECHAT_MESSAGE_PAGE", "pages/report/detail?number={number}")

# Text messages: one HTTP call, described here (xiangcun.lib.sms). Without SMS_URL there are none.
sms_address = env_url("SMS_URL", schemes=("https", "http"))
SMS_URL = env_str("SMS_URL") if sms_address else ""
SMS_METHOD = env_choice("SMS_METHOD", ("POST", "PUT", "GET"))
SMS_ENCODING = env_choice("SMS_ENCODING", ("json", "form"))
SMS_HEADERS = env_json("SMS_HEADERS", {})
SMS_BODY = env_json("SMS_BODY", {"phone": "{phone}", "text": "{text}"})
SMS_TEMPLATES = env_json("SMS_TEMPLATES", {})
SMS_SIGN_NAME = env_str("SMS_SIGN_NAME")
SMS_SIGN_SECRET = env_str("SMS_SIGN_SECRET")
SMS_SIGN_OVER = env_str("SMS_SIGN_OVER", "{timestamp}{nonce}{body}")
SMS_SIGN_HASH = env_choice("SMS_SIGN_HASH", ("sha256", "sha1", "sha512"))
SMS_SIGN_FORM = env_choice("SMS_SIGN_FORM", ("hex", "base64"))
SMS_SUCCESS = env_str("SMS_SUCCESS", "code=0")
SMS_REFERENCE = env_str("SMS_REFERENCE")
SMS_BUSY = env_list("SMS_BUSY")
SMS_UNWANTED = env_list("SMS_UNWANTED")
# Notices (not codes) a person is sent on one day at most.
SMS_DAILY_NOTICES = env_int("SMS_DAILY_NOTICES", 3, low=0, high=50)
check_names("SMS_URL", SMS_URL)
for setting_name, setting in (
    ("SMS_HEADERS", SMS_HEADERS), ("SMS_BODY", SMS_BODY), ("SMS_SIGN_OVER", SMS_SIGN_OVER),
):  # fmt: skip
    check_names(setting_name, setting)
