"""What many people report in one place over days; derived from reports, rebuilt by a beat task."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.models import Category, Report


class Hotspot(models.Model):
    """A hotspot 热点. It keeps its id from one refresh to the next as long as its reports overlap.

    Counts are of people, not of messages, where it says so: one resident writing daily is one.
    ``lat``/``lng`` (WGS-84) and ``radius_m`` are empty for what has no place (consultations).
    ``growth_low`` is the least that may be claimed of the weekly rate against the weeks before.
    """

    title = models.CharField(_("代表内容"), max_length=80)
    place_name = models.CharField(_("地点"), max_length=60, blank=True)
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("事项分类"),
    )
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    lng = models.FloatField(_("经度"), null=True, blank=True)
    radius_m = models.PositiveIntegerField(_("范围（米）"), null=True, blank=True)
    report_count = models.PositiveIntegerField(_("上报数"))
    resident_count = models.PositiveIntegerField(_("人数"))
    recent_residents = models.PositiveIntegerField(_("近 7 天人数"))
    previous_residents = models.PositiveIntegerField(_("上周人数"))
    growth_low = models.FloatField(_("增长下限"))
    trend = models.CharField(_("趋势"), max_length=8)
    day_count = models.PositiveSmallIntegerField(_("涉及天数"))
    first_at = models.DateTimeField(_("最早"))
    last_at = models.DateTimeField(_("最近"))
    refreshed_at = models.DateTimeField(_("更新时间"))

    class Meta:
        verbose_name = _("热点")
        verbose_name_plural = _("热点")
        indexes = [
            models.Index(
                fields=["-recent_residents", "-resident_count", "-last_at", "id"],
                name="hotspot_rank",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class HotspotReport(models.Model):
    """Which reports make up a hotspot; a report is in one at most."""

    hotspot = models.ForeignKey(
        Hotspot, models.CASCADE, related_name="members", verbose_name=_("热点")
    )
    report = models.OneToOneField(
        Report, models.CASCADE, related_name="hotspot_report", verbose_name=_("上报")
    )

    class Meta:
        verbose_name = _("热点上报")
        verbose_name_plural = _("热点上报")

    def __str__(self) -> str:
        return f"{self.hotspot_id} ← {self.report_id}"
