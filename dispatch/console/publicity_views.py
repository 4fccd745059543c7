"""公开审核: the list of what waits for a person, and the page of one case's public side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from dispatch.console.notice_views import key_of
from dispatch.console.people import actor_of, has_role
from dispatch.console.publicity_rows import (
    check_text,
    gate_badge,
    list_row,
    photo_row,
    public_card,
    reason_text,
    tabs_of,
)
from dispatch.console.steps import take_step
from dispatch.domain.publicity import (
    PUBLISHES,
    approve_case,
    withhold_case,
    write_public_words,
)
from dispatch.queries.publicity import PAGE, TABS, reviewable_reports, tab_counts, tab_page
from reports.domain.word_check import suspicions
from reports.enums import Publication, PublicPhotoKind, WithholdReason
from reports.models import PublicNote, Report
from reports.queries.public_case import public_view
from reports.queries.public_staff import (
    candidates_of,
    may_show_photo,
    staff_view,
    text_check_of,
)
from xiangcun.lib.errors import DomainError
from xiangcun.lib.text import mask_contacts

NOTE_MAX = 200


class WordsForm(forms.Form):
    """What the public reads instead of the resident's words."""

    summary = forms.CharField(
        label=gettext_lazy("公开摘要"), required=False, max_length=PublicNote.SUMMARY_MAX
    )
    reply = forms.CharField(
        label=gettext_lazy("公开答复"),
        required=False,
        max_length=PublicNote.REPLY_MAX,
        widget=forms.Textarea,
    )


class WithholdForm(forms.Form):
    """Why the public shall not see the case."""

    reason = forms.ChoiceField(choices=WithholdReason.choices)
    note = forms.CharField(required=False, max_length=NOTE_MAX)


@require_GET
@never_cache
def publicity_page(request: HttpRequest) -> HttpResponse:
    """List one tab, newest first."""
    require_publisher(request)
    actor = actor_of(request)
    wanted = request.GET.get("tab", "")
    tab = next((tab for tab in TABS if tab.code == wanted), TABS[0])
    found = tab_page(actor, tab, before=key_of(request))
    shown = found[:PAGE]
    context = {
        **admin.site.each_context(request),
        "title": _("公开审核"),
        "tab": tab.code,
        "about": _ABOUT.get(tab.code, ""),
        "tabs": tabs_of(tab_counts(actor), tab),
        "rows": [list_row(report) for report in shown],
        "reasons": WithholdReason.choices,
        "next_before": shown[-1].pk if len(found) > PAGE else None,
        "first_page": key_of(request) is None,
    }
    return render(request, "admin/publicity/list.html", context)


@require_GET
@never_cache
def report_page(request: HttpRequest, report_id: int) -> HttpResponse:
    """Show what the public sees of one case, and everything that changes it."""
    return show_report(request, publisher_report(request, report_id))


@require_POST
def approve_view(request: HttpRequest, report_id: int) -> HttpResponse:
    """Show the case to the public."""
    report = publisher_report(request, report_id)
    return _decide(
        request,
        report,
        lambda: approve_case(report, actor=actor_of(request), now=timezone.now()),
        _("已公开 %s"),
    )


@require_POST
def withhold_view(request: HttpRequest, report_id: int) -> HttpResponse:
    """Take the case from the public page."""
    report = publisher_report(request, report_id)
    form = WithholdForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请选择不公开的原因"))
        return HttpResponseRedirect(_back(request, report))
    reason, note = WithholdReason(form.cleaned_data["reason"]), form.cleaned_data["note"]
    return _decide(
        request,
        report,
        lambda: withhold_case(
            report, reason=reason, note=note, actor=actor_of(request), now=timezone.now()
        ),
        _("%s 不再公开"),
    )


@require_POST
def words_view(request: HttpRequest, report_id: int) -> HttpResponse:
    """Keep the words for the public."""
    report = publisher_report(request, report_id)
    form = WordsForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            write_public_words(
                report,
                summary=data["summary"],
                reply=data["reply"],
                actor=actor_of(request),
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(error.errors[0].field if error.errors else None, error.message)
    if not form.is_valid():
        return show_report(request, report, form, status=400)
    messages.success(request, _("已保存公开的文字"))
    return HttpResponseRedirect(reverse("publicity-report", args=(report.pk,)))


def show_report(
    request: HttpRequest, report: Report, form: WordsForm | None = None, *, status: int = 200
) -> HttpResponse:
    """Draw the page of one case."""
    case = public_view(report)
    agreed = may_show_photo(report, PublicPhotoKind.BEFORE)
    note = getattr(report, "public_note", None)
    initial = {"summary": note.summary if note else "", "reply": case.reply}
    ticket = report.ticket_report.ticket
    context = {
        **admin.site.each_context(request),
        "title": _("公开内容 %s") % report.number,
        "report": report,
        "gate": gate_badge(report),
        "ticket": {
            "number": ticket.number,
            "url": reverse("admin:dispatch_ticket_change", args=(ticket.pk,)),
        },
        "text": mask_contacts(report.text),
        "reasons_to_look": [reason_text(row) for row in suspicions(report.text)],
        "check": check_text(text_check_of(report)),
        "card": public_card(case),
        "form": form or WordsForm(initial=initial),
        "suggested_reply": _suggested_reply(report),
        "photos": [photo_row(report, row, agreed=agreed) for row in candidates_of(report)],
        "reasons": WithholdReason.choices,
        **_choices(report),
    }
    return render(request, "admin/publicity/report.html", context, status=status)


def require_publisher(request: HttpRequest) -> None:
    """Refuse whom the public page is not entrusted to."""
    if not has_role(request, PUBLISHES):
        raise PermissionDenied(_("公开审核由指挥室坐席和值班领导办理"))


def publisher_report(request: HttpRequest, report_id: int) -> Report:
    """Return the report; one that this person may not see does not exist."""
    require_publisher(request)
    rows = staff_view(reviewable_reports(actor_of(request))).select_related("ticket_report__ticket")
    report = rows.filter(pk=report_id).first()
    if report is None:
        raise Http404(_("没有这件上报，或不在您的权限范围内"))
    return report


def _choices(report: Report) -> dict[str, bool]:
    """Return which decisions the page offers now."""
    gate = Publication(report.publication)
    shown = report.published_at is not None
    offered = report.publishable or shown
    return {
        "is_public": shown,
        "may_approve": offered and not shown and gate != Publication.REFUSED,
        "may_withhold": offered and gate not in {Publication.WITHHELD, Publication.REFUSED},
        "refused": gate == Publication.REFUSED,
        "not_offered": not offered,
    }


def _suggested_reply(report: Report) -> str:
    """Return the office's last words to the resident: what a public answer usually starts from."""
    lines = report.updates.filter(kind__in=_OFFICE_ANSWERS).exclude(text="")
    last = lines.order_by("-at", "-id").values_list("text", flat=True).first()
    return mask_contacts(last or "")[: PublicNote.REPLY_MAX]


def _decide(
    request: HttpRequest, report: Report, decide: Callable[[], Any], done: str
) -> HttpResponse:
    take_step(request, decide, done % report.number)
    return HttpResponseRedirect(_back(request, report))


def _back(request: HttpRequest, report: Report) -> str:
    """Return the page the decision was made on: the list, the ticket, or the case's own."""
    wanted = request.POST.get("next", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return reverse("publicity-report", args=(report.pk,))


_OFFICE_ANSWERS = ("progress", "finished", "replied")
_ABOUT = {
    "review": gettext_lazy("下面是检查发现疑点、需要人看一眼再决定的事项；"),
    "pending": gettext_lazy("下面的事项正在自动检查，有了结果会自动公开或转待审核；"),
    "public": gettext_lazy("下面的事项公众现在看得到；"),
    "withheld": gettext_lazy("下面的事项由指挥室决定不公开；"),
    "refused": gettext_lazy("下面的事项居民不同意公开，不能放行；"),
}
