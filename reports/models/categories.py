"""What a report can be about: two levels, tagged with dimensions."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.enums import DimensionCode, Urgency


class Dimension(models.Model):
    """One of 文教娱康养行便 or the base layer 平安; a tag, not a level of the tree."""

    code = models.CharField(_("代码"), max_length=16, choices=DimensionCode, unique=True)
    name = models.CharField(_("名称"), max_length=10)
    order = models.PositiveSmallIntegerField(_("顺序"), default=0)

    class Meta:
        ordering = ["order"]
        verbose_name = _("维度")
        verbose_name_plural = _("维度")

    def __str__(self) -> str:
        return self.name


class Category(models.Model):
    """A node of the two-level tree. Top level has a 2-digit code, leaves 4 digits (``0401``).

    Only leaves are assigned to tickets. ``duplicate_radius_m`` is metres.
    """

    code = models.CharField(_("编码"), max_length=4, unique=True)
    name = models.CharField(_("名称"), max_length=40)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("上级分类"),
    )
    dimensions = models.ManyToManyField(
        Dimension, blank=True, related_name="categories", verbose_name=_("维度")
    )
    default_urgency = models.CharField(
        _("默认紧急程度"), max_length=2, choices=Urgency, default=Urgency.P2
    )
    photo_required = models.BooleanField(_("上报须附照片"), default=False)
    after_photo_required = models.BooleanField(_("办结须附照片"), default=False)
    confidential = models.BooleanField(_("保密"), default=False)
    public_default = models.BooleanField(_("默认公开"), default=False)
    duplicate_radius_m = models.PositiveIntegerField(_("重复判定半径（米）"), default=100)
    safety_prompt = models.CharField(_("安全提示"), max_length=200, blank=True)
    gb30428_code = models.CharField(_("数字城管编码"), max_length=12, blank=True)
    gbt39666_code = models.CharField(_("政务热线编码"), max_length=12, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    order = models.PositiveSmallIntegerField(_("顺序"), default=0)
    updated_at = models.DateTimeField(_("修改时间"), auto_now=True)

    class Meta:
        ordering = ["code"]
        verbose_name = _("事项分类")
        verbose_name_plural = _("事项分类")

    def __str__(self) -> str:
        return self.name
