from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from dispatch.domain.actors import staff_actor
from dispatch.domain.seats import check_giver, check_roles_together, check_seat
from dispatch.enums import Role
from dispatch.models import Department, Membership, Staff
from tests.dispatch.factories import make_department, make_staff
from xiangcun.lib.errors import InvalidInputError, NotAllowedError

A, S, U = Role.ADMINISTRATOR, Role.SECURITY, Role.AUDITOR


@pytest.mark.parametrize("roles", [{A}, {S}, {U}, {Role.DISPATCHER, Role.LEAD}, set()])
def test_it_works(roles: set[Role]) -> None:
    check_roles_together(roles)


@pytest.mark.parametrize(
    "roles", [{A, S}, {A, U}, {S, U}, {A, S, U}, {U, Role.HANDLER}, {A, Role.LEAD}]
)
def test_it_forbids_two_of_the_three_and_one_beside_other_work(roles: set[Role]) -> None:
    with pytest.raises(InvalidInputError):
        check_roles_together(roles)


@pytest.mark.parametrize("role", [A, S, U, Role.DISPATCHER, Role.LEAD, Role.VERIFIER])
def test_it_forbids_a_seat_of_the_room_elsewhere(role: Role) -> None:
    with pytest.raises(InvalidInputError):
        check_seat(role, Department(name="环卫所"))
    check_seat(role, Department(name="指挥室", is_command_room=True))


def test_nobody_gives_themselves_a_seat() -> None:
    check_giver(1, 2)
    with pytest.raises(NotAllowedError):
        check_giver(1, 1)


@pytest.mark.django_db
def test_the_database_says_it_too() -> None:
    room = make_department("room", is_command_room=True)
    user = make_staff("admin", A, room)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=user, department=room, role=S)
    Membership.objects.create(user=user, department=room, role=S, is_active=False)


@pytest.mark.django_db
def test_the_first_account_appoints_and_then_steps_down() -> None:
    root = Staff.objects.create_superuser("root", password=None)
    assert staff_actor(root).roles == {A, S}
    room = make_department("room", is_command_room=True)
    make_staff("admin", A, room)
    assert staff_actor(root).roles == {S}
    security = make_staff("security", S, room)
    assert staff_actor(root).roles == frozenset()
    Staff.objects.filter(pk=security.pk).update(is_active=False)
    assert staff_actor(root).roles == {S}


@pytest.mark.django_db
def test_the_flag_opens_nothing_beside_a_seat() -> None:
    user = make_staff("flagged", Role.HANDLER, make_department())
    user.is_superuser = True
    user.save()
    assert staff_actor(user).roles == {Role.HANDLER}
