"""The page of a dry run: what a rule, or another order of the rules, would change."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from dispatch.console.people import OfficeAdmin, actor_of
from dispatch.console.rule_form import RuleForm
from dispatch.console.wording import moment_text
from dispatch.models import RoutingRule
from dispatch.queries.access import visible_tickets
from dispatch.triage.dry_run import BY_DUTY, MAX_SHOWN, MAX_SIZE, Change, Trial, compare, reordered
from dispatch.triage.reference import read_drafts

SIZES = (500, 1000, 2000, MAX_SIZE)
_MAX_ORDER = 2**31 - 1
TEMPLATE = "admin/dispatch/routingrule/trial.html"


def rule_trial_page(admin: OfficeAdmin, request: HttpRequest, rule_id: int | None) -> HttpResponse:
    """Try the rule in the posted form; what is wrong with it is shown instead (400)."""
    stored = RoutingRule.objects.filter(pk=rule_id).first() if rule_id else None
    if rule_id and stored is None:
        raise Http404
    form: RuleForm = admin.get_form(request, stored, change=stored is not None)(
        request.POST, instance=stored
    )
    form.for_trial = True
    context: dict[str, Any] = {"title": _("试运行"), "of_rule": True}
    if not form.is_valid():
        context["problems"] = [
            (form.fields[name].label if name in form.fields else _("规则"), str(message))
            for name, messages in form.errors.items()
            for message in messages
        ]
        return _render(admin, request, context, status=400)
    trial = form.trial(read_size(request))
    context |= {
        "title": _("试运行：%s") % form.cleaned_data["name"],
        "warnings": form.warnings() if form.cleaned_data.get("is_active") else [],
        "inactive": not form.cleaned_data.get("is_active"),
        **_shown(request, trial),
    }
    return _render(admin, request, context)


def order_trial_page(admin: OfficeAdmin, request: HttpRequest) -> HttpResponse:
    """Try the order numbers posted from the list."""
    try:
        orders = read_orders(request)
    except ValueError:
        problem = (_("顺序"), _("须是 0 以上的整数，请返回列表检查"))
        return _render(
            admin, request, {"title": _("试运行新的顺序"), "problems": [problem]}, status=400
        )
    drafts = read_drafts()
    trial = compare(drafts, reordered(drafts, orders), size=read_size(request))
    return _render(admin, request, {"title": _("试运行新的顺序"), **_shown(request, trial)})


def read_size(request: HttpRequest) -> int:
    """Return how many tickets to look at: a number out of the list, else the default."""
    wanted = request.POST.get("trial_size", "")
    return int(wanted) if wanted in {str(size) for size in SIZES} else SIZES[0]


def read_orders(request: HttpRequest) -> dict[int, int]:
    """Return rule id → order typed in the list; ``ValueError`` for what is no such number."""
    total = min(int(request.POST.get("form-TOTAL_FORMS", "0")), 1000)
    orders = {
        int(request.POST.get(f"form-{at}-id", "")): int(request.POST.get(f"form-{at}-order", ""))
        for at in range(total)
    }
    if any(not 0 <= order <= _MAX_ORDER for order in orders.values()):
        raise ValueError("order out of range")
    return orders


def _shown(request: HttpRequest, trial: Trial) -> dict[str, Any]:
    ids = [change.run.ticket_id for change in trial.changes]
    visible = set(
        visible_tickets(actor_of(request)).filter(pk__in=ids).values_list("pk", flat=True)
    )
    return {
        "trial": trial,
        "share": f"{trial.share:.0%}",
        "oldest": moment_text(trial.oldest),
        "rows": [_row(change, visible=change.run.ticket_id in visible) for change in trial.changes],
        "hidden": len(set(ids) - visible),
        "more": max(0, trial.redirected + trial.reassisted - len(trial.changes)),
        "max_shown": MAX_SHOWN,
    }


def _row(change: Change, *, visible: bool) -> dict[str, Any]:
    """Return a line of the table; a title is shown to whom the ticket would be."""
    run, before, after = change.run, change.before, change.after
    return {
        "number": run.number,
        "url": reverse("admin:dispatch_ticket_change", args=(run.ticket_id,)) if visible else "",
        "title": run.title if visible else "",
        "category": change.category,
        "at": moment_text(run.at),
        "lead_changed": before.lead != after.lead,
        "before": before,
        "after": after,
        "same_rule": before.rule == after.rule,
        "by_duty": BY_DUTY,
    }


def _render(
    admin: OfficeAdmin, request: HttpRequest, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    base = {**admin.admin_site.each_context(request), "opts": admin.opts}
    base["list_url"] = reverse("admin:dispatch_routingrule_changelist")
    return TemplateResponse(request, TEMPLATE, {**base, **context}, status=status)
