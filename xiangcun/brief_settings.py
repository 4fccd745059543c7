"""Settings of the briefs; ``xiangcun.settings`` takes them over by name."""

from __future__ import annotations

from datetime import time

from xiangcun.lib.env import env_int, env_list, env_str

__all__ = [
    "BRIEF_COPIES_TO",
    "BRIEF_FROM",
    "BRIEF_ISSUER",
    "BRIEF_KINDS",
    "BRIEF_NAME",
    "BRIEF_REPORTS_TO",
]

# What stands before 日报/周报/月报 in the red head: "××街道接诉即办".
BRIEF_NAME = env_str("BRIEF_NAME", "接诉即办")
# The unit that issues it; "" is the command room's own name.
BRIEF_ISSUER = env_str("BRIEF_ISSUER")
# What the last lines say; editors change them for an issue.
BRIEF_REPORTS_TO = env_str("BRIEF_REPORTS_TO", "街道党工委、办事处领导")
BRIEF_COPIES_TO = env_str("BRIEF_COPIES_TO", "各村（社区）、各科室（站所）")
# Which kinds are drafted by themselves ("none" for none of them), and from which hour of a working day on.
BRIEF_KINDS = env_list("BRIEF_KINDS", ("day", "week", "month"))
BRIEF_FROM = time(env_int("BRIEF_HOUR", 8, low=0, high=20))
