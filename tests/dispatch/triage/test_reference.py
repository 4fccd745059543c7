from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import JSONField, Value
from django.test.utils import CaptureQueriesContext

from dispatch.models import (
    CategoryDuty,
    Department,
    LexiconTerm,
    Membership,
    RoutingRule,
    Staff,
)
from dispatch.triage import reference
from dispatch.triage.reference import current_reference

pytestmark = pytest.mark.usefixtures("township")


def test_it_works() -> None:
    found = current_reference()
    assert len(found.categories) == 60
    assert set(found.duties) == set(found.categories)
    assert len(found.villages) == 6
    assert found.rules
    assert found.dangers
    assert found.grids


def test_it_asks_the_database_nothing_while_it_is_fresh() -> None:
    current_reference()
    with CaptureQueriesContext(connection) as queries:
        current_reference()
    assert len(queries) == 0


def test_an_edit_is_seen_without_a_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "CHECK_SECONDS", 0.0)
    before = current_reference()
    assert current_reference() is before
    LexiconTerm.objects.filter(term="垃圾").update(is_active=False)
    assert current_reference() is before  # a raw update leaves no time of change
    term = LexiconTerm.objects.filter(category__code="0401", term="垃圾堆").get()
    term.weight = 0.5
    term.save()
    after = current_reference()
    assert after.classifier.version != before.classifier.version
    term.delete()
    assert current_reference() is not after


def test_departments_and_duties_are_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "CHECK_SECONDS", 0.0)
    before = current_reference()
    Department.objects.filter(code="sanitation").update(name="环卫中心")
    after = current_reference()
    assert after is not before
    assert after.duties["0401"].lead.name == "环卫中心"
    CategoryDuty.objects.get(category__code="0401").delete()
    assert "0401" not in current_reference().duties


def test_a_broken_row_never_stops_triage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "CHECK_SECONDS", 0.0)
    for number, garbage in enumerate(
        ({"a": 1}, "x", 7, Value(None, JSONField()), [None], [["a"]], ["…"])
    ):
        row = RoutingRule.objects.create(
            name=f"坏{number}", order=number, lead=Department.objects.get(code="water")
        )
        RoutingRule.objects.filter(pk=row.pk).update(words=garbage)
    RoutingRule.objects.filter(name="坏0").update(day_scope="never", hour_from="08:00")
    rules = current_reference().rules
    assert all(rule.fault for rule in rules if rule.name.startswith("坏"))
    assert not any(rule.fault for rule in rules if not rule.name.startswith("坏"))


def test_aliases_and_people_are_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "CHECK_SECONDS", 0.0)
    sanitation = Department.objects.get(code="sanitation")
    text = "投诉扫街大队"
    assert not current_reference().complaints.complaints(text)
    sanitation.aliases = ["扫街大队", 5, ""]
    sanitation.save()
    assert current_reference().complaints.complaints(text)
    assert not current_reference().complaints.complaints("举报赵示例")
    staff = Staff.objects.create(username="zhao", display_name="赵示例")
    Membership.objects.create(user=staff, department=sanitation, role="handler")
    assert set(current_reference().complaints.complaints("举报赵示例")) == {sanitation.pk}
    assert "赵示例" not in repr(reference._Kept.fingerprint) + repr(current_reference())
