"""What every view of the resident API shares."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, cast

from django.core.exceptions import RequestDataTooBig
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from reports.api.authentication import BearerAuthentication
from reports.domain.senders import Sender, sender_of
from reports.models import Resident
from xiangcun.lib.clients import address_of
from xiangcun.lib.drf.errors import exception_handler
from xiangcun.lib.drf.parsers import StrictJSONParser
from xiangcun.lib.drf.throttling import CounterThrottle, device_of

_LENGTH_DIGITS = 18


class ApiView(APIView):
    """JSON in and out, one error shape, a throttle by ``throttle_scope``, a limit to the body.

    ``max_body`` is in bytes. A longer body is refused by its declared length before it is read, one
    that declares none while it is read. Answers are somebody's own and stay in nobody's cache, unless a
    view says ``keep``: a phone has more users than one.
    """

    keep = False

    parser_classes: Any = [StrictJSONParser]
    renderer_classes: Any = [JSONRenderer]
    throttle_classes: Any = [CounterThrottle]
    throttle_scope: str
    max_body = 16 * 1024

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check who, how often and how much, in this order."""
        super().initial(request, *args, **kwargs)
        check_length(request, self.max_body)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Forbid to keep what says nothing about it."""
        final = super().finalize_response(request, response, *args, **kwargs)
        if not self.keep:
            final.headers.setdefault("Cache-Control", "private, no-store")
        return final

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
    keep = True


def check_length(request: Request, limit: int) -> None:
    """Raise 413 for a declared length beyond ``limit``."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isascii() and length.isdecimal() and int(length[:_LENGTH_DIGITS]) > limit:
        raise RequestDataTooBig


def sender_of_request(request: Request) -> Sender:
    """Return device and address of the caller, in the shape that is kept."""
    return sender_of(device=device_of(request), address=address_of(request))


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
