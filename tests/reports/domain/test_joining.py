"""Two rows become one person: who said to be a child stays one."""

import pytest

from reports.domain.joining import absorb
from reports.models import Report
from tests.factories import NOW, make_report, make_resident

pytestmark = pytest.mark.django_db
CHILD = {"age_band": "child", "phone": "", "nickname": ""}
ADULT = {"age_band": "adult", "phone": "13800000000", "phone_verified_at": NOW}


@pytest.mark.parametrize("child_first", [True, False])
def test_a_child_without_a_yes_wins_over_an_adult(*, child_first: bool) -> None:
    guest = make_resident(
        openid="guest:1", **(CHILD if child_first else ADULT | {"nickname": "张"})
    )
    known = make_resident(**(ADULT if child_first else CHILD) | {"nickname": "张"})
    make_report(known, contact_phone="13800000000")
    assert absorb(guest, known, now=NOW)
    known.refresh_from_db()
    assert known.needs_guardian
    assert (known.nickname, known.phone, known.phone_verified_at) == ("", "", None)
    assert Report.objects.get().contact_phone == ""


def test_a_child_whose_guardian_agreed_keeps_that() -> None:
    guest = make_resident("", openid="guest:1", age_band="child", guardian_at=NOW)
    known = make_resident("")
    assert absorb(guest, known, now=NOW)
    known.refresh_from_db()
    assert (known.age_band, known.guardian_at) == ("child", NOW)
