"""``GET /session/options``: by which ways one can log in here."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api import schemas
from reports.api.base import PublicView
from reports.domain.web_login import STATE_COOKIE, STATE_LIFE, depart
from xiangcun.lib import sms


class SessionOptionsView(PublicView):
    """Asked before a login, by everybody."""

    throttle_scope = "public"

    @extend_schema(
        summary="登录方式",
        tags=["居民"],
        auth=[],
        parameters=[OpenApiParameter("next", str, description="登录后回到的页面，/h5/ 开头")],
        responses={200: schemas.SessionOptionsShape, **schemas.errors(429)},
    )
    def get(self, request: Request) -> Response:
        """Tell the ways; the cookie ties the way back from WeChat to this browser."""
        known = request.COOKIES.get(STATE_COOKIE, "")
        way = depart(request.query_params.get("next", ""), nonce=known, now=timezone.now())
        answer = Response(
            {
                "guest": settings.GUEST_LOGIN,
                "wechat_h5": {"authorize_url": way.url} if way else None,
                "dev": settings.DEV_LOGIN,
                "sms": sms.configured(),
                "wechat_phone": bool(settings.WECHAT_APPID),
            },
            headers={"Cache-Control": "no-store"},
        )
        if way:
            answer.set_cookie(
                STATE_COOKIE,
                way.nonce,
                max_age=int(STATE_LIFE.total_seconds()),
                path="/api/v1/session",
                secure=settings.PUBLIC_BASE_URL.startswith("https:"),
                httponly=True,
                samesite="Lax",
            )
        return answer
