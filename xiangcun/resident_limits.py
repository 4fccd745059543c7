"""How much one sender may do, and whom they call about it; imported into ``xiangcun.settings``."""

from __future__ import annotations

from xiangcun.lib.env import env_int, env_rates, env_str

# Per person and per device, and thirty times as much per address; before login, per address (see
# xiangcun.lib.drf.throttling). THROTTLE_RATES="reports=60/min+500/day,…" changes some; THROTTLE_SCALE
# multiplies all, for a township behind one address or a load test.
THROTTLE_RATES = env_rates(
    "THROTTLE_RATES",
    {
        "session": "120/min+3000/day",
        "photos": "60/min+1000/day",
        "reports": "60/min+300/day",
        "actions": "60/min+500/day",
        "me": "300/min",
        "export": "10/min",
        "public": "600/min",
        "guide_faults": "10/hour+30/day",
        "sms": "6/hour+12/day",
        "subscriptions": "30/min",
        "inbox": "300/min",
        "kiosk": "600/min",
        "county": "120/min+20000/day",
    },
    scale=env_int("THROTTLE_SCALE", 1, low=1, high=100_000),
)
# Whom somebody calls who may not send any more, or who wants to know; 12345 is the public line.
OFFICE_PHONE = env_str("OFFICE_PHONE", "12345")
# Codes by text message to all numbers together in 24 hours: what an attack may cost at most.
SMS_CODES_A_DAY = env_int("SMS_CODES_A_DAY", 2000, low=1, high=1_000_000)
