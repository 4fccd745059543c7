"""What every view of the resident API shares."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, cast

from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.serializers import Serializer
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


@cache
def _prepared(serializer_class: type[Serializer[Any]]) -> Serializer[Any]:
    """Build a serializer's fields once: copying them anew is a tenth of an intake's time.

    Safe to share between threads, for ``run_validation`` keeps nothing in the serializer.
    """
    serializer = serializer_class()
    for field in serializer.fields.values():
        if isinstance(field, Serializer):
            _ = field.fields
    return serializer


def validated(serializer_class: type[Serializer[Any]], data: Any) -> dict[str, Any]:
    """Return the cleaned input or raise the 400 that names its wrong fields."""
    return cast("dict[str, Any]", _prepared(serializer_class).run_validation(data))
