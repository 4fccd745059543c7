"""One decision for many tickets: each through the one door, in its own transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.console.action_forms import ActionForm
from dispatch.console.people import DISPATCHES, OfficeAdmin, actor_of, has_role
from dispatch.console.ticket_page import read_id, ticket_link
from dispatch.domain.lifecycle import perform
from dispatch.domain.workflow import TRANSITIONS
from dispatch.enums import TicketAction
from dispatch.models import Ticket
from dispatch.queries.access import visible_tickets
from xiangcun.lib.errors import DomainError

MAX_BULK = 100
ACTIONS = frozenset({TicketAction.DISPATCH, TicketAction.MERGE})


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one ticket: ``refusal`` is empty when it worked."""

    number: str
    title: str
    url: str
    refusal: str = ""


class BulkForm(ActionForm):
    """The action's form for several tickets; ``chosen`` pairs each id with the version seen."""

    chosen = forms.CharField(widget=forms.HiddenInput())

    def clean_chosen(self) -> dict[int, int]:
        """Return id → version."""
        try:
            pairs = [part.split(":") for part in self.cleaned_data["chosen"].split(",")]
            return {int(pk): int(version) for pk, version in pairs[:MAX_BULK]}
        except ValueError as error:
            raise forms.ValidationError(_("所选工单无效，请返回列表重选")) from error


def bulk_url(action: TicketAction, tickets: QuerySet[Ticket]) -> str:
    """Return the page on which ``action`` is decided for the chosen tickets."""
    ids = ",".join(str(pk) for pk in tickets.values_list("pk", flat=True)[:MAX_BULK])
    return f"{reverse('admin:dispatch_ticket_bulk', args=(action,))}?ids={ids}"


def bulk_page(admin: OfficeAdmin, request: HttpRequest, action: str) -> HttpResponse:
    """Ask for the decision, carry it out, and list what happened."""
    if action not in ACTIONS:
        raise Http404
    if not has_role(request, DISPATCHES):
        raise PermissionDenied
    row = next(row for row in TRANSITIONS if row.action == action)
    shape: dict[str, Any] = {
        "required": row.required,
        "optional": row.optional,
        "viewer": actor_of(request),
    }
    if request.method == "POST":
        form = BulkForm(request.POST, **shape)
        if form.is_valid():
            results = _perform_all(request, row.action, form)
            return _render(admin, request, row.action, form, {"results": results, "tickets": []})
        ids = [part.split(":")[0] for part in form.data.get("chosen", "").split(",")]
        return _render(admin, request, row.action, form, {"tickets": _chosen(request, ids)}, 400)
    tickets = _chosen(request, ",".join(request.GET.getlist("ids")).split(","))
    target = request.GET.get("target", "")[:20]
    # The ticket that the others go into stays out of the list: it cannot go into itself.
    tickets = [ticket for ticket in tickets if ticket.number != target]
    chosen = ",".join(f"{ticket.pk}:{ticket.version}" for ticket in tickets)
    form = BulkForm(initial={"version": 0, "chosen": chosen, "target_ticket": target}, **shape)
    return _render(admin, request, row.action, form, {"tickets": tickets})


def _chosen(request: HttpRequest, ids: list[str]) -> list[Ticket]:
    wanted = [read_id(pk) for pk in ids[:MAX_BULK]]
    scope = visible_tickets(actor_of(request)).filter(pk__in=wanted)
    return list(scope.select_related("category", "lead_department").order_by("pk"))


def _perform_all(request: HttpRequest, action: TicketAction, form: BulkForm) -> list[Result]:
    versions: dict[int, int] = form.cleaned_data["chosen"]
    actor, fields = actor_of(request), form.as_fields()
    results = []
    for ticket in visible_tickets(actor).filter(pk__in=versions).order_by("pk"):
        refusal = ""
        try:
            perform(
                ticket.pk,
                action,
                actor=actor,
                now=timezone.now(),
                fields=fields,
                expected_version=versions[ticket.pk],
            )
        except DomainError as error:
            refusal = error.message
        url = reverse("admin:dispatch_ticket_change", args=(ticket.pk,))
        results.append(Result(ticket.number, ticket.title, url, refusal))
    return results


def _render(
    admin: OfficeAdmin,
    request: HttpRequest,
    action: TicketAction,
    form: BulkForm,
    extra: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    results: list[Result] = extra.get("results", [])
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": _("批量%s") % action.label,
        "label": str(action.label),
        "form": form,
        "results": results,
        "tickets": [ticket_link(ticket) for ticket in extra["tickets"]],
        "done": sum(not row.refusal for row in results),
        "refused": sum(bool(row.refusal) for row in results),
        "back_url": reverse("admin:dispatch_ticket_changelist"),
        "max_bulk": MAX_BULK,
    }
    return TemplateResponse(request, "admin/dispatch/ticket/bulk.html", context, status=status)
