"""投票: drafting, publishing, putting off, withdrawing, and what was counted."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dispatch.console.notice_views import key_of
from dispatch.console.people import actor_of, has_role
from dispatch.console.poll_sheet import write_poll_sheet
from dispatch.console.steps import take_step
from dispatch.console.topic_views import paging, require, show
from dispatch.console.voice_forms import (
    DomainForm,
    ExtendForm,
    PollForm,
    WithdrawForm,
    poll_initial,
)
from dispatch.console.voice_rows import choices_text, office_result, poll_badge, poll_row
from dispatch.console.wording import moment_text
from dispatch.domain import voices
from dispatch.domain.audit import record_audit
from dispatch.domain.voices import DRAFTS, PUBLISHES, READS_VOICES
from dispatch.enums import AuditAction
from dispatch.queries.voices import PAGE, poll_page
from reports.domain.poll_votes import phase_of
from reports.models import Poll
from reports.queries.voices import FEW
from reports.voice_enums import PollPhase, PollState
from xiangcun.lib.errors import DomainError

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@never_cache
def polls_page(request: HttpRequest) -> HttpResponse:
    """List polls, newest first."""
    require(request, READS_VOICES)
    found, now = poll_page(before=key_of(request)), timezone.now()
    context = {
        "rows": [poll_row(poll, now=now) for poll in found[:PAGE]],
        "may_draft": has_role(request, DRAFTS),
        **paging(request, found),
    }
    return show(request, "polls.html", _("投票"), context)


@require_http_methods(["GET", "POST"])
@never_cache
def poll_new(request: HttpRequest) -> HttpResponse:
    """Write a poll."""
    require(request, DRAFTS)
    form = PollForm(request.POST or None)
    if request.method == "POST" and (poll := _save(request, form, None)):
        messages.success(request, _("草稿已保存，请值班领导核对后发布"))
        return HttpResponseRedirect(reverse("voice-poll", args=(poll.pk,)))
    status = 400 if form.errors else 200
    return show(request, "poll_new.html", _("新建投票"), {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@never_cache
def poll_page_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one poll with its result; what may be mended is mended here."""
    require(request, READS_VOICES if request.method == "GET" else DRAFTS)
    poll = _poll(pk)
    if request.method == "GET":
        return _show_poll(request, poll)
    if poll.state != PollState.DRAFT:
        require(request, PUBLISHES)
    form = PollForm(request.POST)
    if _save(request, form, pk):
        messages.success(request, _("已保存"))
        return HttpResponseRedirect(reverse("voice-poll", args=(pk,)))
    return _show_poll(request, poll, form=form, status=400)


@require_POST
def poll_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Show it to everybody."""
    require(request, PUBLISHES)
    _poll(pk)
    actor, now = actor_of(request), timezone.now()
    take_step(request, lambda: voices.publish_poll(pk, actor=actor, now=now), _("已发布"))
    return HttpResponseRedirect(reverse("voice-poll", args=(pk,)))


@require_POST
def poll_extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the closing off."""
    return _change(request, pk, ExtendForm(request.POST), voices.extend_poll, "extend")


@require_POST
def poll_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop it."""
    return _change(request, pk, WithdrawForm(request.POST), voices.withdraw_poll, "withdraw")


@require_GET
def poll_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Download what was counted at the end."""
    require(request, READS_VOICES)
    poll, now = _poll(pk), timezone.now()
    result = office_result(poll, now=now)
    if result is None or not result.final:
        raise Http404(_("投票截止后才有结果文件"))
    file = io.BytesIO()
    write_poll_sheet(poll, result, file, now=now)
    record_audit(AuditAction.EXPORT, actor=actor_of(request).user, now=now, data={"poll": pk})
    answer = HttpResponse(file.getvalue(), content_type=_XLSX)
    answer["Content-Disposition"] = f'attachment; filename="poll-{pk}.xlsx"'
    answer["Cache-Control"] = "no-store"
    return answer


def _change(
    request: HttpRequest, pk: int, form: DomainForm, step: Callable[..., Any], name: str
) -> HttpResponse:
    require(request, PUBLISHES)
    poll = _poll(pk)
    if form.is_valid():
        try:
            step(pk, **form.cleaned_data, actor=actor_of(request), now=timezone.now())
        except DomainError as error:
            form.refuse(error)
    if form.errors:
        return _show_poll(request, poll, status=400, **{name: form})
    messages.success(request, _("已保存，居民在投票页上看得到说明"))
    return HttpResponseRedirect(reverse("voice-poll", args=(pk,)))


def _show_poll(
    request: HttpRequest, poll: Poll, *, status: int = 200, **forms: DomainForm
) -> HttpResponse:
    now, lead = timezone.now(), has_role(request, PUBLISHES)
    draft = poll.state == PollState.DRAFT
    running = not draft and phase_of(poll, now=now) in {PollPhase.OPEN, PollPhase.COMING}
    editable = (draft and has_role(request, DRAFTS)) or (running and lead and not poll.voters)
    initial = poll_initial(poll)
    context = {
        "poll": poll,
        "badge": poll_badge(poll, now=now),
        "choices": choices_text(poll),
        "times": {
            name: moment_text(getattr(poll, name))
            for name in ("opens_at", "closes_at", "first_closes_at", "frozen_at", "published_at")
        },
        "result": office_result(poll, now=now),
        "fault": voices.result_fault(poll),
        "few": FEW,
        "form": forms.get("form") or (PollForm(initial=initial) if editable else None),
        "may_publish": draft and lead,
        "extend": forms.get("extend", ExtendForm())
        if running and lead and poll.first_closes_at is None
        else None,
        "withdraw": forms.get("withdraw", WithdrawForm()) if running and lead else None,
    }
    return show(request, "poll.html", poll.question, context, status=status)


def _save(request: HttpRequest, form: PollForm, poll_id: int | None) -> Poll | None:
    if not form.is_valid():
        return None
    try:
        return voices.draft_poll(
            poll_id, words=form.words(), actor=actor_of(request), now=timezone.now()
        )
    except DomainError as error:
        form.refuse(error)
        return None


def _poll(pk: int) -> Poll:
    poll = Poll.objects.prefetch_related("options").filter(pk=pk).first()
    if poll is None:
        raise Http404(_("没有这个投票"))
    return poll
