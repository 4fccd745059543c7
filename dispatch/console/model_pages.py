"""The pages of 研判模型: one version, the confirmation of a change, the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.console.audited import form_changes, record_change
from dispatch.console.model_forms import ReasonForm, WishesForm
from dispatch.console.model_words import (
    MODEL_TONE,
    change_lines,
    comparison_facts,
    comparison_rows,
    in_use_text,
    metric_facts,
    model_notices,
    settings_text,
    version_facts,
)
from dispatch.console.people import MANAGES_MODELS, OfficeAdmin, actor_of, has_role
from dispatch.console.ticket_page import read_id
from dispatch.domain.actors import Actor
from dispatch.domain.learning import request_training, save_wishes, use_lexicon
from dispatch.enums import ModelAction, ModelStatus
from dispatch.models import ModelVersion
from dispatch.queries.classifiers import (
    champion_version,
    changes_of,
    fallen_version,
    previous_version,
    triage_settings,
)
from dispatch.triage.versions import enable_version, roll_back
from xiangcun.lib.errors import DomainError

LIST_URL = "admin:dispatch_modelversion_changelist"
SETTINGS_URL = "admin:dispatch_triagesettings_changelist"


@dataclass(frozen=True, slots=True)
class Order:
    """What a confirmed form asks for."""

    version: ModelVersion | None
    actor: Actor
    reason: str
    seen: int
    now: datetime


def _enable(order: Order) -> str:
    if order.version is None:
        raise Http404
    done = enable_version(
        order.version.pk, actor=order.actor, reason=order.reason, now=order.now, seen=order.seen
    )
    return _("已启用 %s") % done.version


def _roll_back(order: Order) -> str:
    done = roll_back(actor=order.actor, reason=order.reason, now=order.now, seen=order.seen)
    return _("已退回 %s") % (done.version if done else _("词表"))


def _switch_off(order: Order) -> str:
    use_lexicon(actor=order.actor, reason=order.reason, now=order.now, seen=order.seen)
    return _("已停用研判模型，改用词表")


def _train(order: Order) -> str:
    request_training(actor=order.actor, reason=order.reason, now=order.now)
    return _("已开始训练，一般几分钟内完成，请稍后刷新本页查看")


_CARRY_OUT: dict[str, Callable[[Order], str]] = {
    ModelAction.ENABLE: _enable,
    ModelAction.ROLL_BACK: _roll_back,
    ModelAction.SWITCH_OFF: _switch_off,
    ModelAction.TRAIN: _train,
}


def list_context(request: HttpRequest) -> dict[str, Any]:
    """Return what stands above the list: what is in use, the buttons, the last changes."""
    policy = triage_settings()
    return {
        "title": _("研判模型"),
        "notices": model_notices(request),
        "in_use": in_use_text(),
        "settings_line": settings_text(policy),
        "settings_url": reverse(SETTINGS_URL),
        "night_line": ""
        if policy.use_model
        else _("模型已由人工停用：每晚的训练只保存结果，不会自动启用。"),
        "buttons": _list_buttons(request),
        "changes": change_lines(changes_of(limit=5)),
    }


def model_page(admin: OfficeAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Show one version in plain words."""
    version = _version_or_404(read_id(object_id))
    may_enable = version.status != ModelStatus.CHAMPION and bool(version.file)
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": version.version,
        "notices": model_notices(request),
        "version": version,
        "tone": MODEL_TONE[ModelStatus(version.status)],
        "facts": version_facts(version),
        "metrics": metric_facts(version),
        "rows": comparison_rows(version),
        "comparison": comparison_facts(version),
        "changes": change_lines(changes_of(version)),
        "back_url": reverse(LIST_URL),
        "enable_url": _action_url(ModelAction.ENABLE, version)
        if may_enable and has_role(request, MANAGES_MODELS)
        else "",
    }
    return TemplateResponse(request, "admin/dispatch/modelversion/page.html", context)


def confirm_page(admin: OfficeAdmin, request: HttpRequest, action: str) -> HttpResponse:
    """Ask why, then change what is in use."""
    if action not in _CARRY_OUT:
        raise Http404
    if not has_role(request, MANAGES_MODELS):
        raise PermissionDenied(_("只有值班领导和系统管理员可以更换研判模型"))
    version = None
    if action == ModelAction.ENABLE:
        version = _version_or_404(read_id(request.GET.get("version", "")))
    champion = champion_version()
    form = ReasonForm(request.POST or None, initial={"seen": champion.pk if champion else 0})
    status = 200
    if request.method == "POST":
        done, status = _carry_out(request, action, version, form)
        if done:
            record_change(request, triage_settings(), "changed", {"model": ["", done]})
            messages.success(request, done)
            return HttpResponseRedirect(reverse(LIST_URL))
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": str(ModelAction(action).label),
        "form": form,
        "in_use": in_use_text(),
        "effect": _effect(action, version),
        "back_url": reverse(LIST_URL),
    }
    template = "admin/dispatch/modelversion/confirm.html"
    return TemplateResponse(request, template, context, status=status)


def settings_page(admin: OfficeAdmin, request: HttpRequest) -> HttpResponse:
    """Show and save the operator's settings."""
    policy, may_save = triage_settings(), has_role(request, MANAGES_MODELS)
    status, form = 200, WishesForm(initial=WishesForm.initial_of(policy))
    if request.method == "POST":
        if not may_save:
            raise PermissionDenied(_("只有值班领导和系统管理员可以修改研判设置"))
        form = WishesForm(request.POST, initial=WishesForm.initial_of(policy))
        status = _save(request, form)
        if status == HttpResponseRedirect.status_code:
            record_change(request, policy, "changed", form_changes(form))
            messages.success(request, _("研判设置已保存"))
            return HttpResponseRedirect(reverse(SETTINGS_URL))
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": _("研判设置"),
        "form": form if may_save else None,
        "notices": model_notices(request),
        "settings_line": settings_text(policy),
        "in_use": in_use_text(),
        "back_url": reverse(LIST_URL),
    }
    template = "admin/dispatch/modelversion/settings.html"
    return TemplateResponse(request, template, context, status=status)


def _save(request: HttpRequest, form: WishesForm) -> int:
    if not form.is_valid():
        return 400
    try:
        save_wishes(
            form.as_wishes(),
            actor=actor_of(request),
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
        )
    except DomainError as error:
        form.refuse(error)
        return error.status
    return HttpResponseRedirect.status_code


def _carry_out(
    request: HttpRequest, action: str, version: ModelVersion | None, form: ReasonForm
) -> tuple[str, int]:
    if not form.is_valid():
        return "", 400
    data = form.cleaned_data
    order = Order(version, actor_of(request), data["reason"], data["seen"], timezone.now())
    try:
        return _CARRY_OUT[action](order), 200
    except DomainError as error:
        form.refuse(error)
        return "", error.status


def _version_or_404(version_id: int) -> ModelVersion:
    found = ModelVersion.objects.select_related("promoted_by").filter(pk=version_id).first()
    if found is None:
        raise Http404(_("没有这个模型版本"))
    return found


def _list_buttons(request: HttpRequest) -> list[dict[str, str]]:
    if not has_role(request, MANAGES_MODELS):
        return []
    in_use = champion_version() is not None or fallen_version() is not None
    shown = [(ModelAction.TRAIN, "primary", True)]
    shown += [(ModelAction.ROLL_BACK, "quiet", in_use), (ModelAction.SWITCH_OFF, "danger", in_use)]
    return [
        {"label": str(action.label), "tone": tone, "url": _action_url(action)}
        for action, tone, present in shown
        if present
    ]


def _action_url(action: ModelAction, version: ModelVersion | None = None) -> str:
    url = reverse("admin:dispatch_modelversion_action", args=(str(action),))
    return f"{url}?version={version.pk}" if version else url


def _effect(action: str, version: ModelVersion | None) -> str:
    """Say what will happen, before it does."""
    if action == ModelAction.ENABLE and version is not None:
        return _("几秒之内，所有新上报改由 %s 研判；已研判的不变。") % version.version
    if action == ModelAction.ROLL_BACK:
        target = previous_version()
        name = target.version if target else _("词表")
        return _("几秒之内，所有新上报改由 %s 研判；现用版本记为“未采用”，不会再自动启用。") % name
    if action == ModelAction.SWITCH_OFF:
        return _(
            "几秒之内，所有新上报改由词表研判；每晚仍会训练，但在人工启用某个版本之前不会自动启用。"
        )
    return _("用到目前为止的全部判定训练新版本并与现用版本对比，明显胜出才会启用。")
