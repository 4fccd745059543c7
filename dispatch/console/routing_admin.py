"""The routing rules in the admin: the list with hits and faults, the form, moving and trying."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.views import ChangeList

from dispatch.console.audited import record_change
from dispatch.console.people import OfficeAdmin
from dispatch.console.rule_cards import RuleCard, read_board
from dispatch.console.rule_form import RuleForm
from dispatch.console.rule_trial import SIZES, order_trial_page, rule_trial_page
from dispatch.console.ticket_list import badge
from dispatch.console.wording import moment_text
from dispatch.domain.rule_order import move_rule
from dispatch.models import RoutingRule
from xiangcun.lib.errors import DomainError


class RuleChangeList(ChangeList):
    """The list whose rows know their card."""

    def get_results(self, request: HttpRequest) -> None:
        """Make the cards once for the page."""
        super().get_results(request)
        board = read_board(now=timezone.now())
        for row in self.result_list:
            row.card = board.card(row)


def _card(rule: RoutingRule) -> RuleCard:
    return rule.card  # type: ignore[attr-defined,no-any-return]  # set by RuleChangeList


def _warned(label: str, note: str) -> SafeString:
    return format_html(
        '<div class="xc-rule-who">{}<div class="xc-soft">{}</div></div>',
        badge(label, "warning"),
        note,
    )


class RuleColumns:
    """The columns of the list; none runs a query."""

    @admin.display(description=gettext_lazy("条件"))
    def col_conditions(self, rule: RoutingRule) -> SafeString:
        rows = _card(rule).conditions or ((_("条件"), _("不限，全部上报")),)
        lines = format_html_join("", '<div><span class="xc-soft">{}</span> {}</div>', rows)
        return format_html('<div class="xc-title">{}</div>', lines)

    @admin.display(description=gettext_lazy("承办单位"))
    def col_departments(self, rule: RoutingRule) -> SafeString:
        return format_html('<div class="xc-rule-who">{}</div>', _card(rule).departments)

    @admin.display(description=gettext_lazy("命中"))
    def col_hits(self, rule: RoutingRule) -> SafeString:
        record = _card(rule).record
        return format_html(
            '<div class="xc-due"><b>{}</b><br><span>{}<br>{}</span></div>',
            _("近 30 天 %d 次") % record.recent,
            _("共 %d 次") % record.total,
            _("最近 %s") % moment_text(record.last_at) if record.last_at else _("还没有命中过"),
        )

    @admin.display(description=gettext_lazy("状态"))
    def col_state(self, rule: RoutingRule) -> SafeString:
        card = _card(rule)
        if not rule.is_active:
            return badge(_("停用"), "")
        if card.fault:
            label = _("有误，派单时跳过") if card.skipped else _("有误，部分无效")
            note = _("%(fault)s（%(since)s 发现）") % {"fault": card.fault, "since": card.since}
            return format_html(
                '<div class="xc-rule-fault">{}<div>{}</div></div>', badge(label, "danger"), note
            )
        if card.shadowed_by:
            note = _("排在前面的“%s”已包含它的全部情况") % card.shadowed_by
            return _warned(_("不会生效"), note)
        if card.record.skips:
            note = _("近 30 天跳过 %(times)d 次：%(reason)s（最近 %(at)s）") % {
                "times": card.record.skips,
                "reason": card.record.skip_reason,
                "at": moment_text(card.record.skipped_at),
            }
            return _warned(_("有跳过"), note)
        return badge(_("启用"), "success")

    @admin.display(description=gettext_lazy("移动"))
    def col_move(self, rule: RoutingRule) -> SafeString:
        buttons = (
            (reverse("admin:dispatch_routingrule_move", args=(rule.pk, way)), label, sign)
            for way, label, sign in (("up", _("上移"), "↑"), ("down", _("下移"), "↓"))
        )
        return format_html(
            '<div class="xc-nowrap xc-page">{}</div>',
            format_html_join(
                " ",
                '<button type="submit" class="xc-button xc-quiet" formaction="{}" title="{}">{}</button>',
                buttons,
            ),
        )


@admin.register(RoutingRule)
class RoutingRuleAdmin(RuleColumns, OfficeAdmin):
    form = RuleForm
    deletable = True
    list_display = (
        "order",
        "name",
        "col_conditions",
        "col_departments",
        "col_hits",
        "col_state",
    )
    list_display_links = ("name",)
    list_editable = ("order",)
    list_select_related = ("lead",)
    list_filter = ("is_active", "lead")
    list_per_page = 200
    list_fullwidth = True
    list_before_template = "admin/dispatch/routingrule/list_intro.html"
    change_form_before_template = "admin/dispatch/routingrule/form_intro.html"
    search_fields = ("name",)
    sortable_by = ()
    ordering = ("order", "id")
    autocomplete_fields = ("lead", "assisting")
    fieldsets = (
        (None, {"fields": (("name",), ("order", "is_active"))}),
        (
            gettext_lazy("条件（都满足才算；不填的不限）"),
            {
                "fields": (
                    "categories",
                    "grids",
                    ("urgencies", "kinds"),
                    ("channels", "roles"),
                    "words",
                    "words_all",
                    "words_none",
                    ("hour_from", "hour_to"),
                    "day_scope",
                )
            },
        ),
        (gettext_lazy("派给"), {"fields": ("lead", "assisting")}),
    )

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        movable = ("col_move",) if self.has_change_permission(request) else ()
        return (*self.list_display, *movable)

    def get_queryset(self, request: HttpRequest) -> QuerySet[RoutingRule]:
        found: QuerySet[RoutingRule] = super().get_queryset(request)
        return found.prefetch_related("assisting")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[RuleChangeList]:
        return RuleChangeList

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the confirmation once the form was sent: before, nothing is known to confirm."""
        extra = ((gettext_lazy("确认"), {"fields": ("confirm_wide",)}),)
        return (*self.fieldsets, *(extra if request.method == "POST" else ()))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {"trial_sizes": SIZES, **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, context)
        return response

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        context: dict[str, Any] = {"trial_sizes": SIZES, **(extra_context or {})}
        rule = self.get_object(request, object_id) if object_id else None
        if rule is not None:
            context["rule_card"] = read_board(now=timezone.now()).card(rule)
        response: HttpResponse = super().changeform_view(request, object_id, form_url, context)
        return response

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        super().save_model(request, obj, form, change)
        if isinstance(form, RuleForm) and obj.is_active:
            for warning in form.warnings():
                messages.warning(request, warning)

    def get_urls(self) -> list[URLPattern]:
        guard: Callable[[Any], Any] = self.admin_site.admin_view
        name = "dispatch_routingrule"
        return [
            path("try-order/", guard(self.try_order_view), name=f"{name}_try_order"),
            path("try/", guard(self.try_view), name=f"{name}_try_new"),
            path("<int:rule_id>/try/", guard(self.try_view), name=f"{name}_try"),
            path("<int:rule_id>/move/<str:way>/", guard(self.move_view), name=f"{name}_move"),
            *super().get_urls(),
        ]

    def try_view(self, request: HttpRequest, rule_id: int | None = None) -> HttpResponse:
        return self._post_only(request) or rule_trial_page(self, request, rule_id)

    def try_order_view(self, request: HttpRequest) -> HttpResponse:
        return self._post_only(request) or order_trial_page(self, request)

    def move_view(self, request: HttpRequest, rule_id: int, way: str) -> HttpResponse:
        refused = self._post_only(request)
        if refused is not None:
            return refused
        try:
            rule = move_rule(rule_id, up=way == "up", now=timezone.now())
            record_change(
                request, rule, "changed", {"order": ["", "上移" if way == "up" else "下移"]}
            )
            messages.success(request, _("已调整顺序：%s，几秒内对新上报生效") % rule.name)
        except DomainError as error:
            messages.error(request, error.message)
        return HttpResponseRedirect(reverse("admin:dispatch_routingrule_changelist"))

    def _post_only(self, request: HttpRequest) -> HttpResponse | None:
        """Refuse whoever may not set rules, and a plain link."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        return None if request.method == "POST" else HttpResponseNotAllowed(["POST"])
