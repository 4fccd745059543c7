"""Grids, the smallest area somebody is responsible for, and landmarks people name in their text."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Grid(models.Model):
    """A grid 网格. ``code`` is 15 digits: 6 county + 3 street + 3 village + 3 sequence (GB/T 30428).

    ``polygon`` is a GeoJSON Polygon or MultiPolygon in WGS-84, ``[lng, lat]`` order; the bounding box
    columns (degrees) narrow a search before the geometry is looked at.
    """

    code = models.CharField(_("网格编码"), max_length=15, unique=True)
    name = models.CharField(_("网格名称"), max_length=60)
    village_code = models.CharField(_("村社编码"), max_length=12, db_index=True)
    village_name = models.CharField(_("村社"), max_length=40)
    polygon = models.JSONField(_("边界"))
    households = models.PositiveIntegerField(_("户数"), null=True, blank=True)
    population = models.PositiveIntegerField(_("常住人口"), null=True, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    updated_at = models.DateTimeField(_("修改时间"), auto_now=True)

    class Meta:
        ordering = ["code"]
        verbose_name = _("网格")
        verbose_name_plural = _("网格")

    def __str__(self) -> str:
        return self.name


class Landmark(models.Model):
    """A landmark 地标: what people name instead of an address, a market, a school, a bridge.

    ``lat``/``lng`` are WGS-84 degrees; the place is the circle of ``radius_m`` metres around them.
    ``aliases`` is a list of other names. Triage holds a text that names it against the point.
    """

    MIN_RADIUS_M, MAX_RADIUS_M = 10, 5000

    name = models.CharField(_("地标名称"), max_length=40, unique=True)
    aliases = models.JSONField(_("别名"), default=list, blank=True)
    lat = models.FloatField(
        _("纬度"), validators=[MinValueValidator(-90.0), MaxValueValidator(90.0)]
    )
    lng = models.FloatField(
        _("经度"), validators=[MinValueValidator(-180.0), MaxValueValidator(180.0)]
    )
    radius_m = models.PositiveIntegerField(
        _("范围半径（米）"),
        default=100,
        validators=[MinValueValidator(MIN_RADIUS_M), MaxValueValidator(MAX_RADIUS_M)],
    )
    grid = models.ForeignKey(
        Grid,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="landmarks",
        verbose_name=_("所在网格"),
    )
    is_active = models.BooleanField(_("启用"), default=True)
    updated_at = models.DateTimeField(_("修改时间"), auto_now=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("地标")
        verbose_name_plural = _("地标")
        constraints = [
            models.CheckConstraint(
                condition=Q(lat__range=(-90.0, 90.0), lng__range=(-180.0, 180.0)),
                name="landmark_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return self.name
