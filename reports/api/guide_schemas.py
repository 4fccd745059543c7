"""Shapes and inputs of 便民服务 and 公告."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from reports.api.fields import WordField
from reports.api.inputs import MAX_LAT, MAX_LNG, QueryNumberField
from reports.api.schemas import Shape
from reports.enums import CoordinateSystem, DimensionCode, GuideFaultKind, HolidayRule
from xiangcun.lib.drf.fields import TextField
from xiangcun.lib.hours import OpenCode

MOST_LIMIT = 50


class GuideQuery(serializers.Serializer[Any]):
    """``GET /guides``."""

    dimension = serializers.ChoiceField(
        DimensionCode.choices, required=False, allow_blank=True, default=""
    )
    q = TextField(
        max_length=40,
        required=False,
        allow_blank=True,
        default="",
        help_text="名称、别称、说明、材料里的词，或拼音、拼音首字母（sbk）",
    )
    lat = QueryNumberField(min_value=-MAX_LAT, max_value=MAX_LAT, required=False, default=None)
    lng = QueryNumberField(min_value=-MAX_LNG, max_value=MAX_LNG, required=False, default=None)
    coord_type = serializers.ChoiceField(CoordinateSystem.choices, default=CoordinateSystem.WGS84)
    open_now = serializers.BooleanField(required=False, default=False, help_text="只要正在营业的")
    cursor = TextField(max_length=400, required=False, allow_blank=True, default="")
    limit = serializers.IntegerField(
        required=False, default=20, min_value=1, max_value=MOST_LIMIT, help_text="每页条数"
    )

    default_error_messages = {"required": _("经度和纬度要一起给")}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Want the whole point or none."""
        if (attrs["lat"] is None) != (attrs["lng"] is None):
            missing = "lat" if attrs["lat"] is None else "lng"
            message = str(self.error_messages["required"])
            raise serializers.ValidationError({missing: [message]}, code="required")
        return attrs


class BulletinQuery(serializers.Serializer[Any]):
    """``GET /bulletins``."""

    cursor = TextField(max_length=400, required=False, allow_blank=True, default="")
    limit = serializers.IntegerField(
        required=False, default=20, min_value=1, max_value=MOST_LIMIT, help_text="每页条数"
    )


class GuideFaultInput(serializers.Serializer[Any]):
    """``POST /guides/{id}/faults``: what is wrong, by choice; nothing else is taken."""

    kind = WordField(choices=GuideFaultKind.choices)


class TaggedShape(Shape[Any]):
    """One dimension."""

    code = serializers.ChoiceField(DimensionCode.choices)
    name = serializers.CharField(help_text="一个字")
    title = serializers.CharField(help_text="居民看的词")


class CountedDimensionShape(TaggedShape):
    """One dimension with how many guides it has."""

    guides = serializers.IntegerField()


class DimensionsShape(Shape[Any]):
    """The seven and 平安, in order."""

    items = CountedDimensionShape(many=True)


class OpenStateShape(Shape[Any]):
    """Whether somebody is there now; ``text`` is fit to be shown, empty when nobody knows."""

    code = serializers.ChoiceField([code.value for code in OpenCode])
    text = serializers.CharField(allow_blank=True)
    until = serializers.DateTimeField(allow_null=True)
    opens_at = serializers.DateTimeField(allow_null=True)


class PhoneShape(Shape[Any]):
    """One number: ``dial`` is what ``tel:`` takes."""

    name = serializers.CharField(allow_blank=True)
    number = serializers.CharField()
    dial = serializers.CharField()


class GuidePlaceShape(Shape[Any]):
    """The exact place: it is a public one."""

    lat = serializers.FloatField()
    lng = serializers.FloatField()
    coord_type = serializers.ChoiceField(CoordinateSystem.choices)


class GuideLineShape(Shape[Any]):
    """One guide of a list."""

    id = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField(allow_blank=True)
    dimensions = TaggedShape(many=True)
    address = serializers.CharField(allow_blank=True)
    place = GuidePlaceShape(allow_null=True)
    distance_m = serializers.IntegerField(allow_null=True, help_text="没给位置或没有坐标时为 null")
    phones = PhoneShape(many=True)
    open_state = OpenStateShape()
    department = serializers.CharField(allow_null=True)
    is_example = serializers.BooleanField()
    updated_at = serializers.DateTimeField()


class HolidayShape(Shape[Any]):
    """What a statutory holiday does."""

    code = serializers.ChoiceField(HolidayRule.choices)
    label = serializers.CharField()  # type: ignore[assignment]


class GuideShape(GuideLineShape):
    """The whole guide."""

    synonyms = serializers.CharField(allow_blank=True)
    body = serializers.CharField(allow_blank=True)
    hours = serializers.CharField(
        allow_blank=True, help_text="如 周一至周五 8:30-12:00，13:30-17:30"
    )
    hours_note = serializers.CharField(allow_blank=True)
    holidays = HolidayShape()
    exceptions = serializers.ListField(child=serializers.CharField())
    documents = serializers.ListField(child=serializers.CharField())
    fee = serializers.CharField(allow_blank=True)
    time_limit = serializers.CharField(allow_blank=True)
    valid_to = serializers.DateField(allow_null=True)
    confirmed_at = serializers.DateTimeField(help_text="最近一次核实")


class AlikeShape(Shape[Any]):
    """Another guide, after a search that found nothing."""

    id = serializers.CharField()
    title = serializers.CharField()


class GuidePageShape(Shape[Any]):
    """A page; ``alike`` is filled after a miss only."""

    items = GuideLineShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    alike = AlikeShape(many=True)
    hotline = serializers.CharField(help_text="找不到时可以打的电话")


class GuideFaultShape(Shape[Any]):
    """Thanks."""

    kind = serializers.ChoiceField(GuideFaultKind.choices)
    message = serializers.CharField()


class BulletinLineShape(Shape[Any]):
    """One bulletin of a list; no areas: the whole township."""

    id = serializers.CharField()
    title = serializers.CharField()
    opening = serializers.CharField(help_text="开头 80 字")
    source = serializers.CharField()  # type: ignore[assignment]
    urgent = serializers.BooleanField()
    pinned = serializers.BooleanField()
    publish_at = serializers.DateTimeField()
    expire_at = serializers.DateTimeField(allow_null=True)
    areas = serializers.ListField(child=serializers.CharField())
    dimension = TaggedShape(allow_null=True)
    is_example = serializers.BooleanField()


class BulletinShape(BulletinLineShape):
    """The whole bulletin; paragraphs stand on lines of their own."""

    body = serializers.CharField()


class BulletinPageShape(Shape[Any]):
    """A page: urgent ones first, pinned ones, then the newest."""

    items = BulletinLineShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)
