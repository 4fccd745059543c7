"""One brief: reading and editing it, its way to the signature, its versions and files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dispatch.console.brief_list_views import require_reader
from dispatch.console.brief_paper import paper_parts
from dispatch.console.brief_rows import (
    brief_row,
    editor_blocks,
    file_rows,
    unsaved_rows,
    version_row,
)
from dispatch.console.people import actor_of, has_role
from dispatch.domain.brief_files import ask_for_files, may_read_version, open_file
from dispatch.domain.brief_names import title_of
from dispatch.domain.brief_steps import EDITS, READS_ALL, may, may_read
from dispatch.domain.briefs import (
    WHY_MAX,
    Edit,
    edit_brief,
    is_case,
    move_brief,
    sign_brief,
    submit_brief,
)
from dispatch.enums import BriefFormat, BriefStep
from dispatch.models import Brief, BriefVersion
from dispatch.queries.briefs import brief_versions, files_of, sent_counts
from dispatch.summary.briefs.difference import changed_blocks, changed_figures
from dispatch.summary.briefs.document import build_document, file_name
from dispatch.summary.briefs.snapshot import take_figures_again
from xiangcun.lib.errors import DomainError

_TYPES = {
    BriefFormat.PDF: "application/pdf",
    BriefFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    BriefFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_MOVES = (BriefStep.SEND_BACK, BriefStep.WITHDRAW, BriefStep.REOPEN)
_DONE = {
    BriefStep.REFRESH: "已重新取数，生成了新版本；改动见版本记录",
    BriefStep.SUBMIT: "已提交，等值班领导签发",
    BriefStep.SEND_BACK: "已退回修改",
    BriefStep.SIGN: "已签发；文件正在生成，订阅人会收到通知",
    BriefStep.WITHDRAW: "已撤回，已通知收到过的人",
    BriefStep.REOPEN: "已重新起草，可以修改了",
}


@require_GET
def brief_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one issue: for editing while it is a draft, else for reading."""
    return show_brief(request, _brief(request, pk))


@require_POST
def brief_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the texts; what could not be kept stays on the page, with the reason and its status."""
    brief = _brief(request, pk)
    typed = {key[6:]: str(text) for key, text in request.POST.items() if key.startswith("block-")}
    ticked = [key for key in request.POST.getlist("ticked") if is_case(key)]
    try:
        edit_brief(
            pk,
            Edit(typed, frozenset(ticked)),
            version=_version_of(request),
            actor=actor_of(request),
            now=timezone.now(),
        )
    except DomainError as error:
        errors = {row.field: row.message for row in error.errors}
        brief.refresh_from_db()
        return show_brief(
            request, brief, typed=typed, ticked=ticked, errors=errors,
            trouble=error.message, status=error.status,
        )  # fmt: skip
    messages.success(request, _("已保存"))
    return _back(brief)


@require_POST
def brief_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Take figures again, submit, sign, send back, withdraw, reopen."""
    brief = _brief(request, pk)
    step = request.POST.get("step", "")
    if step not in BriefStep.values or BriefStep(step) not in _DONE:
        raise Http404(_("没有这样的操作"))
    try:
        _take(request, brief, BriefStep(step))
    except DomainError as error:
        brief.refresh_from_db()
        return show_brief(request, brief, trouble=error.message, status=error.status)
    messages.success(request, _(_DONE[BriefStep(step)]))
    return _back(brief)


@require_GET
def version_page(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Show one version as it looks on paper."""
    version = _version(request, pk, number)
    context = {
        **admin.site.each_context(request),
        "title": f"{title_of(version.brief)} 第 {number} 版",
        "brief": brief_row(version.brief),
        "version": version_row(version, first=number == 1),
        **_paper(request, version),
    }
    return render(request, "briefs/version.html", context)


@require_POST
def version_files(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Have the three files of a version drawn."""
    version = _version(request, pk, number)
    try:
        ask_for_files(version, actor=actor_of(request), now=timezone.now())
    except DomainError as error:
        raise PermissionDenied(error.message) from error
    messages.success(request, _("文件正在生成，一般不到一分钟；请稍后刷新"))
    return HttpResponseRedirect(reverse("brief-version", args=(pk, number)))


@require_GET
def version_changes(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Show what a version changed of the one before it."""
    new = _version(request, pk, number)
    old = _version(request, pk, number - 1)
    context = {
        **admin.site.each_context(request),
        "title": _("%(name)s 第 %(number)d 版的改动") % {"name": title_of(new.brief), "number": number},
        "brief": brief_row(new.brief),
        "old": version_row(old, first=True),
        "new": version_row(new, first=True),
        "figures": changed_figures(old, new),
        "blocks": changed_blocks(old, new),
        "same_data": old.snapshot.sha256 == new.snapshot.sha256,
    }  # fmt: skip
    return render(request, "briefs/changes.html", context)


@require_GET
def brief_file(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """Hand out one file."""
    require_reader(request)
    try:
        file, content = open_file(pk, actor=actor_of(request), now=timezone.now())
    except DomainError as error:
        if error.status == 404:  # noqa: PLR2004 - a status
            raise Http404(error.message) from error
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("briefs"))
    return FileResponse(
        content,
        as_attachment=True,
        filename=f"{file_name(file.version)}.{file.format}",
        content_type=_TYPES[BriefFormat(file.format)],
    )


def show_brief(
    request: HttpRequest,
    brief: Brief,
    *,
    typed: Mapping[str, str] | None = None,
    ticked: Sequence[str] | None = None,
    errors: Mapping[str, str] | None = None,
    trouble: str = "",
    status: int = 200,
) -> HttpResponse:
    """Draw the page of an issue."""
    versions = brief_versions(brief)
    current = versions[0]
    actor = actor_of(request)
    editing = may(brief, BriefStep.EDIT, actor)
    blocks = editor_blocks(current, typed=typed, ticked=ticked, errors=errors) if editing else []
    context = {
        **admin.site.each_context(request),
        "title": title_of(brief),
        "brief": brief_row(brief),
        "pk": brief.pk,
        "current": version_row(current, first=True),
        "trouble": trouble,
        "editing": editing,
        "blocks": blocks,
        "unsaved": [] if editing else unsaved_rows(current, typed or {}),
        "unticked": sum(1 for row in blocks if row.get("is_case") and row["text"] and not row["ticked"]),
        "steps": {step.value: may(brief, step, actor) for step in _DONE},
        "step_names": {step.value: step.label for step in _DONE},
        "why_max": WHY_MAX,
        "versions": _version_rows(versions) if has_role(request, READS_ALL) else [],
        "sent": sent_counts(brief) if brief.sent_at else None,
        "draft_key": f"brief-{brief.pk}-{actor.user_id}",
        **_paper(request, current),
    }  # fmt: skip
    return render(request, "briefs/brief.html", context, status=status)


def _paper(request: HttpRequest, version: BriefVersion) -> dict[str, Any]:
    """Return the paper itself and its files."""
    document = build_document(version)
    parts, charts = paper_parts(document)
    return {
        "paper": document,
        "parts": parts,
        "charts": charts,
        "files": file_rows(files_of(version)),
        "orders_files": has_role(request, EDITS),
        "files_url": reverse("brief-files", args=(version.brief_id, version.number)),
    }


def _take(request: HttpRequest, brief: Brief, step: BriefStep) -> None:
    how: dict[str, Any] = {
        "version": _version_of(request),
        "actor": actor_of(request),
        "now": timezone.now(),
    }
    simple: dict[BriefStep, Callable[..., Brief]] = {
        BriefStep.SUBMIT: submit_brief,
        BriefStep.SIGN: sign_brief,
    }
    if step == BriefStep.REFRESH:
        take_figures_again(brief, **how)
    elif step in _MOVES:
        move_brief(brief.pk, step, why=request.POST.get("why", ""), **how)
    else:
        simple[step](brief.pk, **how)


def _version_rows(versions: Sequence[BriefVersion]) -> list[dict[str, Any]]:
    return [version_row(row, first=row.number == 1) for row in versions]


def _brief(request: HttpRequest, pk: int) -> Brief:
    """Return the issue; one that this person may not read does not exist."""
    require_reader(request)
    brief = Brief.objects.select_related("editor", "signer").filter(pk=pk).first()
    if brief is None or not may_read(brief, actor_of(request)):
        raise Http404(_("没有这期简报，或它还没有签发"))
    return brief


def _version(request: HttpRequest, pk: int, number: int) -> BriefVersion:
    brief = _brief(request, pk)
    version = (
        brief.versions.select_related("snapshot", "brief", "maker").filter(number=number).first()
    )
    if version is None or not may_read_version(version, actor_of(request)):
        raise Http404(_("没有这个版本，或不在您的权限范围内"))
    return version


def _version_of(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 9 else 0  # noqa: PLR2004 - digits


def _back(brief: Brief) -> HttpResponse:
    return HttpResponseRedirect(reverse("brief", args=(brief.pk,)))
