"""便民服务: the list by tabs, one guide's form with its preview, and the steps."""

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

from dispatch.console.guide_forms import GuideForm
from dispatch.console.guide_rows import badge, fault_rows, list_row, preview_of
from dispatch.console.people import actor_of, has_role
from dispatch.domain.guide_sheet import typed_of
from dispatch.domain.guides import (
    KEEPS_GUIDES,
    keeps_all,
    kept_departments,
    kept_guide,
    may_publish,
    own_departments,
    step_guide,
    write_guide,
)
from dispatch.queries.guides import GUIDE_TABS, STALE_AFTER, guide_tab, guide_tab_counts
from dispatch.queries.offices import offices
from reports.domain.guide_fields import GuideWords
from reports.enums import DIMENSION_TITLES, DimensionCode, Offer
from reports.models import Guide
from xiangcun.lib.errors import DomainError, NotFoundError

PAGE = 50
WORDS_MAX, VERSION_DIGITS = 40, 9
_DONE = {"publish": _("已发布，居民现在看得到"), "withdraw": _("已下架"), "confirm": _("已记下：核实无误")}  # fmt: skip


@require_GET
@never_cache
def guides_page(request: HttpRequest) -> HttpResponse:
    """List one tab."""
    require_keeper(request)
    actor, now = actor_of(request), timezone.now()
    wanted, words = request.GET.get("tab", ""), request.GET.get("q", "")[:WORDS_MAX]
    tab = next((tab for tab in GUIDE_TABS if tab.code == wanted), GUIDE_TABS[0])
    mine = kept_departments(actor)
    rows = guide_tab(mine, tab.code, words, now=now).prefetch_related("dimensions")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    counts = guide_tab_counts(mine, now=now)
    context = {
        **admin.site.each_context(request),
        "title": _("便民服务"),
        "tabs": [(one, counts[one.code]) for one in GUIDE_TABS],
        "tab": tab.code,
        "q": words,
        "page": page,
        "rows": [list_row(guide, now=now) for guide in page],
        "stale_days": STALE_AFTER.days,
        "may_import": keeps_all(actor),
    }
    return render(request, "admin/guides/list.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
def guide_new(request: HttpRequest) -> HttpResponse:
    """Write a guide."""
    require_keeper(request)
    return _form_page(request, None)


@require_http_methods(["GET", "POST"])
@never_cache
def guide_edit(request: HttpRequest, guide_id: int) -> HttpResponse:
    """Change a guide, or look at it."""
    return _form_page(request, own_guide(request, guide_id))


@require_POST
def guide_step(request: HttpRequest, guide_id: int) -> HttpResponse:
    """Publish, withdraw or confirm."""
    own_guide(request, guide_id)
    step = request.POST.get("step", "")
    try:
        step_guide(guide_id, step, actor=actor_of(request), now=timezone.now())
    except NotFoundError as error:
        raise Http404(error.message) from error
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _DONE[step])
    return HttpResponseRedirect(reverse("guide-edit", args=(guide_id,)))


def require_keeper(request: HttpRequest) -> None:
    """Refuse whom the directory is not entrusted to."""
    if not has_role(request, KEEPS_GUIDES):
        raise PermissionDenied(_("便民服务由指挥室和各部门维护"))


def own_guide(request: HttpRequest, guide_id: int) -> Guide:
    """Return the guide; one that this person does not keep does not exist."""
    require_keeper(request)
    try:
        return kept_guide(guide_id, actor=actor_of(request))
    except NotFoundError as error:
        raise Http404(error.message) from error


def _form_page(request: HttpRequest, guide: Guide | None) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    form = _form(request, guide, posted)
    if posted is None:
        return _show(request, guide, form)
    if not form.is_valid():
        return _show(request, guide, form, status=400)
    words = form.words()
    try:
        if posted.get("decision") == "preview":
            form.show_faults(words.faults)
            return _show(request, guide, form, words=None if words.faults else words)
        saved = _save(request, guide, words)
    except DomainError as error:
        form.show_faults(
            {fault.field: fault.message for fault in error.errors} or {"": error.message}
        )
        return _show(request, guide, form, status=error.status)
    said = _("已保存") if guide else _("已存为草稿，核对后点“发布”居民才看得到")
    messages.success(request, said)
    return HttpResponseRedirect(reverse("guide-edit", args=(saved.pk,)))


def _save(request: HttpRequest, guide: Guide | None, words: GuideWords) -> Guide:
    seen = request.POST.get("version", "")
    version = int(seen) if seen.isdecimal() and len(seen) <= VERSION_DIGITS else 0
    return write_guide(guide, words, version=version, actor=actor_of(request), now=timezone.now())


def _form(request: HttpRequest, guide: Guide | None, posted: Any) -> GuideForm:
    """Return the form; a department's people choose among their own departments."""
    actor, known = actor_of(request), offices()
    codes = sorted(own_departments(actor))
    every = dict.fromkeys(office.name for office in known.values())
    names = list(every) if keeps_all(actor) else [known[code].name for code in codes]
    initial: dict[str, Any]
    if guide is None:
        initial = {"department": names[0] if not keeps_all(actor) and names else ""}
    else:
        tags = [tag.code for tag in guide.dimensions.all()]
        initial = dict(typed_of(guide, tags))
        initial["dimensions"] = [str(DIMENSION_TITLES[DimensionCode(code)]) for code in tags]
        if guide.department_name and guide.department_name not in names:
            names.append(guide.department_name)
    return GuideForm(posted, initial=initial, departments=names, new=guide is None)


def _show(
    request: HttpRequest,
    guide: Guide | None,
    form: GuideForm,
    *,
    words: GuideWords | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    context = {
        **admin.site.each_context(request),
        "title": guide.title if guide else _("新的便民服务"),
        "guide": guide,
        "form": form,
        "version": request.POST.get("version") or (guide.version if guide else ""),
        "state": badge(guide) if guide else None,
        "published": bool(guide and guide.state == Offer.PUBLISHED),
        "may_publish": bool(guide and may_publish(guide, actor_of(request))),
        "faults": fault_rows(guide) if guide else [],
        "stale": bool(guide and guide.confirmed_at < now - STALE_AFTER),
        "preview": preview_of(words, now=now) if words else None,
        "phone_url": reverse("h5:guide", args=(guide.pk,)) if guide else "",
    }
    return render(request, "admin/guides/edit.html", context, status=status)
