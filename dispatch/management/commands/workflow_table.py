"""``manage.py workflow_table``: the state table as Markdown, for docs/workflow.md."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from dispatch.domain.workflow import TRANSITIONS, Transition
from dispatch.enums import TicketStatus

LETTERS = {
    "resident": "R",
    "grid": "G",
    "dispatcher": "D",
    "lead": "L",
    "handler": "H",
    "head": "M",
    "verifier": "V",
    "system": "S",
}


def row(transition: Transition) -> str:
    """Return one line of the table."""
    order = list(TicketStatus)
    sources = "、".join(str(status.label) for status in order if status in transition.sources)
    roles = " ".join(letter for role, letter in LETTERS.items() if role in transition.roles)
    target = TicketStatus(transition.target).label if transition.target else "–"
    special = "，".join(
        f"{who}：{TicketStatus(status).label}"
        for who, status in (
            ("子工单", transition.child_target),
            ("值班领导", transition.lead_target),
            ("表扬", transition.praise_target),
        )
        if status
    )
    if special:
        target = f"{target}（{special}）"
    columns = (
        sources,
        f"`{transition.action.value}` {transition.action.label}",
        target,
        roles,
        ", ".join(transition.required),
        ", ".join(transition.guards),
    )
    return f"| {' | '.join(str(column) for column in columns)} |"


def table() -> str:
    """Return the whole table."""
    head = "| from | action | to | who | required | guards |\n|---|---|---|---|---|---|"
    return "\n".join([head, *(row(transition) for transition in TRANSITIONS)])


class Command(BaseCommand):
    """Print the table."""

    help = "打印工单状态表（Markdown）"

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(table())
