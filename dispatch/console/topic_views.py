"""民意: letters as a queue, topics made of them, their official answer."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dispatch.console.notice_views import key_of
from dispatch.console.people import actor_of, has_role
from dispatch.console.steps import take_step
from dispatch.console.voice_forms import AnswerForm, TopicForm, topic_initial
from dispatch.console.voice_rows import letter_row, topic_badge, topic_row
from dispatch.console.wording import moment_text
from dispatch.domain import voices
from dispatch.domain.voices import DRAFTS, PUBLISHES, READS_VOICES
from dispatch.enums import Role
from dispatch.queries.voices import PAGE, letter_page, letters, topic_page, topics_to_join
from reports.models import Report, Topic
from reports.voice_enums import TopicState
from xiangcun.lib.errors import DomainError
from xiangcun.lib.text import is_key

LETTER_TABS = (("", "全部"), ("free", "没有话题的意见"), ("topic", "已成话题的"))


@require_GET
@never_cache
def letters_page(request: HttpRequest) -> HttpResponse:
    """List letters, newest first, to be answered or made a topic."""
    require(request, DRAFTS)
    wanted = request.GET.get("only", "")
    only = wanted if wanted in dict(LETTER_TABS) else ""
    found, now = letter_page(actor_of(request), only=only, before=key_of(request)), timezone.now()
    context = {
        "rows": [letter_row(report, now=now) for report in found[:PAGE]],
        "tabs": [{"code": code, "label": label} for code, label in LETTER_TABS],
        "only": only,
        "topics": topics_to_join(),
        **paging(request, found),
    }
    return show(request, "letters.html", _("居民来信"), context)


@require_POST
def topic_join(request: HttpRequest) -> HttpResponse:
    """Add opinions to a topic that is there already."""
    require(request, DRAFTS)
    wanted = request.POST.get("topic", "")
    try:
        done = voices.join_topic(
            int(wanted) if is_key(wanted) else 0,
            report_ids=_ids(request.POST.getlist("report")),
            actor=actor_of(request),
            now=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("voice-letters"))
    messages.success(request, _("已关联 %d 件意见") % done)
    return HttpResponseRedirect(reverse("voice-topic", args=(wanted,)))


@require_GET
@never_cache
def topics_page(request: HttpRequest) -> HttpResponse:
    """List topics, newest first."""
    require(request, READS_VOICES)
    found = topic_page(before=key_of(request))
    context = {
        "rows": [topic_row(topic) for topic in found[:PAGE]],
        "may_draft": has_role(request, DRAFTS),
        **paging(request, found),
    }
    return show(request, "topics.html", _("民意话题"), context)


@require_http_methods(["GET", "POST"])
@never_cache
def topic_new(request: HttpRequest) -> HttpResponse:
    """Write a topic, from the opinions that were chosen in the list."""
    require(request, DRAFTS)
    posted = request.method == "POST"
    ids = _ids((request.POST if posted else request.GET).getlist("report"))
    form = TopicForm(request.POST if posted else None)
    if posted and (topic := _save(request, form, None, ids)):
        messages.success(request, _("草稿已保存，请值班领导核对后发布"))
        return HttpResponseRedirect(reverse("voice-topic", args=(topic.pk,)))
    sources = letters(actor_of(request)).filter(pk__in=ids)
    context = {"form": form, "sources": _sources(list(sources))}
    return show(
        request, "topic_new.html", _("新建话题"), context, status=400 if form.errors else 200
    )


@require_http_methods(["GET", "POST"])
@never_cache
def topic_page_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one topic; a draft is written here."""
    require(request, READS_VOICES if request.method == "GET" else DRAFTS)
    topic = _topic(pk)
    if request.method == "GET":
        return _show_topic(request, topic)
    form = TopicForm(request.POST)
    if _save(request, form, topic.pk, ()):
        messages.success(request, _("已保存"))
        return HttpResponseRedirect(reverse("voice-topic", args=(pk,)))
    return _show_topic(request, topic, form=form, status=400)


@require_POST
def topic_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Show it to everybody."""
    require(request, PUBLISHES)
    return _step(request, pk, voices.publish_topic, _("已发布，居民现在可以支持"))


@require_POST
def topic_close(request: HttpRequest, pk: int) -> HttpResponse:
    """End it."""
    require(request, PUBLISHES)
    return _step(request, pk, voices.close_topic, _("话题已结束"))


@require_POST
def topic_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer it officially."""
    require(request, PUBLISHES)
    topic, form = _topic(pk), AnswerForm(request.POST)
    if form.is_valid():
        try:
            voices.answer_topic(
                pk, **form.cleaned_data, actor=actor_of(request), now=timezone.now()
            )
        except DomainError as error:
            form.refuse(error)
    if form.errors:
        return _show_topic(request, topic, answer=form, status=400)
    messages.success(request, _("答复已公开"))
    return HttpResponseRedirect(reverse("voice-topic", args=(pk,)))


def require(request: HttpRequest, roles: frozenset[Role]) -> None:
    """Refuse whom topics and polls are not entrusted to."""
    if not has_role(request, roles):
        raise PermissionDenied(_("民意由指挥室坐席和值班领导办理"))


def show(
    request: HttpRequest, name: str, title: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Draw a page of 民意."""
    context = {**admin.site.each_context(request), "title": title, **context}
    return render(request, f"admin/voices/{name}", context, status=status)


def paging(request: HttpRequest, found: list[Any]) -> dict[str, Any]:
    """Return what the foot of a list needs."""
    return {
        "next_before": found[PAGE - 1].pk if len(found) > PAGE else None,
        "first_page": key_of(request) is None,
    }


def _show_topic(
    request: HttpRequest,
    topic: Topic,
    *,
    form: TopicForm | None = None,
    answer: AnswerForm | None = None,
    status: int = 200,
) -> HttpResponse:
    draft = topic.state == TopicState.DRAFT
    standing = topic.state in {TopicState.OPEN, TopicState.ANSWERED}
    may_draft, may_publish = has_role(request, DRAFTS), has_role(request, PUBLISHES)
    written = {"unit": topic.reply_unit, "reply": topic.reply}
    sources = letters(actor_of(request)).filter(topics=topic) if may_draft else []
    context = {
        "topic": topic,
        "badge": topic_badge(topic),
        "opened": moment_text(topic.opens_at),
        "closes": moment_text(topic.closes_at),
        "replied": moment_text(topic.replied_at),
        "form": (form or TopicForm(initial=topic_initial(topic))) if draft and may_draft else None,
        "answer": (answer or AnswerForm(initial=written)) if standing and may_publish else None,
        "may_publish": may_publish and draft,
        "may_close": may_publish and standing,
        "may_draft": may_draft,
        "sources": _sources(list(sources)),
    }
    return show(request, "topic.html", topic.title, context, status=status)


def _sources(reports: list[Report]) -> list[dict[str, Any]]:
    rows = Report.objects.filter(pk__in=[report.pk for report in reports])
    rows = rows.select_related("ticket_report__ticket").prefetch_related("topics")
    return [letter_row(report, now=timezone.now()) for report in rows.order_by("pk")]


def _save(request: HttpRequest, form: TopicForm, topic_id: int | None, ids: Any) -> Topic | None:
    if not form.is_valid():
        return None
    actor, now = actor_of(request), timezone.now()
    try:
        return voices.draft_topic(
            topic_id, words=form.words(), report_ids=ids, actor=actor, now=now
        )
    except DomainError as error:
        form.refuse(error)
        return None


def _step(request: HttpRequest, pk: int, step: Any, said: str) -> HttpResponse:
    _topic(pk)
    take_step(request, lambda: step(pk, actor=actor_of(request), now=timezone.now()), said)
    return HttpResponseRedirect(reverse("voice-topic", args=(pk,)))


def _topic(pk: int) -> Topic:
    topic = Topic.objects.filter(pk=pk).first()
    if topic is None:
        raise Http404(_("没有这个话题"))
    return topic


def _ids(values: list[str]) -> list[int]:
    return [int(value) for value in values if is_key(value)][:PAGE]
