"""What the county's calls answer, for the OpenAPI description."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

TAGS = ["县级驾驶舱"]


class CountyFieldErrorShape(serializers.Serializer[Any]):
    """One wrong parameter."""

    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class CountyErrorShape(serializers.Serializer[Any]):
    """The body of every error."""

    code = serializers.CharField()
    message = serializers.CharField()
    errors = CountyFieldErrorShape(many=True)  # type: ignore[assignment]  # the name is the API's
    request_id = serializers.CharField()


class MetricShape(serializers.Serializer[Any]):
    """One figure's definition."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField(help_text="count 次数、percent 比率（0–1）、hours 小时、score 分")
    explanation = serializers.CharField()


class MetricsShape(serializers.Serializer[Any]):
    """The dictionary."""

    items = MetricShape(many=True)


class FigureShape(serializers.Serializer[Any]):
    """One figure's value; ``base`` is what it is a share or a mean of."""

    code = serializers.CharField()
    value = serializers.FloatField(allow_null=True, help_text="没有分母时为 null，不是 0")
    base = serializers.IntegerField(allow_null=True)
    small = serializers.BooleanField(help_text="分母小于 10，仅供参考")


class SummaryRowShape(serializers.Serializer[Any]):
    """A line of a breakdown; an empty code is what belongs to none."""

    code = serializers.CharField()
    name = serializers.CharField()
    figures = FigureShape(many=True)


class SummaryShape(serializers.Serializer[Any]):
    """Figures of a range of days."""

    first = serializers.DateField()
    last = serializers.DateField()
    by = serializers.CharField()
    total = FigureShape(many=True)
    rows = SummaryRowShape(many=True)


class TrendDayShape(serializers.Serializer[Any]):
    """One day's counts."""

    date = serializers.DateField()
    figures = FigureShape(many=True)


class TrendShape(serializers.Serializer[Any]):
    """Every day of the range, those without anything too."""

    first = serializers.DateField()
    last = serializers.DateField()
    days = TrendDayShape(many=True)


class PointShape(serializers.Serializer[Any]):
    """WGS-84 degrees, rounded to about 100 m."""

    lat = serializers.FloatField()
    lng = serializers.FloatField()


class CodedShape(serializers.Serializer[Any]):
    """Something with a code and a name."""

    code = serializers.CharField()
    name = serializers.CharField()


class HotspotShape(serializers.Serializer[Any]):
    """What many report in one place."""

    id = serializers.CharField()
    title = serializers.CharField(allow_null=True, help_text="需要 hotspot_words 范围，否则为 null")
    place = serializers.CharField()
    category = CodedShape(allow_null=True)
    point = PointShape(allow_null=True)
    radius_m = serializers.IntegerField(allow_null=True)
    reports = serializers.IntegerField()
    residents = serializers.IntegerField()
    recent_residents = serializers.IntegerField()
    previous_residents = serializers.IntegerField()
    trend = serializers.CharField()
    first_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()


class HotspotsShape(serializers.Serializer[Any]):
    """At most fifty, the ones most people talk about first."""

    items = HotspotShape(many=True)


class CountyTicketShape(serializers.Serializer[Any]):
    """A ticket without anybody in it: no text, no photo, no exact place."""

    number = serializers.CharField()
    status = CodedShape()
    urgency = serializers.CharField()
    category = CodedShape()
    grid = CodedShape(allow_null=True)
    village = CodedShape(allow_null=True)
    department = CodedShape(allow_null=True)
    point = PointShape(allow_null=True)
    report_count = serializers.IntegerField()
    opened_at = serializers.DateTimeField()
    dispatched_at = serializers.DateTimeField(allow_null=True)
    signed_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    handled_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.CharField()


class CountyTicketsShape(serializers.Serializer[Any]):
    """One page."""

    items = CountyTicketShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)


_ERRORS = {
    400: "参数有误",
    401: "没有令牌，或令牌无效、到期、停用",
    403: "令牌没有这个范围，或来自不允许的网段",
    429: "太频繁，见 Retry-After",
}


def responses(shape: type[serializers.Serializer[Any]]) -> dict[int, Any]:
    """Return what a call answers."""
    failed = {
        code: OpenApiResponse(CountyErrorShape, description=words)
        for code, words in _ERRORS.items()
    }
    unchanged = OpenApiResponse(description="与 If-None-Match 相同，没有变化")
    return {200: shape, 304: unchanged, **failed}
