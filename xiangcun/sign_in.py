"""Settings of signing in: what a password must be, whom a code is asked of, how long a session lasts."""

from __future__ import annotations

from xiangcun.lib.env import env_bool, env_int, env_list, env_optional_bool, env_str

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"dispatch.domain.passwords.{name}Validator"}
    for name in ("Length", "Classes", "OwnName", "Common", "History")
]
PASSWORD_MIN_LENGTH = env_int("PASSWORD_MIN_LENGTH", 10, low=8, high=64)
PASSWORD_MAX_DAYS = env_int("PASSWORD_MAX_DAYS", 90, low=0, high=3650)
PASSWORD_HELP_TEXT = env_str(
    "PASSWORD_HELP_TEXT", "请联系本单位的安全管理员（综合信息指挥室），核实身份后重设"
)
# A code of the telephone after the password, for who decides, administers or audits. A demonstration
# runs without it, as far as nobody has bound a telephone of their own accord.
SECOND_FACTOR = env_bool("SECOND_FACTOR", default=env_optional_bool("DEBUG") is False)
# Former values of SECRET_KEY: old sessions and second factors stay readable after a rotation.
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")
IDLE_MINUTES = env_int("IDLE_MINUTES", 30, low=5, high=720)
SESSION_HOURS = env_int("SESSION_HOURS", 12, low=1, high=72)
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
LOGIN_URL = "admin:login"

__all__ = [
    "AUTH_PASSWORD_VALIDATORS",
    "IDLE_MINUTES",
    "LOGIN_URL",
    "PASSWORD_HELP_TEXT",
    "PASSWORD_MAX_DAYS",
    "PASSWORD_MIN_LENGTH",
    "SECOND_FACTOR",
    "SECRET_KEY_FALLBACKS",
    "SESSION_COOKIE_AGE",
    "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_SAMESITE",
    "SESSION_HOURS",
]
