"""巡查任务: posting, who signed up, confirming who walked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dispatch.console.notice_views import key_of
from dispatch.console.people import actor_of
from dispatch.console.steps import take_step
from dispatch.console.volunteer_forms import PatrolForm
from dispatch.console.volunteer_views import page_context, require
from dispatch.console.wording import moment_text
from dispatch.domain import volunteer_office as office
from dispatch.queries.sheets import issuer_name
from reports.models import Patrol, PatrolSignup
from reports.queries.volunteers import counted_patrols, signups_for_staff
from reports.volunteer_enums import PatrolState, SignupState
from xiangcun.lib.errors import DomainError

PAGE_SIZE = 50


def patrols_page(request: HttpRequest) -> HttpResponse:
    """List patrols, the latest posted first."""
    require(request, office.READS)
    before, now = key_of(request), timezone.now()
    rows = counted_patrols().order_by("-pk")
    rows = rows.filter(pk__lt=before) if before else rows
    found = list(rows[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    context = page_context(
        request,
        _("巡查任务"),
        tab="patrols",
        rows=[_line(row, now=now) for row in shown],
        next_before=shown[-1].pk if len(found) > PAGE_SIZE else None,
    )
    return render(request, "admin/volunteers/patrols.html", context)


def patrol_new(request: HttpRequest) -> HttpResponse:
    """Fill in a patrol and post it."""
    require(request, office.RUNS)
    form = PatrolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            draft = form.draft_of(issuer_name())
            patrol = office.announce_patrol(draft, actor=actor_of(request), now=timezone.now())
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("已发布，志愿者可以报名"))
            return redirect("patrol", patrol.pk)
    context = page_context(request, _("发布巡查"), tab="patrols", form=form)
    status = 400 if form.errors else 200
    return render(request, "admin/volunteers/patrol_new.html", context, status=status)


def patrol_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a patrol with its sign-ups."""
    require(request, office.READS)
    now, patrol = timezone.now(), counted_patrols().filter(pk=pk).first()
    if patrol is None:
        raise Http404(_("没有这次巡查"))
    context = page_context(
        request,
        patrol.title,
        tab="patrols",
        patrol=_line(patrol, now=now),
        signups=[_signup(row, over=now >= patrol.ends_at) for row in signups_for_staff(pk)],
    )
    return render(request, "admin/volunteers/patrol.html", context)


@require_POST
def patrol_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Call it off."""
    require(request, office.RUNS)
    actor, now = actor_of(request), timezone.now()
    done = take_step(
        request,
        lambda: office.call_patrol_off(pk, actor=actor, now=now),
        _("已取消，报名的志愿者会收到消息"),
    )
    return redirect("patrol", pk) if done else redirect("patrols")


@require_POST
def signup_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm that somebody walked, or write down that they did not come."""
    require(request, office.RUNS)
    came = request.POST.get("came") == "1"
    try:
        signup = office.settle_signup(pk, came=came, actor=actor_of(request), now=timezone.now())
    except DomainError as error:
        messages.error(request, error.message)
        known = PatrolSignup.objects.filter(pk=pk).only("patrol_id").first()
        return redirect("patrol", known.patrol_id) if known else redirect("patrols")
    messages.success(request, _("已确认，积分已记") if came else _("已登记未到，不作处理"))
    return redirect("patrol", signup.patrol_id)


def _line(row: Patrol, *, now: datetime) -> dict[str, Any]:
    counted: Any = row
    cancelled = row.state == PatrolState.CANCELLED
    over = now >= row.ends_at
    return {
        "pk": row.pk,
        "title": row.title,
        "place": row.place_text,
        "look_for": row.look_for,
        "area": row.grid.name if row.grid else _("中心点周围 %d 米") % row.radius_m,
        "window": f"{moment_text(row.starts_at)} — {timezone.localtime(row.ends_at):%H:%M}",
        "taken": counted.taken,
        "places": row.places,
        "by": row.posted_by,
        "state": _("已取消") if cancelled else _("已结束") if over else _("报名中"),
        "tone": "plain" if cancelled or over else "success",
        "open": not cancelled and not over,
    }


def _signup(row: PatrolSignup, *, over: bool) -> dict[str, Any]:
    counted: Any = row
    state = SignupState(row.state)
    outside = row.in_distance_m
    return {
        "pk": row.pk,
        "who": row.volunteer.nickname or _("已退出的志愿者"),
        "number": row.volunteer.number,
        "state": state.label,
        "joined": moment_text(row.joined_at),
        "came": moment_text(row.in_at),
        "left": moment_text(row.out_at),
        "outside": _("范围外约 %d 米，在误差内") % outside if outside else "",
        "note": row.note,
        "reports": counted.sent,
        "confirmable": state in {SignupState.CHECKED_IN, SignupState.CHECKED_OUT},
        "missable": over and state == SignupState.JOINED,
    }
