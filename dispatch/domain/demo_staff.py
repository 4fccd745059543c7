"""Demo accounts: one random password for all of them, in a file only the operator can read."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from dispatch.domain.seeding import COMMAND_ROOM, DATA
from dispatch.enums import Role
from dispatch.models import Department, Membership, Staff
from reports.domain.seeding import read_data

FILE_NAME = "demo_accounts.txt"
HEAD_SUFFIX = "_head"
PASSWORD_MARK = "口令："  # noqa: S105 - the label in front of the password, not one
_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"
_LENGTH = 12

Account = Mapping[str, Any]


def seed_demo_staff(*, reset: bool, folder: Path | None) -> Path:
    """Create missing demo accounts and return the file that holds their password.

    Existing accounts keep their password and seats unless ``reset``, which gives every demo account
    the password in the file again. Without the file nobody knows the password: all get a new one.
    """
    accounts: Sequence[Account] = read_data("demo_staff.json", shipped=DATA, folder=folder)["staff"]
    path = Path(settings.DATA_DIR) / FILE_NAME
    password = _read_password(path) or "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    with transaction.atomic():
        _put_accounts(accounts, password, reset=reset or not path.exists())
        _put_seats(accounts)
    if not path.exists():
        _write_private(path, _describe(accounts, password))
    return path


def _put_accounts(accounts: Sequence[Account], password: str, *, reset: bool) -> None:
    names = [account["username"] for account in accounts]
    # Made before there was the mark: whose password was never changed still has the shared one.
    unmarked = Staff.objects.filter(username__in=names, is_demo=False, password_changed_at=None)
    unmarked.update(is_demo=True, must_change_password=True)
    known = set(Staff.objects.filter(username__in=names).values_list("username", flat=True))
    fresh = [account for account in accounts if account["username"] not in known]
    if not fresh and not reset:
        return
    hashed = make_password(password)  # deliberately slow, so once for all accounts
    Staff.objects.bulk_create(
        Staff(
            username=account["username"],
            display_name=account["display_name"],
            password=hashed,
            is_staff=True,
            is_demo=True,
            must_change_password=True,
            is_superuser=account.get("is_superuser", False),
        )
        for account in fresh
    )
    if reset:
        Staff.objects.filter(username__in=names).update(
            password=hashed, is_active=True, is_demo=True, must_change_password=True
        )


def _put_seats(accounts: Sequence[Account]) -> None:
    users = dict(Staff.objects.values_list("username", "pk"))
    departments = dict(Department.objects.values_list("code", "pk"))
    Membership.objects.bulk_create(
        (
            Membership(
                user_id=users[account["username"]],
                department_id=departments[seat["department"]],
                role=seat["role"],
            )
            for account in accounts
            for seat in account["seats"]
        ),
        ignore_conflicts=True,
    )


def _read_password(path: Path) -> str:
    if not path.exists():
        return ""
    lines = path.read_text(encoding="utf-8").splitlines()
    found = (
        line.removeprefix(PASSWORD_MARK).strip() for line in lines if line.startswith(PASSWORD_MARK)
    )
    return next(found, "")


def _describe(accounts: Sequence[Account], password: str) -> str:
    """Return the file's text: room and grid officers one a line, the departments' handlers in one."""
    room = [row for row in accounts if _is_named(row)]
    handlers = [
        row["username"]
        for row in accounts
        if row not in room and not row["username"].endswith(HEAD_SUFFIX)
    ]
    return "\n".join(
        [
            "演示账号（仅供试用，勿用于正式环境）",
            f"{PASSWORD_MARK}{password}",
            *(f"{row['username']}  {row['display_name']}" for row in room),
            f"各部门经办（负责人加 {HEAD_SUFFIX}）：{' '.join(handlers)}",
            "",
        ]
    )


def _is_named(account: Account) -> bool:
    """Whether the account gets its own line: who works in the command room or on the ground."""
    seat = account["seats"][0]
    return bool(seat["department"] == COMMAND_ROOM or seat["role"] == Role.GRID)


def _write_private(path: Path, text: str) -> None:
    """Create the file with mode 0600 from its first byte on."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
