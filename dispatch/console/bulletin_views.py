"""公告: the list by tabs, the form, publishing and taking down."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dispatch.console.guide_forms import BulletinForm, initial_of
from dispatch.console.people import actor_of, has_role
from dispatch.domain.bulletins import DRAFTS, SIGNS, step_bulletin, write_bulletin
from dispatch.enums import Role
from dispatch.queries.guides import BULLETIN_TABS, bulletin_tab, bulletin_tab_counts
from reports.domain.bulletins import find_bulletin
from reports.enums import Offer
from reports.models import Bulletin
from xiangcun.lib.errors import DomainError, NotFoundError

READS_BULLETINS = DRAFTS | {Role.AUDITOR}
PAGE, VERSION_DIGITS = 30, 9
_DONE = {"publish": _("已发布，到了公布时间居民就看得到"), "withdraw": _("已撤下，居民看不到了")}


@require_GET
@never_cache
def bulletins_page(request: HttpRequest) -> HttpResponse:
    """List one tab."""
    _require(request, frozenset(READS_BULLETINS))
    now, wanted = timezone.now(), request.GET.get("tab", "")
    tab = next((tab for tab in BULLETIN_TABS if tab.code == wanted), BULLETIN_TABS[0])
    page = Paginator(bulletin_tab(tab.code, now=now), PAGE).get_page(request.GET.get("page"))
    counts = bulletin_tab_counts(now=now)
    context = {
        **admin.site.each_context(request),
        "title": _("公告"),
        "tabs": [(one, counts[one.code]) for one in BULLETIN_TABS],
        "tab": tab.code,
        "page": page,
        "may_draft": has_role(request, DRAFTS),
    }
    return render(request, "admin/bulletins/list.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
def bulletin_new(request: HttpRequest) -> HttpResponse:
    """Write a bulletin."""
    _require(request, DRAFTS)
    return _form_page(request, None)


@require_http_methods(["GET", "POST"])
@never_cache
def bulletin_edit(request: HttpRequest, bulletin_id: int) -> HttpResponse:
    """Change a bulletin, or look at it."""
    _require(request, DRAFTS)
    return _form_page(request, _found(bulletin_id))


@require_POST
def bulletin_step(request: HttpRequest, bulletin_id: int) -> HttpResponse:
    """Publish or withdraw."""
    _require(request, DRAFTS)
    step = request.POST.get("step", "")
    try:
        step_bulletin(bulletin_id, step, actor=actor_of(request), now=timezone.now())
    except NotFoundError as error:
        raise Http404(error.message) from error
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _DONE[step])
    return HttpResponseRedirect(reverse("bulletin-edit", args=(bulletin_id,)))


def _require(request: HttpRequest, roles: frozenset[Role]) -> None:
    if not has_role(request, roles):
        raise PermissionDenied(_("公告由指挥室坐席起草、值班领导发布"))


def _found(bulletin_id: int) -> Bulletin:
    try:
        return find_bulletin(bulletin_id)
    except NotFoundError as error:
        raise Http404(error.message) from error


def _form_page(request: HttpRequest, row: Bulletin | None) -> HttpResponse:
    initial = initial_of(row) if row else {}
    form = BulletinForm(request.POST or None, initial=initial)
    if request.method == "GET":
        return _show(request, row, form)
    if not form.is_valid():
        return _show(request, row, form, status=400)
    now, seen = timezone.now(), request.POST.get("version", "")
    version = int(seen) if seen.isdecimal() and len(seen) <= VERSION_DIGITS else 0
    try:
        saved = write_bulletin(
            row, form.words(now), version=version, actor=actor_of(request), now=now
        )
    except DomainError as error:
        form.show_error(error)
        return _show(request, row, form, status=error.status)
    said = _("已保存") if row else _("已存为草稿，由值班领导发布后居民才看得到")
    messages.success(request, said)
    return HttpResponseRedirect(reverse("bulletin-edit", args=(saved.pk,)))


def _show(
    request: HttpRequest, row: Bulletin | None, form: BulletinForm, *, status: int = 200
) -> HttpResponse:
    published = bool(row and row.state == Offer.PUBLISHED)
    signs = has_role(request, SIGNS)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": row.title if row else _("新的公告"),
        "row": row,
        "form": form,
        "version": request.POST.get("version") or (row.version if row else ""),
        "published": published,
        "signs": signs,
        "may_save": signs or not published,
        "phone_url": reverse("h5:bulletin", args=(row.pk,)) if row else "",
    }
    return render(request, "admin/bulletins/edit.html", context, status=status)
