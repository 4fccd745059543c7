"""Settings of what staff are told and by which ways; ``xiangcun.settings`` takes them over by name."""

from __future__ import annotations

from xiangcun.lib.env import env_bool, env_clock_span, env_int, env_list, env_str, env_url

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
    "NOTIFICATION_DAYS",
    "PUBLIC_BASE_URL",
    "QUIET_HOURS",
    "QUIET_REST_DAYS",
    "WEBHOOK_HOSTS",
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
