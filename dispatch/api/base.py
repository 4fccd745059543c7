"""What every view of the county's interface shares."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dispatch.api.authentication import KEPT, CountyAuthentication
from dispatch.domain.api_tokens import record_use
from dispatch.enums import ApiScope
from dispatch.models import ApiToken
from xiangcun.lib.drf.errors import exception_handler
from xiangcun.lib.drf.throttling import CounterThrottle
from xiangcun.lib.errors import NotAllowedError

UNAUTHORIZED, REFUSED = 401, 400


class CountyView(APIView):
    """Read only; ``needs`` is the scope a token must have. Every access is counted, refused ones too."""

    authentication_classes = [CountyAuthentication]
    permission_classes = [IsAuthenticated]
    renderer_classes: Any = [JSONRenderer]
    parser_classes: Any = []
    throttle_classes: Any = [CounterThrottle]
    throttle_scope = "county"
    http_method_names = ["get", "head"]
    needs: ApiScope

    def check_permissions(self, request: Request) -> None:
        """Refuse a token without the scope, and say which one it lacks."""
        super().check_permissions(request)
        if not has_scope(request, self.needs):
            message = f"令牌不含“{self.needs.label}”，请向街道系统管理员申请"
            raise NotAllowedError("scope_missing", message)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Count the access; what is answered stays in nobody else's cache."""
        final = super().finalize_response(request, response, *args, **kwargs)
        final.headers.setdefault("Cache-Control", "private, no-cache")
        final.headers["Vary"] = "Authorization"
        if final.status_code == UNAUTHORIZED:
            final.headers["WWW-Authenticate"] = "Bearer"
        row = vars(getattr(request, "_request", request)).get(KEPT)
        if row is not None:
            record_use(row, refused=final.status_code >= REFUSED, now=timezone.now())
        return final

    def get_exception_handler(self) -> Callable[..., Any]:
        """Answer errors in the house's shape."""
        return exception_handler


def has_scope(request: Request, scope: ApiScope) -> bool:
    """Whether the token that calls may read it."""
    return isinstance(request.auth, ApiToken) and scope in request.auth.scopes


def answer(request: Request, data: Any) -> Response:
    """Answer with an ETag; 304 without a body to whoever has the same."""
    body = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False)
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    given = request.headers.get("If-None-Match", "")
    if etag in {part.strip().removeprefix("W/") for part in given.split(",")}:
        return Response(status=304, headers={"ETag": etag})
    return Response(data, headers={"ETag": etag})
