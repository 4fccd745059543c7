"""Fill the office's tables from the JSON files a township edits (``dispatch/data``).

``SeedMode`` says how shipped rows meet edited ones. The order matters: categories and departments
first, what points at them after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, time
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from dispatch.enums import LimitStage
from dispatch.models import (
    CalendarDay,
    CategoryDuty,
    DangerTerm,
    Department,
    HandlingLimit,
    LexiconTerm,
    RoutingRule,
    StandardReply,
    UrgencyRule,
)
from dispatch.queries.calendar import forget_calendar
from reports.domain.seeding import DATA as REPORTS_DATA
from reports.domain.seeding import (
    Row,
    SeedMode,
    manager_of,
    put_rows,
    read_data,
    replace_links,
    seed_categories,
    seed_dimensions,
    seed_grids,
    seed_landmarks,
)
from reports.models import Category

DATA = Path(__file__).resolve().parent.parent / "data"
COMMAND_ROOM = "command"
RULE_LISTS = ("words", "words_all", "words_none", "channels", "roles", "kinds")
Say = Callable[[str], None]


def seed_township(*, mode: SeedMode, folder: Path | None, say: Say) -> None:
    """Put all reference data in one transaction; ``say`` gets a Chinese line for each table."""
    read = partial(read_data, shipped=DATA, folder=folder)
    tree = read_data("categories.json", shipped=REPORTS_DATA, folder=folder)["categories"]
    grids = read_data("grids.geojson", shipped=REPORTS_DATA, folder=folder)["features"]
    marks = read_data("landmarks.json", shipped=REPORTS_DATA, folder=folder)["landmarks"]
    steps: tuple[tuple[str, Callable[[], int]], ...] = (
        ("维度", partial(seed_dimensions, mode=mode)),
        ("事项分类", partial(seed_categories, tree, mode=mode)),
        ("网格", partial(seed_grids, grids, mode=mode)),
        ("地标", partial(seed_landmarks, marks, mode=mode)),
        ("部门", lambda: seed_departments(read("departments.json")["departments"], mode=mode)),
        ("职责分工", partial(seed_duties, tree, mode=mode)),
        ("工作日历", lambda: seed_calendar(read("calendar_days.json")["days"], mode=mode)),
        ("办理时限", lambda: seed_limits(read("limits.json")["limits"], tree, mode=mode)),
        ("派单规则", lambda: seed_rules(read("routing_rules.json")["rules"], mode=mode)),
        ("加急规则", lambda: seed_urgency(read("urgency_rules.json")["rules"], mode=mode)),
        ("险情词语", lambda: seed_danger(read("danger.json"), mode=mode)),
        ("标准答复", lambda: seed_replies(read("standard_replies.json")["replies"], mode=mode)),
        ("分类词语", lambda: seed_lexicon(read("lexicon.json")["categories"], mode=mode)),
    )
    with transaction.atomic():
        for number, (name, step) in enumerate(steps, start=1):
            say(f"[{number}/{len(steps)}] {name}：{step()} 条")


def seed_departments(rows: Sequence[Row], *, mode: SeedMode) -> int:
    """Put departments; ``village`` is the inactive stand-in for the village of the grid."""
    departments = [
        Department(
            code=row["code"],
            name=row["name"],
            short_name=row["short_name"],
            is_command_room=row.get("is_command_room", False),
            village_code=row.get("village_code", ""),
            is_active=row.get("is_active", True),
            order=order,
            aliases=row.get("aliases", []),
        )
        for order, row in enumerate(rows)
    ]
    columns = [
        "name", "short_name", "is_command_room", "village_code", "is_active", "order", "aliases",
    ]  # fmt: skip
    known = set(Department.objects.values_list("code", flat=True))
    put_rows(Department, departments, key=["code"], columns=columns, mode=mode)
    _link_conflicts(row for row in rows if mode is SeedMode.RESET or row["code"] not in known)
    return len(rows)


def _link_conflicts(rows: Iterable[Row]) -> None:
    """Set who gets complaints about a department, once all departments are there."""
    ids = _ids(Department)
    for row in rows:
        if row.get("conflict_department"):
            Department.objects.filter(code=row["code"]).update(
                conflict_department=ids[row["conflict_department"]]
            )


def seed_duties(tree: Sequence[Row], *, mode: SeedMode) -> int:
    """Put who answers for each leaf category by default (``lead``, ``assisting`` of the tree)."""
    leaves = [row for row in tree if row.get("lead")]
    known = set(CategoryDuty.objects.values_list("category__code", flat=True))
    categories, departments = _ids(Category), _ids(Department)
    duties = [
        CategoryDuty(
            category_id=categories[row["code"]],
            lead_id=departments[row["lead"]],
            updated_at=timezone.now(),
        )
        for row in leaves
    ]
    put_rows(CategoryDuty, duties, key=["category"], columns=["lead", "updated_at"], mode=mode)
    fresh = (
        leaves if mode is SeedMode.RESET else [row for row in leaves if row["code"] not in known]
    )
    by_category = dict(CategoryDuty.objects.values_list("category__code", "pk"))
    replace_links(
        CategoryDuty.assisting.through,
        "categoryduty_id",
        (
            (by_category[row["code"]], departments[code])
            for row in fresh
            for code in row["assisting"]
        ),
        of=[by_category[row["code"]] for row in fresh],
    )
    return len(leaves)


def seed_calendar(rows: Sequence[Row], *, mode: SeedMode) -> int:
    """Put the days that differ from their weekday."""
    days = [
        CalendarDay(
            date=date.fromisoformat(row["date"]),
            type=row["type"],
            name=row["name"],
            source=row["source"],
            confirmed=row["confirmed"],
        )
        for row in rows
    ]
    columns = ["type", "name", "source", "confirmed"]
    put_rows(CalendarDay, days, key=["date"], columns=columns, mode=mode)
    forget_calendar()
    return len(rows)


def seed_limits(general: Sequence[Row], tree: Sequence[Row], *, mode: SeedMode) -> int:
    """Put limits: the general ones by urgency, and each category's own for the urgencies it names.

    A category's limit is tied to its urgency, so that a case raised to P0 gets the P0 limit.
    """
    wanted = {
        (row["stage"], None, row["urgency"]): (row["minutes"], row["unit"]) for row in general
    } | _category_limits(tree, _ids(Category))
    if not _is_open(HandlingLimit, mode):
        return len(wanted)
    known = {
        (row.stage, row.category_id, row.urgency): row
        for row in HandlingLimit.objects.filter(grid__isnull=True)
    }
    fresh: list[HandlingLimit] = []
    for key, (minutes, unit) in wanted.items():
        row = known.get(key)
        if row is None:
            stage, category_id, urgency = key
            row = HandlingLimit(stage=stage, category_id=category_id, urgency=urgency)
            fresh.append(row)
        elif mode is not SeedMode.RESET:
            continue
        row.minutes, row.unit = minutes, unit
    HandlingLimit.objects.bulk_create(fresh)
    if mode is SeedMode.RESET:
        HandlingLimit.objects.bulk_update(known.values(), ["minutes", "unit"])
    return len(wanted)


def _category_limits(
    tree: Sequence[Row], categories: Mapping[str, int]
) -> dict[tuple[str, int | None, str], tuple[int, str]]:
    limits: dict[tuple[str, int | None, str], tuple[int, str]] = {}
    for row in tree:
        if "handling" not in row:
            continue
        spans = [
            {**row["handling"], "urgency": row["urgency"]},
            *row.get("handling_by_urgency", ()),
        ]
        for span in spans:
            key = (str(LimitStage.HANDLE), categories[row["code"]], span["urgency"])
            limits[key] = (span["hours"] * 60, span["unit"])
    return limits


def seed_rules(rows: Sequence[Row], *, mode: SeedMode) -> int:
    """Put the ordered routing rules."""
    if not _is_open(RoutingRule, mode):
        return len(rows)
    known = set(RoutingRule.objects.values_list("name", flat=True))
    departments = _ids(Department)
    put_rows(
        RoutingRule,
        [_rule(row, departments) for row in rows],
        key=["name"],
        columns=[
            "order", "categories", "grids", "urgencies", *RULE_LISTS, "hour_from", "hour_to",
            "day_scope", "lead", "updated_at",
        ],
        mode=mode,
    )  # fmt: skip
    fresh = rows if mode is SeedMode.RESET else [row for row in rows if row["name"] not in known]
    by_name = dict(RoutingRule.objects.values_list("name", "pk"))
    replace_links(
        RoutingRule.assisting.through,
        "routingrule_id",
        ((by_name[row["name"]], departments[code]) for row in fresh for code in row["assisting"]),
        of=[by_name[row["name"]] for row in fresh],
    )
    return len(rows)


def _rule(row: Row, departments: Mapping[str, int]) -> RoutingRule:
    def hour(name: str) -> time | None:
        return time.fromisoformat(row[name]) if row.get(name) else None

    return RoutingRule(
        order=row["order"],
        name=row["name"],
        categories=row.get("categories", []),
        grids=row.get("grids", []),
        urgencies=row.get("urgencies", []),
        **{name: row.get(name, []) for name in RULE_LISTS},
        hour_from=hour("hour_from"),
        hour_to=hour("hour_to"),
        day_scope=row.get("day_scope", "any"),
        lead_id=departments[row["lead"]],
        updated_at=timezone.now(),
    )


def seed_urgency(rows: Sequence[Row], *, mode: SeedMode) -> int:
    """Put what raises the urgency by the clock and the calendar."""
    if _is_open(UrgencyRule, mode):
        rules = [
            UrgencyRule(
                **{name: value for name, value in row.items() if not name.startswith("hour_")},
                **{
                    name: time.fromisoformat(row[name])
                    for name in ("hour_from", "hour_to")
                    if row.get(name)
                },
                updated_at=timezone.now(),
            )
            for row in rows
        ]
        columns = [
            "order", "categories", "words", "hour_from", "hour_to", "month_from", "month_to",
            "day_scope", "highest", "updated_at",
        ]  # fmt: skip
        put_rows(UrgencyRule, rules, key=["name"], columns=columns, mode=mode)
    return len(rows)


def seed_danger(data: Mapping[str, Any], *, mode: SeedMode) -> int:
    """Put danger words."""
    if _is_open(DangerTerm, mode):
        columns = ["urgency", "hazard", "unless", "updated_at"]
        put_rows(DangerTerm, danger_terms(data), key=["term"], columns=columns, mode=mode)
    return len(data["terms"])


def danger_terms(data: Mapping[str, Any]) -> list[DangerTerm]:
    """Return the unsaved rows of the file; ``@name`` in ``unless`` stands for a list of ``shared``."""
    now = timezone.now()
    return [
        DangerTerm(
            term=row["term"],
            urgency=row["urgency"],
            hazard=row.get("hazard", ""),
            unless=_spell_out(row.get("unless", ()), data["shared"]),
            updated_at=now,
        )
        for row in data["terms"]
    ]


def _spell_out(words: Sequence[str], shared: Mapping[str, Sequence[str]]) -> list[str]:
    spelled: list[str] = []
    for word in words:
        spelled += shared[word[1:]] if word.startswith("@") else [word]
    return spelled


def seed_replies(rows: Sequence[Row], *, mode: SeedMode) -> int:
    """Put the texts that actions start from."""
    if _is_open(StandardReply, mode):
        categories, now = _ids(Category), timezone.now()
        replies = [
            StandardReply(
                name=row["name"],
                action=row["action"],
                field=row["field"],
                category_id=categories[row["category"]] if row.get("category") else None,
                text=row["text"],
                order=order,
                updated_at=now,
            )
            for order, row in enumerate(rows)
        ]
        columns = ["action", "field", "category", "text", "order", "updated_at"]
        put_rows(StandardReply, replies, key=["name"], columns=columns, mode=mode)
    return len(rows)


def seed_lexicon(data: Mapping[str, Mapping[str, Sequence[str]]], *, mode: SeedMode) -> int:
    """Put the words of each category; the file groups them by weight."""
    rows = [
        (code, term, float(weight))
        for code, by_weight in data.items()
        for weight, terms in by_weight.items()
        for term in terms
    ]
    if _is_open(LexiconTerm, mode):
        categories, now = _ids(Category), timezone.now()
        terms_ = [
            LexiconTerm(category_id=categories[code], term=term, weight=weight, updated_at=now)
            for code, term, weight in rows
        ]
        columns = ["weight", "updated_at"]
        put_rows(LexiconTerm, terms_, key=["category", "term"], columns=columns, mode=mode)
    return len(rows)


def _is_open(model: type[Model], mode: SeedMode) -> bool:
    """Whether shipped rows may be added: not to a table somebody works on, unless asked to."""
    return mode is not SeedMode.FILL or not manager_of(model).exists()


def _ids(model: type[Category | Department]) -> dict[str, int]:
    return dict(model.objects.values_list("code", "pk"))
