"""Shapes of what anybody may read: published cases, their photos and steps, and what is near by."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from reports.api.schemas import CategoryRefShape, PublicStatusShape, Shape
from reports.enums import CoordinateSystem, PublicPhotoKind

__all__ = ["NearbyShape", "PublicCaseShape", "PublicPageShape", "PublicStatsShape"]


class PlaceShape(Shape[Any]):
    """A place rounded to some 100 m."""

    lat = serializers.FloatField()
    lng = serializers.FloatField()
    coord_type = serializers.ChoiceField(CoordinateSystem.choices)


class PublicPhotoShape(Shape[Any]):
    """A photo that staff released, with what they painted over."""

    kind = serializers.ChoiceField(PublicPhotoKind.choices)
    url = serializers.CharField()
    thumbnail_url = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()


class PublicReportShape(Shape[Any]):
    """A published case: neither a resident's words nor persons."""

    number = serializers.CharField()
    status = PublicStatusShape()
    category = CategoryRefShape(allow_null=True)
    village = serializers.CharField(allow_null=True)
    summary = serializers.CharField(help_text="工作人员写的或自动生成的一句话，不含居民原文")
    place = PlaceShape(allow_null=True, help_text="地点只有文字描述的为 null")
    department = serializers.CharField(allow_null=True)
    submitted_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    photos = PublicPhotoShape(many=True)


class PublicStepShape(Shape[Any]):
    """A change of status on a day."""

    date = serializers.DateField()
    status = PublicStatusShape()
    text = serializers.CharField()


class PublicCaseShape(PublicReportShape):
    """One published case with its neutral history."""

    timeline = PublicStepShape(many=True)
    reply = serializers.CharField(allow_null=True, help_text="经审核公开的办理答复")
    can_join = serializers.BooleanField(help_text="可以用 join 表示“我也遇到”")


class PublicStatsShape(Shape[Any]):
    """How much is open, and how much was closed lately."""

    open = serializers.IntegerField()
    closed_30_days = serializers.IntegerField()
    since = serializers.DateField()


class PublicPageShape(Shape[Any]):
    """A page of published cases, newest first."""

    items = PublicReportShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class NearbyReportShape(PublicReportShape):
    """A published open case near by."""

    distance_m = serializers.IntegerField(help_text="到模糊后位置的距离（米）")


class NearbyShape(Shape[Any]):
    """Up to five cases: those told in like words first, then the nearest."""

    items = NearbyReportShape(many=True)
