"""监护人同意登记: the office types the code from a guardian's signed paper and sees no child."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.console.people import DISPATCHES, actor_of, has_role
from dispatch.domain.guardian_papers import register_paper
from xiangcun.lib.errors import DomainError

CODE_MAX = 20


def guardian_paper_page(request: HttpRequest) -> HttpResponse:
    """Show the form; with a code and the tick, confirm."""
    if not has_role(request, DISPATCHES):
        raise PermissionDenied(_("监护人同意书由指挥室坐席和值班领导登记"))
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("监护人同意登记"),
        "longest": CODE_MAX,
    }
    if request.method != "POST":
        return render(request, "admin/guardian/paper.html", context)
    code = request.POST.get("code", "")[:CODE_MAX]
    try:
        register_paper(
            code,
            checked=request.POST.get("checked") == "on",
            actor=actor_of(request),
            now=timezone.now(),
        )
    except DomainError as error:
        context |= {"error": error.message, "code": code}
        return render(request, "admin/guardian/paper.html", context, status=error.status)
    messages.success(request, _("已登记。孩子的手机上会显示“监护人已同意”"))
    return HttpResponseRedirect(reverse("guardian-paper"))
