"""兑换物品 and 核销: what lies on the shelf, and handing it over for a code."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.console.people import actor_of
from dispatch.console.volunteer_forms import RewardForm
from dispatch.console.volunteer_views import page_context, require
from dispatch.console.wording import moment_text
from dispatch.domain import volunteer_office as office
from reports.domain.redeem_codes import read_code, shown_code
from reports.models import Redemption, Reward
from reports.queries.volunteers import counted_rewards
from xiangcun.lib.errors import DomainError

CODE_MAX = 20
_FIELDS = (
    "name", "note", "points", "stock", "person_limit", "valid_to", "pickup_place", "is_active", "version",
)  # fmt: skip


def rewards_page(request: HttpRequest) -> HttpResponse:
    """List what is and was on the shelf, with what waits to be fetched."""
    require(request, office.READS)
    today = timezone.localdate()
    rows = [(row, row.is_active and row.valid_to >= today) for row in counted_rewards()]
    context = page_context(request, _("兑换物品"), tab="rewards", rows=rows)
    return render(request, "admin/volunteers/rewards.html", context)


def reward_page(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Fill in a reward."""
    require(request, office.RUNS)
    row = Reward.objects.filter(pk=pk).first() if pk else None
    if pk and row is None:
        raise Http404(_("没有这件物品"))
    initial = {name: getattr(row, name) for name in _FIELDS} if row else None
    form = RewardForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"] or 0
            office.keep_reward(
                pk, form.draft, version=version, actor=actor_of(request), now=timezone.now()
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("已保存"))
            return redirect("rewards")
    title = _("修改兑换物品") if row else _("新增兑换物品")
    context = page_context(request, title, tab="rewards", form=form)
    return render(
        request, "admin/volunteers/reward.html", context, status=400 if form.errors else 200
    )


def counter_page(request: HttpRequest) -> HttpResponse:
    """Look a code up, then hand the thing over for the same code."""
    require(request, office.RUNS)
    typed = request.POST.get("code", "")[:CODE_MAX].replace("\x00", "")
    context = page_context(request, _("核销兑换码"), tab="counter", typed=typed, longest=CODE_MAX)
    if request.method != "POST":
        return render(request, "admin/volunteers/counter.html", context)
    hand = request.POST.get("hand") == "1"
    step = office.hand_over_reward if hand else office.look_up_code
    try:
        found = step(typed, actor=actor_of(request), now=timezone.now())
    except DomainError as error:
        context["error"] = error.message
        return render(request, "admin/volunteers/counter.html", context, status=error.status)
    if hand:
        words = {
            "reward": found.reward.name,
            "who": found.volunteer.nickname or found.volunteer.number,
        }
        messages.success(request, _("已核销：%(reward)s，交给%(who)s") % words)
        return redirect("reward-counter")
    context["found"] = _found(found, typed)
    return render(request, "admin/volunteers/counter.html", context)


def _found(row: Redemption, typed: str) -> dict[str, Any]:
    return {
        "code": shown_code(read_code(typed) or ""),
        "reward": row.reward.name,
        "place": row.reward.pickup_place,
        "points": row.cost,
        "who": f"{row.volunteer.nickname}（{row.volunteer.number}）",
        "at": moment_text(row.at),
        "until": moment_text(row.expires_at),
    }
