"""Form fields of a routing rule: pick lists with Chinese names over columns that hold codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelect2MultipleWidget, UnfoldAdminTextInputWidget

from reports.models import Category, Grid

Choice = tuple[str, str]
Group = tuple[str, list[Choice]]

_SEPARATOR = re.compile(r"\s*[,，、;；]\s*|\s+")
_MAX_WORDS = 200


class CodesField(forms.MultipleChoiceField):
    """Several codes out of a list. An unknown one is left to ``find_faults``, which names it."""

    widget = UnfoldAdminSelect2MultipleWidget

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("help_text", gettext_lazy("可多选，不选表示不限"))
        super().__init__(**kwargs)

    def valid_value(self, value: Any) -> bool:
        """Let every string through."""
        return isinstance(value, str)

    def prepare_value(self, value: Any) -> Any:
        """Show what can be read of a stored list."""
        return readable(value)

    def offer(self, choices: Iterable[Choice | Group], chosen: Sequence[str]) -> None:
        """Set the pick list; what is chosen but not in it stays visible, marked as unknown."""
        rows = list(choices)
        known = {
            code
            for value, label in rows
            for code in ([row[0] for row in label] if isinstance(label, list) else [value])
        }
        strange = [(code, _("%s（不存在）") % code) for code in chosen if code not in known]
        self.choices = [*rows, *([(_("无法识别"), strange)] if strange else [])]


class RuleWordsField(forms.CharField):
    """Words separated by 顿号, commas or blanks; an empty or repeated one is refused, not dropped."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show the list as one line."""
        return value if isinstance(value, str) else "、".join(readable(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare lists, not their spelling."""
        return readable(initial) != _split(data or "")

    def clean(self, value: Any) -> list[str]:
        """Return the words as typed."""
        words = _split(super().clean(value) or "")
        if len(words) > _MAX_WORDS:
            raise forms.ValidationError(_("最多填写 %d 个") % _MAX_WORDS, code="too_many")
        return words


def readable(value: Any) -> list[str]:
    """Return the strings of a stored list; nothing of anything else."""
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []


def category_choices() -> list[Group]:
    """Return each top category with "all of it" and its leaves (one query)."""
    groups: dict[str, Group] = {}
    for row in Category.objects.select_related("parent").order_by("code"):
        off = "" if row.is_active else _("（已停用）")
        if row.parent is None:
            name = f"{row.code} {row.name}{off}"
            groups[row.code] = (name, [(row.code, _("%s（全部小类）") % f"{row.code} {row.name}")])
        elif row.parent.code in groups:
            groups[row.parent.code][1].append((row.code, f"{row.code} {row.name}{off}"))
    return list(groups.values())


def grid_choices() -> list[Group]:
    """Return each village with "all of it" and its grids (one query)."""
    groups: dict[str, Group] = {}
    rows = Grid.objects.order_by("code").values_list(
        "code", "name", "village_code", "village_name", "is_active"
    )
    for code, name, village_code, village, active in rows:
        every = (village_code, _("%s（全部网格）") % (village or village_code))
        group = groups.setdefault(village_code, (village or village_code, [every]))
        group[1].append((code, name if active else f"{name}{_('（已停用）')}"))
    return list(groups.values())


def _split(text: str) -> list[str]:
    return _SEPARATOR.split(text.strip()) if text.strip() else []
