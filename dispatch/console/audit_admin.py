"""The audit trail 审计记录, to be read: all of it by the auditor, accounts and sign-ins by security."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from dispatch.console.paging import CappedPaginator
from dispatch.console.people import READS_AUDIT, RecordAdmin, actor_of
from dispatch.console.record_admin import ticket_anchor
from dispatch.console.ticket_list import OpenedFilter, badge
from dispatch.console.wording import moment_text
from dispatch.enums import AuditOutcome
from dispatch.models import AuditRecord
from dispatch.queries.audit import readable_records
from reports.enums import Publication, PublicPhotoKind, WithholdReason
from xiangcun.lib.text import mask_contacts

_WHAT = {
    "added": gettext_lazy("新增"),
    "changed": gettext_lazy("修改"),
    "deleted": gettext_lazy("删除"),
}


class MomentFilter(OpenedFilter):
    """Within local days, both included."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return self.within(queryset, "at")


@admin.register(AuditRecord)
class AuditRecordAdmin(RecordAdmin):
    """Newest first, capped pages, found by a person's exact user name."""

    readers = READS_AUDIT
    list_display = ("moment", "person", "action", "result", "about", "reason_text", "address")
    list_display_links = ("moment",)
    list_filter = (
        ("action", ChoicesDropdownFilter),
        ("outcome", ChoicesDropdownFilter),
        ("at", MomentFilter),
    )
    list_filter_submit = True
    list_filter_sheet = True
    list_fullwidth = True
    list_select_related = ("ticket", "report", "actor")
    ordering = ("-seq",)
    sortable_by = ()
    paginator = CappedPaginator
    search_fields = ("username",)
    search_help_text = gettext_lazy("输入完整的用户名")
    fields = (
        "seq",
        "moment",
        "person",
        "roles",
        "action",
        "result",
        "about",
        "reason_text",
        "content",
        "address",
        "request_id",
        "prev_hash",
        "seal",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditRecord]:
        return readable_records(actor_of(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        name = search_term.strip()
        return (queryset.filter(username=name) if name else queryset), False

    @admin.display(description=gettext_lazy("时间"))
    def moment(self, record: AuditRecord) -> str:
        return moment_text(record.at)

    @admin.display(description=gettext_lazy("账号"))
    def person(self, record: AuditRecord) -> str:
        name = str(record.actor) if record.actor else ""
        return f"{name}（{record.username}）" if name else record.username or str(_("系统"))

    @admin.display(description=gettext_lazy("结果"))
    def result(self, record: AuditRecord) -> SafeString:
        refused = record.outcome == AuditOutcome.REFUSED
        return badge(record.get_outcome_display(), "danger" if refused else "success")

    @admin.display(description=gettext_lazy("对象"))
    def about(self, record: AuditRecord) -> SafeString | str:
        if record.ticket is None:
            what = str(record.data.get("what") or "—")
            return str(record.data.get("name") or _NAMES.get(what, what))
        report = f" {record.report.number}" if record.report else ""
        return format_html("{}{}", ticket_anchor(record.ticket), report)

    @admin.display(description=gettext_lazy("理由"))
    def reason_text(self, record: AuditRecord) -> str:
        return mask_contacts(record.reason) or "—"

    @admin.display(description=gettext_lazy("内容"))
    def content(self, record: AuditRecord) -> SafeString | str:
        lines = list(_lines(record.data))
        return format_html_join("", "{}<br>", ((line,) for line in lines)) if lines else "—"


_KEYS = {
    "id": gettext_lazy("编号"),
    "what": gettext_lazy("内容"),
    "query": gettext_lazy("筛选条件"),
    "photo": gettext_lazy("照片编号"),
    "account": gettext_lazy("账号编号"),
    "code": gettext_lazy("拒绝原因代码"),
    "count": gettext_lazy("数量"),
    "before": gettext_lazy("原来"),
    "reason_code": gettext_lazy("原因"),
    "kind": gettext_lazy("拍摄时间"),
    "rectangles": gettext_lazy("遮盖区域（左、上、宽、高）"),
    "despite_check": gettext_lazy("检查意见"),
    "summary": gettext_lazy("公开摘要"),
    "reply": gettext_lazy("公开答复"),
}
_NAMES: dict[str, Any] = {
    "summary": gettext_lazy("统计概览"),
    "triage_quality": gettext_lazy("研判质量"),
    **{
        value: label
        for kind in (Publication, PublicPhotoKind, WithholdReason)
        for value, label in kind.choices
    },
}


def _lines(data: dict[str, Any]) -> list[str]:
    """Say in words what the line holds: old → new of each field, everything else by name."""
    model = _model_of(data)
    lines = []
    if model is not None:
        what = _WHAT.get(data.get("what", ""), "")
        lines.append(f"{what}{model._meta.verbose_name}（{data.get('id', '')}）")  # noqa: SLF001 - the documented meta API
    fields = data.get("fields")
    for name, change in (fields if isinstance(fields, dict) else {}).items():
        old, new = change if isinstance(change, list) and len(change) == 2 else ("", change)  # noqa: PLR2004 - a pair
        lines.append(f"{_field_name(model, name)}：{old or _('空')} → {new or _('空')}")
    shown = {"fields", "model", "name", *(("id", "what") if model else ())}
    lines += [
        f"{_KEYS.get(key, key)}：{_NAMES.get(str(value), value)}"
        for key, value in data.items()
        if key not in shown and value != ""
    ]
    return [mask_contacts(line) for line in lines]


def _model_of(data: dict[str, Any]) -> type[Model] | None:
    try:
        return apps.get_model(str(data.get("model", "")))
    except (LookupError, ValueError):
        return None


def _field_name(model: type[Model] | None, name: str) -> str:
    """Return the Chinese name of a column; a field of the form alone keeps its own."""
    try:
        field = model._meta.get_field(name) if model else None  # noqa: SLF001 - the documented meta API
    except FieldDoesNotExist:
        field = None
    return str(getattr(field, "verbose_name", "") or name)
