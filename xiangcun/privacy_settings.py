"""Settings of what is kept how long, and of whom residents ask about their data.

``xiangcun.settings`` takes them over by name. The days are words of the privacy notice, too: whoever
changes one changes what residents are told, and the consent log keeps both texts.
"""

from __future__ import annotations

from xiangcun.lib.env import env_int, env_str

__all__ = [
    "ACCESS_LOG_DAYS",
    "CONTACT_PHONE_DAYS",
    "GUARDIAN_DAYS",
    "IDLE_RESIDENT_DAYS",
    "PHOTO_ORIGINAL_DAYS",
    "PRIVACY_ADDRESS",
    "PRIVACY_OFFICE",
    "PRIVACY_PHONE",
]

# Counted from the closing of the report: reopening is possible for 30 days.
PHOTO_ORIGINAL_DAYS = env_int("PHOTO_ORIGINAL_DAYS", 180, low=31, high=3650)
CONTACT_PHONE_DAYS = env_int("CONTACT_PHONE_DAYS", 90, low=31, high=3650)
# Since the last sign-in or report.
IDLE_RESIDENT_DAYS = env_int("IDLE_RESIDENT_DAYS", 730, low=90, high=3650)
# How long a child's account without a guardian's yes is kept.
GUARDIAN_DAYS = env_int("GUARDIAN_DAYS", 30, low=1, high=365)
# The law wants six months at least.
ACCESS_LOG_DAYS = env_int("ACCESS_LOG_DAYS", 365, low=184, high=3650)

PRIVACY_OFFICE = env_str("PRIVACY_OFFICE", "街道社会治理综合指挥室")
PRIVACY_PHONE = env_str("PRIVACY_PHONE", "12345")
PRIVACY_ADDRESS = env_str("PRIVACY_ADDRESS", "街道便民服务中心个人信息保护窗口")
