"""Who may hold which seats together, and who may give them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from dispatch.enums import COMMAND_ROLES, OFFICE_ROLES, Role
from dispatch.models import Department, Membership
from xiangcun.lib.errors import InvalidInputError, NotAllowedError

ROOM_ROLES = COMMAND_ROLES | OFFICE_ROLES | {Role.LEADERSHIP}


def check_seat(role: Role, department: Department) -> None:
    """Refuse a seat that sees or rules everything outside of the command room."""
    if role in ROOM_ROLES and not department.is_command_room:
        raise InvalidInputError.of_field(
            "role", "room_only", f"“{role.label}”只能设在综合信息指挥室"
        )


def check_roles_together(roles: Collection[Role]) -> None:
    """Refuse the roles of one person when they defeat the split of the three 三员.

    System administrator, security officer and auditor watch each other, and none of them works on
    cases. The database holds the first half too (``membership_one_of_three``).
    """
    three = sorted(set(roles) & OFFICE_ROLES)
    if len(three) > 1:
        names = "、".join(str(Role(role).label) for role in three)
        raise InvalidInputError.of_field(
            "role", "one_of_three", f"同一人不能兼任{names}：三员须由不同的人担任"
        )
    if three and set(roles) - OFFICE_ROLES:
        raise InvalidInputError.of_field(
            "role", "three_do_no_cases", f"“{Role(three[0]).label}”不能兼任办理工单的岗位"
        )


def check_giver(giver_id: int | None, holder_id: int | None) -> None:
    """Refuse whoever changes their own seats."""
    if giver_id is not None and giver_id == holder_id:
        raise NotAllowedError("own_seat", "不能变更自己的岗位，请由另一名安全管理员办理")


def active_roles(user_id: int, *, but: Iterable[int] = ()) -> set[Role]:
    """Return the roles of an account's active seats, without the seats ``but`` (one query)."""
    rows = Membership.objects.filter(user_id=user_id, is_active=True).exclude(pk__in=list(but))
    return {Role(role) for role in rows.values_list("role", flat=True)}
