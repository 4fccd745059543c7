"""Names of what the summary counts: the columns of its rollups, and the codes people read about.

``dispatch.summary.metrics`` defines each code; that both lists are the same is checked when it is
imported. A column is never renamed: it is what is stored.
"""

from dispatch.enums.tickets import OPEN_STATUSES, TicketStatus

OPENED = "opened"
STOCK_PREFIX = "status:"
WAIT_PREFIX = "wait_"
WAIT_STATUSES = (*OPEN_STATUSES, TicketStatus.AWAITING_RATING)
"""The states a ticket is said to wait in."""

FLOW_CODES = (
    "reported",
    "attached",
    "first_dispatched",
    "repeated",
    "dispatched",
    "auto_dispatched",
    "dispatched_timed",
    "dispatched_on_time",
    "dispatch_signed",
    "dispatch_signed_on_time",
    "dispatch_responded",
    "signed",
    "returned",
    "finished",
    "finished_on_time",
    "finished_unit",
    "rework",
    "verified",
    "thanked",
    "closed",
    "closed_timed",
    "closed_on_time",
    "closed_rated",
    "auto_judged",
    "auto_right",
    "rejected",
    "withdrawn",
    "merged",
    "escalated",
    "extended",
    "suspended",
    "reopened",
    "urged",
    "supervised",
    "rated",
    "solved",
    "satisfied",
    "score",
    *(f"{WAIT_PREFIX}{status}" for status in WAIT_STATUSES),
)
TIMED_CODES = (
    "signed",
    "finished",
    "finished_unit",
    "verified",
    "thanked",
    "closed",
    *(f"{WAIT_PREFIX}{status}" for status in WAIT_STATUSES),
)
"""Of which codes the minutes are summed as well."""

SPREAD_CODES = ("closed", "verified", "finished_unit")
"""Of which codes the durations are kept one by one, in buckets."""

BUCKETS = 101
"""How many buckets there are; their edges are ``dispatch.summary.spreads``."""

STOCK_COLUMNS = tuple(f"stock_{status}" for status in TicketStatus)
HOUR_COLUMNS = tuple(f"hour_{hour:02}" for hour in range(24))
"""``opened`` by the hour of the day at which the resident sent the report."""

COUNT_COLUMNS = (OPENED, *FLOW_CODES, *STOCK_COLUMNS, *HOUR_COLUMNS)
MINUTE_COLUMNS = tuple(f"{code}_minutes" for code in TIMED_CODES)
MEASURE_COLUMNS = (*COUNT_COLUMNS, *MINUTE_COLUMNS)


def bucket_column(code: str, bucket: int) -> str:
    """Return the column that counts the durations of ``code`` in ``bucket`` (0 – ``BUCKETS`` − 1)."""
    return f"{code}_b{bucket:03}"


SPREAD_COLUMNS = tuple(
    bucket_column(code, bucket) for code in SPREAD_CODES for bucket in range(BUCKETS)
)
