"""One decision for many tickets: foreseen for each, confirmed, then each through the one door."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

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
from dispatch.domain.actors import Actor
from dispatch.domain.audit import record_audit
from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import check_action, perform
from dispatch.domain.reminders import remind_department
from dispatch.domain.transitions import IN_DEPARTMENT
from dispatch.domain.workflow import TRANSITIONS, Transition
from dispatch.enums import AuditAction, Role, TicketAction
from dispatch.models import Ticket
from dispatch.queries.access import visible_tickets
from dispatch.queries.ticket_filters import matching_tickets, queue_of, read_params
from xiangcun.lib.clients import address_of
from xiangcun.lib.errors import ConflictError, DomainError

MAX_BULK = 200
_IGNORED = frozenset({"csrfmiddlewaretoken", "step", "previewed"})


@dataclass(frozen=True, slots=True)
class BulkKind:
    """One thing to do to many tickets; ``prefix`` opens the note that everybody concerned reads."""

    label: str
    action: TicketAction
    roles: frozenset[Role]
    prefix: str = ""


KINDS: Mapping[str, BulkKind] = {
    "dispatch": BulkKind("批量派单", TicketAction.DISPATCH, DISPATCHES),
    "merge": BulkKind("批量并案", TicketAction.MERGE, DISPATCHES),
    "remind": BulkKind("批量催办", TicketAction.NOTE, DISPATCHES, "【催办】"),
    "supervise": BulkKind("批量督办", TicketAction.SUPERVISE, frozenset({Role.LEAD})),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One ticket of the page, and why it will not (or did not) work: "" when it does."""

    ticket: dict[str, Any]
    refusal: str


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


def bulk_url(kind: str, tickets: QuerySet[Ticket]) -> str:
    """Return the page on which ``kind`` is decided for the chosen tickets."""
    ids = ",".join(str(pk) for pk in tickets.values_list("pk", flat=True)[:MAX_BULK])
    return f"{reverse('admin:dispatch_ticket_bulk', args=(kind,))}?ids={ids}"


def kinds_for(request: HttpRequest, params: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the kinds this person may use, as links for all tickets under ``params``."""
    query = urlencode({**params, "all": "1"})
    return [
        {
            "code": code,
            "label": kind.label,
            "url": f"{reverse('admin:dispatch_ticket_bulk', args=(code,))}?{query}",
        }
        for code, kind in KINDS.items()
        if has_role(request, kind.roles)
    ]


def bulk_page(admin: OfficeAdmin, request: HttpRequest, code: str) -> HttpResponse:
    """Ask for the decision, say what it will do to each ticket, carry it out, list what happened."""
    kind = KINDS.get(code)
    if kind is None:
        raise Http404
    if not has_role(request, kind.roles):
        raise PermissionDenied
    row = next(row for row in TRANSITIONS if row.action == kind.action)
    page = _Page(admin, request, kind, row)
    if request.method == "POST":
        return page.decide()
    tickets, capped = page.asked()
    target = request.GET.get("target", "")[:20]
    # The ticket that the others go into stays out of the list: it cannot go into itself.
    tickets = [ticket for ticket in tickets if ticket.number != target]
    chosen = ",".join(f"{ticket.pk}:{ticket.version}" for ticket in tickets)
    initial = {"version": 0, "chosen": chosen, "target_ticket": target}
    form = BulkForm(initial=initial, **page.shape)
    return page.render(form, verdicts=page.foresee(tickets, None), capped=capped)


class _Page:
    """One request to the page."""

    def __init__(
        self, admin: OfficeAdmin, request: HttpRequest, kind: BulkKind, row: Transition
    ) -> None:
        self.admin, self.request, self.kind = admin, request, kind
        self.actor: Actor = actor_of(request)
        self.now: datetime = timezone.now()
        self.shape: dict[str, Any] = {
            "required": row.required,
            "optional": row.optional,
            "viewer": self.actor,
        }

    def asked(self) -> tuple[list[Ticket], bool]:
        """Return the tickets of the address, and whether there were more than one decision takes."""
        if not self.request.GET.get("all"):
            return self.load(",".join(self.request.GET.getlist("ids")).split(",")), False
        params = read_params(self.request.GET.dict())
        found = matching_tickets(self.actor, params, now=self.now)
        order = queue_of(self.actor, params).ordering
        ids = list(found.order_by(*order).values_list("pk", flat=True)[: MAX_BULK + 1])
        return self.load([str(pk) for pk in ids[:MAX_BULK]]), len(ids) > MAX_BULK

    def load(self, ids: Sequence[str]) -> list[Ticket]:
        """Return the tickets among ``ids`` that this person may see."""
        wanted = [read_id(pk) for pk in ids[:MAX_BULK]]
        related = ("category", "lead_department", "merged_into")
        scope = visible_tickets(self.actor).filter(pk__in=wanted)
        return list(scope.select_related(*related).order_by("pk"))

    def decide(self) -> HttpResponse:
        """Foresee, or carry out what has been foreseen with exactly this input."""
        form = BulkForm(self.request.POST, **self.shape)
        ids = [part.split(":")[0] for part in form.data.get("chosen", "").split(",")]
        if not form.is_valid():
            return self.render(form, verdicts=self.foresee(self.load(ids), None), status=400)
        versions: dict[int, int] = form.cleaned_data["chosen"]
        fields, seal = self.fields_of(form), _signature(self.request)
        confirmed = self.request.POST.get("step") == "confirm"
        if confirmed and self.request.POST.get("previewed") == seal:
            return self.render(form, results=self.carry_out(versions, fields))
        verdicts = self.foresee(self.load([str(pk) for pk in versions]), fields, versions)
        return self.render(form, verdicts=verdicts, previewed=seal)

    def fields_of(self, form: BulkForm) -> Fields:
        """Return the input, with the opening that this kind's note has."""
        fields = form.as_fields()
        return replace(fields, note=self.kind.prefix + fields.note) if self.kind.prefix else fields

    def foresee(
        self,
        tickets: Sequence[Ticket],
        fields: Fields | None,
        versions: Mapping[int, int] | None = None,
    ) -> list[Verdict]:
        """Try the guards on each ticket; without ``fields`` those that need no input."""
        return [
            Verdict(ticket_link(ticket), self.refusal(ticket, fields, versions))
            for ticket in tickets
        ]

    def refusal(
        self, ticket: Ticket, fields: Fields | None, versions: Mapping[int, int] | None
    ) -> str:
        """Return why the ticket refuses, "" when it does not."""
        expected = versions.get(ticket.pk) if versions else None
        try:
            self.check_kind(ticket)
            check_action(
                ticket,
                self.kind.action,
                actor=self.actor,
                now=self.now,
                fields=fields,
                expected_version=expected,
            )
        except DomainError as error:
            return error.message
        return ""

    def check_kind(self, ticket: Ticket) -> None:
        """Refuse to urge a unit that does not have the ticket."""
        if self.kind.prefix and ticket.status not in IN_DEPARTMENT:
            raise ConflictError("not_in_department", "不在承办单位手里，无需催办")

    def perform_one(self, pk: int, fields: Fields, version: int) -> None:
        """Do it to one ticket; an urged unit gets a message, too."""
        now = timezone.now()
        if self.kind.prefix:
            remind_department(
                pk, fields=fields, actor=self.actor, now=now, expected_version=version
            )
            return
        perform(
            pk,
            self.kind.action,
            actor=self.actor,
            now=now,
            fields=fields,
            expected_version=version,
        )

    def carry_out(self, versions: Mapping[int, int], fields: Fields) -> list[Result]:
        """Perform on each ticket in its own transaction."""
        results = []
        for ticket in visible_tickets(self.actor).filter(pk__in=versions).order_by("pk"):
            refusal = ""
            try:
                self.check_kind(ticket)
                self.perform_one(ticket.pk, fields, versions[ticket.pk])
            except DomainError as error:
                refusal = error.message
            url = reverse("admin:dispatch_ticket_change", args=(ticket.pk,))
            results.append(Result(ticket.number, ticket.title, url, refusal))
        refused = sum(bool(row.refusal) for row in results)
        record_audit(
            AuditAction.BULK_ACTION,
            actor=self.actor.user,
            now=self.now,
            data={
                "action": str(self.kind.action),
                "done": len(results) - refused,
                "refused": refused,
            },
            address=address_of(self.request),
        )
        return results

    def render(
        self,
        form: BulkForm,
        *,
        verdicts: Sequence[Verdict] = (),
        results: Sequence[Result] = (),
        previewed: str = "",
        capped: bool = False,
        status: int = 200,
    ) -> HttpResponse:
        """Return the page in one of its three states."""
        refusals = [row.refusal for row in verdicts] + [row.refusal for row in results]
        refused = sum(map(bool, refusals))
        context = {
            **self.admin.admin_site.each_context(self.request),
            "opts": self.admin.opts,
            "title": self.kind.label,
            "form": form,
            "results": results,
            "verdicts": sorted(verdicts, key=lambda row: not row.refusal),
            "tickets": [row.ticket for row in verdicts],
            "done": len(refusals) - refused,
            "refused": refused,
            "previewed": previewed,
            "capped": capped,
            "back_url": reverse("admin:dispatch_ticket_changelist"),
            "max_bulk": MAX_BULK,
        }
        return TemplateResponse(
            self.request, "admin/dispatch/ticket/bulk.html", context, status=status
        )


def _signature(request: HttpRequest) -> str:
    """Return what stands for the whole input: another input needs another look."""
    pairs = [
        (name, request.POST.getlist(name)) for name in sorted(request.POST) if name not in _IGNORED
    ]
    return hashlib.sha256(urlencode(pairs, doseq=True).encode()).hexdigest()
