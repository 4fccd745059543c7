"""What changed from one version to another: figures by name, tables by row, texts by block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from dispatch.models import BriefVersion

MOST = 200
_ORDER = ("overview", "categories", "problems", "case", "advice", "reports_to", "copies_to")
_NOTHING = frozenset({"", "0", "—"})
BLOCK_NAMES: Mapping[str, str] = {
    "overview": "一、基本情况",
    "categories": "二、分类情况",
    "problems": "三、突出问题",
    "advice": "五、工作建议",
    "reports_to": "报送",
    "copies_to": "抄送",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs; "" is what was not there."""

    where: str
    name: str
    before: str
    after: str


def block_name(key: str) -> str:
    """Return what the editor calls a block."""
    return BLOCK_NAMES.get(key) or _("四、典型案例 %s") % key.partition("-")[2]


def block_place(key: str) -> tuple[int, str]:
    """Return where a block stands on the paper, for sorting."""
    return (_ORDER.index(key.partition("-")[0]), key)


def changed_figures(old: BriefVersion, new: BriefVersion) -> list[Change]:
    """Return the figures that differ, the key figures first; nothing when the data are the same."""
    if old.snapshot.sha256 == new.snapshot.sha256:
        return []
    before, after = old.snapshot.content, new.snapshot.content
    return [*_facts(before, after), *_tables(before, after)][:MOST]


def changed_blocks(old: BriefVersion, new: BriefVersion) -> list[Change]:
    """Return the texts that differ."""
    keys = sorted({*old.blocks, *new.blocks}, key=block_place)
    return [
        Change(_("文字"), block_name(key), old.blocks.get(key, ""), new.blocks.get(key, ""))
        for key in keys
        if old.blocks.get(key, "") != new.blocks.get(key, "")
    ]


def _facts(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    old = {fact["name"]: _fact(fact) for fact in before["facts"]}
    new = {fact["name"]: _fact(fact) for fact in after["facts"]}
    yield from _differing(_("主要指标"), old, new)


def _fact(fact: Mapping[str, Any]) -> str:
    return f"{fact['text']}（{fact['base']}）" if fact["base"] else str(fact["text"])


def _tables(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    old_tables = {table["code"]: table for table in before["tables"]}
    for table in after["tables"]:
        old = old_tables.get(table["code"])
        yield from _differing(table["title"], _cells(old) if old else {}, _cells(table))


def _cells(table: Mapping[str, Any]) -> dict[str, str]:
    names = [column["name"] for column in table["columns"]]
    return {
        f"{row['name']} · {name}": cell["text"]
        for row in table["rows"]
        for name, cell in zip(names, row["cells"], strict=True)
    }


def _differing(where: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    for name in dict.fromkeys([*new, *old]):
        before, after = old.get(name, ""), new.get(name, "")
        # A row of nothings that is left out, or not, is no change.
        if before != after and not {before, after} <= _NOTHING:
            yield Change(where, name, before, after)
