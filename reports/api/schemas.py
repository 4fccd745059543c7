"""The shapes of the answers for OpenAPI; ``reports.api.answers`` builds them, a test compares."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from reports.api.privacy_schemas import (
    AccessLineShape,
    CheckLineShape,
    ConsentLineShape,
    OwnPhotoShape,
    SupportLineShape,
    VoteLineShape,
)
from reports.api.volunteer_schemas import (
    EntryShape,
    RedemptionShape,
    SignupLineShape,
    VolunteerLineShape,
)
from reports.enums import (
    AgeBand,
    CoordinateSystem,
    LocationSource,
    MessageTemplate,
    PhotoStatus,
    PublicStatus,
    ReportKind,
    ResidentAction,
    ResidentRole,
    UpdateKind,
)

Shape = serializers.Serializer


class FieldErrorShape(Shape[Any]):
    """One wrong field."""

    field = serializers.CharField(help_text="JSON 路径，如 location.lat、photos[0]")
    code = serializers.CharField()
    message = serializers.CharField(help_text="可直接显示的中文")


class ErrorShape(Shape[Any]):
    """The body of every 4xx and 5xx."""

    code = serializers.CharField(help_text="稳定的英文错误码")
    message = serializers.CharField(help_text="可直接显示的中文")
    errors = FieldErrorShape(many=True)  # type: ignore[assignment]
    request_id = serializers.CharField()


class PublicStatusShape(Shape[Any]):
    """A status by code and label."""

    code = serializers.ChoiceField(PublicStatus.choices)
    label = serializers.CharField()  # type: ignore[assignment]


class ReportKindShape(Shape[Any]):
    """A kind by code and label."""

    code = serializers.ChoiceField(ReportKind.choices)
    label = serializers.CharField()  # type: ignore[assignment]


class ResidentRoleShape(Shape[Any]):
    """A role by code and label."""

    code = serializers.ChoiceField(ResidentRole.choices)
    label = serializers.CharField()  # type: ignore[assignment]


class CategoryRefShape(Shape[Any]):
    """A category by code and name."""

    code = serializers.CharField()
    name = serializers.CharField()


class PhotoShape(Shape[Any]):
    """A photo; the links are null until it is ready, and sign themselves for some hours."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(PhotoStatus.choices)
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    url = serializers.URLField(allow_null=True)
    thumbnail_url = serializers.URLField(allow_null=True)
    failure = serializers.CharField(allow_null=True)


class LocationShape(Shape[Any]):
    """The place as it was sent."""

    lat = serializers.FloatField()
    lng = serializers.FloatField()
    coord_type = serializers.ChoiceField(CoordinateSystem.choices)
    accuracy = serializers.FloatField(allow_null=True)
    source = serializers.ChoiceField(LocationSource.choices)  # type: ignore[assignment]
    address = serializers.CharField(allow_blank=True)


class TimelineShape(Shape[Any]):
    """A line of the timeline."""

    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(UpdateKind.choices)
    label = serializers.CharField(help_text="kind 的中文")  # type: ignore[assignment]
    status = PublicStatusShape()
    text = serializers.CharField(allow_blank=True)
    department = serializers.CharField(allow_null=True)
    photos = PhotoShape(many=True)


class RatingShape(Shape[Any]):
    """One judgement; ``round`` counts reopenings."""

    round = serializers.IntegerField()
    solved = serializers.BooleanField()
    score = serializers.IntegerField()
    comment = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()


class RejectionShape(Shape[Any]):
    """Why a case was refused and where to go with it."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    text = serializers.CharField()
    where = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()


class ReopenShape(Shape[Any]):
    """What may still be done about a case that has ended."""

    left = serializers.IntegerField(help_text="还可以重新打开几次")
    until = serializers.DateTimeField(allow_null=True)
    appeal_left = serializers.IntegerField(help_text="还可以申诉几次")
    ask_lead = serializers.BooleanField()


class ReportSummaryShape(Shape[Any]):
    """A report in a list."""

    number = serializers.CharField()
    kind = ReportKindShape()
    status = PublicStatusShape()
    text = serializers.CharField()
    category = CategoryRefShape(allow_null=True)
    location = LocationShape(allow_null=True)
    photos = PhotoShape(many=True)
    anonymous = serializers.BooleanField()
    department = serializers.CharField(allow_null=True)
    submitted_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    safety_prompt = serializers.CharField(allow_null=True)
    allowed_actions = serializers.ListField(child=serializers.ChoiceField(ResidentAction.choices))
    rejection = RejectionShape(allow_null=True)
    reopen = ReopenShape(allow_null=True)
    rating_due_at = serializers.DateTimeField(allow_null=True)


class ReportShape(ReportSummaryShape):
    """A report with all that its resident may read."""

    client_id = serializers.UUIDField(allow_null=True)
    contact_phone = serializers.CharField(allow_blank=True)
    join = serializers.CharField(allow_null=True)
    urgent = serializers.BooleanField()
    unlinked = serializers.BooleanField(help_text="不与账号关联，不出现在“我的上报”里")
    timeline = TimelineShape(many=True)
    ratings = RatingShape(many=True)


class ReportPageShape(Shape[Any]):
    """A page of one's own reports, newest first."""

    items = ReportSummaryShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class DimensionShape(Shape[Any]):
    """One of 文教娱康养行便 or 平安."""

    code = serializers.CharField()
    name = serializers.CharField()


class CategoryShape(Shape[Any]):
    """A leaf: what a report can be about."""

    code = serializers.CharField()
    name = serializers.CharField()
    photo_required = serializers.BooleanField()
    confidential = serializers.BooleanField()
    safety_prompt = serializers.CharField(allow_null=True)
    dimensions = DimensionShape(many=True)


class CategoryGroupShape(CategoryShape):
    """A top level with its leaves."""

    children = CategoryShape(many=True)


class CategoryTreeShape(Shape[Any]):
    """The whole tree."""

    items = CategoryGroupShape(many=True)


class AgeBandShape(Shape[Any]):
    """An age band by code and label."""

    code = serializers.ChoiceField(AgeBand.choices)
    label = serializers.CharField()  # type: ignore[assignment]


class ResidentShape(Shape[Any]):
    """A person, to themselves."""

    id = serializers.CharField()
    nickname = serializers.CharField(allow_blank=True)
    phone = serializers.CharField(allow_blank=True)
    phone_verified = serializers.BooleanField(help_text="电话是否经短信或微信核实")
    guest = serializers.BooleanField(help_text="未用微信登录的浏览器访客")
    role = ResidentRoleShape()
    grid = serializers.CharField(allow_null=True)
    consent_version = serializers.CharField(allow_blank=True)
    consented_at = serializers.DateTimeField(allow_null=True)
    age_band = AgeBandShape(allow_null=True)
    guardian = serializers.ChoiceField(
        (("not_needed", "not_needed"), ("needed", "needed"), ("confirmed", "confirmed"))
    )
    created_at = serializers.DateTimeField()


class SessionShape(Shape[Any]):
    """A fresh login; the token is shown once."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField()
    resident = ResidentShape()
    formerly = serializers.ListField(
        child=serializers.CharField(),
        help_text="刚刚并入本人的账号编号：这部手机上以前若是这些编号，就是同一个人",
    )


class CodeSentShape(Shape[Any]):
    """A code is on its way."""

    expires_in = serializers.IntegerField(help_text="有效秒数")
    retry_after = serializers.IntegerField(help_text="多少秒后可以再发")


class WebLoginShape(Shape[Any]):
    """The way to WeChat's web page authorisation."""

    authorize_url = serializers.URLField()


class SessionOptionsShape(Shape[Any]):
    """By which ways one can log in here."""

    guest = serializers.BooleanField(help_text="浏览器可以不登录直接使用")
    wechat_h5 = WebLoginShape(allow_null=True, help_text="在微信内打开时跳转")
    dev = serializers.BooleanField(help_text="演示环境：可用 dev:姓名 登录")
    sms = serializers.BooleanField(help_text="可用短信验证码核实电话")
    wechat_phone = serializers.BooleanField(help_text="小程序可用微信手机号")


class MessageReportShape(Shape[Any]):
    """The report that a message is about, as it stands now."""

    number = serializers.CharField()
    status = PublicStatusShape()


class MessageTemplateShape(Shape[Any]):
    """A kind of message by code and label."""

    code = serializers.ChoiceField(MessageTemplate.choices)
    label = serializers.CharField()  # type: ignore[assignment]


class MessageShape(Shape[Any]):
    """One message; ``action`` is what it asks the resident to do."""

    id = serializers.CharField()
    at = serializers.DateTimeField()
    template = MessageTemplateShape()
    title = serializers.CharField()
    text = serializers.CharField(help_text="可直接显示的中文，不含他人内容")
    report = MessageReportShape(allow_null=True)
    read = serializers.BooleanField()
    read_at = serializers.DateTimeField(allow_null=True)
    action = serializers.ChoiceField(ResidentAction.choices, allow_null=True)


class SubscriptionLineShape(Shape[Any]):
    """A line of the ledger of subscribe messages."""

    at = serializers.DateTimeField()
    what = serializers.CharField()
    title = serializers.CharField()
    change = serializers.IntegerField()


class PreferenceLineShape(Shape[Any]):
    """What a resident switched of the ways of messages."""

    at = serializers.DateTimeField()
    wechat = serializers.BooleanField()
    sms = serializers.BooleanField()


class ExportShape(Shape[Any]):
    """Everything kept about a person."""

    exported_at = serializers.DateTimeField()
    resident = ResidentShape()
    reports = ReportShape(many=True)
    photos = PhotoShape(many=True)
    consents = ConsentLineShape(many=True)
    access_log = AccessLineShape(many=True)
    photo_details = OwnPhotoShape(many=True)
    content_checks = CheckLineShape(many=True)
    messages = MessageShape(many=True)
    subscriptions = SubscriptionLineShape(many=True)
    message_settings = PreferenceLineShape(many=True)
    topic_supports = SupportLineShape(many=True)
    poll_votes = VoteLineShape(many=True)
    volunteer = VolunteerLineShape(many=True)
    points = EntryShape(many=True)
    redemptions = RedemptionShape(many=True)
    patrols = SignupLineShape(many=True)


class PhotoUploadInput(Shape[Any]):
    """The multipart body of ``POST /photos``."""

    file = serializers.FileField()


_ERRORS = {
    400: "输入有误",
    401: "未登录或登录已过期",
    403: "没有权限",
    404: "没有找到",
    409: "与当前状态冲突",
    413: "内容太大",
    415: "数据类型不支持",
    429: "操作太频繁",
    503: "暂时不可用",
}


def errors(*statuses: int) -> dict[int, OpenApiResponse]:
    """Return the error answers of a call for ``extend_schema(responses=…)``."""
    return {status: OpenApiResponse(ErrorShape, description=_ERRORS[status]) for status in statuses}
