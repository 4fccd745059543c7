"""What every view of the resident API shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from reports.api.authentication import BearerAuthentication
from reports.models import Resident
from xiangcun.lib.drf.errors import exception_handler
from xiangcun.lib.drf.parsers import StrictJSONParser
from xiangcun.lib.drf.throttling import CounterThrottle


class ApiView(APIView):
    """JSON in and out, one error shape, a throttle by ``throttle_scope``."""

    parser_classes: Any = [StrictJSONParser]
    renderer_classes: Any = [JSONRenderer]
    throttle_classes: Any = [CounterThrottle]
    throttle_scope: str

    def get_exception_handler(self) -> Callable[..., Any]:
        """Answer errors in the API's shape."""
        return exception_handler


class ResidentView(ApiView):
    """For a signed-in resident or grid officer."""

    authentication_classes = [BearerAuthentication]
    permission_classes = [IsAuthenticated]


class PublicView(ApiView):
    """For everybody: no token is read, a stale one in the phone hinders nobody."""

    authentication_classes: Any = []
    permission_classes = [AllowAny]


def resident_of(request: Request) -> Resident:
    """Return who is calling; :class:`ResidentView` has made sure there is somebody."""
    return cast("Resident", request.user)


def validated(serializer_class: type[BaseSerializer[Any]], data: Any) -> dict[str, Any]:
    """Return the cleaned input or raise the 400 that names its wrong fields."""
    serializer = serializer_class(data=data)
    serializer.is_valid(raise_exception=True)
    return cast("dict[str, Any]", serializer.validated_data)
