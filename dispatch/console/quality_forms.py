"""What the triage quality page can be narrowed to; it lives in the URL, so that a view can be passed on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dispatch.console.summary_forms import CategoryField
from dispatch.summary.quality import monday
from dispatch.summary.versions import version_text
from reports.models import Category

DEFAULT_WEEKS = 12
WEEKS = (4, 8, 12, 26)


@dataclass(frozen=True, slots=True)
class Range:
    """What to look at: ``since`` is a local Monday midnight; ``category`` a code prefix, "" for all."""

    weeks: int
    since: datetime
    category: str = ""
    version: str = ""


class QualityForm(forms.Form):
    """Weeks, category, model version. Whatever is wrong is said, and the default stands in."""

    weeks = forms.TypedChoiceField(
        label=_("时间"),
        coerce=int,
        choices=[(number, _("最近 %d 周") % number) for number in WEEKS],
    )
    category = CategoryField(
        Category.objects.none(),
        label=_("研判的分类"),
        required=False,
        empty_label=_("全部分类"),
        to_field_name="code",
    )
    version = forms.ChoiceField(label=_("模型版本"), required=False)

    def __init__(self, query: Mapping[str, Any]) -> None:
        # No database takes a NUL in a text to look up.
        given = {
            name: query[name].replace("\0", "") for name in self.base_fields if query.get(name)
        }
        super().__init__({"weeks": DEFAULT_WEEKS, **given})
        chooser = self.fields["category"]
        assert isinstance(chooser, forms.ModelChoiceField)
        chooser.queryset = Category.objects.all()

    def since(self, *, now: datetime) -> datetime:
        """Return the local Monday midnight on which the weeks begin, known before the versions are."""
        wanted = str(self.data.get("weeks"))
        weeks = int(wanted) if wanted in {str(number) for number in WEEKS} else DEFAULT_WEEKS
        today = timezone.localdate(now)
        first = monday(today) - timedelta(weeks=weeks - 1)
        return timezone.make_aware(datetime.combine(first, datetime.min.time()))

    def offer_versions(self, versions: list[str]) -> None:
        """Offer the versions that spoke in these weeks."""
        chooser = self.fields["version"]
        assert isinstance(chooser, forms.ChoiceField)
        offered = [(version, version_text(version)) for version in versions if version]
        chooser.choices = [("", _("全部版本")), *offered]

    def chosen(self, *, now: datetime) -> Range:
        """Return what to look at."""
        self.is_valid()
        cleaned = self.cleaned_data
        category = cleaned.get("category")
        return Range(
            weeks=cleaned.get("weeks") or DEFAULT_WEEKS,
            since=self.since(now=now),
            category=category.code if category else "",
            version=cleaned.get("version") or "",
        )
