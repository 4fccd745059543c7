"""``/session`` and ``/me``: log in and out, see, change, take away and erase one's data."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api import schemas
from reports.api.answers import resident_answer, session_answer
from reports.api.authentication import BearerAuthentication
from reports.api.base import ApiView, ResidentView, resident_of, validated
from reports.api.inputs import ProfileInput, SessionInput, profile_of
from reports.domain.privacy import erase_resident, update_profile
from reports.domain.sessions import Credentials, close_session, open_session
from reports.domain.web_login import STATE_COOKIE

_TAGS = ["居民"]
# Photos are kept by the browser for an hour: the next user of the phone shall not find them.
_LEAVE = {"Clear-Site-Data": '"cache"'}


class SessionView(ApiView):
    """Log in and out."""

    throttle_scope = "session"

    def get_authenticators(self) -> list[Any]:
        """Read a token only to end it: a stale one must not hinder a new login."""
        return [BearerAuthentication()] if self._is_ending() else []

    def get_permissions(self) -> list[Any]:
        """Let everybody log in."""
        return [IsAuthenticated()] if self._is_ending() else [AllowAny()]

    def _is_ending(self) -> bool:
        # The schema generator asks without a request.
        return bool(self.request and self.request.method == "DELETE")

    @extend_schema(
        summary="登录",
        tags=_TAGS,
        auth=[],
        request=SessionInput,
        responses={
            201: schemas.SessionShape,
            **schemas.errors(400, 403, 413, 415, 429, 503),
        },
    )
    def post(self, request: Request) -> Response:
        """Exchange a code of WeChat, or the secret of a browser, for a token."""
        cookie = request.COOKIES.get(STATE_COOKIE, "")
        credentials = Credentials(**validated(SessionInput, request.data), cookie=cookie)
        session = open_session(credentials, now=timezone.now())
        return Response(session_answer(session), status=201)

    @extend_schema(
        summary="退出登录",
        tags=_TAGS,
        request=None,
        responses={204: None, **schemas.errors(401, 429)},
    )
    def delete(self, request: Request) -> Response:
        """Make this token worthless."""
        close_session(str(request.auth.pk))
        return Response(status=204, headers=_LEAVE)


class MeView(ResidentView):
    """One's own profile."""

    throttle_scope = "me"

    @extend_schema(
        summary="我的资料",
        tags=_TAGS,
        responses={200: schemas.ResidentShape, **schemas.errors(401, 429)},
    )
    def get(self, request: Request) -> Response:
        """Show the profile."""
        return Response(resident_answer(resident_of(request)))

    @extend_schema(
        summary="修改资料、同意隐私政策",
        tags=_TAGS,
        request=ProfileInput,
        responses={
            200: schemas.ResidentShape,
            **schemas.errors(400, 401, 403, 409, 413, 415, 429),
        },
    )
    def put(self, request: Request) -> Response:
        """Change what is given; leave the rest."""
        profile = profile_of(validated(ProfileInput, request.data))
        resident = update_profile(resident_of(request), profile, now=timezone.now())
        return Response(resident_answer(resident))

    @extend_schema(
        summary="注销账号",
        tags=_TAGS,
        request=None,
        responses={204: None, **schemas.errors(401, 429)},
        description="清空身份信息并使登录失效；上报作为公务记录保留，但不再与本人关联。先用 GET /me/erase 说明后果。",
    )
    def delete(self, request: Request) -> Response:
        """Forget the person; keep the cases."""
        erase_resident(resident_of(request), now=timezone.now())
        return Response(status=204, headers=_LEAVE)
