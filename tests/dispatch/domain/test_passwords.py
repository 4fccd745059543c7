from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.password_validation import password_changed, validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from dispatch.domain.passwords import (
    REMEMBERED,
    password_is_old,
    password_needs_change,
    set_own_password,
)
from dispatch.models import AuditRecord, FormerPassword, Staff

GOOD = "Quiet-river-stone-8"


def faults(password: str, user: Staff | None = None) -> set[str]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return {str(one.code) for one in error.error_list}
    return set()


@pytest.mark.parametrize(
    "password", [GOOD, "correct-horse-battery-1", "山高水长Qiantang-江边98", "Hangyin7*banmu"]
)
def test_it_works(password: str) -> None:
    assert faults(password) == set()


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Ab1-short", "password_too_short"),
        ("onlysmallletters", "password_too_uniform"),
        ("smalland1234567", "password_too_uniform"),
        ("QIANG-JIANG-BIAN", "password_too_uniform"),
        ("Qwe@123456", "password_too_common"),
        ("Woaini5201314", "password_too_common"),
        ("P@ssw0rd2026", "password_too_common"),
        ("Zhongguo@2026", "password_too_common"),
        ("Admin@123456", "password_too_common"),
        ("Qwe123!asd456", "password_too_common"),
        ("1qaz2WSX3edc!", "password_too_common"),
        ("Ｑｗｅ@１２３４５６", "password_too_common"),
        ("Qianjin@2026", "password_too_common"),
    ],
)
def test_it_refuses_what_is_easily_guessed(password: str, code: str) -> None:
    assert code in faults(password)


def test_it_refuses_the_name_of_the_account() -> None:
    user = Staff(username="zhanglaosi", display_name="张老四")
    for password in ("Zhanglaosi-98", "98-Isoalgnahz!", "我是张老四Aa1-xyz"):
        assert "password_contains_name" in faults(password, user)
    assert faults("Quiet-li-stone-8", Staff(username="li", display_name="")) == set()


def test_it_refuses_the_last_five(db: None) -> None:
    user = Staff.objects.create_user("wen", password="Quiet-river-stone-0")
    for turn in range(1, REMEMBERED + 1):
        password = f"Quiet-river-stone-{turn}"
        assert faults(password, user) == set()
        user.set_password(password)
        user.save()
    assert FormerPassword.objects.filter(user=user).count() == REMEMBERED
    for turn in range(1, REMEMBERED + 1):
        assert faults(f"Quiet-river-stone-{turn}", user) == {"password_used_before"}
    assert faults("Quiet-river-stone-0", user) == set()


def test_a_password_set_before_there_was_a_history_counts(db: None) -> None:
    user = Staff.objects.create_user("wen", password=GOOD)
    FormerPassword.objects.all().delete()
    assert faults(GOOD, user) == {"password_used_before"}


def test_the_first_one_and_the_shell_are_remembered_too(db: None) -> None:
    user = Staff.objects.create_superuser("root", password=GOOD)
    set_own_password(user, "Other-river-stone-9", keep_session=None, address="", now=timezone.now())
    assert faults(GOOD, user) == {"password_used_before"}
    user.set_password("Third-river-stone-9")  # what manage.py changepassword does
    user.save()
    user.refresh_from_db()
    assert user.password_changed_at is not None
    newest = FormerPassword.objects.filter(user=user).latest("at")
    assert newest.password == user.password
    password_changed(GOOD, None)  # an account of another kind


def test_it_ages(db: None, settings: Any) -> None:
    now = timezone.now()
    user = Staff.objects.create_user("wen", password=GOOD)
    assert not password_is_old(user, now=now + timedelta(days=89, hours=23))
    assert password_is_old(user, now=now + timedelta(days=91))
    assert password_needs_change(user, now=now + timedelta(days=91))
    settings.PASSWORD_MAX_DAYS = 0
    assert not password_is_old(user, now=now + timedelta(days=900))
    old = Staff(username="old", date_joined=now - timedelta(days=100))
    settings.PASSWORD_MAX_DAYS = 90
    assert password_is_old(old, now=now)


def test_a_demonstration_keeps_its_password_and_production_does_not(settings: Any) -> None:
    demo = Staff(username="lead", is_demo=True, must_change_password=True)
    assert not password_needs_change(demo, now=timezone.now())
    settings.PRODUCTION = True
    assert password_needs_change(demo, now=timezone.now())


def test_setting_ones_own_leaves_a_trace_and_no_password_in_it(db: None) -> None:
    user = Staff.objects.create_user("wen", password=GOOD, must_change_password=True)
    set_own_password(
        user, "Other-river-stone-9", keep_session=None, address="10.0.0.1", now=timezone.now()
    )
    user.refresh_from_db()
    assert not user.must_change_password
    assert user.check_password("Other-river-stone-9")
    record = AuditRecord.objects.get(action="password_changed")
    assert (record.username, record.address) == ("wen", "10.0.0.1")
    assert "stone" not in str(record.data)
