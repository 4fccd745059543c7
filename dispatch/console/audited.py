"""Whoever changes an account, a seat, a setting or a rule leaves a line in the audit trail."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from dispatch.domain.audit import record_audit
from dispatch.enums import AuditAction
from dispatch.models import CalendarDay, Membership, Staff
from xiangcun.lib.text import mask_contacts

_ACTIONS: dict[type[Model], AuditAction] = {
    Staff: AuditAction.ACCOUNT_CHANGED,
    Membership: AuditAction.SEAT_CHANGED,
    CalendarDay: AuditAction.CALENDAR_CHANGED,
}
_SECRET = frozenset({"password", "password1", "password2", "address", "secret"})
_LONGEST = 300


def record_change(request: HttpRequest, row: Model, what: str, fields: dict[str, Any]) -> None:
    """Write that the person of ``request`` did ``what`` (added, changed, deleted) to ``row``."""
    record_audit(
        _ACTIONS.get(type(row), AuditAction.SETTINGS_CHANGED),
        actor=request.user if isinstance(request.user, Staff) else None,
        now=timezone.now(),
        data={
            "model": row._meta.label_lower,  # noqa: SLF001 - the documented meta API
            "id": str(row.pk),
            "name": _text(row),
            "what": what,
            "fields": fields,
        },
    )


def record_export(request: HttpRequest, what: str) -> None:
    """Write that the person took figures or rows out of the system, with the filters asked for."""
    record_audit(
        AuditAction.EXPORT,
        actor=request.user if isinstance(request.user, Staff) else None,
        now=timezone.now(),
        data={"what": what, "query": mask_contacts(request.GET.urlencode())[:_LONGEST]},
    )


def form_changes(form: Any) -> dict[str, Any]:
    """Return ``{field: [old, new]}`` of what the person changed; a secret is named, not shown."""
    return {
        name: ["…", "…"]
        if name in _SECRET
        else [_text(form.initial.get(name)), _text(form.cleaned_data.get(name))]
        for name in form.changed_data
        if name in form.cleaned_data
    }


def _text(value: object) -> str:
    if isinstance(value, list | tuple | set | QuerySet):
        return "、".join(_text(part) for part in value)[:_LONGEST]
    shown = value.pk if isinstance(value, Model) and not str(value) else value
    return mask_contacts("" if shown is None else str(shown))[:_LONGEST]


class AuditedChanges:
    """Mixed into the admin pages whose rows people change."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """Record after everything is stored: the trail's end is the last thing that is locked."""
        super().save_related(request, form, formsets, change)  # type: ignore[misc]
        fields = form_changes(form)
        if fields or not change:
            record_change(request, form.instance, "changed" if change else "added", fields)
        for formset in formsets:
            _record_rows(request, formset)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Record the row with the name it had."""
        key = obj.pk
        super().delete_model(request, obj)  # type: ignore[misc]
        obj.pk = key
        record_change(request, obj, "deleted", {})

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Record every row of a bulk deletion."""
        rows = list(queryset)
        super().delete_queryset(request, queryset)  # type: ignore[misc]
        for row in rows:
            record_change(request, row, "deleted", {})


def _record_rows(request: HttpRequest, formset: Any) -> None:
    """Record the rows that a page carries beside its own."""
    deleted = {id(row) for row in formset.deleted_objects}
    for form in formset.forms:
        if id(form.instance) in deleted:
            record_change(request, form.instance, "deleted", {})
        elif form.has_changed() and form.instance.pk:
            what = "added" if form.instance in formset.new_objects else "changed"
            record_change(request, form.instance, what, form_changes(form))
