"""The form of a routing rule: checked by the same list of faults that triage and the list use."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.console.list_fields import OfficeForm
from dispatch.console.rule_fields import (
    CodesField,
    RuleWordsField,
    category_choices,
    grid_choices,
    readable,
)
from dispatch.triage.dry_run import DEFAULT_SIZE, Trial, try_rule
from dispatch.triage.reference import read_drafts
from dispatch.triage.rule_checks import LABELS, Draft, Known, find_faults, make_rule, read_known
from dispatch.triage.rule_shadows import shadowing
from reports.enums import Channel, ReportKind, ResidentRole, Urgency

_HARMLESS = frozenset({"name", "confirm_wide"})
"""Fields whose change cannot redirect anything."""


class RuleForm(OfficeForm):
    """Conditions as pick lists and words.

    ``for_trial`` leaves out the question whether a wide rule is meant: trying is how one finds out.
    """

    for_trial = False

    categories = CodesField(label=gettext_lazy("事项分类"))
    grids = CodesField(label=gettext_lazy("网格"))
    urgencies = CodesField(label=gettext_lazy("紧急程度"))
    channels = CodesField(label=gettext_lazy("上报渠道"))
    roles = CodesField(label=gettext_lazy("上报人身份"))
    kinds = CodesField(label=gettext_lazy("上报类型"))
    words = RuleWordsField(
        label=gettext_lazy("包含任一词语"),
        help_text=gettext_lazy("出现一个就算，多个用顿号分开；“…”表示中间可隔最多 8 个字"),
    )
    words_all = RuleWordsField(
        label=gettext_lazy("同时包含词语"), help_text=gettext_lazy("每一个都要出现")
    )
    words_none = RuleWordsField(
        label=gettext_lazy("不包含词语"), help_text=gettext_lazy("出现任何一个就不算")
    )
    confirm_wide = forms.BooleanField(
        required=False,
        label=gettext_lazy("确认大范围改派"),
        help_text=gettext_lazy("改派的工单超过三成时，须核对试运行结果并勾选后才能保存"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offers: dict[str, Any] = {
            "categories": category_choices(),
            "grids": grid_choices(),
            "urgencies": [(row.value, f"{row.value} {row.label}") for row in Urgency],
            "channels": Channel.choices,
            "roles": ResidentRole.choices,
            "kinds": ReportKind.choices,
        }
        for name, choices in offers.items():
            field = self.fields.get(name)
            if isinstance(field, CodesField):
                field.offer(choices, self._chosen(name))

    def _chosen(self, name: str) -> list[str]:
        if self.is_bound and hasattr(self.data, "getlist"):
            return list(self.data.getlist(self.add_prefix(name)))
        return readable(getattr(self.instance, name))

    @cached_property
    def known(self) -> Known:
        """What rules may refer to, read once."""
        return read_known()

    def draft(self) -> Draft:
        """Return the rule as typed."""
        data = self.cleaned_data
        lead = data.get("lead")
        return Draft(
            name=data.get("name") or str(_("（未命名）")),
            lead_id=lead.pk if lead else None,
            assisting_ids=tuple(row.pk for row in data.get("assisting") or ()),
            lists={name: data.get(name, []) for name in LABELS},
            hour_from=data.get("hour_from"),
            hour_to=data.get("hour_to"),
            day_scope=data.get("day_scope") or "any",
            id=self.instance.pk or 0,
            order=data["order"] if data.get("order") is not None else self.instance.order,
            version=self.instance.updated_at,
        )

    def clean(self) -> dict[str, Any]:
        """Put every fault at its field; ask about a rule that redirects very much."""
        data = super().clean() or {}
        for fault in find_faults(self.draft(), self.known):
            error = forms.ValidationError(fault.message, code=fault.code)
            self.add_error(fault.field if fault.field in self.fields else None, error)
        if not self.errors and not self.for_trial and {*self.changed_data} - _HARMLESS:
            self._ask_about_width(data)
        return data

    def _ask_about_width(self, data: dict[str, Any]) -> None:
        if data.get("confirm_wide"):
            return
        trial = self.trial()
        if trial.is_wide:
            message = _(
                "最近 %(looked)d 张工单中有 %(moved)d 张（%(share)s）会改派到别的单位，"
                "请先试运行核对；确认无误请勾选此项再保存"
            ) % {
                "looked": trial.looked,
                "moved": trial.redirected,
                "share": f"{trial.share:.0%}",
            }
            self.add_error("confirm_wide", forms.ValidationError(message, code="wide_rule"))

    def trial(self, size: int = DEFAULT_SIZE) -> Trial:
        """Try the rule as typed in the place of the stored one."""
        active = bool(self.cleaned_data.get("is_active"))
        return try_rule(self.draft(), is_active=active, size=size)

    def warnings(self) -> list[str]:
        """Return what deserves a look but is allowed: an earlier rule leaves nothing to this one."""
        draft, found = self.draft(), []
        rule = make_rule(draft, self.known)
        place = (draft.order, draft.id or float("inf"))
        before = [
            row for row in read_drafts() if (row.order, row.id) < place and row.id != draft.id
        ]
        earlier = [row for row in (make_rule(row, self.known) for row in before) if row]
        other = shadowing(rule, earlier, self.known) if rule else None
        if other is not None:
            found.append(
                _(
                    "排在前面的规则“%s”已包含这条规则的全部情况，这条规则不会有机会生效，请调整顺序或条件"
                )
                % other.name
            )
        return found
