"""What can be wrong with a routing rule: one list of checks for the form, the list page and triage.

A *fatal* fault makes triage skip the rule (it cannot be carried out, or cannot be read); the others
are shown, the rule goes on with what is sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time

from dispatch.enums import DayScope
from dispatch.models import Department, RoutingRule
from dispatch.triage.patterns import GAP_MARK
from dispatch.triage.rules import Duty, Rule
from reports.enums import Channel, ReportKind, ResidentRole, Urgency
from reports.models import Category, Grid

VILLAGE = "village"
"""Code of the stand-in department that rules and duties name for "the village of the grid"."""
MAX_WORD = 30
LABELS = {
    "categories": "事项分类",
    "grids": "网格",
    "urgencies": "紧急程度",
    "words": "包含任一词语",
    "words_all": "同时包含词语",
    "words_none": "不包含词语",
    "channels": "上报渠道",
    "roles": "上报人身份",
    "kinds": "上报类型",
}
WORD_LISTS = ("words", "words_all", "words_none")
_CLOSED: Mapping[str, tuple[str, frozenset[str]]] = {
    "urgencies": ("unknown_urgency", frozenset(Urgency.values)),
    "channels": ("unknown_channel", frozenset(Channel.values)),
    "roles": ("unknown_role", frozenset(ResidentRole.values)),
    "kinds": ("unknown_kind", frozenset(ReportKind.values)),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: the form field it belongs to, its code, and what to read about it."""

    field: str
    code: str
    message: str
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What rules may refer to. ``leaves`` and ``grids`` (code → village code) are the active ones."""

    departments: Mapping[int, Department]
    codes: frozenset[str] = frozenset()
    leaves: frozenset[str] = frozenset()
    grid_codes: frozenset[str] = frozenset()
    grids: Mapping[str, str] = field(default_factory=dict)

    @property
    def villages(self) -> frozenset[str]:
        """Village codes with an active department."""
        rows = self.departments.values()
        return frozenset(row.village_code for row in rows if row.village_code and row.is_active)


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule as it is stored or typed: the lists may hold anything."""

    name: str
    lead_id: int | None
    assisting_ids: tuple[int, ...] = ()
    lists: Mapping[str, object] = field(default_factory=dict)
    hour_from: time | None = None
    hour_to: time | None = None
    day_scope: str = DayScope.ANY
    id: int = 0
    order: int = 100
    version: datetime | None = None

    def words_of(self, name: str) -> tuple[str, ...]:
        """Return the readable entries of a list."""
        value = self.lists.get(name)
        entries = value if isinstance(value, list | tuple) else ()
        return tuple(word for word in entries if isinstance(word, str) and word.strip())


def draft_of(row: RoutingRule, assisting_ids: Iterable[int]) -> Draft:
    """Copy a stored (or unsaved) row."""
    return Draft(
        name=row.name,
        lead_id=row.lead_id,
        assisting_ids=tuple(assisting_ids),
        lists={name: getattr(row, name) for name in LABELS},
        hour_from=row.hour_from,
        hour_to=row.hour_to,
        day_scope=row.day_scope,
        id=row.pk or 0,
        order=row.order,
        version=row.updated_at,
    )


def read_known() -> Known:
    """Read what rules may refer to (three queries)."""
    categories = list(Category.objects.select_related("parent"))
    grids = list(Grid.objects.values_list("code", "village_code", "is_active"))
    return Known(
        departments={row.pk: row for row in Department.objects.all()},
        codes=frozenset(row.code for row in categories),
        leaves=frozenset(
            row.code for row in categories if row.parent and row.is_active and row.parent.is_active
        ),
        grid_codes=frozenset(code for code, _, _ in grids),
        grids={code: village for code, village, active in grids if active},
    )


def find_faults(draft: Draft, known: Known) -> list[Fault]:
    """Return everything wrong with the rule, form field by form field."""
    faults = [fault for name in LABELS for fault in _list_faults(name, draft)]
    faults += _category_faults(draft, known)
    faults += _grid_faults(draft, known)
    faults += _word_faults(draft)
    faults += _time_faults(draft)
    faults += _department_faults(draft, known)
    return faults


def make_rule(draft: Draft, known: Known) -> Rule | None:
    """Return the rule for matching, its fatal faults written into it; ``None`` without a lead."""
    lead = known.departments.get(draft.lead_id or 0)
    if lead is None:
        return None
    assisting = (known.departments.get(pk) for pk in draft.assisting_ids)
    fatal = [fault.message for fault in find_faults(draft, known) if fault.fatal]
    return Rule(
        name=draft.name,
        duty=Duty(lead, tuple(row for row in assisting if row is not None)),
        hour_from=draft.hour_from,
        hour_to=draft.hour_to,
        day_scope=draft.day_scope if draft.day_scope in DayScope.values else DayScope.ANY,
        id=draft.id,
        order=draft.order,
        version=draft.version,
        fault="；".join(fatal),
        categories=draft.words_of("categories"),
        grids=draft.words_of("grids"),
        urgencies=draft.words_of("urgencies"),
        words=draft.words_of("words"),
        words_all=draft.words_of("words_all"),
        words_none=draft.words_of("words_none"),
        channels=draft.words_of("channels"),
        roles=draft.words_of("roles"),
        kinds=draft.words_of("kinds"),
    )


def _list_faults(name: str, draft: Draft) -> Iterator[Fault]:
    value, label = draft.lists.get(name, []), LABELS[name]
    if not isinstance(value, list | tuple) or not all(isinstance(word, str) for word in value):
        yield Fault(name, "bad_data", f"“{label}”的数据已损坏，请重新填写", fatal=True)
        return
    if any(not word.strip() for word in value):
        yield Fault(name, "empty_word", f"“{label}”里有空白的一项", fatal=True)
    twice = next((word for at, word in enumerate(value) if word in value[:at]), None)
    if twice is not None:
        yield Fault(name, "duplicate", f"“{label}”里“{twice}”重复")
    if name in WORD_LISTS:
        yield from _pattern_faults(name, draft.words_of(name))
    if name in _CLOSED:
        code, values = _CLOSED[name]
        for word in draft.words_of(name):
            if word not in values:
                yield Fault(name, code, f"“{label}”里没有“{word}”这一项", fatal=True)


def _pattern_faults(name: str, words: Iterable[str]) -> Iterator[Fault]:
    for word in words:
        if len(word) > MAX_WORD:
            yield Fault(name, "word_too_long", f"“{word[:MAX_WORD]}…”超过 {MAX_WORD} 字")
        if not word.replace(GAP_MARK, "").strip():
            yield Fault(name, "empty_pattern", f"“{word}”只有省略号，没有文字", fatal=True)


def _category_faults(draft: Draft, known: Known) -> Iterator[Fault]:
    name, prefixes = "categories", draft.words_of("categories")
    dead = [code for code in prefixes if not _any_starts(known.leaves, code)]
    for code in dead:
        if _any_starts(known.codes, code):
            yield Fault(name, "no_active_leaf", f"分类“{code}”已停用或下面没有启用的小类")
        else:
            yield Fault(name, "unknown_category", f"没有编码以“{code}”开头的事项分类")
    if dead and len(dead) == len(prefixes):
        yield Fault(name, "never_matches", "所选分类都已停用或不存在，这条规则永远不会命中")


def _grid_faults(draft: Draft, known: Known) -> Iterator[Fault]:
    name, prefixes = "grids", draft.words_of("grids")
    dead = [code for code in prefixes if not _any_starts(known.grids, code)]
    for code in dead:
        if _any_starts(known.grid_codes, code):
            yield Fault(name, "no_active_grid", f"网格“{code}”已停用")
        else:
            yield Fault(name, "unknown_grid", f"没有编码以“{code}”开头的网格")
    if dead and len(dead) == len(prefixes):
        yield Fault(name, "never_matches", "所选网格都已停用或不存在，这条规则永远不会命中")


def _word_faults(draft: Draft) -> Iterator[Fault]:
    banned = draft.words_of("words_none")
    for name, enough in (("words", all), ("words_all", any)):
        words = draft.words_of(name)
        blocked = [any(bad in word for bad in banned) for word in words]
        if words and enough(blocked):
            yield Fault(
                "words_none",
                "never_matches",
                f"与“{LABELS[name]}”矛盾，这条规则永远不会命中",
            )


def _time_faults(draft: Draft) -> Iterator[Fault]:
    if (draft.hour_from is None) != (draft.hour_to is None):
        missing = "hour_to" if draft.hour_to is None else "hour_from"
        yield Fault(missing, "hours_half", "开始时间和结束时间须同时填写或同时留空", fatal=True)
    elif draft.hour_from is not None and draft.hour_from == draft.hour_to:
        yield Fault("hour_to", "hours_equal", "开始时间和结束时间不能相同", fatal=True)
    if draft.day_scope not in DayScope.values:
        yield Fault("day_scope", "unknown_day_scope", "适用日期的数据已损坏", fatal=True)


def _department_faults(draft: Draft, known: Known) -> Iterator[Fault]:
    lead = known.departments.get(draft.lead_id or 0)
    if lead is not None and lead.code == VILLAGE:
        yield from _village_faults(draft, known)
    elif lead is not None and not lead.is_active:
        yield Fault("lead", "department_inactive", f"主办单位“{lead.name}”已停用", fatal=True)
    if draft.lead_id in draft.assisting_ids:
        yield Fault("assisting", "lead_assists", "主办单位不能同时是协办单位")
    for pk in draft.assisting_ids:
        row = known.departments.get(pk)
        if row is not None and not row.is_active and row.code != VILLAGE:
            yield Fault("assisting", "department_inactive", f"协办单位“{row.name}”已停用")


def _village_faults(draft: Draft, known: Known) -> Iterator[Fault]:
    """Check that the villages of the rule's grids have a department to take the work."""
    prefixes = draft.words_of("grids")
    wanted = {
        village
        for code, village in known.grids.items()
        if not prefixes or code.startswith(prefixes)
    }
    if wanted and not wanted & known.villages:
        message = "这些网格所在的村社都没有启用的单位，无法确定属地村社"
        yield Fault("lead", "no_village", message, fatal=True)


def _any_starts(codes: Iterable[str], prefix: str) -> bool:
    return any(code.startswith(prefix) for code in codes)
