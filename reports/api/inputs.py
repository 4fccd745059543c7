"""What the API takes: types, limits and choices of every field."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from reports.api.fields import PhoneField, WordField
from reports.domain.drafts import Draft, Location
from reports.domain.form_consents import ON_FORM
from reports.domain.privacy import Profile
from reports.enums import (
    LETTERS,
    AgeBand,
    ConsentKind,
    CoordinateSystem,
    LocationSource,
    PublicStatus,
    ReportKind,
)
from xiangcun.lib.drf.fields import (
    IdField,
    NumberField,
    TextField,
    TruthField,
    WholeNumberField,
)
from xiangcun.lib.geo import BoundingBox, CoordType
from xiangcun.lib.text import is_key

MAX_TEXT = 2000
MAX_PHOTOS = 9
MAX_ACCURACY_M = 100_000
MAX_LAT, MAX_LNG = 90.0, 180.0


def row_key(text: str) -> int:
    """Return a row's key; 0, which no row has, for what cannot be one."""
    return int(text) if is_key(text) else 0


class SessionInput(serializers.Serializer[Any]):
    """``POST /session``: a code, the secret of a browser, or both to bring a guest's reports along."""

    default_error_messages = {"required": _("请提供登录凭证")}

    code = TextField(max_length=200, required=False, help_text="wx.login 或微信网页授权的 code")
    via = WordField(choices=("miniprogram", "h5"), required=False)
    state = TextField(
        max_length=500, allow_blank=True, required=False, help_text="微信网页授权带回的 state"
    )
    device = TextField(max_length=64, required=False, help_text="本浏览器的密钥，64 位十六进制")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a login with nothing to show."""
        if not attrs.get("code") and not attrs.get("device"):
            message = str(self.error_messages["required"])
            raise serializers.ValidationError({"code": [message]}, code="required")
        return attrs


class WechatPhoneInput(serializers.Serializer[Any]):
    """``POST /me/phone``: the code of ``getPhoneNumber``, not that of ``wx.login``."""

    code = TextField(max_length=200)


class SmsInput(serializers.Serializer[Any]):
    """``POST /me/phone/sms``."""

    phone = PhoneField(max_length=20)


class PhoneCodeInput(serializers.Serializer[Any]):
    """``PUT /me/phone``."""

    phone = PhoneField(max_length=20)
    sms_code = TextField(max_length=10)


class ProfileInput(serializers.Serializer[Any]):
    """``PUT /me``: a field left out stays as it is."""

    nickname = TextField(max_length=40, allow_blank=True, required=False)
    phone = PhoneField(max_length=20, allow_blank=True, required=False)
    consent_version = TextField(max_length=20, allow_blank=True, required=False)
    age_band = WordField(choices=AgeBand.choices, required=False)


def profile_of(data: dict[str, Any]) -> Profile:
    """Turn the cleaned body of ``PUT /me`` into the domain's profile."""
    age = data.get("age_band")
    return Profile(**{**data, "age_band": AgeBand(age) if age else None})


class LocationInput(serializers.Serializer[Any]):
    """A point in the coordinate system the client names; ``accuracy`` in metres.

    With ``source`` ``text`` the point may be left out: then the address says where.
    """

    lat = NumberField(low=-MAX_LAT, high=MAX_LAT, required=False, allow_null=True, default=None)
    lng = NumberField(low=-MAX_LNG, high=MAX_LNG, required=False, allow_null=True, default=None)
    coord_type = WordField(
        choices=CoordinateSystem.choices, required=False, allow_null=True, default=None
    )
    source = WordField(choices=LocationSource.choices)  # type: ignore[assignment]
    accuracy = NumberField(low=0, high=MAX_ACCURACY_M, allow_null=True, default=None)
    address = TextField(max_length=200, allow_blank=True, default="")

    default_error_messages = {"required": _("请填写这一项")}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for the whole point, but for a place in words, which has none of it."""
        missing = [name for name in ("lat", "lng", "coord_type") if attrs[name] is None]
        by_words = attrs["source"] == LocationSource.TEXT and {"lat", "lng"} <= set(missing)
        if missing and not by_words:
            message = str(self.error_messages["required"])
            raise serializers.ValidationError(
                {name: [message] for name in missing}, code="required"
            )
        return attrs


class PhotosField(serializers.ListField):
    """Up to nine different photo ids."""

    default_error_messages = {"photo_repeated": _("同一张照片不要重复添加")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("child", IdField())
        kwargs.setdefault("max_length", MAX_PHOTOS)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> list[uuid.UUID]:
        """Return the ids in the resident's order."""
        ids: list[uuid.UUID] = super().to_internal_value(data)
        if len(set(ids)) != len(ids):
            self.fail("photo_repeated")
        return ids


class ConsentTicksField(serializers.ListField):
    """The kinds that were ticked on this very form."""

    def __init__(self, **kwargs: Any) -> None:
        words = [choice for choice in ConsentKind.choices if choice[0] in ON_FORM]
        super().__init__(child=WordField(choices=words), max_length=len(words), **kwargs)


class ReportInput(serializers.Serializer[Any]):
    """``POST /reports``."""

    client_id = IdField()
    kind = WordField(choices=ReportKind.choices, default=ReportKind.PROBLEM.value)
    text = TextField(max_length=MAX_TEXT)
    location = LocationInput(required=False, allow_null=True, default=None)
    category = TextField(max_length=4, allow_blank=True, allow_null=True, default="")
    photos = PhotosField(default=list)
    anonymous = TruthField(default=False)
    contact_phone = PhoneField(max_length=20, allow_blank=True, allow_null=True, default="")
    join = TextField(max_length=20, allow_blank=True, allow_null=True, default="")
    urgent = TruthField(default=False)
    consents = ConsentTicksField(default=list)
    repeat_ok = TruthField(default=False, help_text="确认与一天内上报的相同内容不是一件事")

    default_error_messages = {"required": _("请填写这一项")}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask a problem where it is; a letter needs no place."""
        if attrs["location"] is None and attrs["kind"] not in LETTERS:
            message = str(self.error_messages["required"])
            raise serializers.ValidationError({"location": [message]}, code="required")
        return attrs


def draft_of(data: dict[str, Any]) -> Draft:
    """Turn the cleaned body of ``POST /reports`` into the domain's draft."""
    return Draft(
        client_id=data["client_id"],
        kind=ReportKind(data["kind"]),
        text=data["text"],
        location=_location_of(data["location"]),
        category=data["category"] or "",
        photos=tuple(data["photos"]),
        anonymous=data["anonymous"],
        contact_phone=data["contact_phone"] or "",
        join=data["join"] or "",
        urgent=data["urgent"],
    )


def _location_of(place: dict[str, Any] | None) -> Location | None:
    if place is None:
        return None
    return Location(
        lat=place["lat"],
        lng=place["lng"],
        coord_type=CoordType(place["coord_type"] or CoordType.WGS84),
        source=LocationSource(place["source"]),
        accuracy=place["accuracy"],
        address=place["address"],
    )


class SupplementInput(serializers.Serializer[Any]):
    """Words, photos or both."""

    default_error_messages = {"required": _("请填写补充说明或添加照片")}

    client_id = serializers.UUIDField(
        default=None, allow_null=True, help_text="手机自己起的编号：网络不好重发时算同一次补充"
    )
    text = TextField(max_length=MAX_TEXT, allow_blank=True, default="")
    photos = PhotosField(default=list)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a supplement of nothing."""
        if not attrs["text"] and not attrs["photos"]:
            message = str(self.error_messages["required"])
            raise serializers.ValidationError({"text": [message]}, code="required")
        return attrs


class WithdrawInput(serializers.Serializer[Any]):
    """Why, if the resident wants to say."""

    reason = TextField(max_length=500, allow_blank=True, default="")


class UrgeInput(serializers.Serializer[Any]):
    """A word beside the urging."""

    text = TextField(max_length=500, allow_blank=True, default="")


class RateInput(serializers.Serializer[Any]):
    """Solved or not is asked apart from how content the resident is."""

    solved = TruthField()
    score = WholeNumberField(low=1, high=5)
    comment = TextField(max_length=MAX_TEXT, allow_blank=True, default="")


class AskLeadInput(serializers.Serializer[Any]):
    """What the lead should look at."""

    text = TextField(max_length=500)


class ReopenInput(serializers.Serializer[Any]):
    """What is still wrong."""

    reason = TextField(max_length=500)


class QueryNumberField(serializers.FloatField):
    """A finite number of a query string."""

    def to_internal_value(self, data: Any) -> float:
        """Refuse ``nan`` and ``inf``, which Python reads as numbers."""
        number = float(super().to_internal_value(data))
        if number - number != 0.0:
            self.fail("invalid")
        return number


class BoxField(serializers.CharField):
    """``west,south,east,north`` in degrees, the order of GeoJSON."""

    default_error_messages = {"bbox_invalid": _("bbox 应为 西,南,东,北 四个经纬度")}

    def to_internal_value(self, data: Any) -> Any:
        """Return a ``BoundingBox``."""
        try:
            west, south, east, north = (float(part) for part in str(data).split(","))
        except ValueError:
            self.fail("bbox_invalid")
        ordered = west <= east and south <= north
        if not (ordered and max(abs(west), abs(east)) <= MAX_LNG and max(-south, north) <= MAX_LAT):
            self.fail("bbox_invalid")
        return BoundingBox(south=south, west=west, north=north, east=east)


class StatusesField(serializers.CharField):
    """One status or several with commas between."""

    default_error_messages = {"unknown_choice": _("不是可选的值")}

    def to_internal_value(self, data: Any) -> Any:
        """Return a list of known statuses."""
        words = [word for word in str(super().to_internal_value(data)).split(",") if word]
        if not set(words) <= set(PublicStatus.values):
            self.fail("unknown_choice")
        return words


class MineQuery(serializers.Serializer[Any]):
    """``GET /reports``."""

    status = StatusesField(
        max_length=200, required=False, allow_blank=True, default="", help_text="多个状态用逗号分隔"
    )


class NearbyQuery(serializers.Serializer[Any]):
    """``GET /reports/nearby``."""

    lat = QueryNumberField(min_value=-MAX_LAT, max_value=MAX_LAT)
    lng = QueryNumberField(min_value=-MAX_LNG, max_value=MAX_LNG)
    coord_type = serializers.ChoiceField(CoordinateSystem.choices, default=CoordinateSystem.WGS84)
    category = TextField(max_length=4, allow_blank=True, default="")
    text = TextField(
        max_length=200,
        allow_blank=True,
        default="",
        help_text="正在填写的内容（可截取前 200 字），说得相近的事项排在前面",
    )


class PublicQuery(serializers.Serializer[Any]):
    """``GET /public/reports``; ``bbox`` is WGS-84."""

    bbox = BoxField(max_length=120, required=False, default=None, help_text="西,南,东,北（WGS-84）")
    status = StatusesField(
        max_length=200, required=False, allow_blank=True, default="", help_text="多个状态用逗号分隔"
    )
    category = TextField(max_length=4, allow_blank=True, default="")
    coord_type = serializers.ChoiceField(CoordinateSystem.choices, default=CoordinateSystem.WGS84)


class CoordQuery(serializers.Serializer[Any]):
    """In which coordinate system a place is wanted."""

    coord_type = serializers.ChoiceField(CoordinateSystem.choices, default=CoordinateSystem.WGS84)


class OwnCoordQuery(serializers.Serializer[Any]):
    """In which coordinate system one's own place is wanted; as it was sent when nothing is said."""

    coord_type = serializers.ChoiceField(
        CoordinateSystem.choices, required=False, allow_blank=True, default=""
    )
