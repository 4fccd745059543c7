"""The alarm book (台账), and the table of hours and seasons that raise the urgency."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.console.list_fields import OfficeForm, WordsField
from dispatch.console.paging import CappedPaginator
from dispatch.console.people import OfficeAdmin, RecordAdmin
from dispatch.console.record_admin import NumberSearch, ticket_anchor
from dispatch.console.rule_fields import CodesField, category_choices, readable
from dispatch.console.ticket_list import badge
from dispatch.console.wording import moment_text, span_text
from dispatch.models import Alarm, UrgencyRule
from reports.enums import Urgency
from reports.models import Category


class AnsweredFilter(admin.SimpleListFilter):
    """Open or acknowledged."""

    title = gettext_lazy("是否知悉")
    parameter_name = "answered"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", _("待确认")), ("yes", _("已知悉"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alarm]) -> QuerySet[Alarm]:
        if self.value() not in {"no", "yes"}:
            return queryset
        return queryset.filter(acknowledged_at__isnull=self.value() == "no")


@admin.register(Alarm)
class AlarmAdmin(NumberSearch, RecordAdmin):
    list_display = ("ticket_link", "title", "state", "reason", "raised", "reaction", "who", "lead")
    list_display_links = ("raised",)
    list_filter = (AnsweredFilter,)
    list_select_related = ("ticket", "acknowledged_by")
    list_fullwidth = True
    sortable_by = ()
    paginator = CappedPaginator
    search_fields = ("ticket__number",)
    search_help_text = gettext_lazy("输入完整的工单编号")
    number_field = "ticket__number"
    fields = (
        "ticket_link",
        "title",
        "level",
        "hazard",
        "reason",
        "round",
        "state",
        "raised",
        "reaction",
        "who",
        "lead",
    )
    readonly_fields = fields

    @admin.display(description=gettext_lazy("工单"))
    def ticket_link(self, alarm: Alarm) -> SafeString | str:
        return format_html('<span class="xc-number">{}</span>', ticket_anchor(alarm.ticket))

    @admin.display(description=gettext_lazy("摘要"))
    def title(self, alarm: Alarm) -> SafeString:
        return format_html('<div class="xc-title">{}</div>', alarm.ticket.title)

    @admin.display(description=gettext_lazy("状态"))
    def state(self, alarm: Alarm) -> SafeString:
        if alarm.acknowledged_at is not None:
            return badge(_("已知悉"), "success")
        return badge(_("待确认，已升级") if alarm.escalated_at else _("待确认"), "danger")

    @admin.display(description=gettext_lazy("响铃时间"))
    def raised(self, alarm: Alarm) -> str:
        return moment_text(alarm.raised_at)

    @admin.display(description=gettext_lazy("反应用时"))
    def reaction(self, alarm: Alarm) -> str:
        end = alarm.acknowledged_at or timezone.now()
        span = span_text(end - alarm.raised_at)
        return span if alarm.acknowledged_at else _("已等待 %(span)s") % {"span": span}

    @admin.display(description=gettext_lazy("知悉人"))
    def who(self, alarm: Alarm) -> str:
        return str(alarm.acknowledged_by) if alarm.acknowledged_by else "—"

    @admin.display(description=gettext_lazy("升级至值班领导"))
    def lead(self, alarm: Alarm) -> str:
        return moment_text(alarm.escalated_at) or "—"


class UrgencyRuleForm(OfficeForm):
    """Conditions as words; hours and months come in pairs, and something must be said about time."""

    categories = CodesField(label=gettext_lazy("事项分类"))
    words = WordsField(
        label=gettext_lazy("包含词语"),
        help_text=gettext_lazy(
            "任一出现即可，“/”表示其中一个，“…”表示中间可隔最多八个字；留空不限"
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("CodesField", self.fields["categories"])
        field.offer(category_choices(), readable(self.instance.categories))

    def clean_categories(self) -> list[str]:
        """Refuse a category that does not exist."""
        chosen: list[str] = self.cleaned_data["categories"]
        known = set(Category.objects.values_list("code", flat=True)) if chosen else set()
        unknown = next((code for code in chosen if code not in known), None)
        if unknown is not None:
            raise forms.ValidationError(_("没有编码为“%s”的事项分类") % unknown)
        return chosen

    def clean(self) -> dict[str, Any]:
        """Check pairs, months, the ceiling, and that the rule says when."""
        data = super().clean() or {}
        for first, last, name in (
            ("hour_from", "hour_to", _("时间")),
            ("month_from", "month_to", _("月份")),
        ):
            if (data.get(first) is None) != (data.get(last) is None):
                self.add_error(
                    last, _("开始%(name)s和结束%(name)s须同时填写或同时留空") % {"name": name}
                )
        for month in ("month_from", "month_to"):
            if data.get(month) is not None and not 1 <= data[month] <= 12:  # noqa: PLR2004 - months
                self.add_error(month, _("月份是 1 到 12"))
        if data.get("highest") not in {None, Urgency.P0, Urgency.P1}:
            self.add_error("highest", _("最高只能升到 P0 特急或 P1 紧急"))
        if data.get("highest") == Urgency.P0 and not data.get("words"):
            self.add_error("words", _("能升到特急的规则须写明词语，以免整类事项都响警报"))
        timed = data.get("hour_from") is not None or data.get("month_from") is not None
        if not timed and data.get("day_scope") == "any":
            self.add_error("day_scope", _("请至少填写时间、月份或适用日期中的一项"))
        return data


@admin.register(UrgencyRule)
class UrgencyRuleAdmin(OfficeAdmin):
    form = UrgencyRuleForm
    deletable = True
    list_display = ("order", "name", "hours", "months", "day_scope", "highest", "is_active")
    list_display_links = ("order", "name")
    list_filter = ("is_active", "highest")
    search_fields = ("name",)

    @admin.display(description=gettext_lazy("时间"))
    def hours(self, rule: UrgencyRule) -> str:
        if rule.hour_from is None or rule.hour_to is None:
            return str(_("全天"))
        return f"{rule.hour_from:%H:%M}–{rule.hour_to:%H:%M}"

    @admin.display(description=gettext_lazy("月份"))
    def months(self, rule: UrgencyRule) -> str:
        if rule.month_from is None:
            return str(_("全年"))
        return _("%(first)d–%(last)d 月") % {"first": rule.month_from, "last": rule.month_to}
