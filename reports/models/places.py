"""Grids: the smallest area somebody is responsible for."""

from __future__ import annotations

from django.db import models
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
    is_active = models.BooleanField(_("启用"), default=True)
    updated_at = models.DateTimeField(_("修改时间"), auto_now=True)

    class Meta:
        ordering = ["code"]
        verbose_name = _("网格")
        verbose_name_plural = _("网格")

    def __str__(self) -> str:
        return self.name
