"""The shapes of the calls about volunteers, for OpenAPI, and what they take."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from reports.api.fields import WordField
from reports.api.inputs import MAX_ACCURACY_M, MAX_LAT, MAX_LNG
from reports.enums import CoordinateSystem
from reports.models import PatrolSignup, Volunteer
from xiangcun.lib.drf.fields import IdField, NumberField, TextField, TruthField

Shape = serializers.Serializer


class WordShape(Shape[Any]):
    """A word of a closed vocabulary by code and label."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class RuleRankShape(Shape[Any]):
    """A rank and the points ever earned it begins with."""

    name = serializers.CharField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Add what Python has another use for."""
        return {**super().get_fields(), "from": serializers.IntegerField()}


class RankShape(RuleRankShape):
    """A rank with its place in the row of ranks."""

    level = serializers.IntegerField()


class PointRulesShape(Shape[Any]):
    """What earns how much."""

    report = serializers.IntegerField()
    duplicate = serializers.IntegerField(help_text="别人已经报过的同一件事")
    urgent_extra = serializers.IntegerField(help_text="紧急的另加")
    danger_extra = serializers.IntegerField(help_text="特急险情另加")
    patrol = serializers.IntegerField()
    daily_cap = serializers.IntegerField()
    expiry_months = serializers.IntegerField()
    pickup_days = serializers.IntegerField()
    ranks = RuleRankShape(many=True)


class RefusalShape(Shape[Any]):
    """Why somebody cannot join."""

    code = serializers.CharField()
    message = serializers.CharField()


class ExpiringShape(Shape[Any]):
    """Points that end soon."""

    points = serializers.IntegerField()
    on = serializers.DateField(help_text="这一天起不能再用")


class VolunteerShape(Shape[Any]):
    """A volunteer as they see themselves."""

    number = serializers.CharField()
    nickname = serializers.CharField()
    adult = serializers.BooleanField()
    joined_at = serializers.DateTimeField()
    points = serializers.IntegerField(help_text="可用积分")
    earned = serializers.IntegerField(help_text="累计积分，等级由它决定")
    today = serializers.IntegerField(help_text="今天已得")
    rank = RankShape()
    next_rank = RankShape(allow_null=True)
    expiring = ExpiringShape(allow_null=True)


class MembershipShape(Shape[Any]):
    """Whether the person is a volunteer."""

    joined = serializers.BooleanField()
    refusal = RefusalShape(allow_null=True)
    volunteer = VolunteerShape(allow_null=True)
    rules = PointRulesShape()


class EntryShape(Shape[Any]):
    """A line of the ledger."""

    id = serializers.CharField()
    at = serializers.DateTimeField()
    kind = WordShape()
    points = serializers.IntegerField()
    note = serializers.CharField(allow_blank=True)
    report = serializers.CharField(allow_null=True)


class PointsPageShape(Shape[Any]):
    """A page of the ledger, newest first."""

    items = EntryShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class RewardShape(Shape[Any]):
    """A reward."""

    id = serializers.CharField()
    name = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    points = serializers.IntegerField()
    stock = serializers.IntegerField()
    person_limit = serializers.IntegerField()
    left = serializers.IntegerField(help_text="本人还能兑几件")
    valid_to = serializers.DateField()
    pickup_place = serializers.CharField()


class RewardPageShape(Shape[Any]):
    """A page of rewards, newest first."""

    items = RewardShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class RedemptionShape(Shape[Any]):
    """A redemption; ``code`` and ``qr`` (a data address of an SVG) while it waits to be fetched."""

    id = serializers.CharField()
    reward = serializers.CharField()
    points = serializers.IntegerField()
    state = WordShape()
    code = serializers.CharField(allow_null=True)
    qr = serializers.CharField(allow_null=True)
    pickup_place = serializers.CharField()
    at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)


class RedemptionPageShape(Shape[Any]):
    """A page of redemptions, newest first."""

    items = RedemptionShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class SignupShape(Shape[Any]):
    """How far the person is with a patrol."""

    state = WordShape()
    joined_at = serializers.DateTimeField()
    checked_in_at = serializers.DateTimeField(allow_null=True)
    checked_out_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    reports = serializers.IntegerField()


class PatrolShape(Shape[Any]):
    """A patrol."""

    id = serializers.CharField()
    title = serializers.CharField()
    place = serializers.CharField()
    look_for = serializers.CharField()
    grid = serializers.CharField(allow_null=True)
    lat = serializers.FloatField()
    lng = serializers.FloatField()
    radius_m = serializers.IntegerField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    places = serializers.IntegerField()
    places_left = serializers.IntegerField()
    state = WordShape()
    posted_by = serializers.CharField()
    points = serializers.IntegerField()
    signup = SignupShape(allow_null=True)


class PatrolPageShape(Shape[Any]):
    """A page of patrols, the latest posted first."""

    items = PatrolShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class VolunteerLineShape(Shape[Any]):
    """A volunteer's row in the export."""

    number = serializers.CharField()
    nickname = serializers.CharField()
    adult = serializers.BooleanField()
    joined_at = serializers.DateTimeField()
    points = serializers.IntegerField()
    earned = serializers.IntegerField()


class KeptPositionShape(Shape[Any]):
    """A position that is still kept."""

    lat = serializers.FloatField()
    lng = serializers.FloatField()
    coord_type = serializers.CharField()


class SignupLineShape(SignupShape):
    """A sign-up in the export."""

    patrol = serializers.CharField()
    place = serializers.CharField()
    starts_at = serializers.DateTimeField()
    check_in_position = KeptPositionShape(allow_null=True)
    check_out_position = KeptPositionShape(allow_null=True)


class JoinInput(serializers.Serializer[Any]):
    """``POST /volunteer``: the person agrees to the notice of ``version``."""

    nickname = TextField(max_length=Volunteer.NICKNAME_MAX)
    adult = TruthField()
    version = TextField(max_length=20, help_text="GET /privacy/notice 的 version")


class RedemptionInput(serializers.Serializer[Any]):
    """``POST /redemptions``: the same ``client_id`` again is the same redemption."""

    client_id = IdField()
    reward = TextField(max_length=20)


class PositionInput(serializers.Serializer[Any]):
    """One position of the telephone, for one check; accuracy in metres."""

    lat = NumberField(low=-MAX_LAT, high=MAX_LAT)
    lng = NumberField(low=-MAX_LNG, high=MAX_LNG)
    coord_type = WordField(choices=CoordinateSystem.choices)
    accuracy = NumberField(low=0, high=MAX_ACCURACY_M)


class CheckOutInput(serializers.Serializer[Any]):
    """``POST /patrols/{id}/check-out``: what was seen, in a few words; the position may be left out."""

    default_error_messages = {"required": _("请填写这一项")}

    note = TextField(max_length=PatrolSignup.NOTE_MAX, allow_blank=True, default="")
    position = PositionInput(required=False, allow_null=True, default=None)


class PatrolsQuery(serializers.Serializer[Any]):
    """``GET /patrols``."""

    mine = serializers.CharField(required=False, default="", help_text="1 = 只看我报名的")
    coord_type = WordField(choices=CoordinateSystem.choices, required=False, default="wgs84")
