"""Signing in, in two steps; changing one's password; the session's own questions."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from dispatch.console.sign_in_forms import (
    CodeForm,
    OwnPasswordForm,
    SignInForm,
    password_rules,
)
from dispatch.domain.passwords import password_is_old, password_needs_change, set_own_password
from dispatch.domain.second_factor import check_code, codes_left
from dispatch.domain.sessions import seconds_left
from dispatch.models import Staff
from xiangcun.lib.clients import address_of
from xiangcun.lib.errors import DomainError

PENDING = "xc_pending"
PENDING_SECONDS = 300
_BACKEND = "django.contrib.auth.backends.ModelBackend"
_FEW_CODES = 4
_WHY = {
    "idle": gettext_lazy("长时间没有操作，系统已自动退出，请重新登录。"),
    "lost": gettext_lazy(
        "长时间没有操作，系统已自动退出。刚才提交的内容没有保存，登录后请重新填写。"
    ),
    "late": gettext_lazy("超过 5 分钟没有输入动态口令，请重新登录。"),
}


class SignInView(LoginView):
    """Name and password; whoever has a second factor is asked for it before anything else."""

    authentication_form = SignInForm
    template_name = "admin/login.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form, or go on for who is signed in."""
        if admin.site.has_permission(request):
            return HttpResponseRedirect(self.get_success_url())
        return super().get(request, *args, **kwargs)

    def get_default_redirect_url(self) -> str:
        """Go to the first page."""
        return reverse("admin:index")

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in, or put off until the code; ``next`` was checked to stay on this host."""
        user, target = form.get_user(), self.get_success_url()
        if self.request.user.is_authenticated:
            logout(self.request)
        if user.second_factor_at is None:
            login(self.request, user)
            return HttpResponseRedirect(target)
        self.request.session.flush()
        self.request.session[PENDING] = {
            "user": user.pk, "hash": user.get_session_auth_hash(),
            "at": int(timezone.now().timestamp()), "next": target,
        }  # fmt: skip
        return HttpResponseRedirect(reverse("second-factor"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the admin's template shows."""
        return {
            **super().get_context_data(**kwargs),
            **admin.site.each_context(self.request),
            "title": _("登录"),
            "app_path": self.request.get_full_path(),
            "why": _WHY.get(self.request.GET.get("why", ""), ""),
            "help_text": settings.PASSWORD_HELP_TEXT,
        }


@never_cache
@sensitive_post_parameters("code")
def second_step(request: HttpRequest) -> HttpResponse:
    """The code after the password; without a fresh password there is nothing to answer."""
    pending = request.session.get(PENDING)
    user = _pending_user(pending)
    if user is None or pending is None:
        request.session.pop(PENDING, None)
        late = "?why=late" if pending else ""
        return HttpResponseRedirect(reverse("admin:login") + late)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            recovered = check_code(
                user, form.cleaned_data["code"], address=address_of(request), now=timezone.now()
            )
        except DomainError as error:
            form.add_error("code", error.message)
        else:
            return _enter(request, user, pending["next"], recovered=recovered)
    context = {
        **admin.site.each_context(request), "title": _("动态口令"), "form": form,
        "name": str(user), "help_text": settings.PASSWORD_HELP_TEXT,
    }  # fmt: skip
    return render(request, "admin/sign_in/code.html", context)


def _pending_user(pending: Any) -> Staff | None:
    """Return whose password was right within the last minutes and still is the same."""
    if not isinstance(pending, dict):
        return None
    if timezone.now().timestamp() - pending["at"] > PENDING_SECONDS:
        return None
    user = Staff.objects.filter(pk=pending["user"], is_active=True, is_staff=True).first()
    if user is None or user.second_factor_at is None:
        return None
    same = constant_time_compare(user.get_session_auth_hash(), pending["hash"])
    return user if same else None


def _enter(request: HttpRequest, user: Staff, target: str, *, recovered: bool) -> HttpResponse:
    del request.session[PENDING]
    request.second_factor_checked = True  # type: ignore[attr-defined]
    login(request, user, backend=_BACKEND)
    left = codes_left(user) if recovered else _FEW_CODES
    if left < _FEW_CODES:
        messages.warning(request, _("恢复码还剩 %d 个，请在“我的登录”中重新生成。") % left)
    return HttpResponseRedirect(target)


@never_cache
@sensitive_post_parameters()
def password_page(request: HttpRequest) -> HttpResponse:
    """Change one's own password: of one's own accord, or because nothing else is open."""
    user = request.user
    if not isinstance(user, Staff):
        return HttpResponseRedirect(reverse("admin:login"))
    now = timezone.now()
    form = OwnPasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        set_own_password(
            user, form.cleaned_data["new_password1"],
            keep_session=request.session.session_key, address=address_of(request), now=now,
        )  # fmt: skip
        update_session_auth_hash(request, user)
        messages.success(request, _("密码已修改，其他设备上的登录已退出。"))
        return HttpResponseRedirect(reverse("admin:index"))
    forced = password_needs_change(user, now=now)
    context = {
        **admin.site.each_context(request), "title": _("修改密码"), "form": form,
        "forced": forced, "old": password_is_old(user, now=now) and not user.must_change_password,
        "days": settings.PASSWORD_MAX_DAYS, "rules": password_rules(),
    }  # fmt: skip
    return render(request, "admin/sign_in/password.html", context)


@require_GET
@never_cache
def session_state(request: HttpRequest) -> HttpResponse:
    """Tell how long the session lasts; asking does not prolong it.

    ``token`` lets a page that stayed open while its owner signed in again send its form after all.
    """
    return _state(request)


@require_POST
def session_continue(request: HttpRequest) -> HttpResponse:
    """A person is there: the guard has noted it by letting this through."""
    return _state(request)


def _state(request: HttpRequest) -> HttpResponse:
    user = request.user
    if not isinstance(user, Staff):
        return JsonResponse({"seconds": 0, "user": ""}, status=401)
    seconds = seconds_left(request.session, now=timezone.now())
    return JsonResponse({"seconds": seconds, "user": str(user.pk), "token": get_token(request)})
