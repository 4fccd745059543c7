"""Forms of topics and polls; the domain says what is right, the form only reads it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.domain.polls import PollWords
from reports.domain.topics import TopicWords
from reports.models import Poll, PollOption, Topic
from reports.voice_enums import ResultVisibility
from xiangcun.lib.errors import DomainError

_MOMENT = "%Y-%m-%dT%H:%M"
_OPTIONS_LENGTH = Poll.MOST_OPTIONS * (PollOption.TEXT_MAX + 2)


class MomentField(forms.DateTimeField):
    """A day and an hour of the township."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(
            format=_MOMENT, attrs={"type": "datetime-local", "class": "xc-input"}
        )
        super().__init__(widget=widget, **kwargs)


def _words(rows: int = 0, **attrs: Any) -> forms.Widget:
    """Return a field of one line, or of ``rows``."""
    named = {"class": "xc-input", **attrs}
    return forms.Textarea(attrs={**named, "rows": rows}) if rows else forms.TextInput(attrs=named)


class DomainForm(forms.Form):
    """A form that shows the refusals of the domain beside the field they speak of."""

    def refuse(self, error: DomainError) -> None:
        """Show ``error``; a field that this form does not have is the whole form's."""
        for one in error.errors:
            self.add_error(one.field if one.field in self.fields else None, one.message)
        if not error.errors:
            self.add_error(None, error.message)


class TopicForm(DomainForm):
    """A topic in the office's own words."""

    title = forms.CharField(label=_("标题"), max_length=Topic.TITLE_MAX, widget=_words())
    text = forms.CharField(
        label=_("说明"),
        max_length=Topic.TEXT_MAX,
        widget=_words(6),
        help_text=_("用办公室自己的话写，不要照抄居民的原话，不写姓名和电话。"),
    )
    closes_at = MomentField(
        label=_("征集支持截止"), help_text=_("发布后居民可以支持，到这时为止。")
    )

    def words(self) -> TopicWords:
        """Return what was filled in."""
        return TopicWords(**self.cleaned_data)


class AnswerForm(DomainForm):
    """The official answer."""

    unit = forms.CharField(label=_("答复单位"), max_length=Topic.UNIT_MAX, widget=_words())
    reply = forms.CharField(label=_("答复内容"), max_length=Topic.TEXT_MAX, widget=_words(5))


class PollForm(DomainForm):
    """A poll; the options stand one a line."""

    question = forms.CharField(label=_("问题"), max_length=Poll.QUESTION_MAX, widget=_words())
    text = forms.CharField(
        label=_("说明（可不填）"), max_length=Poll.TEXT_MAX, required=False, widget=_words(4)
    )
    options = forms.CharField(
        label=_("选项，一行一个"),
        max_length=_OPTIONS_LENGTH,
        widget=_words(6),
        help_text=_("2 到 12 个，每个最多 60 字。有人投票后不能再改。"),
    )
    max_choices = forms.IntegerField(
        label=_("每人最多选几项"),
        min_value=1,
        max_value=Poll.MOST_OPTIONS,
        initial=1,
        widget=forms.NumberInput(attrs={"class": "xc-input"}),
        help_text=_("填 1 是单选。"),
    )
    opens_at = MomentField(label=_("开始时间"))
    closes_at = MomentField(
        label=_("截止时间"), help_text=_("发布后不能提前，只能由值班领导延长一次。")
    )
    result_visibility = forms.ChoiceField(
        label=_("结果什么时候能看"),
        choices=ResultVisibility.choices,
        widget=forms.Select(attrs={"class": "xc-input"}),
        help_text=_("“投票后可见”也只在满 5 人以后显示各项票数。"),
    )

    def words(self) -> PollWords:
        """Return what was filled in."""
        data = dict(self.cleaned_data)
        data["options"] = tuple(data["options"].splitlines())
        data["result_visibility"] = ResultVisibility(data["result_visibility"])
        return PollWords(**data)


class ExtendForm(DomainForm):
    """A later closing and why."""

    closes_at = MomentField(label=_("新的截止时间"))
    note = forms.CharField(label=_("延期说明（会公开）"), max_length=Poll.NOTE_MAX, widget=_words())


class WithdrawForm(DomainForm):
    """Why a poll is stopped."""

    note = forms.CharField(label=_("撤回说明（会公开）"), max_length=Poll.NOTE_MAX, widget=_words())


def topic_initial(topic: Topic) -> dict[str, Any]:
    """Return what the form of a draft begins with."""
    return {"title": topic.title, "text": topic.text, "closes_at": topic.closes_at}


def poll_initial(poll: Poll) -> dict[str, Any]:
    """Return what the form of a poll begins with."""
    names = ("question", "text", "max_choices", "opens_at", "closes_at", "result_visibility")
    options = "\n".join(option.text for option in poll.options.all())
    return {**{name: getattr(poll, name) for name in names}, "options": options}
