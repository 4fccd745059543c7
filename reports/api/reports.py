"""``/reports``: send, list, read."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api import schemas
from reports.api.answers import Presenter
from reports.api.base import ResidentView, resident_of, sender_of_request, validated
from reports.api.inputs import MineQuery, OwnCoordQuery, ReportInput, draft_of
from reports.domain.form_consents import agreed_on_form
from reports.domain.intake import submit_report
from reports.domain.numbers import normalize_number
from reports.enums import Channel, ResidentRole
from reports.models import Resident
from reports.queries.mine import my_record, my_reports
from xiangcun.lib.drf.pagination import KeysetPagination

_TAGS = ["上报"]
_DOORS = {str(door): door for door in (Channel.H5, Channel.MINIPROGRAM)}
CHANNEL = OpenApiParameter(
    "X-Channel", str, OpenApiParameter.HEADER, enum=list(_DOORS), description="上报渠道，默认小程序"
)
CURSOR = OpenApiParameter("cursor", str, description="上一页返回的 next_cursor")
LIMIT = OpenApiParameter("limit", int, description="每页条数，最多 100")


class ReportsView(ResidentView):
    """Send a report; list one's own."""

    max_body = 64 * 1024

    @property
    def throttle_scope(self) -> str:  # type: ignore[override]
        """Reading costs the sender nothing of the right to send."""
        return "reports" if self.request.method == "POST" else "me"

    @extend_schema(
        operation_id="reports_list",
        summary="我的上报",
        tags=_TAGS,
        parameters=[MineQuery, CURSOR, LIMIT],
        responses={200: schemas.ReportPageShape, **schemas.errors(400, 401, 429)},
    )
    def get(self, request: Request) -> Response:
        """List one's own reports, newest first."""
        query = validated(MineQuery, request.query_params)
        pages = KeysetPagination()
        rows = my_reports(resident_of(request), statuses=query["status"])
        show = Presenter(request, now=timezone.now())
        page = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response([show.listed(row) for row in page])

    @extend_schema(
        summary="提交上报",
        tags=_TAGS,
        parameters=[CHANNEL],
        request=ReportInput,
        responses={
            200: schemas.ReportShape,
            201: schemas.ReportShape,
            **schemas.errors(400, 401, 403, 409, 413, 415, 429),
        },
        description="client_id 由客户端生成：网络重试时用同一个 client_id 和同样的内容，得到同一件上报（200）；"
        "内容不同返回 409 idempotency_conflict。同一居民或同一设备一天内上报过几乎相同的内容时返回 "
        "409 repeated_report，details 里有先前的编号；确是另一件事的，用同一个 client_id 加 repeat_ok 再提交。"
        "涉及险情的上报不受上述限制。意见建议、咨询、表扬可以不带位置。"
        "consents 是本次表单上勾选的同意，不影响重试；没有同意的内容不会保存，但上报总会受理。",
    )
    def post(self, request: Request) -> Response:
        """Accept a report once, however often it is sent."""
        now = timezone.now()
        given = validated(ReportInput, request.data)
        resident = resident_of(request)
        done = submit_report(
            resident,
            draft_of(given),
            now=now,
            channel=channel_of(request, resident),
            agreed=agreed_on_form(given["consents"]),
            sender=sender_of_request(request),
            repeat_ok=given["repeat_ok"],
        )
        answer = Presenter(request, now=now).record(done.record)
        return Response(answer, status=201 if done.created else 200)


def channel_of(request: Request, resident: Resident) -> Channel | None:
    """Return the door that ``X-Channel`` names; ``None`` (the default door) for any other word.

    A resident chooses between the two doors that are theirs and nothing else; a grid officer stays
    one on every page. It is no part of the body: a retry by another part of the client is the same.
    """
    if resident.role == ResidentRole.GRID:
        return None
    return _DOORS.get(request.headers.get("X-Channel", ""))


class ReportView(ResidentView):
    """One of one's own reports."""

    throttle_scope = "me"

    @extend_schema(
        operation_id="reports_read",
        summary="上报详情与办理进展",
        tags=_TAGS,
        parameters=[OwnCoordQuery],
        responses={200: schemas.ReportShape, **schemas.errors(400, 401, 404, 429)},
        description="coord_type：地点用哪个坐标系返回（小程序地图用 gcj02）；不给则按提交时的坐标系原样返回。",
    )
    def get(self, request: Request, number: str) -> Response:
        """Show the report with its timeline; another's is as unknown as nobody's."""
        query = validated(OwnCoordQuery, request.query_params)
        record = my_record(resident_of(request), normalize_number(number))
        show = Presenter(request, now=timezone.now(), coord_type=query["coord_type"])
        return Response(show.record(record))
