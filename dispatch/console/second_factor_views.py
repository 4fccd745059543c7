"""Binding a telephone as second factor, and what its owner may do with it afterwards."""

from __future__ import annotations

import segno
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from dispatch.console.people import roles_of
from dispatch.console.sign_in_forms import CodeForm
from dispatch.domain.second_factor import (
    begin_enrolment,
    confirm_enrolment,
    provisioning_uri,
    release_own,
    renew_recovery_codes,
    second_factor_demanded,
)
from dispatch.domain.sessions import check_second_factor
from dispatch.models import Staff
from xiangcun.lib.clients import address_of
from xiangcun.lib.errors import DomainError

_GROUP = 4


@never_cache
@sensitive_post_parameters("code")
def bind_page(request: HttpRequest) -> HttpResponse:
    """Show the QR code; once the telephone answers right, the recovery codes."""
    user = _staff(request)
    if user.second_factor_at is not None:
        return HttpResponseRedirect(reverse("own-sessions"))
    now, form = timezone.now(), CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = confirm_enrolment(
                user, form.cleaned_data["code"], keep_session=request.session.session_key,
                address=address_of(request), now=now,
            )  # fmt: skip
        except DomainError as error:
            form.add_error("code", error.message)
        else:
            check_second_factor(request.session)
            return _codes_page(request, codes)
    secret = begin_enrolment(user, now=now)
    code = segno.make(provisioning_uri(user, secret), error="m")
    context = {
        **admin.site.each_context(request), "title": _("绑定动态口令"), "form": form,
        "picture": code.svg_data_uri(scale=5, border=3, light="#fff"),
        "key": " ".join(secret[at : at + _GROUP] for at in range(0, len(secret), _GROUP)),
        "demanded": second_factor_demanded(roles_of(request)),
    }  # fmt: skip
    return render(request, "admin/sign_in/bind.html", context)


@never_cache
@sensitive_post_parameters("code")
def manage_page(request: HttpRequest, what: str) -> HttpResponse:
    """Fresh recovery codes, or another telephone: both cost a code."""
    user, now, address = _staff(request), timezone.now(), address_of(request)
    if user.second_factor_at is None:
        return HttpResponseRedirect(reverse("second-factor-bind"))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        try:
            if what == "codes":
                codes = renew_recovery_codes(user, code, address=address, now=now)
                return _codes_page(request, codes)
            release_own(user, code, address=address, now=now)
        except DomainError as error:
            form.add_error("code", error.message)
        else:
            messages.success(request, _("已解除原手机的绑定，请绑定新手机。"))
            return HttpResponseRedirect(reverse("second-factor-bind"))
    title = _("重新生成恢复码") if what == "codes" else _("更换手机")
    context = {**admin.site.each_context(request), "title": title, "form": form, "what": what}
    return render(request, "admin/sign_in/manage.html", context)


def _staff(request: HttpRequest) -> Staff:
    assert isinstance(request.user, Staff)  # the admin's own guard stands before these views
    return request.user


def _codes_page(request: HttpRequest, codes: list[str]) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": _("恢复码"), "codes": codes}
    return render(request, "admin/sign_in/codes.html", context)
