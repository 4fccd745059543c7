"""Pages of the grids' posters: the list, one on the screen, one or a village's as a PDF."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dispatch.console.people import actor_of, has_role
from dispatch.console.posters import (
    MAX_POSTERS,
    PRINTS_POSTERS,
    build_posters,
    danger_line,
    grids_for,
    search_grids,
    step_lines,
)
from dispatch.domain.audit import record_audit
from dispatch.enums import AuditAction
from reports.models import Grid
from xiangcun.lib.errors import FontMissingError
from xiangcun.lib.text import clean_text

MAX_ROWS = 200


@require_GET
def posters_page(request: HttpRequest) -> HttpResponse:
    """List the grids by village, with a search."""
    _require(request)
    search = clean_text(request.GET.get("q", ""))[:40]
    grids = list(
        search_grids(grids_for(actor_of(request)), search).order_by("code")[: MAX_ROWS + 1]
    )
    context = {
        **admin.site.each_context(request),
        "title": _("网格海报"),
        "search": search,
        "villages": _by_village(grids[:MAX_ROWS]),
        "capped": len(grids) > MAX_ROWS,
        "most": MAX_ROWS,
        "mini_program": bool(settings.WECHAT_APPID),
        "named_site": bool(settings.PUBLIC_BASE_URL),
    }
    return render(request, "admin/posters/list.html", context)


@require_GET
def poster_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show one poster without the console around it, ready for the printer."""
    _require(request)
    grids = _chosen(request, code=code)
    posters, trouble = build_posters(grids, origin=_origin(request))
    _audit(request, grids, form="page")
    context = {
        "poster": posters[0],
        "trouble": trouble,
        "steps": step_lines(),
        "danger": danger_line(),
    }
    return render(request, "admin/posters/poster.html", context)


@require_GET
def poster_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """Hand out one poster as a PDF."""
    _require(request)
    return _pdf_answer(request, _chosen(request, code=code), back=reverse("poster", args=(code,)))


@require_GET
def village_pdf(request: HttpRequest, village_code: str) -> HttpResponse:
    """Hand out the posters of a village as one PDF."""
    _require(request)
    grids = _chosen(request, village_code=village_code)
    if len(grids) > MAX_POSTERS:
        messages.warning(request, _("一次最多打印 %d 张，其余请逐个打印") % MAX_POSTERS)
        grids = grids[:MAX_POSTERS]
    return _pdf_answer(request, grids, back=reverse("posters"))


def _pdf_answer(request: HttpRequest, grids: list[Grid], *, back: str) -> HttpResponse:
    # Here and not above: the typesetter costs every process 7 MB, and few of them ever print.
    from dispatch.console.poster_pdf import draw_posters  # noqa: PLC0415

    posters, trouble = build_posters(grids, origin=_origin(request))
    try:
        content = draw_posters(posters)
    except FontMissingError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(back)
    if trouble:
        messages.warning(request, _("刚才的海报没有小程序码：%s") % trouble)
    _audit(request, grids, form="pdf")
    response = HttpResponse(content, content_type="application/pdf")
    name = grids[0].name if len(grids) == 1 else grids[0].village_name
    disposition = content_disposition_header(
        as_attachment=False, filename=_("网格海报-%s.pdf") % name
    )
    response.headers["Content-Disposition"] = disposition or "inline"
    return response


def _require(request: HttpRequest) -> None:
    if not has_role(request, PRINTS_POSTERS):
        raise PermissionDenied(_("网格海报由指挥室、系统管理员和网格员打印"))


def _chosen(request: HttpRequest, **which: str) -> list[Grid]:
    """Return the grids named by the address; others' do not exist for a grid officer."""
    rows: Any = grids_for(actor_of(request)).filter(**which).order_by("code")
    grids = list(rows[: MAX_POSTERS + 1])
    if not grids:
        raise Http404(_("没有这个网格，或不在您的范围内"))
    return grids


def _origin(request: HttpRequest) -> str:
    """Return where residents find us; a poster hangs for years, so better set than guessed."""
    return settings.PUBLIC_BASE_URL or request.build_absolute_uri("/").rstrip("/")


def _by_village(grids: list[Grid]) -> list[dict[str, Any]]:
    villages: dict[str, dict[str, Any]] = {}
    for grid in grids:
        row = villages.setdefault(
            grid.village_code,
            {"code": grid.village_code, "name": grid.village_name, "grids": []},
        )
        row["grids"].append(grid)
    return list(villages.values())


def _audit(request: HttpRequest, grids: list[Grid], *, form: str) -> None:
    """Record who printed which: posters carry the township's name into the world."""
    record_audit(
        AuditAction.POSTER,
        actor=actor_of(request).user,
        now=timezone.now(),
        data={"form": form, "grids": [grid.code for grid in grids]},
    )
