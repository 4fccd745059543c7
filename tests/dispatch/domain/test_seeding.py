from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from dispatch.domain.clocks import Limit, limit_for
from dispatch.domain.demo_staff import PASSWORD_MARK, seed_demo_staff
from dispatch.domain.seeding import seed_township
from dispatch.enums import LimitStage, LimitUnit, Role
from dispatch.models import (
    CalendarDay,
    CategoryDuty,
    DangerTerm,
    Department,
    HandlingLimit,
    LexiconTerm,
    Membership,
    RoutingRule,
    Staff,
)
from reports.domain.seeding import SeedMode
from reports.models import Category, Grid

pytestmark = pytest.mark.django_db
TABLES = (
    Category, Grid, Department, CategoryDuty, CalendarDay, HandlingLimit, RoutingRule, DangerTerm, LexiconTerm,
)  # fmt: skip


def seed(mode: SeedMode = SeedMode.FILL, folder: Path | None = None) -> list[str]:
    lines: list[str] = []
    seed_township(mode=mode, folder=folder, say=lines.append)
    return lines


def counts() -> list[int]:
    return [model.objects.count() for model in TABLES]


def test_it_works() -> None:
    lines = seed()
    assert lines[1] == "[2/13] 事项分类：70 条"
    garbage = Category.objects.get(code="0401")
    assert garbage.parent is not None
    assert garbage.parent.code == "04"
    assert list(garbage.dimensions.values_list("code", flat=True)) == ["convenience"]
    assert garbage.duty.lead.code == "sanitation"
    assert [row.code for row in garbage.duty.assisting.all()] == ["village"]


@pytest.mark.parametrize("mode", SeedMode)
def test_seeding_again_changes_nothing(mode: SeedMode) -> None:
    seed()
    before = counts()
    seed(mode)
    assert counts() == before


def edit_rows() -> None:
    Category.objects.filter(code="0401").update(name="垃圾")
    Category.objects.get(code="0401").dimensions.clear()
    CategoryDuty.objects.filter(category__code="0401").update(
        lead=Department.objects.get(code="enforcement")
    )
    HandlingLimit.objects.filter(category__code="0401").update(minutes=7)
    RoutingRule.objects.filter(order=10).update(words=["甲"])
    DangerTerm.objects.filter(term="臭鸡蛋味").update(urgency="P3")
    LexiconTerm.objects.filter(category__code="0401", term="垃圾").update(weight=0.1)
    LexiconTerm.objects.filter(category__code="0401", term="脏乱").delete()


def test_it_keeps_what_operators_edited_and_deleted() -> None:
    seed()
    edit_rows()
    seed()
    garbage = Category.objects.get(code="0401")
    assert garbage.name == "垃圾"
    assert not garbage.dimensions.exists()
    assert garbage.duty.lead.code == "enforcement"
    assert HandlingLimit.objects.get(category=garbage).minutes == 7
    assert RoutingRule.objects.get(order=10).words == ["甲"]
    assert DangerTerm.objects.get(term="臭鸡蛋味").urgency == "P3"
    assert LexiconTerm.objects.get(category=garbage, term="垃圾").weight == 0.1
    assert not LexiconTerm.objects.filter(category=garbage, term="脏乱").exists()


def test_adding_brings_what_is_missing_and_edits_nothing() -> None:
    seed()
    edit_rows()
    seed(SeedMode.ADD)
    garbage = Category.objects.get(code="0401")
    assert LexiconTerm.objects.filter(category=garbage, term="脏乱").exists()
    assert LexiconTerm.objects.get(category=garbage, term="垃圾").weight == 0.1
    assert HandlingLimit.objects.get(category=garbage).minutes == 7


def test_a_reset_brings_the_shipped_rows_back() -> None:
    seed()
    edit_rows()
    before = counts()
    seed(SeedMode.RESET)
    garbage = Category.objects.get(code="0401")
    assert garbage.name == "暴露/积存垃圾"
    assert garbage.dimensions.exists()
    assert garbage.duty.lead.code == "sanitation"
    assert HandlingLimit.objects.get(category=garbage).minutes == 240
    assert RoutingRule.objects.get(order=10).words != ["甲"]
    assert DangerTerm.objects.get(term="臭鸡蛋味").urgency == "P0"
    assert counts()[:-1] == before[:-1]


def test_a_township_brings_its_own_files(tmp_path: Path) -> None:
    rows = [{"code": "command", "name": "指挥中心", "short_name": "指挥"}]
    rows += [{"code": code, "name": code, "short_name": code} for code in _shipped_codes()]
    (tmp_path / "departments.json").write_text(json.dumps({"departments": rows}))
    seed(folder=tmp_path)
    assert Department.objects.get(code="command").name == "指挥中心"


def _shipped_codes() -> list[str]:
    seed()
    codes = list(Department.objects.exclude(code="command").values_list("code", flat=True))
    CategoryDuty.objects.all().delete()
    RoutingRule.objects.all().delete()
    Department.objects.all().delete()
    return codes


@pytest.mark.parametrize(
    ("code", "urgency", "minutes", "unit"),
    [
        ("0401", "P2", 240, LimitUnit.WORK),
        ("0401", "P0", 120, LimitUnit.NATURAL),
        ("0301", "P0", 120, LimitUnit.NATURAL),
        ("0503", "P1", 120, LimitUnit.NATURAL),
        ("0806", "P3", 7200, LimitUnit.WORK),
    ],
)
def test_a_raised_case_gets_the_limit_of_its_urgency(
    code: str, urgency: str, minutes: int, unit: LimitUnit
) -> None:
    seed()
    category = Category.objects.get(code=code)
    limit = limit_for(LimitStage.HANDLE, category_id=category.pk, grid_id=None, urgency=urgency)
    assert limit == Limit(minutes, unit)


def test_every_duty_and_rule_has_somebody_to_sign(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    seed()
    leads = {*CategoryDuty.objects.values_list("lead__code", flat=True)}
    leads |= {*RoutingRule.objects.values_list("lead__code", flat=True)}
    seed_demo_staff(reset=False, folder=None)
    for code in leads - {"village"}:
        seats = Membership.objects.filter(department__code=code)
        assert seats.filter(role=Role.HANDLER).exists(), code
        assert seats.filter(role=Role.HEAD).exists(), code


class TestDemoStaff:
    @pytest.fixture(autouse=True)
    def _own_data_folder(self, settings: Settings, tmp_path: Path) -> None:
        settings.DATA_DIR = tmp_path
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        seed()

    def password(self, path: Path) -> str:
        lines = path.read_text().splitlines()
        return next(line for line in lines if line.startswith(PASSWORD_MARK))[len(PASSWORD_MARK) :]

    def test_it_works(self) -> None:
        path = seed_demo_staff(reset=False, folder=None)
        assert path.stat().st_mode & 0o777 == 0o600
        for name in ("dispatcher", "lead", "verifier", "sanitation", "sanitation_head", "security"):
            assert Staff.objects.get(username=name).check_password(self.password(path))
        assert not Staff.objects.filter(is_superuser=True).exists()
        assert Membership.objects.filter(role=Role.SECURITY).count() == 1

    def test_it_keeps_passwords_and_seats(self) -> None:
        path = seed_demo_staff(reset=False, folder=None)
        before = path.read_text()
        lead = Staff.objects.get(username="lead")
        lead.set_password("own-password-1")
        lead.save()
        seed_demo_staff(reset=False, folder=None)
        assert path.read_text() == before
        lead.refresh_from_db()
        assert lead.check_password("own-password-1")
        seed_demo_staff(reset=True, folder=None)
        lead.refresh_from_db()
        assert lead.check_password(self.password(path))

    def test_a_lost_file_means_a_new_password(self) -> None:
        path = seed_demo_staff(reset=False, folder=None)
        old = self.password(path)
        path.unlink()
        seed_demo_staff(reset=False, folder=None)
        assert self.password(path) != old
        assert Staff.objects.get(username="lead").check_password(self.password(path))

    def test_no_demo_account_without_being_asked(self) -> None:
        call_command("seed_township", verbosity=0)
        assert not Staff.objects.exists()
        call_command("seed_township", "--demo", verbosity=0)
        assert Staff.objects.filter(username="dispatcher").exists()
