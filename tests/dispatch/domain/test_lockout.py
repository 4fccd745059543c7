from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import connection

from dispatch.domain.lockout import (
    MOST_BY_ADDRESS,
    MOST_BY_NAME,
    MOST_FAILURES,
    WINDOW,
    LockedOutError,
    unlock_account,
)
from dispatch.domain.sessions import sweep_sign_ins
from dispatch.domain.sign_in import check_password_step
from dispatch.enums import Role
from dispatch.models import AuditRecord, KnownAddress, SignInAttempt, Staff
from tests.dispatch.factories import NOW, PASSWORD
from tests.dispatch.test_lock_order import together
from xiangcun.lib.errors import DomainError, InvalidInputError, NotAllowedError

HERE, THERE = "10.0.0.1", "203.0.113.9"
OFFICER = frozenset({Role.SECURITY})


def make_user(name: str = "wen") -> Staff:
    return Staff.objects.create_user(name, password=PASSWORD, is_staff=True)


def tried(password: str, *, name: str = "wen", address: str = HERE, now: datetime = NOW) -> str:
    try:
        check_password_step(name, password, address=address, now=now)
    except DomainError as error:
        return error.code
    return "in"


def test_it_works(db: None) -> None:
    user = make_user()
    assert check_password_step("wen", PASSWORD, address=HERE, now=NOW) == user
    assert not SignInAttempt.objects.exists()


def test_the_sixth_try_is_refused_even_with_the_right_password(db: None) -> None:
    make_user()
    assert [tried("x") for _ in range(MOST_FAILURES)] == ["wrong_credentials"] * MOST_FAILURES
    with pytest.raises(LockedOutError) as refused:
        check_password_step("wen", PASSWORD, address=HERE, now=NOW + timedelta(minutes=3))
    assert refused.value.message == "登录失败次数过多，请 12 分钟后再试"
    assert refused.value.status == 429
    assert AuditRecord.objects.filter(action="sign_in_failed").count() == MOST_FAILURES
    assert AuditRecord.objects.filter(action="locked_out").count() == 1


def test_one_password_on_many_names_closes_the_address_to_strangers(db: None) -> None:
    make_user()
    for index in range(MOST_BY_ADDRESS):
        SignInAttempt.objects.create(name=f"name{index}", step="password", address=THERE, at=NOW)
    assert tried(PASSWORD, address=THERE) == "locked_out"
    assert tried(PASSWORD, address=HERE) == "in"
    KnownAddress.objects.all().delete()
    KnownAddress.objects.create(user=Staff.objects.get(), address=THERE, last_used_at=NOW)
    assert tried(PASSWORD, address=THERE) == "in"  # the office behind one address works on
    assert tried(PASSWORD, address=THERE, now=NOW + WINDOW) == "in"


def test_trying_on_does_not_prolong_the_lock(db: None) -> None:
    make_user()
    for _ in range(MOST_FAILURES):
        tried("x")
    for minute in range(1, 15):
        assert tried("x", now=NOW + timedelta(minutes=minute)) == "locked_out"
    assert tried(PASSWORD, now=NOW + WINDOW) == "in"


def test_success_wipes_the_slate_and_others_keep_theirs(db: None) -> None:
    make_user()
    for _ in range(MOST_FAILURES - 1):
        tried("x")
    tried("x", address=THERE)
    assert tried(PASSWORD) == "in"
    assert SignInAttempt.objects.filter(address=THERE).count() == 1
    for _ in range(MOST_FAILURES):
        assert tried("x") == "wrong_credentials"
    assert tried(PASSWORD) == "locked_out"
    assert tried(PASSWORD, address=THERE) == "in"


def test_spread_guesses_lock_the_name_but_not_where_its_owner_works(db: None) -> None:
    user = make_user()
    for turn in range(MOST_BY_NAME):
        assert tried("x", address=f"203.0.113.{turn}") == "wrong_credentials"
    assert tried(PASSWORD, address="203.0.113.99") == "locked_out"
    KnownAddress.objects.create(user=user, address=HERE, last_used_at=NOW - timedelta(days=3))
    assert tried(PASSWORD, address=HERE) == "in"
    KnownAddress.objects.update(last_used_at=NOW - timedelta(days=90))
    assert tried(PASSWORD, address=HERE) == "locked_out"


def test_nothing_tells_whether_an_account_exists(db: None) -> None:
    make_user()
    idle = make_user("idle")
    idle.is_active = False
    idle.save()
    said = set()
    for name in ("wen", "idle", "nobody"):
        with pytest.raises(InvalidInputError) as wrong:
            check_password_step(name, "x", address=HERE, now=NOW)
        said.add((wrong.value.code, wrong.value.message))
        for _ in range(MOST_FAILURES - 1):
            tried("x", name=name)
        assert tried("x", name=name) == "locked_out"
    assert len(said) == 1
    with pytest.raises(InvalidInputError):
        check_password_step("idle", PASSWORD, address=THERE, now=NOW)
    names = set(AuditRecord.objects.values_list("username", flat=True))
    assert names == {"wen", "idle", "no***"}  # what somebody mistyped may be their password


def test_spelling_does_not_dodge_the_count(db: None) -> None:
    make_user()
    for name in ("wen", "WEN", " wen", "ｗｅｎ", "Wen\x00"):
        assert tried("x", name=name) == "wrong_credentials"
    assert tried(PASSWORD) == "locked_out"


def test_the_officer_unlocks_and_nobody_else(db: None) -> None:
    user, officer = make_user(), make_user("officer")
    for _ in range(MOST_FAILURES):
        tried("x")
    with pytest.raises(NotAllowedError):
        unlock_account("wen", actor=user, roles=frozenset({Role.ADMINISTRATOR}), now=NOW)
    assert unlock_account("WEN", actor=officer, roles=OFFICER, now=NOW) == MOST_FAILURES
    assert tried(PASSWORD) == "in"
    assert AuditRecord.objects.get(action="unlocked").actor == officer
    assert unlock_account("wen", actor=officer, roles=OFFICER, now=NOW) == 0


def test_old_tries_are_swept(db: None) -> None:
    tried("x", now=NOW - timedelta(hours=1))
    tried("x", now=NOW)
    sweep_sign_ins(now=NOW)
    assert SignInAttempt.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_tries_at_once_no_more_than_the_limit_are_looked_at() -> None:
    make_user()
    for _ in range(MOST_FAILURES - 1):
        tried("x")
    before = AuditRecord.objects.filter(action="sign_in_failed").count()

    def guess() -> None:
        check_password_step("wen", "x", address=HERE, now=NOW)

    outcomes = together(*(partial(guess) for _ in range(4)))
    looked_at = AuditRecord.objects.filter(action="sign_in_failed").count() - before
    assert looked_at <= 1, outcomes
    assert "done" not in outcomes
    if connection.vendor == "postgresql":
        assert set(outcomes) <= {"LockedOutError", "InvalidInputError"}
