from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from dispatch.enums import Role
from dispatch.models import Membership, Staff
from tests.dispatch.factories import PASSWORD, Cast

Browser = Callable[[str], Client]
NO_SEATS = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}


def new_account(**changes: Any) -> dict[str, Any]:
    return {
        "username": "newcomer",
        "display_name": "新同事",
        "password1": "Long-enough-phrase-7",
        "password2": "Long-enough-phrase-7",
        **NO_SEATS,
        **changes,
    }


def test_it_works(browser: Browser, cast: Cast) -> None:
    client = browser("administrator")
    made = client.post(reverse("admin:dispatch_staff_add"), new_account())
    assert made.status_code == 302
    staff = Staff.objects.get(username="newcomer")
    assert (staff.is_staff, staff.is_superuser) == (True, False)
    assert check_password("Long-enough-phrase-7", staff.password)
    page = client.get(reverse("admin:dispatch_staff_change", args=(staff.pk,))).content.decode()
    assert "is_superuser" not in page
    assert "user_permissions" not in page
    seat = {
        "user": staff.pk,
        "department": cast.sanitation.pk,
        "role": "handler",
        "is_active": "on",
    }
    assert client.post(reverse("admin:dispatch_membership_add"), seat).status_code == 403
    giver = browser("security")
    assert giver.post(reverse("admin:dispatch_membership_add"), seat).status_code == 302
    mine = Client()
    assert mine.login(username="newcomer", password="Long-enough-phrase-7")
    queue = reverse("admin:dispatch_ticket_changelist")
    assert mine.get(queue).headers["Location"] == reverse("admin:password_change")
    changed = {"old_password": "Long-enough-phrase-7", "new_password1": "Quiet-river-stone-8"}
    changed["new_password2"] = changed["new_password1"]
    assert mine.post(reverse("admin:password_change"), changed).status_code == 302
    assert mine.get(reverse("admin:dispatch_ticket_changelist")).status_code == 200


def test_it_validates_passwords_and_names(browser: Browser) -> None:
    client = browser("administrator")
    for changes in (
        {"password2": "other"},
        {"password1": "123", "password2": "123"},
        {"username": "lead"},
        {"username": ""},
    ):
        response = client.post(reverse("admin:dispatch_staff_add"), new_account(**changes))
        assert response.status_code == 200
        assert response.context["adminform"].form.errors
    assert not Staff.objects.filter(username="newcomer").exists()


def test_it_validates_that_the_room_is_one_room(browser: Browser, cast: Cast) -> None:
    client = browser("security")
    for role in (Role.DISPATCHER, Role.LEAD, Role.VERIFIER, Role.AUDITOR, Role.ADMINISTRATOR):
        seat = {
            "user": Staff.objects.get(username="sanitation").pk,
            "role": role,
            "is_active": "on",
        }
        seat["department"] = cast.enforcement.pk
        response = client.post(reverse("admin:dispatch_membership_add"), seat)
        assert "只能设在综合信息指挥室" in response.content.decode()
    assert not Membership.objects.filter(department=cast.enforcement, role=Role.LEAD).exists()


def test_nobody_switches_themselves_off(browser: Browser) -> None:
    client = browser("administrator")
    me = Staff.objects.get(username="administrator")
    data = {"username": "administrator", "display_name": "我", **NO_SEATS}
    data["memberships-INITIAL_FORMS"] = 1
    data["memberships-TOTAL_FORMS"] = 1
    seat = me.memberships.get()
    data |= {
        "memberships-0-id": seat.pk,
        "memberships-0-user": me.pk,
        "memberships-0-department": seat.department_id,
        "memberships-0-role": seat.role,
        "memberships-0-is_active": "on",
    }
    response = client.post(reverse("admin:dispatch_staff_change", args=(me.pk,)), data)
    assert response.status_code == 302
    me.refresh_from_db()
    assert me.is_active
    assert me.display_name == "我"


def test_accounts_and_departments_are_not_deleted(browser: Browser, cast: Cast) -> None:
    client = browser("administrator")
    staff = Staff.objects.get(username="sanitation")
    for url in (
        reverse("admin:dispatch_staff_delete", args=(staff.pk,)),
        reverse("admin:dispatch_department_delete", args=(cast.sanitation.pk,)),
        reverse("admin:reports_category_delete", args=(cast.category.pk,)),
        reverse("admin:reports_grid_delete", args=(cast.grid.pk,)),
    ):
        assert client.post(url, {"post": "yes"}).status_code == 403


def test_the_first_superuser_administers_and_reads_no_case(db: None) -> None:
    Staff.objects.create_superuser("root", password=PASSWORD)
    client = Client()
    client.login(username="root", password=PASSWORD)
    assert client.get(reverse("admin:dispatch_staff_changelist")).status_code == 200
    assert client.get(reverse("admin:dispatch_ticket_changelist")).status_code == 403
    assert client.get(reverse("admin:reports_report_changelist")).status_code == 403


def test_an_account_without_a_seat_sees_nothing(db: None) -> None:
    Staff.objects.create_user("idle", password=PASSWORD, is_staff=True)
    client = Client()
    client.login(username="idle", password=PASSWORD)
    page = client.get(reverse("admin:index"))
    assert "还没有岗位" in page.content.decode()
    assert client.get(reverse("admin:dispatch_ticket_changelist")).status_code == 403


def test_groups_are_not_offered() -> None:
    assert not admin.site.is_registered(Group)


def test_the_login_page_is_chinese(client: Client, db: None) -> None:
    html = client.get(reverse("admin:login")).content.decode()
    for words in ("乡村小脑 指挥室", "用户名", "密码", "登录", "欢迎使用"):
        assert words in html
    refused = client.post(reverse("admin:login"), {"username": "x", "password": "y"})
    assert "用户名" in refused.content.decode()
