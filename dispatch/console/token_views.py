"""接口令牌: the keys of the county's interface, how much they are used, and who holds none any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from dispatch.console.people import actor_of, has_role
from dispatch.console.wording import moment_text
from dispatch.domain import api_tokens
from dispatch.enums import ApiScope, Role
from dispatch.models import ApiToken, ApiUse
from xiangcun.lib.errors import DomainError, NotFoundError

READS_TOKENS = api_tokens.MANAGES | {Role.AUDITOR}
DAYS_SHOWN = 30
SHOWN = 200
_SPANS = (
    (30, gettext_lazy("1 个月")),
    (90, gettext_lazy("3 个月")),
    (180, gettext_lazy("半年")),
    (365, gettext_lazy("1 年")),
)


def tokens_page(request: HttpRequest) -> HttpResponse:
    """List the tokens; POST makes one and shows it, this once."""
    _require(request, READS_TOKENS)
    if request.method == "POST":
        return _issue(request)
    return _list(request, {}, "")


def token_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one token's use by day."""
    _require(request, READS_TOKENS)
    try:
        row = api_tokens.find_row(pk)
    except NotFoundError as error:
        raise Http404(error.message) from error
    return _one(request, row)


@require_POST
def token_rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """Replace a token and show the new one, this once."""
    _require(request, api_tokens.MANAGES)
    try:
        row, token = api_tokens.rotate_token(pk, actor=actor_of(request), now=timezone.now())
    except DomainError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("api-tokens"))
    return _one(request, row, token)


@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a token."""
    _require(request, api_tokens.MANAGES)
    try:
        api_tokens.revoke_token(pk, actor=actor_of(request), now=timezone.now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已停用，使用它的系统从现在起读不到数据"))
    return HttpResponseRedirect(reverse("api-tokens"))


def _issue(request: HttpRequest) -> HttpResponse:
    _require(request, api_tokens.MANAGES)
    name, networks = request.POST.get("name", ""), request.POST.get("networks", "")
    scopes, days = request.POST.getlist("scopes"), request.POST.get("days", "")
    try:
        row, token = api_tokens.issue_token(
            name=name,
            scopes=scopes,
            networks=networks,
            days=int(days) if days.isascii() and days.isdigit() and len(days) <= 4 else 0,  # noqa: PLR2004 - a number of days
            actor=actor_of(request),
            now=timezone.now(),
        )
    except DomainError as error:
        given = {"name": name, "scopes": scopes, "networks": networks}
        return _list(request, given, error.message)
    return _one(request, row, token)


def _list(request: HttpRequest, given: dict[str, Any], error: str) -> HttpResponse:
    now = timezone.now()
    since = timezone.localdate(now) - timedelta(days=DAYS_SHOWN - 1)
    rows = list(ApiToken.objects.select_related("created_by")[:SHOWN])
    sums = ApiUse.objects.filter(token__in=rows, day__gte=since).values_list("token")
    uses = {pk: (n, r) for pk, n, r in sums.annotate(n=Sum("requests"), r=Sum("refused"))}
    context = {
        **admin.site.each_context(request),
        "title": _("县级接口令牌"),
        "rows": [_line(row, *uses.get(row.pk, (0, 0))) for row in rows],
        "scopes": ApiScope.choices,
        "spans": _SPANS,
        "given": given,
        "error": error,
        "may_manage": has_role(request, api_tokens.MANAGES),
    }
    return render(request, "admin/api_tokens/list.html", context, status=400 if error else 200)


def _one(request: HttpRequest, row: ApiToken, token: str = "") -> HttpResponse:
    today = timezone.localdate()
    since = today - timedelta(days=DAYS_SHOWN - 1)
    uses = {use.day: use for use in row.uses.filter(day__gte=since)}
    most = max((use.requests for use in uses.values()), default=0)
    days = [since + timedelta(days=number) for number in range(DAYS_SHOWN)]
    context = {
        **admin.site.each_context(request),
        "title": row.name,
        "row": _line(
            row, sum(u.requests for u in uses.values()), sum(u.refused for u in uses.values())
        ),
        "token": token,
        "bars": [
            (day, n, round(100 * n / most) if most else 0)
            for day in days
            for n in (uses[day].requests if day in uses else 0,)
        ],
        "uses": sorted(uses.values(), key=lambda use: use.day, reverse=True),
        "may_manage": has_role(request, api_tokens.MANAGES),
    }
    page = render(request, "admin/api_tokens/one.html", context)
    page["Cache-Control"] = "no-store"
    return page


def _line(row: ApiToken, requests: int, refused: int) -> dict[str, Any]:
    now = timezone.now()
    over = row.revoked_at is not None or row.expires_at <= now
    names = dict(ApiScope.choices)
    label = _("已停用") if row.revoked_at else _("已到期") if over else _("有效")
    return {
        "pk": row.pk,
        "name": row.name,
        "hint": f"{row.hint}…",
        "scopes": [names.get(scope, scope) for scope in row.scopes],
        "networks": row.networks,
        "expires": moment_text(row.expires_at),
        "last_used": moment_text(row.last_used_at),
        "created": moment_text(row.created_at),
        "by": str(row.created_by),
        "over": over,
        "label": label,
        "requests": requests,
        "refused": refused,
    }


def _require(request: HttpRequest, roles: frozenset[Role]) -> None:
    if not has_role(request, roles):
        raise PermissionDenied(_("接口令牌由系统管理员管理，审计员可以查看"))
